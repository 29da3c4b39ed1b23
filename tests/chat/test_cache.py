"""Posts are rendered and answers made once, until memory runs out or the blog changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest

from bot.blog.library import Library
from bot.blog.post import Post
from bot.chat.cache import ANSWER_SECONDS, MAX_ANSWERS, UNASKED_SECONDS, AnswerCache, Pages, size_of
from bot.chat.views.layout import Layout, Notice
from bot.index.index import Index
from bot.rendering.renderer import Rendered
from tests.chat.blog import fill, garden


class Counting(Index):
    """A library that counts which bodies are asked for."""

    asked: list[str]

    async def body(self, path: str) -> str | None:
        """The body, counted."""
        self.asked.append(path)
        return await super().body(path)


@pytest.fixture
async def library(tmp_path: Path) -> AsyncIterator[Counting]:
    """The blog on gardening."""
    async with Counting(tmp_path / "index.db", clock=lambda: 1.8e9) as library:
        library.asked = []
        await fill(library, garden())
        yield library


async def newest(library: Index) -> Post:
    """The newest post, as the library has it now."""
    return (await library.latest(limit=1))[0]


async def test_a_post_is_rendered_once_however_many_ask_at_a_time(library: Counting) -> None:
    pages, post = Pages(library), await newest(library)
    all_of_them = await asyncio.gather(*(pages.of(post) for _ in range(20)))
    assert library.asked == [post.path]
    assert all(each is all_of_them[0] for each in all_of_them)
    assert all_of_them[0] is not None
    assert "What grows in bed 12" in all_of_them[0].pages[0].text


async def test_what_was_read_longest_ago_is_forgotten_first(library: Counting) -> None:
    posts = await library.latest(limit=3)
    size = size_of(await shown(Pages(library), posts[0]))
    pages = Pages(library, max_bytes=size * 2 + size // 2)
    library.asked.clear()
    for number in (0, 1, 0, 2, 0, 1):
        await pages.of(posts[number])
    assert library.asked == [posts[number].path for number in (0, 1, 2, 1)]


async def test_a_post_larger_than_all_memory_is_kept_while_it_is_read(library: Counting) -> None:
    pages, post = Pages(library, max_bytes=1), await newest(library)
    for _ in range(3):
        await pages.of(post)
    assert library.asked == [post.path]


async def test_an_edit_shows_at_once(library: Counting) -> None:
    pages = Pages(library)
    await pages.of(await newest(library))
    posts = garden()
    await fill(library, posts, {posts[-1].path: "Something else."})
    assert (await shown(pages, await newest(library))).pages[0].text == "Something else."


async def test_a_post_that_goes_while_it_is_opened_is_not_there(library: Counting) -> None:
    pages, post = Pages(library), await newest(library)
    await fill(library, garden(3))
    assert await pages.of(post) is None


async def shown(pages: Pages, post: Post) -> Rendered:
    """The pages of a post that is there."""
    rendered = await pages.of(post)
    assert rendered is not None
    return rendered


class VersionedLibrary:
    """A library with a version and a clock, and the answers made from it."""

    def __init__(self) -> None:
        self.edition = 1
        self.now = 0.0
        self.made: list[str] = []
        self.answers = AnswerCache(cast("Library", self), clock=lambda: self.now)

    async def version(self) -> str:
        """Changes with the posts."""
        return str(self.edition)

    def make(self, text: str) -> Callable[[], Awaitable[Layout]]:
        """Make an answer, and remember that it was made."""

        async def made() -> Layout:
            self.made.append(text)
            return Notice(text)

        return made

    async def ask(self, question: str) -> Layout:
        """The answer to a question, which is the question."""
        return await self.answers.get(question, self.make(question))


def payload(layout: Layout) -> Any:
    return layout.to_components()  # type: ignore[no-untyped-call] # discord.py's own


async def test_a_second_reader_gets_the_same_message() -> None:
    library = VersionedLibrary()
    first, second = await library.ask("latest"), await library.ask("latest")
    assert library.made == ["latest"]
    assert payload(first) == payload(second) == payload(Notice("latest"))
    assert second.has_components_v2()
    assert second.concerns_all == Notice("latest").concerns_all


async def test_another_question_has_another_answer() -> None:
    library = VersionedLibrary()
    assert payload(await library.ask("a")) != payload(await library.ask("b"))


async def test_a_changed_library_is_asked_again() -> None:
    library = VersionedLibrary()
    await library.ask("latest")
    library.edition = 2
    library.now += UNASKED_SECONDS
    await library.ask("latest")
    assert library.made == ["latest", "latest"]


async def test_a_post_of_the_future_shows_a_minute_late_at_most() -> None:
    library = VersionedLibrary()
    await library.ask("latest")
    library.now = ANSWER_SECONDS
    await library.ask("latest")
    assert library.made == ["latest", "latest"]


async def test_an_answer_that_was_outdated_while_it_was_made_is_not_kept() -> None:
    library = VersionedLibrary()

    async def slowly() -> Layout:
        library.edition = 2
        library.now += UNASKED_SECONDS
        await library.ask("something else")
        return Notice("old")

    await library.answers.get("latest", slowly)
    await library.ask("latest")
    assert library.made == ["something else", "latest"]


async def test_only_so_many_are_kept_and_the_popular_ones_stay() -> None:
    library = VersionedLibrary()
    for number in range(MAX_ANSWERS + 50):
        await library.ask("popular")
        await library.ask(str(number))
    assert library.made.count("popular") == 1
    await library.ask("0")
    assert library.made.count("0") == 2
