"""What a link rule may look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from bot.blog.date import PostDate


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One post, as far as its address depends on it.

    Attributes:
        path: the file's path relative to the posts folder; inside the links room,
            relative to the site's own folder.
        meta: front matter over the site's defaults for that path; keys in lower case.
        title: the post's title as plain text.
        date: when it was published, wherever that was said, or None.
        name_date: the day in the file's name or path, or None.
        categories: the post's categories, in the author's order.
        language: the post's language, or None.
    """

    path: str
    meta: Mapping[str, object]
    title: str
    date: PostDate | None = None
    name_date: dt.date | None = None
    categories: tuple[str, ...] = ()
    language: str | None = None

    def at(self, path: str) -> Facts:
        """The same post at another path."""
        if path == self.path:
            return self
        return Facts(
            path=path,
            meta=self.meta,
            title=self.title,
            date=self.date,
            name_date=self.name_date,
            categories=self.categories,
            language=self.language,
        )
