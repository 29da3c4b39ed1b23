"""Answers that travel in the body of the response, where discord.py would send a request."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
from discord.enums import InteractionResponseType
from discord.http import MultipartParameters, Route
from discord.webhook.async_ import AsyncWebhookAdapter

from bot.transport.exchange import UNKNOWN_WEBHOOK, Exchange, Payload, encode

if TYPE_CHECKING:  # discord.py's types import each other in a circle
    from discord.types.interactions import InteractionCallback, InteractionType

# Discord does not take larger bodies as an answer (found by trying); as an edit it does.
MAX_BODY_BYTES = 150_000
# Discord may hear of a follow-up before it has read the answer that makes it possible.
PAUSES_SECONDS = (0.1, 0.25, 0.5, 1.0)

NEW_MESSAGE = InteractionResponseType.channel_message.value
# What stands in for an answer that cannot travel in the body, and is then edited.
DEFERRED = {
    NEW_MESSAGE: InteractionResponseType.deferred_channel_message.value,
    InteractionResponseType.message_update.value: (
        InteractionResponseType.deferred_message_update.value
    ),
}
EPHEMERAL = discord.MessageFlags(ephemeral=True).value


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
