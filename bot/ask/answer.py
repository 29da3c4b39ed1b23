"""A model's answer, checked by code: what it may show, and what it must name.

The posts that a model reads are written by strangers and may tell it to do anything. So its
text is worth no more than theirs. What is kept of it is plain text, bold, lists, inline code
and code quoted from the passages. Numbers of passages that were handed out are kept; every
other bracket, link, picture, address, mention and tag is text or is gone. A paragraph without
such a number is gone too, and so is what follows its last one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.blog.question import Answer, Citation
from bot.rendering.escape import clean, code_line, code_span, escape, escape_line_start

# What readers are shown of an answer, in characters, without the links behind the numbers.
MAX_CHARACTERS = 1_800
# A model that goes on beyond this is not read to the end.
MAX_MODEL_CHARACTERS = 20_000
# What the model is told to write where the passages hold no answer.
NO_ANSWER = "NO ANSWER"

# [1], [1, 2], [1][2], [^1], and the brackets that some models learnt: 【1†source】.
_CITATION = re.compile(
    r"\[\^?(?P<square>\d{1,3}(?:\s{0,3}[,;]\s{0,3}\^?\d{1,3}){0,11})\]"
    r"|\u3010(?P<lens>\d{1,3})[^\u3010\u3011\n]{0,40}\u3011"
)
_NUMBER = re.compile(r"\d{1,3}")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\s?\([^()\n]{0,2000}\)")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\s?\([^()\n]{0,2000}\)")
# The second half of [label][reference], and a line that defines a reference.
_REFERENCE = re.compile(r"\]\[(?!\^?\d{1,3}[\],;\s])[^\[\]\n]{0,200}\](?!\()")
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,200}\]:\s")
# An address of any scheme, with or without slashes where a client would follow it, and names
# that Discord makes a link or an invitation of.
_ADDRESS = re.compile(
    r"<?\b(?:[a-z][a-z0-9+.\-]{1,20}:/{1,3}|mailto:|tel:|javascript:|data:|www\.)[^\s<>]*>?"
    r"|\b(?:discord(?:app)?\.(?:gg|com/invite|new)|dsc\.gg)/[^\s<>]*",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z!][^<>\n]{0,500}>", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|:\w{1,40}:|a:\w{1,40}:|id:|t:|/)[^<>\n]{0,100}>")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`\n]*)$")
_ITEM = re.compile(r"^(?P<indent> {0,8})(?:[-*+\u2022]|(?P<number>\d{1,3})[.)])[ \t]+(?P<text>.*)$")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")
_QUOTE = re.compile(r"^(?: {0,3}>)+ ?")
_CODE = r"(?P<ticks>`+)(?P<code>[^\n]{1,500}?)(?<!`)(?P=ticks)(?!`)"
_INLINE = re.compile(rf"{_CODE}|\*\*(?P<bold>[^*\n]{{1,500}})\*\*")
_CODE_OR_CITATION = re.compile(f"{_CODE}|{_CITATION.pattern}")
# Where a sentence ends, with the quotation marks and brackets that close it.
_SENTENCE_END = re.compile(
    r"(?:[\u3002\uff01\uff1f]|[.!?\u2026](?=[\s\"'\u201d\u2019)*]|$))[\"'\u201d\u2019)*]*"
)
_BLANK_RUNS = re.compile(r"[ \t]{2,}")
_MARK = re.compile("\ue000(\\d+)\ue001")


def is_no_answer(text: str) -> bool:
    """Whether the model says that the passages hold no answer."""
    return clean(text).strip(" \n\t*_.\"'`").upper().startswith(NO_ANSWER)


def check(text: str, passages: Sequence[str], limit: int = MAX_CHARACTERS) -> Answer | None:
    """What may be shown of ``text``; None where no claim of it names a passage.

    Args:
        text: what the model wrote, whole or as far as it has come.
        passages: the texts handed to it; the first is number 1.
        limit: at most so many characters.
    """
    # Private-use characters mark citations below, so none may come from outside.
    cleaned = re.sub("[\ue000-\uf8ff]", "", clean(text[:MAX_MODEL_CHARACTERS]))
    quoted = {_squeezed(line) for passage in passages for line in passage.splitlines()}
    whole = _squeezed(" ".join(passages))
    shown: list[str] = []
    left = limit
    is_kept = False
    for block in _blocks(cleaned):
        if not any(line.strip() for line in block.lines):
            continue
        if block.is_code:
            # A sample of code that no passage holds would be a claim without a number.
            lines = [line for line in block.lines if line.strip()]
            is_quoted = all(_squeezed(line) in quoted or _squeezed(line) in whole for line in lines)
            if not (is_kept and lines and is_quoted):
                continue
            rendered = "```\n" + "\n".join(code_line(line) for line in block.lines) + "\n```"
        else:
            rendered = _claims(block, len(passages))
            is_kept = bool(rendered)
            if not rendered:
                continue
        size = len(_MARK.sub(r"[\1]", rendered)) + 2
        if size > left:
            if not shown and not block.is_code:
                shown.append(_cut(rendered, left))
            break
        shown.append(rendered)
        left -= size
    return _answer(_joined(shown))


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, a list item or a block of code; ``marker`` is what an item begins with."""

    lines: Sequence[str]
    marker: str = ""
    is_code: bool = False


def _blocks(text: str) -> Iterator[_Block]:
    """Paragraphs, list items and code, in order."""
    lines: list[str] = []
    marker, fence = "", ""
    for line in text.split("\n"):
        opened = _FENCE.match(line)
        if fence:
            if opened and opened[1].startswith(fence) and not opened[2].strip():
                yield _Block(lines, is_code=True)
                lines, fence = [], ""
            else:
                lines.append(line)
            continue
        if opened:
            yield _Block(lines, marker)
            lines, marker, fence = [], "", opened[1]
            continue
        unquoted = _QUOTE.sub("", line)
        item, heading = _ITEM.match(unquoted), _HEADING.match(unquoted)
        if item or heading or not unquoted.strip():
            yield _Block(lines, marker)
            lines, marker = [], ""
        if item:
            indent = "  " if len(item["indent"]) > 1 else ""
            marker = indent + (f"{item['number']}. " if item["number"] else "- ")
            lines.append(item["text"])
        elif heading:
            yield _Block([heading[1]])
        elif unquoted.strip() and not _DEFINITION.match(unquoted):
            lines.append(unquoted.strip())
    yield _Block(lines, marker, is_code=bool(fence))


def _claims(block: _Block, passages: int) -> str:
    """A block as Discord Markdown up to its last citation's sentence; empty without any."""
    text = " ".join(block.lines)
    text = _IMAGE.sub("", text)
    text = _LINK.sub(_label, _REFERENCE.sub("]", text))
    text = _MENTION.sub("", _TAG.sub("", _ADDRESS.sub("", text)))
    # What was taken out may leave something behind that is an address only now.
    text = _ADDRESS.sub("", text)
    text = _CODE_OR_CITATION.sub(lambda found: _marks(found, passages), text)
    last = text.rfind("\ue001")
    if last < 0:
        return ""
    end = _SENTENCE_END.search(text, last + 1)
    text = text[: end.end() if end else len(text)]
    text = _BLANK_RUNS.sub(" ", text).strip()
    if not re.search(r"\w", _MARK.sub("", text)):
        return ""
    return block.marker + escape_line_start("".join(_inline(text)))


def _label(link: re.Match[str]) -> str:
    """A link's label, unless that is a number, which no link can prove."""
    label = link[1]
    return f"[{label}]" if label.strip().isdecimal() else label


def _marks(found: re.Match[str], passages: int) -> str:
    """Marks for the numbers that were handed out; code stays code, and proves nothing."""
    if found["code"]:
        return found[0]
    numbers = (int(number) for number in _NUMBER.findall(found["square"] or found["lens"]))
    known = dict.fromkeys(number for number in numbers if 1 <= number <= passages)
    return "".join(f"\ue000{number}\ue001" for number in known)


def _inline(text: str) -> Iterator[str]:
    position = 0
    for found in _INLINE.finditer(text):
        yield escape(text[position : found.start()])
        position = found.end()
        if found["bold"] is not None:
            inner = found["bold"].strip()
            yield f"**{escape(inner)}**" if inner else ""
        else:
            yield code_span(found["code"])
    yield escape(text[position:])


def _cut(rendered: str, limit: int) -> str:
    """The beginning of a block that is too long, up to a citation that still fits."""
    best = 0
    for found in _MARK.finditer(rendered):
        if len(_MARK.sub(r"[\1]", rendered[: found.end()])) > limit:
            break
        best = found.end()
    if best:
        return rendered[:best]
    first = _MARK.search(rendered)
    mark = first[0] if first else ""
    space = rendered.rfind(" ", 0, limit - 10)
    start = rendered[: space if space > 0 else limit - 10].rstrip("\\*`")
    return f"{start}\u2026 {mark}"


def _joined(blocks: Iterable[str]) -> str:
    """Blocks with an empty line between, but for list items that follow each other."""
    parts: list[str] = []
    was_item = False
    for block in blocks:
        is_item = re.match(r" *(?:- |\d+\. )", block) is not None
        if parts:
            parts.append("\n" if was_item and is_item else "\n\n")
        parts.append(block)
        was_item = is_item
    return "".join(parts)


def _answer(marked: str) -> Answer | None:
    pieces: list[str | Citation] = []
    cited: dict[int, None] = {}
    for index, part in enumerate(_MARK.split(marked)):
        if index % 2:
            pieces.append(Citation(int(part)))
            cited[int(part)] = None
        elif part:
            pieces.append(part)
    return Answer(tuple(pieces), tuple(cited)) if cited else None


def _squeezed(text: str) -> str:
    return " ".join(text.split())
