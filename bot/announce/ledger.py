"""Which posts are known, so that a post is new only once."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.announce.minhash import FORM
from bot.announce.page_waits import begin_waits
from bot.announce.subscription import SUBSCRIPTION, Subscription, to_subscription
from bot.blog.errors import SlashpostError
from bot.state.database import LEDGER, Database, Row, Transaction, upsert


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPost:
    """A post that was seen before.

    Attributes:
        id: names it ever after, whatever becomes of its path, slug and text.
        path: where it was last, as in ``Post``.
        slug: its last slug.
        title: its last title.
        digest: of its last text, as in ``Post``.
        minhash: of its last text: what is compared when a post has moved.
        shown_digest: changes with what an announcement shows of it; empty while it is gone.
    """

    id: str
    path: str
    slug: str
    title: str
    digest: str
    minhash: frozenset[int] = frozenset()
    shown_digest: str

    @property
    def is_gone(self) -> bool:
        """Whether readers see it no more: withdrawn, or deleted."""
        return not self.shown_digest


@dataclass(frozen=True, slots=True)
class Assignment:
    """Posts that a subscription is to hear of in one message, oldest first.

    Attributes:
        delivery: its ``delivery_id``.
        subscription: key of the subscription.
        posts: ids of known posts.
    """

    delivery: str
    subscription: str
    posts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ledger holds before it is revised.

    Attributes:
        posts: all of them, those that are gone included.
        subscriptions: all of them, oldest first.
        is_first: whether nobody has ever looked at the posts.
    """

    posts: Sequence[KnownPost]
    subscriptions: Sequence[Subscription]
    is_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What a scan of the posts changes.

    Attributes:
        posts: those that are new, have changed or are gone; in full.
        assignments: what is to be announced, oldest first.
        pages: ids of posts whose first announcement is to wait for their public page.
    """

    posts: Sequence[KnownPost] = ()
    assignments: Sequence[Assignment] = ()
    pages: Sequence[str] = ()


POST = "id, path, slug, title, digest, sketch, face"


def post_row(post: KnownPost) -> Row:
    """The values of ``POST``."""
    sketch = struct.pack(f"<{len(post.minhash)}I", *sorted(post.minhash))
    return post.id, post.path, post.slug, post.title, post.digest, sketch, post.shown_digest


def to_post(row: Row) -> KnownPost:
    """The post of a row of ``POST``."""
    name, path, slug, title, digest, sketch, shown_digest = row
    return KnownPost(
        id=name,
        path=path,
        slug=slug,
        title=title,
        digest=digest,
        minhash=frozenset(struct.unpack(f"<{len(sketch) // 4}I", sketch)),
        shown_digest=shown_digest,
    )


ROWS_AT_ONCE = 500
# A machine says every minute that it runs.
SECONDS_ALIVE, SECONDS_KEPT = 180.0, 24 * 3600.0
MOST_SNAPSHOTS = 100

_KEEP_POST = upsert("known_posts", POST)
_ADD_DELIVERY = """
    INSERT INTO deliveries (id, subscription, position, state, attempts, since, not_before,
        channel, message, thread, published, letter, problem)
    SELECT $1, key, $3, 'waiting', 0,
        CASE WHEN searched > since THEN searched ELSE CAST(since AS DOUBLE PRECISION) END,
        0, NULL, NULL, NULL, 0, '', ''
    FROM subscriptions WHERE key = $2
    ON CONFLICT (id) DO NOTHING
"""
_ADD_POST = """
    INSERT INTO delivery_posts (subscription, post, delivery, number, shown)
    VALUES ($1, $2, $3, $4, '') ON CONFLICT (subscription, post) DO NOTHING
"""
# Without a condition on the state: Postgres would pass over a delivery that another machine
# is about to record as done. So it waits for that, and sees what came of it.
_MARK_CHANGED = """
    UPDATE deliveries SET state = CASE state
        WHEN 'done' THEN 'changed' WHEN 'dropped' THEN 'waiting' ELSE state END
    WHERE id IN (SELECT delivery FROM delivery_posts WHERE post = $1)
"""


class OlderPosts(SlashpostError):
    """Another machine that shares the state has newer posts."""

    def __init__(self, newer: str) -> None:
        super().__init__(
            f"{newer or 'Another machine'} has newer posts: this one announces nothing",
            "Give all machines the same posts, or stop those with older ones.",
        )


class Ledger:
    """Remembers posts. Every method may raise StateUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def posts(self) -> Sequence[KnownPost]:
        """All known posts, those that are gone included."""
        rows = await self._database.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
        return await asyncio.to_thread(_to_posts, rows)

    async def minhash_form(self) -> int | None:
        """How the texts were hashed, as ``minhash.FORM``; None where nobody wrote it down."""
        rows = await self._database.rows("SELECT minhash_form FROM ledger")
        return rows[0][0] if rows else FORM

    async def revise(
        self, fingerprint: str, owner: str, decide: Callable[[Known], Revision]
    ) -> tuple[Revision, int]:
        """Record what ``decide`` makes of the posts, and what is to be sent, in one transaction.

        Args:
            fingerprint: digest of all posts that were scanned.
            owner: names the machine and process.
            decide: called in another thread, with nobody else revising meanwhile.

        Returns:
            What was recorded, and the generation of these posts: 0 where no other machine
            can have others.

        Raises:
            OlderPosts: another machine has newer posts; nothing was recorded.
        """
        async with self._database.transaction() as transaction:
            await transaction.alone(LEDGER)
            before = await transaction.rows("SELECT generation FROM ledger")
            newest: int = before[0][0] if before else 0
            now = await transaction.now()
            generation, newer = 0, None
            if self._database.is_shared:
                generation, newer = await _rank(transaction, fingerprint, owner, newest, now)
            if newer is None:
                revision = await self._revise(transaction, decide, is_first=not before)
                await transaction.rows(
                    "INSERT INTO ledger (one, generation, looked, minhash_form)"
                    " VALUES (1, $1, $2, $3) ON CONFLICT (one) DO UPDATE"
                    " SET generation = excluded.generation, looked = excluded.looked,"
                    " minhash_form = excluded.minhash_form",
                    max(generation, newest),
                    now,
                    FORM,
                )
        if newer is not None:
            raise OlderPosts(newer)
        return revision, generation

    async def _revise(
        self, transaction: Transaction, decide: Callable[[Known], Revision], *, is_first: bool
    ) -> Revision:
        posts = await transaction.rows(f"SELECT {POST} FROM known_posts")  # noqa: S608
        subscriptions = await transaction.rows(
            f"SELECT {SUBSCRIPTION} FROM subscriptions ORDER BY since, key"  # noqa: S608
        )

        def revision_of_rows() -> Revision:
            return decide(
                Known(
                    posts=_to_posts(posts),
                    subscriptions=[to_subscription(row) for row in subscriptions],
                    is_first=is_first,
                )
            )

        revision = await asyncio.to_thread(revision_of_rows)
        await _write_posts(transaction, revision.posts, {name: shown for name, *_, shown in posts})
        await _assign(transaction, revision.assignments)
        await begin_waits(transaction, revision.pages)
        return revision


async def _rank(
    transaction: Transaction, fingerprint: str, owner: str, newest: int, now: float
) -> tuple[int, str | None]:
    """The generation of these posts, and the running machine that has newer ones, if any.

    Posts that nobody had before are the newest. Those that were replaced are older, as long
    as a machine runs that has the newer ones; then they are the newest again.
    """
    seen = await transaction.rows(
        "SELECT generation FROM snapshots WHERE fingerprint = $1", fingerprint
    )
    generation = seen[0][0] if seen else newest + 1
    newer = None
    if generation < newest:
        newer = await newer_machine(transaction, owner, newest, now)
        if newer is None:
            generation = newest + 1
    await transaction.rows(upsert("snapshots", "fingerprint, generation"), fingerprint, generation)
    await transaction.rows(
        "INSERT INTO machines (owner, generation, seen, older_since) VALUES ($1, $2, $3,"
        " CASE WHEN CAST($4 AS BIGINT) = 1 THEN CAST($3 AS DOUBLE PRECISION) END)"
        " ON CONFLICT (owner) DO UPDATE SET generation = excluded.generation,"
        " seen = excluded.seen, older_since = CASE WHEN excluded.older_since IS NOT NULL"
        " THEN coalesce(machines.older_since, excluded.older_since) END",
        owner,
        generation,
        now,
        int(newer is not None),
    )
    await transaction.rows("DELETE FROM snapshots WHERE generation < $1", newest - MOST_SNAPSHOTS)
    await transaction.rows("DELETE FROM machines WHERE seen < $1", now - SECONDS_KEPT)
    return generation, newer


async def older_machines(database: Database) -> Sequence[str]:
    """The names of the machines that run now and have older posts than another one."""
    async with database.transaction() as transaction:
        rows = await transaction.rows(
            "SELECT owner FROM machines WHERE older_since IS NOT NULL AND seen > $1 ORDER BY owner",
            await transaction.now() - SECONDS_ALIVE,
        )
    return list(dict.fromkeys(machine_of(owner) for (owner,) in rows))


async def newer_machine(
    transaction: Transaction, owner: str, generation: int, now: float
) -> str | None:
    """The name of another machine that runs and has posts of that generation; or None."""
    rows = await transaction.rows(
        "SELECT owner FROM machines WHERE owner <> $1 AND generation >= $2 AND seen > $3"
        " ORDER BY generation DESC, seen DESC LIMIT 1",
        owner,
        generation,
        now - SECONDS_ALIVE,
    )
    return machine_of(rows[0][0]) if rows else None


def machine_of(owner: str) -> str:
    """What people call the machine of an owner: its host's name."""
    return owner.rpartition(":")[0] or owner


async def _write_posts(
    transaction: Transaction, posts: Sequence[KnownPost], shown: Mapping[str, str]
) -> None:
    """Write posts down, and mark messages that show something else of them."""
    # The first scan finds thousands; in batches, the event loop stays responsive.
    for start in range(0, len(posts), ROWS_AT_ONCE):
        some = posts[start : start + ROWS_AT_ONCE]
        await transaction.many(_KEEP_POST, [post_row(post) for post in some])
        changed = [post.id for post in some if shown.get(post.id, "") != post.shown_digest]
        await transaction.many(_MARK_CHANGED, [(name,) for name in changed if name in shown])


async def _assign(transaction: Transaction, assignments: Sequence[Assignment]) -> None:
    ((last,),) = await transaction.rows("SELECT coalesce(max(position), 0) FROM deliveries")
    await transaction.many(
        _ADD_DELIVERY,
        [
            (given.delivery, given.subscription, position)
            for position, given in enumerate(assignments, start=last + 1)
        ],
    )
    await transaction.many(
        _ADD_POST,
        [
            (given.subscription, post, given.delivery, number)
            for given in assignments
            for number, post in enumerate(given.posts)
        ],
    )


def _to_posts(rows: Sequence[Row]) -> list[KnownPost]:
    return [to_post(row) for row in rows]
