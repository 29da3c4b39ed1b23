"""Whatever happens to a blog, its machine and Discord: every post once, and in order."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AsyncExitStack
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from bot.announce.announcer import Announcer
from bot.announce.delivery_worker import DeliveryWorker
from bot.announce.message import NoAccess, TryLater
from bot.announce.subscription import Subscription
from bot.serve.state import State
from bot.state.sqlite import SQLite
from tests.announce.channels import Channels, Lines, Shelf

LEASE = 30.0
# Longer than any lease, wait or pause.
LONG = 2 * 24 * 3600.0
CHANNELS = (1, 2, 3)
REQUESTS = ("send", "history", "edit", "start_thread", "publish")
WRITES = (
    *("revise", "claim", "begin", "renew", "searched", "adopt", "record", "close"),
    *("put_off", "pause", "postpone"),
)
# What happens to the next call of that name.
fates = st.dictionaries(
    st.sampled_from(REQUESTS),
    st.sampled_from(["busy", "lost", "closed", "killed before", "killed after"]),
    max_size=2,
) | st.dictionaries(
    st.sampled_from(WRITES), st.sampled_from(["killed before", "killed after"]), max_size=2
)


class Killed(BaseException):
    """The process is no more."""


class Doomed:
    """The same as another object, whose calls may be the last thing that a process does."""

    def __init__(self, inner: object, fates: dict[str, str]) -> None:
        self._inner = inner
        self._fates = fates

    def __getattr__(self, name: str) -> Callable[..., Any]:
        method = getattr(self._inner, name)

        async def generate(*values: Any) -> AsyncGenerator[Any, None]:
            fate = self._fates.pop(name, None)
            if fate in {"killed before", "killed after"}:
                raise Killed
            self.fail_before(fate, name, values)
            async for each in method(*values):
                yield each
            self.fail_after(fate)

        async def call(*values: object, **named: object) -> Any:
            fate = self._fates.pop(name, None)
            if fate == "killed before":
                raise Killed
            self.fail_before(fate, name, values)
            result = await method(*values, **named)
            if fate == "killed after":
                raise Killed
            self.fail_after(fate)
            return result

        return generate if inspect.isasyncgenfunction(method) else call

    def fail_before(self, fate: str | None, name: str, values: tuple[Any, ...]) -> None:
        """Databases do not."""

    def fail_after(self, fate: str | None) -> None:
        """Databases do not."""


class DoomedMail(Doomed):
    """Discord also says no, or says yes to nobody.

    Attributes:
        denied: what may not be done to a message, by the name of the request and its id.
    """

    def __init__(self, inner: object, fates: dict[str, str], denied: set[tuple[str, int]]) -> None:
        super().__init__(inner, fates)
        self.denied = denied

    def fail_before(self, fate: str | None, name: str, values: tuple[Any, ...]) -> None:
        """Do nothing, and say so."""
        if fate == "busy":
            raise TryLater("Too many requests", 0.001)
        if fate == "closed":
            if name in {"start_thread", "publish"}:
                self.denied.add((name, values[0].message))
            raise NoAccess("Missing Access")

    def fail_after(self, fate: str | None) -> None:
        """Do the work, and lose the answer."""
        if fate == "lost":
            raise TryLater("The connection broke", 0.001)


class OncePerChannel(RuleBasedStateMachine):
    """Authors write, machines fail, and what channels show is compared with what they should."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.stack = AsyncExitStack()
        self.shelf, self.discord = Shelf(), Channels()
        database = SQLite.open(None, clock=lambda: self.shelf.now)
        self.state = State(self.run(self.stack.enter_async_context(database)), lasts=False)
        self.fates: dict[str, str] = {}
        self.denied: set[tuple[str, int]] = set()
        self.written = 0
        self.paths: dict[str, str] = {}  # by the label that a post keeps
        self.withdrawn: set[str] = set()
        self.ever_withdrawn: set[str] = set()
        self.known: set[str] = set()
        self.expected: dict[str, list[str]] = {}
        self.start()
        self.look({})
        self.subscribe(CHANNELS[0])

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    def start(self) -> None:
        """Begin a process."""
        outbox: Any = Doomed(self.state.outbox, self.fates)
        ledger: Any = Doomed(self.state.ledger, self.fates)
        messenger: Any = DoomedMail(self.discord, self.fates, self.denied)
        self.announcer = Announcer(
            self.shelf,
            ledger=ledger,
            outbox=outbox,
            subscriptions=self.state.subscriptions,
            page_waits=self.state.page_waits,
            messenger=messenger,
            composer=Lines(),
            lease_seconds=LEASE,
            clock=lambda: self.shelf.now,
        )

    def go_on(self, work: Callable[[], Coroutine[Any, Any, None]], doom: dict[str, str]) -> None:
        """Do some work, in another process where the first one dies."""
        self.fates.update(doom)
        try:
            self.run(work())
        except Killed:
            self.fates.clear()
            self.start()
            self.shelf.now += LEASE
            self.run(work())

    async def drain(self) -> None:
        services = self.announcer._services
        while lease := await services.outbox.claim("me", services.generation, LEASE):
            await DeliveryWorker(services, lease).run()

    @precondition(lambda self: len(self.paths) < 8)
    @rule(count=st.integers(1, 3))
    def write(self, count: int) -> None:
        for _ in range(count):
            self.written += 1
            label = f"post{self.written}"
            self.paths[label] = f"{label}.md"
            self.put(label)

    def put(self, label: str) -> None:
        body = f"This is all that {label} has to say. And it was said by {label} alone."
        path = self.paths[label]
        self.shelf.put(path, f"{label} v{self.written}", body=body)

    @precondition(lambda self: self.paths.keys() - self.withdrawn)
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        self.written += 1
        self.put(data.draw(st.sampled_from(sorted(self.paths.keys() - self.withdrawn))))

    @precondition(lambda self: self.paths.keys() - self.withdrawn)
    @rule(data=st.data(), new_slug=st.booleans())
    def rename(self, data: st.DataObject, new_slug: bool) -> None:
        label = data.draw(st.sampled_from(sorted(self.paths.keys() - self.withdrawn)))
        self.written += 1
        old, new = self.paths[label], f"{label}-{self.written}.md"
        if label in self.known or new_slug:
            self.shelf.move(old, new, "" if new_slug else self.shelf.posts[old].slug)
            self.paths[label] = new

    @precondition(lambda self: self.paths.keys() - self.withdrawn)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        self.take(data.draw(st.sampled_from(sorted(self.paths.keys() - self.withdrawn))))

    def take(self, label: str) -> None:
        self.shelf.take(self.paths[label])
        self.withdrawn.add(label)
        self.ever_withdrawn.add(label)

    @precondition(lambda self: self.withdrawn)
    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        label = data.draw(st.sampled_from(sorted(self.withdrawn)))
        self.withdrawn.remove(label)
        self.put(label)

    @rule(channel=st.sampled_from(CHANNELS))
    def subscribe(self, channel: int) -> None:
        wish = Subscription(place="news", guild=1, channel=channel, threads=True, publish=True)
        self.run(self.state.subscriptions.keep(wish))
        self.expected.setdefault(wish.key, [])

    @rule(doom=fates)
    def look(self, doom: dict[str, str]) -> None:
        visible = sorted(self.paths.keys() - self.withdrawn, key=lambda label: self.paths[label])
        self.go_on(self.announcer_looks, doom)
        new = [label for label in visible if label not in self.known]
        self.known.update(new)
        for labels in self.expected.values():
            labels.extend(new)

    async def announcer_looks(self) -> None:
        await self.announcer.check()

    @rule(doom=fates)
    def send(self, doom: dict[str, str]) -> None:
        self.look({})
        self.go_on(self.drain, doom)

    @rule()
    def restart(self) -> None:
        self.start()

    def teardown(self) -> None:
        """Let everything settle, and read the channels."""
        try:
            self.check()
        finally:
            self.run(self.stack.aclose())
            self.runner.close()

    def check(self) -> None:
        self.fates.clear()
        self.look({})
        self.run(self.settle())
        for key, labels in self.expected.items():
            shown = ", ".join(self.discord.texts(key))
            told = re.findall(r"(\[?)(post\d+) (v\d+)", shown)
            names = [label for _, label, _ in told]
            assert len(set(names)) == len(names), "nobody is told twice"
            assert set(names) <= set(labels)
            assert set(names) >= set(labels) - self.withdrawn, "nobody misses a post"
            still = [label for label in names if label not in self.ever_withdrawn]
            assert still == [label for label in labels if label not in self.ever_withdrawn]
            for mark, label, version in told:
                if label in self.withdrawn:
                    assert mark
                else:
                    title = self.shelf.posts[self.paths[label]].title
                    assert (mark, f"{label} {version}") == ("", title)
            for message in self.discord.messages[key]:
                # A channel that does not let the bot do so is not asked again.
                assert message.thread or ("start_thread", message.id) in self.denied
                assert message.published or ("publish", message.id) in self.denied

    async def settle(self) -> None:
        """Let time pass until nothing waits."""
        for _ in range(100):
            if await self.state.outbox.wait() is None:
                return
            self.shelf.now += LONG
            await self.drain()
        pytest.fail("something waits for ever")


TestOncePerChannel = OncePerChannel.TestCase
TestOncePerChannel.settings = settings(stateful_step_count=20, deadline=None)


def test_a_message_whose_post_went_before_it_was_found_is_marked() -> None:
    """Discord took it, its answer was lost, and the author withdrew the post meanwhile."""
    machine = OncePerChannel()
    machine.write(1)
    machine.send({"send": "lost"})
    machine.take("post1")
    machine.teardown()
