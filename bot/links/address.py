"""An address of a site, taken apart so that it compares with a post."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

_INDEX = re.compile(r"index\.(?:html?|php)", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:html?|php|aspx?)$", re.IGNORECASE)
_YEAR = re.compile(r"(?:19|20)\d\d")
_MONTH = re.compile(r"0?[1-9]|1[0-2]")
_DAY = re.compile(r"0?[1-9]|[12]\d|3[01]")
_DATED = re.compile(r"((?:19|20)\d\d)-(\d\d?)(?:-(\d\d?))?(?:[-_ ]+(?=.)|$)")
_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2,4})?", re.IGNORECASE)

# Numbers of a year, a month and a day; the latter two are missing from some addresses.
Day = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Address:
    """One address that a site lists.

    Attributes:
        link: the address, in the form of ``Post.link``.
        name: its last piece without day and extension, as it is written.
        folders: the pieces before that, without those of a day, folded.
        day: the day in it, as far as it goes: ``(2024, 5)`` for ``/2024/05/x/``; or empty.
        shape: the folders as they are written, with a day's pieces replaced by their kind: posts
            that are built by the same rule have the same.
    """

    link: str
    name: str
    folders: tuple[str, ...]
    day: Day
    shape: str

    @classmethod
    def of(cls, link: str) -> Address:
        """Take a link apart."""
        host, pieces = _pieces(link)
        last = _EXTENSION.sub("", pieces.pop()) if pieces else ""
        day: list[int] = []
        shape = [host]
        folders = []
        for piece in pieces:
            kind, numbers = _dated(piece, len(day))
            if kind:
                day += numbers
            else:
                folders.append(fold(piece))
            shape.append(kind or piece)
        name, numbers = _name(last)
        if not day:
            day = list(numbers)
        elif name.isdecimal():  # such as /2024/05/17/
            day += _dated(name, len(day))[1]
        return cls(link, name, tuple(folders), tuple(day), "/".join(shape))

    @property
    def language(self) -> str:
        """The first folder, if it may be a language's; else empty."""
        first = self.folders[0] if self.folders else ""
        return first if _LANGUAGE.fullmatch(first) else ""

    @property
    def plain_shape(self) -> str:
        """The shape without a language."""
        host, _, rest = self.shape.partition("/")
        return f"{host}/{rest.partition('/')[2]}".rstrip("/") if self.language else self.shape

    def agrees(self, day: dt.date) -> bool:
        """Whether a post of that day may be here: a time zone may make it the next or the last."""
        days = (day + dt.timedelta(days=more) for more in (-1, 0, 1) if _is_near_no_end(day))
        return any(self.day == one.timetuple()[: len(self.day)] for one in days)


def page_of(link: str) -> str:
    """The same for every spelling of one page's address: ``/x``, ``/x/``, ``/x/index.html``."""
    host, pieces = _pieces(link)
    query = f"?{link.partition('?')[2].partition('#')[0]}" if "?" in link else ""
    return unicodedata.normalize("NFC", f"{host}/{'/'.join(pieces)}{query}")


def folder_of_day(pieces: list[str]) -> tuple[list[str], Day]:
    """Folders without those of a day, as they are written, and that day as far as it goes."""
    day: list[int] = []
    kept = []
    for piece in pieces:
        kind, numbers = _dated(piece, len(day))
        if kind:
            day += numbers
        else:
            kept.append(piece)
    return kept, tuple(day)


def fold(text: str) -> str:
    """Letters and digits alone, without accents and case: how slugs of one text agree."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def _pieces(link: str) -> tuple[str, list[str]]:
    """The host, if the link names one, and the pieces of the path, without an index's name."""
    try:
        parts = urlsplit(link)
    except ValueError:  # such as an unclosed [IPv6 bracket
        return "", []
    pieces = [unquote(piece) for piece in parts.path.split("/") if piece]
    if pieces and _INDEX.fullmatch(pieces[-1]):
        pieces.pop()
    return parts.netloc.lower(), pieces


def _dated(piece: str, known: int) -> tuple[str, tuple[int, ...]]:
    """What part of a day a folder is, given how many parts came before; and its numbers."""
    if known == 0:
        if _YEAR.fullmatch(piece):
            return "{year}", (int(piece),)
        if found := _DATED.fullmatch(piece):
            return "{date}", tuple(int(number) for number in found.groups() if number)
    elif known == 1 and _MONTH.fullmatch(piece):
        return "{month}", (int(piece),)
    elif known == 2 and _DAY.fullmatch(piece):  # noqa: PLR2004 - year and month
        return "{day}", (int(piece),)
    return "", ()


def _name(last: str) -> tuple[str, tuple[int, ...]]:
    found = _DATED.match(last)
    if found is None or found.end() == len(last):
        return last, ()
    return last[found.end() :], tuple(int(number) for number in found.groups() if number)


def _is_near_no_end(day: dt.date) -> bool:
    return dt.MINYEAR < day.year < dt.MAXYEAR
