"""Posts in plain text, and their pages as plain text beside them.

``fixtures/NAME.md`` or ``NAME.GENERATOR.md`` is a post's body, ``fixtures/NAME.txt`` what a reader
gets: each page's Discord Markdown, with a picture as ``[picture: what it shows] address``, a
separator as ``[separator]``, and an invisible word joiner as ``¦``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.generators.common.registry import GENERATORS
from bot.rendering.discord_markdown import Images
from bot.rendering.escape import BREAK
from bot.rendering.page import Page, PagePart, Text
from bot.rendering.renderer import Renderer

FIXTURES = Path(__file__).parent / "fixtures"
BODIES = sorted(path for path in FIXTURES.iterdir() if path.suffix in {".md", ".mdx"})
PAGES = {"pond": "/pond/", "2024-01-02-pond": "/pond/", "frog.png": "/pictures/frog.png"}


def expected(body: Path) -> Path:
    return body.with_name(body.name.partition(".")[0] + ".txt")


def shown(body: Path) -> str:
    """The pages that a post becomes, in plain text."""
    generator = body.stem.partition(".")[2] or "plain"
    renderer = Renderer(GENERATORS[generator].dialect, "https://example.org", PAGES.get)
    text = body.read_text(encoding="utf-8")
    rendered = renderer.render(text, path=body.name, url="https://example.org/blog/post/")
    pages = (
        f"[page {number}]\n\n{page_shown(page)}"
        for number, page in enumerate(rendered.pages, start=1)
    )
    return "\n".join(pages).replace(BREAK, "¦")


def page_shown(page: Page) -> str:
    return "\n".join(f"{part_shown(part)}\n" for part in page.parts)


def part_shown(part: PagePart) -> str:
    match part:
        case Text(markdown):
            return markdown
        case Images(pictures):
            return "\n".join(f"[picture: {each.alt}] {each.url}" for each in pictures)
        case _:
            return "[separator]"


@pytest.mark.parametrize("body", BODIES, ids=lambda path: path.stem)
def test_a_post_reads_as_it_is_written_down(body: Path) -> None:
    assert shown(body) == expected(body).read_text(encoding="utf-8")


def test_a_post_in_html_reads_as_the_same_post_in_markdown() -> None:
    assert shown(FIXTURES / "html-post.md") == shown(FIXTURES / "markdown-post.md")


def test_no_fixture_is_without_a_post() -> None:
    assert {expected(body) for body in BODIES} == set(FIXTURES.glob("*.txt"))
