"""Which of a site's addresses is each post's.

By name, then by day, then by the folders that post and address share. A wrong link is worse than
none, so nothing is chosen among what is equally likely.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from bot.blog.post import Post
from bot.links.address import Address, fold, folder_of_day, page_of

Finding = Literal["confirmed", "corrected", "unlisted", "unknown"]

# Pages in these folders list posts, or are about something else than posts.
NO_POSTS = frozenset({
    *("tag", "tags", "category", "categories", "topic", "topics", "keyword", "keywords"),
    *("label", "labels", "author", "authors", "user", "users", "series", "archive", "archives"),
    *("page", "search", "docs", "doc", "documentation", "reference", "api", "help"),
})  # fmt: skip
# A page with others below it lists them, unless these are other forms of itself.
FORMS = frozenset({"amp", "print", "comments", "feed", "embed"})
# Folders that are posts' own on many sites.
POSTS = frozenset({
    *("blog", "blogs", "post", "posts", "article", "articles", "news", "note", "notes", "journal"),
    *("writing", "log", "weblog", "story", "stories", "entry", "entries"),
})  # fmt: skip
# Names of the file that is the page of its folder, such as index.fr.md.
INDEXES = frozenset({"index", "_index", "readme", "post", "page"})
# From so many posts in one place on, another one elsewhere needs a name of so many words.
MANY, WORDS_OF_A_TITLE = 20, 3
# Whether a site has left a post out, so many before it and after it tell.
NEIGHBOURS = 3
# So many more posts whose addresses a rule does not make than those that it makes, refute it.
REFUTED = 2

_EXTENSION = re.compile(r"\.(?:md|markdown|mdown|mkd|mdx)$", re.IGNORECASE)
_DATE_IN_NAME = re.compile(r"(?:19|20)\d\d-\d\d?(?:-\d\d?)?[-_ ]+(?=.)")
_NUMBER_IN_NAME = re.compile(r"\d{1,3}[-_. ]+(?=\D)")


class Match(NamedTuple):
    """What a site says of one post's link.

    Attributes:
        link: the link to show, or None.
        finding: ``confirmed``: the site lists the rule's link; ``corrected``: it lists another
            that can only be this post's; ``unlisted``: it lists the posts around this one but
            not this one; ``unknown``: it says nothing, so the link is the rule's, or None where the
            site lists the other posts of the folder elsewhere.
    """

    link: str | None
    finding: Finding


@dataclass(frozen=True, kw_only=True)
class LinkedPost:
    """A post as far as it tells which address is its own.

    Attributes:
        path: its file's, relative to the posts folder.
        slug, title: as in ``Post``.
        link: by the generator's rule, or None.
        day: of its date, or None.
        language: as in ``Post``.
        tags: as in ``Post``.
        is_own: whether the author gave the link in full, so that nothing else counts.
        is_shown: whether readers see it.
        is_withheld: whether the author keeps it out of what the site lists.
    """

    path: str
    slug: str = ""
    title: str = ""
    link: str | None = None
    day: dt.date | None = None
    language: str | None = None
    tags: tuple[str, ...] = ()
    is_own: bool = False
    is_shown: bool = True
    is_withheld: bool = False

    @classmethod
    def of(cls, post: Post) -> LinkedPost:
        """A post that readers see."""
        return cls(
            path=post.path,
            slug=post.slug,
            title=post.title,
            link=post.link,
            day=day_of(post.date.text) if post.date else None,
            language=post.language,
            tags=post.tags,
        )

    @cached_property
    def _place(self) -> tuple[list[str], str, tuple[int, ...]]:
        """The folders without those of a day, the file's own name, and the path's day."""
        *pieces, last = self.path.split("/")
        stem = _EXTENSION.sub("", last)
        if self.is_index:
            stem = pieces.pop()
        folders, day = folder_of_day(pieces)
        if not day and (found := re.match(r"((?:19|20)\d\d)-(\d\d?)-(\d\d?)", stem)):
            day = tuple(map(int, found.groups()))
        return folders, stem, day

    @property
    def is_index(self) -> bool:
        """Whether the file is the page of its folder."""
        folder, _, name = self.path.rpartition("/")
        return bool(folder) and name.partition(".")[0].lower() in INDEXES

    @property
    def group(self) -> str:
        """The folder of the posts that it belongs with."""
        return "/".join(self._place[0])

    @cached_property
    def folders(self) -> frozenset[str]:
        """The folders that its address may have, folded."""
        return frozenset(map(fold, self._place[0])) - {""}

    @cached_property
    def words(self) -> frozenset[str]:
        """What its address may have for folders, tags and language included."""
        more = (*self.tags, self.language or "", (self.language or "").partition("-")[0])
        return (self.folders | {fold(one) for one in more}) - {""}

    @property
    def names(self) -> tuple[tuple[str, ...], ...]:
        """What its address may end with: those of file and slug, then the title."""
        stem = self._place[1]
        plain = _DATE_IN_NAME.sub("", stem, count=1)
        short = _NUMBER_IN_NAME.sub("", plain, count=1)
        return (self.slug, plain, short), (self.title,)

    @property
    def has_day(self) -> bool:
        """Whether a day of it is known, as far as a year goes."""
        return self.day is not None or bool(self._place[2])

    def agrees(self, address: Address) -> bool:
        """Whether an address has this post's day, that of the date or that of the path."""
        known = self._place[2]
        length = min(len(known), len(address.day))
        if length and known[:length] == address.day[:length]:
            return True
        return self.day is not None and address.agrees(self.day)


def day_of(date: str) -> dt.date | None:
    """The day of a date in ISO 8601; None where it is less precise."""
    try:
        return dt.date.fromisoformat(date[:10])
    except ValueError:
        return None


@dataclass
class _Listing:
    """The site's addresses, to be looked up.

    Attributes:
        of_page: the address as the site spells it, by ``page_of``.
        sections: folders of posts, folded: an address that ends so is rather that of the section.
        by_name: addresses that may be posts', by their folded names.
    """

    sections: frozenset[str]
    of_page: dict[str, str] = field(default_factory=dict)
    by_name: dict[str, list[Address]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(
        cls,
        posts: Sequence[LinkedPost],
        links: Mapping[str, str],
        taken: frozenset[str] = frozenset(),
    ) -> _Listing:
        """Sort links, given with their ``page_of``; those that are taken have no name."""
        self = cls(frozenset().union(*(post.folders for post in posts)))
        parents = {folder for page in links.values() for folder in _above(page)}
        for link, page in links.items():
            first = page not in self.of_page
            self.of_page.setdefault(page, link)
            if first and page not in taken and page not in parents:
                address = Address.of(link)
                if name := fold(address.name):
                    self.by_name[name].append(address)
        return self


def _pages(links: Iterable[str]) -> dict[str, str]:
    return {link: page_of(link) for link in sorted(set(links))}


def _above(page: str) -> Iterator[str]:
    """The pages in whose folders a page lies, unless it is another form of one."""
    folder, _, last = page.rpartition("/")
    if last in FORMS:
        folder = folder.rpartition("/")[0]
    while folder:
        yield folder
        folder = folder.rpartition("/")[0]


def match(
    posts: Sequence[LinkedPost], links: Iterable[str], *, is_whole: bool = True
) -> dict[str, Match]:
    """What a site says of each post's link, by path. The order of posts and links is no matter.

    Args:
        posts: all files, also those that are no posts or that readers do not see: an address may
            be theirs.
        links: every address that the site lists, in the form of ``Post.link``.
        is_whole: whether the site lists its oldest posts, too.
    """
    posts = sorted(posts, key=lambda post: post.path)
    spellings = _pages(links)
    listed = set(spellings.values())
    of_rule = {post.path: page_of(post.link) for post in posts if post.link}
    taken = frozenset(of_rule[path] for path in of_rule if of_rule[path] in listed)
    listing = _Listing.of(posts, spellings, taken)
    found: dict[str, Match] = {}
    for post in posts:
        if (spelled := listing.of_page.get(of_rule.get(post.path, "\0"))) is not None:
            link = post.link if post.is_own or post.link in spellings else spelled
            found[post.path] = Match(link, "confirmed")
    for post, address in _assign(posts, found, listing):
        found[post.path] = Match(address.link, "corrected")
    for post in list(_left_out(posts, found, is_whole=is_whole)):
        found[post.path] = Match(None, "unlisted")
    refuted = _refuted(posts, found)
    for post in posts:
        if post.path not in found:
            is_wrong = not post.is_own and _rule(post) in refuted
            found[post.path] = Match(None if is_wrong else post.link, "unknown")
    return {post.path: found[post.path] for post in posts}


def closest(
    posts: Iterable[LinkedPost], links: Iterable[str], most: int = 3
) -> dict[str, list[str]]:
    """The addresses that come closest to each post, by path, likeliest first."""
    posts = list(posts)
    listing = _Listing.of(posts, _pages(links))
    found = {}
    for post in posts:
        near = _candidates(post, listing, of_any_day=True)
        near.sort(key=lambda one: (_likeness(post, one), one.link), reverse=True)
        found[post.path] = [one.link for one in near[:most]]
    return found


def _assign(
    posts: Sequence[LinkedPost], found: Mapping[str, Match], listing: _Listing
) -> Iterator[tuple[LinkedPost, Address]]:
    """Give each post the address that can only be its own, and each address to one post."""
    waiting = [post for post in posts if post.path not in found and not post.is_own]
    choices = {post.path: _candidates(post, listing) for post in waiting}
    votes = _votes(posts, found, choices)
    chosen: dict[str, list[tuple[LinkedPost, Address]]] = defaultdict(list)
    for post in waiting:
        # An address may be wanted by a post that has a better one, too: it is then not sure
        # whose it is.
        best = _best(post, choices[post.path], votes[post.group])
        for address in best:
            chosen[address.link].append((post, address))
        if len(best) > 1:
            choices[post.path] = []
    for wanted in chosen.values():
        likeness = [_likeness(post, address) for post, address in wanted]
        most = max(likeness)
        if likeness.count(most) > 1:
            continue
        post, address = wanted[likeness.index(most)]
        if choices[post.path] and _is_plausible(post, address, votes[post.group]):
            yield post, address


def _candidates(post: LinkedPost, listing: _Listing, *, of_any_day: bool = False) -> list[Address]:
    """The addresses with one of the post's names: spelled the same, else alike."""
    for names in post.names:
        folded = dict.fromkeys(filter(None, map(fold, names)))
        near = [
            address
            for name in folded
            for address in listing.by_name.get(name, ())
            if post.is_index
            or (
                name not in listing.sections
                and not NO_POSTS.intersection(address.folders) - post.folders
                and (of_any_day or not address.day or not post.has_day or post.agrees(address))
            )
        ]
        spelled = {name.casefold() for name in names}
        if same := [one for one in near if one.name.casefold() in spelled]:
            return same
        if near:
            return near
    return []


def _likeness(post: LinkedPost, address: Address) -> tuple[int, int]:
    """How much of a day, and how many folders a post and an address share."""
    shared = len(post.folders.intersection(address.folders))
    return (len(address.day) if post.agrees(address) else 0), shared


def _best(post: LinkedPost, near: Sequence[Address], votes: Mapping[str, int]) -> list[Address]:
    """The likeliest addresses: by day, by folders, by language, by where others like it are."""
    if len(near) < 2:  # noqa: PLR2004 - nothing to choose
        return list(near)
    top = max(_likeness(post, one) for one in near)
    best = [one for one in near if _likeness(post, one) == top]
    spoken = {one.plain_shape for one in best if one.language in {"", *post.words}}
    best = [
        one for one in best if one.language in {"", *post.words} or one.plain_shape not in spoken
    ]
    most = max(votes.get(one.shape, 0) for one in best)
    return [one for one in best if votes.get(one.shape, 0) == most]


def _votes(
    posts: Sequence[LinkedPost],
    found: Mapping[str, Match],
    choices: Mapping[str, Sequence[Address]],
) -> Mapping[str, Counter[str]]:
    """How many posts of each group have which shape, as far as there is no choice."""
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for post in posts:
        matched = found.get(post.path)
        if matched is not None and matched.link is not None and not post.is_own:
            votes[post.group][Address.of(matched.link).shape] += 1
        elif len(near := choices.get(post.path, ())) == 1:
            votes[post.group][near[0].shape] += 1
    return votes


def _is_plausible(post: LinkedPost, address: Address, votes: Counter[str]) -> bool:
    """Whether the only address with a post's name is the post's, and no other page's.

    Where many others of its folder lie in one place, another page may have that name by chance:
    a day, a folder or a name as long as a title tells.
    """
    ((usual, count),) = votes.most_common(1) or [("", 0)]
    if address.shape == usual or votes[address.shape] > 1 or count < MANY:
        return True
    known = post.words | POSTS
    strange = set(address.folders) - set(Address.of(f"{usual}/x").folders) - known
    is_title = len(re.findall(r"[^\W_]+", address.name)) >= WORDS_OF_A_TITLE
    return is_title or _likeness(post, address)[0] > 0 or (bool(address.folders) and not strange)


def _left_out(
    posts: Sequence[LinkedPost], found: Mapping[str, Match], *, is_whole: bool
) -> Iterator[LinkedPost]:
    """The posts that a site does not list though it lists those around them.

    A post that is newer than all that are listed may have come after the list was made.
    """
    groups: dict[str, list[LinkedPost]] = defaultdict(list)
    for post in posts:
        if post.is_shown and not post.is_own and not post.is_withheld:
            groups[post.group].append(post)
    for group in groups.values():
        dated = sorted((one for one in group if one.day), key=lambda one: (one.day, one.path))
        undated = [one for one in group if not one.day]
        for number, post in enumerate(dated):
            if post.path not in found:
                older = dated[max(0, number - NEIGHBOURS) : number]
                newer = dated[number + 1 : number + 1 + NEIGHBOURS]
                knows_older = _are_listed(older, found) or (is_whole and not older)
                if knows_older and _are_listed(newer, found):
                    yield post
        others = [one.path in found for one in undated]
        if is_whole and sum(others) >= 2 and 2 * sum(others) >= len(others) - 1:  # noqa: PLR2004
            yield from (one for one in undated if one.path not in found)


def _rule(post: LinkedPost) -> tuple[str, str]:
    """What the rule's links of a folder have in common."""
    return post.group, Address.of(post.link).shape if post.link else ""


def _refuted(posts: Sequence[LinkedPost], found: Mapping[str, Match]) -> set[tuple[str, str]]:
    """The rules whose posts the site lists elsewhere."""
    tally: Counter[tuple[str, str]] = Counter()
    for post in posts:
        matched = found.get(post.path)
        if matched is not None and matched.link and post.link and not post.is_own:
            rule = _rule(post)
            tally[rule] += -1 if Address.of(matched.link).shape == rule[1] else 1
    return {rule for rule, more in tally.items() if more >= REFUTED}


def _are_listed(posts: Sequence[LinkedPost], found: Mapping[str, Match]) -> bool:
    """Whether most are, of some."""
    listed = sum(post.path in found for post in posts)
    return bool(posts) and 2 * listed >= len(posts)
