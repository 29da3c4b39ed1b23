"""A post is found again in a message that only Discord knows of."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from bot.announce.ledger import KnownPost
from bot.announce.message import Announced, Sent
from bot.announce.minhash import minhash
from bot.announce.post_mark import Adoption, Mark, adoptions
from bot.blog.post import post_key
from bot.chat.custom_ids import NewPost, parse


def sentences(first: int, last: int) -> str:
    return "\n".join(f"Sentence number {number} of all." for number in range(first, last))


def post(name: str, text: str = "") -> KnownPost:
    return KnownPost(
        id=name,
        path=f"{name}.md",
        slug=name,
        title=name.title(),
        digest="1",
        minhash=minhash(text or f"Only {name} says this. Nobody but {name} does."),
        shown_digest="s",
    )


def button(one: KnownPost, posts: int) -> tuple[str, ...]:
    custom_id = str(NewPost("0" * 20, post_key(one.path), str(Mark.of(one, posts))))
    assert len(custom_id) <= 100
    assert parse(custom_id) is not None
    return tuple(custom_id.split(":"))


def announced(number: int, *posts: KnownPost, shown: int = 10) -> Announced:
    buttons = tuple(button(each, len(posts)) for each in posts[-shown:])
    return Announced(sent=Sent(channel=1, message=number), buttons=buttons)


@given(st.text(), st.text(), st.text(), st.text(), st.integers(1, 10**6))
def test_a_mark_is_read_as_it_was_written(
    path: str, slug: str, title: str, text: str, posts: int
) -> None:
    one = replace(post("a", text), path=path, slug=slug, title=title)
    mark = Mark.of(one, posts)
    assert Mark.parse(("new", "0" * 20, post_key(path), str(mark))) == replace(
        mark, posts=min(posts, 9999)
    )
    assert mark.is_of(one)


def test_a_post_is_known_again_by_its_text_or_by_two_of_path_slug_and_title() -> None:
    one = post("one", sentences(0, 30))
    mark = Mark.parse(button(one, 1))
    assert mark is not None
    other = minhash(sentences(100, 130))
    assert mark.is_of(replace(one, path="moved.md", slug="moved", title="Moved"))
    assert mark.is_of(replace(one, minhash=minhash(sentences(0, 35)), slug="x", path="x"))
    assert mark.is_of(replace(one, minhash=other, path="moved.md"))
    assert mark.is_of(replace(one, minhash=other, slug="moved"))
    assert not mark.is_of(replace(one, minhash=other, title="The next one"))
    assert not mark.is_of(post("two"))


def test_a_message_of_one_post_is_adopted_whole() -> None:
    one, two = post("one"), post("two")
    history = [announced(7, post("three")), announced(8, one)]
    assert adoptions([one, two], history) == [
        Adoption(Sent(channel=1, message=8), ("one",), is_whole=True)
    ]


def test_a_message_of_more_posts_is_left_as_it_is() -> None:
    one, two = post("one"), post("two")
    found = adoptions([one], [announced(8, one, two)])
    assert found == [Adoption(Sent(channel=1, message=8), ("one",), is_whole=False)]


def test_a_list_that_does_not_show_all_its_posts_is_found_again() -> None:
    many = [post(f"post {number}") for number in range(14)]
    (found,) = adoptions(many, [announced(8, *many)])
    assert (sorted(found.posts), found.is_whole) == (sorted(each.id for each in many), True)


def test_several_messages_share_a_list_between_them() -> None:
    many = [post(f"post {number}") for number in range(5)]
    found = adoptions(many, [announced(8, many[0]), announced(9, *many[1:3])])
    assert [each.posts for each in found] == [("post 0",), ("post 1", "post 2")]
    assert all(each.is_whole for each in found)


def test_a_message_without_marks_says_nothing() -> None:
    old = Announced(sent=Sent(channel=1, message=8), buttons=(("new", "0" * 20, post_key("a.md")),))
    assert adoptions([post("a")], [old]) == []
