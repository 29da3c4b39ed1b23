"""Answers that many readers ask for, made once."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable

from bot.blog.library import Library
from bot.chat.views.layout import Layout, Ready

# Some 25 kB each.
MOST = 128
# A post of the future shows this late at most.
SECONDS = 60
# For this long nobody asks whether the posts have changed: that takes a sixth of an answer's
# time, and edits show within two seconds anyway.
UNASKED_SECONDS = 0.02


class AnswerCache:
    """Keeps the payloads of answers for as long as the library would give the same.

    Making a list of posts takes five times as long as sending one that is made.

    Args:
        library: what the answers are made from.
        clock: Unix seconds.
    """

    def __init__(self, library: Library, *, clock: Callable[[], float] = time.time) -> None:
        self._library = library
        self._clock = clock
        self._moment: Hashable = None
        self._asked = -UNASKED_SECONDS
        self._kept: OrderedDict[Hashable, Ready] = OrderedDict()

    async def get(self, question: Hashable, make: Callable[[], Awaitable[Layout]]) -> Layout:
        """The answer to a question, made by ``make`` unless it was asked before.

        Args:
            question: all that the answer depends on besides the library, such as the
                reader's language.
            make: makes a layout that nobody changes or sends files with.
        """
        moment = await self._now()
        if question in self._kept:
            self._kept.move_to_end(question)
            return self._kept[question]
        layout = await make()
        components = layout.to_components()  # type: ignore[no-untyped-call] # discord.py's own
        made = Ready(components, concerns_all=layout.concerns_all)
        if moment == self._moment:  # else the library has changed while it was made
            self._kept[question] = made
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return made

    async def _now(self) -> Hashable:
        """What changes when answers may; forgets those that were made before."""
        now = self._clock()
        if not 0 <= now - self._asked < UNASKED_SECONDS:
            self._asked = now  # one asks for all who come meanwhile
            moment = await self._library.version(), now // SECONDS
            if moment != self._moment:
                self._moment = moment
                self._kept.clear()
        return self._moment
