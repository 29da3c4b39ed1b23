"""A search as a person types it, parsed; and the words in it that need not be found."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bot.blog.post import tag_key
from bot.index.fts_text import clean, quoted
from bot.index.names import plain_name

# So many words are a sentence, which has more that says nothing.
SENTENCE = 5
_EDGES = ".,;:!?¿¡…()"


def _stop_words() -> dict[str, set[str]]:
    words = defaultdict[str, set[str]](set)
    file = Path(__file__).with_name("stop_words.txt")
    for line in file.read_text(encoding="utf-8").splitlines():
        language, _, listed = line.partition(": ")
        if line and not line.startswith("#"):
            words[language] |= set(listed.split())
    return words


_LISTS = _stop_words()
_ENGLISH_SENTENCES = _LISTS["en"] | _LISTS.pop("en+")


def telling(words: Sequence[str]) -> list[str]:
    """Those of a query's words that say what is meant; none where all are stop words.

    The language is the one that most of the words are stop words of, two at least; else English.
    """
    plain = [_plain(word) for word in words]

    def count(language: str) -> int:
        return sum(word in _LISTS[language] for word in plain)

    language = max(_LISTS, key=lambda one: (count(one), one == "en"))
    if count(language) == 1:
        language = "en"
    stop_words = _LISTS[language]
    if language == "en" and len(words) >= SENTENCE:
        stop_words = _ENGLISH_SENTENCES
    return [word for word, key in zip(words, plain, strict=True) if key not in stop_words]


def _plain(word: str) -> str:
    """A word without what stands around it: ``what`` of ``What's?``."""
    return re.split("['’]", word.strip(_EDGES).casefold())[0]  # noqa: RUF001 - the typographic one


MAX_TERMS = 32
# Shorter last words are taken as they stand: c must not find everything with a c.
MIN_PREFIX = 3
# Of so many words, a post may lack one that is named by all others.
MIN_NAMED, MAX_NAMED = 3, 8
# A dash excludes after a space and before a letter or a quotation mark.
_TERM = re.compile(
    r"(?P<minus>(?<=\s)-(?=[^\W\d_]|\")|(?<!\S)-(?=tag:\S))?"
    r"(?:(?<![^\s-])(?P<field>tag|author|after|before):(?=\S))?"
    r"(?:\"(?P<phrase>[^\"]*)\"|(?P<word>[^\s\"]+))",
    re.IGNORECASE,
)
_DAY = re.compile(r"(\d{4})(?:-(\d\d?))?(?:-(\d\d?))?", re.ASCII)


class Query(NamedTuple):
    """A search: words that must occur, words that must not, and conditions on the post.

    Attributes:
        words: words and phrases that must all occur. Stop words count only where there are
            no others.
        only_stop_words: whether there are none.
        begun: the last of ``words`` may be the beginning of a word.
        without: words and phrases of which none may occur. There are none where nothing is
            asked for beside them.
        tags, not_tags: keys of tags that the post must have, and must not have.
        authors: folded parts of the names of its authors.
        after: the first day, month or year that counts, such as ``2023-05``.
        before: the first that does not count any more.
    """

    words: tuple[str, ...] = ()
    only_stop_words: bool = False
    begun: bool = False
    without: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    not_tags: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, text: str, flags: Collection[str] = ()) -> Query:
        """Parse any text; what is no operator is a word. More than 32 terms are cut.

        Args:
            text: what was typed.
            flags: of the words after a dash those that are looked for with it, such as the
                ``xvf`` of ``tar -xvf``.
        """
        parts = _Parts(flags=flags)
        for count, found in enumerate(_TERM.finditer(clean(text))):
            if count == MAX_TERMS:
                break
            parts.add(found)
        if parts.query == Query() and not parts.words:
            parts.words, parts.without = parts.without, []
        words = telling(parts.words)
        # Of a word that stands there twice, the last stays: it may be begun.
        once = tuple(reversed(dict.fromkeys(reversed(words or parts.words))))
        return parts.query._replace(
            words=once,
            only_stop_words=bool(parts.words) and not words,
            begun=parts.begun and tuple(parts.words[-1:]) == once[-1:],
            without=tuple(parts.without),
        )

    @staticmethod
    def without_exclusions(text: str, words: Collection[str]) -> str:
        """A query that looks for words which ``text`` excludes."""
        for word in words:
            text = re.sub(rf"(?<=\s)-(?=\"?{re.escape(word)}(?!\w))", "", text)
        return text

    @staticmethod
    def broken_dates(text: str) -> Sequence[str]:
        """The ``after:`` and ``before:`` that name no date, and so are looked for as words."""
        return [
            found[0].strip()
            for found in _TERM.finditer(clean(text))
            if (found["field"] or "").lower() in {"after", "before"}
            and _day(found["word"] if found["phrase"] is None else found["phrase"]) is None
        ]

    @property
    def is_empty(self) -> bool:
        """Whether it asks for nothing."""
        return self == Query()

    @property
    def telling_words(self) -> Sequence[str]:
        """Those of its words that say what is meant."""
        return () if self.only_stop_words else self.words

    def match_all(self, *, begun: bool = False) -> str | None:
        """The words as an FTS5 expression, or None where there are none.

        Args:
            begun: whether the last one may be the beginning of a word.
        """
        return _joined(" AND ", self.words, begun=begun)

    def match_any(self, *, begun: bool = False) -> str | None:
        """The words as an FTS5 expression of which one must be true, or None without words."""
        return _joined(" OR ", self.words, begun=begun)

    @property
    def match_named(self) -> str | None:
        """What a title and tags match that hold all words but one; None for few or very many."""
        words = self.telling_words
        if not MIN_NAMED <= len(words) <= MAX_NAMED or any(" " in word for word in words):
            return None
        return f"{{title tags}} : ({_all_but_one_of(words)})"

    @property
    def match_without(self) -> str | None:
        """What must not occur as an FTS5 expression, or None."""
        return _joined(" OR ", self.without)


def _joined(operator: str, words: Sequence[str], *, begun: bool = False) -> str | None:
    return operator.join(map(quoted, words)) + "*" * begun if words else None


def _all_but_one_of(words: Sequence[str]) -> str:
    """Two or more words: one half whole and the other but for one. So each is named few times."""
    middle = len(words) // 2
    ways = []
    for whole, rest in ((words[:middle], words[middle:]), (words[middle:], words[:middle])):
        others = f" AND ({_all_but_one_of(rest)})" if len(rest) > 1 else ""
        ways.append(f"({_joined(' AND ', whole)}{others})")
    return " OR ".join(ways)


@dataclass
class _Parts:
    """A query as it is put together, term by term."""

    flags: Collection[str] = ()
    query: Query = field(default_factory=Query)
    words: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    begun: bool = False

    def add(self, found: re.Match[str]) -> None:
        phrase, word = found["phrase"], found["word"]
        text = word if phrase is None else phrase
        self.begun = False
        if found["field"] and self._add_condition(found["field"].lower(), text, found["minus"]):
            return
        if found["field"]:
            text = f"{found['field']}:{text}"
        if not any(character.isalnum() for character in text):
            return
        if found["minus"] and text not in self.flags:
            self.without.append(text)
            return
        self.words.append(text)
        self.begun = phrase is None and len(text) >= MIN_PREFIX and text[-1].isalnum()

    def _add_condition(self, name: str, value: str, minus: str | None) -> bool:
        """Take an operator; False where it is none after all."""
        query = self.query
        if name == "tag":
            key = tag_key(value)
            if minus:
                self.query = query._replace(not_tags=(*query.not_tags, key))
            else:
                self.query = query._replace(tags=(*query.tags, key))
            return bool(key)
        if minus:
            return False
        if name == "author":
            self.query = query._replace(authors=(*query.authors, plain_name(value)))
            return bool(plain_name(value))
        day = _day(value)
        if day is None:
            return False
        if name == "after":
            self.query = query._replace(after=max(day, query.after or day))
        else:
            self.query = query._replace(before=min(day, query.before or day))
        return True


def _day(text: str) -> str | None:
    """A year, month or day as posts' dates begin, or None."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    year, *rest = (part for part in found.groups() if part)
    return "-".join((year, *(part.zfill(2) for part in rest)))
