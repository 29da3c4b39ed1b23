"""What fly.toml may say, stricter than flyctl, which takes several wrong values in silence.

The keys and values are those of https://fly.io/docs/reference/configuration/, as far as an
app with one HTTP service can use them; an unknown key is an error.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema import Draft202012Validator

Toml = Mapping[str, Any]

# Fly takes a number without a unit too, and flyctl's own reader takes it for nanoseconds.
DURATION = {"type": "string", "pattern": r"^[0-9]+(ms|s|m|h)$"}
SIZE = {"type": "string", "pattern": r"^(?i:[0-9]+(mb|gb))$"}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
TEXT = {"type": "string", "minLength": 1}
STRINGS = {"type": "object", "additionalProperties": {"type": "string"}}
PROCESSES = {"type": "array", "items": TEXT, "minItems": 1}
# Fly's own variables begin so, and are set by it.
NOT_FLYS = {"pattern": "^(?!FLY_)[A-Za-z_][A-Za-z0-9_]*$"}
MOST_MB_TO_SUSPEND = 2048  # https://fly.io/docs/reference/suspend-resume/#requirements


def table(required: Sequence[str] = (), **properties: Any) -> dict[str, Any]:
    """A table with these keys and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


def tables(schema: dict[str, Any]) -> dict[str, Any]:
    """One or more ``[[…]]``."""
    return {"type": "array", "items": schema, "minItems": 1}


CHECK = table(
    ("interval", "timeout", "path"),
    grace_period=DURATION,
    interval=DURATION,
    timeout=DURATION,
    method={"enum": ["GET", "HEAD", "get", "head"]},
    path={"type": "string", "pattern": "^/"},
    protocol={"enum": ["http", "https"]},
    tls_server_name=TEXT,
    tls_skip_verify={"type": "boolean"},
    headers=STRINGS,
)
METRICS = table(("port", "path"), port=PORT, path={"type": "string", "pattern": "^/"})

SCHEMA = table(
    app={"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
    primary_region={"type": "string", "pattern": "^[a-z]{3}$"},
    kill_signal={
        "enum": ["SIGINT", "SIGTERM", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGKILL", "SIGSTOP"]
    },
    kill_timeout={"type": "integer", "minimum": 1, "maximum": 300},
    swap_size_mb={"type": "integer", "minimum": 1},
    console_command=TEXT,
    build=table(
        dockerfile=TEXT,
        ignorefile=TEXT,
        image=TEXT,
        args={**STRINGS, "propertyNames": NOT_FLYS},
    ),
    deploy=table(
        strategy={"enum": ["rolling", "immediate", "canary", "bluegreen"]},
        max_unavailable={"type": "number", "exclusiveMinimum": 0},
        wait_timeout=DURATION,
        release_command=TEXT,
        release_command_timeout=DURATION,
    ),
    env={**STRINGS, "propertyNames": NOT_FLYS},
    processes=STRINGS,
    http_service=table(
        ("internal_port", "auto_stop_machines", "auto_start_machines"),
        processes=PROCESSES,
        internal_port=PORT,
        force_https={"type": "boolean"},
        auto_stop_machines={"enum": ["off", "stop", "suspend"]},
        auto_start_machines={"type": "boolean"},
        min_machines_running={"type": "integer", "minimum": 0},
        concurrency=table(
            ("type",),
            type={"enum": ["connections", "requests"]},
            soft_limit={"type": "integer", "minimum": 1},
            hard_limit={"type": "integer", "minimum": 1},
        ),
        checks=tables(CHECK),
    ),
    mounts=tables(
        table(
            ("source", "destination"),
            # https://fly.io/docs/volumes/volume-manage/: no hyphens in a volume's name
            source={"type": "string", "pattern": "^[a-z0-9_]{1,30}$"},
            destination={"type": "string", "pattern": "^/.+"},
            processes=PROCESSES,
            initial_size=SIZE,
            snapshot_retention={"type": "integer", "minimum": 1, "maximum": 60},
            scheduled_snapshots={"type": "boolean"},
            auto_extend_size_threshold={"type": "integer", "minimum": 1, "maximum": 100},
            auto_extend_size_increment=SIZE,
            auto_extend_size_limit=SIZE,
        )
    ),
    vm=tables(
        table(
            size={"type": "string", "pattern": "^(shared-cpu|performance)-[0-9]+x$"},
            memory=SIZE,
            cpus={"enum": [1, 2, 4, 8, 16]},
            cpu_kind={"enum": ["shared", "performance"]},
            persist_rootfs={"enum": ["never", "restart", "always"]},
            processes=PROCESSES,
        )
    ),
    metrics={"anyOf": [METRICS, tables(METRICS)]},
    restart=tables(
        table(
            ("policy",),
            policy={"enum": ["always", "never", "on-failure"]},
            retries={"type": "integer", "minimum": 1},
            processes=PROCESSES,
        )
    ),
)


def mistakes(config: Toml) -> list[str]:
    """What is wrong with a fly.toml: each key, then how keys go together."""
    wrong = [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(SCHEMA).iter_errors(config)
    ]
    return wrong or list(contradictions(config))


def contradictions(config: Toml) -> Iterator[str]:
    """Keys that are fine each and wrong together."""
    if "dockerfile" not in config.get("build", {}):
        yield "without a Dockerfile that is named, `fly launch` rewrites this file"
    yield from sleep_mistakes(config)
    yield from volume_mistakes(config)
    yield from port_mistakes(config)
    limits = config["http_service"].get("concurrency", {})
    if limits.get("soft_limit", 0) > limits.get("hard_limit", float("inf")):
        yield "the soft limit is above the hard one"


def sleep_mistakes(config: Toml) -> Iterator[str]:
    """What keeps a machine from sleeping, or from waking."""
    service = config["http_service"]
    may_stop = service["auto_stop_machines"] != "off"
    if not service["auto_start_machines"]:
        yield "a machine that stops, or is stopped, must start by itself"
    if not may_stop and "min_machines_running" in service:
        yield "min_machines_running counts only where machines may stop"
    if service["auto_stop_machines"] != "suspend":
        return
    if "swap_size_mb" in config:
        yield "a machine with swap cannot suspend"
    for vm in config.get("vm", []):
        if megabytes(vm.get("memory", "256mb")) > MOST_MB_TO_SUSPEND:
            yield "a machine with more than 2 GB cannot suspend"


def volume_mistakes(config: Toml) -> Iterator[str]:
    """What a volume, which is in one machine, rules out."""
    if not config.get("mounts"):
        return
    deploy = config.get("deploy", {})
    if len(config["mounts"]) > 1:
        yield "a machine has one volume"
    if deploy.get("strategy") in {"canary", "bluegreen"}:
        yield "this strategy needs a second machine, which the volume cannot be in"
    if config["http_service"].get("min_machines_running", 0) > 1:
        yield "a volume belongs to one machine"
    if "release_command" in deploy:
        yield "a release command sees no volume"


def port_mistakes(config: Toml) -> Iterator[str]:
    """Where Fly knocks, and where nobody listens."""
    service, env = config["http_service"], config.get("env", {})
    if str(service["internal_port"]) != env.get("PORT", "8080"):
        yield "internal_port is not PORT"
    metrics = config.get("metrics", [])
    for exporter in metrics if isinstance(metrics, list) else [metrics]:
        if str(exporter["port"]) != env.get("SLASHPOST_METRICS_PORT"):
            yield "the port of the metrics is not SLASHPOST_METRICS_PORT"
    for check in service.get("checks", []):
        if check["path"] == "/readyz":
            yield "/readyz waits for Discord, which waits for traffic, which waits for the check"


def megabytes(size: str) -> int:
    """What a size such as ``1gb`` is in MB."""
    number, unit = re.fullmatch(r"(\d+)(\D+)", size.casefold()).groups()  # type: ignore[union-attr]
    return int(number) * (1024 if unit == "gb" else 1)
