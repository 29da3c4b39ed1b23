"""Permissions as Discord works them out, held against discord.py's own arithmetic."""

from __future__ import annotations

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.doctor.channel import TO_WRITE
from bot.transport.permissions import allowed
from tests.wire.guild import BOT_ROLE_ID, CHANNEL_ID, bot_member, channels, guild, role
from tests.wire.people import ADA, APPLICATION_ID, SERVER_ID

OTHER_ROLE_ID = 202
ADMINISTRATOR = 1 << 3
ALL, SEND = TO_WRITE.value, 1 << 11
TARGETS = ((SERVER_ID, 0), (BOT_ROLE_ID, 0), (OTHER_ROLE_ID, 0), (APPLICATION_ID, 1), (ADA.id, 1))
# Few values, so that allowing and denying meet on the same one.
permissions = st.sampled_from([0, SEND, ALL, ALL, ALL, ADMINISTRATOR])
overwritten = st.tuples(st.sampled_from([0, SEND, ALL]), st.sampled_from([0, SEND]))
overwrites = st.tuples(*[overwritten for _ in TARGETS])


@pytest.fixture(scope="module")
def state() -> Any:
    """What discord.py's objects hang on."""
    return discord.Client(intents=discord.Intents.none())._connection


@given(
    everyone=permissions,
    ours=permissions,
    others=permissions,
    rules=overwrites,
    roles=st.sets(st.sampled_from([BOT_ROLE_ID, OTHER_ROLE_ID])),
    owner=st.sampled_from([ADA.id, ADA.id, ADA.id, APPLICATION_ID]),
)
def test_the_bot_may_write_where_discord_py_says_so(
    state: Any,
    *,
    everyone: int,
    ours: int,
    others: int,
    rules: tuple[tuple[int, int], ...],
    roles: set[int],
    owner: int,
) -> None:
    server: Any = guild() | {"owner_id": str(owner)}
    server["roles"] = [
        role(SERVER_ID, "@everyone", everyone),
        role(BOT_ROLE_ID, "Slashpost", ours),
        role(OTHER_ROLE_ID, "Others", others),
    ]
    channel: Any = channels()[str(CHANNEL_ID)]
    channel["permission_overwrites"] = [
        {"id": str(who), "type": kind, "allow": str(allow & ~deny), "deny": str(deny)}
        for (who, kind), (allow, deny) in zip(TARGETS, rules, strict=True)
    ]
    member: Any = bot_member() | {"roles": [str(each) for each in sorted(roles)]}

    theirs = discord.Guild(data=server, state=state)
    place = discord.TextChannel(state=state, guild=theirs, data=channel)
    expected = place.permissions_for(discord.Member(data=member, guild=theirs, state=state))
    # Who cannot see a channel can do nothing there, which discord.py works out too.
    assert (allowed(channel, server, member) >= TO_WRITE) == (expected >= TO_WRITE)
