"""The files with which others run the bot: Compose, systemd, GitHub Actions."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from bot.cli import cli
from bot.settings import TABLE
from bot.web import hooks
from tests.deploy.fly import DURATION, STRINGS, TEXT, mistakes, table
from tests.deploy.test_fly import FLY, ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
SERVICE = ROOT / "deploy" / "slashpost.service"
WORKFLOW = (ROOT / "deploy" / "fly-on-push.yml").read_text(encoding="utf-8")
WAKE = (ROOT / "deploy" / "wake.yml").read_text(encoding="utf-8")
GUIDE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")

TEXTS = {"type": "array", "items": TEXT, "minItems": 1}
VARIABLES = {setting.variable for setting in TABLE}

# https://github.com/compose-spec/compose-spec/blob/main/spec.md, as far as we use it
SERVICE_KEYS = table(
    ("image", "build", "environment", "volumes", "restart"),
    image=TEXT,
    build=table(("context",), context=TEXT, dockerfile=TEXT, args=STRINGS),
    environment=STRINGS,
    ports={
        "type": "array",
        "items": {"type": "string", "pattern": r"^([0-9.]+:)?[0-9]+:[0-9]+$"},
    },
    volumes=TEXTS,
    read_only={"type": "boolean"},
    tmpfs=TEXTS,
    cap_drop=TEXTS,
    security_opt=TEXTS,
    mem_limit={"type": "string", "pattern": "^[0-9]+[bkmg]$"},
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    stop_grace_period=DURATION,
    healthcheck=table(
        ("test",), test=TEXTS, interval=DURATION, timeout=DURATION, start_period=DURATION
    ),
    logging=table(("driver",), driver=TEXT, options=STRINGS),
)
COMPOSE_KEYS = table(
    ("services",),
    services={"type": "object", "additionalProperties": SERVICE_KEYS},
    volumes={"type": "object", "additionalProperties": {"type": "null"}},
)
# A checkout leaves no token behind, which the image would hold.
INPUTS = {
    "type": "object",
    "properties": {"persist-credentials": {"const": False}},
    "additionalProperties": {"type": "string"},
}
STEP = table(
    uses={"type": "string", "pattern": r"^[\w.-]+(/[\w.-]+)+@[0-9a-f]{40}$"},
    name=TEXT,
    run=TEXT,
    env=STRINGS,
    **{"with": INPUTS},  # type: ignore[arg-type] # a word of Python's
)
# https://docs.github.com/actions/reference/workflow-syntax-for-github-actions
WORKFLOW_KEYS = table(
    ("name", "on", "permissions", "jobs"),
    name=TEXT,
    on=table(
        ("push",),
        push=table(("paths",), branches=TEXTS, paths=TEXTS),
        schedule={
            "type": "array",
            "items": table(("cron",), cron={"type": "string", "pattern": r"^(\S+ ){4}\S+$"}),
        },
        workflow_dispatch={"type": "null"},
    ),
    concurrency=TEXT,
    permissions=table(contents={"enum": ["read"]}),
    jobs={
        "type": "object",
        "additionalProperties": table(
            ("runs-on", "steps"),
            steps={"type": "array", "items": STEP, "minItems": 1},
            **{  # no names of Python's
                "runs-on": TEXT,
                "timeout-minutes": {"type": "integer", "minimum": 1},
            },
        ),
    },
)


def slips(schema: dict[str, Any], found: Any) -> list[str]:
    """What does not fit a schema."""
    errors = Draft202012Validator(schema).iter_errors(found)
    return [f"{error.json_path}: {error.message}" for error in errors]


def workflow(text: str) -> Any:
    """A workflow; what YAML 1.1 takes for a boolean is the word GitHub reads."""
    read = yaml.safe_load(text)
    return {"on" if key is True else key: value for key, value in read.items()}


def snippets(kind: str) -> list[str]:
    """The code blocks of a kind in the guide."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)


class TestCompose:
    """``docker compose up`` at home."""

    def test_it_has_only_keys_that_compose_knows(self) -> None:
        assert slips(COMPOSE_KEYS, yaml.safe_load(COMPOSE)) == []

    def test_it_fits_the_image(self) -> None:
        service = yaml.safe_load(COMPOSE)["services"]["slashpost"]
        port = re.search(r"PORT=(\d+)", DOCKERFILE)
        assert port is not None
        assert all(mapping.endswith(f":{port[1]}") for mapping in service["ports"])
        assert f"127.0.0.1:{port[1]}/healthz" in service["healthcheck"]["test"][-1]
        compile(service["healthcheck"]["test"][-1], "healthcheck", "exec")
        targets = [
            re.sub(r"\$\{[^}]*\}", "", volume).split(":")[1] for volume in service["volumes"]
        ]
        assert "/app/posts" in DOCKERFILE
        assert targets == ["/app/posts", "/data"]

    def test_its_settings_exist_and_the_token_is_demanded(self) -> None:
        environment = yaml.safe_load(COMPOSE)["services"]["slashpost"]["environment"]
        assert set(environment) <= VARIABLES
        # What is settled while an image is built holds for posts that are mounted, too.
        read = set(re.findall(r"(?m)^ARG (SLASHPOST_\w+)=", DOCKERFILE))
        assert read - {"SLASHPOST_MAX_BYTES"} <= set(environment)
        assert environment["DISCORD_TOKEN"].startswith("${DISCORD_TOKEN:?")

    def test_every_volume_is_declared(self) -> None:
        config = yaml.safe_load(COMPOSE)
        named = {v.split(":")[0] for v in config["services"]["slashpost"]["volumes"]}
        assert {name for name in named if re.fullmatch(r"\w+", name)} == set(config["volumes"])


class TestService:
    """The systemd unit."""

    def test_systemd_finds_nothing_to_say(self, tmp_path: Path) -> None:
        analyze = shutil.which("systemd-analyze")
        if analyze is None:
            pytest.skip("only where systemd is installed")
        unit = tmp_path / SERVICE.name
        text = SERVICE.read_text(encoding="utf-8")
        # systemd looks whether the program is there, which it is not on this machine.
        unit.write_text(re.sub(r"(?m)^ExecStart=\S+", f"ExecStart={analyze}", text))
        done = subprocess.run(
            [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False
        )
        assert [line for line in done.stderr.splitlines() if SERVICE.name in line] == []

    def test_it_runs_a_command_of_ours_and_knows_our_settings(self) -> None:
        parser = configparser.RawConfigParser(strict=False, interpolation=None)
        parser.optionxform = str  # type: ignore[method-assign,assignment]
        parser.read(SERVICE, encoding="utf-8")
        assert parser.sections() == ["Unit", "Service", "Install"]
        program, command = parser["Service"]["ExecStart"].split()
        assert program.endswith("/slashpost")
        assert command in cli.commands
        set_here = re.findall(r"(?m)^Environment=(\w+)=", SERVICE.read_text(encoding="utf-8"))
        assert set_here
        assert set(set_here) <= VARIABLES


class TestPush:
    """Deploying when posts are pushed."""

    @pytest.mark.parametrize("text", [WORKFLOW, WAKE, *snippets("yaml")])
    def test_github_would_run_it(self, text: str) -> None:
        found = workflow(text) if "jobs:" in text else None
        if found is None:
            assert slips({"type": "array", "items": STEP}, yaml.safe_load(text)) == []
        else:
            assert slips(WORKFLOW_KEYS, found) == []

    def test_it_deploys_as_the_readme_does(self) -> None:
        steps = workflow(WORKFLOW)["jobs"]["deploy"]["steps"]
        commands = "\n".join(step.get("run", "") for step in steps)
        assert "flyctl deploy --ha=false" in commands
        assert "fly deploy --ha=false" in GUIDE
        assert "/healthz" in commands
        assert "python -m bot check" in commands

    @pytest.mark.parametrize("text", [WORKFLOW, *snippets("yaml")])
    def test_no_checkout_leaves_a_token_behind(self, text: str) -> None:
        for part in text.split("uses: ")[1:]:
            if part.startswith("actions/checkout"):
                assert "persist-credentials: false" in part

    def test_no_secret_is_printed(self) -> None:
        for jobs in (workflow(WORKFLOW)["jobs"], workflow(WAKE)["jobs"]):
            for step in (step for job in jobs.values() for step in job["steps"]):
                assert "secrets." not in step.get("run", "")

    def test_waking_asks_where_the_bot_listens(self) -> None:
        (step,) = workflow(WAKE)["jobs"]["wake"]["steps"]
        assert step["run"].rstrip().endswith(f'"$BOT{hooks.WAKE}"')
        assert "Authorization: Bearer $SECRET" in step["run"]
        longest = int(re.search(r"--max-time (\d+)", step["run"])[1])  # type: ignore[index]
        assert longest > hooks.WAKE_SECONDS


class TestGuide:
    """docs/deploy.md."""

    def test_gateway_mode_on_fly_is_a_machine_that_fly_understands(self) -> None:
        (change,) = [tomllib.loads(text) for text in snippets("toml") if "[processes]" in text]
        config = FLY | change
        config["http_service"] = FLY["http_service"] | change["http_service"]
        assert mistakes(config)
        del config["http_service"]["min_machines_running"]  # as the guide says
        assert "min_machines_running" in GUIDE
        assert mistakes(config) == []
        assert config["http_service"]["auto_stop_machines"] == "off"
        command, *options = config["processes"]["app"].split()
        known = {name for option in cli.commands[command].params for name in option.opts}
        assert {option for option in options if option.startswith("--")} <= known

    def test_by_hand_it_is_three_commands(self) -> None:
        """As https://fly.io/docs/flyctl/launch/ and its neighbours have them."""
        by_hand = GUIDE.split("### What make fly does")[1].split("\n### ")[0]
        commands = re.findall(r"(?m)^(fly (?:launch|secrets|deploy) .*)$", by_hand)
        assert commands == [
            "fly launch --copy-config --generate-name --ha=false --no-deploy --yes",
            "fly secrets import --stage",
            "fly deploy --ha=false",
        ]
