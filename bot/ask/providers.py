"""The two wire formats: chat completions, and Anthropic's Messages."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncGenerator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from bot.ask.http import Endpoint, Rejected, error_text, failed, post, too_slow
from bot.ask.model import (
    THINKING_TOKENS,
    Chunk,
    Model,
    ModelError,
    Prompt,
    TextDelta,
    Usage,
)
from bot.blog.errors import SettingError

# Where a provider answers when no address is set. Sources: each provider's API reference.
BASES = {
    "openai": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "openrouter": "https://openrouter.ai/api/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "mistral": "https://api.mistral.ai/v1",
}
# https://docs.anthropic.com/en/api/versioning
ANTHROPIC_VERSION = "2023-06-01"
# A body is changed at most so often until the API accepts it.
MAX_ADJUSTMENTS = 4


def open_model(name: str, *, url: str | None = None, key: str = "") -> Model:
    """The model that the settings name.

    Args:
        name: ``provider/model`` for the providers of ``BASES``; any name with a ``url``.
        url: the API's base address, such as ``http://127.0.0.1:11434/v1``.
        key: the API's key; may be empty for a model of one's own.

    Raises:
        SettingError: the name or the address cannot be used.
    """
    provider, slash, model = name.partition("/")
    if url is None:
        if provider not in BASES or not (slash and model):
            known = ", ".join(f"{each}/…" for each in BASES)
            raise SettingError(
                "SLASHPOST_ASK_MODEL",
                f"{name!r} names no known provider",
                f"Write one of {known}, or set SLASHPOST_ASK_URL too.",
            )
        url = BASES[provider]
    elif not _is_http(url):
        raise SettingError(
            "SLASHPOST_ASK_URL",
            "the address does not begin with https:// or http://",
            "Write it like http://127.0.0.1:11434/v1.",
        )
    if provider not in BASES or not slash:
        model = name
    url = url.rstrip("/")
    if provider == "anthropic":
        return AnthropicModel.at(url, model, key)
    return ChatModel.at(url, model, key)


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@dataclass(frozen=True, slots=True)
class _Dialect:
    """How a provider's chat completions differ from the common format.

    Attributes:
        limit: what the limit of tokens is called.
        more: further fields.
        thoughts: what the limit must hold beside the answer, in tokens.
    """

    limit: str = "max_tokens"
    more: Mapping[str, Any] = field(default_factory=dict)
    thoughts: int = 0


_DIALECTS = {
    # OpenAI's newer models know only this name of the limit, most others only the first.
    "openai": _Dialect("max_completion_tokens", {"reasoning_effort": "low"}, THINKING_TOKENS),
    "gemini": _Dialect(more={"reasoning_effort": "low"}, thoughts=THINKING_TOKENS),
    "openrouter": _Dialect(thoughts=THINKING_TOKENS),
}
_COMMON = _Dialect()


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A model behind the chat-completions format, which most providers and servers speak.

    Source: https://platform.openai.com/docs/api-reference/chat-streaming

    Attributes:
        endpoint: where it answers.
        name: what the API calls it.
        dialect: what this API has beside the common fields.
        forbidden: fields that the API has rejected so far.
    """

    endpoint: Endpoint
    name: str
    dialect: _Dialect = _COMMON
    forbidden: set[str] = field(default_factory=set, compare=False, repr=False)

    @classmethod
    def at(cls, base: str, name: str, key: str) -> ChatModel:
        """The model ``name`` at the API's base address."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        endpoint = Endpoint(url=f"{base}/chat/completions", headers=headers, secret=key)
        provider = next((each for each, url in BASES.items() if url == base), "")
        return cls(endpoint, name, _DIALECTS.get(provider, _COMMON))

    @property
    def provider(self) -> str:
        """The API's host."""
        return self.endpoint.host

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """See ``Model.stream``."""
        roles = ("user", "assistant")
        turns = [
            {"role": roles[number % 2], "content": text} for number, text in enumerate(prompt.turns)
        ]
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "system", "content": prompt.system}, *turns],
            "stream": True,
            "stream_options": {"include_usage": True},
            **self.dialect.more,
            self.dialect.limit: prompt.max_tokens + self.dialect.thoughts,
        }
        body = without_forbidden(body, self.forbidden)

        def adjusted(rejected: dict[str, Any], message: str) -> dict[str, Any] | None:
            names = forbidden_fields(rejected, message)
            self.forbidden.update(names)
            return without_forbidden(rejected, names) if names else None

        parse = _ChatAnswer(self.endpoint)
        async with aclosing(_streamed(self.endpoint, body, parse, adjusted)) as chunks:
            async for chunk in chunks:
                yield chunk


@dataclass(frozen=True, slots=True)
class AnthropicModel:
    """A model behind Anthropic's Messages format.

    Source: https://docs.anthropic.com/en/api/messages-streaming
    """

    endpoint: Endpoint
    name: str

    @classmethod
    def at(cls, base: str, name: str, key: str) -> AnthropicModel:
        """The model ``name`` at the API's base address."""
        headers = {"x-api-key": key, "anthropic-version": ANTHROPIC_VERSION}
        base = base.removesuffix("/v1")
        return cls(Endpoint(url=f"{base}/v1/messages", headers=headers, secret=key), name)

    @property
    def provider(self) -> str:
        """The API's host."""
        return self.endpoint.host

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """See ``Model.stream``."""
        roles = ("user", "assistant")
        body: dict[str, Any] = {
            "model": self.name,
            "system": prompt.system,
            "messages": [
                {"role": roles[number % 2], "content": text}
                for number, text in enumerate(prompt.turns)
            ],
            "max_tokens": prompt.max_tokens,
            "stream": True,
        }
        parse = _AnthropicAnswer(self.endpoint)
        async with aclosing(_streamed(self.endpoint, body, parse, lambda _b, _m: None)) as chunks:
            async for chunk in chunks:
                yield chunk


async def _streamed(
    endpoint: Endpoint,
    body: dict[str, Any],
    parse: _ChatAnswer | _AnthropicAnswer,
    adjusted: Callable[[dict[str, Any], str], dict[str, Any] | None],
) -> AsyncGenerator[Chunk, None]:
    """Send a body, adjusted while the API rejects a field of it, and read the answer.

    Whatever else arrives, such as signs of life, there must be text within the endpoint's
    patience. The time that the caller takes between two pieces does not count.
    """
    now = asyncio.get_running_loop().time
    deadline = now() + endpoint.patience
    for _ in range(MAX_ADJUSTMENTS + 1):
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout_at(deadline):
                    found = await stack.enter_async_context(post(endpoint, body))
                while True:
                    async with asyncio.timeout_at(deadline):
                        event = await anext(found, None)
                    if event is None:
                        break
                    for chunk in parse.read(event.data):
                        yield chunk
                        if isinstance(chunk, TextDelta):
                            deadline = now() + endpoint.patience
                parse.finish()
                return
        except Rejected as rejection:
            mended = adjusted(body, rejection.message)
            if mended is None:
                message = f"{endpoint.host} answers {rejection.status}: {rejection.message}"
                raise ModelError("rejected", message) from None
            body = mended
        except TimeoutError:
            raise too_slow(endpoint) from None
    raise ModelError("rejected", f"{endpoint.host} accepts no form of the request")


_OTHER_LIMIT = {
    "max_tokens": "max_completion_tokens",
    "max_completion_tokens": "max_tokens",
}


def forbidden_fields(body: Mapping[str, Any], message: str) -> set[str]:
    """The fields of a body that an error says the API does not take."""
    if re.search(r"too large|too long|context", message, re.IGNORECASE):
        return set()  # not the name of the limit is wrong
    names = {name for name in ("stream_options", *_OTHER_LIMIT) if name in message}
    # Models that cannot think say so in words of their own.
    if re.search(r"reasoning|thinking", message, re.IGNORECASE):
        names.add("reasoning_effort")
    return names & body.keys()


def without_forbidden(body: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """A body without those fields; the limit of tokens gets its other name."""
    changed = {name: value for name, value in body.items() if name not in names}
    for name, other in _OTHER_LIMIT.items():
        if name in body and name in names and other not in names:
            changed[other] = body[name]
    return changed


def _document(data: str, endpoint: Endpoint) -> dict[str, Any]:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        raise ModelError("unavailable", f"{endpoint.host} sent what is not JSON") from None
    if not isinstance(document, dict):
        raise ModelError("unavailable", f"{endpoint.host} sent another document than announced")
    return document


def _count(usage: Any, name: str) -> int:
    value = usage.get(name) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and value > 0 else 0


class _ChatAnswer:
    """Reads the chunks of a chat completion."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._is_ended = False
        self._has_text = False
        self._reason: str | None = None

    def read(self, data: str) -> list[Chunk]:
        if data.strip() == "[DONE]":
            self._is_ended = True
            return []
        document = _document(data, self._endpoint)
        if document.get("error"):
            raise failed("unavailable", error_text(document), self._endpoint)
        found: list[Chunk] = []
        choices = document.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else {}
        choice = choice if isinstance(choice, dict) else {}
        said = choice.get("delta") or choice.get("message") or {}
        said = said if isinstance(said, dict) else {}
        if said.get("refusal"):
            raise failed("refused", str(said["refusal"]), self._endpoint)
        if text := _content(said.get("content")):
            self._has_text = True
            found.append(TextDelta(text))
        if reason := choice.get("finish_reason"):
            self._reason = str(reason)
            self._is_ended = True
        usage = document.get("usage")
        counted = Usage(_count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))
        if counted.total:
            found.append(counted)
        return found

    def finish(self) -> None:
        """Raise ModelError if the answer is incomplete."""
        if self._reason in {"content_filter", "safety", "SAFETY"}:
            raise ModelError("refused", f"{self._endpoint.host} filtered the answer")
        if self._reason == "length" and not self._has_text:
            message = f"{self._endpoint.host}: the model thought until its tokens were used up"
            raise ModelError("cut", message)
        if not self._is_ended:
            raise ModelError("cut", f"{self._endpoint.host} stopped in the middle of the answer")


def _content(content: Any) -> str:
    """The text of a message: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return ""


class _AnthropicAnswer:
    """Reads the events of a message."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._is_ended = False
        self._reason: str | None = None
        self._input = 0

    def read(self, data: str) -> list[Chunk]:
        document = _document(data, self._endpoint)
        kind = document.get("type")
        if kind == "error":
            error = document.get("error")
            name = error.get("type") if isinstance(error, dict) else ""
            is_busy = name in {"overloaded_error", "rate_limit_error"}
            text = error_text(document)
            raise failed("busy" if is_busy else "unavailable", text, self._endpoint)
        if kind == "message_start":
            message = document.get("message")
            self._input = (
                _count(message.get("usage"), "input_tokens") if isinstance(message, dict) else 0
            )
        elif kind == "content_block_delta":
            delta = document.get("delta")
            said = delta.get("text") if isinstance(delta, dict) else None
            return [TextDelta(said)] if isinstance(said, str) and said else []
        elif kind == "message_delta":
            delta = document.get("delta")
            if isinstance(delta, dict) and delta.get("stop_reason"):
                self._reason = str(delta["stop_reason"])
            output = _count(document.get("usage"), "output_tokens")
            return [Usage(self._input, output)] if self._input or output else []
        elif kind == "message_stop":
            self._is_ended = True
        elif kind == "message":  # the whole message in one document
            self._is_ended, self._reason = True, str(document.get("stop_reason"))
            usage = document.get("usage")
            text = _content(document.get("content"))
            counted = Usage(_count(usage, "input_tokens"), _count(usage, "output_tokens"))
            return [*([TextDelta(text)] if text else []), counted]
        return []

    def finish(self) -> None:
        """Raise ModelError if the answer is incomplete."""
        if self._reason == "refusal":
            raise ModelError("refused", f"{self._endpoint.host}: the model declines")
        if not self._is_ended:
            raise ModelError("cut", f"{self._endpoint.host} stopped in the middle of the answer")
