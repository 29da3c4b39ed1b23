"""The image does what README promises, on a small machine with a disk that cannot be written."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import pytest
import pytest_asyncio

from tests import needs
from tests.conftest import CHECKOUT, SHARED
from tests.image.container import Container
from tests.image.engine import BASE, Engine
from tests.ports import free_port
from tests.wire.endpoint import Poster, encoded, signed
from tests.wire.interactions import Payload, Reader
from tests.wire.people import TOKEN
from tests.wire.server import LoopbackDiscord

pytestmark = [pytest.mark.image, pytest.mark.asyncio(loop_scope="module")]
module = pytest_asyncio.fixture(scope="module", loop_scope="module")

MEGABYTE = 1_000_000
# A message, or suggestions.
ANSWERS = {4, 8}
SMALL = ("--memory=256m", "--read-only")
WITH_DATA = "--volume=/data"
INTERACTIONS = 10_000
AT_ONCE = 8


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine.find(SHARED)
    if found is None:
        pytest.skip(needs.CONTAINERS)
    return found


@pytest.fixture(scope="module")
def image(engine: Engine) -> str:
    """The image, made from this checkout."""
    return engine.build(CHECKOUT, "slashpost-test")


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str]) -> Callable[[str], None]:
    """Shows a figure to whoever watches the tests."""

    def show(figure: str) -> None:
        with capsys.disabled():
            print(f"\n{figure}", end=" ")  # noqa: T201

    return show


@pytest.fixture(scope="module")
def address() -> str:
    """Where the bot listens."""
    return f"http://127.0.0.1:{free_port()}"


@module
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as loopback:
        yield loopback
    assert loopback.rest.complaints == []


@module
async def bot(
    engine: Engine, image: str, discord: LoopbackDiscord, address: str
) -> AsyncIterator[Container]:
    """The bot over HTTP, on the smallest machine that README speaks of."""
    settings = settings_for(discord, address) | {"SLASHPOST_PUBLIC_URL": address}
    async with Container(engine, image, *SMALL, WITH_DATA, settings=settings) as container:
        await container.says("Discord sends interactions to", seconds=60)
        yield container
        assert await container.end() == 0
    assert not re.search(r'Traceback|"level": "(warning|error)"', container.log)


def settings_for(discord: LoopbackDiscord, address: str) -> dict[str, str]:
    """Settings of a bot that listens at an address, for which a Discord is the only one."""
    return {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_BASE": discord.base,
        "PORT": address.rpartition(":")[2],
        "SLASHPOST_METRICS_PORT": "0",  # containers share the machine's ports here
    }


async def status_of(url: str) -> int:
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        return response.status


async def test_it_is_little_larger_than_its_base(
    engine: Engine, image: str, say: Callable[[str], None]
) -> None:
    added = (engine.size(image) - engine.size(BASE)) / MEGABYTE
    say(f"{added:.1f} MB above its base")
    assert added <= 80


async def test_it_runs_as_nobody_who_has_rights(engine: Engine, image: str) -> None:
    user = engine.ask("image", "inspect", "--format", "{{.Config.User}}", image)
    assert [int(number) > 0 for number in user.split(":")] == [True, True]


async def test_it_holds_no_compiler_no_playground_and_no_cache(engine: Engine, image: str) -> None:
    look = """
import importlib.util, pathlib, shutil
for module in ("simcord", "playwright", "pytest"):
    assert not importlib.util.find_spec(module), module
for program in ("cc", "gcc", "make"):
    assert not shutil.which(program), program
for path in ("/root/.cache", "/tmp", "/app/tests", "/app/.venv", "/app/venv/bin/pip"):
    assert not pathlib.Path(path).is_dir() or not list(pathlib.Path(path).iterdir()), path
for file in pathlib.Path("/app").rglob("*.py"):
    assert list((file.parent / "__pycache__").glob(file.stem + ".*.pyc")), file
"""
    engine.ask("run", "--rm", "--user=0:0", "--entrypoint=python", image, "-c", look)


async def test_its_index_fits_as_it_is(engine: Engine, image: str) -> None:
    said = json.loads(engine.ask("run", "--rm", "--read-only", image, "index", "--json"))
    assert said["posts"] > 0
    assert (said["added"], said["changed"], said["removed"]) == (0, 0, 0)


@pytest.fixture
def own_posts() -> Iterator[Path]:
    """A folder with one post, which everybody may read."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "mine.md").write_text("---\ntitle: Mine\n---\nMy own post\n")
        yield folder


async def test_posts_may_be_mounted_over_its_own(
    engine: Engine, image: str, own_posts: Path
) -> None:
    mounted = f"--volume={own_posts}:/app/posts:ro"
    said = engine.ask("run", "--rm", "--read-only", WITH_DATA, mounted, image, "latest", "--json")
    assert [post["title"] for post in json.loads(said)] == ["Mine"]


async def test_a_whole_site_may_be_built_in(engine: Engine, tmp_path: Path) -> None:
    """The site's configuration lies above the posts, and tells where they are published."""
    for name in ("Dockerfile", ".dockerignore", "requirements.lock"):
        shutil.copy(CHECKOUT / name, tmp_path)
    shutil.copytree(CHECKOUT / "bot", tmp_path / "bot")
    posts = tmp_path / "site" / "content" / "blog"
    posts.mkdir(parents=True)
    (tmp_path / "site" / "hugo.toml").write_text('baseURL = "https://a.example/"')
    (posts / "mine.md").write_text("---\ntitle: Mine\n---\nMy own post\n")
    (tmp_path / "site" / "content" / "about.md").write_text("---\ntitle: About\n---\nMe\n")
    image = engine.build(
        tmp_path, "slashpost-test-site", POSTS="site", SLASHPOST_POSTS="/app/posts/content/blog"
    )
    said = engine.ask("run", "--rm", "--read-only", image, "latest", "--json")
    assert [post["url"] for post in json.loads(said)] == ["https://a.example/blog/mine/"]


@pytest.mark.usefixtures("bot")
async def test_it_is_healthy(address: str) -> None:
    assert await status_of(f"{address}/healthz") == 200
    assert await status_of(f"{address}/readyz") == 200


@pytest.mark.usefixtures("bot")
async def test_it_answers_what_discord_signed_and_nothing_else(
    discord: LoopbackDiscord, address: str
) -> None:
    assert await discord.answers.poster.accepts(f"{address}/interactions")
    exchange = await discord.interact(Reader().command("latest"))
    assert "Your blog, one slash away" in exchange.text


async def test_it_stays_small_however_much_it_is_asked(
    bot: Container, address: str, say: Callable[[str], None]
) -> None:
    reader, poster = Reader(), Poster()
    questions: tuple[Callable[[], Payload], ...] = (
        lambda: reader.command("latest"),
        lambda: reader.command("post", post="welcome"),
        lambda: reader.command("tags"),
        lambda: reader.command("search", query="discord"),
        lambda: reader.typing("post", "post", "wel"),
    )
    to_ask = islice(cycle(questions), INTERACTIONS)

    async def ask_on() -> None:
        for question in to_ask:
            body = encoded(question())
            answer = await poster.post(f"{address}/interactions", body, signed(body))
            assert answer.payload["type"] in ANSWERS

    before = await bot.megabytes()
    try:
        await asyncio.gather(*(ask_on() for _ in range(AT_ONCE)))
    finally:
        await poster.close()
    after = await bot.megabytes()
    say(f"{before:.1f} MB at first, {after:.1f} MB after {INTERACTIONS} interactions")
    assert after < 90


async def test_run_with_nothing_but_a_token_it_stays_connected_until_told_to_stop(
    engine: Engine, image: str
) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with (
        LoopbackDiscord() as discord,
        Container(engine, image, settings=settings_for(discord, address)) as container,
    ):
        await discord.gateway.until(identified=1)
        exchange = await discord.interact(Reader().command("latest"))
        assert "Your blog, one slash away" in exchange.text
        assert await status_of(f"{address}/healthz") == 200
        assert await container.end(signal.SIGTERM) == 0
        assert discord.rest.complaints == []


async def test_it_says_that_the_token_is_missing(engine: Engine, image: str) -> None:
    async with Container(engine, image, *SMALL) as container:
        assert await container.ended() == 2
    (line,) = container.log.splitlines()
    assert line.startswith("slashpost: DISCORD_TOKEN: not set.")


async def test_it_says_that_data_cannot_be_written_and_serves(engine: Engine, image: str) -> None:
    address = f"http://127.0.0.1:{free_port()}"
    async with LoopbackDiscord() as discord:
        settings = settings_for(discord, address) | {"SLASHPOST_PUBLIC_URL": address}
        async with Container(engine, image, *SMALL, settings=settings) as container:
            await container.says("/data/state.db: cannot be written", seconds=60)
            await container.says("Discord sends interactions to", seconds=60)
            assert await status_of(f"{address}/readyz") == 200
            assert await container.end() == 0
    assert "Traceback" not in container.log
