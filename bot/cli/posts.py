"""Commands that ask about the posts."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot import terminal
from bot.app import App
from bot.blog import question as questions
from bot.blog.errors import NotFound, SettingError
from bot.blog.library import Hit, Library
from bot.blog.post import Post
from bot.cli.options import (
    POSTS_SHOWN,
    Command,
    Number,
    json_option,
    limit_option,
    settings_options,
)
from bot.cli.running import ask, sync_with_bar, with_app
from bot.index import query as queries
from bot.serve.asker import build_asker
from bot.serve.state import State
from bot.settings import Settings, is_without_color, setting_of

SYNTAX = """\b
green tea            posts with both words, or their beginnings
"green tea"          the words together
tea -black           without posts that contain black
tag:drinks           with that tag; -tag:drinks without it
author:ada           of that author
after:2024-03        of that month or later; before:2025 of an earlier year

Quotation marks are for the shell to keep: '"green tea"'. A query that begins with a dash goes
behind --.
"""


@click.command(cls=Command)
@settings_options
@json_option
def index(settings: Settings, *, as_json: bool) -> None:
    """Bring the index up to date and say what it holds."""

    async def look(app: App) -> str:
        report = await sync_with_bar(app)
        status = await app.library.status()
        samples = await sample_links(app.library)
        if not as_json:
            changes = f"{report.added} added, {report.changed} changed, {report.removed} removed"
            if report.added > status.posts:
                changes += ", drafts and what is left out below among them,"
            return terminal.index_table(status, f"{changes} in {report.seconds:.2f} s", samples)
        return terminal.to_json(
            terminal.status_json(status)
            | {
                "added": report.added,
                "changed": report.changed,
                "removed": report.removed,
                "seconds": round(report.seconds, 3),
                "samples": samples,
            }
        )

    click.echo(with_app(settings, look))


@click.command(cls=Command)
@settings_options
@limit_option
@json_option
def latest(settings: Settings, limit: int | None, *, as_json: bool) -> None:
    """List the newest posts; with --limit 0 all of them, and the pages beside them."""

    async def listed(library: Library) -> Sequence[Post]:
        posts = await library.latest(limit=bound(limit))
        return posts if bound(limit) is not None else [*posts, *await library.pages()]

    show_posts(ask(settings, listed), as_json=as_json)


@click.command(cls=Command)
@click.argument("slug", metavar="POST")
@settings_options
@json_option
def post(settings: Settings, slug: str, *, as_json: bool) -> None:
    """Show one post, by its title, short name, former name or URL."""
    found = ask(settings, lambda library: by_name(library, slug))
    click.echo(
        terminal.to_json(terminal.post_json(found)) if as_json else terminal.post_card(found)
    )


@click.command(cls=Command)
@click.argument("slug", metavar="POST")
@settings_options
@click.option("--page", type=Number(), metavar="N", help="Print this page only; the first is 1.")
@json_option
def read(settings: Settings, slug: str, page: int | None, *, as_json: bool) -> None:
    """Print a post's pages as Discord gets them."""
    from bot.chat.views.post_page import pages_of  # noqa: PLC0415 - discord.py, 0.3 s

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


@click.command(cls=Command)
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


@click.command(cls=Command, epilog=SYNTAX)
@click.argument("query", nargs=-1, required=True)
@settings_options
@limit_option
@json_option
def search(settings: Settings, query: tuple[str, ...], limit: int | None, *, as_json: bool) -> None:
    """Find posts that contain the words, best first."""
    words = " ".join(query)
    if queries.Query.of(words).is_empty:
        raise SettingError(
            "QUERY",
            f"there is no word to look for in {words!r}",
            "`slashpost search -h` has examples.",
        )
    if words.count('"') % 2:
        click.echo("slashpost: a quotation mark is not closed, so it is left out.", err=True)

    for term in queries.Query.broken_dates(words):
        click.echo(
            f"slashpost: {terminal.plain(term)} names no date such as 2024, 2024-03 or 2024-03-31, "
            "so it is looked for as it stands.",
            err=True,
        )

    async def search_and_explain(library: Library) -> tuple[Sequence[Hit], list[str]]:
        most = bound(limit) or await library.count_hits(words)
        found = await library.search(words, limit=most)
        notes = []
        if exclusion := await library.exclusion(words):
            notes.append(f"Without posts that contain: {', '.join(exclusion.words)}")
        if not found and (correction := await library.correction(words)):
            notes.append(f"Did you mean: {correction}")
        return found, notes

    found, notes = ask(settings, search_and_explain)
    if as_json:
        click.echo(terminal.to_json([terminal.hit_json(hit) for hit in found]))
        return
    color = False if is_without_color() else None
    click.echo(terminal.hit_list(found), color=color)
    for note in notes:
        click.echo(terminal.plain(note), err=True)


@click.command(name="ask", cls=Command)
@click.argument("question", nargs=-1, required=True)
@settings_options
@json_option
def ask_(settings: Settings, question: tuple[str, ...], *, as_json: bool) -> None:
    """Answer a question from the posts, by the model of --ask-model."""
    if settings.ask.model is None:
        raise SettingError(
            setting_of("ask.model").label, "not set", "Name a language model (docs/ask.md)."
        )

    async def find_answer(app: App) -> questions.Step:
        await app.sync()
        async with State.open(None) as state:
            asker = build_asker(settings, app.library, state)
            assert asker is not None, "a model is named"
            steps = asker.ask(
                " ".join(question), reader="", server=None, language="the question's language"
            )
            return [step async for step in steps][-1]

    last = with_app(settings, find_answer)
    click.echo(terminal.to_json(terminal.answer_json(last)) if as_json else terminal.answer(last))


async def sample_links(library: Library) -> dict[str, str | None]:
    """The links of the newest post, of one in the middle, and of the oldest one."""
    last = await library.count() - 1
    places = {"newest": 0, "between": last // 2, "oldest": last}
    found = {}
    for place, number in places.items():
        posts = await library.latest(limit=1, offset=max(0, number))
        found[place] = posts[0].url if posts else None
    return found


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


def closest(names: Sequence[str]) -> str:
    """A hint that offers names that exist."""
    return f"Closest: {', '.join(names)}" if names else ""


def show_posts(posts: Sequence[Post], *, as_json: bool) -> None:
    """Print a list of posts."""
    if as_json:
        click.echo(terminal.to_json([terminal.post_json(post) for post in posts]))
    else:
        click.echo(terminal.post_list(posts))
