"""The parts of a post's body, before they become Discord's Markdown, and their running text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import Flag, auto
from itertools import chain

# Stands for what only the site shows, until it is said in the reader's language.
ON_THE_SITE = "Example: on the site"


class Style(Flag):
    """How a run of text looks."""

    PLAIN = 0
    BOLD = auto()
    ITALIC = auto()
    UNDERLINE = auto()
    STRIKE = auto()
    SPOILER = auto()
    CODE = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """Text of one look, without line ends; or a line break where ``text`` is a newline.

    Attributes:
        text: what the reader sees.
        style: how it looks.
        url: the address that it links to, or None.
        note: the key of the footnote that it refers to, or None.
    """

    text: str
    style: Style = Style.PLAIN
    url: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text; ``is_small`` for a remark beside it."""

    runs: tuple[Run, ...]
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 6, and the id that links to it name."""

    level: int
    runs: tuple[Run, ...]
    anchor: str


@dataclass(frozen=True, slots=True)
class Code:
    """Preformatted text; ``language`` is empty where the author named none."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A quotation, or a callout where it has a title."""

    blocks: tuple[Block, ...]
    title: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list; ``checked`` is None where it is no task."""

    blocks: tuple[Block, ...]
    checked: bool | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list; ``start`` is the first number, or None for bullets."""

    items: tuple[Item, ...]
    start: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, each row as long as the header."""

    header: tuple[tuple[Run, ...], ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """An image with what it shows in words; the URL may still be relative."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Gallery:
    """Images that stand together."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""


@dataclass(frozen=True, slots=True)
class Footnote:
    """The text of a note, shown where the page ends that refers to it.

    Attributes:
        key: what the author calls it.
        number: its place in the order of reference, from 1.
    """

    key: str
    number: int
    blocks: tuple[Block, ...]


Block = Paragraph | Heading | Code | Quote | Listing | Table | Gallery | Rule | Footnote


def plain(runs: tuple[Run, ...]) -> str:
    """The text of some runs, without their look."""
    return "".join(run.text for run in runs)


def texts(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Every text that a reader of the blocks sees, in order; a list's numbers are not text."""
    for block in blocks:
        match block:
            case Paragraph(runs) | Heading(_, runs):
                yield plain(runs)
            case Code(text):
                yield text
            case Table(header, rows):
                yield from (plain(cell) for row in (header, *rows) for cell in row)
            case Listing(items):
                yield from chain.from_iterable(texts(item.blocks) for item in items)
            case Quote(inner, title):
                yield from (plain(title), *texts(inner)) if title else texts(inner)
            case Footnote(_, _, inner):
                yield from texts(inner)
            case Gallery() | Rule():
                pass


def tidy(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Join runs of the same look, fold white space between them, trim lines and ends."""
    joined: list[list[Run]] = []  # runs of one look that follow each other
    end = "\n"  # the last character so far
    for run in runs:
        text = run.text
        if text == "\n":
            _trim(joined)
        elif text.startswith(" ") and end in " \n":
            text = text.lstrip(" ")
        if not text:
            continue
        end = text[-1]
        last = joined[-1][0] if joined else None
        kept = run if text == run.text else replace(run, text=text)
        if (
            last is not None
            and "\n" not in (text, last.text)
            and run.note is None
            and last.note is None
            and (last.style, last.url) == (run.style, run.url)
        ):
            joined[-1].append(kept)
        else:
            joined.append([kept])
    start = next((n for n, same in enumerate(joined) if same[0].text != "\n"), len(joined))
    del joined[:start]
    while joined and joined[-1][0].text == "\n":
        joined.pop()
        _trim(joined)
    _trim(joined)
    return tuple(
        same[0] if len(same) == 1 else replace(same[0], text="".join(run.text for run in same))
        for same in joined
    )


def _trim(joined: list[list[Run]]) -> None:
    """Take the spaces off the end of what has been joined so far."""
    while joined and joined[-1][-1].text.endswith(" "):
        last = joined[-1].pop()
        if text := last.text.rstrip(" "):
            joined[-1].append(replace(last, text=text))
        elif not joined[-1]:
            joined.pop()


def split_lines(runs: tuple[Run, ...]) -> Iterator[tuple[Run, ...]]:
    """Split runs at their line breaks."""
    line: list[Run] = []
    for run in runs:
        if run.text == "\n":
            yield tuple(line)
            line = []
        else:
            line.append(run)
    yield tuple(line)


def wrap(runs: tuple[Run, ...], length: int) -> Iterator[tuple[Run, ...]]:
    """Break a line of runs between words (or, in a word without end, anywhere)."""
    line: list[Run] = []
    room = length
    for run in runs:
        text, start = run.text, 0
        while len(text) - start > room:
            cut = text.rfind(" ", start, start + room) + 1
            if cut <= start and line:
                yield tuple(line)
                line, room = [], length
                continue
            cut = cut if cut > start else start + room
            piece = text[start:cut]
            line.append(replace(run, text=piece.rstrip(" ") or piece))
            yield tuple(line)
            line, room = [], length
            start = cut
        if start < len(text):
            line.append(replace(run, text=text[start:]) if start else run)
            room -= len(text) - start
    if line:
        yield tuple(line)


def one_line(blocks: Iterable[Block]) -> tuple[Run, ...]:
    """A table cell's blocks as one line of runs."""
    runs: list[Run] = []
    for block in blocks:
        if runs:
            runs.append(Run(" "))
        match block:
            case Paragraph(inner) | Heading(_, inner):
                runs.extend(Run(" ") if run.text == "\n" else run for run in inner)
            case Code(text):
                runs.append(Run(" ".join(text.split()), Style.CODE))
            case Listing(items):
                runs.extend(one_line(inner for item in items for inner in item.blocks))
            case Quote(inner_blocks) | Footnote(_, _, inner_blocks):
                runs.extend(one_line(inner_blocks))
            case Table(header, rows):
                cells = (cell for row in (header, *rows) for cell in row)
                runs.extend(one_line(Paragraph(cell) for cell in cells))
            case Gallery() | Rule():
                pass
    return tidy(runs)


def task(blocks: tuple[Block, ...]) -> tuple[bool | None, tuple[Block, ...]]:
    """Whether an item begins with ``[ ]`` or ``[x]``, and its blocks without it."""
    first = blocks[0] if blocks else None
    found = (
        re.match(r"\[([ xX])\] ", first.runs[0].text)
        if isinstance(first, Paragraph) and first.runs
        else None
    )
    if not found or not isinstance(first, Paragraph):
        return None, blocks
    run = replace(first.runs[0], text=first.runs[0].text[4:])
    return found[1] != " ", (Paragraph((run, *first.runs[1:])), *blocks[1:])
