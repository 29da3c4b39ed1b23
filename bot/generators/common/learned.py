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

# How many links have to agree before they count against the generator's rule.
FEWEST_LINKS = 3

# Links stand in the whole of a text, but no post needs more than this to show its habit.
MOST_CHARACTERS = 100_000

# Two expressions, each beginning with plain text, run in a fraction of one for both.
_LINKS = (re.compile(r"\]\((/[\w%~+.@/-]*)"), re.compile(r"""href=["'](/[\w%~+.@/-]*)"""))
_DAY = re.compile(r"/\d{4}/\d\d/\d\d/")
_MONTH = re.compile(r"/\d{4}/\d\d/")
_YEAR = re.compile(r"/\d{4}/")


@dataclass(frozen=True, slots=True)
class Habit:
    """How the posts of one section are linked to.

    Attributes:
        pattern: the pattern of the links, or None where they follow the rule.
        slash: whether links end with ``/``, or None where that follows the rule, too.
    """

    pattern: Pattern | None = None
    slash: bool | None = None

    def ending(self, link: str) -> str:
        """The same link with or without a ``/`` at its end, as the habit is."""
        if self.slash is None or link == "/" or link.endswith(".html"):
            return link
        return f"{link.rstrip('/')}/" if self.slash else link.rstrip("/")


def learn(sample: Iterable[SourceFile], rule: Generator) -> Mapping[str, Habit]:
    """Find sections whose posts link to each other in another way than the rule has it.

    Args:
        sample: some of the posts.
        rule: the rule for all posts of the site.

    Returns:
        The section's habit, by section.
    """
    targets = Counter(target for file in sample for target in _targets(file))
    if not targets:
        return {}
    places = _by_name(rule)
    shapes: defaultdict[str, Counter[Habit | str]] = defaultdict(Counter)
    for target, links in targets.items():
        name, shape = _shape(target)
        if place := places.get(name):
            shapes[rule.section(place)][_agreement(rule, place, target) or shape] += links
    return {
        section: habit if isinstance(habit, Habit) else Habit(Pattern(habit))
        for section, found in sorted(shapes.items())
        if (habit := _most(found)) not in {None, Habit()}
    }


def _most(found: Counter[Habit | str]) -> Habit | str | None:
    """What most of a section's links have in common, if they are enough."""
    habit, links = found.most_common(1)[0]
    return habit if links >= FEWEST_LINKS and links > found.total() / 2 else None


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


def _by_name(rule: Generator) -> Mapping[str, str]:
    """The post's place by its name, for names that only one post has."""
    places: dict[str, str] = {}
    for place in rule.files.places:
        name = rule.file_name(place).lower()
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


def _agreement(rule: Generator, place: str, target: str) -> Habit | None:
    """How far the rule gives this link, as far as it needs no front matter; None: not at all."""
    link = rule.link(PageFacts(path=place, meta={}, title=""))
    if link == target:
        return Habit()
    if link is not None and link.rstrip("/") == target.rstrip("/"):
        return Habit(slash=target.endswith("/"))
    return None
