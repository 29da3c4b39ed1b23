"""Models behind both wire formats, over real sockets: whole answers and every error."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ask.http import MAX_EVENT_CHARACTERS, Event, EventTooLongError, events
from bot.ask.model import THINKING_TOKENS, Chunk, ModelError, Prompt, TextDelta, Usage
from bot.ask.providers import BASES, open_model
from bot.blog.errors import SettingError
from tests.ask.host import (
    DONE,
    Script,
    chat,
    data,
    delta,
    event,
    hosting,
    message,
    raw,
    status,
    with_patience,
)
from tests.wire.patience import PATIENCE

KEY = "sk-secret-key"
PROMPT = Prompt(system="rules", turns=("first", "before", "question"), max_tokens=50)


async def answer(url: str, name: str = "any/model", patience: float = PATIENCE) -> list[Chunk]:
    """All chunks of an answer."""
    model = with_patience(open_model(name, url=url, key=KEY), patience)
    async with aclosing(model.stream(PROMPT)) as chunks:
        return [chunk async for chunk in chunks]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextDelta))


async def failure(
    *scripts: Script, name: str = "any/model", patience: float = PATIENCE
) -> ModelError:
    """The error that an answer ends in; it never holds the key."""
    async with hosting(*scripts) as host:
        with pytest.raises(ModelError) as caught:
            await answer(host.url, name, patience)
    assert KEY not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    return caught.value


async def test_a_chat_completion_arrives_in_pieces() -> None:
    async with hosting(chat("Grüße ", "[1].", count=(123, 45))) as host:
        chunks = await answer(host.url)
    assert text_of(chunks) == "Grüße [1]."
    assert chunks[-1] == Usage(123, 45)
    (body,) = host.bodies
    assert body["model"] == "any/model"
    assert [turn["role"] for turn in body["messages"]] == ["system", "user", "assistant", "user"]
    assert body["max_tokens"] == 50
    assert host.headers[0]["authorization"] == f"Bearer {KEY}"
    assert host.paths == ["/v1/chat/completions"]


async def test_a_message_of_anthropic_arrives_in_pieces() -> None:
    async with hosting(message("Hel", "lo [1].")) as host:
        chunks = await answer(host.url, "anthropic/claude-x")
    assert text_of(chunks) == "Hello [1]."
    assert chunks[-1] == Usage(90, 9)
    (body,) = host.bodies
    assert (body["model"], body["system"]) == ("claude-x", "rules")
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    assert host.headers[0]["x-api-key"] == KEY
    assert host.paths == ["/v1/messages"]


@pytest.mark.parametrize(
    "parts",
    [
        pytest.param([b": OPENROUTER PROCESSING\n\n", delta("ok", "stop"), DONE], id="a comment"),
        pytest.param([delta("ok", "stop")], id="no DONE"),
        pytest.param([data({"choices": []}), delta("ok", "stop"), DONE], id="empty choices"),
        pytest.param([data({"choices": None}), delta("ok", "stop")], id="no choices"),
        pytest.param([delta("o"), delta("k"), delta("", "length"), DONE], id="too long"),
        pytest.param([delta("ok", "stop").replace(b"\n\n", b"\r\n\r\n"), DONE], id="CRLF"),
        pytest.param(
            [data({"choices": [{"delta": {"content": [{"type": "text", "text": "ok"}]}}]}), DONE],
            id="a list of parts",
        ),
    ],
)
async def test_dialects_of_the_format(parts: list[bytes]) -> None:
    async with hosting(raw(*parts)) as host:
        assert text_of(await answer(host.url)) == "ok"


async def test_a_character_may_be_cut_in_two() -> None:
    whole = delta("日本語 [1]", "stop")
    middle = whole.index("本".encode()) + 1
    async with hosting(raw(whole[:middle], 0.05, whole[middle:], DONE)) as host:
        assert text_of(await answer(host.url)) == "日本語 [1]"


async def test_a_server_that_does_not_stream_is_understood() -> None:
    document = {
        "choices": [{"message": {"content": "All at once [1]."}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 5, "completion_tokens": 6},
    }
    async with hosting(status(200, document)) as host:
        chunks = await answer(host.url)
    assert text_of(chunks) == "All at once [1]."
    assert Usage(5, 6) in chunks


async def test_fields_that_an_api_forbids_are_left_out_or_renamed() -> None:
    """Mistral's API knows no ``stream_options``; newer models of OpenAI no ``max_tokens``."""
    forbidden = {"detail": [{"type": "extra_forbidden", "loc": ["body", "stream_options"]}]}
    renamed = {"error": {"message": "Unsupported parameter: 'max_tokens'"}}
    async with hosting(status(422, forbidden), status(400, renamed), chat("ok")) as host:
        assert text_of(await answer(host.url)) == "ok"
    first, second, third = host.bodies
    assert "stream_options" in first
    assert "stream_options" not in second
    assert (third["max_completion_tokens"], "max_tokens" in third) == (50, False)


MESSAGE_TEXT = event(
    {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "first"}}
)


def anthropics(kind: str) -> dict[str, Any]:
    """An error as Anthropic writes it."""
    return {"type": "error", "error": {"type": kind, "message": f"no: {KEY}"}}


def openais(kind: str) -> dict[str, Any]:
    """An error as OpenAI writes it."""
    return {"error": {"message": f"no: {KEY}", "type": kind, "param": None, "code": None}}


# What each API documents: https://docs.anthropic.com/en/api/errors,
# https://platform.openai.com/docs/guides/error-codes
DOCUMENTED = [
    *(
        ("anthropic/claude-x", code, anthropics(kind), expected)
        for code, kind, expected in (
            (400, "invalid_request_error", "rejected"),
            (401, "authentication_error", "rejected"),
            (402, "billing_error", "busy"),
            (403, "permission_error", "rejected"),
            (404, "not_found_error", "rejected"),
            (413, "request_too_large", "unavailable"),
            (429, "rate_limit_error", "busy"),
            (500, "api_error", "unavailable"),
            (504, "timeout_error", "unavailable"),
            (529, "overloaded_error", "busy"),
        )
    ),
    *(
        ("any/model", code, openais(kind), expected)
        for code, kind, expected in (
            (400, "invalid_request_error", "rejected"),
            (401, "invalid_api_key", "rejected"),
            (403, "unsupported_country_region_territory", "rejected"),
            (404, "model_not_found", "rejected"),
            (409, "conflict", "unavailable"),
            (422, "unprocessable_entity", "rejected"),
            (429, "insufficient_quota", "busy"),
            (500, "server_error", "unavailable"),
            (503, "overloaded", "unavailable"),
        )
    ),
]


@pytest.mark.parametrize(("name", "code", "body", "kind"), DOCUMENTED)
async def test_errors_that_the_apis_document(
    name: str, code: int, body: dict[str, Any], kind: str
) -> None:
    error = await failure(status(code, body, {"Retry-After": "0"}), name=name)
    assert error.kind == kind
    assert str(code) in error.reason
    assert "no: [hidden]" in error.reason


ERRORS: list[tuple[int, Any, str]] = [
    (400, {"error": {"message": "context length exceeded"}}, "rejected"),
    (401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}, "rejected"),
    (403, {"type": "error", "error": {"type": "permission_error", "message": "no"}}, "rejected"),
    (404, {"error": "model 'x' not found, try pulling it first"}, "rejected"),
    (402, {"error": {"code": 402, "message": "Insufficient credits"}}, "busy"),
    (413, "<html>too large</html>", "unavailable"),
    (307, "", "unavailable"),
]


@pytest.mark.parametrize(("code", "body", "kind"), ERRORS)
async def test_an_error_is_told_by_its_kind(code: int, body: Any, kind: str) -> None:
    headers = {"Location": "http://127.0.0.1:1/elsewhere"} if code == 307 else None
    error = await failure(status(code, body, headers), name="any/model")
    assert error.kind == kind
    assert str(code) in error.reason


@pytest.mark.parametrize("code", [429, 500, 502, 503, 529])
async def test_a_busy_api_is_asked_once_more(code: int) -> None:
    pause = {"Retry-After": "0"}
    async with hosting(status(code, "\x1b[31mbusy", pause), chat("ok")) as host:
        assert text_of(await answer(host.url)) == "ok"
    error = await failure(status(code, "\x1b[31mbusy", pause))
    assert error.kind == ("busy" if code in {429, 529} else "unavailable")


async def test_a_long_pause_is_not_waited_for() -> None:
    async with hosting(status(429, {"error": "slow"}, {"Retry-After": "3600"}), chat("ok")) as host:
        with pytest.raises(ModelError) as caught:
            await answer(host.url)
    assert caught.value.retry_after == 3600
    assert len(host.bodies) == 1


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        pytest.param([delta("half")], "cut", id="no end"),
        pytest.param([delta("half"), b"data: {"], "cut", id="half an event"),
        pytest.param([b"data: nonsense\n\n"], "unavailable", id="no JSON"),
        pytest.param([b"data: [1]\n\n"], "unavailable", id="a list"),
        pytest.param([data({"error": {"message": "boom"}})], "unavailable", id="error"),
        pytest.param([delta("x", "content_filter"), DONE], "refused", id="filter"),
        pytest.param([data({"choices": [{"delta": {"refusal": "no"}}]})], "refused", id="no"),
    ],
)
async def test_a_broken_answer_is_told_by_its_kind(parts: list[bytes], kind: str) -> None:
    error = await failure(raw(*parts))
    assert error.kind == kind


async def test_a_connection_cut_in_the_middle_of_a_character() -> None:
    whole = delta("日本語")
    error = await failure(raw(whole[: whole.index("本".encode()) + 1], 0.05, cut=True))
    assert error.kind == "cut"


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        ({"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}, "busy"),
        ({"type": "error", "error": {"type": "api_error", "message": "oh"}}, "unavailable"),
        ({"type": "ping"}, "cut"),
    ],
)
async def test_errors_inside_a_message_of_anthropic(document: dict[str, Any], kind: str) -> None:
    error = await failure(raw(event(document)), name="anthropic/claude-x")
    assert error.kind == kind


async def test_a_refusal_of_anthropic() -> None:
    error = await failure(message("I", reason="refusal"), name="anthropic/claude-x")
    assert error.kind == "refused"


async def test_a_model_that_says_nothing_is_slow() -> None:
    error = await failure(raw(10.0, delta("late", "stop")), patience=0.2)
    assert error.kind == "slow"


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        pytest.param("any/model", b": keep-alive\n\n", id="comments"),
        pytest.param("any/model", data({"choices": []}), id="empty chunks"),
        pytest.param(
            "any/model", data({"choices": [{"delta": {"reasoning": "hm"}}]}), id="thoughts"
        ),
        pytest.param("anthropic/claude-x", event({"type": "ping"}), id="pings"),
    ],
)
async def test_signs_of_life_are_no_text(name: str, sign: bytes) -> None:
    alive = [part for _ in range(600) for part in (sign, 0.05)]
    assert (await failure(raw(*alive), name=name, patience=0.2)).kind == "slow"
    start = delta("first") if name == "any/model" else MESSAGE_TEXT
    assert (await failure(raw(start, *alive), name=name, patience=0.2)).kind == "slow"


async def test_whoever_shows_an_answer_may_take_their_time(monkeypatch: pytest.MonkeyPatch) -> None:
    loop, passed = asyncio.get_running_loop(), 0.0
    clock = loop.time
    monkeypatch.setattr(loop, "time", lambda: clock() + passed)
    async with hosting(chat("one ", "two ", "three")) as host:
        model = with_patience(open_model("any/model", url=host.url), PATIENCE)
        said = ""
        async with aclosing(model.stream(PROMPT)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    passed = passed or PATIENCE + 1
                    said += chunk.text
    assert said == "one two three"


async def test_a_model_that_only_thinks_is_told_from_one_that_answers() -> None:
    error = await failure(raw(delta(""), delta("", "length"), DONE))
    assert error.kind == "cut"
    assert "thought" in error.reason


@pytest.mark.parametrize(
    ("name", "base", "limit", "effort"),
    [
        ("openai/gpt-5-mini", "openai", "max_completion_tokens", "low"),
        ("gemini/gemini-flash", "gemini", "max_tokens", "low"),
        ("openrouter/some/model", "openrouter", "max_tokens", None),
        ("mistral/mistral-small", "mistral", "max_tokens", None),
    ],
)
async def test_models_that_think_have_room_for_it(
    monkeypatch: pytest.MonkeyPatch, name: str, base: str, limit: str, effort: str | None
) -> None:
    """And what a model of theirs rejects is left out from then on."""
    unable = {"error": {"message": "Unrecognized request argument supplied: reasoning_effort"}}
    scripts = [status(400, unable)] if effort else []
    async with hosting(*scripts, chat("ok")) as host:
        monkeypatch.setitem(BASES, base, host.url)
        model = open_model(name, key=KEY)
        for _ in range(2):
            async with aclosing(model.stream(PROMPT)) as chunks:
                assert text_of([chunk async for chunk in chunks]) == "ok"
    thoughts = 0 if base == "mistral" else THINKING_TOKENS
    assert {body[limit] for body in host.bodies} == {PROMPT.max_tokens + thoughts}
    efforts = [body.get("reasoning_effort") for body in host.bodies]
    assert efforts == ([effort, None, None] if effort else [None, None])


async def test_a_prompt_that_is_too_long_is_not_taken_for_a_wrong_name() -> None:
    said = "'max_tokens' is too large: 50. This model's maximum context length is 40 tokens."
    async with hosting(status(400, {"error": {"message": said}}), chat("ok")) as host:
        with pytest.raises(ModelError):
            await answer(host.url)
        assert len(host.bodies) == 1


async def test_a_server_that_is_not_there() -> None:
    with pytest.raises(ModelError) as caught:
        await answer("http://127.0.0.1:9/v1")
    assert caught.value.kind == "unavailable"


async def test_who_stops_reading_ends_the_request() -> None:
    async with hosting(
        raw(delta("first"), *(part for _ in range(200) for part in (0.05, delta("more"))))
    ) as host:
        model = open_model("any/model", url=host.url)
        stream = model.stream(PROMPT)
        async with aclosing(stream):
            async for _ in stream:
                break
        assert not host.headers[0].get("authorization")
    assert host.aborted == 1


@pytest.mark.parametrize(
    ("name", "url", "host"),
    [
        ("openai/gpt-5-mini", None, "api.openai.com"),
        ("anthropic/claude-haiku", None, "api.anthropic.com"),
        ("openrouter/meta-llama/llama-4", None, "openrouter.ai"),
        ("gemini/gemini-flash", None, "generativelanguage.googleapis.com"),
        ("mistral/mistral-small", None, "api.mistral.ai"),
        ("llama3.2:3b", "http://127.0.0.1:11434/v1", "127.0.0.1"),
    ],
)
def test_a_name_leads_to_its_provider(name: str, url: str | None, host: str) -> None:
    model = open_model(name, url=url, key=KEY)
    assert model.provider == host
    assert KEY not in repr(model)


@pytest.mark.parametrize(
    ("name", "url", "setting"),
    [
        ("gpt-5", None, "SLASHPOST_ASK_MODEL"),
        ("nobody/model", None, "SLASHPOST_ASK_MODEL"),
        ("openai/", None, "SLASHPOST_ASK_MODEL"),
        ("any", "ftp://example.org", "SLASHPOST_ASK_URL"),
        ("any", "http://[", "SLASHPOST_ASK_URL"),
    ],
)
def test_a_wrong_setting_is_named(name: str, url: str | None, setting: str) -> None:
    with pytest.raises(SettingError, match=setting):
        open_model(name, url=url)


async def chunked(raw: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    begin = 0
    for cut in sorted({min(cut, len(raw)) for cut in cuts}):
        yield raw[begin:cut]
        begin = cut
    yield raw[begin:]


async def read(raw: bytes, cuts: list[int] | None = None) -> list[Event]:
    return [event async for event in events(chunked(raw, cuts or []))]


TEXT = st.text(st.characters(blacklist_characters="\r\n\x00", blacklist_categories=["Cs"]))


@given(
    lines=st.lists(TEXT, min_size=1, max_size=4),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    cuts=st.lists(st.integers(0, 200), max_size=8),
)
@example(lines=["grün"], end="\r\n", cuts=[8, 9, 10, 11, 12])
@example(lines=[""], end="\r", cuts=[])
async def test_an_event_survives_every_cut(lines: list[str], end: str, cuts: list[int]) -> None:
    raw = end.join([": a comment", "event: delta", *(f"data: {line}" for line in lines), "", ""])
    assert await read(raw.encode(), cuts) == [Event("delta", "\n".join(lines))]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"", []),
        (b": keep-alive\n\n: keep-alive\n\n", []),
        (b"data:no space\n\n", [Event("message", "no space")]),
        (
            b"\xef\xbb\xbfdata: after a byte order mark\n\n",
            [Event("message", "after a byte order mark")],
        ),
        (b"id: 7\nretry: 10\ndata: x\n\n", [Event("message", "x")]),
        (b"event: ping\n\ndata: y\n\n", [Event("message", "y")]),
        (b"data: never ended\n", []),
        (b"data: \xff\n\n", [Event("message", "\ufffd")]),
    ],
)
async def test_what_the_standard_says(raw: bytes, found: list[Event]) -> None:
    assert await read(raw) == found


@pytest.mark.parametrize(
    "raw", [b"data: " + b"x" * (MAX_EVENT_CHARACTERS + 1), b"data: x\n" * 400_000]
)
async def test_an_event_without_an_end_is_given_up(raw: bytes) -> None:
    with pytest.raises(EventTooLongError):
        await read(raw, list(range(0, len(raw), 65_536)))
