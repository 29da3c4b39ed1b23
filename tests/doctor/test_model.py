"""Whether the language model of /ask answers, as ``slashpost doctor`` finds out."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.doctor.model import check_model
from bot.settings import Settings
from tests.ask.host import DONE, Script, chat, delta, hosting, raw, status
from tests.doctor.test_command import doctor

KEY = "sk-nobody-may-see-this"


def variables(url: str) -> dict[str, str]:
    return {
        "SLASHPOST_ASK_MODEL": "m-1",
        "SLASHPOST_ASK_URL": url,
        "SLASHPOST_ASK_KEY": KEY,
    }


async def test_the_command_tells_of_the_model_and_hides_its_key(tmp_path: Path) -> None:
    refusal = status(401, {"error": {"message": f"Incorrect API key: {KEY}"}})
    line = "✗ model        127.0.0.1 answers 401: Incorrect API key: [hidden]. Check SLASHPOST_"
    async with hosting(refusal) as host:
        _, out, err = await doctor(tmp_path, **variables(host.url))
    assert line in out
    assert KEY not in out + err
    assert len(host.bodies) == 1


@pytest.mark.parametrize(
    ("script", "parts"),
    [
        (
            chat("Ready.", count=(20, 3)),
            ["✓ model        m-1 at 127.0.0.1 answers in", "(23 tokens)"],
        ),
        (status(402, {"error": "no credit"}), ["✗ model", "Look at your credit"]),
        (
            raw(delta("", "length"), DONE),
            ["✗ model", "the model thought until its tokens were used up"],
        ),
        (chat(""), ["✗ model", "m-1 answers nothing"]),
    ],
)
async def test_the_model_is_asked_for_one_word(script: Script, parts: list[str]) -> None:
    async with hosting(script) as host:
        line = str(await check_model(Settings.load({}, variables(host.url))))
    assert all(part in line for part in parts), line
    assert KEY not in line
    assert len(host.bodies) == 1


async def test_without_a_model_there_is_nothing_to_ask(tmp_path: Path) -> None:
    _, out, _ = await doctor(tmp_path)
    assert "model  " not in out
