"""A bot that does everything that HTTP makes hard, and an endpoint in this process for it."""

from __future__ import annotations

import asyncio
import contextlib
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Self

import discord
from aiohttp import web
from discord import app_commands, ui

from bot.transport.interactions import Interactions
from bot.web.interactions import add_interactions
from bot.web.server import listening
from tests.wire.patience import PATIENCE
from tests.wire.people import KEY, TOKEN
from tests.wire.server import LoopbackDiscord

FORGIVE_ME = "Something went wrong"


def apology(interaction: Mapping[str, Any]) -> dict[str, Any]:
    """What is answered where nothing else is."""
    if interaction["type"] == discord.InteractionType.autocomplete.value:
        return {"type": 8, "data": {"choices": []}}
    return {"type": 4, "data": {"content": FORGIVE_ME, "flags": 64}}


class Question(ui.Modal, title="A question"):
    """Lives in memory only, as modals do."""

    def __init__(self) -> None:
        super().__init__(custom_id="question")
        self.text: ui.TextInput[Question] = ui.TextInput()
        self.add_item(ui.Label(text="What?", component=self.text))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Repeat what was asked."""
        await interaction.response.send_message(f"You asked: {self.text.value}")


class Clerk(discord.Client):
    """Answers in every way there is.

    Args:
        pause: seconds that the slow command takes, unless it is released.

    Attributes:
        begun: how often the slow command was.
        released: ends the slow command.
        errors: what went wrong in commands.
        told: what commands have to say after their answers.
    """

    def __init__(self, pause: float = 0.5) -> None:
        super().__init__(intents=discord.Intents.none())
        self.pause = pause
        self.begun = 0
        self.released = asyncio.Event()
        self.tree = app_commands.CommandTree(self)
        self.errors: list[BaseException] = []
        self.told: list[str] = []
        self.tree.error(self._fail)
        for callback in (
            self.plain,
            self.patient,
            self.talkative,
            self.attach,
            self.ask,
            self.broken,
            self.slow,
        ):
            name = callback.__name__
            self.tree.add_command(
                app_commands.Command(name=name, description="…", callback=callback)
            )

    async def _fail(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))

    async def plain(self, interaction: discord.Interaction, name: str = "you") -> None:
        """Answer at once, then say so."""
        await interaction.response.send_message(f"Hello {name}", view=Buttons())
        self.told.append("answered")

    async def patient(self, interaction: discord.Interaction) -> None:
        """Declare a private answer, and give it at once."""
        await interaction.response.defer(ephemeral=True)
        await interaction.edit_original_response(content="At last")

    async def talkative(self, interaction: discord.Interaction) -> None:
        """Say more than one thing."""
        await interaction.response.send_message("First")
        await interaction.followup.send("Second")

    async def attach(self, interaction: discord.Interaction) -> None:
        """Send a file, in private."""
        file = discord.File(io.BytesIO(b"a picture"), "picture.png")
        await interaction.response.send_message("Look", file=file, ephemeral=True)

    async def ask(self, interaction: discord.Interaction) -> None:
        """Open a modal."""
        await interaction.response.send_modal(Question())

    async def broken(self, _: discord.Interaction) -> None:
        """Fail without a word."""
        raise RuntimeError("broken")

    async def slow(self, interaction: discord.Interaction) -> None:
        """Answer when nobody waits any more."""
        self.begun += 1
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.released.wait(), self.pause)
        await interaction.response.send_message("Too late")


class Buttons(ui.View):
    """Buttons that work after a restart, as far as they work."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        self.add_item(Turn())
        self.add_item(Fall())
        self.stop()


class Turn(ui.DynamicItem[ui.Button[Any]], template="turn"):
    """Edits its message, with a file."""

    custom_id_of_all = "turn"

    def __init__(self) -> None:
        super().__init__(ui.Button(label="…", custom_id=self.custom_id_of_all))

    @classmethod
    async def from_custom_id(cls, *_: Any) -> Self:
        """Rebuild it."""
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        """Edit."""
        file = discord.File(io.BytesIO(b"a picture"), "picture.png")
        await interaction.response.edit_message(content="Turned", attachments=[file])


class Fall(Turn, template="fall"):
    """Raises, which discord.py keeps to itself."""

    custom_id_of_all = "fall"

    async def callback(self, _: discord.Interaction) -> None:
        """Fail without a word."""
        raise RuntimeError("broken")


@asynccontextmanager
async def answering(
    loopback: LoopbackDiscord, clerk: discord.Client, *, logs_in: bool = True, **options: Any
) -> AsyncIterator[Interactions]:
    """Let the loopback Discord post interactions to a bot in this process.

    Args:
        loopback: is told the address.
        clerk: answers.
        logs_in: whether to do that here.
        options: of the Interactions. Its deadline is one for a busy machine, unless said here.
    """
    async with clerk:
        interactions = Interactions(clerk, apology=apology, **{"deadline": PATIENCE, **options})
        routes = web.Application()
        add_interactions(routes, interactions)
        async with listening(routes, 0) as port:
            if logs_in:
                await clerk.login(TOKEN)
            clerk.add_dynamic_items(Turn, Fall)
            interactions.trust(KEY.verify_key.encode().hex())
            url = f"http://127.0.0.1:{port}/interactions"
            loopback.answers.application["interactions_endpoint_url"] = url
            yield interactions
