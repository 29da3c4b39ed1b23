"""``slashpost setup``: asks what has to be known, looks whether it is so, and writes ``.env``."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TextIO

import click

from bot import terminal
from bot.app import App
from bot.blog.errors import SettingError, SlashpostError
from bot.blog.library import Status
from bot.blog.post import Post
from bot.cli.options import Command, read_all, settings_given
from bot.settings import TABLE, Settings, setting_of

# Where generators keep posts, likeliest first.
USUAL_FOLDERS = (
    *("content/posts", "content/post", "content/blog", "src/content/blog", "src/content/posts"),
    *("src/posts", "_posts", "source/_posts", "data/blog", "docs/blog", "blog", "posts", "content"),
)
# What compose.yaml mounts, and where the posts are then.
MOUNTED, IN_CONTAINER = "POSTS", "POSTS_IN_CONTAINER"
MOUNT_POINT = "/app/posts"
NOT_USED = "./bot/sample"  # something has to be mounted where the posts are fetched
PORTAL = "https://discord.com/developers/applications"
NOT_IN_DOUBLE_QUOTES = frozenset('"$`\\!')
NEEDS_NO_QUOTES = re.compile(r"[\w@%+=:,./-]*", re.ASCII)


@dataclass
class Interview:
    """What was answered so far.

    Attributes:
        given: values by option, such as ``--posts``.
        token: the bot's token, or None.
        asks: whether somebody is there to answer.
    """

    given: dict[str, str | None]
    token: str | None
    asks: bool

    def settings(self) -> Settings:
        """The settings as answered so far."""
        return Settings.load(self.given)

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        """An answer; the default where nobody answers."""
        if not self.asks:
            return default
        answer: str = click.prompt(
            question, default=default, show_default=bool(default), hide_input=hidden, err=True
        )
        return answer.strip()


@click.command(cls=Command)
@click.option(
    "--token-file",
    type=click.File(encoding="utf-8"),
    metavar="FILE",
    help="Read the bot's token from FILE, or - for a pipe; DISCORD_TOKEN may hold it, too.",
)
@click.option(
    "--env-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".env"),
    metavar="FILE",
    help="Where to write the settings. Default: .env",
)
@click.option("--yes", is_flag=True, help="Ask nothing: options and defaults are the answers.")
@settings_given
def setup(
    given: Mapping[str, str | None], token_file: TextIO | None, env_file: Path, *, yes: bool
) -> None:
    """Find the posts, check their links and the token, and write the settings to .env."""
    token = read_all(token_file).strip() if token_file else Settings.load(given).token
    interview = Interview(dict(given), token, asks=not yes)
    find_posts(interview)
    invitation = check_token(interview)
    write_settings(env_file, dict(variables(interview)))
    ignore_in_git(env_file)
    click.echo(f"\nWrote {env_file}, which nobody else can read.")
    click.echo("\n".join(next_steps(invitation, env_file)))


def find_posts(interview: Interview) -> None:
    """Ask for the posts until some are found, and for the site's address if it is not known."""
    while True:
        if not interview.given.get("--posts"):
            interview.given["--posts"] = interview.ask("Where are your posts?", usual_folder())
        try:
            status, posts = asyncio.run(look(interview.settings()))
            break
        except SlashpostError as error:
            complain_or_raise(interview, error)
            interview.given["--posts"] = None
    click.echo(terminal.headline(status))
    while status.site_url is None:
        site = interview.ask("Where is your blog published, such as https://example.org?")
        if not site:
            break
        interview.given["--site"] = site
        try:
            status, posts = asyncio.run(look(interview.settings()))
        except SettingError as error:
            complain_or_raise(interview, error)
            interview.given["--site"] = None
    samples = [post.url for post in dict.fromkeys(sample(posts)) if post.url]
    if samples:
        click.echo("\nLinks of the newest post, of one between, and of the oldest:")
        click.echo("\n".join(f"  {terminal.plain(url)}" for url in samples))
        click.echo(
            "If one does not open, run this again with --generator or --permalink (docs/posts.md)."
        )


def check_token(interview: Interview) -> str | None:
    """Ask for the token until Discord accepts it; the link that invites its bot, if there is one.

    Raises:
        SlashpostError: Discord rejects it or cannot be reached, and nobody is there to ask.
    """
    from bot.transport.api import invitation, use_api_base  # noqa: PLC0415 - discord.py

    use_api_base(interview.settings().api_base)
    while True:
        if interview.token is None:
            question = f"The bot's token, from {PORTAL} (empty: later)"
            interview.token = interview.ask(question, hidden=True) or None
        if interview.token is None:
            return None
        try:
            link = asyncio.run(invitation(interview.token))
        except SlashpostError as error:
            complain_or_raise(interview, error)
            interview.token = None
        else:
            click.echo("\nDiscord accepts the token.")
            return link


def complain_or_raise(interview: Interview, error: SlashpostError) -> None:
    """Say what is wrong with an answer; raise it where nobody can give another."""
    if not interview.asks:
        raise error
    click.echo(f"  {terminal.plain(str(error))}", err=True)


async def look(settings: Settings) -> tuple[Status, Sequence[Post]]:
    """What is found with these settings."""
    async with App(settings) as app:
        await app.sync()
        return await app.library.status(), await app.library.latest()


def usual_folder() -> str:
    """The first of the usual folders, here or in one beside, that holds Markdown."""
    places = (Path(), *sorted(Path().glob("../*/")))
    for place in places:
        for name in USUAL_FOLDERS:
            folder = place / name
            if folder.is_dir() and next(folder.rglob("*.m*d*"), None):
                return str(folder)
    return setting_of("posts").shown_default


def sample(posts: Sequence[Post]) -> Iterator[Post]:
    """The newest post, one between, and the oldest."""
    if posts:
        yield from (posts[0], posts[len(posts) // 2], posts[-1])


def variables(interview: Interview) -> Iterator[tuple[str, str]]:
    """The settings to write, by variable."""
    if interview.token:
        yield setting_of("token").variable, interview.token
    for setting in TABLE:
        value = interview.given.get(setting.option or "")
        if value:
            yield setting.variable, value
    settings = interview.settings()
    if isinstance(settings.posts, Path):
        site, inside = site_of(settings)
        # Without a dot in front, Compose takes a name for a volume of its own.
        yield MOUNTED, str(site) if site.is_absolute() else f"./{site}"
        yield IN_CONTAINER, str(PurePosixPath(MOUNT_POINT, inside))
    else:
        yield MOUNTED, NOT_USED
        yield IN_CONTAINER, interview.given["--posts"] or settings.posts.url


def site_of(settings: Settings) -> tuple[Path, str]:
    """The folder that holds the posts and the site's configuration, and where in it they are.

    Raises:
        SourceError: there are no posts.
    """
    from bot.scan import Scanner  # noqa: PLC0415 - only after the posts were found

    assert isinstance(settings.posts, Path)
    scanner = Scanner(settings)
    snapshot, _ = scanner.look()
    scanner.close()
    folder = settings.posts.resolve()
    above = [folder.joinpath(path).resolve().parent for path in snapshot.site_files]
    site = Path(os.path.commonpath([folder, *above]))
    inside = folder.relative_to(site)
    # As it was written: a path from here, if that is what was named.
    shown = Path(os.path.normpath(settings.posts.joinpath(*[".."] * len(inside.parts))))
    return (shown if shown.resolve() == site else site), inside.as_posix()


def write_settings(file: Path, values: Mapping[str, str]) -> None:
    """Write variables into a file that only its owner reads; its other lines stay.

    The form is one that shells, Compose and systemd read alike.

    Raises:
        OSError: it cannot be written.
    """
    before = lines_of(file)
    kept = [line for line in before if line.partition("=")[0].strip() not in values]
    lines = [*kept, *(f"{name}={quoted(value)}" for name, value in values.items())]
    aside = file.with_name(file.name + ".new")
    aside.unlink(missing_ok=True)
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as written:  # noqa: PTH123 - a descriptor
        written.write("\n".join(lines) + "\n")
    aside.replace(file)


def lines_of(file: Path) -> list[str]:
    """The lines of a file, none where it does not exist.

    Raises:
        SettingError: it is no text in UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    except UnicodeDecodeError:
        raise SettingError(str(file), "is no text in UTF-8", "Save it as UTF-8.") from None


def quoted(value: str) -> str:
    """A value in quotation marks, if it needs any.

    Raises:
        SettingError: it is more than a line, or holds a single quote beside what means
            something within double ones.
    """
    if NEEDS_NO_QUOTES.fullmatch(value):
        return value
    if "'" not in value and value.isprintable():
        return f"'{value}'"
    if value.isprintable() and not set(value) & NOT_IN_DOUBLE_QUOTES:
        return f'"{value}"'
    raise SettingError(repr(value), "cannot be written into .env", "Set it in another way.")


def ignore_in_git(file: Path) -> None:
    """Keep a file with secrets out of the git repository that it lies in, if it does."""
    folder = file.absolute().parent
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return
    ignored = folder / ".gitignore"
    lines = lines_of(ignored)
    if not {file.name, f"/{file.name}", f"{file.name}*"} & set(lines):
        ignored.write_text("\n".join([*lines, file.name]) + "\n", encoding="utf-8")


def next_steps(invitation: str | None, file: Path) -> Iterator[str]:
    """What to do next."""
    yield "\nNext:"
    if invitation is None:
        yield "  See the bot without a token:  make run, or slashpost try"
        yield f"  Make an application at {PORTAL}, and run this again with its token."
        return
    yield f"  Add the bot to your server:   {invitation}"
    yield f"  Start it here:                make run, or set -a; . {file}; slashpost run"
    yield "  Start it in a container:      docker compose up -d"
    yield "  Or deploy it:                 docs/deploy.md"
