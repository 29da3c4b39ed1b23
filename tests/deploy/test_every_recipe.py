"""Every block of shell commands in README, docs and the sample posts is run as it is written.

What would leave the machine or change it is a program of the same name that writes down how it
was called; `make run` and `make test`, which other tests run, are only planned. Each call is held
to what that program takes.
"""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from bot import __version__
from bot.cli import cli
from bot.web import hooks
from tests.deploy import test_make_fly
from tests.deploy.test_make_fly import Desk, write_post
from tests.wire.people import TOKEN
from tests.wire.process import CHECKOUT
from tests.wire.server import LoopbackDiscord

pytestmark = test_make_fly.pytestmark

PAGES = [
    *sorted(CHECKOUT.glob("*.md")),
    *sorted((CHECKOUT / "docs").glob("*.md")),
    *sorted((CHECKOUT / "bot" / "sample").glob("*.md")),
]
BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
RECIPES = [
    pytest.param(re.sub(rf"(?m)^{block[1]}", "", block[2]), id=f"{page.stem}-{number}")
    for page in PAGES
    for number, block in enumerate(BLOCK.finditer(page.read_text("utf-8")), 1)
]
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text(encoding="utf-8")

RECORDER = """#!{python}
import json, sys
from pathlib import Path

program = Path(sys.argv[0]).name
with (Path("{programs}") / "calls").open("a") as calls:
    calls.write(json.dumps([program, *sys.argv[1:]]) + "\\n")
if program == "git" and "clone" in sys.argv:
    (Path(sys.argv[-1]) if len(sys.argv) > 3 else Path("slashpost")).mkdir(parents=True)
if program == "python3":
    pip = Path(sys.argv[-1], "bin", "pip")
    pip.parent.mkdir(parents=True)
    pip.symlink_to(__file__)
"""
# What other tests run is planned, so that its name and variables are right; the rest is done.
MAKE = """#!/bin/sh
case "$1" in run|test) exec {make} -n "$@" >/dev/null ;; *) exec {make} "$@" ;; esac
"""
# So is what needs a Discord, a state or a model; a command is then only parsed.
SLASHPOST = """#!{python}
import sys
from bot.cli import cli, main

if sys.argv[1] in ("run", "try", "invite", "ask", "announce", "state"):
    command, arguments = cli, sys.argv[1:]
    while hasattr(command, "commands"):
        command, arguments = command.commands[arguments[0]], arguments[1:]
    command.make_context(command.name, arguments)
else:
    sys.exit(main(sys.argv[1:]))
"""
RECORDED = (
    "docker",
    "curl",
    "systemctl",
    "install",
    "uvx",
    "git",
    "python3",
    "cp",
    "jq",
    "openssl",
)

# https://fly.io/docs/flyctl/, as far as it is used
FLY = {
    "launch": {"--copy-config", "--generate-name", "--ha", "--no-deploy", "--yes"},
    "deploy": {"--ha", "--image", "--build-arg"},
    "secrets import": {"--stage"},
    "secrets set": set(),
    "secrets list": set(),
    "auth whoami": set(),
    "ssh console": {"--user", "-C"},
    "releases": {"--image"},
}
# https://docs.docker.com/reference/cli/docker/, the same
DOCKER = {
    "build": {"--tag", "--build-arg"},
    "run": {"-e", "-p", "-v", "--read-only", "--memory", "--rm"},
    "compose up": {"--detach", "--build"},
    "compose logs": {"--follow"},
}


@pytest.fixture
async def desk(tmp_path: Path) -> object:
    """A checkout with a blog in every place that a recipe names."""
    async with LoopbackDiscord() as discord:
        desk = Desk(tmp_path, discord)
        scripts = desk.checkout / ".venv" / "bin"
        scripts.unlink()
        scripts.mkdir()
        (scripts / "python").symlink_to(CHECKOUT / ".venv" / "bin" / "python")
        put(scripts / "slashpost", SLASHPOST.replace("{python}", str(scripts / "python")))
        put(scripts / "pip", recorder(desk))
        put(desk.programs / "slashpost", f'#!/bin/sh\nexec {scripts}/slashpost "$@"\n')
        real = shutil.which("make")
        assert real is not None
        put(desk.programs / "make", MAKE.replace("{make}", real))
        for name in RECORDED:
            put(desk.programs / name, recorder(desk))
        for place in ("path/to/blog", "../my-blog", ".", "site"):
            (desk.checkout / place / "content" / "blog").mkdir(parents=True)
            (desk.checkout / place / "content" / "posts").mkdir()
            (desk.checkout / place / "hugo.toml").write_text('baseURL = "https://a.example/"\n')
            write_post(desk.checkout / place, "mine")
            (desk.checkout / place / "content" / "blog" / "b.md").write_text(
                "---\ntitle: B\n---\nI\n"
            )
        (desk.checkout / "posts").mkdir()
        (desk.checkout / "posts" / "c.md").write_text("---\ntitle: C\n---\nI\n")
        for name in ("log.jsonl", "state.jsonl"):
            (desk.checkout / name).touch()
        (desk.checkout / "answers").write_text("\n" * 9)  # as a person who takes every default
        yield desk


def put(file: Path, text: str) -> None:
    """Write a program."""
    file.write_text(text)
    file.chmod(0o755)


def recorder(desk: Desk) -> str:
    return RECORDER.replace("{python}", sys.executable).replace("{programs}", str(desk.programs))


@pytest.mark.parametrize("recipe", RECIPES)
async def test_it_runs_as_it_is_written(desk: Desk, recipe: str, tmp_path: Path) -> None:
    script = recipe.replace("/srv/", f"{tmp_path}/srv/").replace("/etc/", f"{tmp_path}/etc/")
    said = await desk.run(
        *("bash", "-euo", "pipefail", "-c", f"exec <answers\n{script}"),
        DISCORD_TOKEN=TOKEN,
        SLASHPOST_WAKE_SECRET="w" * 32,
        PYTHONPATH=str(desk.checkout),
    )
    assert not said.startswith("status"), f"{recipe}\n{said}"
    for call in made(desk):
        hold(call)


def made(desk: Desk) -> list[list[str]]:
    """The programs that were called, with their arguments."""
    noted = desk.programs / "calls"
    lines = map(json.loads, noted.read_text().splitlines() if noted.exists() else [])
    return [["fly", *call[0]] if isinstance(call[0], list) else call for call in lines]


def hold(call: list[str]) -> None:
    """Fail where a program takes no such call."""
    program, *arguments = call
    flags = {argument.partition("=")[0] for argument in arguments if argument.startswith("-")}
    if program in {"fly", "docker"}:
        known = FLY if program == "fly" else DOCKER
        two, one = " ".join(arguments[:2]), arguments[0]
        assert flags <= known[two if two in known else one], call
    if program == "docker":
        for name in re.findall(r"--build-arg (\w+)=", " ".join(arguments)):
            assert f"ARG {name}=" in DOCKERFILE
    if program == "cp":
        assert (CHECKOUT / arguments[0]).exists()
    if program == "curl":
        assert arguments[-1].endswith(hooks.WAKE)
    if program == "uvx":
        assert arguments[:2] == ["--from", f"slashpost-{__version__}-py3-none-any.whl[playground]"]
        assert arguments[2:] == ["slashpost", "try"]
    if program == "pip":
        for lock in re.findall(r"-r (\S+)", " ".join(arguments)):
            assert (CHECKOUT / lock).is_file()


def test_every_kind_of_program_is_held_to_something() -> None:
    assert len(RECIPES) > 20
    with pytest.raises(AssertionError):
        hold(["fly", "deploy", "--hq=false"])
    with pytest.raises(KeyError):
        hold(["docker", "composer", "up"])
    assert "try" in cli.commands
