"""A server on this machine that speaks both wire formats of language models, well or badly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp import web

from bot.ask.model import Model
from bot.ask.providers import AnthropicModel, ChatModel

# What a test makes the server do: it gets the request and writes the response itself.
Script = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]


@dataclass
class ModelHost:
    """Answers requests one after the other by ``scripts``; the last one stays."""

    scripts: list[Script]
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    aborted: int = 0
    url: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request and let the script answer."""
        body = await request.json()
        self.bodies.append(body)
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        self.paths.append(request.path)
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        try:
            return await script(request, body)
        except (ConnectionError, asyncio.CancelledError):
            self.aborted += 1
            raise


@asynccontextmanager
async def hosting(*scripts: Script) -> AsyncIterator[ModelHost]:
    """Serve on a free port of the loopback interface."""
    host = ModelHost(list(scripts))
    app = web.Application()
    app.router.add_post("/{path:.*}", host.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    host.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield host
    finally:
        await runner.cleanup()


def raw(*parts: bytes | float, cut: bool = False) -> Script:
    """Send these bytes, pausing for so many seconds at each number; ``cut`` ends without an end."""

    async def script(request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in parts:
            if isinstance(part, bytes):
                await response.write(part)
            else:
                await asyncio.sleep(part)
        if cut:
            assert request.transport is not None
            request.transport.abort()
        return response

    return script


def status(code: int, body: Any, headers: dict[str, str] | None = None) -> Script:
    """Answer with an error."""

    async def script(_request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        kind = "text/html" if isinstance(body, str) else "application/json"
        return web.Response(status=code, text=text, headers=headers, content_type=kind)

    return script


def data(document: Any) -> bytes:
    """One event of a stream."""
    return f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode()


def delta(text: str, reason: str | None = None) -> bytes:
    """One chunk of a chat completion."""
    return data({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]})


def usage(prompt: int, completion: int) -> bytes:
    """The chunk that counts, without choices."""
    counts = {"prompt_tokens": prompt, "completion_tokens": completion}
    return data({"choices": [], "usage": counts})


DONE = b"data: [DONE]\n\n"


def chat(*texts: str, count: tuple[int, int] = (100, 20)) -> Script:
    """A whole answer in the chat-completions format."""
    return raw(*map(delta, texts), delta("", "stop"), usage(*count), DONE)


def event(document: dict[str, Any]) -> bytes:
    """One event of Anthropic's format."""
    return f"event: {document['type']}\n".encode() + data(document)


def message(*texts: str, reason: str = "end_turn") -> Script:
    """A whole answer in Anthropic's format."""
    start = {"type": "message_start", "message": {"usage": {"input_tokens": 90}}}
    end = {"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 9}}
    pieces = [
        event({"type": "content_block_delta", "delta": {"type": "text_delta", "text": text}})
        for text in texts
    ]
    return raw(
        event(start),
        event({"type": "content_block_start", "content_block": {"type": "text", "text": ""}}),
        event({"type": "ping"}),
        *pieces,
        event({"type": "content_block_stop"}),
        event(end),
        event({"type": "message_stop"}),
    )


def with_patience(model: Model, seconds: float) -> Model:
    """A copy of the model with another patience, in seconds."""
    if isinstance(model, ChatModel | AnthropicModel):
        return replace(model, endpoint=replace(model.endpoint, patience=seconds))
    return model
