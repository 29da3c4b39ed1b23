"""The dashboard asks for what the bot counts."""

from __future__ import annotations

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.blog.usage import Usage
from bot.index.index import Index
from bot.monitoring.metrics import Metrics
from tests.chat.blog import fill, garden, open_index

DASHBOARD = json.loads(
    (Path(__file__).parents[2] / "docs" / "grafana.json").read_text(encoding="utf-8")
)
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
QUERIES = [target["expr"] for panel in PANELS for target in panel["targets"]]
# Of the series' own, Prometheus adds the machine's name.
ADDED = {"instance", "le"}


async def counted(index: Index, db: Path) -> dict[str, set[str]]:
    """The labels of every metric by its name, once each has been counted."""
    metrics = Metrics(index, db)
    metrics.count(Usage(kind="command", command="latest"))
    metrics._record(lambda counters: counters.requests.labels("GET", "200").inc())
    metrics._record(lambda counters: counters.limits.labels("user").inc())
    metrics.count_announcement("sent")
    families = text_string_to_metric_families((await metrics.read()).decode())
    return {sample.name: set(sample.labels) for family in families for sample in family.samples}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="only where /proc tells memory")
async def test_every_query_asks_for_metrics_and_labels_that_exist(tmp_path: Path) -> None:
    async with open_index(tmp_path) as index:
        await fill(index, garden())
        known = await counted(index, tmp_path / "index.db")
    for query in QUERIES:
        selectors = re.findall(r"((?:slashpost|process)_\w+)\{([^}]*)\}", query)
        assert selectors, query
        for name, matchers in selectors:
            assert name in known, f"{query}: no metric {name}"
            labels = set(re.findall(r"(\w+)(?:!?=|=~)\"", matchers))
            grouped = re.search(r"by \(([^)]*)\)", query)
            if grouped:
                labels |= set(grouped[1].split(", "))
            assert labels - ADDED <= known[name], f"{query}: labels of {name}"


def test_every_panel_asks_the_chosen_prometheus_about_the_chosen_machines() -> None:
    for panel in PANELS:
        assert panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    assert [variable["name"] for variable in DASHBOARD["templating"]["list"]] == [
        "datasource",
        "instance",
    ]
    assert all('instance=~"$instance"' in query for query in QUERIES)


def test_no_panel_covers_another() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    for one, other in combinations((panel["gridPos"] for panel in PANELS), 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in PANELS)
