"""Finds the sections that may hold an answer, by rank fusion over several searches of the index."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from bot.blog.library import Hit
from bot.blog.post import Post
from bot.blog.question import Source
from bot.blog.section import Passage

MAX_SECTIONS = 12
MAX_POSTS = 6
MAX_SECTIONS_OF_A_POST = 4
HITS_PER_QUERY = 10
DEFAULT_TOKENS = 6_000
# No section takes more than this share of the budget, so that one long one leaves room.
SECTION_SHARE = 0.25

# Reciprocal rank fusion adds 1 / (60 + rank): https://dl.acm.org/doi/10.1145/1571941.1572114
_RRF = 60
_WORD = re.compile(r"[^\W_]{2,}")
# Scripts whose words are not set apart by spaces: one character says as much as a word.
_DENSE = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)
# Letters by which forms of one word are told from other words.
_STEM = 5
_PARAGRAPH = re.compile(r"\n\s*\n")
_LINE_OR_SENTENCE = re.compile(r"(?<!\n)\n(?!\n)|(?<=[.!?]) (?=\S)|(?<=[\u3002\uff01\uff1f])(?=\S)")


class Searchable(Protocol):
    """What retrieval asks of the posts."""

    async def search(self, query: str, *, limit: int = 10, offset: int = 0) -> Sequence[Hit]:
        """Posts that a query finds, best first, each with its best section."""

    async def passages(self, path: str) -> Sequence[Passage]:
        """The sections of a post, as plain text."""

    async def latest(self, *, limit: int) -> Sequence[Post]:
        """The newest posts."""


async def retrieve(
    library: Searchable,
    question: str,
    queries: Iterable[str] = (),
    *,
    max_tokens: int = DEFAULT_TOKENS,
) -> list[Source]:
    """The sections to hand to a model, best post first, numbered from 1.

    Args:
        library: the posts.
        question: what the reader asks.
        queries: searches that a model made of it.
        max_tokens: about how many tokens the sections may have together.
    """
    scores: defaultdict[str, float] = defaultdict(float)
    posts: dict[str, Post] = {}
    found_at: defaultdict[str, Counter[str | None]] = defaultdict(Counter)
    asked = list(dict.fromkeys([question, *queries]))
    for query in asked:
        for rank, hit in enumerate(await library.search(query, limit=HITS_PER_QUERY), start=1):
            scores[hit.post.path] += 1 / (_RRF + rank)
            posts[hit.post.path] = hit.post
            found_at[hit.post.path][hit.section] += 1
    best = sorted(scores, key=lambda path: (-scores[path], path))[:MAX_POSTS]
    words = Counter(stem for query in asked for stem in set(stems(query)))
    ranked = []
    for path in best:
        passages = _best(await library.passages(path), words, found_at[path])
        # A post may hold nothing but a notebook or a video, and be found by its summary.
        passages = passages or [Passage(None, None, posts[path].summary or posts[path].title)]
        ranked.append([(posts[path], each) for each in passages])
    return _fitted(ranked, words, max_tokens)


def _best(
    passages: Sequence[Passage], words: Counter[str], found_at: Counter[str | None]
) -> list[Passage]:
    """The sections of a post that hold most of the words, rare ones above all, in order."""
    held = [Counter(stems(f"{each.heading or ''} {each.text}")) for each in passages]
    spread = Counter(stem for counts in held for stem in counts)

    def score(index: int) -> float:
        counts, passage = held[index], passages[index]
        rarity: float = sum(
            min(weight, 3) / math.sqrt(spread[stem])
            for stem, weight in words.items()
            if stem in counts
        )
        in_heading = sum(stem in words for stem in set(stems(passage.heading or "")))
        return rarity + in_heading + 1.5 * found_at[passage.anchor]

    ranked = sorted(range(len(passages)), key=lambda index: (-score(index), index))
    useful = [index for index in ranked if score(index) > 0 and passages[index].text.strip()]
    useful = useful or [index for index in ranked if passages[index].text.strip()][:1]
    # The best section counts for itself; further ones only if they are not far behind.
    floor = score(useful[0]) / 2 if useful else 0.0
    kept = [index for index in useful if score(index) >= floor][:MAX_SECTIONS_OF_A_POST]
    return [passages[index] for index in kept]


def _fitted(
    ranked: Sequence[Sequence[tuple[Post, Passage]]], words: Counter[str], max_tokens: int
) -> list[Source]:
    """Sources in whole paragraphs, within the budget: each post's best section, then the others.

    Args:
        ranked: of each post, best first, the sections, best first.
        words: what is asked, by which paragraphs of long sections are chosen.
        max_tokens: the budget.
    """
    turns = [(nth, rank) for nth in range(MAX_SECTIONS_OF_A_POST) for rank in range(len(ranked))]
    left, taken = max_tokens, dict[tuple[int, int], Source]()
    for nth, rank in turns:
        if nth >= len(ranked[rank]) or len(taken) == MAX_SECTIONS:
            continue
        others = len(ranked) - rank - 1 if nth == 0 else 0
        room = min(int(max_tokens * SECTION_SHARE), left - others * (max_tokens // MAX_SECTIONS))
        post, passage = ranked[rank][nth]
        if text := _paragraphs(passage.text, words, room):
            source = Source(
                number=0, post=post, heading=passage.heading, section=passage.anchor, text=text
            )
            taken[rank, nth] = source
            left -= tokens_in(text)
    in_order = (taken[place] for place in sorted(taken))
    return [replace(source, number=number) for number, source in enumerate(in_order, start=1)]


def _paragraphs(text: str, words: Counter[str], max_tokens: int) -> str:
    """Neighbouring whole paragraphs, around the one with most of the words; empty if none fits."""
    paragraphs = [part.strip() for part in _PARAGRAPH.split(text) if part.strip()]
    sizes = [tokens_in(part) for part in paragraphs]
    if sum(sizes) <= max_tokens:
        return "\n\n".join(paragraphs)
    fitting = [index for index, size in enumerate(sizes) if size <= max_tokens]
    if not fitting:  # every paragraph is too long: whole lines, or sentences, of them
        parts = _LINE_OR_SENTENCE.sub("\n\n", text)
        return _paragraphs(parts, words, max_tokens) if parts != text else ""
    begin = max(fitting, key=lambda index: len(set(stems(paragraphs[index])) & set(words)))
    end, used = begin + 1, sizes[begin]
    while True:
        if end < len(sizes) and used + sizes[end] <= max_tokens:
            used += sizes[end]
            end += 1
        elif begin > 0 and used + sizes[begin - 1] <= max_tokens:
            begin -= 1
            used += sizes[begin]
        else:
            return "\n\n".join(paragraphs[begin:end])


def stems(text: str) -> list[str]:
    """Words by their first letters, in small letters; single characters of dense scripts."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if _DENSE.search(word):
            found.extend(word)
        else:
            found.append(word[:_STEM])
    return found


def tokens_in(text: str) -> int:
    """About how many tokens a text has: four letters each, or one character of a dense script.

    Source: https://platform.openai.com/tokenizer, where English has about four letters a token.
    """
    dense = len(_DENSE.findall(text))
    return dense + (len(text.encode("utf-8", "replace")) - 3 * dense) // 4 + 1
