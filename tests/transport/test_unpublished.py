"""What is not published is shown to the application's owner and team, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.blog.identity import Identity
from bot.serve.state import State
from bot.transport import owners
from bot.transport.api import log_in
from bot.transport.owners import SECONDS, Owners
from tests.ports import free_port
from tests.wire.interactions import Reader
from tests.wire.people import ADA, BEN, TOKEN, Person
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

SECRETS = {
    "draft.md": "title: Takeover draft\ndate: 2024-02-01\ndraft: true",
    "future.md": "title: Takeover embargo\ndate: 2099-02-01",
    "private.md": "title: Takeover diary\ndate: 2024-02-01\nprivate: true",
}
EVERYWHERE = {"Takeover draft (not published)", "Takeover embargo (not published)"}


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A blog with a post for everybody and three that are not."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for name, front in {"public.md": "title: Takeover\ndate: 2024-01-01", **SECRETS}.items():
        (folder / name).write_text(f"---\n{front}\n---\nAll about the takeover, in {name}.\n")
    return folder


def manager_of(person: Person, server: int) -> Callable[..., dict[str, Any]]:
    """Makes interactions of somebody who manages a server."""

    def change(interaction: dict[str, Any]) -> dict[str, Any]:
        interaction["member"]["permissions"] = str(discord.Permissions(manage_guild=True).value)
        interaction["guild_id"] = interaction["guild"]["id"] = str(server)
        interaction["channel"]["guild_id"] = str(server)
        interaction["authorizing_integration_owners"] = {"0": str(server)}
        return interaction

    def use(post: str, *, typing: bool = False) -> dict[str, Any]:
        interaction = change(Reader(person).command("announce test", post=post))
        if typing:
            interaction["type"] = 4
            interaction["data"]["options"][0]["options"][0]["focused"] = True
        return interaction

    return use


async def seen_by(loopback: LoopbackDiscord, person: Person, server: int = 666) -> set[str]:
    """What a manager of a server is offered to preview, each of which opens as a preview."""
    use = manager_of(person, server)
    offered = (await loopback.interact(use("Takeover", typing=True))).choices
    for choice in offered:
        shown = await loopback.interact(use(choice["value"]))
        assert choice["name"].partition(" (")[0] in shown.text
    return {choice["name"] for choice in offered}


async def titles_for(loopback: LoopbackDiscord, person: Person, *typed: str) -> str:
    """All that a manager of some server reads when they name posts to preview."""
    use = manager_of(person, 666)
    return "\n".join([(await loopback.interact(use(each))).text for each in typed])


async def test_only_the_owner_sees_what_is_not_published(
    loopback: LoopbackDiscord, posts: Path, tmp_path: Path
) -> None:
    where = over_http(tmp_path, free_port())
    trusted = ("--trusted-servers", "777000000000000000")
    stranger = Person(555, "mallory")
    async with BotProcess(loopback.base, tmp_path / "i.db", *where, *trusted, posts=posts) as bot:
        await bot.says("Discord sends interactions to")
        assert await seen_by(loopback, ADA) == {"Takeover", *EVERYWHERE}, "she owns it"
        assert await seen_by(loopback, stranger) == {"Takeover"}
        trusting = await seen_by(loopback, stranger, 777000000000000000)
        assert trusting == {"Takeover", *EVERYWHERE}, "the operator named this server"
        read = await titles_for(loopback, stranger, "draft", "Takeover draft", "/draft/", "future")
        assert "Takeover draft" not in read.replace("**Takeover draft**", ""), "but as an echo"
        assert "embargo" not in read
        everyone = await titles_for(loopback, ADA, "Takeover diary", "private", "private.md")
        assert "in private.md" not in everyone
        assert "📣" not in everyone, "what is private is shown to nobody"
        loopback.answers.application["owner"] = BEN.payload()
        await bot.end()
    async with BotProcess(loopback.base, tmp_path / "i.db", *where, posts=posts) as bot:
        await bot.says("1 post from")
        assert await seen_by(loopback, ADA) == {"Takeover"}, "she sold it"
        assert await seen_by(loopback, BEN) == {"Takeover", *EVERYWHERE}


def member(person: Person, state: int) -> dict[str, Any]:
    """A member of a team, as Discord describes one."""
    user = person.payload()
    rest = {"team_id": "9", "role": "read_only", "permissions": ["*"]}
    return {"user": user, "membership_state": state, **rest}


def team(*members: dict[str, Any]) -> dict[str, Any]:
    """A team, as Discord describes it."""
    return {"id": "9", "name": "Team", "icon": None, "owner_user_id": "1", "members": [*members]}


class Clock:
    """Stands still until it is set."""

    now = 1000.0

    def __call__(self) -> float:
        """The time."""
        return self.now


async def test_a_team_owns_an_application_by_its_members(loopback: LoopbackDiscord) -> None:
    owner = Person(9, "team9")
    loopback.answers.application |= {
        "owner": owner.payload(),
        "team": team(member(ADA, 2), member(BEN, 1)),
    }
    async with discord.Client(intents=discord.Intents.none()) as client:
        await log_in(client, TOKEN)
        asked = Owners(client, None, TOKEN, clock=Clock())
        assert [await asked.include(each.id) for each in (ADA, BEN, owner)] == [True, False, False]


async def test_who_leaves_the_team_sees_drafts_no_more_after_ten_minutes(
    loopback: LoopbackDiscord,
) -> None:
    clock = Clock()
    async with discord.Client(intents=discord.Intents.none()) as client:
        await log_in(client, TOKEN)
        asked = Owners(client, None, TOKEN, clock=clock)
        assert await asked.include(ADA.id)
        loopback.answers.application["owner"] = BEN.payload()
        clock.now += SECONDS / 2
        assert await asked.include(ADA.id), "Discord is not asked for every letter typed"
        clock.now += SECONDS
        assert not await asked.include(ADA.id)
        assert await asked.include(BEN.id)


@pytest.mark.parametrize("logs_in", [True, False])
async def test_while_discord_does_not_answer_its_last_answer_counts(
    loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch, logs_in: bool
) -> None:
    monkeypatch.setattr(owners, "PATIENCE_SECONDS", 0.05)
    async with State.open(None) as state, discord.Client(intents=discord.Intents.none()) as client:
        await remember(state, [ADA.id])
        if logs_in:
            await log_in(client, TOKEN)
            loopback.fail("GET", "/applications/@me", 500, times=9)
        asked = Owners(client, state.identities, TOKEN, clock=Clock())
        assert await asked.include(ADA.id)
        assert not await asked.include(BEN.id)


async def test_nobody_is_the_owner_where_nobody_can_tell(loopback: LoopbackDiscord) -> None:
    del loopback
    async with discord.Client(intents=discord.Intents.none()) as client:
        assert not await Owners(client, None, TOKEN).include(ADA.id)


async def remember(state: State, ids: Sequence[int]) -> None:
    """Keep who owns the application, as a run before did."""
    user = {"id": "1", "username": "bot", "discriminator": "0000", "avatar": None}
    identity = Identity(application_id=1, public_key="0" * 64, user=user, owners=tuple(ids))
    await state.identities.remember(TOKEN, identity)
    assert await state.identities.identity(TOKEN) == identity
