"""What is known of a post comes back from the index."""

from __future__ import annotations

import dataclasses

import pytest

from bot.blog.post import Post, PostDate
from bot.index.rows import FIELDS

# Stored in tables of their own.
ELSEWHERE = {"tags", "digest", "rule_link"}
BARE = Post(path="a.md", slug="a", title="A")
# Of each type of a field, something else than its default.
VALUES = {
    "str": "Text",
    "str | None": "Text",
    "tuple[str, ...]": ("One", "Two"),
    "PostDate | None": PostDate("2024-01-05", 1_704_412_800),
    "int": 7,
    "bool": True,
}
FULL = Post(**{each.name: VALUES[str(each.type)] for each in dataclasses.fields(Post)})  # type: ignore[arg-type] # by its type


def test_every_field_of_a_post_is_stored() -> None:
    assert {field.name for field in FIELDS} | ELSEWHERE == {
        field.name for field in dataclasses.fields(Post)
    }


@pytest.mark.parametrize("post", [BARE, FULL], ids=["bare", "full"])
def test_a_stored_field_is_loaded_as_it_was(post: Post) -> None:
    for field in FIELDS:
        value = getattr(post, field.name)
        stored = field.store(value)
        assert len(stored) == len(field.columns)
        loaded = field.load(*stored)
        assert (loaded, type(loaded)) == (value, type(value)), field.name
