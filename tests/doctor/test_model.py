"""Whether the language model of /ask answers, as ``slashpost doctor`` finds out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ask.host import DONE, Script, chat, delta, hosting, raw, status
from tests.doctor.test_command import doctor

KEY = "sk-nobody-may-see-this"


@pytest.mark.parametrize(
    ("script", "line"),
    [
        (chat("Ready.", count=(20, 3)), "✓ model        m-1 at 127.0.0.1 answers in"),
        (chat("Ready.", count=(20, 3)), "(23 tokens)"),
        (
            status(401, {"error": {"message": f"Incorrect API key: {KEY}"}}),
            "✗ model        127.0.0.1 answers 401: Incorrect API key: [hidden]. Check SLASHPOST_",
        ),
        (status(402, {"error": "no credit"}), "Look at your credit"),
        (raw(delta("", "length"), DONE), "the model thought until its tokens were used up"),
        (chat(""), "m-1 answers nothing"),
    ],
)
async def test_the_model_is_asked_for_one_word(tmp_path: Path, script: Script, line: str) -> None:
    async with hosting(script) as host:
        _, out, err = await doctor(
            tmp_path,
            SLASHPOST_ASK_MODEL="m-1",
            SLASHPOST_ASK_URL=host.url,
            SLASHPOST_ASK_KEY=KEY,
        )
    assert line in out
    assert KEY not in out + err
    assert len(host.bodies) == 1


async def test_without_a_model_there_is_nothing_to_ask(tmp_path: Path) -> None:
    _, out, _ = await doctor(tmp_path)
    assert "model  " not in out
