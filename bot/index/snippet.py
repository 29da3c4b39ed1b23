"""The section of a post that matches a query best, and the snippet to show of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.blog.section import Passage
from bot.index.fts_text import MATCH_END, MATCH_START, SEPARATOR, pieces, readable

# Characters of context: about three lines of a message.
SNIPPET = 240
BEFORE = 60
# More matches than these make no better snippet.
MOST_MATCHES = 300
# Letters by which forms of one word are told from other words.
STEM = 5
_MATCH = re.compile(f"{MATCH_START}([^{MATCH_START}{MATCH_END}]*){MATCH_END}")
_SPACE = re.compile(r"\s+")

Snippet = tuple[tuple[str, bool], ...]


class MarkedPost(NamedTuple):
    """The texts of a post with marks around the words that match.

    Attributes:
        headings, body: passage by passage, with seams between.
        anchors: of each passage.
    """

    title: str
    headings: str
    summary: str
    body: str
    anchors: Sequence[str | None]


class Match(NamedTuple):
    """What matches a query in a post; see ``blog.Hit``."""

    snippet: Snippet
    heading: str | None = None
    section: str | None = None


def best_match(marked: MarkedPost) -> Match:
    """The passage with most of the words; the beginning where the title has as many."""
    passages = list(zip(_split(marked.headings), _split(marked.body), marked.anchors, strict=False))
    scores = [_score(heading, text) for heading, text, _ in passages]
    best = max(range(len(scores)), key=lambda i: scores[i], default=None)
    if best is None or scores[best] == (0, 0):
        return Match(_of_post(marked))
    heading, text, anchor = passages[best]
    if not anchor or len(marked_stems(marked.title)) >= scores[best][0]:
        with_text = [text for _, text, _ in passages if MATCH_START in text]
        return Match(excerpt(with_text[0]) if with_text else _of_post(marked))
    snippet = excerpt(text) if text else _of_post(marked)
    return Match(snippet, readable(_unmarked(heading)), anchor)


def passages_in(headings: str, body: str, anchors: str) -> tuple[Passage, ...]:
    """The sections of a post, as the columns of ``texts`` and ``bodies`` hold them."""
    return tuple(
        Passage(readable(heading) or None, anchor, readable(text))
        for heading, text, anchor in zip(
            headings.split(SEPARATOR), body.split(SEPARATOR), json.loads(anchors), strict=False
        )
    )


def excerpt(text: str) -> Snippet:
    """The stretch of a marked text with most of the words, in a few lines."""
    matches = [found for _, found in zip(range(MOST_MATCHES), _MATCH.finditer(text), strict=False)]
    start = _best_start(matches)
    begin = max(0, start - BEFORE)
    if begin:
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    end = begin + SNIPPET
    if end < len(text):
        space = text.rfind(" ", start + 1, end)
        end = space if space > (begin + end) // 2 else end
    cut = _balanced(text[begin:end])
    cut = _SPACE.sub(" ", cut).strip()
    return pieces(("…" if begin else "") + cut + ("…" if end < len(text) else ""))


def _best_start(matches: Sequence[re.Match[str]]) -> int:
    """Where the stretch with most different words, then most words, begins; 0 without any."""
    best, start = (0, 0), 0
    for i, first in enumerate(matches):
        within = []
        for found in matches[i:]:
            if found.end() > first.start() + SNIPPET - BEFORE:
                break
            within.append(found[1].casefold()[:STEM])
        score = len(set(within)), len(within)
        if score > best:
            best, start = score, first.start()
    return start


def _of_post(marked: MarkedPost) -> Snippet:
    """What to show of a post of which no passage holds a word."""
    if MATCH_START in marked.summary:
        return excerpt(marked.summary)
    return pieces(marked.title)


def _score(heading: str, text: str) -> tuple[int, int]:
    """How many different words a passage holds, and how often, in its heading above all."""
    in_heading, in_text = marked_stems(heading), marked_stems(text)
    return len(in_heading | in_text), 10 * len(in_heading) + min(len(in_text), 9)


def first_mark(marked: str) -> str | None:
    """The first word that matches in a text."""
    found = _MATCH.search(marked)
    return readable(found[1]) if found else None


def marked_stems(marked: str) -> set[str]:
    """The beginnings of the words that match in a text."""
    if MATCH_START not in marked:
        return set()
    return {found[1].casefold()[:STEM] for found in _MATCH.finditer(marked)}


def _split(marked: str) -> Iterator[str]:
    """The passages; a phrase that goes over a seam is marked on both sides of it."""
    for passage in marked.split(SEPARATOR):
        yield _balanced(passage)


def _balanced(marked: str) -> str:
    """A piece of a marked text with the marks that were cut off put back."""
    first_start, first_end = marked.find(MATCH_START), marked.find(MATCH_END)
    if first_end >= 0 and (first_start < 0 or first_end < first_start):
        marked = MATCH_START + marked
    if marked.rfind(MATCH_START) > marked.rfind(MATCH_END):
        marked += MATCH_END
    return marked


def _unmarked(text: str) -> str:
    return text.replace(MATCH_START, "").replace(MATCH_END, "")
