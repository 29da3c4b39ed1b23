"""``slashpost setup`` asks, looks, and writes .env."""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.blog.errors import SettingError
from bot.cli import cli, main
from bot.cli.setup import quoted, write_settings
from bot.settings import TABLE
from tests.wire.people import TOKEN
from tests.wire.process import CHECKOUT, FOREIGN
from tests.wire.server import LoopbackDiscord


@pytest.fixture(autouse=True)
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A site in the working directory, whose address nobody has written down."""
    for setting in TABLE:
        monkeypatch.delenv(setting.variable, raising=False)
    posts = tmp_path / "content" / "posts"
    posts.mkdir(parents=True)
    for number in range(1, 6):
        (posts / f"day-{number}.md").write_text(
            f"---\ndate: 2024-01-0{number}\n---\n# Day {number}\n"
        )
    (tmp_path / "hugo.toml").write_text("title = 'Days'\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def answer(*arguments: str, answers: str = "") -> Result:
    return CliRunner().invoke(cli, ["setup", *arguments], input=answers)


def written(folder: Path) -> dict[str, str]:
    lines = (folder / ".env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_blogger_is_asked_for_what_is_not_known(site: Path) -> None:
    said = answer(answers="\nhttps://days.example\n\n")
    assert said.exit_code == 0, said.output
    assert "Where are your posts? [content/posts]" in said.output
    assert "5 posts from content/posts (hugo" in said.output
    for day in (5, 3, 1):
        assert f"https://days.example/posts/day-{day}/" in said.output
    assert written(site) == {
        "SLASHPOST_POSTS": "content/posts",
        "SLASHPOST_SITE_URL": "https://days.example",
        "POSTS": "./.",
        "POSTS_IN_CONTAINER": "/app/posts/content/posts",
    }
    assert "run this again with its token" in said.output


def test_a_wrong_answer_is_asked_again(site: Path) -> None:
    said = answer(answers="nowhere\ncontent/posts\ndays.example\nhttps://days.example\n\n")
    assert said.exit_code == 0, said.output
    assert "nowhere" in said.output
    assert "does not begin with https://" in said.output
    assert written(site)["SLASHPOST_POSTS"] == "content/posts"
    assert written(site)["SLASHPOST_SITE_URL"] == "https://days.example"


@pytest.mark.parametrize("name", [".env", ".gitignore", "token"])
def test_a_file_that_is_no_text_is_named(
    site: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / ".git").mkdir()
    (site / name).write_bytes(b"\xbc\xff")
    arguments = ["setup", "--yes", *(["--token-file", name] if name == "token" else [])]
    assert main(arguments) == 2
    assert f"{name}: is no text in UTF-8" in capsys.readouterr().err


def test_options_are_answers(site: Path) -> None:
    said = answer("--yes", "--posts", "content/posts", "--site", "https://days.example")
    assert said.exit_code == 0, said.output
    assert written(site)["SLASHPOST_SITE_URL"] == "https://days.example"
    failed = answer("--yes", "--posts", "nowhere")
    assert failed.exit_code != 0


@pytest.mark.skipif(os.name == "nt", reason="there are no such rights")
def test_only_its_owner_reads_the_file_and_other_lines_stay(site: Path) -> None:
    file = site / ".env"
    file.write_text("OTHER=1\nSLASHPOST_POSTS=old\n")
    file.chmod(0o644)
    assert answer("--yes").exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().startswith("OTHER=1\nSLASHPOST_POSTS=content/posts\n")


def test_git_ignores_the_file(site: Path) -> None:
    (site / ".git").mkdir()
    (site / ".gitignore").write_text("public")
    for _ in range(2):
        assert answer("--yes").exit_code == 0
    assert (site / ".gitignore").read_text() == "public\n.env\n"


@pytest.mark.parametrize(
    "value", ["a", "a b#c$d", "https://h.example/b.git#main:a", 'say "x"', "Ada's blog"]
)
def test_a_shell_reads_what_was_written(site: Path, value: str) -> None:
    if os.name == "nt":
        pytest.skip("there is no sh")
    write_settings(site / ".env", {"VALUE": value})
    shell = f'. {site}/.env; printf %s "$VALUE"'
    done = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=True)
    assert done.stdout == value


def test_what_no_file_can_hold_is_refused() -> None:
    for value in ("it's $5", "it's `id`", 'it\'s "x"', "it's \\ it", "two\nlines"):
        with pytest.raises(SettingError):
            quoted(value)


@pytest.mark.parametrize("accepted", [True, False])
async def test_the_token_is_checked(site: Path, accepted: bool) -> None:
    async with LoopbackDiscord() as loopback:
        inherited = {
            k: v for k, v in os.environ.items() if not k.startswith((*FOREIGN, "DISCORD_"))
        }
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "setup", "--yes", "--token-file", "-"),
            env=inherited | {"DISCORD_API_BASE": loopback.base, "PYTHONPATH": str(CHECKOUT)},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        token = TOKEN if accepted else "wrong"
        out, err = await process.communicate(token.encode())
    assert TOKEN not in out.decode() + err.decode()
    if accepted:
        assert process.returncode == 0, err.decode()
        assert written(site)["DISCORD_TOKEN"] == TOKEN
        assert "https://discord.com/" in out.decode()
    else:
        assert process.returncode == 2
        assert not (site / ".env").exists()
