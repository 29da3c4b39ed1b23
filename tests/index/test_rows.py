"""What is known of a post comes back from the index."""

from __future__ import annotations

import dataclasses

from bot.blog.post import Post
from bot.index.rows import FIELDS

# Stored in tables of their own.
ELSEWHERE = {"tags", "digest", "rule_link"}


def test_every_field_of_a_post_is_stored() -> None:
    assert {field.name for field in FIELDS} | ELSEWHERE == {
        field.name for field in dataclasses.fields(Post)
    }
