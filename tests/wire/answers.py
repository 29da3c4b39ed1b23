"""What Discord's REST API does, as far as the bot uses it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.wire.commands import CommandStore
from tests.wire.endpoint import Poster
from tests.wire.guild import bot_member, channels, guild
from tests.wire.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE, EPHEMERAL, Exchange
from tests.wire.messages import LOADING, edited, stored
from tests.wire.people import BOT, application

Payload = dict[str, Any]
Answer = tuple[int, Any]

NEW_MESSAGE, EDIT = 4, 7
ORIGINAL = "@original"
# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
INVALID_FORM_BODY = 50035
UNKNOWN_MESSAGE, UNKNOWN_WEBHOOK, UNKNOWN_INTERACTION, ANSWERED = 10008, 10015, 10062, 40060
MISSING_ACCESS = 50001


class Refused(Exception):
    """An answer with an error of Discord's."""

    def __init__(self, status: int, code: int, message: str, errors: Payload | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.body: Payload = {"code": code, "message": message}
        if errors is not None:
            self.body["errors"] = errors


class Expected(Refused):
    """An error that every bot must live with: no complaint."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that fits Discord's description.

    Attributes:
        names: what stood in the path's placeholders.
        query: the query's parameters.
        body: decoded JSON, None for none.
    """

    names: Mapping[str, str]
    query: Mapping[str, str]
    body: Any


Handler = Callable[["Answers", Request], Awaitable[Answer]]
_routes: list[tuple[str, re.Pattern[str], Handler]] = []


def route(method: str, path: str) -> Callable[[Handler], Handler]:
    """Let a method answer the requests to a path, whose placeholders are as in ``{name}``."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))

    def remember(handler: Handler) -> Handler:
        _routes.append((method, pattern, handler))
        return handler

    return remember


class Answers:
    """Discord's memory, and what it does when it is asked.

    Attributes:
        commands: the application's global commands.
        exchanges: interactions by their token.
        messages: messages by their id.
        application: the bot's application.
        poster: reaches its endpoint.
        guild: the server that has the bot.
        more_guilds: ids of other servers that have the bot.
        channels: its channels, by their id.
        bot_member: the bot in it.
        closed: status and code with which a channel, or a reader's direct messages, refuse
            whatever the bot wants to do there, by its id or the reader's.
        unreadable: ids of channels whose history the bot may not read.
        lists_containers: whether a list may hold a message with a container, or gets a 500:
            https://github.com/discord/discord-api-docs/issues/8611
        is_indexed: whether messages can be searched for.
        nonces: for each, when it was seen last and the message that it stands for.
        nonce_seconds: how long one is remembered: Discord says a few minutes.
    """

    def __init__(self) -> None:
        self.gateway_url = ""
        self.shards = 1
        self.application = application()
        self.poster = Poster()
        self.guild = guild()
        self.more_guilds: list[str] = []
        self.channels = channels()
        self.bot_member = bot_member()
        self.commands = CommandStore()
        self.exchanges: dict[str, Exchange] = {}
        self.messages: dict[str, Payload] = {}
        self.closed: dict[str, tuple[int, int]] = {}
        self.unreadable: set[str] = set()
        self.lists_containers = True
        self.is_indexed = True
        self.nonces: dict[str, tuple[float, str]] = {}
        self.nonce_seconds = 180.0

    async def answer(
        self, method: str, path: str, query: Mapping[str, str], body: object
    ) -> Answer:
        """Status and JSON for a request.

        Raises:
            Refused: Discord would answer with an error.
            AssertionError: this server does not know the operation.
        """
        for own_method, pattern, handler in _routes:
            match = pattern.fullmatch(path)
            if match and own_method == method:
                return await handler(self, Request(match.groupdict(), query, body))
        raise AssertionError(f"the loopback server has no {method} {path}")

    @route("GET", "/gateway/bot")
    async def _gateway(self, _: Request) -> Answer:
        limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
        shown = {"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit}
        return 200, shown

    @route("GET", "/users/@me")
    async def _user(self, _: Request) -> Answer:
        return 200, BOT.payload() | {"mfa_enabled": False, "locale": "en-US"}

    @route("GET", "/oauth2/applications/@me")
    @route("GET", "/applications/@me")
    async def _application(self, _: Request) -> Answer:
        return 200, self.application

    @route("PATCH", "/applications/@me")
    async def _edit_application(self, request: Request) -> Answer:
        url = request.body.get("interactions_endpoint_url")
        if url is not None and not await self.poster.accepts(url):
            why = "The specified interactions endpoint url could not be verified."
            errors = {"interactions_endpoint_url": {"_errors": [{"code": "X", "message": why}]}}
            raise Expected(400, INVALID_FORM_BODY, "Invalid Form Body", errors)
        self.application |= request.body
        return 200, self.application

    @route("GET", "/applications/{application}/commands")
    async def _list_commands(self, request: Request) -> Answer:
        return 200, self.commands.tell(translated=request.query.get("with_localizations") == "true")

    @route("PUT", "/applications/{application}/commands")
    async def _set_commands(self, request: Request) -> Answer:
        return 200, self.commands.replace(request.body)

    @route("POST", "/interactions/{id}/{token}/callback")
    async def _callback(self, request: Request) -> Answer:
        exchange = self.exchanges.get(request.names["token"])
        if exchange is None or exchange.interaction["id"] != request.names["id"]:
            raise Refused(404, UNKNOWN_INTERACTION, "Unknown interaction")
        if exchange.callback is not None:
            raise Refused(400, ANSWERED, "Interaction has already been acknowledged.")
        self.take(exchange, request.body)
        if request.query.get("with_response", "0") in {"0", "false"}:
            return 204, None
        cause = exchange.interaction
        told: Payload = {"interaction": {"id": cause["id"], "type": cause["type"]}}
        if exchange.message is not None and request.body["type"] in {NEW_MESSAGE, EDIT}:
            told["resource"] = {"type": request.body["type"], "message": exchange.message}
        return 200, told

    def take(self, exchange: Exchange, callback: Payload) -> None:
        """Do what the first answer to an interaction asks for."""
        exchange.callback = callback
        kind, data = callback["type"], callback.get("data") or {}
        cause = exchange.interaction
        if kind in {NEW_MESSAGE, DEFERRED_MESSAGE}:
            if kind == DEFERRED_MESSAGE:
                # Only whether it is private counts of a deferred answer.
                data = {"flags": (data.get("flags", 0) & EPHEMERAL) | LOADING}
            self._keep(exchange, stored(data, cause["channel_id"], cause=cause))
        elif kind == EDIT:
            self._keep(exchange, edited(self._current(cause["message"]), data))
        elif kind == DEFERRED_UPDATE:
            self._keep(exchange, self._current(cause["message"]))
        if kind not in {DEFERRED_MESSAGE, DEFERRED_UPDATE}:
            exchange.sent.append(data)
            exchange.answered.set()

    def _current(self, message: Payload) -> Payload:
        """A message as it is now; one from an earlier run is taken as it comes."""
        return self.messages.get(message["id"], message)

    def _keep(self, exchange: Exchange, message: Payload) -> None:
        self.messages[message["id"]] = exchange.message = message

    @route("POST", "/webhooks/{application}/{token}")
    async def _follow_up(self, request: Request) -> Answer:
        exchange = self._answered(request)
        cause = exchange.interaction
        message = stored(request.body, cause["channel_id"], cause=cause)
        self.messages[message["id"]] = message
        exchange.followups.append(message)
        exchange.sent.append(request.body)
        exchange.answered.set()
        return 200, message

    @route("GET", "/webhooks/{application}/{token}/messages/{message}")
    async def _get_message(self, request: Request) -> Answer:
        return 200, self._message(self._answered(request), request.names["message"])

    @route("PATCH", "/webhooks/{application}/{token}/messages/{message}")
    async def _edit_message(self, request: Request) -> Answer:
        exchange = self._answered(request)
        before = self._message(exchange, request.names["message"])
        message = edited(before, request.body)
        self.messages[message["id"]] = message
        if exchange.message is before:
            exchange.message = message
        else:
            exchange.followups[exchange.followups.index(before)] = message
        exchange.sent.append(request.body)
        exchange.answered.set()
        return 200, message

    @route("DELETE", "/webhooks/{application}/{token}/messages/{message}")
    async def _delete_message(self, request: Request) -> Answer:
        message = self._message(self._answered(request), request.names["message"])
        del self.messages[message["id"]]
        return 204, None

    def _answered(self, request: Request) -> Exchange:
        """The exchange of a follow-up; before the first answer there is no webhook for it."""
        exchange = self.exchanges.get(request.names["token"])
        if exchange is None or exchange.callback is None:
            if exchange is not None and self.application["interactions_endpoint_url"]:
                # The request was faster than the answer in the body of the response.
                raise Expected(404, UNKNOWN_WEBHOOK, "Unknown Webhook")
            raise Refused(404, UNKNOWN_WEBHOOK, "Unknown Webhook")
        return exchange

    def _message(self, exchange: Exchange, name: str) -> Payload:
        message = exchange.message if name == ORIGINAL else self.messages.get(name)
        if message is None:
            raise Refused(404, UNKNOWN_MESSAGE, "Unknown Message")
        if message["id"] not in self.messages:  # somebody has deleted it
            raise Expected(404, UNKNOWN_MESSAGE, "Unknown Message")
        return message

    @route("GET", "/users/@me/guilds")
    async def _my_guilds(self, request: Request) -> Answer:
        own = () if self.guild["id"] in self.closed else (self.guild["id"], *self.more_guilds)
        after, limit = int(request.query.get("after", 0)), int(request.query["limit"])
        ids = sorted(each for each in map(int, own) if each > after)[:limit]
        names = {"name": "Readers", "icon": None, "banner": None, "permissions": "0"}
        return 200, [{"id": str(each), **names, "owner": False, "features": []} for each in ids]

    @route("GET", "/guilds/{guild}")
    async def _get_guild(self, request: Request) -> Answer:
        self._must_be_in(request)
        return 200, self.guild

    @route("GET", "/guilds/{guild}/members/{user}")
    async def _get_member(self, request: Request) -> Answer:
        self._must_be_in(request)
        return 200, self.bot_member

    def _must_be_in(self, request: Request) -> None:
        if request.names["guild"] != self.guild["id"]:
            raise Expected(403, MISSING_ACCESS, "Missing Access")
