"""A post's body as a reader in Discord sees it."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.dialect import HTML, Dialect
from bot.generators.common.registry import GENERATORS
from bot.rendering.discord_markdown import Images
from bot.rendering.escape import escape_line_start
from bot.rendering.page import MAX_PICTURES, Text, pictures_of
from bot.rendering.renderer import Rendered, Renderer

# What took quadratic time in one parser or another, with the runs of blanks.
HOSTILE = (
    "[", "![", "^[", "[a](", "*a **a ", "<", "`", "> ", "- a\n", "<ul><li>", "<blockquote>",
    "{{" + " " * 1500, "!!! a" + " " * 500, "[a]:" + " " * 500, "# a" + " " * 40_000 + "\n",
    "_{{", '"{{', "highlight{{", "<b>x</b>", "https://a.example/b ", "a\n\n", "a\n: b\n",
)  # fmt: skip


def rendered(body: str, *, generator: str = "plain", path: str = "post.md") -> Rendered:
    renderer = Renderer(
        GENERATORS[generator].dialect, "https://example.org", {"other": "/other/"}.get
    )
    return renderer.render(body, path=path, url="https://example.org/blog/post/")


def text(body: str, *, generator: str = "plain", path: str = "post.md") -> str:
    return "\n---\n".join(
        page.text for page in rendered(body, generator=generator, path=path).pages
    )


def test_a_long_post_has_pages_that_fit_a_message() -> None:
    pages = rendered("\n\n".join(f"Paragraph {n}. " + "word " * 200 for n in range(30))).pages
    assert len(pages) > 5
    assert all(len(page.text) <= 4000 for page in pages)


def test_the_last_page_is_worth_a_click() -> None:
    body = "\n\n".join(f"Paragraph {n}. " + "word " * 50 for n in range(26)) + "\n\nThe end."
    pages = rendered(body).pages
    lengths = [len(page.text) for page in pages]
    assert pages[-1].text.endswith("The end.")
    assert min(lengths) > 0.5 * max(lengths), lengths


def test_a_heading_stands_on_the_page_of_what_it_heads() -> None:
    pages = rendered("word " * 700 + "\n\n## Next\n\n" + "more " * 100).pages
    assert pages[1].text.startswith("## Next\n\nmore")
    assert pages[1].headings == ("next",)


def test_a_code_block_is_closed_and_reopened_with_its_language() -> None:
    pages = rendered("```python\n" + "x = 1  # a line of code\n" * 300 + "```").pages
    assert len(pages) > 1
    for page in pages:
        assert page.text.startswith("```python\n")
        assert page.text.endswith("\n```")


def test_a_page_does_not_end_in_blank_lines_of_code() -> None:
    for page in rendered("```\n" + ("code " * 40 + "\n\n\n") * 60 + "```").pages:
        assert page.text.endswith("code \n```") or page.text.endswith("code\n```")


def test_relative_links_start_from_the_post() -> None:
    assert text("[a](../b/) [c](/d) [e](#f) [g](javascript:x)") == (
        "[a](<https://example.org/blog/b/>) [c](<https://example.org/d>) "
        "[e](<https://example.org/blog/post/#f>) g"
    )


def test_images_stand_where_the_author_put_them() -> None:
    (page,) = rendered("before\n\n![a cat](/cat.png)\n\nafter").pages
    assert [type(part) for part in page.parts] == [Text, Images, Text]
    images = page.parts[1]
    assert isinstance(images, Images)
    assert images.pictures[0].url == "https://example.org/cat.png"
    assert images.pictures[0].alt == "a cat"


@given(st.text(alphabet=st.sampled_from("ab \n#*_`~>|-+1.[](){}<>!&:@/\\=\"'%$^"), max_size=300))
def test_any_markdown_gives_pages_that_fit(body: str) -> None:
    for page in rendered(body, generator="jekyll").pages:
        assert len(page.text) <= 4000
        texts = [part.markdown for part in page.parts if isinstance(part, Text)]
        assert sum(len(part.encode()) + 12 for part in texts) <= 10_170
        for part in page.parts:
            assert not isinstance(part, Images) or len(part.pictures) <= MAX_PICTURES


def test_marks_go_on_over_code_and_links_within_them() -> None:
    assert text("**Every `hide` is *quite* private** *a***b**") == (
        "**Every `hide` is *quite* private** *a*\u2060**b**"
    )


def test_a_link_that_leads_nowhere_shares_the_marks_around_it() -> None:
    assert text("*See [the feed](javascript:x).*") == "*See the feed.*"


def test_a_formula_of_its_own_is_code_as_it_stands() -> None:
    assert text("$$\na\n  + b \\\\\n$$\n\nc") == "```tex\na\n  + b \\\\\n```\n\nc"


def test_an_items_text_is_markdown_though_html_follows() -> None:
    assert text("- a _b_ `c`\n  <ol>\n  <li>x</li>\n  </ol>") == "- a *b* `c`\n  1. x"


@pytest.mark.parametrize(
    "body",
    [
        "word[^1] " * 3 + "\n\n[^1]: " + "note " * 1200,
        " ".join(f"word[^{n}]" for n in range(200))
        + "\n\n"
        + "\n".join(f"[^{n}]: {'note ' * 30}" for n in range(200)),
        f"[text](https://example.org/{'a' * 6000}) after",
        " ".join(f"[w](https://example.org/{'a' * 1900}{n})" for n in range(20)),
        "# " + " ".join(f"[w](https://example.org/{'a' * 1900}{n})" for n in range(20)),
        "- " + "*`" * 4000,
        "| a | b |\n|-|-|\n" + f"| [w](https://example.org/{'a' * 1900}) | x |\n" * 5,
    ],
    ids=["long note", "many notes", "long link", "long links", "heading", "marks", "table"],
)
def test_what_is_larger_than_a_page_is_cut(body: str) -> None:
    pages = rendered(body).pages
    assert pages
    for page in pages:
        assert len(page.text) <= 4000, len(page.text)
        assert len(page.text.encode()) <= 10_000


def test_all_notes_are_shown_where_they_need_pages_of_their_own() -> None:
    body = " ".join(f"w[^{n}]" for n in range(90)) + "\n\n"
    pages = rendered(body + "\n".join(f"[^{n}]: note{n}. {'x ' * 60}" for n in range(90))).pages
    whole = "\n".join(page.text for page in pages)
    assert all(f"note{n}." in whole for n in range(90))


def test_a_message_shows_no_more_pictures_than_discord_takes() -> None:
    pages = rendered("\n".join(f"![p{n}](https://e.example/{n}.png)" for n in range(150))).pages
    counts = [len(pictures_of(page)) for page in pages]
    assert sum(counts) == 150
    assert max(counts) <= 60


@pytest.mark.parametrize(
    "attributes",
    ["src='b.png#gh-dark-mode-only'", "src='b.png' class='w-full dark-image'",
     "src='b.png' className='hidden dark:block'"],
)  # fmt: skip
def test_the_dark_twin_of_a_picture_is_left_out(attributes: str) -> None:
    (page,) = rendered(f"<img src='a.png' class='light-image'><img {attributes}>").pages
    assert [picture.url[-6:] for picture in pictures_of(page)] == ["/a.png"]


def test_code_that_looks_like_a_mention_is_text() -> None:
    assert text("`<code>`<id:1>`") == "`<code>`id:1\\`"


def test_spaces_in_addresses_stay_as_percent_20() -> None:
    assert text("[file](<docs/my file.pdf>) <a href='/x y.html'>html</a>") == (
        "[file](<https://example.org/blog/post/docs/my%20file.pdf>) "
        "[html](<https://example.org/x%20y.html>)"
    )


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_anything_takes_no_long_time(piece: str) -> None:
    body = (piece * (1_000_000 // len(piece) + 1))[:1_000_000]
    before = time.process_time()
    rendered(body)
    # under one second on a quiet machine; with the square of the length, it would be minutes
    assert time.process_time() - before < 10


@pytest.mark.parametrize("lines", ["\t\n", " \n", "\n", "- \n", "-\n"])
def test_many_lines_are_escaped_at_once(lines: str) -> None:
    before = time.process_time()
    escape_line_start(lines * 10_000)
    assert time.process_time() - before < 1, "seconds; it takes a fiftieth"
    assert escape_line_start(f"{lines}# a").endswith("\\# a")


def feed(body: str) -> Rendered:
    return Renderer(HTML, "https://example.org", lambda _: None).render(body, path="a.md", url=None)


def test_a_feed_is_final_and_no_template() -> None:
    body = (
        "<p>Set <code>{{ value }}</code> [[ -f x ]]:</p><pre>{% for x in y %}\n%%F%%T {# a #}</pre>"
    )
    assert feed(body).pages[0].text == (
        "Set `{{ value }}` \\[\\[ -f x \\]\\]:\n\n```\n{% for x in y %}\n%%F%%T {# a #}\n```"
    )


def test_an_emoji_that_is_a_picture_is_the_emoji() -> None:
    (page,) = feed('<p>I <img src="/2764.png" alt="❤" class="wp-smiley"> Python</p>').pages
    assert page.text == "I ❤ Python"
    assert not pictures_of(page)
    for name in ("emoji", "emojione", "joypixels"):
        (page,) = feed(f'<p>Done <img src="/1f389.png" alt=":tada:" class="{name}"></p>').pages
        assert page.text == "Done 🎉"


def test_a_lazily_loaded_picture_is_shown_once() -> None:
    image = '<img src="data:image/gif;base64,R0" data-src="https://e.example/real.jpg" alt="real">'
    (page,) = feed(
        f'<p>x</p>{image}<noscript><img src="https://e.example/real.jpg"></noscript>'
    ).pages
    assert [picture.url for picture in pictures_of(page)] == ["https://e.example/real.jpg"]


def test_a_placeholder_in_a_picture_element_is_the_picture_beside_it() -> None:
    dark = '<source media="(prefers-color-scheme: dark)" srcset="https://e.example/dark.webp">'
    source = '<source data-srcset="https://e.example/1.webp 1x, https://e.example/2.webp 2x">'
    (page,) = feed(f'<picture>{dark}{source}<img src="data:x" alt="it"></picture>').pages
    assert [picture.url for picture in pictures_of(page)] == ["https://e.example/2.webp"]
    (page,) = feed(f'<picture>{dark}<img src="data:x" alt="it"></picture>').pages
    assert page.text == "🖼 it"


def test_emphasis_is_the_generators_own() -> None:
    for markdown in ("kramdown", "python-markdown"):
        renderer = Renderer(Dialect(markdown=markdown), None, lambda _: None)
        page = renderer.render("**Security.**There, **「重要」**です", path="a.md", url=None).pages[
            0
        ]
        assert page.text == "**Security.**There, **「重要」**です"


def test_what_is_nested_too_deeply_is_text_and_not_lost() -> None:
    assert "deep" in text("> " * 60 + "deep")
    assert "deep" in text("<ul><li>" * 200 + "deep")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("<p>Use Vec<T> and Map<String, List<T>> here.</p>",
         "Use Vec<T> and Map<String, List<T>> here."),
        ("<p>The <InputAccessoryView /> and <b>more</b></p>",
         "The <InputAccessoryView /> and **more**"),
        ("<pre><code>List<String> a;\nif (i<n) return;</code></pre>",
         "```\nList<String> a;\nif (i<n) return;\n```"),
    ],
)  # fmt: skip
def test_names_in_angle_brackets_of_a_feed_are_words(body: str, shown: str) -> None:
    assert feed(body).pages[0].text.replace("\\<", "<").replace("\\>", ">") == shown


def test_names_in_angle_brackets_within_html_of_markdown_are_words() -> None:
    assert text("<div>Vec<T> grows</div>") == "Vec\\<T> grows"
    assert text("A Vec<Label> here") == "A Vec\\<Label> here"


def test_addresses_have_spaces_where_the_generator_reads_them() -> None:
    written = 'a [f](docs/a b.pdf "The file") ![p](/my pic (1).png) `[c](d e)` [f](g (h).pdf)'
    for generator in ("jekyll", "pelican"):
        (page,) = rendered(written, generator=generator).pages
        assert "[f](<https://example.org/blog/post/docs/a%20b.pdf>)" in page.text
        assert "`[c](d e)`" in page.text
        assert [picture.url for picture in pictures_of(page)] == [
            "https://example.org/my%20pic%20(1).png"
        ]
    assert "(docs/a b.pdf)" in rendered("[f](docs/a b.pdf)", generator="hugo").pages[0].text


def test_markdown_around_tags_in_a_summary_is_read() -> None:
    title = "See `code`, **b** <i>i</i> <T>"
    body = f"<details><summary class='x'>{title}</summary>\n\nIn\n</details>"
    assert text(body) == "**See `code`, b *i* \\<T>**\n\n> In"


MATERIAL = Dialect(
    markdown="python-markdown",
    extensions=("admonition", "pymdownx.superfences", "pymdownx.tabbed"),
)


def material(body: str) -> str:
    return (
        Renderer(MATERIAL, None, lambda _: None).render(body, path="a.md", url=None).pages[0].text
    )


def test_tabs_are_titles_and_what_they_hold() -> None:
    body = (
        '=== "C"\n\n    ``` c\n    int x;\n    ```\n\n=== "Go"\n\n    Text *i*\n\n```\n=== "x"\n```'
    )
    assert material(body) == (
        '**C**\n\n```\nint x;\n```\n\n**Go**\n\nText *i*\n\n```\n=== "x"\n```'
    )


@pytest.mark.parametrize("end", ["\n    ```", ""])
def test_fences_stand_in_lists_and_admonitions(end: str) -> None:
    assert material(f"- a\n\n    ```py\n    x = 1{end}") == "- a\n```\nx = 1\n```"
    assert material(f"!!! note\n    ```sh\n    ls{end}") == "> **📝 Note**\n> ```\n> ls\n> ```"
