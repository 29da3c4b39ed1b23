"""The parts of a post's body, before they become Discord's Markdown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
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
