"""Whatever comes from outside is read or refused, and takes a second for a megabyte at most.

`make fuzz TESTS=tests/fuzz` looks for new findings. Each finding stays as an ``@example``.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict

from bot.blog.errors import SourceError
from bot.chat.custom_ids import parse as parse_custom_id
from bot.generators.common.config import parse as parse_config
from bot.generators.common.registry import GENERATORS
from bot.index.query import Query
from bot.reading.formats import FrontMatterError
from bot.reading.front_matter import FrontMatter
from bot.rendering.renderer import Renderer
from bot.sources.feed.entry import document_of
from bot.sources.feed.parser import content_of
from bot.sources.host import Response
from bot.transport.signatures import SIGNATURE, TIMESTAMP, Signatures
from bot.web.hooks import is_signed, may_be_signed
from tests.wire.people import KEY

LARGEST = 40_000
# Of an input that is not large; the first one also pays for what is imported or compiled.
LEAST_SECONDS = 1.0
SIGNATURES = Signatures(KEY.verify_key.encode().hex())


def repeated(*units: str) -> st.SearchStrategy[str]:
    """A few units, each again and again: what patterns and parsers may be slow at."""
    unit = st.sampled_from(units) | st.text(max_size=6)
    part = st.tuples(unit, st.integers(1, 8000)).map(lambda pair: (pair[0] * pair[1])[:LARGEST])
    return st.lists(part | unit, max_size=6).map("".join).map(lambda text: text[:LARGEST])


@contextmanager
def in_time(size: int) -> Iterator[None]:
    """Fail for what takes more than a second of processor time for a megabyte."""
    start = time.process_time()
    yield
    taken = time.process_time() - start
    assert taken < LEAST_SECONDS + size / 1e6, f"{taken:.1f} s for {size} characters"


YAML = ("title: ", "- ", "[", "{", "&a ", "*a", ", ", "\n", "  ", "? ", "|\n", "'", '"', "!!", ": ")


@given(
    st.sampled_from(["---\n{}\n---\n", "+++\n{}\n+++\n", "{{{}}}\n", "{}"]),
    repeated(*YAML, "a = 1\n", "[[a]]\n", '"a": ', "1979-05-27\n", "<<: *a\n"),
)
@example("---\n{}\n---\n", "title: \x1f")  # was a TypeError
def test_front_matter(frame: str, text: str) -> None:
    with in_time(len(text)), suppress(FrontMatterError):
        FrontMatter.of(frame.replace("{}", text))


@pytest.mark.parametrize("name", ["_config.yml", "hugo.toml", "hugo.json", "mkdocs.yml"])
@given(text=repeated(*YAML, "a = 1\n", "[a]\n", "a.b.", '"""', "url: ", "!ENV ", "\\u"))
def test_configuration_files(name: str, text: str) -> None:
    with in_time(len(text)), suppress(ValueError):
        parse_config(name, text)


MARKDOWN = (
    "[", "![", "](", "*", "_", "`", "<", "> ", "- ", "<ul><li>", "{{", "{% ", "|", "\n", "$", "~",
    "&", "\\", "^[", "[^1]", "<pre>", "    ", "!!! a\n", "# ", "[a]: ",
)  # fmt: skip


@pytest.mark.parametrize("generator", ["jekyll", "hugo", "pelican", "docusaurus"])
@given(text=repeated(*MARKDOWN))
def test_posts(generator: str, text: str) -> None:
    renderer = Renderer(GENERATORS[generator].dialect, "https://example.org", lambda _: None)
    with in_time(len(text)):
        renderer.render(text, path="post.md", url="https://example.org/post/")


@given(
    st.sampled_from(["application/rss+xml", "application/feed+json", "text/html; charset=x", ""]),
    st.sampled_from(
        [
            "{}",
            "<rss><channel><item><description>{}</description></item></channel></rss>",
            '<feed xmlns="http://www.w3.org/2005/Atom"><entry><content>{}</content></entry></feed>',
            '{"version": "https://jsonfeed.org/version/1", "items": [{"content_html": "{}"}]}',
        ]
    ),
    repeated("<pre>", "&lt;pre>", "<", "&", "<![CDATA[", "]]>", "<item>", "<!--", "[", "{", '"'),
)
@example("application/feed+json", "{}", "[" * 20_000)
def test_feeds(kind: str, frame: str, text: str) -> None:
    body = frame.replace("{}", text).encode(errors="replace")
    page = Response(body=body, url="https://example.org/feed", content_type=kind)
    with in_time(len(body)), suppress(SourceError):
        for entry in content_of(page).entries:
            document_of(entry)


@given(repeated("tag:", '"', "-", "since:", "(", ")", " OR ", "*", "2024-", " ", "々", "\0", ":"))
def test_search_queries(text: str) -> None:
    with in_time(len(text)):
        query = Query.of(text)
        query.match_all(begun=True)
        query.match_any()
        assert query.match_without is None or query.match_without


@given(repeated(":", "p:", "read:", "1", "-", "/", "\n", "é", "\U0001f600"))
def test_custom_ids(text: str) -> None:
    with in_time(len(text)):
        parse_custom_id(text)


@given(st.lists(repeated("0", "f", " ", "-", "٣", "9" * 13), max_size=2), st.binary(max_size=99))
def test_signature_headers(values: list[str], body: bytes) -> None:
    headers = CIMultiDict((name, value) for value in values for name in (SIGNATURE, TIMESTAMP))
    with in_time(sum(map(len, values))):
        assert SIGNATURES.signed_at(headers, body) is None


@given(repeated("sha256=", "v1,", " ", "=", "A", "\udcff"), st.text(min_size=1), st.binary())
def test_hooks(value: str, secret: str, body: bytes) -> None:
    names = ("X-Hub-Signature-256", "X-Gitlab-Token", "webhook-signature")
    secret = f"not {secret}".encode(errors="replace").decode()
    with in_time(len(value)):
        for name in names:
            if value != secret:
                may_be_signed({name: value})
                assert not is_signed({name: value}, body, secret)
