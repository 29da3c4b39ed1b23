"""Whether the site confirms the posts' links."""

from __future__ import annotations

from bot.app import App
from bot.blog.address import FeedAddress
from bot.blog.errors import SlashpostError
from bot.blog.library import LinkReport
from bot.doctor.result import CheckResult, ok, skipped, wrong
from bot.settings import Settings

HINT = "Check SLASHPOST_SITE_URL and SLASHPOST_SITEMAP (docs/links.md)."


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
