"""A reader's question, its answer, and the sources of that."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.blog.post import Post

_CODE = re.compile(r"(```.*?```|`[^`]*`)", re.DOTALL)
_ESCAPED = re.compile(r"\\([^\w\s])")
WORD_JOINER = "\u2060"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A section of a post that an answer may name.

    Attributes:
        number: what citations call it, from 1.
        post: the post.
        heading: the section's heading; None for the beginning of the post.
        section: the heading's anchor; None without a heading.
        text: whole paragraphs of it, as plain text.
    """

    number: int
    post: Post
    heading: str | None
    section: str | None
    text: str

    @property
    def url(self) -> str | None:
        """The section's address on the blog; None where the post has none."""
        url = self.post.url
        return f"{url}#{self.section}" if url and self.section and "#" not in url else url


@dataclass(frozen=True, slots=True)
class Citation:
    """The number of a source."""

    number: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What may be shown of a model's answer.

    Attributes:
        pieces: Discord Markdown, safe to send, and the citations between.
        cited: the numbers in ``pieces``, each once, in the order of their appearance.
    """

    pieces: tuple[str | Citation, ...]
    cited: tuple[int, ...]

    @property
    def text(self) -> str:
        """The answer with ``[1]`` for citations."""
        return "".join(
            f"[{piece.number}]" if isinstance(piece, Citation) else piece for piece in self.pieces
        )

    @property
    def plain(self) -> str:
        """The same without Discord's backslashes, for a terminal or a follow-up question."""
        parts = _CODE.split(self.text)
        parts[::2] = [_ESCAPED.sub(r"\1", part).replace(WORD_JOINER, "") for part in parts[::2]]
        return "".join(parts)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question that was answered before, and its answer, for a follow-up."""

    question: str
    answer: str


# nothing: no section holds a word of the question. unanswered: the model says that the sections
# do not tell. unproven: it named none of them. reader, server, month: that limit is reached.
# unavailable: the model cannot be reached, or fails. slow: no text in time. rejected: its key
# or name is wrong. busy: too many requests, or no credit. refused: the provider's filter or
# the model declines. cut: the answer stopped half-way.
Reason = Literal[
    "nothing", "unanswered", "unproven", "reader", "server", "month",
    "unavailable", "slow", "rejected", "busy", "refused", "cut",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Looking:
    """The sources are found; the model is being asked."""

    sources: Sequence[Source]

    @property
    def posts(self) -> int:
        """How many posts the sources are from."""
        return len({source.post.path for source in self.sources})


@dataclass(frozen=True, slots=True)
class Partial:
    """What may be shown of the answer so far, and the sources that it names."""

    answer: Answer
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Answered:
    """The whole answer, and the sources that it names."""

    answer: Answer
    sources: Sequence[Source]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """No answer: why, the sources that come closest, and when a limit ends (Unix seconds)."""

    reason: Reason
    sources: Sequence[Source]
    until: float | None = None


Step = Looking | Partial | Answered | Unanswered


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The outcome of a question, for logs and metrics, without the question.

    Attributes:
        outcome: ``answered`` or the reason why not.
        seconds: from the question to the end of the answer.
        tokens: what it took, as the provider counts or else as estimated.
    """

    outcome: str
    seconds: float
    tokens: int


class Asker(Protocol):
    """Answers questions from the posts.

    Attributes:
        on_question: called at the beginning of each answer.
    """

    on_question: list[Callable[[], Awaitable[None]]]

    @property
    def model_name(self) -> str:
        """The model, for readers, such as ``gpt-5-mini``."""

    @property
    def provider(self) -> str:
        """Who gets the questions, such as ``api.openai.com``."""

    def ask(
        self,
        question: str,
        *,
        reader: str,
        server: int | None,
        language: str,
        previous: Exchange | None = None,
    ) -> AsyncGenerator[Step, None]:
        """Yield ``Looking``, some ``Partial``, and in the end ``Answered`` or ``Unanswered``.

        Closing the generator ends the request to the model.

        Args:
            question: what the reader asks.
            reader: tells this reader from others, and nothing else about them.
            server: the server's id, or None in direct messages.
            language: the language to answer in, by its English name.
            previous: the question and answer that this one follows.

        Raises:
            IndexUnavailable: the posts cannot be searched.
            StateUnavailable: the limits cannot be looked up.
        """

    async def idle(self, seconds: float) -> int:
        """Wait until no answer is under way, at most so long; how many are."""

    def answering(self) -> AbstractAsyncContextManager[None]:
        """Delete what is kept about questions once its time is over, while the context is open.

        At its end, answers under way become ``Unanswered``.
        """

    async def keep(self, exchange: Exchange, now: float) -> str:
        """Keep an exchange for a follow-up, for a short while; the id that gets it back."""

    async def kept(self, exchange_id: str, now: float) -> Exchange | None:
        """The exchange with that id, or None where it is no longer kept."""
