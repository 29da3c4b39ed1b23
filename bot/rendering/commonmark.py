"""CommonMark, with what GitHub and the generators add to it, by markdown-it-py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from html import escape
from types import SimpleNamespace

from markdown_it import MarkdownIt, helpers
from markdown_it.parser_block import ParserBlock
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Scanned
from markdown_it.token import Token
from markdown_it.utils import EnvType
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin

from bot.blog.html import END_TAG, is_word
from bot.blog.syntax import DUNDER
from bot.rendering.callout import MARK, kind_of

# Levels of quotes, lists and links in each other. What is deeper is text: no post needs it, and
# every level costs recursion.
MAX_NESTING = 40

_HEADING_ID = re.compile(r"\{:?[ \t]*#([\w.:-]+)[^{}]*\}[ \t]*$")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>`\[\]]*")
_END_OF_URL = re.compile(r"(?:[?!.,:*_~'\"]+|&[A-Za-z0-9]+;)$")
# As pandoc has it: no space inside the dollars, no digit after them, so that prices are no math.
MATH = re.compile(r"\$\$([^$]+)\$\$|\$(?![\s$])((?:[^$\\\n]|\\.)*?(?<![\s\\]))\$(?![\d$])")
# What follows `:::`: a kind, and a title behind it or in brackets
_DIRECTIVE = re.compile(r"([\w-]*)[ \t]*(?:\[(.*)\])?[ \t]*([^{}]*)")
_STRAY_FENCE = re.compile(r":{3,}")
_MARKDOWN_IN_HTML = re.compile(
    r"(<(summary|figcaption)\b[^<>]*>)((?:[^<]|<(?!/?\2))+)(?=</\2>)", re.IGNORECASE
)
# A link's address with spaces in it, up to a title or the parenthesis that closes the link.
_SPACED = re.compile(r"[^\s()<>\"'](?:[^()<>\n\"']|\([^()\n]*\))*?(?=[ \t]+[\"']|[ \t]*\))")


@cache
def parser(*, kramdown: bool = False, www: bool = False) -> MarkdownIt:
    """A parser that any thread may use.

    Args:
        kramdown: emphasis may begin and end next to punctuation, as kramdown and the original
            Markdown have it: https://kramdown.gettalong.org/syntax.html#emphasis
        www: addresses may begin with ``www.``; looking at each w takes a fifth longer.
    """
    md = MarkdownIt("commonmark", {"html": True, "tasklists": True, "maxNesting": MAX_NESTING})
    md.inline = _Inlines(_LooseEmphasis if kramdown else StateInline)
    md.block = _Blocks()
    if kramdown:
        changed = {**vars(helpers), "parseLinkDestination": _destination}
        md.helpers = SimpleNamespace(**changed)  # type: ignore[assignment]
    md.enable(["table", "strikethrough"])
    md.use(footnote_plugin).use(deflist_plugin).use(admon_plugin)
    container_plugin(md, "callout", validate=lambda info, _: bool(info.strip()))
    if www:
        md.inline.add_terminator_char("w")
    md.inline.ruler.before("newline", "url", _url)
    md.inline.ruler.before("newline", "math", _math)
    md.core.ruler.before("inline", "callouts", _callouts)
    md.core.ruler.before("inline", "names", _names)
    md.core.ruler.push("html", _html)
    md.core.ruler.push("words", _words)
    md.add_render_rule("footnote_block_open", _notes_open)
    # The writer makes addresses absolute and judges them; here they stay as they are written.
    md.normalizeLink = lambda url: url  # type: ignore[method-assign]
    md.validateLink = lambda url: True  # type: ignore[method-assign]  # noqa: ARG005
    return md


def _destination(text: str, start: int, end: int) -> object:
    """Read a link's address as kramdown does, which takes spaces for part of it."""
    found = helpers.parseLinkDestination(text, start, end)
    spaced = _SPACED.match(text, start, end) if text[start - 1] == "(" else None
    if spaced and " " in spaced[0]:
        found.ok, found.pos, found.str = True, spaced.end(), spaced[0]
    return found


def _notes_open(*_: object) -> str:
    return '<section class="footnotes"><ol>'


def language_of(info: str) -> str:
    """The language of a fence's info string, whatever the generator puts behind it."""
    name = re.sub(r"^[{.\s]+", "", info)
    return re.split(r"[\s{},:=/]", name, maxsplit=1)[0]


class _Blocks(ParserBlock):
    """Reads what is nested too deeply as text; the parser's own leaves it out."""

    def tokenize(self, state: StateBlock, startLine: int, endLine: int) -> None:  # noqa: N803
        if state.level < MAX_NESTING:
            super().tokenize(state, startLine, endLine)
            return
        end = startLine + 1
        while end < endLine and state.sCount[end] >= state.blkIndent:
            end += 1
        state.push("paragraph_open", "p", 1)
        text = state.push("inline", "", 0)
        text.content = state.getLines(startLine, end, state.blkIndent, keepLastLF=False).strip()
        text.children = []
        state.push("paragraph_close", "p", -1)
        state.line = end


class _Inlines(ParserInline):
    """Reads inline markup with a state of one's choice."""

    def __init__(self, state: type[StateInline]) -> None:
        super().__init__()
        self._state = state

    def parse(self, src: str, md: MarkdownIt, env: EnvType, tokens: list[Token]) -> list[Token]:
        state = self._state(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens


class _LooseEmphasis(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803, FBT001
        text, mark = self.src, self.src[start]
        end = start
        while end < self.posMax and text[end] == mark:
            end += 1
        before = text[start - 1] if start else " "
        after = text[end] if end < self.posMax else " "
        opens = not after.isspace() and (canSplitWord or not before.isalnum())
        closes = not before.isspace() and (canSplitWord or not after.isalnum())
        return Scanned(opens, closes, end - start)


# ------------------------------------------------------------------------- blocks


def _callouts(state: StateCore) -> None:
    """Take the titles out of ``> [!note] Title`` and ``:::note Title``."""
    tokens: list[Token] = []
    for number, token in enumerate(state.tokens):
        if token.type == "blockquote_open":
            tokens.append(token)
            if found := _marked(state.tokens[number + 1 : number + 3]):
                info, title, rest = found
                token.attrs["data-callout"] = info
                tokens += _title(title)
                state.tokens[number + 2].content = rest
        elif token.type == "container_callout_open":
            directive = _DIRECTIVE.match(token.info.strip())
            kind, label, title = directive.groups() if directive else ("", "", "")
            token.attrs["data-callout"] = kind
            # others only style what is in them
            title = title.strip("\"'") if kind_of(kind) else ""
            tokens += [token, *_title(label or title)]
        else:
            if token.type == "inline" and _STRAY_FENCE.fullmatch(token.content):
                token.content = ""
            tokens.append(token)
    state.tokens = tokens


def _marked(following: Sequence[Token]) -> tuple[str, str, str] | None:
    """Kind, title and text of a quote's first paragraph, where that makes it a callout."""
    if len(following) < 2 or following[0].type != "paragraph_open":  # noqa: PLR2004
        return None
    first, _, rest = following[1].content.partition("\n")
    found = MARK.match(first)
    return (found[1], first[found.end() :], rest) if found else None


def _title(text: str) -> list[Token]:
    if not text.strip():
        return []
    opened = Token("paragraph_open", "p", 1, attrs={"class": "admonition-title"}, block=True)
    title = Token("inline", "", 0, content=text.strip(), children=[])
    return [opened, title, Token("paragraph_close", "p", -1, block=True)]


def _names(state: StateCore) -> None:
    """Take ``{#name}`` off the end of headings, and all but the language off fences."""
    for number, token in enumerate(state.tokens):
        if token.type == "fence":
            token.info = language_of(token.info)
        elif token.type == "heading_open":
            text = state.tokens[number + 1]
            if found := _HEADING_ID.search(text.content):
                token.attrs["id"] = found[1]
                text.content = text.content[: found.start()].rstrip()


def _words(state: StateCore) -> None:
    """Show what is no markup to the author: names in angle brackets, and Python's in headings."""
    if "<" not in state.src and "__" not in state.src:
        return
    ends = {name.lower() for name in END_TAG.findall(state.src)}
    for number, token in enumerate(state.tokens):
        if token.type == "inline" and token.children:
            is_heading = state.tokens[number - 1].type == "heading_open"
            own_ends = {name.lower() for name in END_TAG.findall(token.content)}
            for child in token.children:
                if child.type == "html_inline" and is_word(
                    child.content, own_ends if is_heading else ends, in_title=is_heading
                ):
                    child.type = "text"
            if is_heading and "__" in token.content:
                _keep_names(token.children)


def _keep_names(children: list[Token]) -> None:
    for opened, text, closed in zip(children, children[1:], children[2:], strict=False):
        if opened.markup == closed.markup == "__" and DUNDER.fullmatch(text.content):
            for mark in (opened, closed):
                mark.type, mark.tag, mark.content, mark.nesting = "text", "", "__", 0


def _html(state: StateCore) -> None:
    """Read the Markdown that authors write in summaries and captions."""
    for token in state.tokens:
        if token.type == "html_block" and "</" in token.content:
            token.content = _MARKDOWN_IN_HTML.sub(
                lambda found: found[1] + state.md.renderInline(found[3]), token.content
            )


# ------------------------------------------------------------------------ inlines


def _math(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 — markdown-it's signature
    if state.src[state.pos] != "$":
        return False
    found = MATH.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        tex = " ".join((found[1] or found[2]).split())
        state.push("html_inline", "", 0).content = f'<code class="math">{escape(tex)}</code>'
    state.pos = found.end()
    return True


def _url(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 — markdown-it's signature
    """Make an address in running text a link, as GitHub does."""
    mark = state.src[state.pos]
    if silent or state.linkLevel or mark not in ":w":
        return False
    start = state.pos
    if mark == ":":
        if not state.src.startswith("://", start):
            return False
        scheme = 5 if state.src.startswith("https", max(0, start - 5)) else 4
        start -= scheme
    before = state.src[start - 1] if start > 0 else " "
    if start < 0 or before.isalnum() or before in "_/":
        return False
    found = _URL.match(state.src, start, state.posMax)
    url = _trimmed(found[0]) if found else ""
    shown = state.pos - start  # of the address, as text that was read already
    if len(url) <= len("www.") + shown or not state.pending.endswith(state.src[start : state.pos]):
        return False
    if shown:
        state.pending = state.pending[:-shown]
    link = state.push("link_open", "a", 1)
    link.attrs = {"href": url if mark == ":" else f"http://{url}"}
    state.push("text", "", 0).content = url
    state.push("link_close", "a", -1)
    state.pos = start + len(url)
    return True


def _trimmed(url: str) -> str:
    """A bare address without the punctuation of the sentence around it, as GitHub cuts it."""
    while True:
        shorter = _END_OF_URL.sub("", url[-80:])
        if shorter.endswith(")") and url.count(")") > url.count("("):
            shorter = shorter[:-1]
        if len(shorter) == len(url[-80:]):
            return url
        url = url[:-80] + shorter
