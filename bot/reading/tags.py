"""A post's tags: the union of everything that its front matter calls one."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from bot.blog.post import tag_key
from bot.reading.front_matter import Fields, as_list, as_text, plain_key
from bot.reading.plain import plain

# Plain keys, see Fields.
TAGS = ("tags", "tag", "categories", "category", "topics", "topic", "keywords")
CATEGORIES = ("category", "categories")
# Keys whose text without commas holds several: `tags: python web`.
SPACED = frozenset({"tags", "categories", "topics"})
# Where a semicolon separates, a comma is part of a name.
SEMICOLONS = re.compile("[;\uff1b]")
COMMAS = re.compile("[,\u3001\uff0c]")
FOLDERS_OF_POSTS = frozenset(
    {"posts", "post", "blog", "articles", "content", "pages", "notes", "src", "docs", "drafts"}
)


def tags_of(fields: Fields, collections: AbstractSet[str], *, spaced: bool) -> tuple[str, ...]:
    """Return the tags in the author's order, none twice without regard to case.

    Args:
        fields: the post's fields.
        collections: folded tags that name collections rather than topics.
        spaced: whether ``tags: python web`` is two tags.
    """
    found: dict[str, str] = {}
    for tag in _all(fields, spaced=spaced):
        key = tag_key(tag)
        if key and key not in collections:
            found.setdefault(key, tag)
    return tuple(found.values())


def categories_of(fields: Fields, *, spaced: bool) -> tuple[str, ...]:
    """Return the categories alone, which links are made of."""
    found = dict.fromkeys(
        category
        for key, value in fields.all(*CATEGORIES)
        for category in _split(value, spaced=spaced and plain_key(key) in SPACED)
    )
    return tuple(found)


def tag_from_folder(path: str, collections: AbstractSet[str]) -> tuple[str, ...]:
    """Return the topic that the folder of a file without front matter names, if any."""
    folder = path.split("/")[-2] if "/" in path else ""
    tag = plain(folder)
    if not re.search(r"[^\W\d]", tag) or folder.startswith(("_", ".")):
        return ()
    return () if tag_key(tag) in FOLDERS_OF_POSTS | collections else (tag,)


def _all(fields: Fields, *, spaced: bool) -> Iterator[str]:
    for key, value in fields.all(*TAGS):
        yield from _split(value, spaced=spaced and plain_key(key) in SPACED)
    for _, taxonomies in fields.all("taxonomies"):
        if isinstance(taxonomies, Mapping):
            for key, value in taxonomies.items():
                if plain_key(key) in TAGS:
                    yield from _split(value, spaced=False)


def _split(value: object, *, spaced: bool) -> Iterator[str]:
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("[") and text.endswith("]"):  # a list that only looks like one
            text = text[1:-1]
        text = html.unescape(text) if "&" in text else text  # or its semicolon would separate
        if SEMICOLONS.search(text):
            items = SEMICOLONS.split(text)
        elif COMMAS.search(text):
            items = COMMAS.split(text)
        else:
            items = text.split() if spaced else [text]
        yield from filter(None, (_tag(item, entities=False) for item in items))
        return
    for item in as_list(value):
        if isinstance(item, list):  # Hexo's `- [Diary, Games]` is a category and one below it
            yield from _split(item, spaced=False)
            continue
        name = _name(item) if isinstance(item, Mapping) else item
        written = str(name).lower() if isinstance(name, bool) else as_text(name)
        if written and (tag := _tag(written)):
            yield tag


def _name(tag: Mapping[str, object]) -> object:
    """The name of a tag that has keys: Docusaurus' ``{label: …, permalink: …}``."""
    keys = {plain_key(key): value for key, value in tag.items()}
    names = ("label", "name", "title", "slug", "id")
    return next((keys[name] for name in names if keys.get(name)), None)


def _tag(text: str, *, entities: bool = True) -> str:
    return plain(text.strip(" \t\n\"'").removeprefix("#"), entities=entities)
