"""An answer that many ask for is made once, and anew when it would be another."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, cast

from bot.blog.library import Library
from bot.chat.answer_cache import MOST, SECONDS, UNASKED_SECONDS, AnswerCache
from bot.chat.views.layout import Layout
from bot.chat.views.notice import Notice


class ListedPosts:
    """A library of which only the version matters, and a clock."""

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
    shelf = ListedPosts()
    first, second = await shelf.ask("latest"), await shelf.ask("latest")
    assert shelf.made == ["latest"]
    assert payload(first) == payload(second) == payload(Notice("latest"))
    assert second.has_components_v2()
    assert second.concerns_all == Notice("latest").concerns_all


async def test_another_question_has_another_answer() -> None:
    shelf = ListedPosts()
    assert payload(await shelf.ask("a")) != payload(await shelf.ask("b"))


async def test_a_changed_library_is_asked_again() -> None:
    shelf = ListedPosts()
    await shelf.ask("latest")
    shelf.edition = 2
    shelf.now += UNASKED_SECONDS
    await shelf.ask("latest")
    assert shelf.made == ["latest", "latest"]


async def test_a_post_of_the_future_shows_a_minute_late_at_most() -> None:
    shelf = ListedPosts()
    await shelf.ask("latest")
    shelf.now = SECONDS
    await shelf.ask("latest")
    assert shelf.made == ["latest", "latest"]


async def test_an_answer_that_was_outdated_while_it_was_made_is_not_kept() -> None:
    shelf = ListedPosts()

    async def slowly() -> Layout:
        shelf.edition = 2
        shelf.now += UNASKED_SECONDS
        await shelf.ask("something else")
        return Notice("old")

    await shelf.answers.get("latest", slowly)
    await shelf.ask("latest")
    assert shelf.made == ["something else", "latest"]


async def test_only_so_many_are_kept_and_the_popular_ones_stay() -> None:
    shelf = ListedPosts()
    for number in range(MOST + 50):
        await shelf.ask("popular")
        await shelf.ask(str(number))
    assert shelf.made.count("popular") == 1
    await shelf.ask("0")
    assert shelf.made.count("0") == 2
