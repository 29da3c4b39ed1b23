"""A git repository as a source of posts."""

from __future__ import annotations

import contextlib
import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from dulwich.objects import Commit, ObjectID
from dulwich.repo import Repo

from bot.blog.address import RepositoryAddress
from bot.blog.errors import LeftOut, SourceError
from bot.blog.source import Dates, Snapshot, SourceFile
from bot.sources.git.remote import Remote, UnreadableError
from bot.sources.git.store import CommitTree, Store, dates_of
from bot.sources.tree import Listing, SiteFiles, site_file_text, too_large, walk

log = logging.getLogger(__name__)

# Each fetch leaves a pack or more. After so many everything is fetched anew.
MOST_PACKS = 60
# How far back posts without a date are looked for in the history.
MOST_COMMITS = 1000
# As many files are asked for at once as make a request of half a megabyte.
FILES_AT_ONCE = 10_000
STAMP_BYTES = 7  # what SQLite's integers hold
CHECKPOINT = "slashpost.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is remembered of the last fetch that worked.

    Attributes:
        head: the newest commit.
        has_history: whether the commits before it were fetched, too, or cannot be.
        dates: of its files, by path.
        too_large: size by id of files that were not kept; 0 where nobody unpacked it.
    """

    head: ObjectID
    has_history: bool = False
    dates: Mapping[str, Dates] = field(default_factory=dict)
    too_large: Mapping[ObjectID, int] = field(default_factory=dict)


class RepositoryFile(NamedTuple):
    """One Markdown file of a commit."""

    path: str
    size: int
    stamp: int
    id: ObjectID
    fetch: Callable[[ObjectID], bytes]
    dates: Dates | None

    def read(self) -> bytes:
        """The file's bytes."""
        return self.fetch(self.id)


class Repository:
    """Posts in a branch of a git repository; implements ``blog.Source``.

    Only folders, Markdown and the site's configuration are fetched from hosts that can leave
    out the rest, and nothing is checked out. What was fetched stays on the disk.

    Args:
        address: where it is.
        folder: where to keep what was fetched.
        remote: fetches it.
        site: tells the site's configuration.
        max_bytes: larger Markdown files are left out.
        clock: Unix seconds.
    """

    def __init__(
        self,
        address: RepositoryAddress,
        folder: Path,
        *,
        remote: Remote,
        site: SiteFiles,
        max_bytes: int,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._address = address
        self._folder = folder
        self._remote = remote
        self._site = site
        self._max_bytes = max_bytes
        self._clock = clock
        self._store: Store | None = None
        self._last: tuple[Checkpoint, Snapshot] | None = None
        self._sizes: dict[ObjectID, int] = {}
        self._too_large: dict[ObjectID, int] = {}
        # In words: an error holds on to what was open when it was raised.
        self._damage = ""

    def close(self) -> None:
        """Close the files on the disk."""
        if self._store is not None:
            self._store.close()
            self._store = None

    def snapshot(self) -> Snapshot:
        """Fetch what is new, and list the posts.

        Raises:
            SourceError: the repository cannot be fetched, or holds no posts in that folder.
        """
        checkpoint = self._fetch()
        if self._last is None or self._last[0] != checkpoint:
            snapshot = self._try_snapshot(checkpoint)
            if snapshot is None:
                checkpoint = self._fetch_anew()
                snapshot = self._snapshot(checkpoint)
            self._last = checkpoint, snapshot
        return self._last[1]

    def fetched(self) -> Snapshot | None:
        """What the last fetch brought, as far as it can be read, without asking the host."""
        checkpoint = self._read_checkpoint()
        with contextlib.suppress(SourceError):
            return self._try_snapshot(checkpoint) if checkpoint else None
        return None

    def _try_snapshot(self, checkpoint: Checkpoint) -> Snapshot | None:
        """A snapshot, or None where what was fetched is damaged."""
        try:
            return self._snapshot(checkpoint)
        except SourceError:
            raise
        except Exception as error:  # noqa: BLE001 - a damaged file makes dulwich raise anything
            self._damage = repr(error)
        return None

    def _fetch(self) -> Checkpoint:
        checkpoint = self._read_checkpoint()
        if checkpoint is not None and not self._has_too_many_packs():
            try:
                store = self._opened()
                store.items(store.commit(checkpoint.head).tree)
                if not self._damage:
                    return self._catch_up(store, self._folder, checkpoint)
            except UnreadableError as error:  # here or there: all of it is asked for once more
                self._damage = repr(error)
            except SourceError:
                raise
            except Exception as error:  # noqa: BLE001 - as above
                self._damage = repr(error)
        return self._fetch_anew()

    def _opened(self) -> Store:
        if self._store is None:
            self._store = Store(self._folder)
        return self._store

    def _has_too_many_packs(self) -> bool:
        return len(list(self._folder.glob("objects/pack/*.pack"))) > MOST_PACKS

    def _fetch_anew(self) -> Checkpoint:
        """Fetch everything into a folder beside, and replace the old one when it is complete."""
        if self._damage:
            log.warning("%s is damaged (%s); fetching it anew", self._folder, self._damage)
        aside = self._folder.with_name(self._folder.name + ".new")
        shutil.rmtree(aside, ignore_errors=True)
        try:
            aside.mkdir(parents=True)
            Repo.init_bare(str(aside)).close()
            with contextlib.closing(Store(aside)) as store:
                checkpoint = self._catch_up(store, aside, None)
            self.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            aside.replace(self._folder)
        except OSError as error:
            raise SourceError(
                f"{aside}: what is fetched cannot be kept ({error})",
                "Set SLASHPOST_STATE to a file in a folder that can be written.",
            ) from error
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        self._damage = ""
        return checkpoint

    def _catch_up(self, store: Store, folder: Path, known: Checkpoint | None) -> Checkpoint:
        """Fetch what ``known`` lacks into a store, and write the checkpoint once it is complete."""
        head = self._remote.fetch_head(
            store.repo, known.head if known else None, depth=None if known else 1
        )
        if known is not None and head == known.head:
            return known
        try:
            commit = store.commit(head)
        except (KeyError, TypeError) as error:
            raise UnreadableError(
                f"{self._address} cannot be fetched (its newest commit is damaged, or too large)"
            ) from error
        self._too_large = dict(known.too_large) if known else {}
        self._fetch_addresses(store, commit)
        listing = self._list(store, commit)
        self._fetch_files(store, listing)
        has_history = bool(known and known.has_history) or self._deepen(store, head)
        checkpoint = Checkpoint(
            head=head,
            has_history=has_history,
            dates=dates_of(store, commit, self._address.folder, listing.files, int(self._clock())),
            too_large=self._too_large,
        )
        _write(folder / CHECKPOINT, checkpoint)
        return checkpoint

    def _fetch_addresses(self, store: Store, commit: Commit) -> None:
        """Fetch the file that names the submodules; they go without addresses where it fails."""
        modules = store.modules(commit.tree)
        if modules is not None and not store.has(modules):
            with contextlib.suppress(SourceError):
                self._remote.fetch_files(store.repo, [modules])

    def _list(self, store: Store, commit: Commit) -> Listing[ObjectID]:
        listing = walk(CommitTree(store, commit.tree, self._address.folder), self._site)
        if listing.is_empty:
            raise SourceError(
                f"there are no Markdown files in {self._address}",
                "Name branch and folder of the posts after the address: #main:content/posts.",
            )
        return listing

    def _fetch_files(self, store: Store, listing: Listing[ObjectID]) -> None:
        """Fetch the files that are not there yet; note those that are too large to be kept."""
        missing = sorted({name for name in _wanted(listing) if not store.has(name)})
        missing = [name for name in missing if name not in self._too_large]
        for start in range(0, len(missing), FILES_AT_ONCE):
            asked = missing[start : start + FILES_AT_ONCE]
            received = self._remote.fetch_files(store.repo, asked)
            for name in asked:
                if name in received.too_large or (received.skipped and not store.has(name)):
                    self._too_large[name] = received.too_large.get(name, 0)
                elif not store.has(name):
                    raise SourceError(
                        f"{self._address} cannot be fetched (files are missing from it)"
                    )

    def _deepen(self, store: Store, head: ObjectID) -> bool:
        """Fetch the commits before; posts do without where that cannot be."""
        try:
            self._remote.deepen(store.repo, head, MOST_COMMITS)
        except SourceError as error:
            log.info("Posts without a date have none from git: %s", error)
            return False
        return True

    def _snapshot(self, checkpoint: Checkpoint) -> Snapshot:
        store = self._opened()
        self._too_large = dict(checkpoint.too_large)
        listing = self._list(store, store.commit(checkpoint.head))
        self._fetch_files(store, listing)  # another version may have wanted others
        left_out, problems = list(listing.left_out), list(listing.problems)
        files: list[SourceFile] = []
        for path, name in sorted(listing.files.items()):
            if reason := self._why_not_read(name):
                left_out.append(LeftOut(path, reason))
                continue
            size = self._size(name)
            dates = checkpoint.dates.get(path)
            files.append(RepositoryFile(path, size, _stamp(name, dates), name, self._read, dates))
        site_files = {}
        for path, name in listing.site_files.items():
            if reason := self._why_not_read(name):
                left_out.append(LeftOut(path, reason))
            elif (text := site_file_text(path, self._read(name), problems)) is not None:
                site_files[path] = text
        return Snapshot(
            name=str(self._address),
            files=tuple(files),
            left_out=tuple(sorted(left_out, key=lambda left: left.path)),
            problems=tuple(problems),
            site_files=site_files,
            inside=listing.inside,
            markers=frozenset(listing.markers),
        )

    def _why_not_read(self, name: ObjectID) -> str | None:
        """Why a file is left out, or None."""
        if name in self._too_large and not self._too_large[name]:
            return "it is packed in a way that takes too much to unpack"
        size = self._size(name)
        return too_large(size, self._max_bytes) if size > self._max_bytes else None

    def _size(self, name: ObjectID) -> int:
        if name in self._too_large:
            return self._too_large[name]
        if name not in self._sizes:
            self._sizes[name] = len(self._read(name))
        return self._sizes[name]

    def _read(self, name: ObjectID) -> bytes:
        try:
            return self._opened().read(name)
        except Exception as error:
            self._damage = repr(error)  # so that the next look fetches all of it again
            raise OSError(f"what was fetched is damaged ({error!r})") from error

    def _read_checkpoint(self) -> Checkpoint | None:
        """What was noted by the last fetch that worked, if that can be read."""
        try:
            found = json.loads((self._folder / CHECKPOINT).read_text(encoding="utf-8"))
            dates = {path: Dates(*both) for path, both in found["dates"].items()}
            head = ObjectID(found["head"].encode("ascii"))
            large = {ObjectID(name.encode()): size for name, size in found["too_large"].items()}
            return Checkpoint(head, found["has_history"], dates, large)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None


def _wanted(listing: Listing[ObjectID]) -> Iterator[ObjectID]:
    """The files whose content is needed."""
    yield from listing.files.values()
    yield from listing.site_files.values()


def _write(file: Path, checkpoint: Checkpoint) -> None:
    """Replace the checkpoint in one step."""
    aside = file.with_suffix(".new")
    dates = {path: (one.written, one.changed) for path, one in checkpoint.dates.items()}
    content = {
        "head": checkpoint.head.decode("ascii"),
        "has_history": checkpoint.has_history,
        "dates": dates,
        "too_large": {name.decode(): size for name, size in checkpoint.too_large.items()},
    }
    aside.write_text(json.dumps(content), encoding="utf-8")
    aside.replace(file)


def _stamp(name: ObjectID, dates: Dates | None) -> int:
    """A number that changes with the file and with what is known of its past."""
    known = f"{name.decode('ascii')} {dates}".encode()
    return int.from_bytes(blake2b(known, digest_size=STAMP_BYTES).digest())
