"""A real model over the real wire (make ask-test): how it streams, stops and dies."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.ask.model import Chunk, ModelError, Prompt, TextDelta, Usage
from bot.ask.providers import open_model
from tests.ask.host import with_patience
from tests.ask.model_server import CONTEXT_TOKENS, is_installed, model_server
from tests.ask.test_whole_path import serving

pytestmark = pytest.mark.ask

PATIENCE = 120.0


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A model's server for all tests here; the last one kills it."""
    if not is_installed():
        pytest.skip("needs a model's server: make ask-test installs it")
    with model_server() as running:
        yield running


def prompt(text: str = "Count from one to fifty in words.", most: int = 24) -> Prompt:
    return Prompt(system="You are brief.", turns=(text,), max_tokens=most)


async def answer(
    url: str, question: Prompt, on_text: Callable[[], object] = lambda: None
) -> list[Chunk]:
    """All chunks of an answer; ``on_text`` is called with each piece of text."""
    chunks: list[Chunk] = []
    model = with_patience(open_model("smollm2", url=url), PATIENCE)
    async with aclosing(model.stream(question)) as stream:
        async for chunk in stream:
            chunks.append(chunk)
            if isinstance(chunk, TextDelta):
                on_text()
    return chunks


async def test_an_answer_streams_and_is_counted(server: tuple[str, subprocess.Popen[str]]) -> None:
    chunks = await answer(server[0], prompt())
    texts = [chunk.text for chunk in chunks if isinstance(chunk, TextDelta)]
    assert len(texts) > 1
    assert "".join(texts).strip()
    (counted,) = (chunk for chunk in chunks if isinstance(chunk, Usage))
    assert 0 < counted.output <= 24
    assert counted.input > 5


async def test_a_cancelled_answer_frees_the_model(
    server: tuple[str, subprocess.Popen[str]],
) -> None:
    """The server has room for one answer at a time, so the second one waits for the first."""
    model = with_patience(open_model("smollm2", url=server[0]), PATIENCE)
    async with aclosing(model.stream(prompt(most=1_500))) as stream:
        async for chunk in stream:
            if isinstance(chunk, TextDelta):
                break
    chunks = await answer(server[0], prompt("Say yes.", most=4))
    assert any(isinstance(chunk, TextDelta) for chunk in chunks)


async def test_a_prompt_beyond_the_models_context_is_rejected(
    server: tuple[str, subprocess.Popen[str]],
) -> None:
    with pytest.raises(ModelError) as caught:
        await answer(server[0], prompt("word " * 3 * CONTEXT_TOKENS))
    assert caught.value.kind == "rejected"


async def test_a_signed_question_is_answered_over_the_real_wire(
    server: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    """From Discord's request to the last edit, whatever so small a model makes of it."""
    limits = {"SLASHPOST_ASK_SECTIONS": "300", "SLASHPOST_ASK_LIMIT": "1"}
    async with serving(tmp_path, url=server[0], **limits) as scene:
        exchange = await scene.ask()
        assert 2 <= len(exchange.sent) <= 3
        assert "Looking through" in str(exchange.sent[0])
        assert any(each.startswith("read") for each in exchange.custom_ids)
        assert await scene.counted("slashpost_question_tokens_total") > 300
        assert "You have asked a lot." in (await scene.ask()).text


async def test_a_bot_that_is_stopped_frees_the_model(
    server: tuple[str, subprocess.Popen[str]], tmp_path: Path
) -> None:
    async with serving(tmp_path, url=server[0], SLASHPOST_ASK_SECTIONS="300") as scene:
        exchange = await scene.begin()
        assert await scene.bot.end() == 0
        assert "🔎" not in exchange.text, scene.bot.log
    chunks = await answer(server[0], prompt("Say yes.", most=4))
    assert any(isinstance(chunk, TextDelta) for chunk in chunks)


async def test_readers_of_a_killed_model_see_sections(tmp_path: Path) -> None:
    if not is_installed():
        pytest.skip("needs a model's server: make ask-test installs it")
    with model_server() as (url, process):
        async with serving(tmp_path, url=url, SLASHPOST_ASK_SECTIONS="300") as scene:
            exchange = await scene.begin()
            process.kill()
            await scene.finished(exchange)
            for shown in (exchange, await scene.ask()):
                assert "The model is not available right now." in shown.text
                assert any(each.startswith("read") for each in shown.custom_ids)


async def test_a_server_killed_in_the_middle_cuts_the_answer(
    server: tuple[str, subprocess.Popen[str]],
) -> None:
    url, process = server
    with pytest.raises(ModelError) as caught:
        await answer(url, prompt(most=1_000), process.kill)
    assert caught.value.kind in {"cut", "unavailable"}
    with pytest.raises(ModelError) as caught:
        await answer(url, prompt())
    assert caught.value.kind == "unavailable"
