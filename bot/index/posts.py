"""Posts and tags that are selected from the index by SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from bot.blog.post import Post
from bot.blog.tag import Tag
from bot.index.connection import IndexConnection
from bot.index.database import IndexDatabase
from bot.index.rows import SELECTED, to_post
from bot.index.sql import LISTED, VISIBLE


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
