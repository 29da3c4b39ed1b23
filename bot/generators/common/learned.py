"""What the posts' own links to each other say about the addresses of a site.

Sites made with JavaScript choose their routes in code, and of others the configuration is
often not at hand. But their authors link from post to post, and those links work.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from bot.blog.source import SourceFile
from bot.generators.common import paths
from bot.generators.common.generator import Generator, PageFacts
from bot.generators.common.pattern import Pattern

# How many posts have to be linked to alike before that counts for or against the rule.
FEWEST_POSTS = 3

# Links stand in the whole of a text, but no post needs more than this to show them.
MOST_CHARACTERS = 100_000

# Two expressions, each beginning with plain text, run in a fraction of one for both.
_LINKS = (re.compile(r"\]\((/[\w%~+.@/-]*)"), re.compile(r"""href=["'](/[\w%~+.@/-]*)"""))
_DAY = re.compile(r"/\d{4}/\d\d/\d\d/")
_MONTH = re.compile(r"/\d{4}/\d\d/")
_YEAR = re.compile(r"/\d{4}/")


@dataclass(frozen=True, slots=True)
class Learned:
    """How the posts of one folder are linked to.

    Attributes:
        pattern: the pattern of the links, or None where they follow the rule.
        slash: whether links end with ``/``, or None where that follows the rule, too.
        is_unknown: the rule is not theirs, and nothing tells what is.
    """

    pattern: Pattern | None = None
    slash: bool | None = None
    is_unknown: bool = False

    def ending(self, link: str) -> str:
        """The same link with or without a ``/`` at its end, as it was learned."""
        if self.slash is None or link == "/" or link.endswith(".html"):
            return link
        return f"{link.rstrip('/')}/" if self.slash else link.rstrip("/")


RULE = Learned()
UNKNOWN = Learned(is_unknown=True)


class LearnedLinks:
    """What the posts' links to each other say, folder by folder.

    What holds for a section holds for every folder in it only where it explains the links
    to every folder; otherwise a folder without links of its own has none that is known.
    A rule that is a guess holds only where the links bear it out.

    Args:
        votes: how each post is linked to, by its place.
        generator: the rule for all posts of the site.
    """

    def __init__(self, votes: Mapping[str, Learned], generator: Generator) -> None:
        self._generator = generator
        self._by_folder: dict[tuple[str, str], Learned] = {}
        sections: defaultdict[str, defaultdict[str, list[Learned]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for place, vote in sorted(votes.items()):
            sections[generator.section(place)][generator.folder(place)].append(vote)
        self._by_section = {
            section: self._of_section(section, folders) for section, folders in sections.items()
        }

    def _of_section(self, section: str, folders: Mapping[str, list[Learned]]) -> Learned | None:
        """What holds for the folders of a section that have too few links of their own.

        None where the links tell nothing.
        """
        most = {folder: _most(votes) for folder, votes in folders.items()}
        found, agree = Counter(vote for votes in folders.values() for vote in votes).most_common(1)[
            0
        ]
        total = sum(map(len, folders.values()))
        if agree * 2 > total and all(each in {found, None} for each in most.values()):
            return found if agree >= FEWEST_POSTS else None
        for folder, votes in folders.items():
            if (own := most[folder]) is not None and len(votes) >= FEWEST_POSTS:
                self._by_folder[section, folder] = own
        against = sum(vote.pattern is not None for votes in folders.values() for vote in votes)
        return UNKNOWN if against * 2 > total >= FEWEST_POSTS else None

    def of(self, place: str) -> Learned:
        """How the post at a place is linked to."""
        section = self._generator.section(place)
        own = self._by_folder.get((section, self._generator.folder(place)))
        if (told := own or self._by_section.get(section)) is not None:
            return told
        return UNKNOWN if self._generator.is_guess(place) else RULE

    def told(self) -> list[list[object]]:
        """All that was learned, as data that can be compared."""
        entries = [*self._by_folder.items(), *self._by_section.items()]
        return sorted(
            [str(key), one.pattern.text if one.pattern else "", str(one.slash), one.is_unknown]
            for key, one in entries
            if one is not None
        )


def _most(votes: list[Learned]) -> Learned | None:
    """How more than half of these posts are linked to."""
    found, agree = Counter(votes).most_common(1)[0]
    return found if agree * 2 > len(votes) else None


def learn(sample: Iterable[SourceFile], generator: Generator) -> LearnedLinks:
    """Look at how the posts link to each other.

    Args:
        sample: some of the posts.
        generator: the rule for all posts of the site.
    """
    targets = Counter(target for file in sample for target in _targets(file))
    places = _by_name(generator) if targets else {}
    found: defaultdict[str, Counter[Learned]] = defaultdict(Counter)
    patterns: dict[str, Learned] = {}
    for target, links in targets.items():
        name, shape = _shape(target)
        if place := places.get(name):
            agreement = _agreement(generator, place, target)
            if agreement is None:
                shape = _with_folder(shape, generator.folder(place))
                agreement = patterns.setdefault(shape, Learned(Pattern(shape)))
            found[place][agreement] += links
    votes = {place: vote for place, counts in found.items() if (vote := _vote(counts))}
    return LearnedLinks(votes, generator)


def _vote(counts: Counter[Learned]) -> Learned | None:
    """How a post is linked to, as most of its links have it; None where two are as many."""
    (first, links), *others = counts.most_common(2)
    return None if others and others[0][1] == links else first


def _with_folder(shape: str, folder: str) -> str:
    """The pattern with ``{folder}`` for the post's own folders below its section."""
    before, found, name = shape.rpartition("{name}")
    return (
        f"{before[: -len(folder) - 1]}{{folder}}/{found}{name}"
        if folder and before.endswith(f"/{folder}/")
        else shape
    )


def _targets(file: SourceFile) -> Iterator[str]:
    """The pages of the same site that a post links to."""
    try:
        text = file.read()[:MOST_CHARACTERS].decode("utf-8", "replace")
    except OSError:  # it will be reported when it is read as a post
        return
    for link in (link for links in _LINKS for link in links.findall(text)):
        target = unquote(link)
        if not target.startswith("//") and "{" not in target and "}" not in target:
            yield target


def _by_name(generator: Generator) -> Mapping[str, str]:
    """The post's place by its name, for names that only one post has."""
    places: dict[str, str] = {}
    for place in generator.files.places:
        name = generator.file_name(place).lower()
        places[name] = "" if name in places else place
    return places


def _shape(target: str) -> tuple[str, str]:
    """The name that a link ends with, and the pattern that makes the link from it."""
    folder, _, last = target.rstrip("/").rpartition("/")
    stem = last.removesuffix(".html")
    name = paths.undated(stem)
    end = "/" if target.endswith("/") else last[len(stem) :]
    date = "{year}-{month}-{day}-" if name != stem else ""
    folder = _DAY.sub("/{year}/{month}/{day}/", f"{folder}/", count=1)
    folder = _MONTH.sub("/{year}/{month}/", folder, count=1)
    folder = _YEAR.sub("/{year}/", folder, count=1)
    return name.lower(), f"{folder}{date}{{name}}{end}"


def _agreement(generator: Generator, place: str, target: str) -> Learned | None:
    """How far the rule gives this link, as far as it needs no front matter; None: not at all."""
    link = generator.link(PageFacts(path=place))
    if link == target:
        return RULE
    if link is not None and link.rstrip("/") == target.rstrip("/"):
        return Learned(slash=target.endswith("/"))
    return None
