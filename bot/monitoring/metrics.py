"""Numbers for Prometheus: what is used, how fast, and how the index and Discord are.

Names follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace

import aiohttp
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot import __version__
from bot.blog.errors import IndexUnavailable
from bot.blog.library import Library
from bot.blog.usage import Usage

# Discord waits for 3 seconds, and the bot's own deadline is at 2.5.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0, 10.0)
RATE_LIMITED = 429


class Metrics:
    """Counts, and asks the library for the rest when it is read.

    Args:
        library: the posts.
        db: file of the index.
    """

    def __init__(self, library: Library, db: Path) -> None:
        self._library = library
        self._db = db
        # The time at which each counter began would be twice the series.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Info("slashpost_build", "What runs", registry=registry).info({"version": __version__})
        self._interactions = Counter(
            "slashpost_interactions",
            "Interactions that were dealt with",
            ("kind", "command", "outcome"),
            registry=registry,
        )
        self._seconds = Histogram(
            "slashpost_interaction_seconds",
            "From an interaction's arrival until its answer had left",
            ("kind",),
            buckets=BUCKETS,
            registry=registry,
        )
        self._requests = Counter(
            "slashpost_discord_requests",
            "Requests to Discord; status none where there was no response",
            ("method", "status"),
            registry=registry,
        )
        self._request_seconds = Histogram(
            "slashpost_discord_request_seconds",
            "How long Discord took to respond",
            buckets=BUCKETS,
            registry=registry,
        )
        self._limits = Counter(
            "slashpost_discord_rate_limits",
            "Requests that Discord refused because there were too many",
            ("scope",),
            registry=registry,
        )
        self._readable = Gauge(
            "slashpost_index_readable", "Whether the index can be read", registry=registry
        )
        self._bytes = Gauge("slashpost_index_bytes", "Size of the index", registry=registry)
        self._updated = Gauge(
            "slashpost_index_updated_timestamp_seconds",
            "When the index last changed",
            registry=registry,
        )
        self._posts = Gauge("slashpost_posts", "Posts that readers see", registry=registry)
        self._tags = Gauge("slashpost_tags", "Tags of those posts", registry=registry)
        self._left_out = Gauge(
            "slashpost_left_out", "Files that are no posts, drafts included", registry=registry
        )
        self._problems = Gauge("slashpost_problems", "Mistakes in the posts", registry=registry)

    def count(self, usage: Usage) -> None:
        """Count an interaction that has been dealt with."""
        self._interactions.labels(usage.kind, usage.command, usage.outcome).inc()
        self._seconds.labels(usage.kind).observe(usage.seconds)

    def trace(self) -> aiohttp.TraceConfig:
        """What lets an HTTP session's requests to Discord be counted."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._request_starts)
        trace.on_request_end.append(self._request_ends)
        trace.on_request_exception.append(self._request_fails)
        return trace

    async def read(self) -> bytes:
        """All numbers as they are now, in Prometheus' text format 0.0.4.

        https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
        """
        try:
            status = await self._library.status()
            self._bytes.set(self._db.stat().st_size)
        except (IndexUnavailable, OSError):
            self._readable.set(0)
        else:
            self._readable.set(1)
            self._updated.set(status.updated)
            self._posts.set(status.posts)
            self._tags.set(status.tags)
            self._left_out.set(len(status.left_out))
            self._problems.set(len(status.problems))
        return generate_latest(self._registry)

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
        self._request_seconds.observe(time.perf_counter() - context.started)
        self._requests.labels(params.method, params.response.status).inc()
        if params.response.status == RATE_LIMITED:
            # https://docs.discord.com/developers/topics/rate-limits#header-format
            scope = params.response.headers.get("X-RateLimit-Scope", "none")
            self._limits.labels(scope).inc()

    async def _request_fails(
        self,
        _session: aiohttp.ClientSession,
        _context: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        self._requests.labels(params.method, "none").inc()
