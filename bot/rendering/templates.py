"""What a generator would have run before the Markdown: Liquid, shortcodes, JSX, wikilinks.

Each is turned into its meaning where that is known and dropped otherwise, so that no
reader sees a template. Code is left as the author wrote it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape as html_escape

from bot.blog.dialect import Dialect
from bot.blog.post import is_web_url
from bot.blog.syntax import (
    CODE_BLOCK,
    HIGHLIGHT,
    JSX_ANCHOR,
    JSX_COMMENT,
    LIQUID_COMMENTS,
    OBSIDIAN_COMMENT,
    OUTPUT,
    RAW,
    SHOWN_SHORTCODE,
    TAG,
    UNREADABLE,
    WIKILINK,
    Marks,
    between,
    pieces_of,
    without_module_lines,
)
from bot.rendering.liquid import printed
from bot.rendering.tags import ARGUMENT, GO_TAG, STRING, arguments, quotation, shown_by

# Finds a page by what a template calls it (a file's name, a slug, a title): its link, or None.
Lookup = Callable[[str], str | None]

_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\w+)")

# Callouts, named for what they are or by their kind.
_BOXES = ("callout", "notice", "hint", "alert", "admonition")
_ANY_BOX = "|".join((*_BOXES, "note", "tip", "info", "warning", "important", "caution"))
_BOX = (
    re.compile(
        rf"(?m)^[ \t]*(?:\{{%-?\s*|\{{\{{[<%]\s*)(?P<name>{_ANY_BOX})\b(?P<rest>[^%>\n]*)"
        r"(?:[>%]\}\}|%\})"
    ),
    re.compile(
        rf"\{{%-?\s*end(?:{_ANY_BOX})?\s*-?%\}}|\{{\{{[<%]\s*/\s*(?:{_ANY_BOX})\s*[%>]\}}\}}"
    ),
)
_QUOTE = (
    re.compile(
        r"(?m)^[ \t]*(?:\{%-?\s*|\{\{[<%]\s*)(?:block)?quote\b"
        r"(?P<rest>(?:[^%>\n]|%(?!\})|>(?!\}\}))*)(?:[>%]\}\}|%\})"
    ),
    re.compile(
        r"\{%-?\s*end(?:(?:block)?quote)?\s*-?%\}|\{\{[<%]\s*/\s*(?:block)?quote\s*[%>]\}\}"
    ),
)
_KRAMDOWN = re.compile(r"(?m)^[ \t]*\{:[^{}\n]*\}[ \t]*$|\{:(?!:)[^{}\n]*\}")
# As kramdown's without a colon, which markdown-it, goldmark and others read behind a mark.
_ATTRIBUTES = re.compile(r"(?<=[)\]`*_])\{[.#][^{}\n]*\}")
# A formula of its own is code: its lines are no list and its backslashes no escapes.
_DISPLAY_MATH = re.compile(r"(?m)^[ \t]*\$\$[ \t]*\n((?:(?![ \t]*\$\$)[^\n]*\n)+)[ \t]*\$\$[ \t]*$")
_BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
_PROPERTY = rf"(?:[\w:@-]+(?:=(?:\"[^\"]*\"|'[^']*'|{_BRACES}))?|{_BRACES})"
_COMPONENT = re.compile(rf"</?(?:[A-Z][\w.]*|[a-z]+(?:\.\w+)+)(?:\s+{_PROPERTY})*\s*/?>|</?>")
_NAME = re.compile(r"</?[\w.]+")
_JSX_ELEMENT = re.compile(rf"<[a-z][\w-]*(?:\s+{_PROPERTY})+\s*/?>")
_JSX_VALUE = re.compile(rf"\s+[\w:@-]+={_BRACES}")
_SPACE_EXPRESSION = re.compile(r"\{\s*([\"'`])(?:\s|\\n)*\1\s*\}")
# Components whose children are no Markdown.
_TERMINAL = (
    re.compile(r"(?m)^[ \t]*<(?:Terminal|Code)(?:Block)?>[ \t]*$"),
    re.compile(r"</(?:Terminal|Code)(?:Block)?>"),
)
# Tags that are links to pages of the same site.
_LINKS = frozenset({"post_url", "link", "ref", "relref"})
_RAW_TAG = re.compile(r"\{%-?\s*(?:end)?(?:raw|verbatim)\s*-?%\}")
_CALL = re.compile(r"(?s)(\w+)\((.*)\)")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Templates:
    """Understands the templates of one post's generator.

    Attributes:
        dialect: which templates run; where none do, ``{{ }}`` is text.
        find: the link of a page that a template names.
    """

    dialect: Dialect
    find: Lookup

    def resolve(self, text: str, *, jsx: bool = False) -> str:
        """Return the body as the generator would have handed it to its Markdown parser.

        ``jsx``: the file is MDX, where imports, exports and components are code.
        """
        if self.dialect.markdown == "html":
            return text
        wiki = self.dialect.wikilinks and "[[" in text
        if jsx:
            text = unindented(text)
        if self.dialect.runs_templates:
            if "endset" in text or "endcapture" in text:
                text = printed(text)
            text = between(text, HIGHLIGHT, _fence)
            text = between(text, CODE_BLOCK, _code_block)
        out: list[str] = []
        for piece, is_code in pieces_of(text):
            if is_code:
                out.append(self._code(piece))
            else:
                out.append(self._prose(piece, jsx=jsx, wiki=wiki))
        return "".join(out)

    def _code(self, text: str) -> str:
        if self.dialect.shortcodes:
            return SHOWN_SHORTCODE.sub(_shown, text)
        return _unraw(text) if self.dialect.runs_templates else text

    def _html_code(self, text: str) -> str:
        """HTML's own code, in which only what escapes a template is read."""
        if self.dialect.shortcodes:
            text = SHOWN_SHORTCODE.sub(_shown, text)
        return _RAW_TAG.sub("", text) if self.dialect.tags else text

    def _prose(self, text: str, *, jsx: bool, wiki: bool) -> str:
        if jsx:
            text = JSX_ANCHOR.sub(r"\1 {#\2}", text)
        if not (jsx or wiki or any(mark in text for mark in ("{", "%%", "$$"))):
            return text
        if jsx:
            text = without_module_lines(text)
        guarded, kept = _guard(text, self._html_code)
        guarded = _DISPLAY_MATH.sub(
            lambda found: _keep(f"````tex\n{_restore(found[1], kept)}````", kept), guarded
        )
        for comment in self._comments(jsx=jsx):
            guarded = between(guarded, comment, lambda _, __: "")
        if self.dialect.markdown in {"kramdown", "python-markdown"}:
            guarded = _KRAMDOWN.sub("", guarded)
        if self.dialect.runs_templates or jsx:
            guarded = _ATTRIBUTES.sub("", guarded)
        if jsx:
            guarded = _elements(guarded, kept)
        if "{" in guarded:
            guarded = self._tags(guarded, kept)
        if wiki:
            guarded = WIKILINK.sub(self._wikilink, guarded)
        return _restore(guarded, kept)

    def _tags(self, text: str, kept: list[str]) -> str:
        if self.dialect.shortcodes:
            text = SHOWN_SHORTCODE.sub(lambda found: _keep(_shown(found), kept), text)
        text = GO_TAG.sub(lambda found: shown_by(found[1], found[2], alone=True), text)
        if not self.dialect.runs_templates:
            return text
        text = between(text, RAW, lambda _, inner: _keep(_restore(inner, kept), kept))
        text = between(text, UNREADABLE, lambda _, __: "")
        text = between(text, _BOX, _box)
        text = between(text, _QUOTE, lambda opened, body: quotation(opened["rest"], body))
        text = TAG.sub(self._tag, text)
        # elsewhere braces are text like any other
        return OUTPUT.sub(self._output, text) if self.dialect.outputs else text

    def _comments(self, *, jsx: bool) -> Iterator[Marks]:
        if self.dialect.tags or self.dialect.calls:
            yield from LIQUID_COMMENTS
        if jsx:
            yield JSX_COMMENT
        if self.dialect.wikilinks:
            yield OBSIDIAN_COMMENT

    # ------------------------------------------------------------------- liquid

    def _tag(self, found: re.Match[str]) -> str:
        text = found["liquid"] if found["liquid"] is not None else found["short"]
        text = (text or "").strip().removesuffix("-").rstrip()
        if text.startswith("/"):
            return ""
        name, _, rest = text.partition(" ")
        return self._meaning(name.split("(")[0], rest, alone=_is_alone(found))

    def _meaning(self, name: str, rest: str, *, alone: bool) -> str:
        """What a tag or shortcode shows; nothing where that is not known."""
        name = name.lower()
        if name in _LINKS:
            return self._link(rest)
        return shown_by(name, rest, alone=alone)

    def _link(self, rest: str) -> str:
        quoted = STRING.search(rest)
        name = (quoted[1] or quoted[2]) if quoted else rest.strip()
        return self.find(name or "") or ""

    def _output(self, found: re.Match[str]) -> str:
        expression = found["expression"].strip().removesuffix("-")
        value, *filters = [part.strip() for part in expression.split("|")]
        literal = STRING.fullmatch(value)
        call = _CALL.fullmatch(value)
        if call and self.dialect.calls:
            return self._meaning(call[1], call[2], alone=_is_alone(found))
        if literal is None:
            # `{{ site.url }}/x` and `{{ site.baseurl }}/x` are the site's own addresses.
            return ""
        text = literal[1] if literal[1] is not None else literal[2]
        names = {part.split(":")[0].split("(")[0].strip() for part in filters}
        known = names <= {"url", "relative_url", "absolute_url", "safe", "escape", "markdownify"}
        return text if known else ""

    # ---------------------------------------------------------------- wikilinks

    def _wikilink(self, found: re.Match[str]) -> str:
        target, label = found[2].strip(), (found[3] or "").strip()
        page, _, anchor = target.partition("#")
        if found[1]:
            if _PICTURE.search(page):
                return (
                    f'<img src="{html_escape(self.find(page) or page)}" alt="{html_escape(label)}">'
                )
            label = label or page
        shown = label or (f"{page} › {anchor}" if page and anchor else page or anchor)
        link = self.find(page) if page else ""
        if link is None:
            return shown
        suffix = "#" + re.sub(r"\s+", "-", anchor.strip().lower()) if anchor else ""
        return f"[{shown}](<{link}{suffix}>)" if link or suffix else shown


_MARK = "\ue000"


def _keep(text: str, kept: list[str]) -> str:
    kept.append(text)
    return f"{_MARK}{len(kept) - 1}{_MARK}"


def _guard(text: str, html: Callable[[str], str]) -> tuple[str, list[str]]:
    """Take code out of reach: that of Markdown in a line, and what ``html`` makes of HTML's."""
    kept: list[str] = []
    text = text.replace(_MARK, "")
    out: list[str] = []
    position = 0
    for start, end in CodeSpans(text).spans():
        code = text[start:end]
        kept_code = code if code[0] == "`" else html(code)
        out += [text[position:start], _keep(kept_code, kept)]
        position = end
    return "".join([*out, text[position:]]), kept


def _elements(text: str, kept: list[str]) -> str:
    """MDX's elements as HTML, or as what is in them."""
    text = _SPACE_EXPRESSION.sub(" ", text)
    text = between(
        text,
        _TERMINAL,
        lambda _, inner: _keep(f"\n````\n{_restore(inner, kept).strip()}\n````\n", kept),
    )
    text = _COMPONENT.sub(_component, text)
    return _JSX_ELEMENT.sub(lambda found: _JSX_VALUE.sub("", found[0]), text)


def _is_alone(found: re.Match[str]) -> bool:
    """Whether nothing else stands on the lines of a tag."""
    text = found.string
    line_start = text.rfind("\n", 0, found.start()) + 1
    line_end = text.find("\n", found.end())
    after = text[found.end() : line_end if line_end >= 0 else len(text)]
    return not text[line_start : found.start()].strip() and not after.strip()


def _restore(text: str, kept: list[str]) -> str:
    return re.sub(f"{_MARK}(\\d+){_MARK}", lambda m: kept[int(m[1])], text)


def _unraw(text: str) -> str:
    return between(text, RAW, lambda _, inner: inner)


def _fence(opened: re.Match[str], body: str) -> str:
    return "\n".join([f"````{opened[1] or opened[2]}", _unraw(body).rstrip(), "````"])


def _code_block(opened: re.Match[str], body: str) -> str:
    language = re.search(r"\blang:([\w+#.-]+)", opened[1])
    return f"\n````{language[1] if language else ''}\n{_unraw(body).rstrip()}\n````\n"


def _shown(found: re.Match[str]) -> str:
    return "".join(found.groups())


def _component(found: re.Match[str]) -> str:
    """The picture or the player that a component stands for; most only style their children."""
    name = (_NAME.match(found[0]) or found)[0].lower()
    values = {m[1]: m[2] or m[3] or "" for m in ARGUMENT.finditer(found[0])}
    source = values.get("src") or values.get("url") or ""
    if "youtube" in name and re.fullmatch(r"[\w-]{11}", video := values.get("id", "")):
        source = f"https://www.youtube.com/embed/{video}"
    if _PICTURE.search(source):
        alt = html_escape(values.get("alt", ""))
        return f'<img src="{html_escape(source)}" alt="{alt}">'
    return f'<iframe src="{html_escape(source)}"></iframe>' if is_web_url(source) else ""


def _box(opened: re.Match[str], body: str) -> str:
    """A callout in HTML around its text, which may be Markdown."""
    rest = opened["rest"]
    first, *others = [a or b or c for a, b, c in _WORD.findall(rest)] or [""]
    title = others[0] if others and "," not in rest else ""
    if "=" in rest:
        values = arguments(rest)
        first, title = values.get("type", ""), values.get("title", "")
    named = opened["name"] not in _BOXES
    kind, title = (opened["name"], title or first) if named else (first, title)
    shown = f'<div class="admonition-title" markdown="1">\n\n{title}\n\n</div>' if title else ""
    return (
        f'\n<blockquote data-callout="{html_escape(kind)}" markdown="1">\n{shown}\n\n'
        f"{body}\n\n</blockquote>\n"
    )


_OPENING = re.compile(r"(?P<ticks>`+)|<(?P<name>pre|code|samp|kbd)(?=[\s>])[^<>]*>", re.IGNORECASE)
_RUN = re.compile(r"`+")


class CodeSpans:
    """The code of one text, its ends found once, so that no text takes quadratic time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts: dict[int, list[int]] = defaultdict(list)
        for run in _RUN.finditer(text):
            self._starts[len(run[0])].append(run.start())
        self._unclosed: set[str] = set()

    def spans(self) -> Iterator[tuple[int, int]]:
        """Start and end of each piece of code, its backticks or tags included."""
        position = 0
        while opening := _OPENING.search(self._text, position):
            ticks = opening["ticks"]
            if ticks:
                close = self._closing_run(opening.end(), len(ticks))
            else:
                close = self._closing_tag(opening.end(), opening["name"].lower())
            position = opening.end() if close is None else close
            if close is not None:
                yield opening.start(), position

    def _closing_run(self, start: int, length: int) -> int | None:
        """Where the next run of ``length`` backticks ends at or after ``start``, if any does."""
        starts = self._starts[length]
        place = bisect_left(starts, start)
        return starts[place] + length if place < len(starts) else None

    def _closing_tag(self, start: int, name: str) -> int | None:
        if name in self._unclosed:
            return None
        found = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(self._text, start)
        if found is None:
            self._unclosed.add(name)
        return found.end() if found else None


_JSX_OPENING = re.compile(
    r"<(?!(?:br|hr|img|input|source|wbr)\b)(?:[A-Za-z][^<>]*[^<>/]|[A-Za-z])>[ \t]*$"
)
_JSX_CLOSING = re.compile(r"</[A-Za-z][\w.-]*>[ \t]*$")
_FENCE = re.compile(r"(`{3,}|~{3,})")


def unindented(text: str) -> str:
    """Take away the indentation that the elements around a line give it."""
    if not re.search(r"(?m)^[ \t]*</?[A-Za-z]", text):
        return text
    return "".join(_lines(text))


@dataclass(slots=True)
class _Element:
    """An element that is open: where its tag stands now, and what its lines lose."""

    column: int
    surplus: int | None = None  # None until its first line


def _lines(text: str) -> Iterator[str]:
    elements: list[_Element] = []
    fence, surplus = "", 0
    for line in text.splitlines(keepends=True):
        content = line.lstrip(" \t")
        indent = len(line) - len(content)
        if fence:
            yield line[min(indent, surplus) :]
            if content.startswith(fence) and not content.strip().strip(fence[0]):
                fence = ""
            continue
        if not content.strip():
            yield line
            continue
        if _JSX_CLOSING.match(content) and elements:
            elements.pop()
        around = elements[-1] if elements else _Element(0, 0)
        if around.surplus is None:
            around.surplus = max(0, indent - around.column)
        surplus = min(indent, around.surplus)
        yield line[surplus:]
        if opened := _FENCE.match(content):
            fence = opened[1]
        elif _JSX_OPENING.match(content):
            elements.append(_Element(indent - surplus))
            yield "\n"
