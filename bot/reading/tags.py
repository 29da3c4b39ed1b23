"""A post's tags: the union of everything that its front matter calls one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet

from bot.blog.tag import tag_key
from bot.reading.fields import Fields, as_list, as_text
from bot.reading.plain import plain
from bot.reading.spellings import SPELLINGS

# Keys whose text without commas holds several: `tags: python web`.
SPACED = frozenset({"tags", "categories", "topics"})
# https://www.11ty.dev/docs/collections/#add-to-a-collection-using-tags and
# https://docs.getpelican.com/en/stable/content.html: here such a string is one tag.
ONE_TAG = frozenset({"eleventy", "pelican"})
SEPARATORS = re.compile("[,;\u3001\uff0c\uff1b]")
FOLDERS_OF_POSTS = frozenset(
    {"posts", "post", "blog", "articles", "content", "pages", "notes", "src", "docs", "drafts"}
)


def tags_of(fields: Fields, generator: str, collections: AbstractSet[str]) -> tuple[str, ...]:
    """Return the tags in the author's order, none twice without regard to case.

    Args:
        fields: the post's fields.
        generator: decides whether ``tags: python web`` is one tag or two.
        collections: folded tags that name collections rather than topics.
    """
    found: dict[str, str] = {}
    for tag in _all(fields, generator):
        key = tag_key(tag)
        if key and key not in collections:
            found.setdefault(key, tag)
    return tuple(found.values())


def categories_of(fields: Fields, generator: str) -> tuple[str, ...]:
    """Return the categories alone, which links are made of."""
    found = dict.fromkeys(
        category
        for key, value in fields.all("categories")
        for category in _split(value, spaced=key in SPACED and generator not in ONE_TAG)
    )
    return tuple(found)


def tag_from_folder(path: str, collections: AbstractSet[str]) -> tuple[str, ...]:
    """Return the topic that the folder of a file without front matter names, if any."""
    folder = path.split("/")[-2] if "/" in path else ""
    tag = plain(folder)
    if not re.search(r"[^\W\d]", tag) or folder.startswith(("_", ".")):
        return ()
    return () if tag_key(tag) in FOLDERS_OF_POSTS | collections else (tag,)


def _all(fields: Fields, generator: str) -> Iterator[str]:
    for key, value in fields.all("tags"):
        yield from _split(value, spaced=key in SPACED and generator not in ONE_TAG)
    for _, taxonomies in fields.all("taxonomies"):
        if isinstance(taxonomies, Mapping):
            for key, value in taxonomies.items():
                if str(key).lower() in SPELLINGS["tags"]:
                    yield from _split(value, spaced=False)


def _split(value: object, *, spaced: bool) -> Iterator[str]:
    if isinstance(value, str):
        text = value.strip()
        if text.startswith("[") and text.endswith("]"):  # a list that only looks like one
            text = text[1:-1]
        if SEPARATORS.search(text):
            items = SEPARATORS.split(plain(text) if "&" in text else text)
        else:
            items = text.split() if spaced else [text]
        yield from filter(None, (_tag(item) for item in items))
        return
    for item in as_list(value):
        name = (item.get("name") or item.get("title")) if isinstance(item, Mapping) else item
        written = str(name).lower() if isinstance(name, bool) else as_text(name)
        if written and (tag := _tag(written)):
            yield tag


def _tag(text: str) -> str:
    return plain(text.strip(" \t\n\"'").removeprefix("#"))
