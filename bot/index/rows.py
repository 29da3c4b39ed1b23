"""Posts and problems as rows of the index, and rows as posts.

A field of ``Post`` is stored by its type (``FIELDS``). A column that answers need, or that
deciding over all posts needs, is declared in ``COLUMNS``; a text that is searched, in
``TEXTS``. The tables, the statements and ``to_post`` follow from these.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.announce import catalogue
from bot.blog.post import Post, PostDate, on_site, tag_key
from bot.index.database import Row, Statement, insertions
from bot.index.fts_text import SEPARATOR, TOKENIZER, clean, folded, searchable
from bot.index.names import names_of, plain_name

if TYPE_CHECKING:
    from bot.blog.errors import LeftOut, Problem
    from bot.blog.reader import Document

# Posts in English or in an unnamed language, and all others, since SQLite knows no stems but
# English ones.
FULL_TEXT_TABLES = ("english", "foreign_languages")
# To be raised when the same posts would be stored in another way by the same schema.
VERSION = 3
# zlib's level. The next ones save a tenth of the space for half as much time again.
FASTEST = 1
DIGEST_BYTES = 4


class Field(NamedTuple):
    """A field of ``Post``, and the columns of ``posts`` that hold it.

    Attributes:
        name: the field's.
        columns: their definitions in SQL.
        store: the columns' values, from the field's.
        load: the field's value, from the columns'.
    """

    name: str
    columns: tuple[str, ...]
    store: Callable[[Any], Sequence[object]]
    load: Callable[..., object]


class Column(NamedTuple):
    """A column of ``posts`` that no field of ``Post`` is made from."""

    definition: str
    value: Callable[[Post, Document], object]


class Text(NamedTuple):
    """A text of a post that is searched.

    Attributes:
        name: of the column in the full-text tables.
        weight: what a word in it counts, where one in the body counts 1.
        value: the text; of headings and body, the passages' with a separator between.
    """

    name: str
    weight: float
    value: Callable[[Post, Document], str]


def _text(name: str, constraint: str = "") -> Field:
    return Field(
        name, (f"{name} TEXT NOT NULL {constraint}",), lambda value: (clean(value),), lambda v: v
    )


def _optional_text(name: str) -> Field:
    return Field(
        name, (f"{name} TEXT",), lambda value: (value and clean(value),), lambda value: value
    )


def _texts(name: str) -> Field:
    return Field(
        name,
        (f"{name} TEXT NOT NULL",),
        lambda values: (json.dumps([clean(value) for value in values]),),
        lambda value: tuple(json.loads(value)),
    )


def _number(name: str, kind: type[int] = int) -> Field:
    return Field(name, (f"{name} INTEGER NOT NULL",), lambda value: (value,), kind)


def _date(name: str, instant: str) -> Field:
    return Field(
        name,
        (f"{name} TEXT", f"{instant} INTEGER"),
        lambda date: (date.text, date.instant) if date else (None, None),
        lambda text, instant: None if text is None else PostDate(text, instant),
    )


# How a field of each type is stored.
_BY_TYPE: Mapping[str, Callable[[str], Field]] = {
    "str": _text,
    "str | None": _optional_text,
    "tuple[str, ...]": _texts,
    "PostDate | None": lambda name: _date(name, f"{name}_instant"),
    "int": _number,
    "bool": lambda name: _number(name, bool),
}
_OTHERWISE = {"path": _text("path", "UNIQUE"), "date": _date("date", "instant")}
# These lie in tables of their own, or beside the link that a post gets by what the site lists.
_ELSEWHERE = frozenset({"tags", "digest", "rule_link"})
FIELDS = tuple(
    _OTHERWISE.get(field.name) or _BY_TYPE[str(field.type)](field.name)
    for field in fields(Post)
    if field.name not in _ELSEWHERE
)
COLUMNS = (
    Column("key TEXT NOT NULL", lambda post, _: post.key),
    # The slug that the post asks for.
    Column("own_slug TEXT NOT NULL", lambda post, _: clean(post.slug)),
    # Whether the date is the source's, since the author gave none.
    Column("date_from_source INTEGER NOT NULL", lambda _, document: document.date_from_source),
    # The link by the generator's rule; with that and these, links/ finds the one to show.
    Column("rule_link TEXT", lambda post, _: post.link and clean(post.link)),
    Column("own_link INTEGER NOT NULL", lambda _, document: document.own_link),
    Column("withheld INTEGER NOT NULL", lambda _, document: document.withheld),
    # Folded, one a line, for author: in a query.
    Column("author_names TEXT NOT NULL", lambda post, _: "\n".join(map(plain_name, post.authors))),
    # Between when and when readers see the post, in Unix seconds; null for always.
    Column(
        "appears INTEGER",
        lambda post, document: post.date.instant if post.date and document.waits else None,
    ),
    Column("expires INTEGER", lambda _, document: document.expires),
    Column("titled INTEGER NOT NULL", lambda _, document: document.titled),
    # By which those without a date are listed.
    Column(
        "undated_title TEXT NOT NULL", lambda post, _: "" if post.date else plain_name(post.title)
    ),
    # Whether it is a page beside the posts; decided with all posts in view.
    Column("page INTEGER NOT NULL", lambda *_: 0),
)
TEXTS = (
    Text("title", 12.0, lambda post, _: searchable(post.title)),
    Text(
        "headings",
        5.0,
        lambda _, document: SEPARATOR.join(
            searchable(one.heading or "") for one in document.passages
        ),
    ),
    Text("tags", 6.0, lambda post, _: searchable(", ".join(post.tags))),
    Text("summary", 3.0, lambda post, _: searchable(post.summary)),
    Text(
        "body",
        1.0,
        lambda _, document: SEPARATOR.join(searchable(one.text) for one in document.passages),
    ),
)
_DEFINITIONS = (
    *(definition for field in FIELDS for definition in field.columns),
    *(column.definition for column in COLUMNS),
)
_TEXT_NAMES = ", ".join(text.name for text in TEXTS)


def _names(definitions: Iterable[str]) -> Iterator[str]:
    return (definition.partition(" ")[0] for definition in definitions)


# What ``to_post`` takes, of a post ``p``: tags in their commonest spelling and the author's
# order.
SELECTED = f"""
    {", ".join(f"p.{name}" for field in FIELDS for name in _names(field.columns))},
    (SELECT json_group_array(name) FROM (
        SELECT t.name FROM post_tags AS pt JOIN tags AS t ON t.key = pt.key
        WHERE pt.post = p.id ORDER BY pt.position)),
    (SELECT f.digest FROM files AS f WHERE f.id = p.id), p.rule_link
"""  # noqa: S608


def schema() -> str:
    """The statements that make an index's tables."""
    weights = ", ".join(str(text.weight) for text in TEXTS)
    return (
        Path(__file__)
        .with_name("schema.sql")
        .read_text(encoding="utf-8")
        .replace("{post columns}", ",\n    ".join(_DEFINITIONS))
        .replace("{text columns}", ",\n    ".join(f"{text.name} TEXT NOT NULL" for text in TEXTS))
        .replace("{texts}", _TEXT_NAMES)
        .replace("{weights}", weights)
        .replace("{tokenizer}", TOKENIZER)
    )


def layout() -> str:
    """Changes when another version of this program keeps an index in another way."""
    return f"{VERSION} {blake2b(schema().encode(), digest_size=16).hexdigest()}"


def to_post(row: Row) -> Post:
    """The post of a row selected as ``SELECTED``."""
    values = iter(row)
    loaded = {field.name: field.load(*islice(values, len(field.columns))) for field in FIELDS}
    tags, digest, rule_link = values
    return Post(
        **loaded,  # type: ignore[arg-type] # FIELDS gives each its own
        tags=tuple(json.loads(tags)),
        digest=digest[:DIGEST_BYTES].hex(),
        rule_link=rule_link,
    )


def to_visible_posts(
    rows: Sequence[Row], tags: Sequence[Row], site_url: str | None
) -> list[catalogue.VisiblePost]:
    """Posts of rows selected as ``VISIBLE_POSTS``, with the tags of ``VISIBLE_TAGS``."""
    names: dict[str, list[str]] = defaultdict(list)
    for path, name in tags:
        names[path].append(name)
    return [
        catalogue.VisiblePost(
            path=path,
            slug=slug,
            title=title,
            tags=tuple(names.get(path, ())),
            instant=instant,
            digest=digest[:DIGEST_BYTES].hex(),
            link=link if site_url is None else on_site(link, site_url),
            rule_link=rule_link if site_url is None else on_site(rule_link, site_url),
            is_page=bool(page),
        )
        for path, slug, title, instant, link, rule_link, digest, page in rows
    ]


def _to_row(number: int, post: Post, document: Document) -> Row:
    values = (value for field in FIELDS for value in field.store(getattr(post, field.name)))
    return (number, *values, *(column.value(post, document) for column in COLUMNS))


def full_text_table(language: str | None) -> str:
    """The table that a post of this language is searched in."""
    is_english = language is None or language.partition("-")[0].lower() == "en"
    return FULL_TEXT_TABLES[0 if is_english else 1]


def post_insertions(documents: Sequence[tuple[int, Document]]) -> Iterator[Statement]:
    """Statements that put the posts among ``documents`` into the index, by their numbers."""
    posts = [(number, one.post, one) for number, one in documents if one.post is not None]
    yield from insertions(
        f"posts (id, {', '.join(_names(_DEFINITIONS))})",
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
        (post.language, (number, *(text.value(post, one) for text in TEXTS)))
        for number, post, one in posts
    ]
    yield from insertions(f"texts (id, {_TEXT_NAMES})", (values for _, values in texts))
    yield from full_text_insertions(texts)
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


def full_text_insertions(
    texts: Sequence[tuple[str | None, Row]], *, delete: bool = False
) -> Iterator[Statement]:
    """Statements that put posts into the full-text tables, or take them out again.

    FTS5 keeps no copy of what it indexes, and has to be told what to forget:
    https://www.sqlite.org/fts5.html#the_delete_command

    Args:
        texts: of each post the language and its row of ``texts``.
        delete: whether they are to be taken out.
    """
    indexed = [
        (full_text_table(language), (number, *map(folded, values)))
        for language, (number, *values) in texts
    ]

    def statements(table: str, columns: str, rows: Iterable[Row]) -> Iterator[Statement]:
        if delete:
            return insertions(
                f"{table} ({table}, rowid, {columns})", (("delete", *r) for r in rows)
            )
        return insertions(f"{table} (rowid, {columns})", rows)

    yield from statements("completions", "title, headings", (row[:3] for _, row in indexed))
    for table in FULL_TEXT_TABLES:
        yield from statements(table, _TEXT_NAMES, (row for name, row in indexed if name == table))


def report_insertions(
    origin: str, problems: Iterable[Problem], left_out: Iterable[LeftOut]
) -> Iterator[Statement]:
    """Statements that store problems and files left out; ``origin`` says who found them."""
    yield from insertions(
        "problems (origin, path, line, reason, hint, harmless)",
        (
            (origin, clean(p.path), p.line, clean(p.reason), clean(p.hint), p.harmless)
            for p in problems
        ),
    )
    yield from insertions(
        "left_out (origin, path, reason)",
        ((origin, clean(one.path), clean(one.reason)) for one in left_out),
    )
