"""What the playground's page asks of its server, over a socket."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.playground.playground import open_playground
from bot.serve.client import build_client
from bot.serve.state import State
from bot.settings import Settings
from tests.conftest import CHECKOUT
from tests.wire.patience import PATIENCE

Reply = dict[str, Any]


class Playground:
    """The running playground; setting ``news`` tells it that the bot has written by itself."""

    def __init__(self, session: ClientSession, address: str, news: asyncio.Event) -> None:
        url, capability = urldefrag(address)
        self.news = news
        self._session = session
        self._url = url.rstrip("/")
        self._headers = {"X-Simcord-Capability": capability}

    async def ask(self, method: str, path: str, page: str = "", body: object = None) -> Reply:
        """Ask for a path, as the page's script does."""
        headers = {**self._headers, **({"X-Simcord-Context": page} if page else {})}
        sent = await self._session.request(method, self._url + path, headers=headers, json=body)
        async with sent as response:
            assert response.status == 200, await response.text()
            answer: Reply = await response.json()
            return answer

    async def open(self) -> Page:
        """Open the page once more."""
        return Page(self, await self.ask("POST", "/api/pages", body={}))

    async def font(self) -> str | None:
        """How long a browser keeps a font."""
        url = f"{self._url}/fonts/noto-sans-hebrew-v3.001.ttf"
        async with self._session.get(url) as response:
            assert response.status == 200
            return response.headers.get("Cache-Control")


class Page:
    """A page in a browser that has seen nothing since it was opened."""

    def __init__(self, playground: Playground, seen: Reply) -> None:
        self._playground = playground
        self._seen = seen
        self._sequence = itertools.count(1)

    async def state(self) -> Reply:
        """What it would show now."""
        return await self._playground.ask("GET", "/api/state", self._seen["context"]["id"])

    async def run(self, name: str) -> Reply:
        """Run a command; return what the page is told of it."""
        page = self._seen["context"]["id"]
        listed = await self._playground.ask("GET", "/api/commands", page)
        command = next(each for each in listed["entries"] if each["path"] == [name])
        sequence = next(self._sequence)
        action = {
            "protocol_version": 3,
            "kind": "run_command",
            "sequence": sequence,
            "request_id": f"{page} {sequence}",
            "generation": self._seen["context"]["generation"],
            "bot_generation": self._seen["botGeneration"],
            "published_revision": self._seen["publishedRevision"],
            "command_id": command["commandId"],
            "path": command["path"],
            "schema_fingerprint": command["schemaFingerprint"],
            "options": {},
        }
        return await self._playground.ask("POST", "/api/action", page, action)


@pytest.fixture
async def playground(tmp_path: Path) -> AsyncIterator[Playground]:
    posts = str(CHECKOUT / "bot" / "sample")
    settings = Settings.load({"--posts": posts, "--db": str(tmp_path / "index.db")}, {})
    news, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    async with App(settings) as app, State.open(None) as state, ClientSession() as session:
        await app.sync()
        running = asyncio.create_task(
            open_playground(
                build_client(app, state=state),
                library=app.library,
                folder=app.folder,
                say=lambda line: address.set_result(line.split()[1]),
                news=news,
                browser=False,
            )
        )
        await asyncio.wait({running, address}, return_when=asyncio.FIRST_COMPLETED)
        assert not running.done(), running
        yield Playground(session, await address, news)
        running.cancel()
        await asyncio.wait({running})


async def test_a_command_counts_though_the_page_has_not_seen_the_latest_news(
    playground: Playground,
) -> None:
    page = await playground.open()
    before = (await page.state())["publishedRevision"]
    playground.news.set()
    async with asyncio.timeout(PATIENCE):
        while (await page.state())["publishedRevision"] == before:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
    told = await page.run("about")
    assert (told["rejected"], told["settlement"]) == (False, "settled"), told


async def test_what_is_asked_at_once_is_done_in_turn(playground: Playground) -> None:
    pages = [await playground.open() for _ in range(3)]
    playground.news.set()
    told = await asyncio.gather(*(page.run("about") for page in pages))
    assert [each["settlement"] for each in told] == ["settled"] * 3, told


async def test_fonts_are_kept_by_the_browser(playground: Playground) -> None:
    assert await playground.font() == "max-age=86400"
