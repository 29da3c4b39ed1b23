"""Posts and problems as rows of the index, and posts back."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.blog.date import PostDate
from bot.blog.post import Post
from bot.blog.tag import tag_key
from bot.index.database import Row, Statement, insertions
from bot.index.names import names_of, plain_name
from bot.index.words import SEAM, clean, searchable

if TYPE_CHECKING:
    from bot.blog.problem import LeftOut, Problem
    from bot.blog.reader import Document
    from bot.blog.section import Passage

FULL_TEXT_TABLES = ("english", "foreign_languages")
# zlib's level. The next ones save a tenth of the space for half as much time again.
FASTEST = 1
DIGEST_BYTES = 4

_STORED = (
    "id, path, key, own_slug, slug, title, summary, date, date_lent, instant, updated, "
    "updated_instant, authors, author_names, image, link, language, draft, titled, aliases, words"
)

# Tags come in their commonest spelling and the author's order.
SHOWN = """
    p.path, p.slug, p.title, p.summary, p.date, p.instant, p.updated, p.updated_instant,
    p.authors, p.image, p.link, p.language, p.draft, p.aliases, p.words,
    (SELECT json_group_array(name) FROM (
        SELECT t.name FROM post_tags AS pt JOIN tags AS t ON t.key = pt.key
        WHERE pt.post = p.id ORDER BY pt.position)),
    (SELECT f.digest FROM files AS f WHERE f.id = p.id)
"""


def _to_row(number: int, post: Post, document: Document) -> Row:
    """The values for ``_STORED``."""
    date, updated = post.date, post.updated
    return (
        number,
        post.path,
        post.key,
        clean(post.slug),
        clean(post.slug),
        clean(post.title),
        clean(post.summary),
        date and date.text,
        document.date_lent,
        date and date.instant,
        updated and updated.text,
        updated and updated.instant,
        json.dumps([clean(name) for name in post.authors]),
        "\n".join(map(plain_name, post.authors)),
        post.image and clean(post.image),
        post.link and clean(post.link),
        post.language and clean(post.language),
        post.draft,
        document.titled,
        json.dumps([clean(name) for name in post.aliases]),
        post.words,
    )


def _full_text(number: int, post: Post, passages: Sequence[Passage]) -> Row:
    return (
        number,
        searchable(post.title),
        SEAM.join(searchable(one.heading or "") for one in passages),
        searchable(", ".join(post.tags)),
        searchable(post.summary),
        SEAM.join(searchable(one.text) for one in passages),
    )


def full_text_table(language: str | None) -> str:
    """The table that a post of this language is searched in."""
    is_english = language is None or language.partition("-")[0].lower() == "en"
    return FULL_TEXT_TABLES[0 if is_english else 1]


def to_post(row: Row) -> Post:
    """The post of a row selected as ``SHOWN``."""
    path, slug, title, summary, date, instant, updated, updated_instant, *rest = row
    authors, image, link, language, draft, aliases, words, tags, digest = rest
    return Post(
        path=path,
        slug=slug,
        title=title,
        summary=summary,
        date=None if date is None else PostDate(date, instant),
        updated=None if updated is None else PostDate(updated, updated_instant),
        tags=tuple(json.loads(tags)),
        authors=tuple(json.loads(authors)),
        image=image,
        link=link,
        language=language,
        draft=bool(draft),
        aliases=tuple(json.loads(aliases)),
        words=words,
        digest=digest[:DIGEST_BYTES].hex(),
    )


def post_insertions(documents: Sequence[tuple[int, Document]]) -> Iterator[Statement]:
    """Statements that put the posts among ``documents`` into the index, by their numbers."""
    posts = [(number, one.post, one) for number, one in documents if one.post is not None]
    yield from insertions(
        f"posts ({_STORED})",
        (_to_row(number, post, one) for number, post, one in posts),
    )
    yield from insertions(
        "bodies (post, body, anchors)",
        (
            (
                number,
                zlib.compress(one.body.encode("utf-8", "replace"), FASTEST),
                json.dumps([passage.anchor for passage in one.passages]),
            )
            for number, _, one in posts
        ),
    )
    texts = [
        (full_text_table(post.language), _full_text(number, post, one.passages))
        for number, post, one in posts
    ]
    yield from insertions(
        "completions (rowid, title, headings)", (values[:3] for _, values in texts)
    )
    for table in FULL_TEXT_TABLES:
        yield from insertions(
            f"{table} (rowid, title, headings, tags, summary, body)",
            (values for name, values in texts if name == table),
        )
    yield from insertions(
        "post_tags (post, position, key, name)",
        (
            (number, position, tag_key(clean(name)), clean(name))
            for number, post, _ in posts
            for position, name in enumerate(post.tags)
        ),
    )
    names = {
        (name, kind.value, number)
        for number, post, _ in posts
        for name, kind in names_of(post, post.slug)
        if name
    }
    yield from insertions("names (name, kind, post)", sorted(names))


def report_insertions(
    origin: str, problems: Iterable[Problem], left_out: Iterable[LeftOut]
) -> Iterator[Statement]:
    """Statements that keep what was found wrong and left out; ``origin`` says who found it."""
    yield from insertions(
        "problems (origin, path, line, reason, hint)",
        ((origin, clean(p.path), p.line, clean(p.reason), clean(p.hint)) for p in problems),
    )
    yield from insertions(
        "left_out (origin, path, reason)",
        ((origin, clean(one.path), clean(one.reason)) for one in left_out),
    )
