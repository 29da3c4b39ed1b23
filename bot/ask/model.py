"""What a language model is asked, what it returns, how it fails, and a stand-in for one."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.ask.answer import NO_ANSWER
from bot.ask.retrieval import stems, tokens_in
from bot.blog.errors import SlashpostError

# Some models think before they answer, and their providers count that as part of the answer.
# Gemini takes the least effort for 1,024 tokens.
THINKING_TOKENS = 1_200
# Of what the stand-in quotes.
MAX_SENTENCES = 2
MAX_SENTENCE_CHARACTERS = 400

_PASSAGE = re.compile(r"<passage-(\w+)> \[(\d+)\] [^\n]*\n(.*?)\n</passage-\1>", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=\u3002)\s*|\n\s*\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One request to a model.

    Attributes:
        system: the rules, from this program alone.
        turns: the conversation so far, the reader's first and last: alternately what the
            reader asks, with the passages, and what the model answered.
        max_tokens: how long the answer may become, in the model's tokens.
    """

    system: str
    turns: tuple[str, ...]
    max_tokens: int


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the provider counted for the request, as far as it said."""

    input: int = 0
    output: int = 0

    @property
    def total(self) -> int:
        """Input and output together."""
        return self.input + self.output


Chunk = TextDelta | Usage

# See ``blog.question.Reason``.
Failure = Literal["unavailable", "slow", "rejected", "busy", "refused", "cut"]


class ModelError(SlashpostError):
    """The model gives no answer, or only a part of one.

    The reason is for the log and for ``slashpost doctor``; readers are shown ``kind`` in
    words of ours. It never holds the key.
    """

    def __init__(self, kind: Failure, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.retry_after = retry_after


class Model(Protocol):
    """A language model behind an API, or something that stands in for one."""

    @property
    def name(self) -> str:
        """What readers see, such as ``gpt-5-mini``."""

    @property
    def provider(self) -> str:
        """Who receives the question, such as ``api.openai.com``, for /privacy."""

    def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """The answer as it arrives, and a ``Usage`` where the provider counts.

        Closing the iterator ends the request.

        Raises:
            ModelError: there is no answer, or it stopped half-way.
        """


class ScriptedModel:
    """Answers with the sentences that share most words with the question, and understands nothing.

    It is for the playground and for tests.
    """

    name = "A stand-in that only quotes"
    provider = "this computer"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Chunk, None]:
        """See ``Model.stream``."""
        asked = prompt.turns[-1]
        question = asked.rpartition("Question: ")[2]
        words = set(stems(question))
        sentences = [
            (len(words & set(stems(sentence))), int(number), " ".join(sentence.split()))
            for _, number, text in _PASSAGE.findall(asked)
            for sentence in _SENTENCE.split(text)
            if sentence.strip()
        ]
        best = sorted(sentences, key=lambda each: (-each[0], each[1]))[:MAX_SENTENCES]
        text = "\n\n".join(
            f"{sentence[:MAX_SENTENCE_CHARACTERS].rstrip('.')} [{number}]."
            for count, number, sentence in best
            if count
        )
        yield TextDelta(text or NO_ANSWER)
        yield Usage(tokens_in(asked), tokens_in(text))
