"""A real model over the real wire (make ask-test): how it streams, stops and dies."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import aclosing

import pytest

from bot.ask.model import Chunk, ModelError, Prompt, TextDelta, Usage
from bot.ask.providers import open_model, with_patience
from tests.ask.model_server import CONTEXT_TOKENS, is_installed, model_server

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
