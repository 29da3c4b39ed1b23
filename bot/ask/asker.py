"""From a question to an answer that names its sources."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from hashlib import blake2b

from bot.ask.answer import MAX_MODEL_CHARACTERS, check, is_no_answer, without_thoughts
from bot.ask.follow_ups import KEPT_SECONDS, FollowUps
from bot.ask.limits import Budget, Exceeded, Reservation
from bot.ask.model import THINKING_TOKENS, Failure, Model, ModelError, Prompt, TextDelta, Usage
from bot.ask.prompt import answer_prompt, queries_in, rewrite_prompt
from bot.ask.retrieval import DEFAULT_TOKENS, Searchable, retrieve, tokens_in
from bot.blog.background import supervised
from bot.blog.errors import StateUnavailable
from bot.blog.question import (
    Answer,
    Answered,
    Asked,
    Exchange,
    Looking,
    Partial,
    Source,
    Step,
    Unanswered,
)

log = logging.getLogger(__name__)

MAX_ANSWER_TOKENS = 700
# Our rules, the question, and the answer before; twice, where the model makes searches first.
PROMPT_TOKENS = 1_500
# A rewrite that takes longer than this is left out.
REWRITE_SECONDS = 6.0
# An answer under way is shown at most so often: Discord takes five edits in five seconds.
PARTIAL_SECONDS = 2.0
# For the last edits, when the bot stops: hosts allow five seconds.
STOP_SECONDS = 4.0
# The posts whose languages the searches are written in.
NEWEST_POSTS = 20

# Where an answer under way may be cut.
_WHOLE = re.compile(r"\n|\u3002|[.!?](?=\s)")


class _Run:
    """The time and tokens that one question has taken so far."""

    def __init__(self) -> None:
        self.start = time.monotonic()
        self.outcome: str = "cancelled"
        self.tokens = 0

    async def counted(self, model: Model, prompt: Prompt) -> AsyncGenerator[str, None]:
        """The texts of an answer. Where the provider does not count, an estimate is counted."""
        asked, text, usage = [prompt.system, *prompt.turns], "", Usage()
        try:
            async with aclosing(model.stream(prompt)) as chunks:
                async for chunk in chunks:
                    if isinstance(chunk, TextDelta):
                        text += chunk.text
                        yield chunk.text
                    else:
                        usage = chunk
                    if len(text) > MAX_MODEL_CHARACTERS:
                        break
        finally:
            self.tokens += usage.total or sum(map(tokens_in, [*asked, text]))


class ModelAsker:
    """Implements ``blog.Asker`` with a language model.

    Args:
        library: the posts.
        model: what writes the answers.
        budget: what may be used.
        follow_ups: where exchanges are kept.
        reader_key: hides who a reader is in what is counted.
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
        follow_ups: FollowUps,
        *,
        reader_key: bytes = b"",
        rewrites: bool = True,
        max_tokens: int = DEFAULT_TOKENS,
        tell: Callable[[Asked], None] = lambda _: None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.model = model
        # Called at the beginning of each answer.
        self.on_question: list[Callable[[], Awaitable[None]]] = []
        self._under_way = 0
        self._done = asyncio.Event()
        self._done.set()
        self._asked = asyncio.Event()
        self._waiting: set[asyncio.Timeout] = set()
        self._is_stopping = False
        self._library = library
        self._budget = budget
        self._follow_ups = follow_ups
        self._reader_key = reader_key
        self._rewrites = rewrites
        self._max_tokens = max_tokens
        self._tell = tell
        self._clock = clock

    @property
    def model_name(self) -> str:
        """See ``blog.Asker.model_name``."""
        return self.model.name

    @property
    def provider(self) -> str:
        """See ``blog.Asker.provider``."""
        return self.model.provider

    async def ask(
        self,
        question: str,
        *,
        reader: str,
        server: int | None,
        language: str,
        previous: Exchange | None = None,
    ) -> AsyncGenerator[Step, None]:
        """See ``blog.Asker.ask``."""
        self._under_way += 1
        self._done.clear()
        self._asked.set()
        try:
            for listener in self.on_question:
                await listener()
            async with aclosing(self._steps(question, reader, server, language, previous)) as steps:
                async for step in steps:
                    yield step
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._done.set()

    async def idle(self, seconds: float) -> int:
        """Wait until no answer is under way, at most so long; how many are."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._done.wait()
        return self._under_way

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """See ``blog.Asker.answering``."""
        try:
            async with supervised(self._forget, name="forget questions"):
                yield
        finally:
            self._is_stopping = True
            for scope in self._waiting:
                scope.reschedule(0)
            await self.idle(STOP_SECONDS)

    async def _forget(self) -> None:
        while True:
            try:
                now = self._clock()
                is_any_left = await self._follow_ups.forget(now) | await self._budget.forget(now)
            except StateUnavailable as error:
                log.warning("What is kept about questions cannot be deleted now: %s", error)
                is_any_left = True
            if not is_any_left:
                await self._asked.wait()
            self._asked.clear()
            await asyncio.sleep(KEPT_SECONDS)

    async def keep(self, exchange: Exchange, now: float) -> str:
        """See ``blog.Asker.keep``."""
        return await self._follow_ups.keep(exchange, now)

    async def kept(self, exchange_id: str, now: float) -> Exchange | None:
        """See ``blog.Asker.kept``."""
        return await self._follow_ups.get(exchange_id, now)

    async def _steps(
        self,
        question: str,
        reader: str,
        server: int | None,
        language: str,
        previous: Exchange | None,
    ) -> AsyncGenerator[Step, None]:
        searched = question if previous is None else f"{question} {previous.question}"
        sources = await retrieve(self._library, searched, max_tokens=self._max_tokens)
        most = self._max_tokens + MAX_ANSWER_TOKENS + THINKING_TOKENS + PROMPT_TOKENS
        try:
            taken = await self._reserved(reader, server, most)
        except StateUnavailable as error:
            log.warning("Limits of /ask cannot be counted, so no model is asked: %s", error)
            self._tell(Asked(outcome="unavailable", seconds=0.0, tokens=0))
            yield Unanswered("unavailable", sources)
            return
        if isinstance(taken, Exceeded):
            self._tell(Asked(outcome=taken.scope, seconds=0.0, tokens=0))
            yield Unanswered(taken.scope, sources, taken.until)
            return
        run = _Run()
        try:
            queries = await self._queries(question, previous, run) if self._rewrites else []
            if queries:
                sources = await retrieve(
                    self._library, searched, queries, max_tokens=self._max_tokens
                )
            if not sources:
                run.outcome = "nothing"
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
            async with aclosing(self._answer(prompt, sources, run)) as steps:
                async for step in steps:
                    yield step
        finally:
            seconds = time.monotonic() - run.start
            self._tell(Asked(outcome=run.outcome, seconds=seconds, tokens=run.tokens))
            await self._settle(taken, run.tokens)

    async def _answer(
        self, prompt: Prompt, sources: Sequence[Source], run: _Run
    ) -> AsyncGenerator[Step, None]:
        """Ask the model; some ``Partial``, and the last step."""
        text, failure, shown = "", None, time.monotonic()
        try:
            async with aclosing(run.counted(self.model, prompt)) as texts:
                async for piece in self._until_stopped(texts):
                    text += piece
                    if time.monotonic() - shown < PARTIAL_SECONDS:
                        continue
                    if partial := self.partial(text, sources):
                        shown = time.monotonic()
                        yield partial
        except ModelError as error:
            log.warning("The model did not answer: %s", error.reason)
            failure = error.kind
        final = self._final(text, sources, failure)
        run.outcome = "answered" if isinstance(final, Answered) else final.reason
        yield final

    async def _until_stopped(self, texts: AsyncIterator[str]) -> AsyncIterator[str]:
        """The pieces of an answer, until the bot stops."""
        while not self._is_stopping:
            scope = asyncio.timeout(None)
            try:
                async with scope:
                    self._waiting.add(scope)
                    piece = await anext(texts, None)
            except TimeoutError:
                break
            finally:
                self._waiting.discard(scope)
            if piece is None:
                return
            yield piece
        raise ModelError("unavailable", "the bot stops")

    async def _reserved(
        self, reader: str, server: int | None, tokens: int
    ) -> Reservation | Exceeded:
        """Reserve a question's share of the budget; a cancelled reservation is given back."""
        reserve = self._budget.reserve(
            reader=self._hidden(reader), server=server, tokens=tokens, now=self._clock()
        )
        reserving = asyncio.ensure_future(reserve)
        try:
            return await asyncio.shield(reserving)
        except asyncio.CancelledError:
            taken = await reserving
            if isinstance(taken, Reservation):
                await self._settle(taken, 0)
            raise

    async def _settle(self, taken: Reservation, tokens: int) -> None:
        """Count what was used, even if the question was cancelled."""
        try:
            await asyncio.shield(self._budget.settle(taken, tokens))
        except StateUnavailable as error:
            log.warning("Tokens of /ask could not be counted: %s", error)

    def _hidden(self, reader: str) -> str:
        """A keyed hash of the reader's id, to count by."""
        return blake2b(reader.encode(), key=self._reader_key, digest_size=16).hexdigest()

    async def _queries(self, question: str, previous: Exchange | None, run: _Run) -> list[str]:
        """Searches that the model makes of the question; none where it fails or takes long."""
        text = ""
        newest = await self._library.latest(limit=NEWEST_POSTS)
        prompt = rewrite_prompt(question, newest, previous)
        try:
            async with (
                asyncio.timeout(REWRITE_SECONDS),
                aclosing(run.counted(self.model, prompt)) as texts,
            ):
                async for piece in texts:
                    text += piece
        except (ModelError, TimeoutError) as error:
            log.info("The question is searched for as it is: %s", str(error) or "the model is slow")
            return []
        return queries_in(without_thoughts(text))

    @staticmethod
    def partial(text: str, sources: Sequence[Source]) -> Partial | None:
        """What may be shown of an answer under way: its whole lines and sentences."""
        said = without_thoughts(text)
        ends = [end.end() for end in _WHOLE.finditer(said)]
        if not ends or is_no_answer(said):
            return None
        answer = check(said[: ends[-1]], [source.text for source in sources])
        return Partial(answer, _named(answer, sources)) if answer else None

    @staticmethod
    def _final(
        text: str, sources: Sequence[Source], failure: Failure | None
    ) -> Answered | Unanswered:
        if failure is not None:
            return Unanswered(failure, sources)
        text = without_thoughts(text)
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
