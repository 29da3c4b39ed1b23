"""fly.toml makes the machine that README promises."""

from __future__ import annotations

import copy
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.fly import mistakes

ROOT = Path(__file__).parents[2]
FLY = tomllib.loads((ROOT / "fly.toml").read_text(encoding="utf-8"))
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")


def changed(path: str, value: Any) -> dict[str, Any]:
    """Our fly.toml with another value, or without one where ``value`` is None."""
    config = copy.deepcopy(FLY)
    *parents, key = (int(part) if part.isdecimal() else part for part in path.split("/"))
    inside: Any = config
    for parent in parents:
        inside = inside[parent]
    if value is None:
        del inside[key]
    else:
        inside[key] = value
    return config


def test_it_says_nothing_that_fly_does_not_know_or_cannot_do() -> None:
    assert mistakes(FLY) == []


def test_the_machine_sleeps_and_is_as_small_as_they_come() -> None:
    service = FLY["http_service"]
    assert service["auto_stop_machines"] == "suspend"
    assert service["auto_start_machines"] is True
    assert service["min_machines_running"] == 0
    assert FLY["vm"] == [{"size": "shared-cpu-1x", "memory": "256mb"}]
    assert [check["path"] for check in service["checks"]] == ["/healthz"]
    assert [mount["destination"] for mount in FLY["mounts"]] == ["/data"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("http_service/auto_stop_machine", "suspend"),
        ("http_service/auto_stop_machines", True),
        ("http_service/auto_stop_machines", "sleep"),
        ("http_service/auto_start_machines", False),
        ("http_service/internal_port", 3000),
        ("http_service/internal_port", "8080"),
        ("http_service/checks/0/interval", 30),
        ("http_service/checks/0/interval", "30"),
        ("http_service/checks/0/path", "/readyz"),
        ("http_service/checks/0/restart_limit", 3),
        ("http_service/concurrency/type", "request"),
        ("http_service/concurrency/soft_limit", 300),
        ("http_service/min_machines_running", 2),
        ("restart/0/policy", "no"),
        ("mounts/0/source", "slashpost-data"),
        ("mounts/0/size", "1gb"),
        ("mounts/0/destination", "/"),
        ("vm/0/memory", "4gb"),
        ("vm/0/ram", "256mb"),
        ("swap_size_mb", 512),
        ("deploy/strategy", "bluegreen"),
        ("deploy/strategy", "canary"),
        ("deploy/release_command", "slashpost index"),
        ("build/dockerfile", None),
        ("env/PORT", 8080),
        ("env/FLY_APP_NAME", "mine"),
        ("metrics/port", 9090),
        ("metrics/prot", 9091),
        ("kill_timeout", "10s"),
        ("services", []),
    ],
)
def test_a_slip_is_noticed(path: str, value: Any) -> None:
    assert mistakes(changed(path, value))


def test_the_image_listens_where_fly_knocks() -> None:
    assert f"PORT={FLY['http_service']['internal_port']}" in DOCKERFILE
    assert f"SLASHPOST_STATE={FLY['mounts'][0]['destination']}/" in DOCKERFILE
    assert (ROOT / FLY["build"]["dockerfile"]).is_file()


def test_the_dockerfile_declares_no_volume() -> None:
    """`fly launch` would put it in the place of our mounts."""
    assert not re.search(r"^VOLUME", DOCKERFILE, re.MULTILINE)
