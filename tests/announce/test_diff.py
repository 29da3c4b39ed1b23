"""Which posts are new is decided by path, slug and text, whatever a blog goes through."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.announce.catalogue import VisiblePost, shown_digest
from bot.announce.diff import OLD_SECONDS, PostDiff
from bot.announce.ledger import Known, KnownPost, Revision
from bot.announce.minhash import minhash, similarity
from bot.announce.subscription import Subscription

NOW = 1_700_000_000.0
ALL = Subscription(place="text", channel=1)
PYTHON = Subscription(place="text", channel=2, tags=("Python",), without=("draft idea",))
TEXT = "\n".join(f"Sentence number {number} tells of something else." for number in range(20))


def entry(
    path: str, *, days: int | None = 0, slug: str = "", tags: Sequence[str] = ()
) -> VisiblePost:
    instant = None if days is None else int(NOW) - days * 86_400
    return VisiblePost(path, slug or path, path.upper(), tuple(tags), instant, "1")


def look(
    entries: Sequence[VisiblePost],
    known: Known | None = None,
    texts: Mapping[str, str] | None = None,
) -> Revision:
    """What a look at these entries makes of what is known: nothing, but somebody has looked."""
    minhashes = {path: minhash(text) for path, text in (texts or {}).items()}
    found = PostDiff(entries=entries, minhashes=minhashes, now=NOW, limit=3)
    return found.revise(known or Known(posts=(), subscriptions=(ALL,), is_first=False))


def after(revision: Revision, before: Sequence[KnownPost] = ()) -> Known:
    """What is known after a revision."""
    posts = {post.id: post for post in (*before, *revision.posts)}
    return Known(posts=list(posts.values()), subscriptions=(ALL,), is_first=False)


def test_the_first_look_ever_announces_nothing() -> None:
    revision = look([entry("a")], Known(posts=(), subscriptions=(ALL,), is_first=True))
    assert [post.path for post in revision.posts] == ["a"]
    assert not revision.assignments


def test_a_second_look_changes_nothing() -> None:
    entries = [entry("a"), entry("b", slug="a-2")]
    assert look(entries, after(look(entries))) == Revision(posts=[], assignments=[])


@given(st.sets(st.sampled_from("abcdefgh")), st.sets(st.sampled_from("abcdefgh")))
def test_no_page_is_news_whatever_it_was_or_becomes(before: set[str], later: set[str]) -> None:
    entries = [replace(entry(name), is_page=name in before, link="https://a.it") for name in "abcd"]
    first = look(entries)
    names = {post.id: post.path for post in first.posts}
    assert {names[post] for given_ in first.assignments for post in given_.posts} == (
        set("abcd") - before
    )
    entries = [replace(entry(name), is_page=name in later, link="https://a.it") for name in "abcd"]
    assert look(entries, after(first)) == Revision(posts=[], assignments=[])


def test_a_page_waits_for_no_public_page() -> None:
    pages = [replace(entry("a"), is_page=True, link="https://a.it/a")]
    known = Known(posts=(), subscriptions=(ALL,), is_first=False)
    found = PostDiff(entries=pages, minhashes={}, now=NOW, limit=3, waits_for_pages=True)
    assert found.revise(known).pages == []
    post = [replace(pages[0], is_page=False)]
    assert replace(found, entries=post).revise(after(found.revise(known))).pages == []
    assert len(replace(found, entries=post).revise(known).pages) == 1


def test_new_posts_are_announced_oldest_first_and_undated_ones_last() -> None:
    revision = look([entry("b"), entry("u", days=None), entry("c", days=2)])
    names = {post.id: post.path for post in revision.posts}
    assert [[names[post] for post in given.posts] for given in revision.assignments] == [
        ["c"],
        ["b"],
        ["u"],
    ]


def test_only_those_who_want_a_post_hear_of_it() -> None:
    known = Known(posts=(), subscriptions=(ALL, PYTHON), is_first=False)
    entries = [
        entry("a", tags=["python"]),
        entry("b"),
        entry("c", tags=["PYTHON", "Draft  Idea"]),
    ]
    revision = look(entries, known)
    names = {post.id: post.path for post in revision.posts}
    heard = {(given.subscription, names[given.posts[0]]) for given in revision.assignments}
    assert heard == {("c1", "a"), ("c1", "b"), ("c1", "c"), ("c2", "a")}


def test_many_at_once_are_one_message() -> None:
    revision = look([entry(path) for path in "dcba"])
    (given,) = revision.assignments
    names = {post.id: post.path for post in revision.posts}
    assert [names[post] for post in given.posts] == list("abcd")


def test_many_old_or_undated_posts_at_once_are_an_import() -> None:
    old = OLD_SECONDS // 86_400 + 1
    entries = [entry("a", days=old), entry("b", days=old), entry("c", days=None)]
    assert len(look(entries).assignments) == 3
    revision = look([*entries, entry("d", days=old), entry("fresh")])
    names = {post.id: post.path for post in revision.posts}
    assert [[names[post] for post in given.posts] for given in revision.assignments] == [["fresh"]]
    assert len(revision.posts) == 5


def test_a_file_that_moved_with_its_slug_is_the_same_post() -> None:
    before = after(look([entry("2024/a", slug="a")]))
    revision = look([entry("blog/a", slug="a")], before)
    assert not revision.assignments
    assert [(post.id, post.path) for post in revision.posts] == [
        (before.posts[0].id, "blog/a"),
    ]


def test_a_post_with_most_of_its_text_is_the_same_wherever_it_went() -> None:
    before = after(look([entry("a")], texts={"a": TEXT}))
    changed = [line.replace("tells", "told") for line in TEXT.splitlines()[:8]]
    edited = "\n".join([*changed, *TEXT.splitlines()[8:], "And something more."])
    moved = look([entry("b")], before, {"b": edited})
    assert not moved.assignments
    assert moved.posts[0].id == before.posts[0].id

    other = look([entry("b")], before, {"b": "Another text. It has nothing to do with that one."})
    assert len(other.assignments) == 1
    assert {post.path: post.is_gone for post in other.posts} == {"a": True, "b": False}


def test_a_post_that_is_still_there_is_not_mistaken_for_its_copy() -> None:
    before = after(look([entry("a")], texts={"a": TEXT}))
    revision = look([entry("a"), entry("b")], before, {"b": TEXT})
    assert [post.path for post in revision.posts] == ["b"]
    assert len(revision.assignments) == 1


def test_who_comes_back_is_not_new() -> None:
    first = look([entry("a")], texts={"a": TEXT})
    known = after(first)
    gone = look([], known)
    assert [(post.id, post.shown_digest) for post in gone.posts] == [(known.posts[0].id, "")]
    known = after(gone, known.posts)
    assert look([], known) == Revision(posts=[], assignments=[])
    back = look([entry("a")], known)
    assert back.posts == first.posts
    assert not back.assignments


def test_a_changed_post_has_another_face() -> None:
    known = after(look([entry("a")]))
    revision = look([replace(entry("a"), title="Another title")], known)
    (post,) = revision.posts
    assert post.title == "Another title"
    assert (
        post.shown_digest
        == shown_digest(replace(entry("a"), title="Another title"))
        != known.posts[0].shown_digest
    )
    assert not revision.assignments


names = st.sampled_from(["a", "b", "c", "d", "e"])
blogs = st.dictionaries(names, st.tuples(names, st.integers(0, 3)), max_size=5)


@given(st.lists(blogs, max_size=6))
def test_every_post_is_one_known_post_and_is_told_of_once(
    history: list[dict[str, tuple[str, int]]],
) -> None:
    known = Known(posts=(), subscriptions=(ALL,), is_first=False)
    told: list[str] = []
    for blog in history:
        entries = [entry(path, slug=slug) for path, (slug, _) in blog.items()]
        texts = {path: TEXT * (number > 1) + f"{number}" for path, (_, number) in blog.items()}
        revision = look(entries, known, texts)
        told += [post for given in revision.assignments for post in given.posts]
        known = after(revision, known.posts)
        there = [post for post in known.posts if not post.is_gone]
        assert sorted(post.path for post in there) == sorted(blog)
        assert sorted(post.shown_digest for post in there) == sorted(map(shown_digest, entries))
    assert sorted(told) == sorted(post.id for post in known.posts)


@given(st.text(), st.text())
def test_texts_are_alike_from_not_at_all_to_wholly(one: str, other: str) -> None:
    first, second = minhash(one), minhash(other)
    assert 0 <= similarity(first, second) == similarity(second, first) <= 1
    assert similarity(first, first) in {0, 1}
    assert all(0 <= number < 2**32 for number in first)


@given(st.integers(0, 20))
def test_likeness_follows_how_many_sentences_stayed(kept: int) -> None:
    lines = TEXT.splitlines()
    changed = lines[:kept] + [f"Other words, {number} of them, stand here." for number in range(20)]
    share = similarity(minhash(TEXT), minhash("\n".join(changed[:20])))
    assert abs(share - kept / (40 - kept)) < 0.1


MARKDOWN = """
# Ships & trains

It's about *ships*: the [oldest](https://blog.example/old) ones, which
nobody has seen for a **hundred** years. Then of trains!

- Rails of iron lie there
- So do sleepers of oak
"""
HTML = """<h1>Ships &amp; trains</h1>
<p>It’s about <em>ships</em>: the <a href="/old">oldest</a> ones, which nobody has
seen for a <strong>hundred</strong> years. Then of trains!</p><ul><li>Rails of iron lie there</li>
<li>So do sleepers of oak</li></ul>"""


def test_a_text_is_the_same_in_markdown_and_in_a_feed() -> None:
    assert minhash(MARKDOWN) == minhash(HTML)
    assert len(minhash(MARKDOWN)) == 5


@pytest.mark.parametrize(
    "text", ["<" * 300_000, "[" * 300_000, "![a](" * 60_000, "<a " * 100_000, "# " * 150_000]
)
def test_a_hostile_text_is_hashed_soon(text: str) -> None:
    begin = time.process_time()
    minhash(text)
    assert time.process_time() - begin < 2


OTHER = "\n".join(f"Another text says this in line {number}, which is new." for number in range(9))


def written(path: str, title: str, text: str, *, slug: str = "") -> VisiblePost:
    return replace(entry(path, slug=slug), title=title, digest=str(hash(text)))


def test_a_text_that_moves_leaves_its_place_to_the_next_one() -> None:
    """An author writes in next.md, moves it to week-1.md and begins the next in next.md."""
    before = after(look([written("next", "One", TEXT)], texts={"next": TEXT}))
    entries = [written("week-1", "One", TEXT), written("next", "Two", OTHER)]
    revision = look(entries, before, {"week-1": TEXT, "next": OTHER})
    paths = {post.path: post.id for post in revision.posts}
    assert paths["week-1"] == before.posts[0].id
    assert [given.posts for given in revision.assignments] == [(paths["next"],)]


def test_two_posts_that_swap_their_files_are_the_same_two() -> None:
    entries = [written("a", "One", TEXT), written("b", "Two", OTHER)]
    before = after(look(entries, texts={"a": TEXT, "b": OTHER}))
    ids = {post.title: post.id for post in before.posts}
    entries = [written("a", "Two", OTHER), written("b", "One", TEXT)]
    revision = look(entries, before, {"a": OTHER, "b": TEXT})
    assert {post.title: post.id for post in revision.posts} == ids
    assert not revision.assignments


def test_a_post_is_edited_in_its_place_if_slug_title_or_text_stay() -> None:
    first = written("a", "One", TEXT, slug="one")
    before = after(look([first], texts={"a": TEXT}))
    for edited, text in (
        (written("a", "Two", OTHER, slug="one"), OTHER),
        (written("a", "One", OTHER, slug="two"), OTHER),
        (written("a", "Two", TEXT, slug="two"), TEXT),
    ):
        assert not look([edited], before, {"a": text}).assignments
    revision = look([written("a", "Two", OTHER, slug="two")], before, {"a": OTHER})
    assert len(revision.assignments) == 1, "all of them together are another post"
