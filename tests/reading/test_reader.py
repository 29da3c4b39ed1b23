"""Any file is understood or reported, in reasonable time."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.source import Snapshot
from bot.generators.common.registry import GENERATORS
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from tests.reading.desk import Sheet, read, read_post, reader_for

BYTES = st.binary(max_size=300) | st.lists(
    st.sampled_from(
        [b"---\n", b"+++\n", b"{", b"}", b"title: ", b"title = ", b"tags: [a", b"]", b"date: ",
         b"2024-01-11", b"2024-13-11", b"\n", b"\r\n", b"\t", b"\0", b"\xff", b"\xef\xbb\xbf",
         b"draft: true", b"image: ", b"- ", b'"', b"# ", b"<!-- more -->", b"text", b"&a ", b"*a ",
         b"permalink: ", b"/x/", b"slug: ", b": ", b"Title: ", b"lang: fr", b"author: ", b"[a](b)"]
    )
).map(b"".join)  # fmt: skip


@given(BYTES, st.sampled_from(["a.md", "2024-01-11-a.md", "index.md", "x/index.fr.md"]),
       st.sampled_from(sorted(GENERATORS)))  # fmt: skip
def test_any_bytes_are_a_post_or_left_out_or_a_problem(
    data: bytes, path: str, generator: str
) -> None:
    document = read(data, path, generator)
    assert document.post or document.left_out or document.problems
    assert not (document.post and document.left_out)
    for problem in document.problems:
        assert problem.path == path
        assert "\n" not in problem.reason + problem.hint
    if post := document.post:
        shown = [post.title, post.slug, post.summary, *post.tags, *post.authors]
        assert post.title
        assert post.slug
        for text in shown:
            assert text == " ".join(text.split())
            text.encode()  # no half characters
        document.text.encode()


HOSTILE = {
    "angles": "<", "brackets": "[", "pictures": "![", "backticks": "`", "backticks apart": "` ",
    "stars": "*", "stars apart": "*a ", "underscores": "_a", "braces": "{%", "double braces": "{{",
    "comments": "<!--", "markers": "`<!-- more -->", "links": "[a](", "tags": '<a b="',
    "styles": "<style", "opened styles": "<style>", "highlights": "{% highlight %}",
    "headings": "# \n", "fences": "```\n", "tildes": "~~~\n~~~~\n", "setext": "a\n=\n",
    "quotes": "> ", "spaces": " ", "newlines": "\n", "entities": "&amp", "wikilinks": "[[a|",
    "math": "$$", "colons": "a: ", "excerpts": "<!-- Excerpt Start -->", "dashes": "- ",
    "html headings": "<h1>\n", "import": "import ", "definitions": "[a]: b\n", "parens": "](",
    "tildes in line": "~~a", "pipes": "|", "East Asian": "雨", "CR": "\r", "escapes": "\\*",
}  # fmt: skip


@pytest.mark.parametrize("unit", HOSTILE.values(), ids=HOSTILE)
def test_much_of_anything_is_read_in_a_moment(unit: str) -> None:
    """No pattern may look at every character again for every character.

    A look of 10 ns each would take ten minutes; what is read once takes half a second.
    """
    start = time.process_time()
    for head in ("", "Text ", "---\ntitle: x\n---\n"):
        read(head + unit * (250_000 // len(unit)))
    assert time.process_time() - start < 10


def test_markup_in_the_title_of_a_hostile_front_matter_is_read_in_a_moment() -> None:
    start = time.process_time()
    for unit in ("[", "*a ", "`a", "<a ", "_", "{{"):
        read_post("+++\ntitle = 'x" + unit * 100_000 + "'\n+++\nText")
    assert time.process_time() - start < 5


def test_the_fingerprint_tells_settings_and_sites_apart() -> None:
    reader = reader_for()
    assert reader.fingerprint == reader_for().fingerprint
    assert reader.fingerprint != reader_for(date_order="day").fingerprint
    assert reader.fingerprint != reader_for(language="fr").fingerprint
    assert reader.fingerprint != reader_for("hugo").fingerprint
    rules = ReadingRules(collection_tags=frozenset({"a", "b", "c"}))
    again = replace(rules, collection_tags=frozenset({"c", "b", "a"}))
    site = Site.of(Snapshot("test", ()), generator="plain")
    assert SiteReader(rules, site).fingerprint == SiteReader(again, site).fingerprint


def test_the_site_gives_defaults_that_the_post_overrides() -> None:
    config = "defaults:\n  - scope: {path: ''}\n    values: {author: Ada, tags: [site]}\n"
    site = Site.of(Snapshot("test", (), site_files={"_config.yml": config}), generator="jekyll")
    reader = SiteReader(ReadingRules(), site)
    post = reader.read(Sheet("_posts/2024-01-11-a.md", b"---\ntags: [own]\n---\nText")).post
    assert post is not None
    assert (post.authors, post.tags) == (("Ada",), ("own",))


def test_the_first_post_of_this_project_is_understood() -> None:
    text = (
        "--- \ntitle: A Year with Fly\nlink: link\nlayout: post.njk \ndate: 2024-01-11\n"
        "permalink: \"posts/a-year\"\nmeta_description: My thoughts\ntags: ['post'] \n---\n\nText\n"
    )
    post = read_post(text, "a-year.md", "eleventy")
    assert (post.title, post.summary, post.tags) == ("A Year with Fly", "My thoughts", ())
    assert post.link == "/posts/a-year"
    assert post.date is not None
    assert post.date.text == "2024-01-11"


def test_imports_over_several_lines_are_no_text() -> None:
    body = (
        "import {\n  widgetry,\n  Tabs,\n} from '@theme/Tabs';\n\n"
        "export const meta = {\n  a: 1,\n};\n\n"
        "What is read.\n\n```js\nimport shown from 'code'\n```\n"
    )
    document = read(f"---\ntitle: A\n---\n{body}", "a.mdx")
    assert document.post is not None
    assert document.post.summary == "What is read."
    assert "widgetry" not in document.text
    assert "import shown" in document.text
    assert "widgetry" in read(f"---\ntitle: A\n---\n{body}", "a.md").text
