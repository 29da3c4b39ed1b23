"""The posts: whether there are some, without mistakes, and the site confirms their links."""

from __future__ import annotations

from bot.app import App
from bot.blog.address import FeedAddress
from bot.blog.errors import SlashpostError
from bot.blog.library import LinkReport
from bot.doctor.result import CheckResult, from_error, ok, skipped, wrong
from bot.settings import Settings

HINT = "Check SLASHPOST_SITE_URL and SLASHPOST_SITEMAP (docs/links.md)."


async def check_index(app: App) -> CheckResult:
    """Whether there are posts to answer from, without mistakes that readers see."""
    try:
        await app.sync(ask_site=True)
        summary = await app.summary()
        status = await app.library.status()
    except SlashpostError as error:
        return from_error("index", error)
    if not status.posts:
        return wrong("index", summary, "`slashpost index` says which files are left out, and why.")
    if harmful := [problem for problem in status.problems if not problem.harmless]:
        others = f", and {len(harmful) - 1} more (`slashpost check`)" if len(harmful) > 1 else ""
        return wrong("index", f"{summary}; {harmful[0]}{others}", harmful[0].hint)
    return ok("index", summary)


async def check_links(app: App) -> CheckResult:
    """How many links the site lists, by the look that ``check_index`` took."""
    settings = app.settings
    try:
        status = await app.library.status()
    except SlashpostError:
        return skipped("links", "needs the index")
    if status.links is None:
        return ok("links", _why_unasked(settings))
    return _judge(status.links, is_given=settings.sitemap != "auto")


def _why_unasked(settings: Settings) -> str:
    if isinstance(settings.posts, FeedAddress):
        return "the feed brings them"
    if settings.sitemap == "off":
        return "they follow the generator's rule, since --sitemap is off"
    return "the site is not asked about them, since its address is not known (--site)"


def _judge(links: LinkReport, *, is_given: bool) -> CheckResult:
    if not links.source:
        return wrong("links", str(links), HINT) if is_given else skipped("links", str(links))
    if links.missing and not links.confirmed and not links.corrected:
        return wrong("links", f"{links.source} lists none of {links.missing:,} posts", HINT)
    without = f" ({links.withdrawn:,} without a link)" if links.withdrawn else ""
    late = f"; the last look at the site failed: {links.trouble}" if links.trouble else ""
    return ok("links", f"{links}{without}{late}")
