"""Checks a model's answer: what of it may be shown, and which sources it names.

The posts that a model reads are written by strangers and may tell it to do anything. So its
text is worth no more than theirs. What is kept of it is plain text, bold, lists, inline code
and code quoted from the passages. Numbers of passages that were handed out are kept; every
other bracket, link, picture, address, mention and tag is text or is gone. A sentence without
such a number is gone too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.blog.question import Answer, Citation
from bot.rendering.escape import (
    clean,
    code_line,
    code_span,
    escape,
    escape_line_start,
    without_everyone,
)

# What readers are shown of an answer, in characters, without the links behind the numbers.
MAX_CHARACTERS = 1_800
# Of an answer longer than this, the rest is not read.
MAX_MODEL_CHARACTERS = 20_000
# What the model is told to write where the passages hold no answer.
NO_ANSWER = "NO ANSWER"

_THOUGHTS = re.compile(
    r"^\s*<(?P<tag>think|thinking|thought)>.*?(?:</(?P=tag)>|\Z)", re.DOTALL | re.IGNORECASE
)
# [1], [1, 2], [1-3], [1][2], [^1], the wide brackets of East Asia, and those that some models
# learnt: 【1†source】.
_CITATION = re.compile(
    r"[\[\uff3b]\^?(?P<square>\d{1,3}(?:\s{0,3}[,;\u3001\uff0c]\s{0,3}\^?\d{1,3}){0,11})[\]\uff3d]"
    r"|[\[\uff3b](?P<first>\d{1,3})\s?[-\u2013]\s?(?P<last>\d{1,3})[\]\uff3d]"
    r"|\u3010(?P<lens>\d{1,3})[^\u3010\u3011\n]{0,40}\u3011"
)
_NUMBER = re.compile(r"\d{1,3}")
_IMAGE = re.compile(r"!\[([^\[\]\n]{0,300})\]\s?\([^()\n]{0,2000}\)")
_LINK = re.compile(r"(?<!!)\[([^\[\]\n]{1,300})\]\s?\([^()\n]{0,2000}\)")
# The second half of [label][reference], and a line that defines a reference.
_REFERENCE = re.compile(r"\]\[(?!\^?\d{1,3}[\],;\s])[^\[\]\n]{0,200}\](?!\()")
_NOTE = re.compile(r"\[\^[^\[\]\n]{1,50}\]")
_DEFINITION = re.compile(r"^ {0,3}\[[^\[\]\n]{1,200}\]:\s")
# An address of any scheme, with or without slashes where a client would follow it, and names
# that Discord makes a link or an invitation of, without the full stop of the sentence.
_WIDE_STOPS = r"\u3001\u3002\uff01\uff0c\uff1f"
_REST = rf"(?:[^\s<>{_WIDE_STOPS}]*[^\s<>.,;!?\u2026{_WIDE_STOPS}])?"
_ADDRESS = re.compile(
    rf"<?\b(?:[a-z][a-z0-9+.\-]{{1,20}}:/{{1,3}}|https?:|mailto:|tel:|javascript:|data:|www\.){_REST}>?"
    rf"|\b(?:discord(?:app)?\.(?:gg|com/invite|new)|dsc\.gg)/{_REST}"
    # Two slashes, or what looks like them, with whatever stands before them.
    rf"|[^\s<>()\[\]]{{0,100}}(?:[/\uff0f\u2044\u2215]{{2}}|:\\\\){_REST}",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-z!][^<>\n]{0,500}>", re.IGNORECASE)
_MENTION = re.compile(r"<(?:@[!&]?|#|:\w{1,40}:|a:\w{1,40}:|id:|t:|/)[^<>\n]{0,100}>")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^`\n]*)$")
_ITEM = re.compile(r"^(?P<indent> {0,8})(?:[-*+\u2022]|(?P<number>\d{1,3})[.)])[ \t]+(?P<text>.*)$")
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)[ \t#]*$")
_QUOTE = re.compile(r"^(?: {0,3}>)+ ?")
_CODE = r"(?P<ticks>`+)(?P<code>[^\n]{1,500}?)(?<!`)(?P=ticks)(?!`)"
_INLINE_CODE = re.compile(_CODE)
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")
# Where a sentence ends, with the quotation marks and brackets that close it and the numbers that
# follow it.
_END = re.compile(
    r"(?:[\u3002\uff01\uff1f]|[.!?\u2026](?=[\s\"'\u201d\u2019\u300d)*\ue000]|$))"
    r"[.!?\u2026\"'\u201d\u2019\u300d)*]*(?:\s*\ue000\d+\ue001)*"
)
# A full stop after one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|approx|bzw|ca|cf|dr|ex|fig|incl|mrs?|ms|no|nr"
    r"|resp|st|vs)\.$",
    re.IGNORECASE,
)
_ROW = re.compile(r"^ {0,3}\|(.+)\|[ \t]*$")
_RULE_CELL = re.compile(r"\s*:?-+:?\s*")
_BLANK_RUNS = re.compile(r"[ \t]{2,}")
_MARK = re.compile("\ue000(\\d+)\ue001")
# Stands for a piece of inline code while the text around it is looked at.
_CODE_MARK = re.compile("\ue002(\\d+)\ue003")


def without_thoughts(text: str) -> str:
    """What a model says after it has thought aloud, as some open ones do; empty until then."""
    return _THOUGHTS.sub("", text)


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
            if not (is_kept and lines and all(_squeezed(line) in whole for line in lines)):
                continue
            rendered = "```\n" + "\n".join(map(_code_line, block.lines)) + "\n```"
        else:
            rendered = _claims(block, len(passages), whole)
            is_kept = bool(rendered)
            if not rendered:
                continue
        size = len(_MARK.sub(r"[\1]", rendered)) + 2
        if size > left:
            cut = "" if block.is_code else _cut(rendered, left)
            # A sentence too long for a whole answer is cut before its number.
            if cut or not shown:
                shown.append(cut or _cut_short(rendered, left))
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
        unquoted = _row_as_item(_QUOTE.sub("", line))
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


def _row_as_item(line: str) -> str:
    """A row of a table as an item of a list, its rule as an empty line, and any other line."""
    row = _ROW.match(line)
    if row is None:
        return line
    cells = [cell.strip() for cell in row[1].split("|")]
    if all(map(_RULE_CELL.fullmatch, cells)):
        return ""
    return "- " + " \u00b7 ".join(filter(None, cells))


def _claims(block: _Block, passages: int, whole: str) -> str:
    """The sentences of a block that name a passage, as Discord Markdown; possibly none."""
    code: list[str] = []

    def set_aside(found: re.Match[str]) -> str:
        code.append(_inline_code(found["code"], whole))
        return f"\ue002{len(code) - 1}\ue003"

    text = _INLINE_CODE.sub(set_aside, " ".join(block.lines))
    text = _IMAGE.sub("", text)
    text = _LINK.sub(_label, _REFERENCE.sub("]", text))
    text = _MENTION.sub("", _TAG.sub("", _ADDRESS.sub("", text)))
    # What was taken out may leave something behind that is an address only now.
    text = _ADDRESS.sub("", text)
    text = _NOTE.sub("", _CITATION.sub(lambda found: _marks(found, passages), text))
    text = "".join(each for each in _sentences(text) if _is_claim(each))
    text = _BLANK_RUNS.sub(" ", text).strip()
    shown = block.marker + escape_line_start("".join(_inline(text))) if text else ""
    return _CODE_MARK.sub(lambda found: code[int(found[1])], shown)


def _code_line(line: str) -> str:
    return without_everyone(code_line(line))


def _inline_code(code: str, whole: str) -> str:
    """Inline code; an address or a mention stays in it only where a passage holds it so."""
    if _squeezed(code) not in whole:
        code = _ADDRESS.sub("", _MENTION.sub("", _ADDRESS.sub("", code)))
    return without_everyone(code_span(code)) if code.strip() else ""


def _sentences(text: str) -> Iterator[str]:
    begin = 0
    for found in _END.finditer(text):
        stop = found.start() + 1
        if _ABBREVIATION.search(text[max(begin, stop - 20) : stop]):
            continue
        yield _balanced(text[begin : found.end()])
        begin = found.end()
    yield _balanced(text[begin:])


def _balanced(sentence: str) -> str:
    """A sentence without an unpaired bold mark."""
    return sentence.replace("**", "") if sentence.count("**") % 2 else sentence


def _is_claim(sentence: str) -> bool:
    """Whether a sentence says something, and names a passage for it."""
    said = _MARK.sub("", sentence)
    return said != sentence and re.search(r"[\w\ue002]", said) is not None


def _label(link: re.Match[str]) -> str:
    """A link's label; a number keeps its brackets, since it cites a passage."""
    label = link[1]
    return f"[{label}]" if label.strip().isdecimal() else label


def _marks(found: re.Match[str], passages: int) -> str:
    """Marks for the numbers that were handed out."""
    if found["first"]:
        numbers = [*range(int(found["first"]), int(found["last"]) + 1)]
    else:
        numbers = [int(number) for number in _NUMBER.findall(found["square"] or found["lens"])]
    known = dict.fromkeys(number for number in numbers if 1 <= number <= passages)
    return "".join(f"\ue000{number}\ue001" for number in known)


def _inline(text: str) -> Iterator[str]:
    position = 0
    for found in _BOLD.finditer(text):
        yield escape(text[position : found.start()])
        position = found.end()
        inner = found[1].strip()
        yield f"**{escape(inner)}**" if inner else ""
    yield escape(text[position:])


def _cut(rendered: str, limit: int) -> str:
    """The beginning of a block that is too long, up to the last citation that fits; or nothing."""
    best = 0
    for found in _MARK.finditer(rendered):
        if len(_MARK.sub(r"[\1]", rendered[: found.end()])) > limit:
            break
        best = found.end()
    cut = rendered[:best]
    return cut + "**" if cut.count("**") % 2 else cut


def _cut_short(rendered: str, limit: int) -> str:
    """The beginning of a block whose first citation does not fit, and that citation."""
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
