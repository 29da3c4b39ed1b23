"""The repository at the other end of the network."""

from __future__ import annotations

import ipaddress
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import urllib3
from dulwich.client import HTTPUnauthorized, Urllib3HttpGitClient
from dulwich.errors import GitProtocolError, NotGitRepository
from dulwich.object_store import ObjectStoreGraphWalker
from dulwich.objects import ObjectID
from dulwich.refs import Ref
from dulwich.repo import Repo
from urllib3.connection import HTTPConnection, HTTPSConnection

from bot.blog.address import RepositoryAddress
from bot.blog.errors import SourceError
from bot.sources.git import pack
from bot.sources.git.pack import PackError, Received
from bot.sources.host import Address, is_public

# A repository of text comes nowhere near, since files that are no posts are not fetched from
# hosts that can leave them out; a small machine has that much space.
MOST_BYTES = 100_000_000
MOST_SECONDS = 120.0
SECONDS_TO_CONNECT = 10.0
SECONDS_TO_READ = 30.0
MOST_REDIRECTS = 5

# What hosts expect beside a token, where it is no account's password. GitHub, GitLab, Gitea
# and Forgejo take any name; https://docs.github.com/authentication has this one.
TOKEN_USER = "x-access-token"  # noqa: S105 - a name

Refs = Mapping[Ref, ObjectID]
BRANCHES = b"refs/heads/"

# Folders come, files do not: those that are posts are asked for by themselves.
# https://git-scm.com/docs/git-rev-list#Documentation/git-rev-list.txt---filterfilter-spec
WITHOUT_FILES = b"blob:none"


class UnreadableError(SourceError):
    """What was fetched now or before cannot be read."""


class _NoHeadError(SourceError):
    """The repository does not say which branch is its main one."""


class Remote:
    """Fetches from a repository over HTTP, in limited time and to a limited size.

    Args:
        address: what to fetch.
        token: lets it be fetched, or None.
        most_bytes: after so many bytes it is given up.
        most_seconds: after so many seconds, too.
        most_object_bytes: larger files and folders are skipped.
        is_public: whether an address is one of the public web; a host there may not lead to others.
    """

    def __init__(
        self,
        address: RepositoryAddress,
        token: str | None = None,
        *,
        most_bytes: int = MOST_BYTES,
        most_seconds: float = MOST_SECONDS,
        most_object_bytes: int = pack.MOST_OBJECT_BYTES,
        is_public: Callable[[Address], bool] = is_public,
    ) -> None:
        self._is_public = is_public
        self._address = address
        self._branch = address.branch
        self._token = token
        self._most_bytes = most_bytes
        self._most_seconds = most_seconds
        self._most_object_bytes = most_object_bytes

    def fetch_head(self, repo: Repo, known: ObjectID | None, *, depth: int | None) -> ObjectID:
        """Fetch the branch's newest commit and its folders; give its id.

        Args:
            repo: gets what ``known`` does not reach.
            known: the commit that it has, or None.
            depth: how many commits to go back; None for all since ``known``.

        Raises:
            SourceError: it cannot be fetched.
        """
        try:
            return self._fetch_branch(repo, known, depth)
        except _NoHeadError:
            self._branch = self._only_branch()
            return self._fetch_branch(repo, known, depth)

    def _fetch_branch(self, repo: Repo, known: ObjectID | None, depth: int | None) -> ObjectID:
        heads: list[ObjectID] = []

        def choose(refs: Refs) -> list[ObjectID]:
            heads.append(self._head(refs))
            return [] if heads[-1] == known else heads[-1:]

        self._pull(repo, choose, [known] if known else [], depth=depth)
        return heads[0]

    def deepen(self, repo: Repo, head: ObjectID, depth: int) -> None:
        """Fetch commits and folders before ``head``, as many as ``depth``."""
        self._pull(repo, lambda _refs: [head], [head], depth=depth)

    def fetch_files(self, repo: Repo, files: Sequence[ObjectID]) -> Received:
        """Fetch files by their ids; tell what is too large to be kept."""
        return self._pull(repo, lambda _refs: list(files), [], depth=None, filtered=False)

    def _head(self, refs: Refs) -> ObjectID:
        branch = self._branch
        head = refs.get(Ref(b"HEAD" if branch is None else BRANCHES + branch.encode()))
        if head is None and branch is None:
            raise _NoHeadError("its HEAD names no branch")
        if head is None:
            raise SourceError(
                f"{self._address} has no branch {branch}",
                "Name another after the #, or none for the main one.",
            )
        return head

    def _only_branch(self) -> str:
        """The branch of a repository that does not say which is its main one."""
        with self._connected() as client:
            refs = client.get_refs(b"", ref_prefix=[BRANCHES]).refs
        names = sorted(
            name.removeprefix(BRANCHES).decode("utf-8", "replace")
            for name in refs
            if name.startswith(BRANCHES)
        )
        if not names:
            raise SourceError(f"{self._address}: the repository is empty", "Push to it first.")
        if len(names) > 1:
            raise SourceError(
                f"{self._address}: its HEAD names no branch that exists",
                f"Name one after a #: {', '.join(names[:5])}{', …' if names[5:] else ''}.",
            )
        return names[0]

    @contextmanager
    def _connected(self) -> Iterator[BoundedClient]:
        """A client; whatever goes wrong with it is explained for people."""
        client = BoundedClient(
            self._address,
            self._token,
            Connections(self._is_public),
            most_bytes=self._most_bytes,
            seconds=self._most_seconds,
        )
        try:
            yield client
        except Exception as error:  # noqa: BLE001 - a broken pack makes dulwich raise anything
            raise self._explained(error) from None  # it may quote the address
        finally:
            client.close()

    def _pull(
        self,
        repo: Repo,
        choose: Callable[[Refs], list[ObjectID]],
        known: Sequence[ObjectID],
        *,
        depth: int | None,
        filtered: bool = True,
    ) -> Received:
        def wants(refs: Refs, depth: int | None = None) -> list[ObjectID]:  # noqa: ARG001
            return choose(refs)

        walker = ObjectStoreGraphWalker(known, repo.get_parents, shallow=repo.get_shallow())
        branch = self._branch
        folder = Path(repo.object_store.pack_dir)
        aside = folder / "received.new"
        try:
            with self._connected() as client:
                with aside.open("wb") as file:
                    result = client.fetch_pack(
                        "",
                        wants,
                        walker,
                        file.write,
                        depth=depth,
                        ref_prefix=[b"HEAD" if branch is None else BRANCHES + branch.encode()],
                        filter_spec=WITHOUT_FILES if filtered else None,
                    )
                received = pack.keep(aside, folder, self._most_object_bytes)
        finally:
            aside.unlink(missing_ok=True)
        repo.update_shallow(result.new_shallow, result.new_unshallow)
        return received

    def _explained(self, error: Exception) -> SourceError:
        """What went wrong, for people. A broken pack makes dulwich raise anything."""
        address = self._address
        if isinstance(error, SourceError):
            return error
        if isinstance(error, HTTPUnauthorized):
            if self._token:
                hint = (
                    "See whether SLASHPOST_POSTS_TOKEN may read the repository, and is still valid."
                )
                return SourceError(f"{address} does not accept the token", hint)
            return SourceError(
                f"{address} does not exist, or is private",
                "For a private repository, set SLASHPOST_POSTS_TOKEN to a token that may read it.",
            )
        if isinstance(error, NotGitRepository):
            return SourceError(
                f"{address} is no git repository, or is private", "Check the address."
            )
        is_told = isinstance(
            error, GitProtocolError | PackError | OSError | urllib3.exceptions.HTTPError
        )
        kind = SourceError if is_told else UnreadableError
        return kind(f"{address} cannot be fetched ({cause_of(error)})", "It is tried again later.")


def cause_of(error: Exception) -> str:
    """Why nothing was fetched, in few words."""
    cause = error.__cause__ or error
    if isinstance(cause, urllib3.exceptions.MaxRetryError) and cause.reason:
        cause = cause.reason
    is_told = isinstance(
        cause, urllib3.exceptions.HTTPError | GitProtocolError | PackError | OSError
    )
    if not is_told or not str(cause):
        return f"what it sends is damaged: {type(cause).__name__}"
    text = str(cause)
    if isinstance(cause, urllib3.exceptions.HTTPError):
        text = text.rpartition(": ")[2]
    # Libraries quote the address that they asked for, whole or in part.
    return re.sub(r"https?://\S+|\S*/(?:info/refs|git-upload-pack)\S*", "its address", text)


class Connections(urllib3.PoolManager):
    """Connections that can be closed all at once, those of unread answers included.

    A repository may be on the owner's own network. A host of the public web leads nowhere there:
    what it redirects to is looked at when the connection to it is made.

    Args:
        is_public: whether an address is one of the public web.
    """

    def __init__(self, is_public: Callable[[Address], bool]) -> None:
        super().__init__(
            timeout=urllib3.Timeout(connect=SECONDS_TO_CONNECT, read=SECONDS_TO_READ),
            # A connection that is tried again is logged, with the whole address.
            retries=urllib3.Retry(connect=0, read=0, redirect=MOST_REDIRECTS, other=0),
        )
        self._answers: list[urllib3.BaseHTTPResponse] = []
        self._is_public = is_public
        self._begins_in_public: bool | None = None
        check = self._check

        class Connection(HTTPConnection):
            def _new_conn(self) -> socket.socket:
                return check(super()._new_conn())

        class SecureConnection(HTTPSConnection):
            def _new_conn(self) -> socket.socket:
                return check(super()._new_conn())

        class Pool(urllib3.HTTPConnectionPool):
            ConnectionCls = Connection

        class SecurePool(urllib3.HTTPSConnectionPool):
            ConnectionCls = SecureConnection

        self.pool_classes_by_scheme = {"http": Pool, "https": SecurePool}

    def _check(self, connected: socket.socket) -> socket.socket:
        """A new connection, if it may be used."""
        address = connected.getpeername()[0]
        found = self._is_public(ipaddress.ip_address(address.partition("%")[0]))
        if self._begins_in_public is None:
            self._begins_in_public = found
        if self._begins_in_public and not found:
            connected.close()
            raise GitProtocolError(f"it leads to {address}, which is no public address")
        return connected

    def urlopen(
        self, method: str, url: str, *more: Any, **options: Any
    ) -> urllib3.BaseHTTPResponse:
        """Make a request, and remember its answer."""
        answer = super().urlopen(method, url, *more, **options)
        self._answers.append(answer)
        return answer

    def close(self) -> None:
        """Close them all."""
        for answer in self._answers:
            answer.close()
        self.clear()


class BoundedClient(Urllib3HttpGitClient):
    """Gives up after some bytes or seconds, however slowly the host sends."""

    def __init__(
        self,
        address: RepositoryAddress,
        token: str | None,
        connections: Connections,
        *,
        most_bytes: int,
        seconds: float,
    ) -> None:
        self._connections = connections
        super().__init__(
            address.url,
            pool_manager=connections,
            username=address.user or (token and TOKEN_USER),
            password=token,
            thin_packs=False,  # each pack stands on its own
            quiet=True,
        )
        self._bytes_left = most_bytes
        self._most_bytes = most_bytes
        self._seconds = seconds
        self._deadline = time.monotonic() + seconds

    def close(self) -> None:
        """Close its connections."""
        self._connections.close()

    def _http_request(
        self,
        url: str,
        headers: dict[str, str] | None = None,
        data: bytes | Iterator[bytes] | None = None,
        raise_for_status: bool = True,  # noqa: FBT001, FBT002 - as in the base class
    ) -> tuple[Any, Callable[[int], bytes]]:
        response: Any
        response, _ = super()._http_request(url, headers, data, raise_for_status)
        if not raise_for_status and response.status != HTTPStatus.OK:
            return response, response.read

        def read(size: int) -> bytes:
            parts = []
            while size > 0 and (part := response.read1(size)):
                self._spend(len(part))
                parts.append(part)
                size -= len(part)
            return b"".join(parts)

        return response, read

    @staticmethod
    def _warn_filter_objects() -> None:
        """Say nothing, each time: the posts come all the same."""

    def _spend(self, count: int) -> None:
        self._bytes_left -= count
        if self._bytes_left < 0:
            raise GitProtocolError(f"more than {self._most_bytes:,} bytes")
        if time.monotonic() > self._deadline:
            raise GitProtocolError(f"not done after {self._seconds:.0f} seconds")
