"""What a feed has held: kept in a file, and compared with what it holds now."""

from __future__ import annotations

import datetime as dt
import json
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from bot.blog.errors import SourceError
from bot.sources.feed.entry import Entry, Medium, page_of, words_of


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
NOTHING = Entry()
Key = str | tuple[str, str]

# Of all their words, two texts of one title have so many in common if they are one post; and two
# of one id, if nothing else agrees.
MOST_OF_A_TEXT, SOME_OF_A_TEXT = 0.6, 0.3
# Fewer entries do not tell that a blog has moved.
FEWEST_MOVED = 3
DAY = 24 * 3600
# Time zones are fourteen hours from UTC at most, and quarters of an hour apart.
FARTHEST_ZONE, QUARTER_HOUR = 14 * 3600, 900
# Titles that recur more often than this say nothing, and comparing all their texts takes long.
MOST_OF_ONE_TITLE = 40
MOST_LETTERS_COMPARED = 50_000


def assign(
    entries: Sequence[Entry],
    known: Mapping[str, Entry],
    shared_ids: Collection[str],
    order: Sequence[str] = (),
) -> dict[int, str]:
    """The path of the post that each entry is, by the entry's place; new ones are missing.

    An entry is a post that was known if both have one id; or else one link; or else one title
    and most of their text; or else one title and day. Each is tried for all entries before
    the next, so that the result does not depend on the feed's order. What several entries or
    posts have tells none of them; where most ids are those of posts with nothing else in common
    with their entries, no id tells anything.

    Args:
        entries: what the feed holds now.
        known: every post that it has held, by path.
        shared_ids: ids that have told none of several entries.
        order: paths of those that the feed held the last time.
    """
    pairs = _Pairs(entries, known, order)
    pairs.match_ids(lambda one: one.id if one.id not in shared_ids else None)
    pairs.match(lambda one: page_of(one.link), _are_one_place)
    pairs.match_texts()
    pairs.match_titles(lambda one: (_title(one), one.date[:10]) if one.title and one.date else None)
    pairs.match_titles(_title, _are_one_moment)
    return pairs.found


class _Pairs:
    """Entries and known posts that belong together; each of them once."""

    def __init__(
        self, entries: Sequence[Entry], known: Mapping[str, Entry], order: Sequence[str]
    ) -> None:
        self.found: dict[int, str] = {}
        self._all_entries, self._all_known = entries, known
        self._entries = dict(enumerate(entries))
        self._known = dict(known)
        self._order = order
        self._unpaired: list[Entry] = []  # those with an id or a link that no post has

    def match(
        self,
        key: Callable[[Entry], Key | None],
        accept: Callable[[Entry, Entry], bool],
    ) -> None:
        """Pair what has the same key, where no other has or had it, if it is accepted."""
        for number, path in list(self._of_one(key)):
            if accept(self._entries[number], self._known[path]):
                self._pair(number, path)

    def match_ids(self, key: Callable[[Entry], Key | None]) -> None:
        """Pair what has the same id, unless most ids are those of other posts now."""
        pairs = list(self._of_one(key))
        agree = sum(_agree(self._entries[number], self._known[path]) for number, path in pairs)
        if 2 * agree >= len(pairs):
            for number, path in pairs:
                self._pair(number, path)

    def match_titles(
        self,
        key: Callable[[Entry], Key | None],
        accept: Callable[[Entry, Entry], bool] = lambda *_: True,
    ) -> None:
        """Pair what has the same key, of title and date, unless the texts speak against it."""
        vanished, has_moved = self._vanished(), self._has_moved()
        for number, path in list(self._of_one(key)):
            entry, known = self._entries[number], self._known[path]
            are_other_texts = _share(_words(entry), _words(known)) < SOME_OF_A_TEXT
            if accept(entry, known) and (has_moved or path in vanished or not are_other_texts):
                self._pair(number, path)

    def _has_moved(self) -> bool:
        """Whether most entries have a post's title, but another id and link than any."""
        titles = set(map(_title, self._known.values()))
        titled = sum(_title(entry) in titles for entry in self._unpaired)
        return len(self._unpaired) >= FEWEST_MOVED and 3 * titled >= 2 * len(self._all_entries)

    def _vanished(self) -> set[str]:
        """The posts that the feed lacks although it held them, and still holds an older one."""
        there = (self._all_known[path].date for path in self.found.values())
        oldest = min(map(moment_of, there), default=math.inf)
        return {
            path for path in self._order if oldest < moment_of(self._known.get(path, NOTHING).date)
        }

    def _of_one(self, key: Callable[[Entry], Key | None]) -> Iterator[tuple[int, str]]:
        """The entries and posts not yet paired that have a key which no others have."""
        known = _grouped(self._all_known, key)
        for name, numbers in _grouped(dict(enumerate(self._all_entries)), key).items():
            paths = known.get(name, [])
            if len(numbers) == len(paths) == 1:
                number, path = numbers[0], paths[0]
                if number in self._entries and path in self._known:
                    yield number, path

    def match_texts(self) -> None:
        """Pair what has the same title and most of the same text, the most alike first.

        A series may have the same words each time. So where days differ, the post must have
        vanished from among the others, or most entries have changed as this one.
        """
        self._unpaired = [one for one in self._entries.values() if one.id or page_of(one.link)]
        vanished, has_moved = self._vanished(), self._has_moved()
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
                    share = _share(words, others)
                    is_of_one_day = _may_be_one_day(self._entries[number], self._known[path])
                    if share >= MOST_OF_A_TEXT and (is_of_one_day or has_moved or path in vanished):
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


def _share(words: Collection[str], others: Collection[str]) -> float:
    """How much of two texts is in both, from 0 to 1."""
    return len({*words} & {*others}) / (max(len(words), len(others)) or 1)


def _agree(entry: Entry, known: Entry) -> bool:
    """Whether an entry of the same id has anything else of the post that it would be."""
    if (page := page_of(entry.link)) and page == page_of(known.link):
        return _are_one_place(entry, known)
    words, others = _words(entry), _words(known)
    has_same_title = _title(entry) == _title(known)
    has_same_date = bool(entry.date) and entry.date == known.date
    return (
        _share(words, others) >= SOME_OF_A_TEXT
        or (has_same_title and not (words and others))
        or (has_same_date and (has_same_title or "T" in entry.date))
    )


def _are_one_place(entry: Entry, known: Entry) -> bool:
    """Whether two links to one page do not lead to different places in it."""
    one, other = urlsplit(entry.link).fragment, urlsplit(known.link).fragment
    return not one or not other or one == other


def _may_be_one_day(entry: Entry, known: Entry) -> bool:
    """Whether two dates are of one day, as far as both are known."""
    is_known = bool(entry.date and known.date)
    return not is_known or entry.date[:10] == known.date[:10] or _are_one_moment(entry, known)


def _are_one_moment(entry: Entry, known: Entry) -> bool:
    """Whether two dates differ by a time zone at most, which may put them on two days."""
    if not (entry.date and known.date):
        return False
    seconds = abs(moment_of(entry.date) - moment_of(known.date))
    return seconds <= FARTHEST_ZONE and seconds % QUARTER_HOUR == 0


def moment_of(date: str) -> float:
    """A date in Unix seconds, a day alone at noon; minus infinity without one."""
    try:
        moment = dt.datetime.fromisoformat(date if len(date) > len("2024-01-31") else f"{date}T12")
    except ValueError:
        return -math.inf
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp()


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
    moments = {path: moment_of(dates.get(path, "")) for path in (*before, *now)}
    if _is_sorted([moments[path] for path in now]):
        first, last = sorted((moments[now[0]], moments[now[-1]]))
        surrounded = {path for path in gone if first < moments[path] < last}
    elif len(now) < len(before):
        kept = [number for number, path in enumerate(before) if path in set(now)]
        inside = range(kept[0], kept[-1]) if kept else range(0)
        surrounded = {before[number] for number in inside} & set(gone)
        if [path for path in now if path in set(before)] != [before[number] for number in kept]:
            surrounded = set()  # in another order: perhaps sorted by what was edited last
    else:
        surrounded = set()
    return surrounded if len(surrounded) <= max(1, len(now) // 2) else set()


def _is_sorted(moments: Sequence[float]) -> bool:
    """Whether all have dates, in one order or the other."""
    orders = sorted(moments), sorted(moments, reverse=True)
    return len(moments) > 1 and -math.inf not in moments and moments in orders
