"""Numbers for Prometheus: what is used, how fast, and how the index and Discord are."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import aiohttp

from bot.blog import question
from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.blog.library import Library
from bot.blog.usage import Usage

if TYPE_CHECKING:
    from bot.announce.outbox import Outbox
    from bot.monitoring.counters import Counters

COUNTERS = "bot.monitoring.counters"
RATE_LIMITED = 429
# Of the pending counts, where nobody asks for metrics.
MAX_PENDING = 1000


class Metrics:
    """Counts, and asks the library for the rest when it is read.

    Prometheus' library takes a tenth of the time in which the bot starts. It is loaded when
    somebody asks for metrics; what happens before is counted then.

    Args:
        library: the posts.
        db: file of the index.

    Attributes:
        outbox: what is to be announced; None where nothing is.
    """

    def __init__(self, library: Library, db: Path) -> None:
        self._library = library
        self._db = db
        self.outbox: Outbox | None = None
        self._counters: Counters | None = None
        self._pending: list[Callable[[Counters], None]] = []

    def count(self, usage: Usage) -> None:
        """Count an interaction that has been dealt with."""
        kind, command, outcome, seconds = usage.kind, usage.command, usage.outcome, usage.seconds

        def record(counters: Counters) -> None:
            counters.interactions.labels(kind, command, outcome).inc()
            counters.seconds.labels(kind).observe(seconds)

        self._record(record)

    def count_announcement(self, outcome: str) -> None:
        """Count what became of a delivery."""
        self._record(lambda counters: counters.announcements.labels(outcome).inc())

    def count_refusal(self, reason: str) -> None:
        """Count a request or connection that was refused before it had proven anything."""
        self._record(lambda counters: counters.refused.labels(reason).inc())

    def count_unparsed(self, event: str) -> None:
        """Count an event of Discord's that cannot be parsed, by its type."""
        self._record(lambda counters: counters.unparsed.labels(event).inc())

    def count_question(self, asked: question.Asked) -> None:
        """Count what became of a question, and what its answer took."""

        def note(counters: Counters) -> None:
            counters.questions.labels(asked.outcome).inc()
            counters.question_seconds.observe(asked.seconds)
            counters.question_tokens.inc(asked.tokens)

        self._record(note)

    def trace(self) -> aiohttp.TraceConfig:
        """What lets an HTTP session's requests to Discord be counted."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._request_starts)
        trace.on_request_end.append(self._request_ends)
        trace.on_request_exception.append(self._request_fails)
        return trace

    async def read(self) -> bytes:
        """All numbers as they are now, in Prometheus' text format."""
        if self._counters is None:
            await asyncio.to_thread(import_module, COUNTERS)
        counters = self._load()
        try:
            status = await self._library.status()
            counters.bytes.set(self._db.stat().st_size)
        except (IndexUnavailable, OSError):
            counters.readable.set(0)
        else:
            counters.readable.set(1)
            counters.updated.set(status.updated)
            counters.posts.set(status.posts)
            counters.tags.set(status.tags)
            counters.left_out.set(len(status.left_out))
            counters.problems.set(len(status.problems))
        if self.outbox is not None:
            with suppress(StateUnavailable):
                backlog = await self.outbox.backlog()
                counters.waiting.set(backlog.waiting)
                counters.held.set(backlog.held)
        return counters.text()

    def _record(self, record: Callable[[Counters], None]) -> None:
        if self._counters is None and len(self._pending) < MAX_PENDING:
            self._pending.append(record)
        else:
            record(self._load())

    def _load(self) -> Counters:
        if self._counters is None:
            self._counters = import_module(COUNTERS).Counters()
            for record in self._pending:
                record(self._counters)
            self._pending.clear()
        return self._counters

    async def _request_starts(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        _params: aiohttp.TraceRequestStartParams,
    ) -> None:
        context.started = time.perf_counter()

    async def _request_ends(
        self,
        _session: aiohttp.ClientSession,
        context: SimpleNamespace,
        params: aiohttp.TraceRequestEndParams,
    ) -> None:
        seconds = time.perf_counter() - context.started
        method, status = params.method, params.response.status
        # https://docs.discord.com/developers/topics/rate-limits#header-format
        scope = params.response.headers.get("X-RateLimit-Scope", "none")

        def record(counters: Counters) -> None:
            counters.request_seconds.observe(seconds)
            counters.requests.labels(method, status).inc()
            if status == RATE_LIMITED:
                counters.limits.labels(scope).inc()

        self._record(record)

    async def _request_fails(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        method = params.method
        self._record(lambda counters: counters.requests.labels(method, "none").inc())
