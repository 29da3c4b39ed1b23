"""What answers are made from."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from discord import app_commands

from bot import __version__
from bot.announce import delivery
from bot.announce.stopped import StoppedDeliveries
from bot.announce.subscription import Channels, Subscriptions
from bot.blog import question
from bot.blog.library import Library
from bot.blog.source import Pictures
from bot.blog.usage import Tell
from bot.chat.cache import AnswerCache, Pages
from bot.chat.views.layout import PictureSlots

Command = app_commands.Command[Any, ..., Any] | app_commands.Group

# Between two posts that somebody shares in a channel.
SHARING_SECONDS = 60
# How often the state is asked: commands come more often than direct messages are closed.
ASK_SECONDS = 60


async def nobody(_: int) -> bool:
    """Whether a user owns the application, where the owner is not known."""
    return False


@dataclass(slots=True, kw_only=True)
class Context:
    """All that a command or click may ask, held by the client.

    Attributes:
        library: the posts.
        pictures: those beside the posts, if there are any.
        subscriptions: who wants to hear of new posts; None where that cannot be kept.
        stopped: deliveries that somebody is to decide about; None where nothing is kept.
        channels: looks at those that posts are to be announced in; None where nothing can be.
        backlog: tells how much is still to be announced, for /about.
        asker: answers questions; None where no model is named, and then there is no /ask.
        version: what /about shows.
        is_owner: whether the user with an id owns the application, or belongs to its team.
        trusted_servers: ids of the servers in which whoever may use /announce sees drafts.
        observe: is told of every interaction once it was dealt with.
        commands: in the order of /help.
        command_ids: Discord's id of each command by its name, once it has told them.
        pages: the posts as pages.
        answers: payloads that many readers ask for.
        picture_slots: how many messages with pictures may be in memory.
        sharing: who has just shared a post.
        unreachable: readers who are to be told that they take no direct messages.
    """

    library: Library
    pictures: Pictures | None = None
    subscriptions: Subscriptions | None = None
    stopped: StoppedDeliveries | None = None
    channels: Channels | None = None
    backlog: Callable[[], Awaitable[delivery.Backlog]] | None = None
    asker: question.Asker | None = None
    version: str = __version__
    is_owner: Callable[[int], Awaitable[bool]] = nobody
    trusted_servers: Collection[int] = ()
    observe: Tell = lambda _: None
    commands: Sequence[Command] = ()
    command_ids: Mapping[str, int] = field(default_factory=dict)
    pages: Pages = field(init=False)
    answers: AnswerCache = field(init=False)
    picture_slots: PictureSlots = field(default_factory=PictureSlots)
    sharing: Cooldown = field(default_factory=lambda: Cooldown(SHARING_SECONDS))
    unreachable: UnreachableReaders | None = field(init=False)

    def __post_init__(self) -> None:
        self.pages = Pages(self.library)
        self.answers = AnswerCache(self.library)
        kept = self.subscriptions
        self.unreachable = UnreachableReaders(kept) if kept else None

    def mention(self, name: str) -> str:
        """A command in a message, such as ``announce here``: clickable once it has an id."""
        command_id = self.command_ids.get(name.partition(" ")[0])
        return f"`/{name}`" if command_id is None else f"</{name}:{command_id}>"


class Cooldown:
    """Limits how often each key may do something.

    What is remembered is in memory only, and no more than those who must still wait.

    Args:
        seconds: how long one has to wait before doing it again.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: dict[Hashable, float] = {}

    def take(self, who: Hashable, now: float) -> int:
        """Do it now, or say how long to wait.

        Args:
            who: whom it is counted for.
            now: the time in seconds, on any clock that is always the same.

        Returns:
            0 where it may be done, which counts as doing it; else the whole seconds to wait.
        """
        self._until = {each: until for each, until in self._until.items() if until > now}
        if who in self._until:
            return math.ceil(self._until[who] - now)
        self._until[who] = now + self._seconds
        return 0


class UnreachableReaders:
    """Readers to be told, when they use a command, that what they follow is paused.

    Args:
        subscriptions: knows them.
        clock: seconds, on any clock.
    """

    def __init__(
        self, subscriptions: Subscriptions, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._subscriptions = subscriptions
        self._clock = clock
        self._readers: frozenset[int] = frozenset()
        self._asked: float | None = None

    async def take(self, reader: int) -> bool:
        """Whether to tell a reader, who counts as told from then on.

        Raises:
            StateUnavailable: nobody knows.
        """
        now = self._clock()
        if self._asked is None or now - self._asked >= ASK_SECONDS:
            self._asked = now
            self._readers = await self._subscriptions.unnotified_readers()
        if reader not in self._readers:
            return False
        self._readers -= {reader}
        return True
