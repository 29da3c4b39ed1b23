"""The counters behind the metrics, as Prometheus' own library keeps them.

Names follow https://prometheus.io/docs/practices/naming/.
"""

from __future__ import annotations

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

# Discord waits for 3 seconds, and the bot's own deadline is at 2.5.
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 3.0, 10.0)

# A model has 20 seconds to begin, and 90 in all.
ANSWER_BUCKETS = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 45.0, 90.0)


class Counters:
    """All of them, at 0."""

    def __init__(self) -> None:
        # The time at which each counter began would be twice the series.
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self._registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        Info("slashpost_build", "What runs", registry=registry).info({"version": __version__})
        self.interactions = Counter(
            "slashpost_interactions",
            "Interactions that were dealt with",
            ("kind", "command", "outcome"),
            registry=registry,
        )
        self.seconds = Histogram(
            "slashpost_interaction_seconds",
            "From an interaction's arrival until its answer had left",
            ("kind",),
            buckets=BUCKETS,
            registry=registry,
        )
        self.requests = Counter(
            "slashpost_discord_requests",
            "Requests to Discord; status none where there was no response",
            ("method", "status"),
            registry=registry,
        )
        self.request_seconds = Histogram(
            "slashpost_discord_request_seconds",
            "How long Discord took to respond",
            buckets=BUCKETS,
            registry=registry,
        )
        self.limits = Counter(
            "slashpost_discord_rate_limits",
            "Requests that Discord refused because there were too many",
            ("scope",),
            registry=registry,
        )
        self.refused = Counter(
            "slashpost_http_refused",
            "Requests and connections that were refused, or closed for being slow or too many",
            ("reason",),
            registry=registry,
        )
        self.unparsed = Counter(
            "slashpost_discord_events_unparsed",
            "Events of Discord's that cannot be parsed, and were passed over",
            ("event",),
            registry=registry,
        )
        self.announcements = Counter(
            "slashpost_announcements",
            "What became of deliveries of new posts",
            ("outcome",),
            registry=registry,
        )
        self.questions = Counter(
            "slashpost_questions",
            "What became of questions to /ask",
            ("outcome",),
            registry=registry,
        )
        self.question_seconds = Histogram(
            "slashpost_question_seconds",
            "From a question until the end of its answer",
            buckets=ANSWER_BUCKETS,
            registry=registry,
        )
        self.question_tokens = Counter(
            "slashpost_question_tokens",
            "Tokens that answers took, input and output together",
            registry=registry,
        )
        self.waiting = Gauge(
            "slashpost_announcements_waiting",
            "Messages that are not sent yet, those of paused subscriptions excluded",
            registry=registry,
        )
        self.held = Gauge(
            "slashpost_announcements_held",
            "Messages that wait for paused subscriptions",
            registry=registry,
        )
        self.readable = Gauge(
            "slashpost_index_readable", "Whether the index can be read", registry=registry
        )
        self.bytes = Gauge("slashpost_index_bytes", "Size of the index", registry=registry)
        self.updated = Gauge(
            "slashpost_index_updated_timestamp_seconds",
            "When the index last changed",
            registry=registry,
        )
        self.posts = Gauge("slashpost_posts", "Posts that readers see", registry=registry)
        self.tags = Gauge("slashpost_tags", "Tags of those posts", registry=registry)
        self.left_out = Gauge(
            "slashpost_left_out", "Files that are no posts, drafts included", registry=registry
        )
        self.problems = Gauge("slashpost_problems", "Mistakes in the posts", registry=registry)

    def text(self) -> bytes:
        """What they have come to, in Prometheus' text format 0.0.4.

        https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
        """
        return generate_latest(self._registry)
