"""What the terminal is told about the application."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from bot.blog.errors import DiscordRefused
from bot.transport.api import invitation, invite_url, use_api_base
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
