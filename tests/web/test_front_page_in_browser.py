"""What people see of the bot's address in a real browser."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.async_api import Browser, async_playwright

from bot.app import App
from bot.blog.post import Post, PostDate
from bot.settings import Settings
from tests.conftest import CHECKOUT
from tests.needs import CHROMIUM, needs_chromium
from tests.web.test_front_page import front, serving

pytestmark = needs_chromium

SAMPLE = CHECKOUT / "bot" / "sample"

POSTS = [
    Post(
        path=f"{number}.md",
        slug=str(number),
        title=title,
        summary="Reading together is reading twice: " * number,
        link=f"https://slashpost.example/{number}/",
        date=PostDate(f"2026-10-{20 - number}", 0),
    )
    for number, title in enumerate(
        ["What your readers see", "Links as your generator makes them", "W" * 120, "مرحبا"], 1
    )
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    """Headless Chromium."""
    async with async_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield browser
        await browser.close()


@pytest.mark.parametrize(
    ("scheme", "ground"), [("light", "rgb(244, 244, 248)"), ("dark", "rgb(22, 23, 28)")]
)
@pytest.mark.parametrize("width", [800, 320])
async def test_the_page_is_shown_in_the_readers_colours(
    browser: Browser, scheme: Literal["light", "dark"], ground: str, width: int
) -> None:
    page = await browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 900})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    async with serving(front(name="Slashpost", posts=13, newest=POSTS)) as url:
        await page.goto(url)
        body = page.locator("body")
        assert await body.evaluate("e => getComputedStyle(e).backgroundColor") == ground
        assert not await page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ), "nothing is cut off at the side"
        assert await page.get_by_role("link", name="Add to Discord").is_visible()
        assert [each for each in asked if not each.startswith("data:")] == [url]
    assert complaints == [], "the policy allows what the page needs"


async def test_the_page_of_the_sample_blog(browser: Browser, tmp_path: Path) -> None:
    """With SLASHPOST_SCREENSHOTS=1, the picture of it in docs/images."""
    settings = Settings.load({"--posts": str(SAMPLE), "--db": str(tmp_path / "index.db")}, {})
    async with App(settings) as app:
        await app.sync()
        newest = await app.library.latest(limit=5)
        count = await app.library.count()
    page = await browser.new_page(viewport={"width": 760, "height": 900})
    async with serving(front(name="Slashpost", posts=count, newest=newest)) as url:
        await page.goto(url)
        for post in newest:
            assert await page.get_by_role("link", name=post.title).is_visible()
        taken = await page.screenshot()
    folder = CHECKOUT / "docs" / "images" if "SLASHPOST_SCREENSHOTS" in os.environ else tmp_path
    with Image.open(BytesIO(taken)) as image:
        image.convert("RGB").save(folder / "front-page.webp", quality=80, method=6)
