"""Inline Markdown, as CommonMark and GitHub define it.

The algorithm is CommonMark's own, with a stack of brackets and one of delimiters, and
takes linear time: https://spec.commonmark.org/0.31.2/#phase-2-inline-structure
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from html.entities import html5

from bot.rendering.structure import ATTRIBUTES, normal_label, unescape
from bot.rendering.ticks import Ticks

_STOP = re.compile(r"[\\`*_\[\]!<&~$\n^]")
_STOP_OR_URL = re.compile(r"[\\`*_\[\]!<&~$\n^]|(?<![\w/])(?:https?://|www\.)(?=\w)")
_ESCAPABLE = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
_ENTITY = re.compile(r"&(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});")
_AUTOLINK = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>\x00-\x1f\x7f]*)>")
_EMAIL = re.compile(
    r"<([\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9][A-Za-z0-9-]*)*)>",
    re.ASCII,
)
_TAG = re.compile(rf"<(?:[a-zA-Z][\w-]*{ATTRIBUTES}\s*/?|/[a-zA-Z][\w-]*\s*)>", re.ASCII)
# What opens a construct of HTML that ends only at its own mark.
_UNTIL = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"), ("<!", ">"))
_URL = re.compile(r"(?:https?://|www\.)[^\s<>`\[\]]*")
_TITLE = re.compile(r"(?s)\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|\((?:[^()\\]|\\.)*\)")
_POINTED = re.compile(r"<((?:[^<>\n\\]|\\.)*)>")
_DESTINATION_PIECE = re.compile(r"[^\s()\\\x00-\x1f\x7f]+|\\[!-/:-@\[-`{-~]|\\|[()]")
_GAP = re.compile(r"[ \t]*\n?[ \t]*")
_LABEL = re.compile(r"\[((?:[^\[\]\\]|\\.){0,999})\]")
_NOTE = re.compile(r"\[\^([^\]\s]+)\]")
# As pandoc has it: no space inside the dollars, no digit after them, so that prices are no math.
_MATH = re.compile(r"\$\$([^$]+)\$\$|\$(?![\s$])((?:[^$\\\n]|\\.)*?(?<![\s\\]))\$(?![\d$])")
_HTML_TAG = re.compile(r"<img\b[^>]*?\balt=\"([^\"]*)\"[^>]*>|<[^>]*>")

# Deeper parentheses end an address, as in other CommonMark parsers.
_MAX_PARENTHESES = 32


class _BareUrl(str):
    """An address without marks around it, which is a link only outside of other links."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class _Delimiter:
    """A run of ``*``, ``_`` or ``~`` that may open or close emphasis."""

    mark: str
    count: int
    opens: bool
    closes: bool
    length: int
    before: _Delimiter | None = None
    after: _Delimiter | None = None
    opened: str = ""
    closed: str = ""

    def __str__(self) -> str:
        return f"{self.closed}{self.mark * self.count}{self.opened}"


@dataclass(slots=True, eq=False)
class _Bracket:
    """A ``[``, ``![`` or ``^[`` that waits for its other half.

    Attributes:
        part: its place among the parts written so far.
        start: where the text inside begins.
        below: the delimiter that was on top when it was met.
        holds_bracket: whether another bracket follows inside.
    """

    kind: str
    part: int
    start: int
    below: _Delimiter | None
    holds_bracket: bool = False


@dataclass(slots=True)
class Inline:
    """Turns inline Markdown into HTML.

    Attributes:
        references: address and title of each link label that the document defines.
        notes: keys of the footnotes that it defines.
        written: HTML of the notes written where they are referred to, ``^[like this]``, by key.
    """

    references: Mapping[str, tuple[str | None, str | None]]
    notes: Collection[str]
    written: dict[str, str] = field(default_factory=dict)

    def html(self, text: str) -> str:
        """Convert the text of one paragraph, heading or cell."""
        if not _STOP_OR_URL.search(text):
            return html.escape(text, quote=False)
        return _Scan(self, text).run()


class _Scan:
    """One text on its way to HTML."""

    def __init__(self, inline: Inline, text: str) -> None:
        self._inline = inline
        self._text = text
        self._position = 0
        self._parts: list[str | _Delimiter] = []
        self._brackets: list[_Bracket] = []
        self._spent = 0  # brackets below this one hold a link, so that they can be none
        self._top: _Delimiter | None = None
        self._ticks: Ticks | None = None
        self._missing: dict[str, int] = {}
        self._handlers: dict[str, Callable[[], bool]] = {
            "\\": self._backslash,
            "`": self._code,
            "*": self._delimiter,
            "_": self._delimiter,
            "~": self._delimiter,
            "[": self._open,
            "!": self._open_image,
            "^": self._open_note,
            "]": self._close,
            "<": self._angle,
            "&": self._entity,
            "$": self._math,
            "\n": self._line_end,
            "h": self._url,
            "w": self._url,
        }

    def run(self) -> str:
        """Convert the whole text."""
        text = self._text
        stop = _STOP_OR_URL if "://" in text or "www." in text else _STOP
        while found := stop.search(text, self._position):
            start = found.start()
            if start > self._position:
                self._put_text(text[self._position : start])
                self._position = start
            if not self._handlers[text[start]]():
                self._put_text(text[start])
                self._position = start + 1
        self._put_text(text[self._position :])
        self._emphasise(None)
        return self._join(0)

    def _put_text(self, text: str) -> None:
        if "<" in text or ">" in text or "&" in text:
            text = html.escape(text, quote=False)
        self._parts.append(text)

    def _join(self, start: int) -> str:
        return "".join(
            _linked(part) if type(part) is _BareUrl else str(part) for part in self._parts[start:]
        )

    # ------------------------------------------------------------ simple things

    def _backslash(self) -> bool:
        following = self._text[self._position + 1 : self._position + 2]
        if following == "\n":
            self._parts.append("<br>\n")
            self._next_line(self._position + 2)
            return True
        if following and following in _ESCAPABLE:
            self._put_text(following)
            self._position += 2
            return True
        return False

    def _code(self) -> bool:
        if self._ticks is None:
            self._ticks = Ticks(self._text)
        start = self._position
        end = start
        while self._text[end : end + 1] == "`":
            end += 1
        close = self._ticks.closing(end, end - start)
        if close is None:
            self._parts.append(self._text[start:end])
            self._position = end
            return True
        code = self._text[end:close].replace("\n", " ")
        if code.startswith(" ") and code.endswith(" ") and code.strip(" "):
            code = code[1:-1]
        self._parts.append(f"<code>{html.escape(code, quote=False)}</code>")
        self._position = close + end - start
        return True

    def _entity(self) -> bool:
        found = _ENTITY.match(self._text, self._position)
        if not found or (found[0][1] != "#" and found[0][1:] not in html5):
            return False
        self._parts.append(html.escape(html.unescape(found[0]), quote=False))
        self._position = found.end()
        return True

    def _math(self) -> bool:
        found = _MATH.match(self._text, self._position)
        if not found:
            return False
        tex = " ".join((found[1] or found[2]).split())
        self._parts.append(f'<code class="math">{html.escape(tex, quote=False)}</code>')
        self._position = found.end()
        return True

    def _line_end(self) -> bool:
        last = self._parts[-1] if self._parts else ""
        breaks = False
        if isinstance(last, str) and last.endswith(" "):
            breaks = last.endswith("  ")
            self._parts[-1] = last.rstrip(" ")
        self._parts.append("<br>\n" if breaks else "\n")
        self._next_line(self._position + 1)
        return True

    def _next_line(self, position: int) -> None:
        while self._text[position : position + 1] in {" ", "\t"}:
            position += 1
        self._position = position

    def _url(self) -> bool:
        found = _URL.match(self._text, self._position)
        if not found:
            return False
        url = _trimmed(found[0])
        self._parts.append(_BareUrl(url))
        self._position += len(url)
        return True

    def _angle(self) -> bool:
        text, position = self._text, self._position
        if found := _AUTOLINK.match(text, position):
            self._parts.append(_anchor(found[1], found[1]))
        elif found := _EMAIL.match(text, position):
            self._parts.append(_anchor(f"mailto:{found[1]}", found[1]))
        elif found := _TAG.match(text, position):
            self._parts.append(found[0])
        else:
            return self._special_html()
        self._position = found.end()
        return True

    def _special_html(self) -> bool:
        """Comments, declarations and the like, up to the mark that ends them."""
        text, position = self._text, self._position
        opener, closer = next(
            (pair for pair in _UNTIL if text.startswith(pair[0], position)), ("", "")
        )
        if not opener or (opener == "<!" and not text[position + 2 : position + 3].isalpha()):
            return False
        empty = next((e for e in ("<!-->", "<!--->") if text.startswith(e, position)), "")
        end = position + len(empty)
        if not empty:
            if self._missing.get(closer, len(text)) <= position:
                return False
            end = text.find(closer, position + len(opener))
            if end < 0:
                self._missing[closer] = position
                return False
            end += len(closer)
        self._parts.append(text[position:end])
        self._position = end
        return True

    # ----------------------------------------------------------------- emphasis

    def _delimiter(self) -> bool:
        text, start = self._text, self._position
        mark = text[start]
        end = start + 1
        while text[end : end + 1] == mark:
            end += 1
        self._position = end
        if mark == "~" and end - start != 2:  # noqa: PLR2004 — GitHub's strikethrough
            self._parts.append(text[start:end])
            return True
        left, right = _flanks(text[start - 1 : start], text[end : end + 1])
        opens, closes = left, right
        if mark == "_":
            opens = left and (not right or _is_punctuation(text[start - 1 : start]))
            closes = right and (not left or _is_punctuation(text[end : end + 1]))
        delimiter = _Delimiter(mark, end - start, opens, closes, end - start, self._top)
        if self._top is not None:
            self._top.after = delimiter
        self._top = delimiter
        self._parts.append(delimiter)
        return True

    def _emphasise(self, bottom: _Delimiter | None) -> None:
        """Pair the delimiters above ``bottom`` and take them off the stack."""
        floors: dict[tuple[str, bool, int], _Delimiter | None] = {}
        closer = self._first_above(bottom)
        while closer is not None:
            if not closer.closes:
                closer = closer.after
                continue
            kind = (closer.mark, closer.opens, closer.length % 3)
            floor = floors.get(kind, bottom)
            opener = closer.before
            while opener is not None and opener is not bottom and opener is not floor:
                if opener.opens and opener.mark == closer.mark and _pair(opener, closer):
                    break
                opener = opener.before
            else:
                floors[kind] = closer.before
                following = closer.after
                if not closer.opens:
                    self._drop(closer)
                closer = following
                continue
            closer = self._match(opener, closer)
        self._top = bottom
        if bottom is not None:
            bottom.after = None

    def _first_above(self, bottom: _Delimiter | None) -> _Delimiter | None:
        if bottom is not None:
            return bottom.after
        first = self._top
        while first is not None and first.before is not None:
            first = first.before
        return first

    def _match(self, opener: _Delimiter, closer: _Delimiter) -> _Delimiter | None:
        """Make two delimiters a pair; return the closer that comes next."""
        if closer.mark == "~":
            width, name = 2, "del"
        elif opener.count >= 2 and closer.count >= 2:  # noqa: PLR2004 — two make it strong
            width, name = 2, "strong"
        else:
            width, name = 1, "em"
        opener.after = closer
        closer.before = opener
        opener.count -= width
        closer.count -= width
        opener.opened = f"<{name}>{opener.opened}"
        closer.closed += f"</{name}>"
        if not opener.count:
            self._drop(opener)
        if closer.count:
            return closer
        self._drop(closer)
        return closer.after

    def _drop(self, delimiter: _Delimiter) -> None:
        if delimiter.before is not None:
            delimiter.before.after = delimiter.after
        if delimiter.after is not None:
            delimiter.after.before = delimiter.before
        elif self._top is delimiter:
            self._top = delimiter.before

    # -------------------------------------------------------- links and pictures

    def _open(self) -> bool:
        note = _NOTE.match(self._text, self._position)
        if note and note[1] in self._inline.notes:
            self._put_note(note[1])
            self._position = note.end()
            return True
        return self._push("[")

    def _open_image(self) -> bool:
        return self._text.startswith("![", self._position) and self._push("![")

    def _open_note(self) -> bool:
        return self._text.startswith("^[", self._position) and self._push("^[")

    def _push(self, kind: str) -> bool:
        if self._brackets:
            self._brackets[-1].holds_bracket = True
        self._position += len(kind)
        self._brackets.append(_Bracket(kind, len(self._parts), self._position, self._top))
        self._parts.append(kind)
        return True

    def _put_note(self, key: str) -> None:
        shown = html.escape(key)
        self._parts.append(f'<a data-note="{shown}">{shown}</a>')

    def _close(self) -> bool:
        if not self._brackets:
            return False
        place = len(self._brackets) - 1
        bracket = self._brackets.pop()
        spent = place < self._spent
        self._spent = min(self._spent, place)
        if bracket.kind == "^[":
            return self._close_note(bracket)
        if bracket.kind == "[" and spent:
            return False
        target = self._target(bracket)
        if target is None:
            return False
        url, title, self._position = target
        self._emphasise(bracket.below)
        if bracket.kind == "![":
            self._put_image(bracket, url, title)
            return True
        for number in range(bracket.part, len(self._parts)):
            part = self._parts[number]
            if type(part) is _BareUrl:
                self._parts[number] = html.escape(part, quote=False)
        label = f' title="{html.escape(title)}"' if title else ""
        self._parts[bracket.part] = f'<a href="{html.escape(url)}"{label}>'
        self._parts.append("</a>")
        self._spent = place
        return True

    def _close_note(self, bracket: _Bracket) -> bool:
        self._position += 1
        self._emphasise(bracket.below)
        content = self._join(bracket.part + 1)
        del self._parts[bracket.part :]
        key = f"^{len(self._inline.written) + 1}"
        self._inline.written[key] = content
        self._put_note(key)
        return True

    def _put_image(self, bracket: _Bracket, url: str, title: str) -> None:
        """Put a picture in the place of its description."""
        alt = _HTML_TAG.sub(lambda m: m[1] or "", self._join(bracket.part + 1))
        alt = alt.replace('"', "&quot;").replace("\n", " ")
        del self._parts[bracket.part :]
        label = f' title="{html.escape(title)}"' if title else ""
        self._parts.append(f'<img src="{html.escape(url)}" alt="{alt}"{label}>')

    def _target(self, bracket: _Bracket) -> tuple[str, str, int] | None:
        """Address, title and end of the link whose text ends here, or None for no link."""
        text, position = self._text, self._position + 1
        if text.startswith("(", position):
            found = _inline_target(text, position + 1)
            if found is not None:
                return found
        label = _LABEL.match(text, position)
        if label and label[1]:
            name, end = label[1], label.end()
        elif not bracket.holds_bracket and self._position - bracket.start < 1000:  # noqa: PLR2004
            name = text[bracket.start : self._position]
            end = label.end() if label else position
        else:
            return None
        reference = self._inline.references.get(normal_label(name)) if name.strip() else None
        if reference is None:
            return None
        return reference[0] or "", reference[1] or "", end


def _pair(opener: _Delimiter, closer: _Delimiter) -> bool:
    """Whether two runs match: https://spec.commonmark.org/0.31.2/#emphasis-and-strong-emphasis."""
    both = opener.closes or closer.opens
    total = opener.length + closer.length
    return not (both and closer.length % 3 and total % 3 == 0)


def _inline_target(text: str, position: int) -> tuple[str, str, int] | None:
    """Read ``address "title")`` behind the opening parenthesis."""
    position = _after_gap(text, position)
    found = _destination(text, position)
    if found is None:
        return None
    url, end = found
    position = _after_gap(text, end)
    title = _TITLE.match(text, position) if position > end else None
    if title is not None:
        position = _after_gap(text, title.end())
    if not text.startswith(")", position):
        return None
    return unescape(url), unescape(title[0][1:-1]) if title else "", position + 1


def _after_gap(text: str, position: int) -> int:
    gap = _GAP.match(text, position)
    return gap.end() if gap else position


def _destination(text: str, position: int) -> tuple[str, int] | None:
    if text.startswith("<", position):
        pointed = _POINTED.match(text, position)
        return (pointed[1], pointed.end()) if pointed else None
    depth, end = 0, position
    while piece := _DESTINATION_PIECE.match(text, end):
        if piece[0] == "(":
            depth += 1
            if depth > _MAX_PARENTHESES:
                return None
        elif piece[0] == ")":
            if not depth:
                break
            depth -= 1
        end = piece.end()
    return None if depth else (text[position:end], end)


def _trimmed(url: str) -> str:
    """A bare address without the punctuation of the sentence around it, as GitHub cuts it."""
    while True:
        shorter = re.sub(r"(?:[?!.,:*_~'\"]+|&[A-Za-z0-9]+;)$", "", url[-80:])
        if shorter.endswith(")") and url.count(")") > url.count("("):
            shorter = shorter[:-1]
        if len(shorter) == len(url[-80:]):
            return url
        url = url[:-80] + shorter


def _linked(url: str) -> str:
    return _anchor(f"http://{url}" if url.startswith("www.") else url, url)


def _anchor(url: str, text: str) -> str:
    return f'<a href="{html.escape(url)}">{html.escape(text, quote=False)}</a>'


def _flanks(before: str, after: str) -> tuple[bool, bool]:
    """Whether a run of delimiters stands at the left, and at the right, of a word."""
    space_before, space_after = not before or before.isspace(), not after or after.isspace()
    mark_before, mark_after = _is_punctuation(before), _is_punctuation(after)
    left = not space_after and (not mark_after or space_before or mark_before)
    right = not space_before and (not mark_before or space_after or mark_after)
    return left, right


def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return character in _ESCAPABLE if character else False
    return unicodedata.category(character)[0] in "PS"
