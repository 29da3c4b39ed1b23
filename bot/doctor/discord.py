"""What Discord says of the bot: who it is, what it may do, and where its interactions go."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import aiohttp
import discord
from discord import Permissions, app_commands

from bot.app import App
from bot.blog.errors import SettingError
from bot.doctor.result import CheckResult, from_error, ok, skipped, wrong
from bot.serve.client import build_client
from bot.settings import Settings
from bot.transport.api import (
    DISCORD_ERRORS,
    TRANSIENT_ERRORS,
    describe,
    log_in,
    refusal,
    use_api_base,
)
from bot.transport.channels import allowed, names
from bot.transport.commands import is_current
from bot.transport.endpoint import PATH

CHECKS = ("token", "application", "endpoint", "commands", "intents", "permissions", "clock")
# discord.py tries five times, with pauses; a person at a terminal would have given up.
SECONDS_FOR_DISCORD = 20.0
# A machine that was stopped has to start first.
SECONDS_FOR_ENDPOINT = 10.0
# Signed requests may be 300 s old; half of that leaves room for a clock that drifts on.
MOST_SECONDS_APART = 150
PORTAL = "https://discord.com/developers/applications"

THREADS = {
    discord.ChannelType.news_thread.value,
    discord.ChannelType.public_thread.value,
    discord.ChannelType.private_thread.value,
}
# To answer commands the bot needs nothing; to write by itself, these.
TO_WRITE = Permissions(view_channel=True, send_messages=True, embed_links=True, attach_files=True)
TO_READ = Permissions(view_channel=True, use_application_commands=True)

Clock = Callable[[], float]
Payload = Mapping[str, Any]


async def check_discord(
    app: App, channel: int | None, *, clock: Clock = time.time
) -> list[CheckResult]:
    """Log in as the bot would, and look around without changing anything.

    Args:
        app: the settings, and the bot whose commands are compared.
        channel: id of a channel to look at, if any.
        clock: this machine's, in Unix seconds.
    """
    try:
        token = app.settings.require_token()
    except SettingError as error:
        return [from_error("token", error), *unanswered("needs the token")]
    use_api_base(app.settings.api_base)
    commands: list[CheckResult] = []

    async def compare(
        tree: app_commands.CommandTree,
    ) -> Sequence[app_commands.AppCommand]:
        commands.append(await check_commands(tree))
        return []

    comparison = ClockComparison(clock)
    async with build_client(app, compare) as client:
        client.http.http_trace = comparison.trace()
        try:
            async with asyncio.timeout(SECONDS_FOR_DISCORD):
                await log_in(client, token)
                permissions = await check_channel(client, channel)
        except DISCORD_ERRORS as error:
            results = [from_error("token", refusal(error)), *unanswered("needs Discord's answer")]
            return [*results[:-1], comparison.result()]
        assert client.application is not None, "login() asks for it"
        return [
            ok("token", "Discord accepts it"),
            check_application(client.application),
            await check_endpoint(
                client.application.interactions_endpoint_url or None, app.settings
            ),
            *commands,
            check_intents(client.intents, client.application.flags),
            permissions,
            comparison.result(),
        ]


def unanswered(why: str) -> Iterator[CheckResult]:
    """What remains untold without an answer of Discord's."""
    return (skipped(check, why) for check in CHECKS if check != "token")


def check_application(application: discord.AppInfo) -> CheckResult:
    """Whether servers and people can add the bot."""
    name = f"{application.name} ({application.id})"
    if application.bot_require_code_grant:
        return wrong(
            "application",
            f"{name} requires an OAuth2 code grant, so nobody can add it",
            f"Turn that off on its Bot page at {PORTAL}.",
        )
    ways = {
        "Guild Install": application.guild_integration_config,
        "User Install": application.user_integration_config,
    }
    off = [way for way, configuration in ways.items() if configuration is None]
    if len(off) == 1:  # both are missing where Discord says nothing of it
        return wrong(
            "application",
            f"{name}: {off[0]} is off",
            f"Tick it on its Installation page, {PORTAL}.",
        )
    people = application.approximate_user_install_count or 0
    servers = application.approximate_guild_count
    return ok("application", f"{name}; added to servers: {servers}, by people: {people}")


async def check_endpoint(registered: str | None, settings: Settings) -> CheckResult:
    """Whether interactions come to somebody who answers."""
    wanted = settings.public_url and settings.public_url + PATH
    if settings.mode == "http" and wanted and registered != wanted:
        where = registered or "the gateway"
        return wrong(
            "endpoint",
            f"Discord sends interactions to {where}, not to {wanted}",
            "`slashpost run` registers it as soon as it listens; its log says what hinders that.",
        )
    if registered is None:
        return ok("endpoint", "none is registered: interactions come over the gateway")
    answer = await unsigned_request(registered)
    if answer == "401":
        return ok("endpoint", f"{registered} answers, and asks for a signature")
    return wrong(
        "endpoint",
        f"Discord sends interactions to {registered}, which answers: {answer}",
        "Start the bot there; or answer them here with `slashpost run --take-over`.",
    )


async def unsigned_request(url: str) -> str:
    """What somebody gets who is not Discord: a status, or why there was none."""
    timeout = aiohttp.ClientTimeout(total=SECONDS_FOR_ENDPOINT)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, json={"type": 1}) as response,
        ):
            return str(response.status)
    except (*TRANSIENT_ERRORS, TimeoutError, ValueError) as error:
        return f"nothing ({describe(error)})"


async def check_commands(tree: app_commands.CommandTree) -> CheckResult:
    """Whether Discord offers readers the commands that this version answers."""
    try:
        current = await is_current(tree)
    except discord.HTTPException as error:
        if error.status == HTTPStatus.UNAUTHORIZED:
            raise
        return wrong("commands", f"Discord does not tell them ({describe(error)})", "Try again.")
    if current:
        return ok("commands", f"Discord has all {len(tree.get_commands())}, as this version has")
    return wrong(
        "commands",
        "Discord has others than this version",
        "Start the bot with `slashpost run`, which sends them.",
    )


def check_intents(asked: discord.Intents, granted: discord.ApplicationFlags) -> CheckResult:
    """Whether the gateway lets the bot in with the intents it asks for."""
    privileged = {
        "Server Members": (
            asked.members,
            granted.gateway_guild_members or granted.gateway_guild_members_limited,
        ),
        "Presence": (
            asked.presences,
            granted.gateway_presence or granted.gateway_presence_limited,
        ),
        "Message Content": (
            asked.message_content,
            granted.gateway_message_content or granted.gateway_message_content_limited,
        ),
    }
    missing = [name for name, (needs, has) in privileged.items() if needs and not has]
    if missing:
        return wrong(
            "intents",
            f"the bot asks for {', '.join(missing)} and may not",
            f"Turn these on on its Bot page at {PORTAL}.",
        )
    unneeded = [name for name, (needs, has) in privileged.items() if has and not needs]
    if unneeded:
        return ok("intents", f"all granted; {', '.join(unneeded)} could be turned off")
    return ok("intents", "the bot asks for no privileged one")


async def check_channel(client: discord.Client, channel_id: int | None) -> CheckResult:
    """Whether readers can use commands in a channel, and the bot can write there."""
    if channel_id is None:
        return skipped("permissions", "--channel ID looks at those in a channel")
    http = client.http
    assert client.user is not None, "login() asks for it"
    try:
        channel: Payload = await http.get_channel(channel_id)
        if channel["type"] in THREADS and channel.get("parent_id"):
            channel = await http.get_channel(channel["parent_id"])
        if not channel.get("guild_id"):
            return wrong(
                "permissions", f"{channel_id} is in no server", "Give the id of a server's channel."
            )
        guild: Payload = await http.get_guild(channel["guild_id"])
        member: Payload = await http.get_member(channel["guild_id"], client.user.id)
    except discord.HTTPException as error:
        if error.status not in {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}:
            raise
        return wrong(
            "permissions",
            f"the bot does not see the channel {channel_id} ({describe(error)})",
            "Check the id; add the bot to the server (`slashpost invite`); give it View Channel.",
        )
    return judge_permissions(channel, guild, member)


def judge_permissions(channel: Payload, guild: Payload, member: Payload) -> CheckResult:
    """What is missing for readers, else what is missing for the bot."""
    name = f"#{channel.get('name') or channel['id']}"
    readers = TO_READ & ~allowed(channel, guild)
    bot = TO_WRITE & ~allowed(channel, guild, member)
    if readers:
        return wrong(
            "permissions",
            f"{name}: @everyone lacks {', '.join(names(readers))}, so few see the commands",
            "Allow it in the channel's settings, if they shall.",
        )
    if bot:
        return wrong(
            "permissions",
            f"{name}: to write by itself the bot lacks {', '.join(names(bot))}",
            "Allow it in the channel's settings; commands work without.",
        )
    return ok("permissions", f"{name}: readers can use commands, and the bot can write")


class ClockComparison:
    """This machine's clock beside Discord's, from the ``Date`` of its answers."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seconds: float | None = None

    def trace(self) -> aiohttp.TraceConfig:
        """What a session needs to tell of each answer."""
        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(self._compare)
        return trace

    async def _compare(
        self, _session: object, _context: object, end: aiohttp.TraceRequestEndParams
    ) -> None:
        try:
            told = parsedate_to_datetime(end.response.headers.get("Date", ""))
        except ValueError:
            return
        self._seconds = self._clock() - told.timestamp()

    def result(self) -> CheckResult:
        """How far apart they are; an answer's ``Date`` is a whole second."""
        if self._seconds is None:
            return skipped("clock", "needs Discord's answer")
        away = f"{abs(self._seconds):.0f} s {'ahead of' if self._seconds > 0 else 'behind'}"
        if abs(self._seconds) <= MOST_SECONDS_APART:
            return ok("clock", f"{away} Discord's")
        return wrong(
            "clock",
            f"{away} Discord's, so signatures count as outdated and posts come out late or early",
            "Let the machine set its clock over the network (NTP).",
        )
