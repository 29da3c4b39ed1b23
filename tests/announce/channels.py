"""A Discord of a dictionary, which can fail in every way, and a blog of another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bot.announce.catalogue import VisiblePost
from bot.announce.message import (
    Announced,
    Message,
    MessageGone,
    MessageRefused,
    NoAccess,
    Sent,
    Story,
    TryLater,
)
from bot.announce.subscription import Subscription
from bot.blog.post import Post, PostDate, post_key

Failure = Callable[[str, str], Exception | None]


@dataclass
class Posted:
    """A message as a channel shows it."""

    id: int
    delivery: str
    message: Message
    edits: int = 0
    published: bool = False
    thread: int | None = None

    @property
    def text(self) -> str:
        """What it says."""
        return str(self.message.components[0]["content"])


@dataclass
class Channels:
    """Takes messages, and says no when told to.

    Attributes:
        before: the error to raise before a request does its work, by request and subscription.
        after: the one to raise once it is done, as when the response is lost.
        messages: by subscription, in the order of their arrival.
        calls: names of all requests.
        refuses: messages with that text are refused.
        left: ids of servers that the bot is no longer in.
        findable: ids of messages that can be found without the history.
        finds_all: whether these are known to be all.
        nonces: whether a second message with the id of a delivery is answered with the first.
    """

    before: Failure = lambda _request, _key: None
    after: Failure = lambda _request, _key: None
    messages: dict[str, list[Posted]] = field(default_factory=lambda: defaultdict(list))
    calls: list[str] = field(default_factory=list)
    refuses: str | None = None
    left: set[int] = field(default_factory=set)
    findable: set[int] = field(default_factory=set)
    finds_all: bool = False
    nonces: bool = False
    _last: int = 0

    def texts(self, key: str) -> list[str]:
        """What a channel shows."""
        return [message.text for message in self.messages[key]]

    async def send(self, delivery: str, to: Subscription, message: Message) -> Sent:
        """Add a message, every time."""
        self._may("send", to.key)
        if self.refuses is not None and self.refuses in str(message.components):
            raise MessageRefused("Invalid Form Body")
        known = (each for each in self.messages[to.key] if each.delivery == delivery)
        posted = next(known, None) if self.nonces else None
        if posted is None:
            self._last += 1
            posted = Posted(self._last, delivery, message)
            self.messages[to.key].append(posted)
        self._did("send", to.key)
        return self._sent(to.key, posted)

    async def history(self, to: Subscription, since: float) -> AsyncGenerator[Announced, None]:
        """All messages, newest first."""
        assert since >= to.since
        self._may("history", to.key)
        for message in reversed(self.messages[to.key]):
            yield self._announced(to.key, message)

    async def search(
        self,
        to: Subscription,
        since: float,
        known: Collection[int],
        *,
        known_until: int,
        tried: float | None,
    ) -> tuple[Sequence[Announced], bool]:
        """The messages that can be found otherwise."""
        assert since >= to.since
        assert tried is None or tried >= since
        assert known_until in {0, *known}
        self._may("search", to.key)
        found = [each for each in self.messages[to.key] if each.id in self.findable]
        last = max((each.id for each in self.messages[to.key]), default=0)
        is_complete = self.finds_all or (tried is None and last <= known_until)
        return [self._announced(to.key, each) for each in reversed(found)], is_complete

    async def must_be_in_server(self, to: Subscription) -> None:
        """Nothing, unless the server of the channel was left."""
        if to.guild in self.left:
            raise NoAccess("the bot is not in the server", "left")

    async def edit(self, sent: Sent, message: Message) -> None:
        """Change a message."""
        key, posted = self._at(sent)
        self._may("edit", key)
        posted.message = message
        posted.edits += 1
        self._did("edit", key)

    async def start_thread(self, sent: Sent, message: Message) -> int:
        """Hang a thread on a message."""
        assert message.title
        key, posted = self._at(sent)
        self._may("start_thread", key)
        posted.thread = posted.id
        self._did("start_thread", key)
        return posted.id

    async def publish(self, sent: Sent) -> None:
        """Pass a message on."""
        key, message = self._at(sent)
        self._may("publish", key)
        message.published = True
        self._did("publish", key)

    def delete(self, key: str) -> None:
        """Remove a channel's messages, as its moderators may."""
        self.messages[key].clear()

    def _may(self, request: str, key: str) -> None:
        self.calls.append(request)
        if error := self.before(request, key):
            raise error

    def _did(self, request: str, key: str) -> None:
        if error := self.after(request, key):
            raise error

    def _announced(self, key: str, message: Posted) -> Announced:
        buttons = tuple(tuple(each.split(":")) for each in message.message.components[0]["ids"])
        return Announced(sent=self._sent(key, message), buttons=buttons)

    def _sent(self, key: str, message: Posted) -> Sent:
        return Sent(
            channel=int(key[1:]),
            message=message.id,
            thread=message.thread,
            published=message.published,
        )

    def _at(self, sent: Sent) -> tuple[str, Posted]:
        for key, messages in self.messages.items():
            for message in messages:
                if message.id == sent.message:
                    return key, message
        raise MessageGone("Unknown Message")


class Lines:
    """A composer that puts titles into a line; plain ones begin with a mark."""

    def compose(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """Titles, those of withdrawn posts in brackets."""
        assert delivery
        titles = (story.post.title if story.post else f"[{story.title}]" for story in stories)
        ids = [f"new:{delivery}:{post_key(each.title)}:{each.mark}" for each in stories]
        return Message(
            components=[{"content": ", ".join(titles), "ids": ids}],
            title=stories[0].title,
            role=to.role,
        )

    def plain(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The same after a mark."""
        message = self.compose(delivery, stories, to)
        plain = "plain " + message.components[0]["content"]
        return replace(message, components=[{**message.components[0], "content": plain}])


@dataclass
class Shelf:
    """A catalogue that tests write to."""

    posts: dict[str, Post] = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)
    pages: set[str] = field(default_factory=set)
    generation: int = 1
    now: float = 1_700_000_000.0

    def put(
        self,
        path: str,
        title: str = "",
        *,
        day: int | None = 0,
        body: str = "",
        slug: str = "",
        tags: tuple[str, ...] = (),
        draft: bool = False,
        link: str | None = None,
        page: bool = False,
    ) -> Post:
        """Add or change a post or a page; it is dated that many days from now."""
        title = title or path
        post = Post(
            path=path,
            slug=slug or path,
            title=title,
            tags=tags,
            date=None if day is None else PostDate("2023-11-14", int(self.now) + day * 86_400),
            draft=draft,
            link=link,
            rule_link=link,
            digest=str(hash((title, body))),
        )
        self.posts[path] = post
        self.bodies[path] = body
        (self.pages.add if page else self.pages.discard)(path)
        self.generation += 1
        return post

    def take(self, path: str) -> None:
        """Withdraw a post."""
        del self.posts[path]
        self.generation += 1

    def move(self, path: str, new: str, slug: str = "") -> None:
        """Rename a post's file, and with it its slug unless that is given."""
        post = self.posts.pop(path)
        self.posts[new] = replace(post, path=new, slug=slug or new, digest=post.digest)
        self.bodies[new] = self.bodies.pop(path)
        self.generation += 1

    async def version(self) -> str:
        """Changes with the posts."""
        return str(self.generation)

    async def visible_posts(self) -> Sequence[VisiblePost]:
        """The posts that are no drafts, and due."""
        return [
            VisiblePost(
                path=post.path,
                slug=post.slug,
                title=post.title,
                tags=post.tags,
                instant=post.date.instant if post.date else None,
                digest=post.digest,
                link=post.link,
                rule_link=post.rule_link,
                is_page=post.path in self.pages,
            )
            for post in self.posts.values()
            if self._is_seen(post)
        ]

    async def next_due(self) -> int | None:
        """The first date to come."""
        dates = (post.date.instant for post in self.posts.values() if post.date and not post.draft)
        return min((date for date in dates if date > self.now), default=None)

    async def texts(self, paths: Sequence[str]) -> Mapping[str, str]:
        """What posts say."""
        return {path: self.bodies[path] for path in paths}

    async def get(self, path: str) -> Post | None:
        """A post that readers see."""
        post = self.posts.get(path)
        return post if post and self._is_seen(post) else None

    def _is_seen(self, post: Post) -> bool:
        return not post.draft and (post.date is None or post.date.instant <= self.now)


def later(_request: str = "", _key: str = "") -> TryLater:
    """Discord has too much to do."""
    return TryLater("Too many requests", 0.01)
