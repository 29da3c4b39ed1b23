"""One interaction that came as a request, and its answer on the way back."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import orjson
from discord.enums import InteractionResponseType
from discord.http import MultipartParameters, Route
from discord.webhook.async_ import AsyncWebhookAdapter

if TYPE_CHECKING:  # discord.py's types import each other in a circle
    from discord.types.interactions import InteractionCallback, InteractionType

Payload = dict[str, Any]

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json
UNKNOWN_WEBHOOK = 10015
UNKNOWN_INTERACTION = 10062
# Discord does not take larger bodies as an answer (found by trying); as an edit it does.
MAX_BODY_BYTES = 150_000
# Discord may hear of a follow-up before it has read the answer that makes it possible.
PAUSES_SECONDS = (0.1, 0.25, 0.5, 1.0)

NEW_MESSAGE = InteractionResponseType.channel_message.value
# The deferred answer in place of one that the response cannot hold; an edit brings that.
DEFERRED = {
    NEW_MESSAGE: InteractionResponseType.deferred_channel_message.value,
    InteractionResponseType.message_update.value: (
        InteractionResponseType.deferred_message_update.value
    ),
}
EPHEMERAL = discord.MessageFlags(ephemeral=True).value


class Exchange:
    """Waits for an answer, and tells the code that gave it when the response has been sent."""

    def __init__(self) -> None:
        self._answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._over = asyncio.Event()
        self._arrived = False

    async def give(self, answer: bytes) -> None:
        """Answer, and return when the answer has left: only then can more be sent.

        Raises:
            discord.NotFound: another answer was given before, such as the one at the
                deadline, or Discord has hung up.
        """
        if self._answer.done():
            raise too_late()
        self._answer.set_result(answer)
        await self._over.wait()
        if not self._arrived:
            raise too_late()

    async def answer(self, seconds: float) -> bytes:
        """The answer as JSON, once it is given.

        Raises:
            TimeoutError: none was in time, and none can be given any more.
        """
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.shield(self._answer)
        except TimeoutError:
            self._answer.cancel()
            raise

    def close(self, *, arrived: bool) -> None:
        """The request is over, its answer sent or not."""
        self._arrived = arrived
        self._over.set()


def encode(answer: Payload) -> bytes:
    """Write an answer as JSON."""
    return orjson.dumps(answer)


def too_late() -> discord.NotFound:
    """The error that Discord answers with when nobody waits for an answer any more."""
    message = {"code": UNKNOWN_INTERACTION, "message": "Unknown interaction"}
    return discord.NotFound(_Status(), message)


@dataclass(frozen=True, slots=True)
class _Status:
    """All that an exception of discord.py reads of a response."""

    status: int = HTTPStatus.NOT_FOUND
    reason: str = HTTPStatus.NOT_FOUND.phrase


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes back over HTTP.

    Attributes:
        status: of the response.
        body: JSON, or nothing.
        exchange: is told when the body has left.
    """

    status: HTTPStatus
    body: bytes = b""
    exchange: Exchange = field(default_factory=Exchange)

    def sent(self, *, arrived: bool) -> None:
        """The body has left, or the connection was lost before."""
        self.exchange.close(arrived=arrived)


class BodyAdapter(AsyncWebhookAdapter):
    """Gives an interaction's first answer to its exchange; sends everything else as usual.

    discord.py asks the adapter of the running task, so that commands and buttons do not
    know how their interaction came.
    """

    def __init__(self, exchange: Exchange, interaction: Payload) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._exchange = exchange
        self._application_id = int(interaction["application_id"])
        self._type: InteractionType = interaction["type"]

    async def create_interaction_response(
        self,
        interaction_id: int,
        token: str,
        *,
        session: aiohttp.ClientSession,
        proxy: str | None = None,
        proxy_auth: aiohttp.BasicAuth | None = None,
        params: MultipartParameters,
    ) -> InteractionCallback:
        """Answer, and return once the answer has left.

        Raises:
            discord.NotFound: it came too late.
        """
        answer = _payload(params)
        kind: int = answer["type"]
        body = encode(answer)
        if kind in DEFERRED and (params.files or len(body) > MAX_BODY_BYTES):
            message: Payload = answer["data"]
            private = message.get("flags", 0) & EPHEMERAL
            await self._exchange.give(encode({"type": DEFERRED[kind], "data": {"flags": private}}))
            await self.edit_original_interaction_response(
                self._application_id,
                token,
                session=session,
                proxy=proxy,
                proxy_auth=proxy_auth,
                **_as_edit(message, params),
            )
        else:
            await self._exchange.give(body)
        # Without the message, which nobody has told us.
        return {"interaction": {"id": interaction_id, "type": self._type}}

    async def request(self, route: Route, session: aiohttp.ClientSession, **options: Any) -> Any:
        """Send a request; again where it outran the answer in the body, or met a dead connection.

        While a machine sleeps, Discord closes the connections that it keeps, and nobody
        notices before the next request.
        """
        pauses = iter(PAUSES_SECONDS)
        reconnects = True
        while True:
            try:
                return await super().request(route, session, **options)
            except discord.NotFound as error:
                pause = next(pauses, None)
                if error.code != UNKNOWN_WEBHOOK or pause is None:
                    raise
            except aiohttp.ClientConnectionError:
                if not reconnects:
                    raise
                reconnects, pause = False, 0
            await asyncio.sleep(pause)
            for file in options.get("files") or ():
                file.reset()


def _payload(params: MultipartParameters) -> Payload:
    """The answer, which stands in a form's first field when files go with it."""
    if params.payload is not None:
        return params.payload
    assert params.multipart, "without a payload there is a form"
    form: Payload = json.loads(params.multipart[0]["value"])
    return form


def _as_edit(message: Payload, params: MultipartParameters) -> dict[str, Any]:
    """The same message for an edit, which cannot change whether it is private."""
    kept = {key: value for key, value in message.items() if key != "tts"}
    if "flags" in kept:
        kept["flags"] &= ~EPHEMERAL
    if not params.files:
        return {"payload": kept}
    assert params.multipart, "files are sent in a form"
    head, *files = params.multipart
    return {
        "multipart": [head | {"value": json.dumps(kept)}, *files],
        "files": params.files,
    }
