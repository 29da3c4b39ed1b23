"""How the playground meets the computer it runs on."""

from __future__ import annotations

import datetime as dt
import shlex
import subprocess
import sys
import webbrowser
from pathlib import Path

import pytest

from bot.playground.playground import WallClock, show_in_browser
from tests.wire.patience import PATIENCE

CHECKOUT = Path(__file__).parents[2]


def test_the_address_opens_in_a_browser_with_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    class Windows(webbrowser.BaseBrowser):
        def open(self, url: str, new: int = 0, autoraise: bool = True) -> bool:  # noqa: ARG002, FBT002 - the standard library's signature
            opened.append(url)
            return True

    monkeypatch.setattr(webbrowser, "get", Windows)
    show_in_browser("http://127.0.0.1:1/#secret")
    assert opened == ["http://127.0.0.1:1/#secret"]


@pytest.mark.skipif(sys.platform == "win32", reason="only where there is a shell")
def test_a_browser_in_the_terminal_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = tmp_path / "address"
    program = tmp_path / "lynx"
    program.write_text(f"#!/bin/sh\ntouch {shlex.quote(str(noted))}\n", encoding="utf-8")
    program.chmod(0o755)
    browser = webbrowser.GenericBrowser(str(program))
    monkeypatch.setattr(webbrowser, "get", lambda: browser)
    show_in_browser("http://127.0.0.1:1/#secret")
    assert not noted.exists()


def test_a_computer_without_a_browser_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing() -> webbrowser.BaseBrowser:
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", nothing)
    show_in_browser("http://127.0.0.1:1/#secret")


def test_messages_carry_the_true_time_while_timers_keep_their_own() -> None:
    clock = WallClock()
    clock.advance(3600)
    assert clock.elapsed == 3600
    assert abs(clock.now() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=PATIENCE)


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    post = tmp_path / "a.md"
    post.write_text("---\ntitle: A\ndate: 2024-01-11\n---\nText.\n", encoding="utf-8")
    arguments = ["try", "--no-browser", "--posts", str(tmp_path), "--db", str(tmp_path / "i.db")]
    program = (
        "import sys; sys.modules['simcord'] = None; from bot.cli import main; "
        f"sys.exit(main({arguments!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "pip install 'slashpost[playground]'" in line
