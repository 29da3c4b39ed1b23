"""Commands for people at a terminal: ``slashpost`` and ``python -m bot``."""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any, TextIO, TypeVar

import click

from bot import __version__, terminal
from bot.blog.errors import NotFound, SettingError, SlashpostError, StateUnavailable
from bot.blog.hit import Hit
from bot.blog.library import Library
from bot.blog.post import Post
from bot.settings import STATE, TABLE, Setting, Settings

if TYPE_CHECKING:
    from bot.app import App
    from bot.index.updater import SyncReport
    from bot.serve.state import State

T = TypeVar("T")
Command = Callable[..., Any]

POSTS_SHOWN = 10
INTERRUPTED = 130  # 128 + SIGINT, as shells say it


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status.

    0 is success, 1 a check that found problems or a post or tag that does not exist, 2 a
    wrong command line or setting. Whatever goes wrong is one line on stderr.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # Posts are written in every script; a Windows pipe would take only one's own.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        status = cli.main(arguments, prog_name="slashpost", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.ClickException as error:
        return fail(error.format_message(), error.exit_code)
    except SlashpostError as error:
        return fail(str(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except OSError as error:  # a full disk, say; click ends quietly when a pipe breaks
        return fail(str(error), 2)
    return status or 0


def fail(message: str, status: int) -> int:
    """Say what went wrong, in one line, and return ``status``."""
    click.echo(f"slashpost: {terminal.plain(message)}", err=True)
    return status


def settings_options(command: Command) -> Command:
    """Give a command an option for each setting of the blog, and let it take the Settings."""
    return options_of([setting for setting in TABLE if not setting.serves], command)


def all_settings_options(command: Command) -> Command:
    """Give a command an option for each setting, those of serving included."""
    return options_of(TABLE, command)


def state_options(command: Command) -> Command:
    """Give a command an option for where the state is, and let it take the Settings."""
    return options_of([STATE], command)


def all_settings_given(command: Command) -> Command:
    """Give a command an option for each setting, and let it load them itself."""
    return options_of(TABLE, command, load=lambda given: given)


def options_of(
    table: Sequence[Setting],
    command: Command,
    load: Callable[[Mapping[str, str | None]], object] = Settings.load,
) -> Command:
    """Give a command options; its first argument becomes what ``load`` makes of them."""

    @functools.wraps(command)
    def with_settings(**arguments: Any) -> Any:
        given = {name: arguments.pop(parameter) for name, parameter in parameters.items()}
        return command(load(given), **arguments)

    parameters = {s.option: f"setting_{s.variable}" for s in table if s.option}
    decorated: Command = with_settings
    for setting in reversed(table):
        if setting.option:
            decorated = click.option(
                setting.option,
                parameters[setting.option],
                metavar=setting.value,
                help=f"{setting.help} [{setting.variable}; default: {setting.default}]",
            )(decorated)
    return decorated


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/json.md).")


class Count(click.IntRange):
    """A number of posts or a port, called what people call it."""

    name = "whole number"


limit_option = click.option(
    "--limit",
    type=Count(min=0),
    metavar="N",
    help=f"Show at most N; 0 shows all. Default: {POSTS_SHOWN} posts, all tags.",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Bring a blog into the Discord server that reads it."""


@cli.command()
@all_settings_options
@click.option(
    "--take-over",
    is_flag=True,
    help="In gateway mode: remove the URL at which another process answers.",
)
def run(settings: Settings, *, take_over: bool) -> None:
    """Connect to Discord and answer, until stopped."""
    settings.require_token()
    as_json = settings.log_format == "json" if settings.log_format else not sys.stderr.isatty()
    with uncollected():
        log_to_stderr(settings, as_json=as_json, others=max(settings.log_level, logging.INFO))
        from bot.serve.run import serve

    with_app(settings, lambda app: serve(app, take_over=take_over))


@cli.command("try")
@settings_options
@click.option(
    "--port",
    type=Count(0, 65535),
    default=0,
    metavar="N",
    help="Port on this computer; by default a free one.",
)
@click.option("--browser/--no-browser", default=True, help="Whether to open the browser.")
def try_out(settings: Settings, port: int, *, browser: bool) -> None:
    """Try the bot in the browser, without a token."""
    from bot.serve.preview import preview

    async def serve(app: App) -> None:
        await sync_with_bar(app)
        await preview(app, say=click.echo, port=port, browser=browser)

    # Discord is a simulation here: what its library says of it would only puzzle.
    log_to_stderr(settings, as_json=False, others=logging.ERROR)
    logging.getLogger("bot.transport").setLevel(logging.ERROR)
    with_app(settings, serve)


@cli.command()
@settings_options
@json_option
def index(settings: Settings, *, as_json: bool) -> None:
    """Bring the index up to date and say what it holds."""

    async def look(app: App) -> str:
        report = await sync_with_bar(app)
        status = await app.library.status()
        if not as_json:
            changes = f"{report.added} added, {report.changed} changed, {report.removed} removed"
            return terminal.index_table(status, f"{changes} in {report.seconds:.2f} s")
        return terminal.to_json(
            terminal.status_json(status)
            | {
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "seconds": round(report.seconds, 3),
            }
        )

    click.echo(with_app(settings, look))


@cli.command()
@settings_options
def check(settings: Settings) -> None:
    """Look for mistakes in the posts. The exit status is 1 if there are any."""
    status = ask(settings, lambda library: library.status())
    for problem in status.problems:
        click.echo(terminal.problem_line(problem), err=True)
    if status.problems:
        raise click.exceptions.Exit(1)
    click.echo(f"No problems in {terminal.counted(status.posts, 'post')}.")


@cli.command()
@settings_options
@limit_option
@json_option
def latest(settings: Settings, limit: int | None, *, as_json: bool) -> None:
    """List the newest posts."""
    show_posts(ask(settings, lambda library: library.latest(limit=bound(limit))), as_json=as_json)


@cli.command()
@click.argument("slug")
@settings_options
@json_option
def post(settings: Settings, slug: str, *, as_json: bool) -> None:
    """Show one post, by its slug, a former name, its title or its URL."""
    found = ask(settings, lambda library: by_name(library, slug))
    click.echo(
        terminal.to_json(terminal.post_json(found)) if as_json else terminal.post_card(found)
    )


@cli.command()
@click.argument("slug")
@settings_options
@click.option("--page", type=Count(), metavar="N", help="Print this page only; the first is 1.")
@json_option
def read(settings: Settings, slug: str, page: int | None, *, as_json: bool) -> None:
    """Print a post's pages as Discord gets them."""
    from bot.chat.printout import pages_of

    async def read_through(app: App) -> Sequence[terminal.Json]:
        await app.sync()
        return await pages_of(await by_name(app.library, slug), app.library, app.pictures)

    pages = with_app(settings, read_through)
    first, shown = 1, pages
    if page is not None:
        if not 1 <= page <= len(pages):
            there_are = f"The post has {terminal.counted(len(pages), 'page')}"
            raise SettingError("--page", f"there is no page {page}", there_are)
        first, shown = page, pages[page - 1 : page]
    click.echo(terminal.to_json(shown) if as_json else terminal.page_list(shown, first, len(pages)))


@cli.command()
@click.argument("tag", required=False)
@settings_options
@limit_option
@json_option
def tags(settings: Settings, tag: str | None, limit: int | None, *, as_json: bool) -> None:
    """List all tags, most used first, or the posts of one."""
    if tag is not None:
        show_posts(ask(settings, lambda library: of_tag(library, tag, limit)), as_json=as_json)
        return
    found = ask(settings, lambda library: library.tags(limit=limit or None))
    if as_json:
        click.echo(terminal.to_json([terminal.tag_json(tag) for tag in found]))
    else:
        click.echo(terminal.tag_list(found))


@cli.command()
@click.argument("query", nargs=-1, required=True)
@settings_options
@limit_option
@json_option
def search(settings: Settings, query: tuple[str, ...], limit: int | None, *, as_json: bool) -> None:
    """Find posts that hold the words."""
    words = " ".join(query)

    async def hits(library: Library) -> Sequence[Hit]:
        most = bound(limit) or await library.count_hits(words)
        return await library.search(words, limit=most)

    found = ask(settings, hits)
    if as_json:
        in_order = sorted(found, key=lambda hit: newest_first(hit.post))
        click.echo(terminal.to_json([terminal.hit_json(hit) for hit in in_order]))
    else:
        click.echo(terminal.post_list([hit.post for hit in found]))


@cli.command()
@settings_options
def invite(settings: Settings) -> None:
    """Print the link that adds the bot to a server."""
    from bot.transport.api import invitation, use_api_base

    token = settings.require_token()
    use_api_base(settings.api_base)
    click.echo(asyncio.run(invitation(token)))


@cli.command()
@all_settings_given
@click.option("--channel", type=int, metavar="ID", help="Look at a channel's permissions, too.")
@json_option
def doctor(given: Mapping[str, str | None], channel: int | None, *, as_json: bool) -> None:
    """Look for what hinders the bot. The exit status is 1 if there is anything."""
    logging.getLogger().setLevel(logging.ERROR)  # warnings stand in the findings
    from bot.doctor.examination import examine

    findings = asyncio.run(examine(lambda: Settings.load(given), channel))
    if as_json:
        click.echo(terminal.to_json([finding.json() for finding in findings]))
    else:
        for finding in findings:
            click.echo(terminal.plain(str(finding)))
    if any(finding.outcome == "wrong" for finding in findings):
        raise click.exceptions.Exit(1)


@cli.group()
def announce() -> None:
    """Look after the announcements of new posts."""


@announce.command("status")
@state_options
@json_option
def announce_status(settings: Settings, *, as_json: bool) -> None:
    """Say what waits to be announced, and what is paused, and why."""

    async def look(state: State) -> str:
        backlog = await state.outbox.backlog()
        subscriptions = await state.subscriptions.all()
        if as_json:
            return terminal.to_json(terminal.announcements_json(backlog, subscriptions))
        return terminal.announcements_table(backlog, subscriptions)

    click.echo(with_state(settings, look))


@cli.group("state")
def state_group() -> None:
    """Keep what the bot must remember, or move it elsewhere."""


@state_group.command("export")
@state_options
def export_state(settings: Settings) -> None:
    """Print the state as lines of JSON."""

    async def write(state: State) -> None:
        async for line in state.archive.lines():
            click.echo(line)

    with_state(settings, write)


@state_group.command("import")
@click.argument("file", type=click.File(encoding="utf-8"))
@state_options
def import_state(settings: Settings, file: TextIO) -> None:
    """Take over what export printed, from FILE or - for a pipe, into a new state."""

    async def read(state: State) -> Mapping[str, int]:
        return await state.archive.read(file)

    rows = with_state(settings, read, make=True)
    posts, channels = rows["known_posts"], rows["subscriptions"]
    click.echo(
        f"Took over {terminal.counted(posts, 'known post')}, of which none is announced again, "
        f"{terminal.counted(channels, 'subscription')} and "
        f"{terminal.counted(rows['deliveries'], 'message')}."
    )


def with_state(
    settings: Settings, use: Callable[[State], Awaitable[T]], *, make: bool = False
) -> T:
    """Open the state, let ``use`` have it, and close it again.

    Raises:
        StateUnavailable: it cannot be opened; or it is a file that does not exist, unless
            that is to be made.
    """
    from bot.serve.state import State

    if not make and settings.database_url is None and not settings.state.exists():
        raise StateUnavailable(
            f"{settings.state}: there is no state yet",
            "It begins with `slashpost run`; --state or SLASHPOST_STATE says where it is.",
        )

    async def open_and_use() -> T:
        async with State.open(settings.state_home) as state:
            return await use(state)

    return asyncio.run(open_and_use())


@contextmanager
def uncollected() -> Iterator[None]:
    """Collect no garbage while much is imported, and never look through that again.

    Nearly all of it stays until the end. Looking for garbage in it takes a sixth of the
    time to import it, and later holds the event loop up now and then.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def with_app(settings: Settings, use: Callable[[App], Awaitable[T]]) -> T:
    """Build the app, let ``use`` have it, and take it down again."""
    from bot.app import App

    async def open_and_use() -> T:
        async with App(settings) as app:
            return await use(app)

    return asyncio.run(open_and_use())


def ask(settings: Settings, question: Callable[[Library], Awaitable[T]]) -> T:
    """The library's answer, after bringing it up to date."""

    async def sync_and_ask(app: App) -> T:
        await app.sync()
        return await question(app.library)

    return with_app(settings, sync_and_ask)


async def sync_with_bar(app: App) -> SyncReport:
    """Bring the index up to date, which takes seconds for thousands of new posts."""
    progress = Progress()
    try:
        return await app.sync(progress)
    finally:
        progress.finish()


async def by_name(library: Library, name: str) -> Post:
    """The post that goes by a name."""
    found = await library.find(name)
    if found is None:
        close = [post.slug for post in await library.closest(name, 3)]
        raise NotFound(f"No post goes by {name!r}", closest(close))
    return found


async def of_tag(library: Library, name: str, limit: int | None) -> Sequence[Post]:
    """The posts of a tag that exists."""
    if await library.tag(name) is None:
        close = [tag.name for tag in await library.suggest_tags(name, 3)]
        raise NotFound(f"No tag goes by {name!r}", closest(close))
    return await library.latest(tag=name, limit=bound(limit))


def bound(limit: int | None) -> int | None:
    """The most posts to list, None for all, from what ``--limit`` says."""
    return POSTS_SHOWN if limit is None else limit or None


def newest_first(post: Post) -> tuple[bool, int, str]:
    """Sort posts as every list of a library is sorted."""
    return post.date is None, -post.date.instant if post.date else 0, post.path


def closest(names: Sequence[str]) -> str:
    """A hint that offers names that exist."""
    return f"Closest: {', '.join(names)}" if names else ""


def show_posts(posts: Sequence[Post], *, as_json: bool) -> None:
    """Print a list of posts."""
    if as_json:
        click.echo(terminal.to_json([terminal.post_json(post) for post in posts]))
    else:
        click.echo(terminal.post_list(posts))


def log_to_stderr(settings: Settings, *, as_json: bool, others: int) -> None:
    """Log what the bot does; ``others`` is the level for the libraries it is made of."""
    from bot.monitoring.logs import log_to
    from bot.monitoring.secrets import Secrets

    log_to(
        sys.stderr,
        secrets=Secrets(settings.secrets),
        as_json=as_json,
        level=settings.log_level,
        others=others,
    )


class Progress:
    """A bar on a terminal that fills while files are read; nothing elsewhere."""

    def __init__(self) -> None:
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how many files of how many are done; the bar appears with the first call."""
        if self._bar is None and sys.stderr.isatty():
            self._bar = click.progressbar(length=total, label="Reading posts", file=sys.stderr)
        if self._bar is not None:
            self._bar.update(done - self._bar.pos)

    def finish(self) -> None:
        """Leave the line of the bar, if there is one."""
        if self._bar is not None:
            self._bar.render_finish()
