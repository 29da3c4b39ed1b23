"""A machine that does nothing but announce: what the bot runs, over a blog of a few lines.

Its posts come from a file that grows, or from where any bot has them; its cards are the shortest
that pass. Ledger, outbox, announcer and messenger are the bot's own. It dies by its own hand,
without a word, at the step that its order names.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import logging
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg  # noqa: F401 - once, for all machines that are forked
import discord

import bot.scan
import bot.sources.git.repository  # noqa: F401 - as above
from bot.announce import announcer, page_waits, retry, sender
from bot.announce.catalogue import Catalogue as Posts
from bot.announce.catalogue import VisiblePost
from bot.announce.message import Message, Story
from bot.announce.outbox import Outbox
from bot.announce.page_waits import PageProbe
from bot.announce.subscription import Subscription
from bot.app import App
from bot.blog.errors import SlashpostError, StateUnavailable
from bot.blog.post import Post
from bot.serve import state as states
from bot.serve.state import State, open_state
from bot.settings import Settings
from bot.sources.feed.feed import Feed
from bot.sources.web import Web
from bot.state import postgres
from bot.transport.api import use_api_base
from bot.transport.messenger import DiscordMessenger
from bot.transport.rate_limiter import RateLimiter
from tests.announce.author import quiet
from tests.wire.people import TOKEN

Order = Mapping[str, Any]

LOOK_SECONDS = 0.02
# Enough for every list of a schedule; a row holds so many.
MOST_STORIES, BUTTONS = 25, 5
# What takes minutes at a real Discord, which is not so near.
retry.FIRST_WAIT, retry.LONGEST_WAIT = 0.05, 0.5
retry.CHANGE_AGAIN = retry.LOOK_AGAIN = 0.1
postgres.SECONDS_OF_REST, postgres.SECONDS_FOR_A_LOCK = 1, 2
retry.FIND_SECONDS = 1.5
sender.LONGEST_WAIT = 0.5
page_waits.FIRST_DELAY, page_waits.CLAIM_SECONDS = 0.05, 0.5
states.CHECK_SECONDS = 0.2
# Feeds of this machine, whose addresses are none of the public web.
Web.__init__.__kwdefaults__ = {**(Web.__init__.__kwdefaults__ or {}), "may_reach": lambda _: True}


def main(order: Order) -> None:
    """Live as ordered: until all is announced, or until the step at which to die.

    Args:
        order: ``base`` of Discord, paths of ``state`` and ``blog`` or of what a ``bot`` keeps
            and the notice of its ``blog``, ``subscriptions`` to begin with, ``die_at`` the number
            of a step (0 for never), ``signal`` that it then gets (SIGKILL where there is none),
            ``lease`` in seconds, ``reads`` after which a channel's messages cannot be listed.
    """
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(message)s")
    logging.getLogger("discord").setLevel(logging.ERROR)
    asyncio.run(live(order))


async def live(order: Order) -> None:
    """Announce what the blog holds, as long as it grows."""
    use_api_base(order["base"])
    client = discord.Client(intents=discord.Intents(guilds=True), max_ratelimit_timeout=30)
    fate = Fate(order["die_at"], order.get("signal", signal.SIGKILL))
    async with client:
        await client.login(TOKEN)
        if "bot" in order:
            while not await _live_as_a_bot(order, client, fate):
                sys.stderr.write("beginning again with the state\n")
            return
        async with State.open(home(order["state"])) as state:
            catalogue = Catalogue(Path(order["blog"]))
            async with _announcing(order, client, state, catalogue, fate) as announcing:
                await _until_complete(announcing, catalogue, state.outbox)


@contextlib.asynccontextmanager
async def _announcing(
    order: Order,
    client: discord.Client,
    state: State,
    catalogue: Posts,
    fate: Fate,
    *,
    page_probe: PageProbe | None = None,
) -> AsyncIterator[announcer.Announcer]:
    for each in order["subscriptions"]:
        tags = {name: tuple(each[name]) for name in ("tags", "without")}
        await state.subscriptions.keep(Subscription(**{**each, **tags}))
    retry.MOST_READS = order.get("reads", retry.MOST_READS)
    messenger = DiscordMessenger(client, rate_limiter=RateLimiter(1000))
    outbox: Any = Doomed(state.outbox, fate, "outbox")
    ledger: Any = Doomed(state.ledger, fate, "ledger")
    announcing = announcer.Announcer(
        catalogue,
        ledger=ledger,
        outbox=outbox,
        subscriptions=state.subscriptions,
        page_waits=state.page_waits,
        messenger=Doomed(messenger, fate, "messenger"),
        composer=Composer(),
        limit=order.get("limit", 5),
        page_probe=page_probe,
        page_wait=60.0,
        lease_seconds=order["lease"],
        settle=LOOK_SECONDS,
    )
    async with announcing.running():
        yield announcing


async def _live_as_a_bot(order: Order, client: discord.Client, fate: Fate) -> bool:
    """As ``live``, with posts, index and state as the bot has them.

    Returns:
        Whether all is done; else the state has changed, and everything begins again.
    """
    again = asyncio.Event()
    blog = Notice(Path(order["blog"]))
    keeps = Path(order["bot"])
    places = {"--db": str(keeps / "index.db"), "--state": str(keeps / "state.db")}
    site = {"--site": "https://blog.example", "--permalink": "/{slug}/"}
    settings = Settings.load({"--posts": blog.posts, **places, **site}, {})
    async with open_state(settings, again) as state, App(settings) as app:
        if not state.lasts:
            await again.wait()
            return False
        announcing = _announcing(order, client, state, app.library, fate, page_probe=blog)
        async with announcing as running:
            return await _until_told(running, app, blog, state, again)


async def _until_told(
    announcing: announcer.Announcer, app: App, blog: Notice, state: State, again: asyncio.Event
) -> bool:
    """Look at the posts after each notice, until all of them are out; or until ``again``."""
    seen = -1
    while not again.is_set():
        now = blog.generation
        with contextlib.suppress(SlashpostError):  # the next look may find everything again
            if now != seen or app.library.is_lost:
                with quiet(blog.path):
                    await app.sync()
                seen = now
            await announcing.notice()
            waiting = await announcing.idle(1)
            is_done = not waiting and await state.outbox.wait() is None
            if is_done and blog.is_complete and seen == blog.generation:
                return True
        await asyncio.sleep(LOOK_SECONDS)
    return False


class Notice:
    """The file by which ``author.Author`` tells of changes; implements ``PageProbe``."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def generation(self) -> int:
        """Of what there is to see now; from there on, feeds are read by its clock."""
        said = json.loads(self.path.read_text())
        self.is_complete: bool = said["is_complete"]
        defaults = Feed.__init__.__kwdefaults__ or {}
        Feed.__init__.__kwdefaults__ = {
            **defaults,
            "clock": lambda: time.time() + said["ahead"],
        }
        return int(said["generation"])

    async def problem(self, link: str) -> str:
        """No page is there before the site is built."""
        built: float = json.loads(self.path.read_text())["built"]
        return "" if time.time() >= built else f"{link}: 404"

    @property
    def posts(self) -> str:
        """Where they are."""
        return str(json.loads(self.path.read_text())["posts"])


def home(state: str) -> Path | str:
    """Where the state is: a file, or a database if it is a URL."""
    return state if "://" in state else Path(state)


async def _until_complete(
    announcing: announcer.Announcer, catalogue: Catalogue, outbox: Outbox
) -> None:
    """Wait until all posts are out, with their threads and publications."""
    while True:
        seen = catalogue.generation
        await announcing.notice()
        with contextlib.suppress(StateUnavailable):  # cut off from the database
            waiting = await announcing.idle(1)
            is_done = not waiting and await outbox.wait() is None
            if is_done and catalogue.is_complete and seen == catalogue.generation:
                return
        await asyncio.sleep(LOOK_SECONDS)


class Fate:
    """Counts steps, and ends the process at one of them.

    Args:
        die_at: number of the step; 0 for none.
        number: of the signal that ends, or stops, the process.
    """

    def __init__(self, die_at: int, number: int) -> None:
        self._die_at = die_at
        self._number = number
        self._steps = 0

    def step(self, name: str) -> None:
        """One step further: the end, if it is the one."""
        self._steps += 1
        if self._steps == self._die_at:
            sys.stderr.write(f"died {name}\n")
            sys.stderr.flush()
            os.kill(os.getpid(), self._number)


class Doomed:
    """Something of the bot's, before and after each call of which the process may die."""

    def __init__(self, whole: object, fate: Fate, name: str) -> None:
        self._whole = whole
        self._fate = fate
        self._name = name

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._whole, name)
        if not inspect.iscoroutinefunction(method):
            return method

        async def call(*args: Any, **options: Any) -> Any:
            self._fate.step(f"before {self._name}.{name}")
            result = await method(*args, **options)
            self._fate.step(f"after {self._name}.{name}")
            return result

        return call


class Catalogue:
    """Implements ``blog.Catalogue`` with a file of ``scene.Blog``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read()

    def _read(self) -> None:
        said = json.loads(self._path.read_text())
        self._generation: int = said["generation"]
        self.is_complete: bool = said["is_complete"]
        self._entries = {
            each["name"]: VisiblePost(
                path=each["name"],
                slug=each["name"],
                title=each["name"],
                tags=tuple(each["tags"]),
                instant=each["instant"],
                digest=each["name"],
            )
            for each in said["posts"]
        }

    @property
    def generation(self) -> int:
        """Of the file as it is now."""
        self._read()
        return self._generation

    async def version(self) -> str:
        """The generation."""
        return str(self.generation)

    async def visible_posts(self) -> Sequence[VisiblePost]:
        """All posts."""
        self._read()
        return list(self._entries.values())

    async def next_due(self) -> int | None:
        """Nothing waits for its date."""
        return None

    async def texts(self, paths: Sequence[str]) -> Mapping[str, str]:
        """No two posts say the same."""
        return {path: f"All about {path}, and nothing else." for path in paths}

    async def get(self, path: str) -> Post | None:
        """The post of that path."""
        entry = self._entries.get(path)
        if entry is None:
            return None
        return Post(path=path, slug=path, title=path, tags=entry.tags, digest=entry.digest)


class Composer:
    """Implements ``blog.Composer``: a heading a post, and a button with the delivery's id."""

    def compose(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """Name the posts, oldest first."""
        text = "\n".join(f"# {story.title}" for story in stories)
        shown = enumerate(stories[-MOST_STORIES:])
        keys = [(each.post.key if each.post else f"~{n}", each.mark) for n, each in shown]
        ids = [f"new:{delivery}:{key}:{mark}" for key, mark in keys]
        buttons = [{"type": 2, "style": 2, "label": "Read", "custom_id": each} for each in ids]
        rows = [buttons[start : start + BUTTONS] for start in range(0, len(buttons), BUTTONS)]
        card = [{"type": 10, "content": text}, *({"type": 1, "components": row} for row in rows)]
        tags = {tag for story in stories if story.post for tag in story.post.tags}
        return Message(components=card, title=stories[0].title, tags=tuple(tags), role=to.role)

    plain = compose
