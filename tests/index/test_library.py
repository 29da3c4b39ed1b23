"""What every library promises, asked of the index."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.blog.errors import IndexUnavailable
from bot.blog.library import Library
from bot.blog.post import Post, Tag, post_key
from bot.index.index import Index
from tests.index.blog import PlainReader, blog
from tests.index.conftest import Clock, Fill

CATS = "title: On cats\ndate: 2024-01-05\ntags: Cats, pets\naliases: /old/cats.html\n\nThey purr."
DOGS = "title: On dogs\ndate: 2024-03-01\ntags: dogs, Pets\n\nThey bark."
BIRDS = "title: On birds\ndate: 2024-03-01\ntags: cats, birds\n\nThey sing."
ABOUT = "title: About me\ntags: pets\n\nNo date."
BLOG = {"a/dogs.md": DOGS, "b/birds.md": BIRDS, "cats.md": CATS, "about.md": ABOUT}


def paths(posts: object) -> list[str]:
    assert isinstance(posts, list | tuple)
    return [post.path for post in posts]


async def test_an_index_is_a_library(library: Fill) -> None:
    answers: Library = await library(BLOG)
    assert await answers.count() == 4


async def test_newest_first_undated_last_ties_by_path(library: Fill) -> None:
    index = await library(BLOG)
    assert paths(await index.latest()) == ["a/dogs.md", "b/birds.md", "cats.md", "about.md"]
    assert paths(await index.latest(limit=2, offset=1)) == ["b/birds.md", "cats.md"]
    assert paths(await index.latest(limit=0)) == []


async def test_every_field_of_a_post_comes_back(library: Fill) -> None:
    index = await library({"cats.md": CATS + "\nsummary: here\n"})
    (post,) = await index.latest()
    read = PlainReader().read(blog({"cats.md": CATS + "\nsummary: here\n"}).files[0]).post
    assert read is not None
    assert post == read.on_site("https://example.org")


async def test_tags_compare_without_regard_to_case(library: Fill) -> None:
    index = await library(BLOG)
    assert paths(await index.latest(tag="PETS")) == ["a/dogs.md", "cats.md", "about.md"]
    assert await index.count(tag="  pets ") == 3
    assert await index.count(tag="fish") == 0


async def test_tags_are_counted_most_used_first(library: Fill) -> None:
    index = await library(BLOG)
    assert list(await index.tags()) == [
        Tag("pets", 3), Tag("cats", 2), Tag("birds", 1), Tag("dogs", 1),
    ]  # fmt: skip
    assert list(await index.tags(limit=1, offset=1)) == [Tag("cats", 2)]
    assert await index.tag("CATS") == Tag("cats", 2)
    assert await index.tag("fish") is None


async def test_a_tag_shows_in_its_commonest_spelling_everywhere(library: Fill) -> None:
    """Of equally common spellings the one that comes first by path."""
    index = await library(
        {"a.md": "tags: JAVA\n\n", "b.md": "tags: Java, CSS\n\n", "c.md": "tags: Java, css\n\n"}
    )
    assert list(await index.tags()) == [Tag("Java", 3), Tag("CSS", 2)]
    assert [post.tags for post in await index.latest()] == [
        ("Java",), ("Java", "CSS"), ("Java", "CSS"),
    ]  # fmt: skip


async def test_the_spelling_in_a_draft_does_not_count(library: Fill) -> None:
    index = await library(
        {
            "a.md": "tags: SQL\ndraft: yes\n\n",
            "b.md": "tags: SQL\ndraft: yes\n\n",
            "c.md": "tags: sql\n\n",
        }
    )
    assert list(await index.tags()) == [Tag("sql", 1)]


@pytest.mark.parametrize(
    "name",
    [
        "cats",
        " CATS ",
        "cats.md",
        "On Cats",
        "/cats/",
        "/old/cats.html",
        "/old/cats",
        "https://example.org/cats/",
        "https://example.org/cats?utm_source=x#top",
        "http://www.example.org/cats/index.html",
        "https://example.org/old/cats.html",
    ],
)
async def test_a_post_is_found_by_anything_it_goes_by(library: Fill, name: str) -> None:
    found = await (await library(BLOG)).find(name)
    assert found is not None
    assert found.path == "cats.md"


async def test_a_url_below_the_sites_own_path_finds_the_post(tmp_path: Path) -> None:
    async with Index(tmp_path / "i.db", site_url="https://example.org/my/blog/") as index:
        await index.sync(blog(BLOG), PlainReader())
        found = await index.find("https://example.org/my/blog/cats/")
        assert found is not None
        assert found.url == "https://example.org/my/blog/cats/"


async def test_a_file_name_finds_its_post_without_date_and_folder(library: Fill) -> None:
    index = await library({"2024/2024-01-11-tea.md": "slug: on-tea\nlink: /t/\n\n"})
    for name in ("tea", "2024-01-11-tea", "2024/2024-01-11-tea"):
        found = await index.find(name)
        assert found is not None, name


async def test_one_name_for_two_posts_means_the_slug_before_link_alias_and_title(
    library: Fill,
) -> None:
    index = await library(
        {
            "1-title.md": "title: tea\nlink: /1/\n\n",
            "2-alias.md": "aliases: tea\nlink: /2/\n\n",
            "3-link.md": "slug: x\nlink: /tea/\n\n",
            "4-slug.md": "slug: tea\nlink: /4/\n\n",
        }
    )
    assert (await index.find("tea") or ABSENT).path == "4-slug.md"
    await library(
        {
            "1-title.md": "title: tea\nlink: /1/\n\n",
            "2-alias.md": "aliases: tea\nlink: /2/\n\n",
            "3-link.md": "slug: x\nlink: /tea/\n\n",
        }
    )
    assert (await index.find("tea") or ABSENT).path == "3-link.md"


ABSENT = Post(path="", slug="", title="nothing was found")


async def test_what_goes_by_no_such_name_is_not_found(library: Fill) -> None:
    index = await library(BLOG)
    for name in (
        "",
        "  ",
        "/",
        "cat",
        "https://example.org/",
        "On cats and dogs",
        "\x00",
        "\ud800",
    ):
        assert await index.find(name) is None, name


async def test_a_post_is_got_by_path_and_by_key(library: Fill) -> None:
    index = await library(BLOG)
    cats = await index.get("cats.md")
    assert cats is not None
    assert cats.title == "On cats"
    assert await index.get_by_key(cats.key) == cats
    assert await index.get("dogs.md") is None
    assert await index.get_by_key("0" * 12) is None


async def test_neighbours_are_the_next_older_and_newer(library: Fill) -> None:
    index = await library(BLOG)
    in_order = list(await index.latest())
    for newer, post, older in zip([None, *in_order], in_order, [*in_order[1:], None], strict=False):
        assert await index.neighbours(post) == (older, newer)


async def test_related_posts_share_most_and_rarest_tags(library: Fill) -> None:
    index = await library(
        {
            "me.md": "tags: common, rare, odd\n\n",
            "both.md": "tags: rare, odd\n\n",
            "common.md": "tags: common\n\n",
            "common2.md": "tags: common\ndate: 2024-01-01\n\n",
            "common3.md": "tags: common\n\n",
            "rare.md": "tags: rare\n\n",
            "other.md": "tags: else\n\n",
        }
    )
    me = await index.get("me.md")
    assert me is not None
    assert paths(await index.related(me, limit=9)) == [
        "both.md", "rare.md", "common2.md", "common.md", "common3.md",
    ]  # fmt: skip
    assert paths(await index.related(me, limit=1)) == ["both.md"]
    other = await index.get("other.md")
    assert other is not None
    assert list(await index.related(other)) == []


async def test_a_future_post_appears_when_its_day_comes(library: Fill, clock: Clock) -> None:
    index = await library(BLOG | {"new.md": "date: 2024-07-01\ntags: pets, news\n\nOh."})
    assert await index.count() == 4
    assert await index.find("new") is None
    assert await index.get("new.md") is None
    assert await index.tag("news") is None
    assert await index.search("oh") == []
    assert "new.md" not in paths(await index.suggest("new"))
    status = await index.status()
    assert status.posts == 4
    assert [(one.path, "future" in one.reason) for one in status.left_out] == [("new.md", True)]

    clock.set("2024-07-01")
    assert paths(await index.latest(limit=1)) == ["new.md"]
    assert await index.tag("news") == Tag("news", 1)
    assert paths(await index.suggest("new")) == ["new.md"]
    assert (await index.status()).left_out == ()


async def test_drafts_and_future_posts_are_found_where_they_are_asked_for(library: Fill) -> None:
    index = await library(
        {
            "draft.md": "title: Secret\ndraft: yes\n\nhush",
            "next.md": "title: Tomorrow\ndate: 2999-01-01\n\nsoon",
            "now.md": "title: Today\n\nhere",
        }
    )
    assert paths(await index.unpublished()) == ["next.md", "draft.md"]
    assert paths(await index.unpublished(1)) == ["next.md"]
    for name in ("Secret", "draft", post_key("draft.md")):
        found = await index.find_any(name)
        assert found is not None, name
        assert found.path == "draft.md"
    assert await index.find_any("Today") == await index.find("Today")
    assert await index.find_any("nothing") is None


async def test_a_draft_is_never_seen(library: Fill) -> None:
    index = await library({"a.md": "title: Secret\ndraft: yes\ntags: x\n\nhush", "b.md": "\nb"})
    assert await index.count() == 1
    assert await index.find("Secret") is None
    assert await index.search("hush") == []
    assert await index.tags() == []
    assert await index.closest("secret") == []
    assert [one.path for one in (await index.status()).left_out] == ["a.md"]


async def test_suggestions_complete_and_forgive_typos(library: Fill) -> None:
    index = await library(
        {
            "webassembly.md": "title: WebAssembly in the wild\ndate: 2024-01-01\n\n",
            "weather.md": "title: Weather report\ndate: 2024-01-02\n\n",
            "cobweb.md": "title: A spider's cobweb\ndate: 2024-01-03\n\n",
        }
    )
    assert paths(await index.suggest("we")) == ["weather.md", "webassembly.md", "cobweb.md"]
    assert paths(await index.suggest("webasembly"))[0] == "webassembly.md"
    assert paths(await index.suggest("wild")) == ["webassembly.md"]
    assert paths(await index.suggest("", limit=2)) == ["cobweb.md", "weather.md"]
    assert paths(await index.suggest("qqqqqq")) == []


async def test_a_miss_names_the_closest(library: Fill) -> None:
    index = await library(BLOG)
    assert paths(await index.closest("on catz"))[0] == "cats.md"
    assert paths(await index.closest("https://example.org/blog/birdz/"))[0] == "b/birds.md"
    assert len(await index.closest("s", limit=1)) <= 1
    assert paths(await index.closest("kubernetes")) == [], "nothing is like it"


async def test_tags_are_suggested_by_likeness_and_most_used_for_no_text(library: Fill) -> None:
    index = await library(BLOG)
    assert [tag.name for tag in await index.suggest_tags("CAT")] == ["cats"]
    assert [tag.name for tag in await index.suggest_tags("brids")] == ["birds"]
    assert [tag.name for tag in await index.suggest_tags("", limit=2)] == ["pets", "cats"]


async def test_random_reaches_every_post_and_only_those_seen(library: Fill) -> None:
    index = await library({"a.md": "\na", "b.md": "\nb", "c.md": "draft: yes\n\nc"})
    found = {(await index.random() or ABSENT).path for _ in range(60)}
    assert found == {"a.md", "b.md"}


async def test_an_index_without_posts_answers_everything(library: Fill) -> None:
    index = await library({})
    nobody = Post(path="x.md", slug="x", title="X", tags=("x",))
    assert await index.latest() == []
    assert await index.random() is None
    assert await index.find("x") is None
    assert await index.suggest("x") == []
    assert await index.closest("x") == []
    assert await index.neighbours(nobody) == (None, None)
    assert await index.related(nobody) == []
    assert await index.search("x") == []
    assert (await index.status()).posts == 0


async def test_links_are_joined_with_the_site_when_they_are_shown(tmp_path: Path) -> None:
    """One index serves any site URL: a preview, a move to another domain."""
    path = tmp_path / "index.db"
    async with Index(path) as index:
        await index.sync(blog(BLOG), PlainReader(site_url=None))
        assert (await index.get("cats.md") or ABSENT).url is None
    async with Index(path, site_url="https://elsewhere.example/b") as index:
        post = await index.get("cats.md")
        assert post is not None
        assert post.url == "https://elsewhere.example/b/cats/"
        assert (await index.search("purr"))[0].post == post
    assert b"elsewhere" not in path.read_bytes()


async def test_the_status_says_all_that_was_found(library: Fill, clock: Clock) -> None:
    index = await library(BLOG | {"bad.md": "oops: yes\n\n", "empty.md": "", "z.md": "page: y\n\n"})
    status = await index.status()
    assert status.source == "a blog in memory"
    assert status.generator == "plain"
    assert status.site_url == "https://example.org"
    assert (status.posts, status.tags) == (5, 4)
    assert [str(one) for one in status.left_out] == [
        "LeftOut(path='empty.md', reason='it is empty')",
        "LeftOut(path='z.md', reason='a page')",
    ]
    assert [str(one) for one in status.problems] == ["bad.md:1: oops"]
    assert status.updated == int(clock.now)


async def test_no_index_is_said_in_one_line(tmp_path: Path) -> None:
    async with Index(tmp_path / "none.db") as index:
        with pytest.raises(IndexUnavailable, match=r"none\.db: there is no index"):
            await index.latest()


MANUAL = "title: Manual\ntags: pets\n\nHow to purr."
SETUP = "title: First steps\ndate: 2023-09-01\ntags: manuals\n\nHow to bark."
WITH_PAGES = {**BLOG, "manual/x.md": MANUAL, "manual/y.md": SETUP}


async def test_pages_beside_the_posts_are_found_and_in_no_list(library: Fill) -> None:
    index = await library(WITH_PAGES)
    assert paths(await index.latest()) == ["a/dogs.md", "b/birds.md", "cats.md", "about.md"]
    assert paths(await index.pages()) == ["manual/y.md", "manual/x.md"]
    assert await index.count() == 4
    assert await index.count(tag="pets") == 3
    assert "manuals" not in {tag.name for tag in await index.tags()}
    known = {post.path for post in await index.visible_posts() if post.is_page}
    assert known == {"manual/x.md", "manual/y.md"}
    chances = [post.path for _ in range(60) if (post := await index.random())]
    assert not any(path.startswith("manual/") for path in chances)
    status = await index.status()
    assert (status.posts, status.pages, status.tags) == (4, 2, 4)
    manual = await index.find("Manual")
    assert manual
    found = {hit.post.path for hit in await index.search("purr")}
    assert found == {"cats.md", "manual/x.md"}
    assert paths(await index.suggest("first st")) == ["manual/y.md"]
    assert await index.neighbours(manual) == (None, None)
    first = await index.get("a/dogs.md")
    assert first
    assert (await index.neighbours(first))[1] is None


async def test_posts_without_a_date_come_by_title(library: Fill) -> None:
    texts = {"1.md": "title: zebra", "2.md": "title: Éclair", "3.md": "title: apple"}
    index = await library({path: f"{text}\n\nText." for path, text in texts.items()})
    assert paths(await index.latest()) == ["3.md", "2.md", "1.md"]
    middle = await index.get("2.md")
    assert middle
    older, newer = await index.neighbours(middle)
    assert (older and older.path, newer and newer.path) == ("1.md", "3.md")
