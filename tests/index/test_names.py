"""Names compare however they are spelled."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.post import Post
from bot.index.names import fold, fold_link, names_of, names_to_look_up


@pytest.mark.parametrize(
    ("link", "folded"),
    [
        ("/blog/Tea/", "blog/tea"),
        ("https://example.org/blog/tea", "blog/tea"),
        ("//example.org/blog/tea/", "blog/tea"),
        ("/blog/tea/index.html", "blog/tea"),
        ("/blog/tea.html", "blog/tea"),
        ("/blog/tea/?page=2#end", "blog/tea"),
        ("/caf%C3%A9/", "café"),
        ("/cafe\u0301/", "café"),
        ("http://[broken", "http://[broken"),
        ("Howto: make tea", "howto: make tea"),
        ("/", ""),
        ("https://example.org", ""),
    ],
)
def test_links_fold_to_their_path(link: str, folded: str) -> None:
    assert fold_link(link) == folded


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.none() | st.text())
def test_whatever_is_typed_has_names_to_look_for(text: str, site_url: str | None) -> None:
    assert all(names_to_look_up(text, site_url))


@given(title=st.text(min_size=1), alias=st.text())
def test_a_post_is_meant_by_its_own_title_and_alias(title: str, alias: str) -> None:
    post = Post(path="a.md", slug="a", title=title, aliases=(alias,))
    names = {name for name, _ in names_of(post, "a")}
    for text in (title, alias):
        meant = names_to_look_up(text, None)
        assert not meant or names.intersection(meant), text
