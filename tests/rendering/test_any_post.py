"""Whatever a post holds, its pages fit Discord, say what it says and call nobody."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.generators.common.registry import GENERATORS
from bot.rendering.block import Footnote, Table, texts
from bot.rendering.discord_markdown import Images
from bot.rendering.escape import clean
from bot.rendering.page import MAX_PICTURES, Page, Text, pictures_of
from bot.rendering.renderer import Renderer
from tests.rendering.discord import kinds, letters, seen

_WORDS = ("alpha", "Beta", "1.", "2)", "-", "#", "##", ">", "*", "**", "_", "~~", "||", "`", "```")
_TRICKS = (
    "@everyone", "@here", "<@1234567890>", "<@&42>", "<#99>", "</post:123>", "<t:1700000000>",
    "<:smile:1234>", "<id:home>", "https://example.com/a_b", "[x](https://example.com)", "[", "](",
    "<https://a.example>", "-#", "\\", "&lt;@1&gt;", "\u200b", "\u202e", "discord.gg/abc", "$x$",
)  # fmt: skip
_MARKUP = (
    "<b>", "</b>", "<p>", "<ul>", "<li>", "</ul>", "<table><tr><td>", "</table>", "<pre>", "</pre>",
    "<img src=/a.png alt=cat>", "<details><summary>", "</summary>", "<blockquote>", "<h2>", "</h2>",
    "<iframe src=https://v.example>", "<sup>", "<a href=/x>", "</a>", "<!--", "-->", "<code>",
)  # fmt: skip
_LAYOUT = (
    "\n",
    "\n\n",
    " ",
    "  ",
    "\n    ",
    "\n> ",
    "\n- ",
    "\n1. ",
    "\n---\n",
    "\n| a | b |\n|-|-|\n| ",
)

any_body = st.lists(
    st.one_of(
        st.sampled_from(_WORDS),
        st.sampled_from(_TRICKS),
        st.sampled_from(_MARKUP),
        st.sampled_from(_LAYOUT),
        st.text(max_size=8),
        st.integers(0, 4000).map(lambda size: "long " * (size // 5)),
    ),
    max_size=40,
).map("".join)

renderer = Renderer(GENERATORS["jekyll"].dialect, "https://example.org", lambda _: None)


def pages_of(body: str) -> tuple[Page, ...]:
    return renderer.render(body, path="post.md", url="https://example.org/post/").pages


def texts_of(page: Page) -> list[str]:
    return [part.markdown for part in page.parts if isinstance(part, Text)]


def check(page: Page) -> None:
    written = texts_of(page)
    assert sum(map(len, written)) <= 4000
    assert sum(len(text.encode()) + 12 for text in written) <= 10_170
    galleries = [part for part in page.parts if isinstance(part, Images)]
    assert all(1 <= len(gallery.pictures) <= MAX_PICTURES for gallery in galleries)
    # a picture and its gallery are a component each; buttons and frame need ten
    assert len(page.parts) <= 30
    for text in written:
        assert text.strip()
        assert text.count("```") % 2 == 0
        assert kinds(text).isdisjoint({"mention", "spoiler", "timestamp", "custom_emoji"}), text


@given(any_body)
@example("https://example.com/a_b@everyone\u200b")
def test_every_page_fits_a_message_and_mentions_nobody(body: str) -> None:
    for page in pages_of(body):
        check(page)


@given(any_body)
@example("```alpha")
def test_discord_shows_every_word_once_and_in_order(body: str) -> None:
    blocks = renderer.blocks(body, path="post.md")
    if any(isinstance(block, Table | Footnote) for block in blocks):
        return  # a wide table names its columns in every row; notes move to the page's end
    meant = letters(clean(" ".join(texts(blocks))))
    written = [text for page in pages_of(body) for text in texts_of(page)]
    # The address beside a link whose text looks like another one is ours, not the author's.
    shown = "".join(letters(seen(re.sub(r" \(<[^<>]*>\)", "", text))) for text in written)
    assert shown == meant


@given(
    st.lists(st.sampled_from(["# Heading\n\n", "word " * 400 + "\n\n", "## Sub\n\n"]), max_size=30)
)
def test_no_heading_ends_a_page_that_another_follows(pieces: list[str]) -> None:
    for page in pages_of("".join(pieces))[:-1]:
        assert not page.text.splitlines()[-1].startswith("#")


_HOSTILE = (
    "[", "![", "[a](", "[](", "<", "<!--", "<b>", "`", "*a ", "**a_", "~~a ", "$a ", "&", "\\",
    "{%", "{{ ", "{#", "{:", "[[a|", "{{< figure ", "{% highlight x %}\n", "{% raw %}", "^[",
    "> ", ">", "- ", "1. ", "> a\n", "|a", "a|b\n-|-\n", "::: note\n", "!!! note\n", "a\n: b\n",
    "{% set x %}", "{% for x %}", "{% note %}\n", "{% raw %}\n~~~\n",
    "http://", "a\n", "word ", "# a\n", "import {\n", "[^a]: ",
)  # fmt: skip
_HOSTILE_MDX = ("<A>\n", "</A>\n", "<A a={", "<a b={{c", "{' ", "<TerminalBlock>\n", "  <A>\n")


@pytest.mark.parametrize(
    ("piece", "path"),
    [*((piece, "post.md") for piece in _HOSTILE), *((piece, "a.mdx") for piece in _HOSTILE_MDX)],
)
def test_no_post_takes_long(piece: str, path: str) -> None:
    """Ten times as much takes about ten times as long, never a hundred times."""
    took = []
    for size in (3_000, 30_000):
        body = piece * (size // len(piece))
        before = time.thread_time()
        renderer.render(body, path=path, url="https://example.org/post/")
        took.append(time.thread_time() - before)
    assert took[1] < max(5, 30 * took[0])


def test_pictures_of_any_number_fit_galleries() -> None:
    pages = pages_of("\n".join(f"![{n}](/{n}.png)" for n in range(64)))
    shown = [picture.alt for page in pages for picture in pictures_of(page)]
    assert shown == [str(n) for n in range(64)]
    for page in pages:
        check(page)
