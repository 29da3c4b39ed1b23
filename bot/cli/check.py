"""The command that looks for mistakes, in the posts and at the site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from bot import terminal
from bot.app import App
from bot.blog.errors import SettingError
from bot.blog.library import Status
from bot.blog.post import Post, on_site
from bot.cli.options import Command, json_option, settings_options
from bot.cli.running import Progress, ask, sync_with_bar, with_app
from bot.links.matcher import LinkedPost, closest
from bot.settings import Settings, setting_of
from bot.terminal import Json

if TYPE_CHECKING:
    from bot.sources.link_check import LinkAnswer


@dataclass(frozen=True)
class AskedLinks:
    """What the site answered about the posts' links.

    Attributes:
        asked: how many links were asked for.
        without_link: how many posts have none.
        failed: posts whose link did not answer 200, each with the answer.
        listed: by such a post's path, what the site lists that comes closest.
    """

    asked: int
    without_link: int
    failed: Sequence[tuple[Post, LinkAnswer]]
    listed: Mapping[str, Sequence[str]]

    def lines(self) -> Iterator[str]:
        """A line for each post whose link failed."""
        for post, answer in self.failed:
            line = f"{post.path}: {answer.url}: {answer.problem}"
            listed = self.listed.get(post.path, ())
            if answer.url in listed:
                yield f"{line}. The site lists it all the same"
            elif listed:
                yield f"{line}. The site lists {', '.join(listed)}"
            else:
                yield f"{line}. The site lists nothing like it"

    def summary(self) -> str:
        """How many answered."""
        failed = len({answer.url for _, answer in self.failed})
        without = terminal.counted(self.without_link, "post")
        beside = f" ({without} without a link)" if self.without_link else ""
        return f"{self.asked - failed:,} of {self.asked:,} links answer 200{beside}."

    def json(self) -> Json:
        """The same as one object."""
        return {
            "asked": self.asked,
            "without_link": self.without_link,
            "failed": [
                {
                    "path": post.path,
                    "url": answer.url,
                    "status": answer.status,
                    "reason": answer.problem,
                    "listed": list(self.listed.get(post.path, ())),
                }
                for post, answer in self.failed
            ],
        }


@click.command(cls=Command)
@settings_options
@click.option(
    "--links", is_flag=True, help="Ask the site about the link of every post, too (docs/links.md)."
)
@json_option
def check(settings: Settings, *, links: bool, as_json: bool) -> None:
    """Look for mistakes in the posts.

    The exit status is 1 if there are any that a reader would see, or a link does not answer
    200; notes do not count.
    """
    if links:
        status, asked = with_app(settings, check_links)
    else:
        status, asked = ask(settings, lambda library: library.status()), None
    harmful = [problem for problem in status.problems if not problem.harmless]
    if as_json:
        problems = [terminal.problem_json(one) for one in status.problems]
        said = problems if asked is None else {"problems": problems, "links": asked.json()}
        click.echo(terminal.to_json(said))
    else:
        for line in terminal.problem_report(status.problems):
            click.echo(line, err=True)
        if not harmful:
            notes = terminal.counted(len(status.problems), "note")
            beside = f" ({notes})" if status.problems else ""
            click.echo(f"No problems in {terminal.counted(status.posts, 'post')}{beside}.")
        if status.unknown_links:
            click.echo(terminal.plain(f"{terminal.unknown_links(status)}."))
        if asked is not None:
            for line in asked.lines():
                click.echo(terminal.plain(line), err=True)
            click.echo(asked.summary())
    if harmful or (asked is not None and asked.failed):
        raise click.exceptions.Exit(1)


async def check_links(app: App) -> tuple[Status, AskedLinks]:
    """The state of the index, and what the site answers about each post's link.

    Raises:
        SettingError: no post has a link, since the site's address is not known.
    """
    from bot.sources.link_check import LinkCheck  # noqa: PLC0415 - aiohttp, 80 ms
    from bot.sources.web import Web  # noqa: PLC0415

    await sync_with_bar(app)
    status = await app.library.status()
    posts = await app.library.latest()
    links = {post.url for post in posts if post.url}
    if posts and not links and status.site_url is None:
        raise SettingError(
            setting_of("site_url").label,
            "not set, so that there are no links to ask about",
            "Write the blog's public address, such as https://example.org",
        )
    answers: dict[str, LinkAnswer] = {}
    progress = Progress("Asking about links")
    try:
        async for answer in LinkCheck(Web()).answers(sorted(links)):
            answers[answer.url] = answer
            progress(len(answers), len(links))
    finally:
        progress.finish()
    failed = [(post, answers[post.url]) for post in posts if post.url and answers[post.url].problem]
    listed = closest(map(LinkedPost.of, (post for post, _ in failed)), app.listed)
    base = status.site_url or ""
    return status, AskedLinks(
        asked=len(links),
        without_link=sum(post.url is None for post in posts),
        failed=failed,
        listed={
            path: [on_site(link, base) or link for link in near] for path, near in listed.items()
        },
    )
