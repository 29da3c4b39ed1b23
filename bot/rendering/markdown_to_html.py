"""A post's body to HTML, by the parser that its generator uses or one like it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from html import escape

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.util import AtomicString

from bot.blog.dialect import Dialect
from bot.blog.html import END_TAG, is_word, with_words
from bot.blog.syntax import pieces_of
from bot.rendering import commonmark

# What each line, each mark and each character costs markdown-it-py, in microseconds, at most; and
# what one post may cost. Posts of 50,000 words cost half of it.
LINE_COST, MARK_COST, CHARACTER_COST = 30, 8, 0.05
MAX_COST = 400_000
# Python-Markdown takes time with the square of the links, and of the lines, of a paragraph.
MAX_PYTHON_MARKDOWN = 200_000
MAX_SQUARES = 300_000

# The marks that Python-Markdown keeps for its own placeholders, ours, and NUL, which is no text.
_NO_TEXT = re.compile("[\x00\x02\x03\ue001]")
_MARKUP = re.compile(r"[\[\]!<&*_`~^$|{\\:]")
_OPENING = re.compile(r"[\[!<`]")
_FENCE = re.compile(r"[ \t>]*(?:`{3}|~{3})")
# The same few characters over and over, with a mark among them: nothing that an author means.
_RUN = re.compile(r"(?=[^\n]{0,15}[\[!<>&`~^${%:\\])([^\n]{1,16}?)\1{99,}")
_KEPT = re.compile("\ue001(\\d+)\ue001")

_EXTENSIONS = frozenset(
    ["abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code",
     "footnotes", "md_in_html", "nl2br", "sane_lists", "smarty", "tables"]
)  # fmt: skip
# Those of pymdown-extensions whose marks one of Python-Markdown's own reads, too.
_ALIKE = {
    "superfences": "fenced_code",
    "extra": "extra",
    "details": "admonition",
    "tabbed": "admonition",
}
# The title of a tab: https://facelessuser.github.io/pymdown-extensions/extensions/tabbed/
_TAB = re.compile(r"(?m)^([ \t]*)===[!+]* \"([^\"\n]+)\"[ \t]*$")


def html_of(body: str, dialect: Dialect) -> str:
    """Convert a body to HTML.

    Takes time in proportion to the body's length, and no more than about half a second: what a
    parser has no time for is one paragraph of text.
    """
    text = _NO_TEXT.sub("", body.replace("\r\n", "\n").replace("\r", "\n"))
    if dialect.markdown == "html":
        return with_words(text) if "<" in text else text
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f"\ue001{len(kept) - 1}\ue001"

    text = _RUN.sub(keep, text)
    end = _affordable(text)
    markdown, rest = text[:end], text[end:]
    html = None
    if dialect.markdown == "python-markdown":
        html = _python_markdown(markdown, dialect.extensions)
    if html is None:
        parser = commonmark.parser(
            kramdown=dialect.markdown != "commonmark", www="www." in markdown
        )
        html = parser.render(markdown)
    if words := " ".join(rest.split()):
        html += f"<p>{escape(words)}</p>"
    return _KEPT.sub(lambda found: escape(kept[int(found[1])]), with_words(html, components=True))


def _affordable(text: str) -> int:
    """Where the text ends that ``MAX_COST`` is enough for."""
    cost, position, in_code = 0.0, 0, False
    for line in text.splitlines(keepends=True):
        if _FENCE.match(line):
            in_code = not in_code
        cost += LINE_COST + CHARACTER_COST * len(line)
        if not in_code:
            cost += MARK_COST * len(_MARKUP.findall(line))
        if cost > MAX_COST:
            return position
        position += len(line)
    return position


# ---------------------------------------------------------------- Python-Markdown


def _python_markdown(text: str, extensions: Collection[str]) -> str | None:
    """Convert with Python-Markdown; None for a text that it would take too long for."""
    if len(text) > MAX_PYTHON_MARKDOWN or _squares(text) > MAX_SQUARES:
        return None
    names = [name for given in extensions if (name := _extension(given))]
    if {"pymdownx.tabbed", "pymdownx.superfences"} & set(extensions):
        text = "".join(
            _indented(piece) if is_code else _TAB.sub(r'\1!!! tab "**\2**"', piece)
            for piece, is_code in pieces_of(text)
        )
    md = Markdown(
        extensions=[*names, _Math(), _Words(END_TAG.findall(text))],
        extension_configs={"codehilite": {"use_pygments": False}},
        output_format="html",
    )
    try:
        return md.convert(text)
    except RecursionError:  # lists in each other by the hundred
        return None


def _indented(code: str) -> str:
    """Fenced code; indented by four where it is in a list or an admonition.

    Python-Markdown reads no fences there, and superfences does.
    """
    opening, *lines = code.splitlines(keepends=True)
    if not (opening.startswith(("    ", "\t")) and opening.lstrip().startswith(("```", "~~~"))):
        return code
    if lines and not lines[-1].strip().strip("`~"):
        lines.pop()
    return "\n" + "".join("    " + line for line in lines) + "\n"


def _extension(given: str) -> str | None:
    """The name of the extension that a configuration names, where it shows anything."""
    name = given.rpartition(".")[2]
    if given.startswith("pymdownx."):
        return _ALIKE.get(name)
    return name if name in _EXTENSIONS else None


def _squares(text: str) -> float:
    """About how many microseconds Python-Markdown takes, where that is not in proportion."""
    return sum(
        0.1 * len(_OPENING.findall(part)) ** 2 + 0.005 * part.count("\n") ** 2
        for part in text.split("\n\n")
    )


class _Words(Extension):
    """Names in angle brackets that are no elements'.

    Args:
        ends: the names in the text's end tags.
    """

    def __init__(self, ends: Iterable[str]) -> None:
        super().__init__()
        self._ends = frozenset(name.lower() for name in ends)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        md.inlinePatterns.register(_Word(self._ends, md), "words", 95)  # "html" has 90


class _Word(InlineProcessor):
    def __init__(self, ends: Collection[str], md: Markdown) -> None:
        super().__init__(r"<[A-Za-z][A-Za-z0-9]*>", md)
        self._ends = ends

    def handleMatch(  # type: ignore[override]  # noqa: N802 — Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[str | None, int | None, int | None]:
        del data
        if not is_word(m[0], self._ends, in_title=False):
            return None, None, None
        return m[0], m.start(0), m.end(0)


class _Math(Extension):
    """Formulas between dollars, which the sites' pages give to a script."""

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 — Python-Markdown's name
        md.inlinePatterns.register(_Formula(commonmark.MATH.pattern, md), "math", 185)


class _Formula(InlineProcessor):
    def handleMatch(  # type: ignore[override]  # noqa: N802 — Python-Markdown's name
        self, m: re.Match[str], data: str
    ) -> tuple[str, int, int]:
        del data
        tex = " ".join((m[1] or m[2]).split())
        code = self.md.htmlStash.store(f'<code class="math">{escape(tex)}</code>')
        return AtomicString(code), m.start(0), m.end(0)
