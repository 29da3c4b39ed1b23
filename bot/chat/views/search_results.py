"""Posts that a search found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from discord import Interaction, ui

from bot.blog.library import Exclusion, Hit, Library
from bot.chat import limits, text
from bot.chat.custom_ids import SearchPage, section_ref
from bot.chat.i18n import Translator
from bot.chat.interaction import context_of, library_of, prepare_turn, translator_of, turn
from bot.chat.views.layout import Layout, Pagination, page_buttons, reading_time, small, when
from bot.chat.views.not_found import echo
from bot.chat.views.post_card import read_button

PER_PAGE = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A page of search results.

    Attributes:
        query: as it was typed.
        hits: those on the page.
        total: how many there are on all pages.
        page: which one it is.
        exclusion: what the query excludes, if anything.
    """

    query: str
    hits: Sequence[Hit]
    total: int
    page: Pagination
    exclusion: Exclusion | None = None

    @classmethod
    async def of(cls, library: Library, query: str, number: int) -> Self:
        """Search, and take page ``number`` or the nearest that there is."""
        total = await library.count_hits(query)
        page = Pagination.nearest(number, total, PER_PAGE)
        hits = await library.search(query, limit=PER_PAGE, offset=page.offset)
        return cls(query, hits, total, page, await library.exclusion(query))


@dataclass(frozen=True, slots=True)
class HitDetail:
    """How much of each hit is shown, in UTF-16 units."""

    title: int
    snippet: int
    linked: bool = True


# The first at which a page fits into a message.
DETAILS = (
    HitDetail(title=256, snippet=300),
    HitDetail(title=160, snippet=160),
    HitDetail(title=80, snippet=80),
    HitDetail(title=80, snippet=80, linked=False),
)


class SearchResults(Layout):
    """A page of hits, the matching words bold."""

    def __init__(self, found: Found, tr: Translator) -> None:
        super().__init__()
        pages = SearchPage(found.page.of + 1, found.query).fits
        best = tr.gettext("These are the best matches. Search for fewer words to see more.")
        end = "" if pages or found.page.of == 1 else small(best)
        excluded = exclusion_row(found.exclusion, tr)
        around = [end, *(each for each in excluded if isinstance(each, str))]
        heading, *blurbs = texts(found, around, tr)
        self.show(heading, *excluded)
        for hit, blurb in zip(found.hits, blurbs, strict=True):
            section = section_ref(hit.section) if hit.section else ""
            read = read_button(hit.post, tr, section)
            self.show(ui.Separator(), ui.Section(blurb, accessory=read))
        self.show(paging_row(found, tr) if pages else None, end or None)


class NothingFound(Layout):
    """The notice that nothing was found, and what to try."""

    concerns_all: ClassVar = False

    def __init__(
        self, query: str, correction: str | None, exclusion: Exclusion | None, tr: Translator
    ) -> None:
        super().__init__()
        self.show(tr.gettext("Nothing found for **{query}**.", query=echo(query)))
        self.show(*exclusion_row(exclusion, tr))
        if correction and SearchPage(1, correction).fits:
            row = search_row(correction, correction)
            self.show(tr.gettext("Did you mean this?"), row)
        elif not exclusion:
            advice = tr.gettext("Try fewer or other words, or a tag: {example}", example="`tag:…`")
            self.show(small(advice))


def search_row(query: str, label: str) -> ui.ActionRow[Any]:
    """A button that searches."""
    button: ui.Button[Any] = ui.Button(
        label=text.label(label, limits.BUTTON_LABEL),
        emoji="🔎",
        custom_id=str(SearchPage(1, query)),
    )
    return ui.ActionRow(button)


def exclusion_row(exclusion: Exclusion | None, tr: Translator) -> Sequence[str | ui.ActionRow[Any]]:
    """What was excluded, and a button that includes it; empty if nothing was."""
    if exclusion is None:
        return ()
    words = ", ".join(exclusion.words)
    said = small(tr.gettext("Without posts that contain: {words}", words=echo(words)))
    if not SearchPage(1, exclusion.query).fits:
        return (said,)
    return said, search_row(exclusion.query, tr.gettext("Include {words}", words=words))


def texts(found: Found, around: Sequence[str], tr: Translator) -> list[str]:
    """The heading and each hit's text, in as much detail as one message holds with ``around``."""
    for detail in DETAILS:
        shown = [heading(found, tr), *(blurb(hit, detail, tr) for hit in found.hits)]
        if limits.fit_a_message([*shown, *around]):
            break
    return shown


def heading(found: Found, tr: Translator) -> str:
    """What was searched for, and how much was found."""
    title = tr.gettext("Search: {query}", query=echo(found.query))
    total = tr.ngettext("{n} post", "{n} posts", found.total)
    return f"## {title}\n{small(total, found.page.say(tr))}"


def blurb(hit: Hit, detail: HitDetail, tr: Translator) -> str:
    """What the results say of one post."""
    title = text.label(hit.post.title, detail.title, hit.post.slug)
    post = text.masked_link(title, hit.post.url if detail.linked else None)
    section = text.markdown(hit.heading or "", detail.title // 2)
    lines = (
        f"### {' › '.join(filter(None, (post, section)))}",
        excerpt(hit, detail.snippet),
        small(when(hit.post, tr), reading_time(hit.post, tr)),
    )
    return "\n".join(filter(None, lines))


def excerpt(hit: Hit, limit: int) -> str:
    """The matching words in context, or the summary where the title is what matched."""
    if "".join(piece for piece, _ in hit.snippet) == hit.post.title:
        return text.markdown(hit.post.summary, limit)
    return text.bold(text.clip_pieces(hit.snippet, limit))


def paging_row(found: Found, tr: Translator) -> ui.ActionRow[Any] | None:
    """The buttons that page through the results; None where all of them fit on one page."""
    return page_buttons(found.page, tr, lambda number: SearchPage(number, found.query))


async def turn_page(interaction: Interaction, to: SearchPage) -> None:
    """Search again and turn to that page of results, or to the nearest one."""
    searching = results_of(interaction, to.query, to.page)
    await turn(interaction, await prepare_turn(interaction, searching))


async def results_of(interaction: Interaction, query: str, page: int) -> Layout:
    """A page of search results, or a notice that there are none."""
    library, tr = library_of(interaction), translator_of(interaction)

    async def make() -> Layout:
        found = await Found.of(library, query, page)
        if not found.hits:
            correction = await library.correction(query)
            return NothingFound(query, correction, await library.exclusion(query), tr)
        return SearchResults(found, tr)

    return await context_of(interaction).answers.get(("search", query, page, tr), make)
