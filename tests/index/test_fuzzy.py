"""Names of posts and tags are completed as they are typed, and typos are forgiven."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from bot.index.fuzzy import Item, NameIndex
from bot.index.names import plain_name
from tests.index.blog import PlainReader, blog
from tests.index.conftest import Clock, Fill

NAMES = st.lists(st.text(alphabet="ab -é", min_size=1, max_size=8).map(plain_name), max_size=8)


def roster(*names: str) -> NameIndex:
    """Entries that are known by their own names."""
    return NameIndex([Item(name, (name,)) for name in names])


def suggestions(names: Sequence[str], typed: str) -> list[str]:
    """What the roster should suggest, worked out name by name."""

    def worth(name: str) -> int:
        at = name.find(typed)
        if at > 0:
            return 1 if name[at - 1].isalnum() else 2
        return 4 if name == typed else 3

    held = [name for name in dict.fromkeys(names) if typed in name]
    return sorted(held, key=worth, reverse=True)


@given(
    NAMES, st.text(alphabet="ab -é", min_size=1, max_size=3).filter(plain_name), st.integers(1, 9)
)
def test_what_is_typed_is_completed_best_first(names: list[str], typed: str, limit: int) -> None:
    found = roster(*names).suggest(typed, 99, 0)
    expected = suggestions(names, plain_name(typed))
    if expected:
        assert found == expected
    assert roster(*names).suggest(typed, limit, 0) == found[:limit]


def test_words_may_come_in_any_order_and_be_begun() -> None:
    names = roster("the art of tea", "tea for two", "the state of art")
    assert names.suggest("tea art", 9, 0) == ["the art of tea"]
    assert names.suggest("ar sta", 9, 0) == ["the state of art"]
    assert names.suggest("tea art two", 9, 0) == []


def test_a_typo_is_forgiven_while_typing() -> None:
    names = roster("webassembly in the wild", "weather report", "kubernetes at home")
    for typed in ("webasembly", "webasse wilt", "kubrene", "home kubernetse"):
        assert len(names.suggest(typed, 9, 0)) == 1, typed
    assert names.suggest("qqqqqq", 9, 0) == []


def test_a_word_that_is_like_none_does_not_count() -> None:
    names = roster("what your readers see", "what nobody sees")
    assert names.suggest("what yur readers", 9, 0) == ["what your readers see"]
    assert names.suggest("yur", 9, 0) == []


def test_what_holds_the_text_leaves_no_room_for_what_is_merely_like_it() -> None:
    names = roster("weather report", "whether or not")
    assert names.suggest("weather", 9, 0) == ["weather report"]


async def test_names_are_completed_from_any_keyboard(library: Fill) -> None:
    index = await library(
        {"a.md": "title: Łódź by night\ntags: Straße\n\n", "b.md": "title: Ещё чай\n\n"}
    )
    for typed, path in (
        ("lodz", "a.md"),
        ("ŁÓDŹ", "a.md"),
        ("lodz nigth", "a.md"),
        ("еще", "b.md"),
    ):
        assert [post.path for post in await index.suggest(typed)] == [path], typed
    assert [tag.name for tag in await index.suggest_tags("stras")] == ["Straße"]


async def test_the_tags_suggested_follow_the_posts_and_the_days(
    library: Fill, clock: Clock
) -> None:
    files = {
        "a.md": "date: 2024-01-01\ntags: rain\n\n",
        "b.md": "date: 2024-06-03\ntags: raisin\n\n",
    }
    index = await library(files)

    async def suggested() -> list[tuple[str, int]]:
        return [(tag.name, tag.posts) for tag in await index.suggest_tags("rai")]

    assert await suggested() == [("rain", 1)]
    clock.set("2024-06-04")
    assert await suggested() == [("rain", 1), ("raisin", 1)], "its day has come"
    await index.sync(blog({**files, "c.md": "tags: raisin\n\n"}), PlainReader())
    assert await suggested() == [("raisin", 2), ("rain", 1)]
