"""``slashpost ask`` as it is typed."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from tests.ask.host import Script, chat, hosting, status
from tests.wire.process import CHECKOUT, FOREIGN

KEY = "sk-nobody-may-see-this"
QUESTION = "How much water does a loaf of bread need?"


async def ask(folder: Path, *options: str, script: Script) -> tuple[int | None, str, str]:
    """Ask a scripted model about the sample posts; exit status, stdout and stderr."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(FOREIGN)}
    async with hosting(script) as host:
        given = {"SLASHPOST_ASK_MODEL": "m-1", "SLASHPOST_ASK_URL": host.url}
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "bot", "ask", "--posts", "bot/sample", "--db", str(folder / "i.db")),
            *("--ask-rewrite", "off", *options, QUESTION),
            cwd=CHECKOUT,
            env=inherited | given | {"SLASHPOST_ASK_KEY": KEY},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
    assert KEY not in (out + err).decode()
    return process.returncode, out.decode(), err.decode()


async def test_an_answer_and_its_sources_are_printed(tmp_path: Path) -> None:
    code, out, _ = await ask(tmp_path, script=chat("Seventy per cent *water* [1]. Not so."))
    assert code == 0
    assert out.startswith("Seventy per cent *water* [1].\n\n[1] Bread for people who own a scale")
    assert "https://slashpost.example/bread-in-numbers/#" in out
    assert "Not so" not in out


async def test_json_says_the_same(tmp_path: Path) -> None:
    code, out, _ = await ask(tmp_path, "--json", script=chat("Seventy per cent [1]."))
    document = json.loads(out)
    assert code == 0
    assert document["answer"] == "Seventy per cent [1]."
    assert document["reason"] is None
    assert document["sources"][0]["slug"] == "bread-in-numbers"


async def test_without_an_answer_the_sections_are_printed_and_why(tmp_path: Path) -> None:
    refused = status(401, {"error": {"message": f"Incorrect API key: {KEY}"}})
    _, out, err = await ask(tmp_path, script=refused)
    assert out.startswith("No answer: ")
    assert "bread-in-numbers" in out
    assert "401" in err
