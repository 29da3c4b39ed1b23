"""A blog that grows, channels that want to hear of it, and what they must show in the end."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bot.announce.subscription import Place, Subscription
from bot.serve.state import State
from tests.wire.answers import Answers
from tests.wire.guild import FORUM, NEWS, TEXT, channel, thread
from tests.wire.limits import texts_of
from tests.wire.patience import PATIENCE
from tests.wire.people import BOT, SERVER_ID
from tests.wire.posting import CROSSPOSTED, read
from tests.wire.rest import Fault

TAGS = ("python", "gardens", "travel", "books")
PARENT_ID = 300
FIRST_CHANNEL, FIRST_READER = 400, 700
# What a test composer writes before each post's name; see ``machine``.
POST = re.compile(r"^# (\S+)", re.MULTILINE)
# A day of 2026, near enough to now that no post passes for an old one that was imported.
MINUTE = 60
# Requests that a test of deliveries may disturb; logging in is tested elsewhere.
WITH_NONCE = re.compile("/channels/[0-9]+/messages")
DELIVERY = re.compile(r"/channels/.*|/guilds/.*|/users/@me/channels")


@dataclass(frozen=True, slots=True)
class Note:
    """A post of such a blog."""

    name: str
    tags: tuple[str, ...]
    instant: int


class Blog:
    """A file that machines read: the posts that readers see by now.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.notes: list[Note] = []
        self.generation = 0
        self._write(is_complete=False)

    def publish(self, notes: Sequence[Note], *, is_complete: bool = False) -> None:
        """Let readers see more; after the last of them, machines end once all is sent."""
        self.notes.extend(notes)
        self._write(is_complete=is_complete)

    def _write(self, *, is_complete: bool) -> None:
        self.generation += 1
        posts = [{"name": n.name, "tags": n.tags, "instant": n.instant} for n in self.notes]
        said = {"generation": self.generation, "is_complete": is_complete, "posts": posts}
        aside = self.path.with_suffix(".new")
        aside.write_text(json.dumps(said))
        aside.replace(self.path)


def notes(count: int, now: int, random: Random) -> list[Note]:
    """Posts with tags, a minute apart, the last one some hours ago."""
    begin = now - (count + 600) * MINUTE
    return [Note(f"post-{n:03}", _some(random, TAGS), begin + n * MINUTE) for n in range(count)]


def _some(random: Random, of: Sequence[str]) -> tuple[str, ...]:
    return tuple(random.sample(of, random.randint(1, 2)))


@dataclass(slots=True)
class Town:
    """Channels and readers of all kinds, and who of them wants what.

    Attributes:
        channels: as Discord keeps them.
        subscriptions: what their people have asked for.
    """

    channels: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)

    @classmethod
    def build(cls, places: Sequence[Place], random: Random | None = None) -> Town:
        """One channel, thread or reader for each place; with different wishes if drawn."""
        town = cls()
        town.channels.append(channel(PARENT_ID, "parent", TEXT))
        for number, place in enumerate(places):
            town._add(place, number, random)
        return town

    def _add(self, place: Place, number: int, random: Random | None) -> None:
        its, name = FIRST_CHANNEL + number, f"{place}-{number}"
        wish: dict[str, Any] = {"place": place, "guild": SERVER_ID, "channel": its}
        wish |= {"publish": place == "news", "threads": place == "text", "since": 1}
        if place == "reader":
            wish |= {"guild": None, "channel": None, "reader": FIRST_READER + number}
        elif place == "thread":
            self.channels.append(thread(its, name, PARENT_ID))
        else:
            kind = {"text": TEXT, "news": NEWS, "forum": FORUM}[place]
            self.channels.append(channel(its, name, kind, tags=TAGS[:2]))
        if random is not None:
            wish["tags"] = random.choice([(), *[(tag,) for tag in TAGS]])
            wish["without"] = random.choice([(), (), (random.choice(TAGS),)])
            wish["threads"] = place == "text" and random.random() < 0.5
        self.subscriptions.append(Subscription(**wish))

    def settle(self, answers: Answers) -> None:
        """Make these channels those of a Discord."""
        answers.channels |= {each["id"]: each for each in self.channels}

    def orders(self) -> list[dict[str, Any]]:
        """The subscriptions, for a machine."""
        fields = ("place", "guild", "channel", "reader", "tags", "without", "publish", "threads")
        return [
            {name: getattr(each, name) for name in (*fields, "since")}
            for each in self.subscriptions
        ]


def messages(answers: Answers, to: Subscription) -> list[dict[str, Any]]:
    """What the bot sent there, in the order in which it came."""
    where = to.channel
    if to.reader is not None:
        where = int(f"4{to.reader}")
        if str(where) not in answers.channels:
            return []
    found = [each for each in read(answers, where or 0) if each["author"]["id"] == str(BOT.id)]
    return sorted(found, key=lambda each: int(each["id"]))


def shown(answers: Answers, to: Subscription) -> list[str]:
    """The posts that people saw announced there, in the order in which they came."""
    texts = (text for message in messages(answers, to) for text in texts_of(message))
    return [name for text in texts for name in POST.findall(text)]


def wanted(to: Subscription, published: Sequence[Note]) -> list[str]:
    """The posts that they are to hear of, oldest first."""
    return [note.name for note in published if to.wants(note.tags)]


def unfinished(answers: Answers, to: Subscription) -> list[str]:
    """What still lacks at messages that arrived: their thread, or their publication."""
    if to.place not in {"text", "news"}:
        return []
    return [
        f"{to.key}: message {each['id']} lacks its thread or its publication"
        for each in read(answers, to.channel or 0)
        if (to.publish and not each["flags"] & CROSSPOSTED)
        or (to.threads and each["id"] not in answers.channels)
    ]


@dataclass(slots=True)
class Weather:
    """What goes wrong with requests, drawn at random.

    Attributes:
        random: draws.
        chance: of one request to go wrong.
        hang: seconds for which an answer that does not come is not there.
        nonces: whether Discord knows them for longer than all this takes. Only a nonce helps
            where Discord does what was asked for after the bot has given up, or before a
            server error upon which discord.py asks again by itself.
        unlisted: how many more times the messages of a channel cannot be listed, by the path.
        arrives: when the last request arrives that is still on its way, by the monotonic clock.
    """

    random: Random
    chance: float
    hang: float
    nonces: bool = False
    unlisted: dict[str, int] = field(default_factory=dict)
    arrives: float = 0.0

    def __call__(self, method: str, path: str) -> Fault | None:
        """What goes wrong with this request, or None."""
        if method == "GET" and self.unlisted.get(path, 0) > 0:
            self.unlisted[path] -= 1
            return Fault(method, path, 503)
        if not DELIVERY.fullmatch(path) or self.random.random() >= self.chance:
            return None
        works = self.random.random() < 0.5
        if self.nonces and method == "POST" and WITH_NONCE.fullmatch(path) and works:
            self.arrives = time.monotonic() + self.hang
            return Fault(method, path, 0, works=True, late=self.hang)
        kinds = {
            "too many requests": Fault(method, path, 429, retry_after=0.02),
            "server error": Fault(method, path, 503, works=works),
            # discord.py tries that one again by itself.
            "another server error": Fault(method, path, 500, works=works and self.nonces),
            "cut connection": Fault(method, path, 0),
            "lost response": Fault(method, path, 0, works=True),
            "slow": Fault(method, path, None, delay=0.05),
            "timeout": Fault(method, path, 0, works=works, delay=self.hang),
            "global limit": Fault(method, path, 429, retry_after=0.1, is_global=True),
        }
        # Those that make discord.py or us wait for longer are rarer.
        weights = [4, 4, 1, 4, 4, 4, 1, 1]
        return self.random.choices(list(kinds.values()), weights)[0]


async def first_look(home: Path | str) -> None:
    """Wait until the bot whose state that is knows the blog's first posts, and announces none."""
    async with asyncio.timeout(PATIENCE), State.open(home) as state:
        while not await state.ledger.posts():  # noqa: ASYNC110 - another process writes them
            await asyncio.sleep(0.05)
