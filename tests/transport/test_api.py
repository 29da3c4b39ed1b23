"""Discord's API: the invitation, and what readers wait for is finished before the bot stops."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.blog.errors import DiscordRefused
from bot.transport.api import finish_running, invitation, invite_url, use_api_base
from tests.transport.clerk import Clerk, answering
from tests.transport.test_interactions import until
from tests.wire.interactions import Reader
from tests.wire.patience import PATIENCE
from tests.wire.people import APPLICATION_ID, TOKEN
from tests.wire.server import LoopbackDiscord


async def test_the_invitation_names_the_application_of_the_token(loopback: LoopbackDiscord) -> None:
    use_api_base(loopback.base + "/")
    assert f"client_id={APPLICATION_ID}" in await invitation(TOKEN)


async def test_a_bad_token_and_a_dead_network_are_told_apart(loopback: LoopbackDiscord) -> None:
    with pytest.raises(DiscordRefused, match="rejects this token"):
        await invitation("another token")
    loopback.fail("GET", "/users/@me", 0, times=9)
    with pytest.raises(DiscordRefused, match="cannot be reached"):
        await invitation(TOKEN)


def test_the_invitation_asks_for_commands_and_no_permissions() -> None:
    parts = urlsplit(invite_url(42))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "discord.com", "/oauth2/authorize")
    query = parse_qs(parts.query)
    assert query == {
        "client_id": ["42"],
        "scope": ["bot applications.commands"],
        "permissions": ["0"],
    }


async def test_an_edit_that_follows_its_answer_is_waited_for(loopback: LoopbackDiscord) -> None:
    loopback.is_outrun = True
    async with answering(loopback, Clerk()):
        asked = asyncio.create_task(loopback.interact(Reader().command("patient")))
        # The answer has left, and the edit is still refused.
        await until(lambda: 404 in [call.status for call in loopback.rest.calls])
        await finish_running(PATIENCE)
        assert (await asked).shown["content"] == "At last"


async def test_a_command_that_never_ends_is_not(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk(pause=2 * PATIENCE), deadline=0.1):
        await loopback.interact(Reader().command("slow"))
        async with asyncio.timeout(PATIENCE):
            await finish_running(0.1)
        assert clerk.begun == 1
