"""Tags that an administrator types come out as they were meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.post import tag_key
from bot.chat.limits import length
from bot.chat.views.settings_form import key_typed, lines_of, tags_typed
from tests.chat.test_payloads import LINES

BLOG = ("Soil", "Bread, Butter", "C#", "#meta", "Ünï  cøde")
KNOWN = {key_typed(name): name for name in BLOG}
FIELD = 4_000  # characters that a form's field holds


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("", ()),
        (" \n,, \n", ()),
        ("soil", ("Soil",)),
        ("soil\nSOIL, Soil", ("Soil",)),
        ("bread, butter", ("Bread, Butter",)),
        ("soil, bread", ("Soil", "bread")),
        ("#soil, ##new", ("Soil", "new")),
        ("#meta\nc#", ("#meta", "C#")),
        ("ünï cøde", ("Ünï  cøde",)),
        ("not yet\nwritten about", ("not yet", "written about")),
    ],
)
def test_what_is_typed_is_understood(typed: str, meant: tuple[str, ...]) -> None:
    assert tags_typed(typed, KNOWN) == meant


@given(st.text())
def test_anything_may_be_typed(typed: str) -> None:
    tags = tags_typed(typed, KNOWN)
    assert len(tags) <= 25
    assert len({tag_key(tag) for tag in tags}) == len(tags)
    assert all(tag.strip() for tag in tags)


@given(st.lists(LINES, max_size=25, unique_by=key_typed))
def test_a_form_sent_as_it_came_changes_nothing(names: list[str]) -> None:
    names = [name for name in names if key_typed(name)]
    known = {key_typed(name): name for name in names}
    shown = lines_of(names)
    assert length(shown) <= FIELD
    assert tags_typed(shown, known) == tuple({tag_key(name): name for name in names}.values())
