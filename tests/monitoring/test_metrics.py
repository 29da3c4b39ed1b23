"""Prometheus learns what is used, how the index is, and how patient Discord is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from prometheus_client.parser import text_string_to_metric_families

from bot.announce.ledger import Assignment, Revision
from bot.announce.subscription import Pause, Subscription
from bot.blog.usage import Outcome, Usage
from bot.index.index import Index
from bot.monitoring.metrics import MAX_PENDING, Metrics
from bot.serve.state import State
from bot.web.health import add_metrics
from bot.web.server import listening
from tests.chat.blog import fill, garden, open_index


@pytest.fixture
async def index(tmp_path: Path) -> AsyncIterator[Index]:
    """The index of a blog on gardening."""
    async with open_index(tmp_path) as index:
        await fill(index, garden())
        yield index


@pytest.fixture
def metrics(index: Index, tmp_path: Path) -> Metrics:
    """Nothing counted yet."""
    return Metrics(index, tmp_path / "index.db")


async def read(metrics: Metrics) -> dict[str, float]:
    """The samples by name and labels, as Prometheus reads them."""
    families = text_string_to_metric_families((await metrics.read()).decode())
    return {
        sample.name + "".join(f" {key}={value}" for key, value in sorted(sample.labels.items())): (
            sample.value
        )
        for family in families
        for sample in family.samples
    }


def use(metrics: Metrics, outcome: Outcome, seconds: float) -> None:
    """A reader uses /latest."""
    metrics.count(Usage(kind="command", command="latest", outcome=outcome, seconds=seconds))


async def test_interactions_are_counted_by_command_and_outcome(metrics: Metrics) -> None:
    use(metrics, "answered", 0.02)
    use(metrics, "answered", 2.7)
    use(metrics, "failed", 0.001)
    found = await read(metrics)
    total = "slashpost_interactions_total command=latest kind=command outcome"
    assert found[f"{total}=answered"] == 2
    assert found[f"{total}=failed"] == 1
    seconds = "slashpost_interaction_seconds"
    assert found[f"{seconds}_bucket kind=command le=0.025"] == 2
    assert found[f"{seconds}_bucket kind=command le=2.5"] == 2, "the one of 2.7 s is above"
    assert found[f"{seconds}_count kind=command"] == 3


async def test_nothing_is_lost_or_hoarded_while_nobody_asks(metrics: Metrics) -> None:
    for _ in range(MAX_PENDING + 5):
        use(metrics, "answered", 0.02)
    assert metrics._pending == []
    found = await read(metrics)
    total = "slashpost_interactions_total command=latest kind=command outcome=answered"
    assert found[total] == MAX_PENDING + 5


async def test_the_index_is_described(metrics: Metrics, index: Index, tmp_path: Path) -> None:
    status = await index.status()
    found = await read(metrics)
    assert found["slashpost_posts"] == status.posts > 0
    assert found["slashpost_tags"] == status.tags > 0
    assert found["slashpost_left_out"] == len(status.left_out)
    assert found["slashpost_problems"] == len(status.problems)
    assert found["slashpost_index_updated_timestamp_seconds"] == status.updated
    assert found["slashpost_index_bytes"] == (tmp_path / "index.db").stat().st_size
    assert found["slashpost_index_readable"] == 1


async def test_an_index_that_cannot_be_read_is_a_number_too(index: Index, tmp_path: Path) -> None:
    metrics = Metrics(index, tmp_path / "gone.db")
    use(metrics, "answered", 0.02)
    found = await read(metrics)
    assert found["slashpost_index_readable"] == 0
    assert found["slashpost_interactions_total command=latest kind=command outcome=answered"] == 1


async def test_requests_to_discord_are_counted_with_their_limits(metrics: Metrics) -> None:
    async def refuse(_request: web.Request) -> web.Response:
        return web.Response(status=429, headers={"X-RateLimit-Scope": "shared"})

    discord = web.Application()
    discord.router.add_post("/", refuse)
    async with (
        listening(discord, 0) as port,
        aiohttp.ClientSession(trace_configs=[metrics.trace()]) as session,
        session.post(f"http://127.0.0.1:{port}/"),
    ):
        pass
    async with aiohttp.ClientSession(trace_configs=[metrics.trace()]) as session:
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://127.0.0.1:{port}/")
    found = await read(metrics)
    assert found["slashpost_discord_requests_total method=POST status=429"] == 1
    assert found["slashpost_discord_requests_total method=GET status=none"] == 1
    assert found["slashpost_discord_rate_limits_total scope=shared"] == 1
    assert found["slashpost_discord_request_seconds_count"] == 1


async def test_prometheus_is_told_the_format(metrics: Metrics) -> None:
    routes = web.Application()
    add_metrics(routes, metrics.read)
    async with (
        listening(routes, 0) as port,
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}/metrics") as response,
    ):
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert "# TYPE slashpost_interactions_total counter" in await response.text()


async def test_announcements_are_counted_and_what_waits_is_asked_for(metrics: Metrics) -> None:
    assert (await read(metrics))["slashpost_announcements_waiting"] == 0
    for outcome in ("sent", "sent", "paused"):
        metrics.count_announcement(outcome)
    async with State.open(None) as state:
        for channel in (1, 2):
            await state.subscriptions.keep(Subscription(place="text", channel=channel))
        await state.subscriptions.pause("c2", Pause(reason="admin", since=1))
        revision = Revision(
            assignments=[
                Assignment("a", "c1", ("post",)),
                Assignment("b", "c2", ("post",)),
                Assignment("c", "c2", ("other",)),
            ]
        )
        await state.ledger.revise("1", "me", lambda _known: revision)
        metrics.outbox = state.outbox
        found = await read(metrics)
    assert found["slashpost_announcements_total outcome=sent"] == 2
    assert found["slashpost_announcements_total outcome=paused"] == 1
    assert found["slashpost_announcements_waiting"] == 1
    assert found["slashpost_announcements_held"] == 2
