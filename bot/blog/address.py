"""Where posts come from when they do not lie on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class RepositoryAddress:
    """A folder in a branch of a git repository.

    Attributes:
        url: what git clones, ``http`` or ``https``, without a user.
        branch: the branch's name; None for the one that the repository says is its main one.
        folder: path of the posts in the repository, with ``/``; empty for all of it.
        user: who the token belongs to, where the URL said so.
    """

    url: str
    branch: str | None = None
    folder: str = ""
    user: str | None = None

    def __str__(self) -> str:
        """The address as it is set, without the user."""
        place = f"{self.branch or ''}:{self.folder}".rstrip(":")
        return f"{self.url}#{place}" if place else self.url


@dataclass(frozen=True, slots=True)
class FeedAddress:
    """An RSS, Atom or JSON feed.

    Attributes:
        url: where it is fetched, with a query that may be a secret of its readers.
    """

    url: str = field(repr=False)

    def __str__(self) -> str:
        """The address for people: without a query."""
        return urlsplit(self.url)._replace(query="").geturl()
