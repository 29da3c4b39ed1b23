"""From a question to an answer that names its sources."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from bot.ask.answer import MAX_MODEL_CHARACTERS, check, is_no_answer
from bot.ask.budget import Budget, Exceeded
from bot.ask.model import Failure, Model, ModelError, Prompt, TextDelta, Usage
from bot.ask.prompt import answer_prompt, queries_in, rewrite_prompt
from bot.ask.retrieval import DEFAULT_TOKENS, Searchable, retrieve, tokens_in
from bot.blog.question import (
    Answer,
    Answered,
    Exchange,
    Looking,
    Partial,
    Source,
    Step,
    Unanswered,
)

log = logging.getLogger(__name__)

MAX_ANSWER_TOKENS = 700
# A rewrite that takes longer than this is done without.
REWRITE_SECONDS = 6.0
# An answer under way is shown at most so often: Discord takes five edits in five seconds.
PARTIAL_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What became of a question, for logs and metrics, without the question.

    Attributes:
        outcome: ``answered`` or the reason why not.
        seconds: from the question to the end of the answer.
        tokens: what it took, as the provider counts or else as estimated.
    """

    outcome: str
    seconds: float
    tokens: int


class ModelAsker:
    """Implements ``blog.Asker`` with a language model.

    Args:
        library: the posts.
        model: what writes the answers.
        budget: what may be used.
        rewrites: whether the model is asked for searches first; off for slow or costly ones.
        max_tokens: how long the sections may be together, in tokens.
        tell: hears of each question that was dealt with.
        clock: Unix seconds.
    """

    def __init__(
        self,
        library: Searchable,
        model: Model,
        budget: Budget,
        *,
        rewrites: bool = True,
        max_tokens: int = DEFAULT_TOKENS,
        tell: Callable[[Asked], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.model = model
        self._library = library
        self._budget = budget
        self._rewrites = rewrites
        self._max_tokens = max_tokens
        self._tell = tell
        self._clock = clock

    async def ask(
        self,
        question: str,
        *,
        reader: str,
        server: int | None,
        language: str,
        post_languages: Sequence[str] = (),
        previous: Exchange | None = None,
    ) -> AsyncGenerator[Step, None]:
        """Yield ``Looking``, some ``Partial``, and in the end ``Answered`` or ``Unanswered``.

        Args:
            question: what the reader asks.
            reader: tells this reader from others.
            server: the server's id, or None.
            language: the language to answer in, by its English name.
            post_languages: English names of the posts' languages.
            previous: the question and answer that this one follows.
        """
        start = time.monotonic()
        used = Usage()
        outcome: str = "cancelled"
        searched = question if previous is None else f"{question} {previous.question}"
        most = self._max_tokens + MAX_ANSWER_TOKENS + tokens_in(question) + 500
        taken = await self._budget.reserve(
            reader=reader, server=server, tokens=most, now=self._clock()
        )
        if isinstance(taken, Exceeded):
            sources = await retrieve(self._library, searched, max_tokens=self._max_tokens)
            self._tell(Asked(outcome=taken.scope, seconds=0.0, tokens=0))
            yield Unanswered(taken.scope, sources, taken.until)
            return
        try:
            queries: list[str] = []
            if self._rewrites:
                queries, used = await self._queries(question, post_languages, previous)
            sources = await retrieve(self._library, searched, queries, max_tokens=self._max_tokens)
            if not sources:
                outcome = "nothing"
                yield Unanswered("nothing", ())
                return
            yield Looking(sources)
            prompt = answer_prompt(
                question,
                sources,
                language=language,
                max_tokens=MAX_ANSWER_TOKENS,
                previous=previous,
            )
            text, failure, shown = "", None, time.monotonic()
            try:
                async with aclosing(self.model.stream(prompt)) as chunks:
                    async for chunk in chunks:
                        if isinstance(chunk, Usage):
                            used = Usage(used.input + chunk.input, used.output + chunk.output)
                            continue
                        text += chunk.text
                        if len(text) > MAX_MODEL_CHARACTERS:
                            break
                        if time.monotonic() - shown < PARTIAL_SECONDS:
                            continue
                        if partial := self._partial(text, sources):
                            shown = time.monotonic()
                            yield partial
            except ModelError as error:
                log.warning("The model did not answer: %s", error.reason)
                failure = error.kind
            final = self._final(text, sources, failure)
            outcome = "answered" if isinstance(final, Answered) else final.reason
            yield final
        finally:
            tokens = used.total or (0 if outcome == "nothing" else most)
            await asyncio.shield(self._budget.settle(taken, tokens))
            seconds = time.monotonic() - start
            self._tell(Asked(outcome=outcome, seconds=seconds, tokens=tokens))

    async def _queries(
        self, question: str, languages: Sequence[str], previous: Exchange | None
    ) -> tuple[list[str], Usage]:
        """Searches that the model makes of the question; none where it fails or takes long."""
        try:
            async with asyncio.timeout(REWRITE_SECONDS):
                text, used = await self._whole(rewrite_prompt(question, languages, previous))
        except (ModelError, TimeoutError) as error:
            log.info("The question is searched for as it is: %s", str(error) or "the model is slow")
            return [], Usage()
        return queries_in(text), used

    async def _whole(self, prompt: Prompt) -> tuple[str, Usage]:
        text, used = "", Usage()
        async with aclosing(self.model.stream(prompt)) as chunks:
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    text += chunk.text
                else:
                    used = chunk
                if len(text) > MAX_MODEL_CHARACTERS:
                    break
        return text, used

    @staticmethod
    def _partial(text: str, sources: Sequence[Source]) -> Partial | None:
        """What may be shown of an answer under way: its whole lines and sentences."""
        if not text.endswith(("\n", ".", "]", "!", "?", "\u3002")) or is_no_answer(text):
            return None
        answer = check(text, [source.text for source in sources])
        return Partial(answer, _named(answer, sources)) if answer else None

    @staticmethod
    def _final(
        text: str, sources: Sequence[Source], failure: Failure | None
    ) -> Answered | Unanswered:
        if failure is not None:
            return Unanswered(failure, sources)
        if is_no_answer(text):
            return Unanswered("unanswered", sources)
        answer = check(text, [source.text for source in sources])
        if answer is None:
            return Unanswered("unproven", sources)
        return Answered(answer, _named(answer, sources))


def _named(answer: Answer, sources: Sequence[Source]) -> Sequence[Source]:
    """The sources that the answer names, in its order."""
    by_number = {source.number: source for source in sources}
    return [by_number[number] for number in answer.cited]
