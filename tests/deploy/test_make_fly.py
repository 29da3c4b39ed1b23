"""``make fly``, with a command ``fly`` that writes down what it is asked to do."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.fly import mistakes
from tests.wire.patience import PATIENCE
from tests.wire.people import TOKEN
from tests.wire.process import CHECKOUT, FOREIGN
from tests.wire.server import LoopbackDiscord

pytestmark = pytest.mark.skipif(
    sys.platform == "win32" or not (CHECKOUT / ".venv" / "ready").exists(),
    reason="only where make has set the checkout up",
)

# As Fly's own does it: the app's name comes into fly.toml, and the comments are dropped.
FLY = """#!{python}
import json, os, re, sys
from pathlib import Path

arguments, folder = sys.argv[1:], Path(__file__).parent
stdin = sys.stdin.read() if "import" in arguments else None
with (folder / "calls").open("a") as calls:
    calls.write(json.dumps([arguments, stdin]) + "\\n")
if (folder / "fails").exists() and (folder / "fails").read_text() == " ".join(arguments[:2]):
    sys.exit("Error: no")
if arguments[0] == "launch":
    config = Path("fly.toml")
    text = "".join(line for line in config.open() if not line.startswith("#"))
    config.write_text('app = "calm-tree-7"\\nprimary_region = "fra"\\n' + text)
if arguments[:2] == ["secrets", "import"]:
    (folder / "secrets").write_text(stdin)
if arguments[:2] == ["secrets", "list"] and (folder / "secrets").exists():
    print("NAME          | DIGEST | CREATED AT\\n--------------\\nDISCORD_TOKEN | 1f2e   | 1m ago")
"""

LINKED = (
    *(
        "Makefile",
        "Dockerfile",
        "bot",
        "pyproject.toml",
        "requirements-dev.lock",
        "requirements-judges.lock",
    ),
    *(".venv/bin", ".venv/lib", ".venv/pyvenv.cfg"),
)
LAUNCH = ["launch", "--copy-config", "--generate-name", "--ha=false", "--no-deploy", "--yes"]
IMPORT = ["secrets", "import", "--stage"]
DEPLOY = ["deploy", "--ha=false"]


class Desk:
    """A checkout of one's own, with a fake ``fly`` and a Discord."""

    def __init__(self, folder: Path, discord: LoopbackDiscord) -> None:
        self.checkout = folder / "slashpost"
        self.programs = folder / "programs"
        self.programs.mkdir()
        self.checkout.mkdir()
        (self.checkout / ".venv").mkdir()
        for name in LINKED:
            (self.checkout / name).symlink_to(CHECKOUT / name)
        (self.checkout / ".venv" / "ready").touch()
        (self.checkout / "deploy").mkdir()
        for name in ("deploy/fly.py", "fly.toml"):
            (self.checkout / name).write_bytes((CHECKOUT / name).read_bytes())
        program = self.programs / "fly"
        program.write_text(FLY.replace("{python}", sys.executable))
        program.chmod(0o755)
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith((*FOREIGN, "DISCORD_", "MAKE", "MFLAGS"))
        }
        self.environment = inherited | {
            "PATH": f"{self.programs}:{os.environ['PATH']}",
            "DISCORD_API_BASE": discord.base,
        }

    async def run(self, *command: str, tokens: Sequence[str] = (), **environment: str) -> str:
        """What a command prints, or ``status: …`` before it where it fails.

        Args:
            command: the program and its arguments.
            tokens: what somebody types, each when a token is asked for; nobody is there without.
            environment: further variables.
        """
        ours, theirs = pty.openpty()
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=self.checkout,
            env=self.environment | environment,
            stdin=theirs if tokens else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        os.close(theirs)
        assert process.stdout is not None
        try:
            async with asyncio.timeout(PATIENCE):
                printed = b""
                for token in tokens:
                    while not printed.endswith(b"(empty: later): "):
                        if not (more := await process.stdout.read(4096)):
                            break
                        printed += more
                    os.write(ours, token.encode() + b"\n")
                    printed += b"\n"
                printed += await process.stdout.read()
                status = await process.wait()
        finally:
            os.close(ours)
            if process.returncode is None:
                process.kill()
        return (f"status {status}: " if status else "") + printed.decode()

    @property
    def calls(self) -> list[list[str]]:
        """What ``fly`` was asked to do, questions of the script's own left out."""
        noted = self.programs / "calls"
        lines = noted.read_text().splitlines() if noted.exists() else []
        calls = [json.loads(line)[0] for line in lines]
        return [call for call in calls if call[:2] not in (["auth", "whoami"], ["secrets", "list"])]

    @property
    def config(self) -> dict[str, Any]:
        """What fly.toml says now."""
        return tomllib.loads((self.checkout / "fly.toml").read_text())

    def fail(self, call: str) -> None:
        """Let ``fly`` fail when it is called so; with ``""``, no more."""
        (self.programs / "fails").write_text(call)


@pytest.fixture
async def desk(tmp_path: Path) -> Any:
    async with LoopbackDiscord() as discord:
        yield Desk(tmp_path, discord)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose configuration, above the posts, makes their links."""
    site = tmp_path / "my-blog"
    (site / "content" / "posts").mkdir(parents=True)
    (site / ".git").mkdir()
    (site / ".git" / "config").write_text("secret")
    (site / ".env").write_text("SECRET=1")
    (site / "hugo.toml").write_text(
        'baseURL = "https://a.example/"\n[permalinks]\nposts = "/:year/:slug/"\n'
    )
    (site / "content" / "posts" / "mine.md").write_text(
        "---\ntitle: Mine\ndate: 2024-05-06\n---\nI\n"
    )
    return site


def write_post(site: Path, name: str) -> None:
    text = f"---\ntitle: {name}\ndate: 2024-05-06\n---\nI\n"
    (site / "content" / "posts" / f"{name}.md").write_text(text)


async def test_one_command_launches_and_deploys(desk: Desk, site: Path) -> None:
    said = await desk.run("make", "fly", f"POSTS={site}/content/posts", DISCORD_TOKEN=TOKEN)
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY], said
    for call in desk.calls:
        assert f"$ fly {' '.join(call)}" in said
    assert (desk.programs / "secrets").read_text() == f"DISCORD_TOKEN={TOKEN}\n"
    assert TOKEN not in said
    assert "https://calm-tree-7.fly.dev" in said
    assert mistakes(desk.config) == []


async def test_the_image_is_made_of_the_posts_and_their_site(desk: Desk, site: Path) -> None:
    await desk.run("make", "fly", f"POSTS={site}/content/posts", DISCORD_TOKEN=TOKEN)
    assert desk.config["build"]["args"] == {
        "POSTS": "deploy/posts",
        "SLASHPOST_POSTS": "/app/posts/content/posts",
    }
    copy = desk.checkout / "deploy" / "posts"
    copied = {str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file()}
    assert copied == {"hugo.toml", "content/posts/mine.md"}


async def test_it_can_be_run_again(desk: Desk, site: Path) -> None:
    await desk.run("make", "fly", f"POSTS={site}", DISCORD_TOKEN=TOKEN)
    (site / "content" / "posts" / "mine.md").unlink()
    (site / "content" / "posts" / "next.md").write_text(
        "---\ntitle: Next\ndate: 2024-06-06\n---\nI\n"
    )
    said = await desk.run("make", "fly", f"POSTS={site}", "SITE=https://b.example")
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY, DEPLOY], said
    assert desk.config["build"]["args"]["SLASHPOST_SITE_URL"] == "https://b.example"
    (post,) = (desk.checkout / "deploy" / "posts").rglob("*.md")
    assert post.name == "next.md"


async def test_the_token_is_asked_for_once_and_not_shown(desk: Desk, site: Path) -> None:
    said = await desk.run("make", "fly", f"POSTS={site}", tokens=("wrong", TOKEN))
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY], said
    assert TOKEN not in said
    again = await desk.run("make", "fly", f"POSTS={site}")
    assert desk.calls[3:] == [DEPLOY], again


async def test_posts_of_a_repository_are_fetched_by_the_machine(desk: Desk, site: Path) -> None:
    await desk.run("make", "fly", f"POSTS={site}", DISCORD_TOKEN=TOKEN)
    address = "https://github.com/ada/blog.git#main:content/posts"
    said = await desk.run("make", "fly", f"POSTS={address}", SLASHPOST_POSTS_TOKEN="t0p")
    assert desk.config["env"]["SLASHPOST_POSTS"] == address, said
    assert "POSTS" not in desk.config["build"].get("args", {})
    assert (desk.programs / "secrets").read_text() == "SLASHPOST_POSTS_TOKEN=t0p\n"
    await desk.run("make", "fly", f"POSTS={site}")
    assert "SLASHPOST_POSTS" not in desk.config["env"]


async def test_setup_and_then_make_fly(desk: Desk, site: Path) -> None:
    """What ``slashpost setup`` wrote down is used."""
    setup = (".venv/bin/slashpost", "setup", "--yes", "--posts", str(site), "--token-file", "-")
    said = await desk.run("sh", "-c", f"echo {TOKEN} | {' '.join(setup)}")
    assert "Wrote .env" in said
    said = await desk.run("make", "fly")
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY], said


async def test_without_posts_of_ones_own_the_sample_posts_do(desk: Desk) -> None:
    said = await desk.run("make", "fly", DISCORD_TOKEN=TOKEN)
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY], said
    assert not (desk.checkout / "deploy" / "posts").exists()


@pytest.mark.parametrize(
    ("failing", "done", "left"),
    [
        ("launch --copy-config", [LAUNCH], [LAUNCH, IMPORT, DEPLOY]),
        ("secrets import", [LAUNCH, IMPORT], [IMPORT, DEPLOY]),
        ("deploy --ha=false", [LAUNCH, IMPORT, DEPLOY], [DEPLOY]),
    ],
)
async def test_after_a_failure_it_goes_on_where_it_was(
    desk: Desk, site: Path, failing: str, done: list[list[str]], left: list[list[str]]
) -> None:
    desk.fail(failing)
    said = await desk.run("make", "fly", f"POSTS={site}", tokens=(TOKEN,))
    assert said.startswith("status 2")
    assert f"`fly {' '.join(done[-1])}` failed with status 1" in said
    assert "run make fly again" in said
    assert desk.calls == done
    desk.fail("")
    said = await desk.run("make", "fly", f"POSTS={site}", tokens=(TOKEN,))
    assert desk.calls == done + left, said


async def test_what_is_missing_is_said_before_anything_is_done(desk: Desk, site: Path) -> None:
    said = await desk.run("make", "fly", f"POSTS={site}")
    assert "without the bot's token" in said
    said = await desk.run("make", "fly", f"POSTS={site}/nowhere", DISCORD_TOKEN=TOKEN)
    assert "nowhere" in said
    assert desk.calls == []
    (desk.programs / "fly").unlink()
    said = await desk.run("make", "fly", PATH="/usr/bin:/bin", DISCORD_TOKEN=TOKEN)
    assert "https://fly.io/docs/flyctl/install/" in said


async def test_an_app_that_is_gone_is_said(desk: Desk, site: Path) -> None:
    await desk.run("make", "fly", f"POSTS={site}", DISCORD_TOKEN=TOKEN)
    desk.fail("secrets list")
    said = await desk.run("make", "fly", f"POSTS={site}")
    assert "take the line `app = …` out of fly.toml" in said
    assert desk.calls == [LAUNCH, IMPORT, DEPLOY]


async def test_who_has_not_signed_in_does_so_first(desk: Desk, site: Path) -> None:
    desk.fail("auth whoami")
    said = await desk.run("make", "fly", f"POSTS={site}", DISCORD_TOKEN=TOKEN)
    assert desk.calls == [["auth", "login"], LAUNCH, IMPORT, DEPLOY], said


async def test_posts_whose_links_would_change_are_not_deployed(
    desk: Desk, site: Path, tmp_path: Path
) -> None:
    """This checkout lies inside the site, which can therefore not be copied into it."""
    for name in ("content", "hugo.toml"):
        (site / name).rename(tmp_path / name)
    posts = tmp_path / "content" / "posts"
    said = await desk.run("make", "fly", f"POSTS={posts}", DISCORD_TOKEN=TOKEN)
    assert "mine is https://a.example/2024/mine/ here and" in said
    assert desk.calls == []
