"""Posts and tags that are selected from the index by SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.blog.post import Post, Tag
from bot.index.connection import IndexConnection
from bot.index.database import IndexDatabase
from bot.index.rows import SELECTED, to_post

# Readers see the post.
VISIBLE = (
    "p.draft = 0 AND p.hidden IS NULL AND (p.appears IS NULL OR p.appears <= :now) "
    "AND (p.expires IS NULL OR p.expires > :now)"
)
# They see it as a post: lists, counts and announcements are about these.
LISTED = f"{VISIBLE} AND p.page = 0"
# They see it, or will once its author or the time says so.
PUBLISHABLE = "p.hidden IS NULL"
# Newest first, undated last by title (NULL is the smallest value in SQLite), ties by path.
IN_ORDER = "p.instant DESC, p.undated_title, p.path"
# Before every instant: year 1 is 62 billion seconds before 1970.
UNDATED = -(10**12)

TAGGED = "JOIN post_tags AS pt ON pt.post = p.id AND pt.key = :tag"

LEFT_OUT = """
    SELECT DISTINCT path, reason FROM (
        SELECT path, reason FROM left_out
        UNION ALL SELECT path, hidden FROM posts WHERE hidden IS NOT NULL
        UNION ALL SELECT path, 'a draft' FROM posts WHERE hidden IS NULL AND draft <> 0
        UNION ALL SELECT path, 'dated ' || date || ', which is in the future' FROM posts
            WHERE hidden IS NULL AND draft = 0 AND appears > :now
        UNION ALL SELECT path, 'its author had it published until an earlier day' FROM posts
            WHERE hidden IS NULL AND draft = 0 AND expires <= :now)
    ORDER BY path, reason
"""

# When the next post appears or expires that only waits for it, or null.
NEXT_DUE = """
    SELECT min(due) FROM (
        SELECT appears AS due FROM posts WHERE draft = 0 AND hidden IS NULL AND appears > :now
        UNION ALL SELECT expires FROM posts WHERE draft = 0 AND hidden IS NULL AND expires > :now)
"""

COUNT_TAGS = f"""
    SELECT count(*) FROM tags AS t WHERE EXISTS (
        SELECT 1 FROM post_tags AS pt JOIN posts AS p ON p.id = pt.post
        WHERE pt.key = t.key AND {LISTED})
"""  # noqa: S608

# Those whose author gave the link in full need no confirmation by the site.
COUNT_FINDINGS = f"""
    SELECT p.finding, count(*) FROM posts AS p
    WHERE {VISIBLE} AND p.finding IS NOT NULL AND NOT (p.own_link AND p.finding = 'unknown')
    GROUP BY p.finding
"""  # noqa: S608

# The site has left out those whose link is only the rule's.
COUNT_UNKNOWN_LINKS = f"""
    SELECT count(*) FROM posts AS p
    WHERE {VISIBLE} AND p.link IS NULL AND p.rule_link IS NULL
"""  # noqa: S608

ALL_POSTS = f"""
    SELECT p.path, p.title, p.slug, p.appears FROM posts AS p
    WHERE p.draft = 0 AND p.hidden IS NULL ORDER BY {IN_ORDER}
"""  # noqa: S608

# Of posts that go by one name, the one that `find` would take comes first.
LINKS = f"""
    SELECT n.name, p.link, p.appears FROM names AS n JOIN posts AS p ON p.id = n.post
    WHERE p.draft = 0 AND p.hidden IS NULL AND p.link IS NOT NULL
    ORDER BY n.kind, {IN_ORDER}
"""  # noqa: S608

# Of drafts and future posts too: a correction is only shown if it finds something.
VOCABULARY = """
    SELECT term, doc FROM vocabulary
    UNION ALL SELECT key, count(*) FROM post_tags GROUP BY key
"""

# All that readers see, to tell what is new; and their tags.
VISIBLE_POSTS = f"""
    SELECT p.path, p.slug, p.title, p.instant, p.link, p.rule_link, f.digest,
        p.page
    FROM posts AS p JOIN files AS f ON f.id = p.id WHERE {VISIBLE}
"""  # noqa: S608
VISIBLE_TAGS = f"""
    SELECT p.path, t.name FROM post_tags AS pt
    JOIN tags AS t ON t.key = pt.key JOIN posts AS p ON p.id = pt.post
    WHERE {VISIBLE} ORDER BY p.path, pt.position
"""  # noqa: S608
PASSAGES = f"""
    SELECT t.headings, t.body, b.anchors FROM posts AS p
    JOIN texts AS t ON t.id = p.id JOIN bodies AS b ON b.post = p.id
    WHERE p.path = :path AND {VISIBLE}
"""  # noqa: S608


class Posts:
    """Selects posts and tags. ``:now`` is a parameter of every statement.

    Args:
        connection: to the index.
        site_url: the blog's URL; where None, the one in the index.
        clock: Unix seconds.
    """

    def __init__(
        self, connection: IndexConnection, site_url: str | None, clock: Callable[[], float]
    ) -> None:
        self.connection = connection
        self.clock = clock
        self.site_url = site_url

    def with_now(self, parameters: Mapping[str, object]) -> dict[str, object]:
        """The parameters, and ``now``."""
        return {**parameters, "now": self.clock()}

    async def base_url(self, database: IndexDatabase) -> str | None:
        """The blog's URL, if it is known."""
        if self.site_url is not None:
            return self.site_url
        found: str | None = await database.value("SELECT value FROM meta WHERE name = 'site_url'")
        return found

    async def select(self, clauses: str, parameters: Mapping[str, object]) -> list[Post]:
        """Posts ``p``, by what follows ``FROM posts AS p``."""
        async with self.connection.use() as database:
            rows = await database.rows(
                f"SELECT {SELECTED} FROM posts AS p {clauses}",  # noqa: S608 - clauses are ours
                self.with_now(parameters),
            )
            site_url = await self.base_url(database)
        return [to_post(row).on_site(site_url) for row in rows]

    async def first(self, clauses: str, parameters: Mapping[str, object]) -> Post | None:
        """The first post that ``select`` gives."""
        posts = await self.select(clauses, parameters)
        return posts[0] if posts else None

    async def count(self, clauses: str, parameters: Mapping[str, object]) -> int:
        """How many rows follow from ``FROM posts AS p`` and the clauses."""
        async with self.connection.use() as database:
            return int(
                await database.value(
                    f"SELECT count(*) FROM posts AS p {clauses}",  # noqa: S608 - clauses are ours
                    self.with_now(parameters),
                )
            )

    async def by_paths(self, paths: Sequence[str]) -> list[Post]:
        """The visible posts of these paths, in this order."""
        places, parameters = bound("path", paths)
        posts = await self.select(f"WHERE p.path IN ({places}) AND {VISIBLE}", parameters)
        by_path = {post.path: post for post in posts}
        return [by_path[path] for path in paths if path in by_path]

    async def tags(self, condition: str, parameters: Mapping[str, object]) -> list[Tag]:
        """Tags of visible posts, most used first, ties by name; between limit and offset."""
        async with self.connection.use() as database:
            rows = await database.rows(
                "SELECT t.name, count(*) AS posts FROM post_tags AS pt "  # noqa: S608
                "JOIN tags AS t ON t.key = pt.key JOIN posts AS p ON p.id = pt.post "
                f"WHERE {LISTED} {condition} GROUP BY pt.key "
                "ORDER BY posts DESC, pt.key LIMIT :limit OFFSET :offset",
                self.with_now(parameters),
            )
        return [Tag(*row) for row in rows]


def bound(name: str, values: Sequence[object]) -> tuple[str, dict[str, object]]:
    """Named parameters for a list of values: as SQL, such as ``:path0, :path1``, and by name."""
    parameters = {f"{name}{number}": value for number, value in enumerate(values)}
    return ", ".join(f":{one}" for one in parameters), parameters
