"""Discord takes every message that the bot can send, whatever the posts hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from discord import Locale, app_commands
from hypothesis import given
from hypothesis import strategies as st

from bot.app import App
from bot.blog.dialect import PLAIN
from bot.blog.errors import Problem
from bot.blog.library import Hit, Library, Status
from bot.blog.post import Post, PostDate, Tag
from bot.chat.cache import Pages
from bot.chat.commands.about import About, Help
from bot.chat.i18n import Translator, catalogues, translator_for
from bot.chat.suggestions import post_choice, section_choice, tag_choice
from bot.chat.views.layout import Layout, Pagination, PictureSlots
from bot.chat.views.not_found import PostNotFound, TagNotFound
from bot.chat.views.post_card import PostCard, Surroundings
from bot.chat.views.post_list import ListedPosts, PostList
from bot.chat.views.post_page import Opened, PostPage
from bot.chat.views.search_results import Found, SearchResults
from bot.chat.views.tag_list import TagList, Tags
from bot.rendering.renderer import Rendered, Renderer, Section
from bot.settings import Settings
from tests.chat.blog import garden_post
from tests.chat.test_text import TEXT
from tests.wire.hikari_reader import reads
from tests.wire.limits import check_limits
from tests.wire.schema import validate

V2 = 1 << 15
WORDS = st.sampled_from([Locale.american_english, *catalogues()]).map(translator_for)

# Text that is short, wild, or far too long in one, two, three and four bytes a character.
MUCH = ("a ", "*", "@everyone ", "ß", "語", "👩‍👩‍👧", "[")
LONG = st.tuples(TEXT, st.sampled_from(MUCH)).map(lambda parts: parts[0] + parts[1] * 3000)
ANY = TEXT | LONG
LINES = st.text(min_size=1, max_size=5) | LONG
URLS = st.none() | st.tuples(st.sampled_from(["https://", "https://x.example/"]), ANY).map("".join)
DATES = st.none() | (st.dates() | st.datetimes(timezones=st.just(dt.UTC))).map(PostDate.of)


@st.composite
def posts(draw: st.DrawFn, number: int = 0) -> Post:
    """A post that may hold anything; ``number`` tells it from others."""
    return Post(
        path=f"{number}.md",
        slug=draw(LINES),
        title=draw(LINES),
        summary=draw(ANY),
        date=draw(DATES),
        tags=tuple(draw(st.lists(LINES, max_size=20))),
        authors=tuple(draw(st.lists(ANY, max_size=6))),
        image=draw(URLS),
        link=draw(URLS),
        words=draw(st.integers(0, 10**7)),
    )


POST_LISTS = st.integers(1, 5).flatmap(lambda n: st.tuples(*(posts(number) for number in range(n))))
TAGS = st.lists(
    st.builds(Tag, LINES.filter(str.strip), st.integers(1, 10**6)),
    min_size=1,
    max_size=25,
    unique_by=lambda tag: tag.key,
)


def takes(view: Layout, *, by_schema: bool = True) -> None:
    """Discord takes this view as an answer; its schema takes most of the time."""
    components: Any = view.to_components()  # type: ignore[no-untyped-call]
    message = {"flags": V2, "components": components}
    answer = {"type": 4, "data": message}
    check_limits(answer)
    reads(message)
    if by_schema:
        validate("CreateMessageInteractionCallbackRequest", answer)


def takes_choices(choices: Sequence[app_commands.Choice[str]]) -> None:
    """Discord takes these suggestions."""
    payload = {"type": 8, "data": {"choices": [choice.to_dict() for choice in choices]}}
    validate("ApplicationCommandAutocompleteCallbackRequest", payload)
    check_limits(payload)


@pytest.mark.parametrize("link", [10, 490])
@pytest.mark.parametrize("piece", MUCH)
def test_the_longest_posts_there_could_be_fit_into_a_message(piece: str, link: int) -> None:
    long = piece * 3000
    tr = translator_for(Locale.french)
    posts = [
        Post(
            path=f"{number}.md",
            slug=long,
            title=long,
            summary=long,
            date=PostDate.of(dt.datetime(9999, 12, 31, tzinfo=dt.UTC)),
            tags=tuple(f"{number} {long}" for number in range(50)),
            authors=(long,) * 50,
            image="https://x.example/" + "i" * 2000,
            link="https://x.example/" + "l" * link,
            words=10**9,
        )
        for number in range(8)
    ]
    page = Pagination(10**6, 10**7, 5)
    tags = [Tag(name, 10**6) for name in posts[0].tags[:25]]
    hits = [Hit(post, ((piece, True), ("a", False)) * 100) for post in posts[:5]]
    takes(PostList(ListedPosts(posts[:5], 10**6, page, tags[0], tags[:24]), tr))
    takes(PostCard(Surroundings(posts[0], posts[1], posts[2], posts[3:]), tr, is_random=True))
    takes(SearchResults(Found(long, hits, 10**6, page), tr))
    takes(SearchResults(Found("q", hits, 10**6, page), tr))
    takes(TagList(Tags(tags, 10**6, page), tr))
    takes(PostNotFound(long, posts[:3], tr))
    takes(TagNotFound(long, tags, tr))
    takes_choices([post_choice(post, is_only=False) for post in posts[:1]])


@given(POST_LISTS, TAGS, st.booleans(), WORDS)
def test_any_posts_make_a_list(
    shown: Sequence[Post],
    tags: Sequence[Tag],
    is_narrowed: bool,
    tr: Translator,
) -> None:
    tag = tags[-1] if is_narrowed else None
    takes(PostList(ListedPosts(shown, 10**6, Pagination(7, 10**6, 5), tag, tags[:24]), tr))
    takes(PostList(ListedPosts(shown, len(shown), Pagination(1, 1, 5)), tr))


@given(st.tuples(*(posts(number) for number in range(8))), st.booleans(), WORDS)
def test_any_post_makes_a_card(
    some: Sequence[Post],
    is_random: bool,
    tr: Translator,
) -> None:
    post, older, newer, *related = some
    around = Surroundings(post, older, newer, related)
    takes(PostCard(around, tr, is_random=is_random))
    takes(PostCard(Surroundings(post), tr, is_random=is_random))


@given(POST_LISTS, st.lists(st.tuples(ANY, st.booleans()), max_size=6), LINES, WORDS)
def test_any_hits_make_results(
    found: Sequence[Post], snippet: list[tuple[str, bool]], query: str, tr: Translator
) -> None:
    hits = [Hit(post, tuple(snippet)) for post in found]
    takes(SearchResults(Found(query, hits, 10**6, Pagination(7, 10**6, 5)), tr))


def test_what_stands_below_the_results_of_a_long_query_fits_too() -> None:
    tr, page = translator_for(Locale.french), Pagination(7, 10**6, 5)
    posts = [replace(garden_post(n), title="a " * 3000) for n in range(5)]
    for length in range(300):
        hits = [Hit(post, (("*" * length, False),)) for post in posts]
        takes(SearchResults(Found("*" * 3000, hits, 10**6, page), tr))


@given(TAGS, POST_LISTS, ANY, WORDS)
def test_any_tags_and_misses_can_be_shown(
    tags: Sequence[Tag], closest: Sequence[Post], typed: str, tr: Translator
) -> None:
    takes(TagList(Tags(tags, 10**6, Pagination(7, 10**6, 25)), tr))
    takes(TagNotFound(typed, tags, tr))
    takes(PostNotFound(typed, closest[:3], tr))


@given(posts(), TAGS, st.booleans())
def test_anything_can_be_suggested(post: Post, tags: Sequence[Tag], is_only: bool) -> None:
    takes_choices([post_choice(post, is_only=is_only)])
    for tag in tags:
        takes_choices([tag_choice(tag)])


@given(ANY, st.text(), URLS, WORDS)
def test_any_blog_can_be_introduced(
    source: str, version: str, site_url: str | None, tr: Translator
) -> None:
    status = Status(
        pages=0,
        source=source,
        generator="plain",
        dialect=PLAIN,
        site_url=site_url,
        posts=10**6,
        tags=0,
        left_out=(),
        problems=(Problem("a.md", 1, "x", "y"),) * 3,
        updated=0,
    )
    takes(About(status, None, version[:20], tr))
    takes(Help([("</latest:1>", "Show the newest posts")] * 7, tr))


# The languages with the longest words, counted in characters and in bytes.
LONGEST = (Locale.german, Locale.japanese)
LINKED = [replace(garden_post(n), title="W " * 60) for n in range(25)]
CORPORA = (
    *("seed", "jekyll", "eleventy", "til", "gopheracademy"),
    *("v8-dev", "jakevdp", "react-dev", "timlrx", "biome-blog"),
)


@pytest.mark.parametrize("name", CORPORA)
async def test_every_post_of_a_real_blog_can_be_shown_and_read(
    corpora: Path, name: str, tmp_path: Path
) -> None:
    options = {
        "--posts": str(corpora / name),
        "--db": str(tmp_path / "index.db"),
        "--site": "https://blog.example",
    }
    async with App(Settings.load(options, {})) as app:
        await app.sync()
        tr = translator_for(Locale.german)
        shown = await app.library.latest()
        assert shown, "a corpus has posts"
        await take_lists(app.library, len(shown), tr)
        await take_tags(app.library, tr)
        pages = Pages(app.library)
        for number, post in enumerate(shown):
            takes(await PostCard.of(post, app.library, tr))
            rendered = await pages.of(post)
            assert rendered is not None
            by_schema = number % 10 == 0
            await take_pages(post, rendered, LONGEST[: 1 + by_schema], by_schema=by_schema)
        for start in range(0, len(shown), 25):
            takes_choices([post_choice(post) for post in shown[start : start + 25]])


async def take_pages(
    post: Post,
    rendered: Rendered,
    locales: Sequence[Locale] = LONGEST,
    *,
    by_schema: bool = True,
) -> None:
    """Discord takes every page of a post, in these languages."""
    for page in range(1, len(rendered.pages) + 1):
        section = rendered.sections[-1] if rendered.sections else None
        back = f"{post.key}-999999999"
        opened = await Opened.at(
            page, post, rendered, None, PictureSlots(), is_edited=True, section=section, back=back
        )
        if page == 1 or by_schema:
            opened.links = LINKED
        for locale in locales:
            view = PostPage(opened, translator_for(locale), is_aside=True, shares=True)
            takes(view, by_schema=by_schema)


BODIES = st.lists(
    st.sampled_from(
        [
            "# " + "heading " * 30,
            "## Same",
            "word " * 900,
            "語" * 3000,
            "👩‍👩‍👧" * 900,
            "@everyone <@1> ||x|| [a](https://x.example)",
            "![alt](https://x.example/a.png)",
            "![](b.png)",
            "---",
            "```py\n" + "x = 1\n" * 300 + "```",
            "> quote\n" * 80,
            "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 40,
            "- item\n" * 90,
        ]
    )
    | TEXT,
    max_size=40,
).map("\n\n".join)


@given(posts(), BODIES)
async def test_any_post_can_be_read(post: Post, body: str) -> None:
    renderer = Renderer(PLAIN, None, lambda _: None)
    await take_pages(post, renderer.render(body, path=post.path, url=post.url))


@given(st.text(max_size=200), st.text(max_size=200))
def test_any_section_can_be_suggested(title: str, anchor: str) -> None:
    takes_choices([section_choice(Section(title, 2, anchor or "x", 0))])


async def take_lists(library: Library, total: int, tr: Translator) -> None:
    """Discord takes every page of the newest posts and of results for common words."""
    for number in range(1, -(-total // 5) + 1):
        takes(PostList(await ListedPosts.of(library, number, 5, None), tr))
    for query in ("the", "code", "new"):
        takes(SearchResults(await Found.of(library, query, 1), tr))


async def take_tags(library: Library, tr: Translator) -> None:
    """Discord takes every page of tags, and the first page of each tag's posts."""
    tags: Any = await library.tags()
    for number in range(1, -(-len(tags) // 25) + 1):
        takes(TagList(await Tags.of(library, number), tr))
    for tag in tags:
        takes(PostList(await ListedPosts.of(library, 1, 5, tag), tr))
