"""People who open the bot's address see what it is, and nothing that they should not."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import html5lib
import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.errors import IndexUnavailable
from bot.blog.post import Post, PostDate
from bot.web.front_page import Front, add_front_page, parts
from bot.web.server import listening

INVITATION = "https://discord.com/oauth2/authorize?client_id=1&scope=bot&permissions=0"
POST = Post(
    path="a.md",
    slug="a",
    title="Cheese & <b>wine</b>",
    summary="What to drink with it.",
    link="https://blog.example/a/?b=1&c=2",
    date=PostDate("2024-01-11T21:30:00-03:00", 0),
)


def front(**changes: Any) -> Front:
    """A bot with one post."""
    known: dict[str, Any] = {
        "name": "Cheese Bot",
        "invitation": INVITATION,
        "posts": 1,
        "newest": [POST],
    }
    return Front(**known | changes)


@asynccontextmanager
async def serving(shown: Front | Exception) -> AsyncIterator[str]:
    """The page's address."""

    async def look() -> Front:
        if isinstance(shown, Exception):
            raise shown
        return shown

    routes = web.Application()
    add_front_page(routes, look)
    async with listening(routes, 0) as port:
        yield f"http://127.0.0.1:{port}/"


async def fetch(shown: Front | Exception) -> tuple[int, str, Mapping[str, str]]:
    """Status, text and headers of the page."""
    async with (
        serving(shown) as url,
        aiohttp.ClientSession() as session,
        session.get(url) as response,
    ):
        return response.status, await response.text(), response.headers


def elements(page: str) -> Any:
    """The page's elements, as any browser sees them; fails for what is not valid."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


async def test_the_page_names_the_bot_and_its_posts() -> None:
    status, text, _ = await fetch(front())
    assert status == 200
    page = elements(text)
    assert page.findtext(".//h1") == "Cheese Bot"
    assert page.findtext(".//h2") == "1 post"
    assert page.find(".//a[@class='invite']").get("href") == INVITATION
    link = page.find(".//ol/li//a")
    assert (link.text, link.get("href")) == ("Cheese & <b>wine</b>", POST.link)
    assert page.findtext(".//time") == "2024-01-11"


@pytest.mark.parametrize(
    ("changes", "heading"),
    [
        ({"posts": 0, "newest": []}, "No posts yet"),
        ({"posts": 2, "newest": [POST, POST]}, "2 posts"),
        ({"posts": 11, "newest": [POST]}, "The newest of 11 posts"),
    ],
)
async def test_the_heading_counts(changes: dict[str, Any], heading: str) -> None:
    _, text, _ = await fetch(front(**changes))
    assert elements(text).findtext(".//h2") == heading


async def test_there_is_no_button_while_nobody_knows_where_it_leads() -> None:
    _, text, _ = await fetch(front(invitation=None))
    assert elements(text).find(".//a[@class='invite']") is None


async def test_a_post_without_a_public_page_has_no_link() -> None:
    hidden = Post(path="b.md", slug="b", title="B", link="javascript:alert(1)")
    _, text, _ = await fetch(front(newest=[hidden]))
    page = elements(text)
    assert page.find(".//ol//a") is None
    assert page.findtext(".//ol/li/span") == "B"


async def test_an_index_that_cannot_be_read_says_so_without_saying_where() -> None:
    status, text, headers = await fetch(IndexUnavailable("/srv/secret/index.db: locked"))
    assert (status, text) == (503, "The posts cannot be read now.\n")
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")


async def test_nothing_that_runs_or_frames_the_page_is_allowed() -> None:
    _, text, headers = await fetch(front())
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script" not in text
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Server"] == "slashpost", "no versions"


# What HTML allows nowhere: control characters, surrogates and noncharacters.
WORDS = st.text(
    st.characters(exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=400
)


@given(name=WORDS, title=WORDS, summary=WORDS, link=WORDS)
def test_any_text_makes_a_valid_page(name: str, title: str, summary: str, link: str) -> None:
    link = f"https://b.example/{link}"
    post = Post(path="a.md", slug="a", title=title, summary=summary, link=link)
    made = parts(front(name=name, newest=[post]))
    page = elements(f"<!DOCTYPE html><title>{made['name']}</title>{made['posts']}")
    assert page.findtext(".//title") == name
    assert page.findtext(".//span/a") == title
