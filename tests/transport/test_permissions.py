"""Permissions as Discord works them out, held against discord.py's own arithmetic."""

from __future__ import annotations

import datetime as dt
from typing import Any

import discord
import pytest
from discord import Permissions
from hypothesis import given
from hypothesis import strategies as st

from bot.transport.channels import allowed, names
from tests.wire.guild import (
    BOT_ROLE_ID,
    CHANNEL_ID,
    FORUM,
    NEWS,
    TEXT,
    THREAD_ID,
    bot_member,
    channel,
    guild,
    role,
    thread,
)
from tests.wire.people import ADA, APPLICATION_ID, SERVER_ID

OTHER_ROLE_ID = 202
# Everything that this project asks about.
ASKED = Permissions(
    view_channel=True,
    send_messages=True,
    send_messages_in_threads=True,
    read_message_history=True,
    create_public_threads=True,
    mention_everyone=True,
    embed_links=True,
    attach_files=True,
    use_application_commands=True,
)
BITS = [1 << bit for bit in range(64) if ASKED.value >> bit & 1]
TARGETS = ((SERVER_ID, 0), (BOT_ROLE_ID, 0), (OTHER_ROLE_ID, 0), (APPLICATION_ID, 1), (ADA.id, 1))
TIMES = (None, "2001-01-01T00:00:00+00:00", "2999-01-01T00:00:00+00:00")

few = st.sets(st.sampled_from(BITS)).map(sum)
# Nearly everything often, so that what is allowed and denied meet on the same channel.
most = few.map(lambda without: ASKED.value & ~without)
permissions = st.one_of(few, most, most, st.just(1 << 3))
overwrites = st.tuples(*[st.tuples(few, few) for _ in TARGETS])
servers = st.fixed_dictionaries(
    {
        "everyone": permissions,
        "ours": permissions,
        "others": permissions,
        "rules": overwrites,
        "roles": st.sets(st.sampled_from([BOT_ROLE_ID, OTHER_ROLE_ID])),
        "owner": st.sampled_from([ADA.id, ADA.id, ADA.id, APPLICATION_ID]),
        "timeout": st.sampled_from(TIMES),
        "kind": st.sampled_from([TEXT, NEWS, FORUM]),
    }
)


@pytest.fixture(scope="module")
def state() -> Any:
    """What discord.py's objects hang on."""
    return discord.Client(intents=discord.Intents(guilds=True))._connection


@given(drawn=servers)
def test_the_bot_may_do_in_a_channel_and_its_threads_what_discord_py_says(
    state: Any, drawn: dict[str, Any]
) -> None:
    server: Any = guild() | {"owner_id": str(drawn["owner"])}
    server["roles"] = [
        role(SERVER_ID, "@everyone", drawn["everyone"]),
        role(BOT_ROLE_ID, "Slashpost", drawn["ours"]),
        role(OTHER_ROLE_ID, "Others", drawn["others"]),
    ]
    place: Any = channel(CHANNEL_ID, "general", drawn["kind"])
    place["permission_overwrites"] = [
        {"id": str(who), "type": kind, "allow": str(allow & ~deny), "deny": str(deny)}
        for (who, kind), (allow, deny) in zip(TARGETS, drawn["rules"], strict=True)
    ]
    member: Any = bot_member() | {"roles": [str(each) for each in sorted(drawn["roles"])]}
    member["communication_disabled_until"] = drawn["timeout"]
    threads: Any = [thread(THREAD_ID, "about", CHANNEL_ID)]

    theirs = discord.Guild(data=server | {"channels": [place], "threads": threads}, state=state)
    me = discord.Member(data=member, guild=theirs, state=state)
    for where, is_thread in ((CHANNEL_ID, False), (THREAD_ID, True)):
        judge = theirs.get_channel_or_thread(where)
        assert judge is not None
        expected = judge.permissions_for(me) & ASKED
        assert allowed(place, server, member, thread=is_thread) & ASKED == expected


@given(everyone=permissions, rule=st.tuples(few, few))
def test_everyone_may_do_what_discord_py_says_of_the_role(
    state: Any, everyone: int, rule: tuple[int, int]
) -> None:
    server: Any = guild()
    server["roles"] = [role(SERVER_ID, "@everyone", everyone)]
    place: Any = channel(CHANNEL_ID, "general")
    allow, deny = rule
    overwrite = {"id": str(SERVER_ID), "type": 0, "allow": str(allow & ~deny), "deny": str(deny)}
    place["permission_overwrites"] = [overwrite]
    theirs = discord.Guild(data=server, state=state)
    judge = discord.TextChannel(state=state, guild=theirs, data=place)
    expected = judge.permissions_for(theirs.default_role) & ASKED
    assert allowed(place, server) & ASKED == expected


def test_a_timeout_ends_by_itself() -> None:
    place, server = channel(CHANNEL_ID, "general"), guild()
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(minutes=1)
    silenced = bot_member() | {"communication_disabled_until": soon.isoformat()}
    assert not allowed(place, server, silenced).send_messages
    assert allowed(place, server, silenced).read_message_history
    assert allowed(place, server, bot_member()).send_messages


def test_permissions_have_the_names_of_discords_settings() -> None:
    asked = Permissions(view_channel=True, send_messages=True, mention_everyone=True)
    mention = "Mention @everyone, @here, and All Roles"
    assert set(names(asked)) == {"View Channel", "Send Messages", mention}
    assert "Create Posts" in names(asked, forum=True)
