"""Which of a site's addresses is each post's: examples, and what holds for all."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.links.address import Address, page_of
from bot.links.matcher import LinkedPost, Match, closest, match

DAY = dt.date(2024, 5, 17)


def page(path: str, link: str | None = None, **more: object) -> LinkedPost:
    slug = path.rpartition("/")[2].removesuffix(".md")
    return LinkedPost(**{"path": path, "slug": slug, "link": link, "day": DAY, **more})  # type: ignore[arg-type]


def found(pages: list[LinkedPost], links: list[str]) -> dict[str, str | None]:
    """The links of the posts that the site corrects."""
    return {
        path: matched.link
        for path, matched in match(pages, links).items()
        if matched.finding == "corrected"
    }


@pytest.mark.parametrize(
    ("link", "name", "folders", "day", "shape"),
    [
        ("/blog/2024/05/17/x-y/", "x-y", ("blog",), (2024, 5, 17), "/blog/{year}/{month}/{day}"),
        ("/2024-05-17-x.html", "x", (), (2024, 5, 17), ""),
        ("/2024-05/x/index.html", "x", (), (2024, 5), "/{date}"),
        ("https://A.example/n/%C3%BC", "ü", ("n",), (), "a.example/n"),
        ("/2024/05/17/", "17", (), (2024, 5, 17), "/{year}/{month}"),
        ("/notes/13/45/x", "x", ("notes", "13", "45"), (), "/notes/13/45"),
        ("/", "", (), (), ""),
    ],
)
def test_an_address_is_taken_apart(
    link: str, name: str, folders: tuple[str, ...], day: tuple[int, ...], shape: str
) -> None:
    assert Address.of(link) == Address(link, name, folders, day, shape)


def test_spellings_of_one_page_are_the_same() -> None:
    assert len({page_of(link) for link in ("/ü/", "/%C3%BC", "/u\u0308/index.html", "/ü/#x")}) == 1
    assert len({page_of(link) for link in ("/x", "/X", "/x.html", "/?p=1", "/?p=2", "//h/x")}) == 6


@pytest.mark.parametrize("day", [dt.date.min, dt.date.max, DAY])
def test_a_time_zone_may_make_it_the_next_day(day: dt.date) -> None:
    assert Address.of("/2024/05/18/x").agrees(day) == (day == DAY)
    assert not Address.of("/2024/05/19/x").agrees(day)


@pytest.mark.parametrize(
    ("post", "links", "expected"),
    [
        # a name, however it is spelled
        (page("x-y.md"), ["/blog/x-y/"], "/blog/x-y/"),
        (page("2024-05-17-x_y.md", slug="x_y"), ["/X-Y.html"], "/X-Y.html"),
        (page("Über uns.md"), ["/uber-uns"], "/uber-uns"),
        (page("a/index.md", slug="b", title="It's C"), ["/its-c/"], "/its-c/"),
        (page("03-x-y.md"), ["/x-y"], "/x-y"),
        (page("x-y.md"), ["/xy", "/x-y"], "/x-y"),
        # a day
        (page("x.md"), ["/2023/05/17/x", "/2024/05/17/x"], "/2024/05/17/x"),
        (page("x.md"), ["/2023/05/17/x"], None),
        (page("x.md"), ["/x", "/2024/x"], "/2024/x"),
        (page("2019/03/x.md", day=DAY), ["/2019/x", "/2024/x"], None),
        (page("2019-03-01-x.md", slug="x"), ["/2019/03/01/x"], "/2019/03/01/x"),
        # folders
        (page("news/x.md"), ["/news/x", "/work/x"], "/news/x"),
        (page("news/x.md"), ["/a/x", "/b/x"], None),
        # a language
        (page("x.md"), ["/x", "/fr/x"], "/x"),
        (page("fr/x.md", language="fr"), ["/x", "/fr/x"], "/fr/x"),
        (page("x.md", language="de"), ["/de/x", "/fr/x"], "/de/x"),
        # pages that are about something else
        (page("rust.md"), ["/tags/rust/", "/docs/rust/"], None),
        (page("docs/rust.md"), ["/docs/rust/"], "/docs/rust/"),
        (page("rust.md"), ["/rust/", "/rust/page/2/"], None),
        (page("rust.md"), ["/rust/", "/rust/amp/"], "/rust/"),
        (page("x.md"), ["/y", "/"], None),
    ],
)
def test_a_post_gets_the_address_that_can_only_be_its_own(
    post: LinkedPost, links: list[str], expected: str | None
) -> None:
    assert found([post], links).get(post.path) == expected


def test_what_two_posts_may_have_is_left_open() -> None:
    pages = [page("a/x.md"), page("b/x.md")]
    assert found(pages, ["/x"]) == {}
    assert found(pages, ["/a/x", "/x"]) == {"a/x.md": "/a/x"}
    assert found(pages, ["/a/x", "/b/x"]) == {"a/x.md": "/a/x", "b/x.md": "/b/x"}
    # The rule's own word comes first, also where the other post would match as well.
    pages = [page("a/x.md", "/x"), page("b/x.md", "/b/x")]
    assert found(pages, ["/x"]) == {}


def test_the_page_of_a_section_is_no_post() -> None:
    pages = [page("go-gala.md"), page("gogala/x.md"), page("a/index.md"), page("a/b.md")]
    assert found(pages, ["/gogala/", "/a/"]) == {"a/index.md": "/a/"}


def test_where_many_posts_are_a_page_elsewhere_needs_a_title() -> None:
    many = [page(f"blog/p{number}.md") for number in range(30)]
    lists = [f"/blog/p{number}/" for number in range(30)]
    install, title = page("blog/install.md"), page("blog/how-to-install-it.md")
    found_links = found([*many, install, title], [*lists, "/start/install", "/x/how-to-install-it"])
    assert "blog/install.md" not in found_links
    assert found_links["blog/how-to-install-it.md"] == "/x/how-to-install-it"


def test_the_rule_holds_where_the_site_says_nothing() -> None:
    assert match([page("x.md", "/x")], ["/about"]) == {"x.md": Match("/x", "unknown")}
    assert match([page("x.md", "/x")], []) == {"x.md": Match("/x", "unknown")}


def test_a_rule_that_the_site_refutes_makes_no_link() -> None:
    """Of posts that are too new for the list, say."""

    def links(listed: list[str], link: str = "/p4", **more: object) -> dict[str, str | None]:
        pages = [page(f"p{n}.md", f"/p{n}", day=DAY + dt.timedelta(n)) for n in range(4)]
        pages += [page("p4.md", link, day=DAY + dt.timedelta(4), **more)]
        return {path: matched.link for path, matched in match(pages, listed).items()}

    elsewhere = ["/blog/p0/", "/blog/p1/", "/blog/p2/", "/blog/p3/"]
    assert links(elsewhere)["p4.md"] is None
    assert links(elsewhere, is_own=True)["p4.md"] == "/p4"
    assert links(elsewhere, link="/notes/p4")["p4.md"] == "/notes/p4", "another rule's"
    assert links(elsewhere[:1])["p4.md"] == "/p4", "one post may be an exception"
    assert links(["/p0/", "/p1/", *elsewhere[2:]])["p4.md"] == "/p4"


def series(count: int, missing: set[int], **more: object) -> dict[str, str]:
    """What is found of posts on following days of which some are missing from the list."""
    pages = [
        page(f"p{n:02}.md", f"/p{n:02}/", day=DAY + dt.timedelta(n), **more) for n in range(count)
    ]
    links = [one.link or "" for n, one in enumerate(pages) if n not in missing]
    is_whole = not more
    return {
        path[:-3]: matched.finding
        for path, matched in match(pages, links, is_whole=is_whole).items()
        if matched.finding != "confirmed"
    }


def test_a_post_between_others_that_are_listed_is_left_out() -> None:
    assert series(9, {4}) == {"p04": "unlisted"}
    assert series(9, {0}) == {"p00": "unlisted"}
    assert series(9, {8}) == {"p08": "unknown"}, "the list may be older"
    assert series(9, {7, 8}) == {"p07": "unknown", "p08": "unknown"}
    assert set(series(30, set(range(20))).values()) == {"unknown"}, "the list is short"
    assert series(9, {4}, is_shown=False) == {"p04": "unknown"}
    assert series(9, {4}, is_withheld=True) == {"p04": "unknown"}


def test_the_closest_addresses_are_offered() -> None:
    links = ["/x", "/a/x", "/2024/05/17/x", "/y"]
    assert closest([page("a/x.md"), page("b.md")], links) == {
        "a/x.md": ["/2024/05/17/x", "/a/x", "/x"],
        "b.md": [],
    }


NAMES = st.sampled_from(["a", "b", "one", "two-words", "c++", "über", "2024", "x_y", "index", ""])
FOLDERS = st.sampled_from(
    ["", "blog/", "news/", "2024/", "2024/05/", "2023/05/17/", "de/", "tags/"]
)
LINKS = st.builds("/{}{}{}".format, FOLDERS, NAMES, st.sampled_from(["", "/", ".html"]))
PAGES = st.lists(
    st.builds(
        LinkedPost,
        path=st.builds("{}{}.md".format, FOLDERS, NAMES),
        slug=NAMES,
        title=st.text(max_size=5),
        link=st.none() | LINKS,
        day=st.none() | st.dates(dt.date(2023, 1, 1), dt.date(2024, 12, 31)),
        language=st.none() | st.sampled_from(["de", "en-GB"]),
        tags=st.tuples(NAMES),
        is_own=st.booleans(),
        is_shown=st.booleans(),
    ),
    unique_by=lambda one: one.path,
    max_size=8,
)


@given(PAGES, st.lists(LINKS, max_size=12), st.booleans(), st.randoms(use_true_random=False))
def test_whatever_is_listed(
    pages: list[LinkedPost], links: list[str], is_whole: bool, chance: random.Random
) -> None:
    matches = match(pages, links, is_whole=is_whole)
    assert matches.keys() == {one.path for one in pages}
    corrected = [one.link for one in matches.values() if one.finding == "corrected"]
    assert set(corrected) <= set(links)
    assert max(Counter(corrected).values(), default=0) <= 1, "an address is one post's"
    by_rule = {page_of(one.link) for one in pages if one.link}
    listed = {page_of(link) for link in links}
    for one in pages:
        matched = matches[one.path]
        if one.link and page_of(one.link) in listed:
            assert matched.finding == "confirmed"
        if one.is_own:
            assert matched.link == one.link
        if matched.finding == "unknown":
            assert matched.link == one.link
        if matched.finding == "corrected":
            assert page_of(matched.link or "") not in by_rule
        if matched.finding == "unlisted":
            assert matched.link is None
            assert one.is_shown
    shuffled = chance.sample(pages, len(pages)), chance.sample(links, len(links))
    assert match(*shuffled, is_whole=is_whole) == matches, "the order is no matter"


WORDS = st.lists(
    st.sampled_from(["rain", "sun", "wind", "snow", "hail", "fog", "storm", "ice"]),
    min_size=2,
    max_size=4,
)
PATTERNS = [
    "/{name}/",
    "/blog/{name}",
    "/{y}/{m}/{d}/{name}.html",
    "/{section}/{name}/",
    "/{y}/{name}",
    "/log/{y}/{m}/{section}/{name}/",
]


@given(
    st.lists(
        st.tuples(WORDS, st.integers(0, 700), st.sampled_from(["", "news", "work"])),
        min_size=1,
        max_size=25,
    ),
    st.sampled_from(PATTERNS),
    st.sets(st.integers(0, 24), max_size=8),
    st.booleans(),
)
def test_no_post_gets_an_address_that_is_not_its_own(
    posts: list[tuple[list[str], int, str]], pattern: str, missing: set[int], knows_rule: bool
) -> None:
    """A site of any of these shapes, of which some pages are missing, and other pages beside."""
    truth: dict[str, str] = {}
    pages: dict[str, LinkedPost] = {}
    for words, days, section in posts:
        name, day = "-".join(words), DAY + dt.timedelta(days)
        path = f"{section}/{day}-{name}.md".lstrip("/")
        values = {"y": day.year, "m": f"{day.month:02}", "d": f"{day.day:02}", "name": name}
        truth[path] = pattern.format(**values, section=section).replace("//", "/")
        link = truth[path] if knows_rule else f"/wrong/{name}/"
        pages[path] = LinkedPost(path=path, slug=name, title=name, day=day, link=link)
    addresses = Counter(truth.values())
    listed = [link for number, link in enumerate(truth.values()) if number not in missing]
    beside = ["/", "/about/", *(f"/tags/{word}/" for word in ("rain", "sun")), "/blog/", "/log/"]
    matches = match(list(pages.values()), [*listed, *beside])
    for path, matched in matches.items():
        is_only = addresses[truth[path]] == 1  # or two posts write one page
        names = sum(one.slug == pages[path].slug for one in pages.values())
        if matched.finding == "corrected" and is_only:
            assert matched.link == truth[path]
        if truth[path] in listed and is_only and names == 1:
            assert matched.link == truth[path], "a name that does not recur is found"
