"""Running text: tidied, split into lines, and broken between words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.rendering.block import (
    Block,
    Code,
    Footnote,
    Gallery,
    Heading,
    Listing,
    Paragraph,
    Quote,
    Rule,
    Run,
    Style,
    Table,
)


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
