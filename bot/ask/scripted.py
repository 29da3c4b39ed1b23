"""Stands in for a model where there is none: it quotes the passage that answers best.

It is for the playground and for tests. It understands nothing.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

from bot.ask.answer import NO_ANSWER
from bot.ask.model import Chunk, Prompt, TextDelta, Usage
from bot.ask.retrieval import stems, tokens_in

_PASSAGE = re.compile(r"<passage-(\w+)> \[(\d+)\] [^\n]*\n(.*?)\n</passage-\1>", re.DOTALL)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(?<=\u3002)\s*|\n\s*\n")
MAX_SENTENCES = 2
MAX_SENTENCE_CHARACTERS = 400


class ScriptedModel:
    """Answers with the sentences that share most words with the question."""

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
