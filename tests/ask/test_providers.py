"""Models behind both wire formats, over real sockets: whole answers and every error."""

from __future__ import annotations

from contextlib import aclosing
from typing import Any

import pytest

from bot.ask.model import Chunk, ModelError, Prompt, TextDelta, Usage
from bot.ask.providers import open_model, with_patience
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
)

KEY = "sk-secret-key"
PROMPT = Prompt(system="rules", turns=("first", "before", "question"), max_tokens=50)


async def answer(url: str, name: str = "any/model", patience: float = 5.0) -> list[Chunk]:
    """All chunks of an answer."""
    model = with_patience(open_model(name, url=url, key=KEY), patience)
    async with aclosing(model.stream(PROMPT)) as chunks:
        return [chunk async for chunk in chunks]


def text_of(chunks: list[Chunk]) -> str:
    return "".join(chunk.text for chunk in chunks if isinstance(chunk, TextDelta))


async def failure(*scripts: Script, name: str = "any/model", patience: float = 5.0) -> ModelError:
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
