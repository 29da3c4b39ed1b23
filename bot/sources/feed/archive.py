"""What a feed has held: kept in a file, and compared with what it holds now."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from bot.blog.errors import SourceError
from bot.sources.feed.entry import Entry, Medium, words_of


@dataclass(frozen=True, slots=True)
class Archive:
    """What is remembered of a feed.

    Attributes:
        entries: every entry that was seen and not taken back, by the path of its post.
        withdrawn: those that were taken back, so that one that returns is the post it was.
        order: paths of those that the feed held the last time, in its order.
        absent: Unix seconds of the look that first missed an entry, by its path.
        shared_ids: ids that have told none of several entries.
        site: address of the blog, or empty.
        moved: where the feed has moved for good, or empty.
        wait_until: Unix seconds before which its host asks not to be asked.
        is_gone: whether its host says that it is gone for good.
        etag, modified: what to ask with the next time.
    """

    entries: dict[str, Entry] = field(default_factory=dict)
    withdrawn: dict[str, Entry] = field(default_factory=dict)
    order: tuple[str, ...] = ()
    absent: dict[str, int] = field(default_factory=dict)
    shared_ids: tuple[str, ...] = ()
    site: str = ""
    moved: str = ""
    wait_until: int = 0
    is_gone: bool = False
    etag: str = ""
    modified: str = ""

    @classmethod
    def read(cls, file: Path) -> Self:
        """What was written there, or nothing where that cannot be read."""
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
            for name in ("entries", "withdrawn"):
                found[name] = {path: _entry(one) for path, one in found[name].items()}
            for name in ("order", "shared_ids"):
                found[name] = tuple(found[name])
            found.pop("since", None)  # which earlier versions wrote
            return cls(**found)
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return cls()

    def write(self, file: Path) -> None:
        """Replace the file in one step.

        Raises:
            SourceError: it cannot be written.
        """
        aside = file.with_name(file.name + ".new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            aside.write_text(json.dumps(asdict(self)), encoding="utf-8")
            aside.replace(file)
        except OSError as error:
            raise SourceError(
                f"what it held cannot be kept in {file} ({error.strerror})",
                "Set SLASHPOST_STATE to a file in a folder that can be written.",
            ) from error


def _entry(one: dict[str, Any]) -> Entry:
    media = tuple(Medium(**medium) for medium in one["media"])
    lists = {"tags": tuple(one["tags"]), "authors": tuple(one["authors"]), "media": media}
    return Entry(**{**one, **lists})


K = TypeVar("K")
Key = str | tuple[str, str]

# Of all their words, two texts of one title have so many in common if they are one post.
MOST_OF_A_TEXT = 0.6
# Titles that recur more often than this say nothing, and comparing all their texts takes long.
MOST_OF_ONE_TITLE = 40
MOST_LETTERS_COMPARED = 50_000


def assign(
    entries: Sequence[Entry], known: Mapping[str, Entry], shared_ids: Collection[str]
) -> dict[int, str]:
    """The path of the post that each entry is, by the entry's place; new ones are missing.

    An entry is a post that was known if both have one id; or else one link; or else one title
    and most of their text; or else one title and day. Each is tried for all entries before
    the next, so that the result does not depend on the feed's order.

    Args:
        entries: what the feed holds now.
        known: every post that it has held, by path.
        shared_ids: ids that have told none of several entries.
    """
    pairs = _Pairs(entries, known)
    pairs.match(lambda one: one.id if one.id not in shared_ids else None)
    pairs.match(lambda one: page_of(one.link) if one.link else None)
    pairs.match_texts()
    pairs.match(lambda one: (_title(one), one.date[:10]) if one.title and one.date else None)
    return pairs.found


class _Pairs:
    """Entries and known posts that belong together; each of them once."""

    def __init__(self, entries: Sequence[Entry], known: Mapping[str, Entry]) -> None:
        self.found: dict[int, str] = {}
        self._entries = dict(enumerate(entries))
        self._known = dict(known)

    def match(self, key: Callable[[Entry], Key | None]) -> None:
        """Pair what has the same key, where no other has it."""
        known = _grouped(self._known, key)
        for name, numbers in _grouped(self._entries, key).items():
            paths = known.get(name, [])
            if len(numbers) == len(paths) == 1:
                self._pair(numbers[0], paths[0])

    def match_texts(self) -> None:
        """Pair what has the same title and most of the same text, the most alike first."""
        known = _grouped(self._known, _title)
        alike = []
        for title, numbers in _grouped(self._entries, _title).items():
            paths = known.get(title, [])
            if not title or not 0 < len(numbers) * len(paths) <= MOST_OF_ONE_TITLE**2:
                continue
            now = {number: _words(self._entries[number]) for number in numbers}
            before = {path: _words(self._known[path]) for path in paths}
            for number, words in now.items():
                for path, others in before.items():
                    share = len(words & others) / (max(len(words), len(others)) or 1)
                    if share >= MOST_OF_A_TEXT:
                        alike.append((-share, path, self._entries[number].link, number))
        for _, path, _, number in sorted(alike):
            if number in self._entries and path in self._known:
                self._pair(number, path)

    def _pair(self, number: int, path: str) -> None:
        self.found[number] = path
        del self._entries[number], self._known[path]


def _grouped(entries: Mapping[K, Entry], key: Callable[[Entry], Key | None]) -> dict[Key, list[K]]:
    groups: dict[Key, list[K]] = defaultdict(list)
    for name, entry in entries.items():
        if found := key(entry):
            groups[found].append(name)
    return groups


def _title(entry: Entry) -> str:
    return " ".join(entry.title.casefold().split())


def _words(entry: Entry) -> set[str]:
    return set(words_of(entry.html[:MOST_LETTERS_COMPARED]).casefold().split())


def page_of(link: str) -> str:
    """A link without what changes when a blog gets a certificate, or a slash."""
    parts = urlsplit(link)
    return f"{parts.netloc.removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def missing(before: Sequence[str], now: Sequence[str], dates: Mapping[str, str]) -> set[str]:
    """The posts that a feed lacks although it holds what stood around them.

    In a feed that is sorted by date that is something older and something newer. In any other
    it is what stood before and behind, and the feed must be shorter than it was: what makes
    room for new entries leaves at one of its ends. Where most are missing, the feed shows
    something else than it did.

    Args:
        before: paths in the order in which the feed held them the last time.
        now: paths in the order in which it holds them now.
        dates: when they were published, by path; empty where nobody knows.
    """
    gone = [path for path in before if path not in set(now)]
    if _is_sorted([dates.get(path, "") for path in now]):
        first, last = sorted((dates[now[0]], dates[now[-1]]))
        surrounded = {path for path in gone if first < dates.get(path, "") < last}
    elif len(now) < len(before):
        kept = [number for number, path in enumerate(before) if path in set(now)]
        inside = range(kept[0], kept[-1]) if kept else range(0)
        surrounded = {before[number] for number in inside} & set(gone)
        if [path for path in now if path in set(before)] != [before[number] for number in kept]:
            surrounded = set()  # in another order: perhaps sorted by what was edited last
    else:
        surrounded = set()
    return surrounded if len(surrounded) <= max(1, len(now) // 2) else set()


def _is_sorted(dates: Iterable[str]) -> bool:
    """Whether all have dates, in one order or the other."""
    listed = list(dates)
    return (
        len(listed) > 1 and all(listed) and listed in (sorted(listed), sorted(listed, reverse=True))
    )
