"""Blocks to lines of Discord's Markdown, each with what a page break inside it needs."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from bot.blog.post import is_web_url
from bot.rendering.block import (
    Block,
    Code,
    Footnote,
    Gallery,
    Heading,
    Item,
    Listing,
    Paragraph,
    Picture,
    Quote,
    Rule,
    Run,
    Style,
    Table,
    plain,
    split_lines,
    wrap,
)
from bot.rendering.escape import BREAK, clean, code_line, code_span, escape, escape_line_start

# Columns of a table that a phone shows in a code block without wrapping it beyond reading.
TABLE_WIDTH = 60
# A line longer than this is broken between words, so that every page can hold some.
LINE_LENGTH = 1500
# Characters of Discord's Markdown in one line, its marks and addresses included; and of text, where
# a line is not broken any further for them.
MAX_WRITTEN = 3100
SHORTEST = 100
# Characters of a paragraph that stays on the page of what it announces.
LEAD = 300

# Outermost first.
_MARKS = {
    Style.SPOILER: "||",
    Style.STRIKE: "~~",
    Style.UNDERLINE: "__",
    Style.BOLD: "**",
    Style.ITALIC: "*",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of Discord's Markdown.

    Attributes:
        text: the line, its prefix included.
        prefix: what stands before every line of the quote or list it is in.
        fence: the language of the code block it is in (may be empty), or None.
        heading: the anchor of the heading that it is, or None.
        notes: keys of the footnotes that it refers to.
        leads: whether what follows belongs on the same page: a title, or "this code works:".
        space: whether a blank line belongs before it.
        gap: what that blank line holds: the mark of the quote that goes on there.
    """

    text: str
    prefix: str = ""
    fence: str | None = None
    heading: str | None = None
    notes: tuple[str, ...] = ()
    leads: bool = False
    space: bool = False
    gap: str = ""


@dataclass(frozen=True, slots=True)
class Images:
    """Pictures that stand between lines."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Separator:
    """A thematic break between lines."""


Part = Line | Images | Separator
Resolve = Callable[[str], str | None]


class Writer:
    """Writes blocks as lines.

    Args:
        resolve: makes a link absolute; None for one that leads nowhere.
    """

    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def write(self, blocks: tuple[Block, ...]) -> Iterator[Part]:
        """Yield lines, pictures and separators in reading order; footnotes are left out."""
        for block in blocks:
            yield from self._block(block, "")

    def note(self, footnote: Footnote) -> Iterator[Line]:
        """Yield the lines of a footnote, in small print."""
        first = True
        for part in self.write(footnote.blocks):
            if isinstance(part, Line):
                label = f"\\[{footnote.number}\\] " if first else ""
                small = part.fence is None and not part.prefix and part.heading is None
                text = f"-# {label}{part.text}" if small else part.text
                yield replace(part, text=text, space=False)
                first = False

    # ------------------------------------------------------------------ blocks

    def _block(self, block: Block, prefix: str) -> Iterator[Part]:
        match block:
            case Paragraph(runs, is_small):
                yield from self._paragraph(runs, prefix, is_small=is_small)
            case Heading():
                yield from self._heading(block, prefix)
            case Code(text, language):
                yield from _fenced(text, language, prefix)
            case Quote():
                yield from self._quote(block, prefix)
            case Listing():
                yield from self._list(block, prefix)
            case Table():
                yield from self._table(block, prefix)
            case Gallery(pictures):
                yield Images(tuple(map(self._found, pictures)))
            case Rule():
                yield Separator()
            case Footnote():
                pass

    def _found(self, picture: Picture) -> Picture:
        """The picture at its address, or as the post names it where that leads nowhere."""
        return replace(picture, url=self._resolve(picture.url) or picture.url)

    def _paragraph(self, runs: tuple[Run, ...], prefix: str, *, is_small: bool) -> Iterator[Line]:
        if is_small and prefix.lstrip(" ").strip("> "):  # Discord has no small print in a list
            runs, is_small = _italic(runs), False
        leads = _leads(runs)
        for line in self._lines(runs, prefix):
            text = f"{prefix}-# {line.text.removeprefix(prefix)}" if is_small else line.text
            yield replace(line, text=text, leads=leads)

    def _lines(self, runs: tuple[Run, ...], prefix: str, *, space: bool = True) -> Iterator[Line]:
        for line in split_lines(runs):
            for piece, written in self._pieces(line, LINE_LENGTH):
                notes = tuple(run.note for run in piece if run.note)
                yield Line(prefix + escape_line_start(written), prefix, notes=notes, space=space)
                space = False

    def _pieces(self, runs: tuple[Run, ...], length: int) -> Iterator[tuple[tuple[Run, ...], str]]:
        """Break a line into pieces whose Markdown, addresses included, fits any page."""
        for piece in wrap(runs, length):
            written = self.inline(piece)
            if len(written) <= MAX_WRITTEN:
                yield piece, written
            elif length > SHORTEST:
                yield from self._pieces(piece, length // 2)
            else:  # many links of a word or two, with addresses as long as a page
                bare = tuple(replace(run, url=None) for run in piece)
                yield bare, self.inline(bare)

    def _heading(self, heading: Heading, prefix: str) -> Iterator[Line]:
        runs = tuple(Run(" ") if run.text == "\n" else run for run in heading.runs)
        (first, _), *rest = self._pieces(runs, LINE_LENGTH // 2)
        notes = tuple(run.note for run in runs if run.note)
        if heading.level <= 3:  # noqa: PLR2004 — Discord knows three levels
            text = f"{'#' * heading.level} {self.inline(first)}"
        else:
            text = self.inline(_bold(first))
        yield Line(prefix + text, prefix, heading=heading.anchor, notes=notes, space=True)
        for _, written in rest:  # a heading as long as a paragraph goes on as one
            yield Line(prefix + escape_line_start(written), prefix)

    def _quote(self, quote: Quote, prefix: str) -> Iterator[Part]:
        # Discord quotes do not nest: an inner one is told apart by its indentation only.
        inner = prefix if prefix.lstrip().startswith(">") else f"{prefix}> "
        first, space = True, True
        if quote.title:
            title = inner + self.inline(_bold(quote.title))
            yield Line(title, inner, leads=True, space=True)
            space = False
        for block in quote.blocks:
            for part in self._block(block, inner):
                if not isinstance(part, Line):
                    yield part
                elif first:
                    yield replace(part, space=space)
                else:
                    yield replace(part, gap=inner)
                first = False

    def _list(self, listing: Listing, prefix: str, depth: int = 0) -> Iterator[Part]:
        indent = "  " * min(depth, 6)
        for position, item in enumerate(listing.items):
            mark = "-" if listing.start is None else f"{listing.start + position}."
            yield from self._item(
                item, mark, prefix, indent, depth, first=position == 0 and not depth
            )

    def _item(
        self, item: Item, mark: str, prefix: str, indent: str, depth: int, *, first: bool
    ) -> Iterator[Part]:
        box = {True: "☑ ", False: "☐ ", None: ""}[item.checked]
        bullet = f"{prefix}{indent}{mark} {box}"
        below = f"{prefix}{indent}{' ' * (len(mark) + 1)}"
        started = False
        for block in item.blocks:
            if isinstance(block, Listing):
                yield from self._list(block, prefix, depth + 1)
                continue
            if isinstance(block, Heading):  # Discord reads none behind a bullet
                block = Paragraph(_bold(block.runs))  # noqa: PLW2901 - the same, written otherwise
            for part in self._block(block, prefix if isinstance(block, Code) else below):
                if isinstance(part, Line) and not started:
                    started = True
                    if part.fence is not None or part.heading is not None:
                        yield Line(bullet + BREAK, prefix, space=first)
                        yield replace(part, space=False)
                    else:
                        yield replace(
                            part, text=bullet + part.text.removeprefix(below), space=first
                        )
                elif isinstance(part, Line):
                    yield replace(part, space=False)
                else:
                    yield part

    def _table(self, table: Table, prefix: str) -> Iterator[Line]:
        rows = [[plain(cell) for cell in row] for row in (table.header, *table.rows)]
        widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
        if sum(widths) + 3 * (len(widths) - 1) <= TABLE_WIDTH:
            text = "\n".join(
                [_aligned(rows[0], widths), "─┼─".join("─" * width for width in widths)]
                + [_aligned(row, widths) for row in rows[1:]]
            )
            yield from _fenced(text, "", prefix)
            return
        space = True
        is_pair = len(table.header) == 2  # noqa: PLR2004 - a name and what it means
        if is_pair and table.rows and any(table.header):
            named = _italic(_joined([label for label in table.header if label], " — "))
            for line in self._lines(named, prefix):
                yield replace(line, leads=True)
            space = False
        for cells in table.rows or (table.header,):
            bare = is_pair or cells is table.header
            labels = ((),) * len(cells) if bare else table.header
            entry = _entry(cells, labels)
            for line in self._lines(
                _joined(entry, " — " if is_pair else " · "), prefix + "  ", space=space
            ):
                text = (
                    f"{prefix}- {line.text.removeprefix(prefix + '  ')}"
                    if line.space or not space
                    else line.text
                )
                yield replace(line, text=text, prefix=prefix)
                space = False

    # ------------------------------------------------------------------ inline

    def inline(self, runs: tuple[Run, ...]) -> str:
        """Write runs of one line with their looks and links."""
        # What leads nowhere is text like that around it, whose marks it shares.
        found = (replace(run, url=self._resolve(run.url)) if run.url else run for run in runs)
        pieces: list[str] = []
        for target, group in _by_link(found):
            text = _styled(group)
            pieces.append(_masked(text, plain(group), target) if target else text)
        return "".join(pieces)


def _leads(runs: tuple[Run, ...]) -> bool:
    """Whether a paragraph announces what follows: a bold one of one line, or one with a colon."""
    text = plain(runs)
    if len(text) > LEAD or "\n" in text:
        return False
    is_bold = all(Style.BOLD in run.style for run in runs if run.text.strip())
    return is_bold or text.rstrip().endswith((":", "\uff1a"))


def _bold(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    return tuple(replace(run, style=run.style | Style.BOLD) for run in runs)


def _italic(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    return tuple(replace(run, style=run.style | Style.ITALIC) for run in runs)


def _entry(
    row: tuple[tuple[Run, ...], ...], labels: tuple[tuple[Run, ...], ...]
) -> list[tuple[Run, ...]]:
    """A row's cells that say something: the first in bold, the others behind their headers."""
    cells = [
        (*label, Run(": "), *cell) if label and number else cell
        for number, (label, cell) in enumerate(zip(labels, row, strict=True))
        if cell
    ]
    return [_bold(cells[0]), *cells[1:]] if row[0] else cells


def _joined(cells: list[tuple[Run, ...]], mark: str) -> tuple[Run, ...]:
    runs = [run for cell in cells for run in (Run(mark), *cell)]
    return tuple(runs[1:])


def _by_link(runs: Iterable[Run]) -> Iterator[tuple[str | None, tuple[Run, ...]]]:
    group: list[Run] = []
    for run in runs:
        if group and group[0].url != run.url:
            yield group[0].url, tuple(group)
            group = []
        group.append(run)
    if group:
        yield group[0].url, tuple(group)


def _styled(runs: tuple[Run, ...]) -> str:
    """Open and close each look where it changes; spaces stay outside the marks."""
    text = ""
    looks: list[Style] = []  # those that are open, outermost first
    for run in runs:
        core = run.text.strip(" ")
        if not core:
            text += run.text
            continue
        wanted = [look for look in _MARKS if look in run.style]
        kept = next((n for n, look in enumerate(looks) if look not in wanted), len(looks))
        text = _closed(text, looks[kept:])
        del looks[kept:]
        text += run.text[: len(run.text) - len(run.text.lstrip(" "))]
        new = [look for look in wanted if look not in looks]
        if new and text.endswith("*"):
            text += BREAK  # stars of two marks would be read as one
        text += "".join(_MARKS[look] for look in new)
        looks += new
        if Style.CODE in run.style:
            # backticks of two runs would be read as one mark
            text += BREAK + code_span(core) if text.endswith("`") else code_span(core)
        else:
            text += escape(clean(core))
        text += run.text[len(run.text.rstrip(" ")) :]
    return _closed(text, looks)


def _closed(text: str, looks: list[Style]) -> str:
    if not looks:
        return text
    core = text.rstrip(" ")
    return core + "".join(_MARKS[look] for look in reversed(looks)) + text[len(core) :]


# Discord shows no masked link whose text holds an address.
_ADDRESS = re.compile(r"https?://|\bwww\.|\bdiscord\.gg/", re.IGNORECASE)


def _masked(text: str, seen: str, target: str) -> str:
    """A masked link; one whose text looks like another address shows both."""
    target = target.replace("(", "%28").replace(")", "%29").replace(" ", "%20").replace("<", "%3C")
    target = target.replace(">", "%3E")
    if not target.isprintable():  # an invisible character would end the address
        target = "".join(
            each if each.isprintable() else quote(each, errors="replace") for each in target
        )
    shown = seen.strip()
    if not shown:
        return text
    if _ADDRESS.search(shown):
        same = unquote(shown).rstrip("/") in {
            unquote(address).rstrip("/") for address in (target, target.partition("://")[2])
        }
        bare = shown if is_web_url(shown) and not re.search(r"[<>\s]", shown) else target
        return f"<{bare}>" if same else f"{text} (<{target}>)"
    lead = text[: len(text) - len(text.lstrip(" "))]
    tail = text[len(text.rstrip(" ")) :]
    return f"{lead}[{text.strip(' ')}](<{target}>){tail}"


def _fenced(text: str, language: str, prefix: str) -> Iterator[Line]:
    # Discord shows the name of a language before an empty block as text.
    language = re.sub(r"[^a-zA-Z0-9_+#.-]", "", language) if text.strip() else ""
    space = True
    for line in text.expandtabs(4).split("\n"):
        safe = code_line(line)
        for start in range(0, max(1, len(safe)), LINE_LENGTH):
            piece = safe[start : start + LINE_LENGTH]
            yield Line(prefix + piece, prefix, fence=language, space=space)
            space = False


def _aligned(row: list[str], widths: list[int]) -> str:
    cells = (cell + " " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True))
    return " │ ".join(cells).rstrip()


def width_of(text: str) -> int:
    """Columns of a text in a monospaced font: East Asian characters and emoji take two."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
