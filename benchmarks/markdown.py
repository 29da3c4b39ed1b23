"""Whether every word of real posts reaches the reader, and how fast.

    python -m benchmarks.markdown [--spec commonmark.json] [--show SITE]

Every post of ../shared/corpora becomes HTML by the library that its generator's dialect names.
That HTML is read twice: into our blocks, and by html5lib into the text that a browser shows. A
post counts where both read the same.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import statistics
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from pathlib import Path
from urllib.parse import unquote
from xml.etree.ElementTree import Element

import html5lib
from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.blog.dialect import Dialect
from bot.blog.emoji import with_emoji
from bot.generators.common.registry import GENERATORS
from bot.rendering.block import Block, Footnote, Item, Listing, Paragraph, Quote, Run, texts
from bot.rendering.elements import image_of
from bot.rendering.escape import clean
from bot.rendering.html_blocks import ASIDE
from bot.rendering.markdown_to_html import html_of
from bot.rendering.renderer import Renderer
from bot.scan import Scanner
from bot.settings import Settings

CORPORA = Path(__file__).parent.parent.parent / "shared" / "corpora"
WORDS = 20_000
RUNS = 5

# What we add where an embedded player or page stood, and in a shortcode's place: an icon first.
_EMBED = re.compile(r"(?:▶️|🔗|🔊) ?")
_TASK = re.compile(r"^\s*\[[ xX]\](?=\s)", re.MULTILINE)
# Callouts' titles, which are ours in part, and the way back from notes.
_MARKS = re.compile(r"admonition-title|footnote-back|doc-backlink")
_UNSEEN = frozenset(
    ["script", "style", "template", "noscript", "svg", "head", "title", "form", "button", "select",
     "textarea", "canvas", "map", "progress", "meter", "datalist", "iframe", "video", "audio",
     "embed", "object"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """One post, read both ways.

    Attributes:
        site: the corpus that it is from.
        path: of the post within it.
        ours: the visible text of our blocks, normalised.
        theirs: that of the HTML, as html5lib reads it.
    """

    site: str
    path: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Body:
    """A post's text below its front matter, and whose templates it uses."""

    path: str
    text: str
    dialect: Dialect


def bodies(corpus: Path, most: int | None = None) -> Iterator[Body]:
    """The posts of a corpus, as Slashpost finds them; at most so many of them, evenly spread."""
    settings = Settings.load({"--posts": str(corpus), "--language": "all"}, {})
    snapshot, reader = Scanner(settings).look()
    step = math.ceil(len(snapshot.files) / most) if most else 1
    for file in snapshot.files[:: max(1, step)]:
        document = reader.read(file)
        if document.post is not None:
            yield Body(file.path, document.body, reader.dialect)


def readings(corpus: Path, most: int | None = None) -> Iterator[Reading]:
    """Read the posts of a corpus both ways; at most so many of them."""
    for body in bodies(corpus, most):
        renderer = Renderer(body.dialect, None, lambda _name: None)
        blocks = renderer.blocks(body.text, path=body.path)
        yield Reading(
            corpus.name,
            body.path,
            ours=normalised("\n".join(texts(without_additions(blocks)))),
            theirs=normalised(visible(renderer.html(body.text, path=body.path))),
        )


def without_additions(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """The blocks without callouts' titles and the names of what was embedded; notes go last."""
    in_order = sorted(blocks, key=lambda it: it.number if isinstance(it, Footnote) else 0)
    return tuple(chain.from_iterable(map(_without_additions, in_order)))


def _without_additions(block: Block) -> tuple[Block, ...]:
    match block:
        case Paragraph(_, is_small=True):
            return ()
        case Paragraph(runs):
            return (Paragraph(tuple(_without_embeds(runs))),)
        case Quote(inner, _):
            return (Quote(without_additions(inner)),)
        case Listing(items):
            return (
                replace(block, items=tuple(Item(without_additions(each.blocks)) for each in items)),
            )
    return (block,)


def _without_embeds(runs: tuple[Run, ...]) -> Iterator[Run]:
    is_embed = False
    for run in runs:
        if not (is_embed and run.url):
            yield run
        is_embed = _EMBED.search(run.text[-3:]) is not None


def visible(html: str) -> str:
    """The text of HTML that a browser would show, as html5lib reads it."""
    return "".join(_visible(html5lib.parse(html, namespaceHTMLElements=False)))


def _visible(node: Element) -> Iterator[str]:
    named = " ".join(node.attrib.get(name) or "" for name in ("class", "role"))
    tag: object = node.tag  # a function for a comment
    if not isinstance(tag, str) or tag in _UNSEEN or _MARKS.search(named):
        return
    if ASIDE in node.attrib:
        return
    if node.tag == "img" and (picture := image_of(node.attrib, None)) and isinstance(picture, Run):
        yield picture.text  # emoji, and the names of pictures that Discord does not show
    if node.tag == "a" and (node.text or "").strip("[]").isdigit() and "#fn" in node.attrib["href"]:
        yield f"[{(node.text or '').strip('[]')}]"
        return
    before = node.text or ""
    yield before
    for child in node:
        if not (child.tag == "a" and _EMBED.search(before[-3:])):
            yield from _visible(child)
        before = child.tail or ""
        yield before
    if node.tag == "abbr" and "title" in node.attrib:
        yield f" ({node.attrib['title']})"


def normalised(text: str) -> str:
    """Text without white space, names of emoji, and what stands for a task's box or embed."""
    text = _TASK.sub("", _EMBED.sub("", with_emoji(clean(text))))
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def spec_misses(spec: Path) -> tuple[int, list[int]]:
    """How many examples CommonMark has, and the numbers of those that we read otherwise."""
    examples = json.loads(spec.read_text(encoding="utf-8"))
    misses = [
        int(example["example"])
        for example in examples
        if outline(html_of(example["markdown"], Dialect())) != outline(example["html"])
    ]
    return len(examples), misses


def outline(html: str) -> str:
    """HTML in one spelling.

    Attributes are sorted, addresses are not percent-encoded, and white space is folded, and
    dropped around blocks.
    """
    body = LexborHTMLParser(f"<body>{html.strip()}").body
    written = "".join(_outline(body, is_verbatim=False)) if body is not None else ""
    blocks = "p|ul|ol|li|blockquote|pre|h[1-6]|hr|div|br|table|body"
    return re.sub(rf" *(</?(?:{blocks})\b[^>]*>) *", r"\1", written).strip()


def _outline(node: LexborNode, *, is_verbatim: bool) -> Iterator[str]:
    for child in node.iter(include_text=True):
        if child.tag == "-text":
            text = child.text_content or ""
            yield text if is_verbatim else re.sub(r"\s+", " ", text)
        else:
            attributes = "".join(
                f" {key}={unquote(value) if value and key in {'href', 'src'} else value!r}"
                for key, value in sorted(child.attributes.items())
            )
            yield f"<{child.tag}{attributes}>"
            yield from _outline(child, is_verbatim=is_verbatim or child.tag == "pre")
            yield f"</{child.tag}>"


def long_post(corpora: Path) -> str:
    """A text of 20,000 words out of the real ones."""
    sites = sorted(path for path in corpora.iterdir() if path.is_dir())
    text = "\n\n".join(body.text for body in chain.from_iterable(map(bodies, sites)))
    *_, last = islice(re.finditer(r"\S+", text), WORDS)
    return text[: last.end()]


def first_render(text: str) -> float:
    """Median seconds of processor time from a post's text to its pages."""
    renderer = Renderer(GENERATORS["eleventy"].dialect, "https://example.org", lambda _name: None)
    taken = []
    for _ in range(RUNS):
        start = time.process_time()
        renderer.render(text, path="long.md", url="https://example.org/long/")
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def difference(reading: Reading) -> str:
    """Where the two texts of a post part."""
    pairs = enumerate(zip(reading.ours, reading.theirs, strict=False))
    shorter = min(len(reading.ours), len(reading.theirs))
    at = next((place for place, (a, b) in pairs if a != b), shorter)
    around = slice(max(0, at - 40), at + 80)
    return f"{reading.path}\n  ours   {reading.ours[around]}\n  theirs {reading.theirs[around]}"


def main() -> None:
    """Read everything and print the shares."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, default=CORPORA)
    parser.add_argument("--spec", type=Path, help="CommonMark's examples (README.md)")
    parser.add_argument("--show", metavar="SITE", help="print where a site's posts differ")
    options = parser.parse_args()

    posts: Counter[str] = Counter()
    equal: Counter[str] = Counter()
    for corpus in sorted(path for path in options.corpora.iterdir() if path.is_dir()):
        for reading in readings(corpus):
            posts[reading.site] += 1
            equal[reading.site] += reading.ours == reading.theirs
            if reading.ours != reading.theirs and options.show in {reading.site, "all"}:
                print(difference(reading))
        print(f"{corpus.name:<14}{equal[corpus.name]:>5} of {posts[corpus.name]:>5}")
    share = equal.total() / posts.total()
    print(f"{'all':<14}{equal.total():>5} of {posts.total():>5}  {share:.1%}")
    if options.spec:
        count, misses = spec_misses(options.spec)
        print(f"CommonMark: {count - len(misses)} of {count}; otherwise: {misses}")
    print(
        f"{WORDS:,} words, first render: {1000 * first_render(long_post(options.corpora)):.0f} ms"
    )


if __name__ == "__main__":
    main()
