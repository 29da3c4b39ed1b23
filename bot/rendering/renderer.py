"""A post's body to pages, and what is known of its sections."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit

from bot.blog.dialect import Dialect
from bot.blog.post import is_web_url
from bot.blog.section import anchor_of, unique
from bot.rendering.block import Block, Footnote, Heading, plain
from bot.rendering.discord_markdown import Writer
from bot.rendering.html_blocks import blocks_of
from bot.rendering.markdown_to_html import html_of
from bot.rendering.page import Page, paginate
from bot.rendering.templates import Lookup, Templates

# No browser or server takes more for sure, and a page has to hold it.
MAX_ADDRESS = 2_000

_MARKDOWN = (".md", ".markdown", ".mdown", ".mkd", ".mdx")


@dataclass(frozen=True, slots=True)
class Section:
    """A heading of a post, and the page that it stands on.

    Attributes:
        title: the heading's text.
        level: 1 to 6.
        anchor: the name that links and custom ids give it.
        page: 0-based.
    """

    title: str
    level: int
    anchor: str
    page: int


@dataclass(frozen=True, slots=True)
class Rendered:
    """A whole post as Discord shows it; an empty body is one page without parts."""

    pages: tuple[Page, ...]
    sections: tuple[Section, ...]

    def page_of(self, anchor: str) -> int | None:
        """The 0-based page that a section begins on, or None where the post has none such."""
        return next((s.page for s in self.sections if s.anchor == anchor), None)


@dataclass(frozen=True, slots=True)
class Renderer:
    """Renders the posts of one site.

    Attributes:
        dialect: how the site's generator reads a body.
        site_url: what root-relative links are resolved against, or None.
        find: the link of another post that a template, wikilink or file link names.
    """

    dialect: Dialect
    site_url: str | None
    find: Lookup

    def render(self, body: str, *, path: str, url: str | None) -> Rendered:
        """Render a body.

        Args:
            body: Markdown, MDX or HTML without its front matter.
            path: the file's path, which tells MDX.
            url: the post's public URL, which relative links start from.
        """
        blocks = _without_heading_of_notes(self.blocks(body, path=path))
        notes = {block.key: block for block in blocks if isinstance(block, Footnote)}
        writer = Writer(lambda link: self._resolve(link, url))
        pages = paginate(writer.write(blocks), notes, writer) or (Page(()),)
        page_by_anchor = {
            anchor: number
            for number, page in reversed(list(enumerate(pages)))
            for anchor in page.headings
        }
        sections = tuple(
            Section(
                plain(block.runs), block.level, block.anchor, page_by_anchor.get(block.anchor, 0)
            )
            for block in blocks
            if isinstance(block, Heading)
        )
        return Rendered(pages, sections)

    def blocks(self, body: str, *, path: str) -> tuple[Block, ...]:
        """The body as blocks, its headings named; links and pictures are as the author has them."""
        taken: dict[str, int] = {}
        found = blocks_of(self.html(body, path=path), emoji=self.dialect.emoji)
        return tuple(_named(block, taken) for block in found)

    def html(self, body: str, *, path: str) -> str:
        """The body as the HTML that the site's generator would make of it, or nearly so."""
        jsx = path.lower().endswith(".mdx") or self.dialect.mdx
        text = Templates(self.dialect, self.find).resolve(body, jsx=jsx)
        return html_of(text, self.dialect)

    def _resolve(self, link: str, url: str | None) -> str | None:
        """Make a link absolute; None where it leads nowhere that a reader could follow."""
        link = _encoded(link)
        if len(link) > MAX_ADDRESS:
            return None
        try:
            parts = urlsplit(link)
        except ValueError:
            return None
        if parts.scheme:
            return link if is_web_url(link) else None
        base = url or self.site_url
        if not parts.netloc and parts.path.lower().endswith(_MARKDOWN):
            found = self.find(parts.path)
            if found:
                link = found + (f"#{parts.fragment}" if parts.fragment else "")
        if base is None:
            return f"https:{link}" if parts.netloc else None
        absolute = urljoin(base, link)
        return absolute if is_web_url(absolute) else None


def _encoded(link: str) -> str:
    """An address as browsers read it: no line ends, and spaces inside as ``%20``."""
    return re.sub(r"[\t\r\n]", "", link.strip()).replace(" ", "%20")


def _without_heading_of_notes(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without a last heading that heads nothing once the notes are on their pages."""
    last = next(
        (n for n in reversed(range(len(blocks))) if not isinstance(blocks[n], Footnote)), None
    )
    if last in (None, len(blocks) - 1) or not isinstance(blocks[last], Heading):
        return blocks
    return (*blocks[:last], *blocks[last + 1 :])


def _named(block: Block, taken: dict[str, int]) -> Block:
    if not isinstance(block, Heading):
        return block
    if block.anchor:
        return replace(block, anchor=unique(block.anchor, taken))
    return replace(block, anchor=anchor_of(plain(block.runs), taken))
