"""Where posts come from when they do not lie on this machine."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class SecretAddress:
    """An address whose user, path and query may be secrets of those who read it.

    Whatever prints it, an error, a log, a template or ``repr``, prints its host only.

    Attributes:
        url: where to fetch it, ``http`` or ``https``. For requests, never for people.
    """

    url: str = field(repr=False)

    @property
    def host(self) -> str:
        """Its host, with the port where it names one."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def digest(self) -> str:
        """Eight letters that tell it from others of its host."""
        return blake2b(self.url.encode(), digest_size=4).hexdigest()

    def __str__(self) -> str:
        """Its host, and what tells it from others there."""
        return f"{self.host} ({self.digest})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


@dataclass(frozen=True, slots=True, repr=False)
class RepositoryAddress(SecretAddress):
    """A folder in a branch of a git repository.

    Attributes:
        url: what git clones, without a user.
        branch: the branch's name; None for the one that the repository says is its main one.
        folder: path of the posts in the repository, with ``/``; empty for all of it.
        user: who the token belongs to, where the URL said so.
    """

    branch: str | None = None
    folder: str = ""
    user: str | None = field(default=None, repr=False)

    @property
    def digest(self) -> str:
        """Eight letters that tell repository, branch and folder from others of the host."""
        place = f"{self.branch or ''}:{self.folder}".rstrip(":")
        whole = f"{self.url}#{place}" if place else self.url
        return blake2b(whole.encode(), digest_size=4).hexdigest()


@dataclass(frozen=True, slots=True, repr=False)
class FeedAddress(SecretAddress):
    """An RSS, Atom or JSON feed."""
