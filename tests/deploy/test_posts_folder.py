"""The folder `posts` of a checkout: the blogger's, and until something is in it the samples."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.conftest import CHECKOUT
from tests.deploy.test_make_fly import LINKED

PATIENCE = 120.0


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A fresh one, with its folder of posts."""
    (tmp_path / ".venv").mkdir()
    for name in LINKED:
        (tmp_path / name).symlink_to(CHECKOUT / name)
    (tmp_path / ".venv" / "ready").touch()
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "README.md").write_bytes((CHECKOUT / "posts" / "README.md").read_bytes())
    return tmp_path


async def posts_of_make_run(checkout: Path) -> str:
    """The line of `make run` that says which posts it shows."""
    unset = ("DISCORD_TOKEN", "SLASHPOST_POSTS")
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    process = await asyncio.create_subprocess_exec(
        "make",
        "run",
        cwd=checkout,
        env=environment | {"BROWSER": "true"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        start_new_session=True,
    )
    assert process.stdout is not None
    said = ""
    try:
        async with asyncio.timeout(PATIENCE):
            async for line in process.stdout:
                said += line.decode()
                if b" from " in line:
                    return line.decode()
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    pytest.fail(f"which posts are shown was not said:\n{said}")


async def test_the_samples_are_shown_while_it_holds_only_its_own_page(checkout: Path) -> None:
    (checkout / "posts" / ".DS_Store").touch()
    assert "/bot/sample (" in await posts_of_make_run(checkout)


async def test_a_post_in_it_is_shown_alone(checkout: Path) -> None:
    (checkout / "posts" / "2024").mkdir()
    (checkout / "posts" / "2024" / "mine.md").write_text("# Mine\n\nHello.\n")
    assert (await posts_of_make_run(checkout)).startswith("1 post from posts (")
