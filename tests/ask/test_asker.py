"""A question becomes an answer with sources, or the sections and why there is no answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import pytest

from bot.ask import asker as asking
from bot.ask.asker import ModelAsker
from bot.ask.follow_ups import FollowUps
from bot.ask.limits import Budget, Limits
from bot.ask.model import Chunk, Failure, ModelError, Prompt, ScriptedModel, TextDelta, Usage
from bot.blog.question import Answered, Asked, Exchange, Looking, Partial, Step, Unanswered
from bot.serve.state import State
from tests.ask.library import Blog
from tests.ask.test_limits import MemoryCounters
from tests.wire.patience import PATIENCE

QUESTION = "How many volts does the lamp take?"


@dataclass
class SpeakingModel:
    """Says what it is told to, and then fails if told so."""

    says: str = "It takes 5 volts [1]."
    searches: str = "[]"
    fails: Failure | None = None
    name: str = "parrot"
    provider: str = "nowhere"
    prompts: list[Prompt] = field(default_factory=list)
    closed: int = 0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        self.prompts.append(prompt)
        is_rewrite = "<passage-" not in prompt.turns[-1]
        try:
            for piece in re.findall(
                r".{1,7}", self.searches if is_rewrite else self.says, re.DOTALL
            ):
                yield TextDelta(piece)
            if self.fails:
                raise ModelError(self.fails, "as told")
            yield Usage(50, 7)
        finally:
            self.closed += 1


@dataclass
class AskerSetup:
    """An asker with all its parts at hand."""

    follow_ups: FollowUps
    model: SpeakingModel | ScriptedModel
    limits: Limits = field(default_factory=Limits)
    rewrites: bool = True
    blog: Blog = field(default_factory=Blog)
    counters: MemoryCounters = field(default_factory=MemoryCounters)
    told: list[Asked] = field(default_factory=list)

    @property
    def asker(self) -> ModelAsker:
        budget = Budget(self.counters, self.limits)
        return ModelAsker(
            self.blog,
            self.model,
            budget,
            self.follow_ups,
            rewrites=self.rewrites,
            tell=self.told.append,
            clock=lambda: 1_800_000_000.0,
        )

    async def ask(self, question: str = QUESTION, previous: Exchange | None = None) -> list[Step]:
        steps = self.asker.ask(
            question, reader="rea", server=7, language="English", previous=previous
        )
        return [step async for step in steps]

    @property
    def tokens(self) -> int:
        return sum(count for (name, _), count in self.counters.counts.items() if name == "month")


Make = Callable[..., AskerSetup]


@pytest.fixture
async def asker_with() -> AsyncIterator[Make]:
    """Makes an asker."""
    async with State.open(None) as state:
        yield partial(AskerSetup, FollowUps(state.database))


async def test_an_answer_names_its_sources(asker_with: Make) -> None:
    setup = asker_with(SpeakingModel())
    first, *_, last = await setup.ask()
    assert isinstance(first, Looking)
    assert first.posts <= len(first.sources)
    assert isinstance(last, Answered)
    (source,) = last.sources
    assert (source.post.path, source.section) == ("lamp.md", "power")
    assert last.answer.text == "It takes 5 volts [1]."
    assert setup.told[0].outcome == "answered"
    assert setup.tokens == setup.told[0].tokens == 114


async def test_the_scripted_model_quotes_the_best_section(asker_with: Make) -> None:
    *_, last = await asker_with(ScriptedModel(), rewrites=False).ask()
    assert isinstance(last, Answered)
    assert "takes 5 volts" in last.answer.text
    assert last.sources[0].section == "power"


async def test_the_model_may_search_in_its_own_words(asker_with: Make) -> None:
    setup = asker_with(SpeakingModel(searches='["brass lamp", "dimmer"] or so'))
    first, *_ = await setup.ask("What is it made of?")
    assert setup.blog.searches[-3:] == ["What is it made of?", "brass lamp", "dimmer"]
    assert isinstance(first, Looking)
    assert {source.post.path for source in first.sources} == {"lamp.md", "dimmer.md"}


async def test_searches_are_written_in_the_posts_language(asker_with: Make) -> None:
    """A question in another language finds nothing by itself, which is when searches matter."""
    model = SpeakingModel(searches='["brass lamp"]')
    first, *_ = await asker_with(model).ask("ランプは何ボルトですか")
    assert isinstance(first, Looking)
    assert "lamp.md" in {source.post.path for source in first.sources}
    (rewriting, _) = model.prompts
    assert "Lamp" in rewriting.turns[-1]  # posts that do not say their language show it


async def test_thoughts_are_no_part_of_an_answer(asker_with: Make) -> None:
    says = "<think>\nPassage [1] says that [2] is wrong.\n</think>\nIt takes 5 volts [1]."
    model = SpeakingModel(says=says, searches='<think>Use ["bread"]?</think>["dimmer"]')
    setup = asker_with(model)
    *_, last = await setup.ask()
    assert isinstance(last, Answered)
    assert last.answer.text == "It takes 5 volts [1]."
    assert setup.blog.searches[-1] == "dimmer"
    *_, last = await asker_with(SpeakingModel(says="<think>Well, [1] says")).ask()
    assert isinstance(last, Unanswered)


async def test_what_is_kept_about_questions_is_deleted_when_its_time_is_over(
    asker_with: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "KEPT_SECONDS", 0.01)
    setup = asker_with(SpeakingModel())
    now = 1_800_000_000.0
    kept = await setup.follow_ups.keep(Exchange("Which lamp?", "Brass [1]."), now - 2 * 3600)
    new = await setup.follow_ups.keep(Exchange("Which lamp?", "Brass [1]."), now)
    for hour in (int(now // 3600) - 1, int(now // 3600)):
        await setup.counters.add(f"reader:{hour}", hour, 1, None)
    async with setup.asker.answering(), asyncio.timeout(PATIENCE):
        while len(setup.counters.counts) > 1:  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)
        while await setup.follow_ups.get(kept, 0):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await setup.follow_ups.get(new, now)


async def test_a_costly_model_is_asked_once(asker_with: Make) -> None:
    model = SpeakingModel()
    await asker_with(model, rewrites=False).ask()
    assert len(model.prompts) == 1


async def test_a_follow_up_takes_the_last_answer_along(asker_with: Make) -> None:
    model = SpeakingModel()
    setup = asker_with(model, rewrites=False)
    await setup.ask("And its plug?", Exchange("Which lamp?", "The brass one [1]."))
    *before, asked = model.prompts[0].turns
    assert before == ["Which lamp?", "The brass one."]
    assert asked.endswith("Question: And its plug?")
    assert "Which lamp?" in setup.blog.searches[0]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        (SpeakingModel(says="NO ANSWER"), "unanswered"),
        (SpeakingModel(says="BANANA"), "unproven"),
        (SpeakingModel(says="BANANA [99]."), "unproven"),
        (SpeakingModel(says=""), "unproven"),
        (SpeakingModel(fails="slow"), "slow"),
        (SpeakingModel(fails="refused"), "refused"),
        (SpeakingModel(says="It takes 5 volts [1]. And", fails="cut"), "cut"),
    ],
)
async def test_without_an_answer_the_sections_are_shown(
    asker_with: Make, model: SpeakingModel, reason: str
) -> None:
    setup = asker_with(model)
    *_, last = await setup.ask()
    assert isinstance(last, Unanswered)
    assert last.reason == reason
    assert last.sources
    assert setup.told[0].outcome == reason
    assert setup.tokens == setup.told[0].tokens


async def test_where_nothing_is_found_no_model_is_asked(asker_with: Make) -> None:
    model = SpeakingModel()
    setup = asker_with(model, rewrites=False)
    (only,) = await setup.ask("xyzzy?")
    assert only == Unanswered("nothing", ())
    assert model.prompts == []
    assert setup.tokens == 0


async def test_over_a_limit_the_sections_are_shown_and_when_it_ends(asker_with: Make) -> None:
    model = SpeakingModel()
    setup = asker_with(model, limits=Limits(reader=1))
    await setup.ask()
    (only,) = await setup.ask()
    assert isinstance(only, Unanswered)
    assert only.reason == "reader"
    assert only.until == 1_800_000_000 - 1_800_000_000 % 3600 + 3600
    assert only.sources
    assert setup.told[-1].outcome == "reader"


async def test_parts_of_an_answer_are_shown_with_their_numbers(
    asker_with: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PARTIAL_SECONDS", 0.0)
    steps = await asker_with(SpeakingModel(says="Five volts [1]. A dimmer fits it [2].")).ask()
    shown = [step.answer.text for step in steps if isinstance(step, Partial)]
    assert shown
    assert all(text.endswith("[1].") for text in shown)


async def test_who_stops_waiting_stops_the_model(
    asker_with: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "PARTIAL_SECONDS", 0.0)
    model = SpeakingModel(says="Five volts [1]. " * 50)
    setup = asker_with(model, rewrites=False)
    steps = setup.asker.ask(QUESTION, reader="rea", server=None, language="English")
    async with aclosing(steps):
        async for step in steps:
            if isinstance(step, Partial):
                break
    assert model.closed == 1
    assert setup.told[0].outcome == "cancelled"
    assert setup.tokens > 0


class Awaited(SpeakingModel):
    """Lets other tasks run between its pieces."""

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        async with aclosing(super().stream(prompt)) as chunks:
            async for chunk in chunks:
                await asyncio.sleep(0)
                yield chunk


@pytest.mark.parametrize("rewrites", [True, False])
async def test_wherever_a_question_is_cancelled_nothing_is_left(
    asker_with: Make, monkeypatch: pytest.MonkeyPatch, rewrites: bool
) -> None:
    """No task, no answer under way, no tokens set aside, no open request to the model."""
    monkeypatch.setattr(asking, "PARTIAL_SECONDS", 0.0)
    model = Awaited(says="Five volts [1]. " * 3, searches='["brass lamp"]')
    setup = asker_with(model, rewrites=rewrites, limits=Limits(reader=10_000, server=10_000))
    asker = setup.asker
    before = asyncio.all_tasks()

    async def ask() -> None:
        asked = asker.ask(QUESTION, reader="rea", server=7, language="English")
        async with aclosing(asked) as steps:
            async for _ in steps:
                await asyncio.sleep(0)

    finished = False
    turns = 0
    while not finished:
        task = asyncio.create_task(ask())
        for _ in range(turns):
            await asyncio.sleep(0)
        finished = not task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert await asker.idle(0) == 0
        turns += 1
    assert turns > 10
    await asyncio.gather(*(asyncio.all_tasks() - before))  # what is being counted
    assert asyncio.all_tasks() == before
    assert model.closed == len(model.prompts)
    assert setup.tokens == sum(told.tokens for told in setup.told)


async def test_an_answer_under_way_ends_when_the_bot_stops(asker_with: Make) -> None:
    class Endless(SpeakingModel):
        async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
            self.prompts.append(prompt)
            await asyncio.Event().wait()
            yield TextDelta("never")

    setup = asker_with(Endless(), rewrites=False)
    asker = setup.asker
    steps: list[Step] = []
    begun = asyncio.Event()

    async def ask() -> None:
        asked = asker.ask(QUESTION, reader="rea", server=7, language="English")
        async with aclosing(asked) as found:
            async for step in found:
                steps.append(step)
                begun.set()

    async with asyncio.timeout(PATIENCE):
        async with asker.answering():
            task = asyncio.create_task(ask())
            await begun.wait()
        await task
    assert isinstance(steps[-1], Unanswered)
    assert steps[-1].reason == "unavailable"
    assert steps[-1].sources


async def test_passages_are_fenced_and_whole(asker_with: Make) -> None:
    model = SpeakingModel()
    await asker_with(model, rewrites=False).ask("flour and water for the lamp")
    asked = model.prompts[0].turns[-1]
    (fence,) = set(re.findall(r"<passage-(\w+)>", asked))
    assert asked.count(f"<passage-{fence}>") == asked.count(f"</passage-{fence}>")
    assert [int(number) for number in re.findall(r"> \[(\d+)\] ", asked)][:2] == [1, 2]
    assert fence in model.prompts[0].system
    assert len(asked) < 6_000 * 5
