"""Put the bot on Fly, or a newer state of it and of the posts: ``make fly``.

    make fly                                                    the posts named before, or `posts`
    make fly POSTS=path/to/blog SITE=https://example.org        those of a folder
    make fly POSTS=https://github.com/ada/blog.git#:content     those of a repository or a feed

Every command that it runs is printed. What has been done is not done again, so after a failure
it is run once more. The token is asked for once, and given to Fly over standard input: no file
and no list of processes holds it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from bot.app import App
from bot.blog.errors import SlashpostError
from bot.cli.setup import MOUNT_POINT, Interview, check_token, site_of
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CONFIG = ROOT / "fly.toml"
# Where the posts are copied to, since an image is made of what is in the checkout.
COPY = ROOT / "deploy" / "posts"
NEVER_COPIED = (".git", ".env*", ".venv", "venv", "node_modules", "__pycache__", ".slashpost")
# How posts are read, which is settled when the image is made.
BUILD_ARGUMENTS = re.findall(r"(?m)^ARG (SLASHPOST_\w+)=", (ROOT / "Dockerfile").read_text("utf-8"))

INSTALL = "Install Fly's command: https://fly.io/docs/flyctl/install/"
AGAIN = "When that is mended, run make fly again: it goes on from here."


class Stop(Exception):
    """Nothing more can be done; says why, and what to do."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is left to do, and return an exit status."""
    parser = argparse.ArgumentParser(prog="make fly", description="Put the bot on Fly.")
    parser.add_argument("--posts", help="folder, git repository or feed", metavar="DIR|URL")
    parser.add_argument("--site", help="where the blog is published", metavar="URL")
    chosen = parser.parse_args(arguments)
    try:
        deploy({"--posts": chosen.posts, "--site": chosen.site})
    except (Stop, SlashpostError, OSError) as problem:
        sys.stdout.flush()
        print(f"make fly: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def deploy(given: Mapping[str, str | None]) -> None:
    """Take the posts in, launch the app if there is none, hand over the token, and deploy.

    Raises:
        Stop: a command failed, or something is missing.
        SlashpostError: the posts cannot be read, or Discord rejects the token.
    """
    fly = Fly()
    named = given["--posts"] or os.environ.get("SLASHPOST_POSTS")
    plan = take_in(given) if named else {}
    fly.sign_in()
    secrets = {} if fly.has_token() else {"DISCORD_TOKEN": token_of(given)}
    if private := os.environ.get("SLASHPOST_POSTS_TOKEN"):
        secrets["SLASHPOST_POSTS_TOKEN"] = private
    if fly.app is None:
        fly.run("launch", "--copy-config", "--generate-name", "--ha=false", "--no-deploy", "--yes")
    if named:
        configure(plan)
    if secrets:
        lines = "".join(f"{name}={value}\n" for name, value in secrets.items())
        fly.run("secrets", "import", "--stage", stdin=lines)
    fly.run("deploy", "--ha=false")
    print(f"\nOpen https://{fly.app}.fly.dev and press the button that invites the bot.")


class Fly:
    """Fly's command.

    Raises:
        Stop: it is not installed.
    """

    def __init__(self) -> None:
        found = shutil.which("fly") or shutil.which("flyctl")
        if found is None:
            raise Stop(f"the command fly is not there. {INSTALL}")
        self._program = found

    @property
    def app(self) -> str | None:
        """The app's name, once it is launched."""
        name = tomllib.loads(CONFIG.read_text("utf-8")).get("app")
        return str(name) if name else None

    def sign_in(self) -> None:
        """Let somebody sign in who has not."""
        if self._look("auth", "whoami").returncode:
            self.run("auth", "login")

    def has_token(self) -> bool:
        """Whether the app was given a token, which DISCORD_TOKEN is not to replace."""
        if self.app is None or os.environ.get("DISCORD_TOKEN"):
            return False
        done = self._look("secrets", "list")
        if done.returncode:
            raise Stop(
                f"Fly says of the app {self.app}: {done.stderr.strip() or 'nothing'}\n"
                "If it is gone, take the line `app = …` out of fly.toml and run make fly again."
            )
        return "DISCORD_TOKEN" in done.stdout.split()

    def run(self, *arguments: str, stdin: str | None = None) -> None:
        """Print a command and run it, where its questions and its output can be seen.

        Raises:
            Stop: it failed.
        """
        command = shlex.join(("fly", *arguments))
        print(f"\n$ {command}" + (" < (the token)" if stdin else ""), flush=True)
        done = subprocess.run(
            [self._program, *arguments], cwd=ROOT, input=stdin, text=True, check=False
        )
        if done.returncode:
            raise Stop(f"`{command}` failed with status {done.returncode}. {AGAIN}")

    def _look(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self._program, *arguments],
            cwd=ROOT, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip


def token_of(given: Mapping[str, str | None]) -> str:
    """The bot's token, from DISCORD_TOKEN or from who is asked; Discord has accepted it.

    Raises:
        Stop: there is none.
    """
    interview = Interview(dict(given), os.environ.get("DISCORD_TOKEN"), asks=sys.stdin.isatty())
    check_token(interview)
    if interview.token is None:
        raise Stop("without the bot's token there is nothing to deploy (DISCORD_TOKEN).")
    return interview.token


def take_in(given: Mapping[str, str | None]) -> dict[str, str]:
    """Copy the posts, if they are in a folder, to where the image is made.

    Returns:
        What is to be said about them in fly.toml.

    Raises:
        Stop: the copy has other links than the posts have here.
    """
    settings = Settings.load(given)
    plan = {name: os.environ[name] for name in BUILD_ARGUMENTS if os.environ.get(name)}
    if settings.site_url:
        plan["SLASHPOST_SITE_URL"] = settings.site_url
    if not isinstance(settings.posts, Path):
        return plan | {"SLASHPOST_POSTS": str(given["--posts"] or os.environ["SLASHPOST_POSTS"])}
    folder = settings.posts.resolve()
    site, inside = site_of(settings)
    site = site.resolve()
    if site in ROOT.parents or site == ROOT:
        site, inside = folder, "."
    plan["SLASHPOST_POSTS"] = str(PurePosixPath(MOUNT_POINT, inside))
    plan["POSTS"] = COPY.relative_to(ROOT).as_posix()

    shutil.rmtree(COPY, ignore_errors=True)
    shutil.copytree(site, COPY, symlinks=True, ignore=shutil.ignore_patterns(*NEVER_COPIED))
    print(f"Copied {site} to {plan['POSTS']}.")
    before, after = links(given), links({**given, "--posts": str(COPY / inside)})
    if before != after:
        slug = next(slug for slug in {**before, **after} if before.get(slug) != after.get(slug))
        raise Stop(
            f"the copy of the posts differs: {slug} is {before.get(slug)} here and "
            f"{after.get(slug)} there. Name the folder of the whole site (POSTS=…), or its "
            "address (SITE=…)."
        )
    return plan


def links(given: Mapping[str, str | None]) -> dict[str, str | None]:
    """The address of each post by its slug."""
    aside = {"--db": str(ROOT / ".slashpost" / "fly.db")}

    async def read() -> dict[str, str | None]:
        async with App(Settings.load({**given, **aside})) as app:
            await app.sync()
            return {post.slug: post.url for post in await app.library.latest()}

    return asyncio.run(read())


def configure(plan: Mapping[str, str]) -> None:
    """Say in fly.toml what the image is made of, or where the posts are fetched from."""
    fetched = "POSTS" not in plan
    env = {"SLASHPOST_POSTS": plan["SLASHPOST_POSTS"]} if fetched else {}
    text = CONFIG.read_text("utf-8")
    for name in ("POSTS", *BUILD_ARGUMENTS):
        text = with_value(text, "build.args", name, None if name in env else plan.get(name))
    text = with_value(text, "env", "SLASHPOST_POSTS", env.get("SLASHPOST_POSTS"))
    tomllib.loads(text)
    CONFIG.write_text(text, "utf-8")


def with_value(text: str, table: str, key: str, value: str | None) -> str:
    """A TOML file with one string in a table set, or taken out where ``value`` is None."""
    lines = text.splitlines()
    header = re.compile(rf"\s*\[{re.escape(table)}\]\s*(#.*)?")
    start = next((n for n, line in enumerate(lines) if header.fullmatch(line)), None)
    if start is None:
        if value is None:
            return text
        lines += ["", f"[{table}]"]
        start = len(lines) - 1
    end = next(
        (n for n in range(start + 1, len(lines)) if lines[n].lstrip().startswith("[")), len(lines)
    )
    within = [line for line in lines[start + 1 : end] if not re.match(rf"\s*{key}\s*=", line)]
    if value is not None:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        within.insert(0, f'{key} = "{escaped}"')
    return "\n".join([*lines[: start + 1], *within, *lines[end:]]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
