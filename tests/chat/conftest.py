"""A server with the bot in it, and a reader called Rea."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import discord
import pytest
import simcord
from discord import app_commands
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult, ResponseMessage

from bot.blog.question import Asker
from bot.chat import interaction
from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.index.index import Index
from bot.serve.state import State
from bot.transport.channels import DiscordChannels
from tests.chat.blog import fill, garden, open_index
from tests.wire.limits import check_limits, components_of, texts_of
from tests.wire.patience import PATIENCE
from tests.wire.schema import validate_request

BUTTON, SELECT, THUMBNAIL, GALLERY, SEPARATOR = 2, 3, 11, 12, 14


async def sync(tree: app_commands.CommandTree) -> Sequence[app_commands.AppCommand]:
    """Tell the simulated Discord the commands."""
    return await tree.sync()


@dataclass
class Seen:
    """A message as a reader sees it."""

    message: ResponseMessage

    @property
    def is_private(self) -> bool:
        """Whether nobody else sees it."""
        return self.message.ephemeral

    @property
    def components(self) -> list[Any]:
        """All components, in reading order."""
        return list(components_of({"components": self.message.components}))

    @property
    def text(self) -> str:
        """All text, one display below the other."""
        return "\n".join(texts_of({"components": self.message.components}))

    @property
    def titles(self) -> list[str]:
        """The titles of the posts in a list."""
        lines = (line.removeprefix("### ") for line in self.text.splitlines() if "### " in line)
        return [line.removeprefix("[").partition("](")[0] for line in lines]

    @property
    def labels(self) -> list[str]:
        """What the buttons say, greyed out ones left out."""
        return [button["label"] for button in self._of(BUTTON) if not button.get("disabled")]

    @property
    def links(self) -> list[str]:
        """Where the link buttons lead."""
        return [button["url"] for button in self._of(BUTTON) if button.get("url")]

    @property
    def pictures(self) -> list[str]:
        """The thumbnails' and galleries' URLs."""
        items = [item for gallery in self._of(GALLERY) for item in gallery["items"]]
        return [each["media"]["url"] for each in [*self._of(THUMBNAIL), *items]]

    @property
    def options(self) -> dict[str, str]:
        """The only select menu's options: value by label."""
        (menu,) = self._of(SELECT)
        return {option["label"]: option["value"] for option in menu["options"]}

    def menu(self, placeholder: str) -> dict[str, str]:
        """The options of the select menu with that placeholder: value by label."""
        (menu,) = (each for each in self._of(SELECT) if each["placeholder"] == placeholder)
        return {option["label"]: option["value"] for option in menu["options"]}

    @property
    def chosen(self) -> list[str]:
        """What the select menu shows as chosen."""
        (menu,) = self._of(SELECT)
        return [option["label"] for option in menu["options"] if option.get("default")]

    def ids(self, label: str) -> list[str]:
        """The custom ids of the buttons with that label."""
        return [each["custom_id"] for each in self._of(BUTTON) if each.get("label") == label]

    def _of(self, kind: int) -> list[Any]:
        return [component for component in self.components if component["type"] == kind]


@dataclass
class Stage:
    """A channel, its reader (Rea, unless ``by`` said another), and what she does there."""

    env: simcord.Env
    channel: ChannelHandle
    rea: MemberActor
    index: Index
    state: State

    def manager(self) -> MemberActor:
        """A member of the server who has the permission Manage Server."""
        may = discord.Permissions(manage_guild=True)
        role = self.rea.guild.create_role("managers", permissions=may)
        return self.rea.guild.add_member(self.env.create_user("mia"), roles=[role])

    def by(self, somebody: MemberActor) -> Stage:
        """The same place with somebody else in it."""
        return replace(self, rea=somebody)

    async def type(self, command: str, **options: Any) -> Seen:
        """Use a slash command."""
        return self._take(await self.rea.slash(self.channel, command, **options))

    async def click(
        self, seen: Seen, label: str, *, nth: int = 0, by: MemberActor | None = None
    ) -> Seen:
        """Click the nth button with that label."""
        custom_id = seen.ids(label)[nth]
        return self._take(await (by or self.rea).click(seen.message, custom_id=custom_id))

    async def choose(self, seen: Seen, label: str) -> Seen:
        """Choose from the message's select menu."""
        return self._take(await self.rea.select(seen.message, [seen.options[label]]))

    async def pick(self, seen: Seen, placeholder: str, label: str) -> Seen:
        """Choose from one of the message's select menus."""
        (menu,) = (each for each in seen.components if each.get("placeholder") == placeholder)
        value = seen.menu(placeholder)[label]
        picked = self.rea.select(seen.message, [value], custom_id=menu["custom_id"])
        return self._take(await picked)

    async def go_to_page(self, seen: Seen, typed: str) -> Seen:
        """Click on the number of the page, and type another into the form."""
        (label,) = (each for each in seen.labels if re.fullmatch(r"\d+ / \d+", each))
        form = await self.rea.click(seen.message, custom_id=seen.ids(label)[0])
        return self._take(await self.rea.submit_modal(form, {"page": typed}))

    async def suggestions(
        self, command: str, option: str, typed: str, **others: Any
    ) -> dict[str, str]:
        """Type into an option after the others: the choices offered, value by name."""
        choices = await self.rea.autocomplete(self.channel, command, option, typed, **others)
        return {choice["name"]: choice["value"] for choice in choices}

    def somebody_else(self) -> MemberActor:
        """Another member of the server."""
        return self.rea.guild.add_member(self.env.create_user("ben"))

    async def restart(self) -> None:
        """Stop the bot and start it anew."""
        await self.env.restart_bot(bot_of(self.index, self.state))

    def _take(self, result: InteractionResult) -> Seen:
        assert result.acknowledged, "the reader was left without an answer"
        assert result.response is not None
        return Seen(result.response)


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    """The index of a blog on gardening."""
    async with open_index(tmp_path) as index:
        await fill(index, garden())
        yield index


@pytest.fixture
async def state() -> AsyncIterator[State]:
    """What the bot remembers, in memory."""
    async with State.open(None) as state:
        yield state


def bot_of(index: Index, state: State | None, asker: Asker | None = None) -> Slashpost:
    """A bot that answers from the index, and remembers if it can."""
    context = Context(
        library=index,
        subscriptions=state.subscriptions if state else None,
        stopped=state.stopped if state else None,
        backlog=state.outbox.backlog if state else None,
        asker=asker,
    )
    bot = Slashpost(context, sync=sync)
    bot.context.channels = DiscordChannels(bot)
    return bot


@pytest.fixture(autouse=True)
def no_answer_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine, too, only what ``test_slowness`` makes late is deferred."""
    monkeypatch.setattr(interaction, "PATIENCE_SECONDS", PATIENCE)


@pytest.fixture
def simcord_bot(index: Index, state: State) -> Slashpost:
    """The bot that the ``simcord_env`` fixture runs."""
    return bot_of(index, state)


@pytest.fixture
def stage(simcord_env: simcord.Env, index: Index, state: State, shared: Path) -> Iterator[Stage]:
    """A server with the bot over the gardening blog, where Discord would take all it sends."""
    del shared  # Discord's API description lies there
    guild = simcord_env.create_guild()
    rea = guild.add_member(simcord_env.create_user("rea"))
    yield Stage(simcord_env, guild.create_text_channel("blog"), rea, index, state)
    for request in simcord_env.http_requests:
        if request.json is not None:
            validate_request(request.method, request.path, request.json)
            check_limits(request.json)


def is_in_channel(stage: Stage, seen: Seen) -> bool:
    """Whether everyone in the channel sees the message."""
    messages: list[discord.Message] = stage.channel.history(viewer=stage.somebody_else())
    return seen.message.id in {message.id for message in messages}
