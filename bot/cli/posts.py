"""Commands that ask about the posts."""

from __future__ import annotations

from collections.abc import Sequence

import click

from bot import terminal
from bot.app import App
from bot.blog.errors import NotFound, SettingError
from bot.blog.hit import Hit
from bot.blog.library import Library
from bot.blog.post import Post
from bot.cli.options import POSTS_SHOWN, Count, json_option, limit_option, settings_options
from bot.cli.running import ask, sync_with_bar, with_app
from bot.settings import Settings


@click.command()
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


@click.command()
@settings_options
def check(settings: Settings) -> None:
    """Look for mistakes in the posts. The exit status is 1 if there are any."""
    status = ask(settings, lambda library: library.status())
    for problem in status.problems:
        click.echo(terminal.problem_line(problem), err=True)
    if status.problems:
        raise click.exceptions.Exit(1)
    click.echo(f"No problems in {terminal.counted(status.posts, 'post')}.")


@click.command()
@settings_options
@limit_option
@json_option
def latest(settings: Settings, limit: int | None, *, as_json: bool) -> None:
    """List the newest posts."""
    show_posts(ask(settings, lambda library: library.latest(limit=bound(limit))), as_json=as_json)


@click.command()
@click.argument("slug")
@settings_options
@json_option
def post(settings: Settings, slug: str, *, as_json: bool) -> None:
    """Show one post, by its slug, a former name, its title or its URL."""
    found = ask(settings, lambda library: by_name(library, slug))
    click.echo(
        terminal.to_json(terminal.post_json(found)) if as_json else terminal.post_card(found)
    )


@click.command()
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


@click.command()
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


@click.command()
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
