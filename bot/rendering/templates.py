"""What a generator would have run before the Markdown: Liquid, shortcodes, JSX, wikilinks.

Each is turned into its meaning where that is known and dropped otherwise, so that no
reader sees a template. Code is left as the author wrote it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape as html_escape

from bot.blog.dialect import Dialect
from bot.blog.post import is_web_url
from bot.blog.syntax import (
    HIGHLIGHT,
    JSX_ANCHOR,
    JSX_COMMENT,
    LIQUID_COMMENTS,
    MODULE,
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
)
from bot.rendering.code_spans import CodeSpans
from bot.rendering.liquid import printed
from bot.rendering.mdx import unindented

# Finds a page by what a template calls it (a file's name, a slug, a title): its link, or None.
Lookup = Callable[[str], str | None]

_STRING = re.compile(r"\"([^\"]*)\"|'([^']*)'")
_WORD = re.compile(r"\"([^\"]*)\"|'([^']*)'|(\w+)")
_ARGUMENT = re.compile(r"([\w-]+)\s*[=:]\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s,}%>)]+))")

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
_KRAMDOWN = re.compile(
    r"(?m)^[ \t]*\{:[^{}\n]*\}[ \t]*$|\{:(?!:)[^{}\n]*\}|(?<=[)\]`*_])\{[.#][^{}\n]*\}"
)
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
_CALL = re.compile(r"(?s)(\w+)\((.*)\)")
_TEXT_AND_ADDRESS = re.compile(r"[\"']([^\"']+)[\"'],\s*[\"'](https?://[^\"'\s]+)[\"']")
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

    def _prose(self, text: str, *, jsx: bool, wiki: bool) -> str:
        if jsx:
            text = JSX_ANCHOR.sub(r"\1 {#\2}", text)
        if not (jsx or wiki or any(mark in text for mark in ("{", "%%", "$$"))):
            return text
        if jsx:
            text = MODULE.sub("", text)
        guarded, kept = _guard(text)
        guarded = _DISPLAY_MATH.sub(
            lambda found: _keep(f"````tex\n{_restore(found[1], kept)}````", kept), guarded
        )
        for comment in self._comments(jsx=jsx):
            guarded = between(guarded, comment, lambda _, __: "")
        guarded = _KRAMDOWN.sub("", guarded)
        if jsx:
            guarded = _SPACE_EXPRESSION.sub(" ", guarded)
            guarded = between(
                guarded,
                _TERMINAL,
                lambda _, inner: _keep(f"\n````\n{_restore(inner, kept).strip()}\n````\n", kept),
            )
            guarded = _COMPONENT.sub(_component, guarded)
            guarded = _JSX_ELEMENT.sub(lambda found: _JSX_VALUE.sub("", found[0]), guarded)
        if self.dialect.shortcodes:
            guarded = SHOWN_SHORTCODE.sub(lambda found: _keep(_shown(found), kept), guarded)
        if self.dialect.runs_templates and "{" in guarded:
            guarded = between(guarded, RAW, lambda _, inner: _keep(_restore(inner, kept), kept))
            guarded = between(guarded, UNREADABLE, lambda _, __: "")
            guarded = between(guarded, _BOX, _box)
            guarded = TAG.sub(self._tag, guarded)
            if self.dialect.outputs:  # elsewhere braces are text like any other
                guarded = OUTPUT.sub(self._output, guarded)
        if wiki:
            guarded = WIKILINK.sub(self._wikilink, guarded)
        return _restore(guarded, kept)

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
        return self._meaning(name.split("(")[0], rest)

    def _meaning(self, name: str, rest: str) -> str:
        """What a tag or shortcode shows; nothing where that is not known."""
        handler = {
            "post_url": self._link,
            "link": self._link,
            "ref": self._link,
            "relref": self._link,
            "figure": _figure,
            "image": _figure,
            "img": _figure,
            "youtube": _youtube,
            "youtubeembed": _youtube,
            "vimeo": _vimeo,
            "gist": _gist,
            "tweet": _tweet,
            "twitter": _tweet,
            "x": _tweet,
        }.get(name.lower())
        return handler(rest) if handler is not None else _named_link(rest)

    def _link(self, rest: str) -> str:
        quoted = _STRING.search(rest)
        name = (quoted[1] or quoted[2]) if quoted else rest.strip()
        return self.find(name or "") or ""

    def _output(self, found: re.Match[str]) -> str:
        expression = found["expression"].strip().removesuffix("-")
        value, *filters = [part.strip() for part in expression.split("|")]
        literal = _STRING.fullmatch(value)
        call = _CALL.fullmatch(value)
        if call and self.dialect.calls:
            return self._meaning(call[1], call[2])
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


def _guard(text: str) -> tuple[str, list[str]]:
    """Take inline code out of reach."""
    kept: list[str] = []
    text = text.replace(_MARK, "")
    if "`" not in text:
        return text, kept
    out: list[str] = []
    position = 0
    for start, end in CodeSpans(text).spans():
        out += [text[position:start], _keep(text[start:end], kept)]
        position = end
    return "".join([*out, text[position:]]), kept


def _restore(text: str, kept: list[str]) -> str:
    return re.sub(f"{_MARK}(\\d+){_MARK}", lambda m: kept[int(m[1])], text)


def _arguments(rest: str) -> dict[str, str]:
    found = {m[1]: m[2] or m[3] or m[4] or "" for m in _ARGUMENT.finditer(rest)}
    if not found:
        for position, m in enumerate(_STRING.finditer(rest)):
            found[str(position)] = m[1] or m[2] or ""
        if not found and rest.strip():
            found["0"] = rest.split(maxsplit=1)[0].strip("(),")
    return found


def _unraw(text: str) -> str:
    return between(text, RAW, lambda _, inner: inner)


def _fence(opened: re.Match[str], body: str) -> str:
    return "\n".join([f"````{opened[1] or opened[2]}", _unraw(body).rstrip(), "````"])


def _shown(found: re.Match[str]) -> str:
    return "".join(found.groups())


def _component(found: re.Match[str]) -> str:
    """The picture or the player that a component stands for; most only style their children."""
    name = (_NAME.match(found[0]) or found)[0].lower()
    values = {m[1]: m[2] or m[3] or "" for m in _ARGUMENT.finditer(found[0])}
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
        values = _arguments(rest)
        first, title = values.get("type", ""), values.get("title", "")
    named = opened["name"] not in _BOXES
    kind, title = (opened["name"], title or first) if named else (first, title)
    shown = f'<div class="admonition-title" markdown="1">\n\n{title}\n\n</div>' if title else ""
    return (
        f'\n<blockquote data-callout="{html_escape(kind)}" markdown="1">\n{shown}\n\n'
        f"{body}\n\n</blockquote>\n"
    )


def _anchor(text: str, url: str) -> str:
    """A link in HTML, which may stand in Markdown and in HTML."""
    return f'<a href="{html_escape(url)}">{html_escape(text)}</a>'


def _named_link(rest: str) -> str:
    """A link, where all that is known of a tag is that it is given a text and an address."""
    found = _TEXT_AND_ADDRESS.match(rest.strip())
    return _anchor(found[1], found[2]) if found else ""


def _figure(rest: str) -> str:
    values = _arguments(rest)
    source = values.get("src") or values.get("path") or values.get("url") or values.get("0") or ""
    if not source:
        return ""
    alt = values.get("alt") or values.get("1") or values.get("title") or ""
    caption = values.get("caption") or ""
    picture = f'<img src="{html_escape(source)}" alt="{html_escape(alt or caption)}">'
    if not caption:
        return picture
    return f"<figure>{picture}<figcaption>{caption}</figcaption></figure>"


def _youtube(rest: str) -> str:
    values = _arguments(rest)
    name = values.get("id") or values.get("0") or ""
    if not re.fullmatch(r"[\w-]+", name):
        return ""
    return f"▶️ {_anchor('YouTube', f'https://www.youtube.com/watch?v={name}')}"


def _vimeo(rest: str) -> str:
    values = _arguments(rest)
    name = values.get("id") or values.get("0") or ""
    return f"▶️ {_anchor('Vimeo', f'https://vimeo.com/{name}')}" if name.isdigit() else ""


def _gist(rest: str) -> str:
    names = re.findall(r"[\w-]+", rest)
    if not names:
        return ""
    of_a_user = len(names) >= 2 and not names[0].isdigit()  # noqa: PLR2004 — user and gist
    place = f"{names[0]}/{names[1]}" if of_a_user else names[0]
    return f"🔗 {_anchor('Gist', f'https://gist.github.com/{place}')}"


def _tweet(rest: str) -> str:
    values = _arguments(rest)
    name = values.get("id") or values.get("0") or ""
    if not name.isdigit():
        return ""
    user = values.get("user") or "i"
    return f"🔗 {_anchor('Post on X', f'https://x.com/{user}/status/{name}')}"
