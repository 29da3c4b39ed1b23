"""The formats of front matter, as handlers for python-frontmatter.

The library's own handlers lose metadata in silence: an unclosed or list-shaped block
becomes an empty mapping, TOML needs an extra package, ``...`` does not close YAML, JSON
must span several lines. These tell what is wrong instead, and where.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

import yaml
from frontmatter.default_handlers import BaseHandler

from bot.generators.common.data import TooMuchError, load_toml, load_yaml, within_limits
from bot.generators.common.script import MOST_CHARACTERS, TOKEN, Script

# No front matter has more `@def` lines.
MOST_LINES = 200


class FrontMatterError(Exception):
    """Front matter that cannot be understood.

    Attributes:
        reason: what is wrong, one sentence.
        hint: what to do about it.
        line: line within the text handed to the handler, 1-based, or None.
    """

    def __init__(self, reason: str, hint: str, line: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.line = line


class FrontMatterIsCodeError(FrontMatterError):
    """Front matter that is right, but would have to be run."""


class Format(BaseHandler):
    """One format; ``opening`` and ``closing`` are the fences around the block, if it has any."""

    name = ""
    opening: re.Pattern[str]
    closing: re.Pattern[str]

    def __init__(self) -> None:
        super().__init__(fm_boundary=self.opening)

    def detect(self, text: str) -> bool:
        """Whether ``text`` begins with front matter of this format."""
        return self.opening.match(text) is not None

    def split(self, text: str) -> tuple[str, str]:
        """Return the block between the fences, and the body with its indentation.

        Raises:
            FrontMatterError: the block is never closed.
        """
        start = self._start(text)
        end = self.closing.search(text, start)
        if end is None:
            fence = text[:3]
            raise FrontMatterError(
                f"The front matter is opened with {fence} but never closed",
                f"Put a line with {fence} between the front matter and the text.",
                1,
            )
        return text[start : end.start()], text[end.end() :]

    def _start(self, text: str) -> int:
        opening = self.opening.match(text)
        assert opening is not None, "split follows detect"
        return opening.end()

    def load(self, fm: str) -> dict[str, Any]:
        """Return the block's mapping.

        Raises:
            FrontMatterError: it is not one; the line is counted within the block.
        """
        try:
            loaded = self.parse(fm)
        except TooMuchError as error:
            raise FrontMatterError(
                f"The {self.name} front matter is refused: {error}",
                "Write less of it, and flatter.",
            ) from None
        if loaded is None:  # nothing, or nothing but comments
            return {}
        if not isinstance(loaded, dict):
            shape = "a list" if isinstance(loaded, list) else "text"
            raise FrontMatterError(
                f"The front matter is {shape}, not keys with values",
                "Write it as key: value, one a line, such as title: My post.",
                1,
            )
        return storable(loaded) if "\\" in fm else loaded

    def parse(self, block: str) -> Any:
        """Return what the block holds, of any shape.

        Raises:
            FrontMatterError: it cannot be parsed.
        """
        raise NotImplementedError


class Yaml(Format):
    """``---`` or ``---yaml``, closed by ``---`` or ``...``."""

    name = "YAML"
    opening = re.compile(r"---[ \t]*(?:ya?ml)?[ \t]*(?:\n|\Z)", re.IGNORECASE)
    closing = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
    # The first line that is neither empty nor a comment.
    first = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\n)*([^\n]*)")
    # A line that can be the first of a mapping: `key:`, `"key":`, `{key: value}`, `? key`.
    key = re.compile(r"[ \t]*(?:[\w\"'@$.&-][^\n:#]*:(?:[ \t]|\Z)|\{|\?[ \t]|%YAML)")
    plain_key = re.compile(r"^[A-Za-z_][\w-]*:(?:[ \t]|$)", re.MULTILINE)

    def detect(self, text: str) -> bool:
        """Tell front matter from a text that merely begins with a ``---`` rule."""
        opening = self.opening.match(text)
        if opening is None or opening[0].strip() != "---":
            return opening is not None
        first = self.first.match(text, opening.end())
        assert first is not None, "it matches anything"
        line = first[1]
        if self.key.match(line) or self.closing.match(line):
            return True
        closing = self.closing.search(text, opening.end())
        if closing is None or first.start(1) > opening.end():
            return False
        # A list right below the fence, or a line without its colon, was meant as front matter.
        has_key = self.plain_key.search(text, opening.end(), closing.start())
        return line.startswith("- ") or has_key is not None

    def parse(self, block: str) -> Any:
        """Return what the YAML holds."""
        try:
            return load_yaml(block)
        except yaml.MarkedYAMLError as error:
            problem = error.problem or error.context or "it is not YAML"
            # Of a quote that is never closed, the place that opens it is the one to mend.
            where = error.context_mark if "end of stream" in problem else error.problem_mark
            mark = where or error.problem_mark
            raise FrontMatterError(
                f"The YAML front matter is broken: {problem}",
                yaml_hint(problem, block),
                mark.line + 1 if mark else None,
            ) from None
        except yaml.reader.ReaderError as error:
            found = error.character  # a number or a character, whatever its types say
            code = found if isinstance(found, int) else ord(str(found))
            raise FrontMatterError(
                f"The YAML front matter holds the character U+{code:04X}",
                "Remove that character.",
                block.count("\n", 0, error.position) + 1,
            ) from None


class JavaScript(Format):
    """Eleventy's ``---js``, of which an object without code is YAML too."""

    name = "JavaScript"
    opening = re.compile(r"---[ \t]*(?:js|javascript)[ \t]*(?:\n|\Z)", re.IGNORECASE)
    closing = re.compile(r"^---[ \t]*(?:\n|\Z)", re.MULTILINE)

    def parse(self, block: str) -> Any:
        """Return what the object holds.

        Raises:
            FrontMatterIsCodeError: it is more than an object.
        """
        try:
            loaded = load_yaml(block)
        except yaml.YAMLError:
            loaded = ""
        if not isinstance(loaded, dict):
            raise FrontMatterIsCodeError(
                "its front matter is JavaScript, which only the generator runs",
                "Write it as YAML.",
            )
        return loaded


class Toml(Format):
    """``+++``."""

    name = "TOML"
    opening = re.compile(r"\+\+\+[ \t]*(?:\n|\Z)")
    closing = re.compile(r"^\+\+\+[ \t]*(?:\n|\Z)", re.MULTILINE)
    bare_date = re.compile(r"^(\s*[\w.-]+[ \t]*=[ \t]*)(\d{4}-[\dTtZz:.+ -]*\d[Zz]?)", re.MULTILINE)

    def parse(self, block: str) -> Any:
        """Return what the TOML holds; an impossible date stays text, to be reported as a date."""
        try:
            return load_toml(block)
        except TooMuchError:
            raise
        except ValueError as error:
            quoted = self.bare_date.sub(r'\1"\2"', block)
            try:
                return load_toml(quoted)
            except ValueError:
                pass
            raise FrontMatterError(
                f"The TOML front matter is broken: {first_line(error).partition(' (at ')[0]}",
                'Write it as key = "value", with text in quotes.',
                line_in(error),
            ) from None


class Json(Format):
    """An object at the very top, on one line or many, or between ``---json`` and ``---``."""

    name = "JSON"
    opening = re.compile(r"(?:---json[ \t]*\n\s*)?(?=\{\s*[\"}])", re.IGNORECASE)
    closing = re.compile(r"[ \t]*(?:\n---)?[ \t]*(?:\n|\Z)")
    decoder = json.JSONDecoder(strict=False)

    def split(self, text: str) -> tuple[str, str]:
        """Return the object and what follows it.

        Raises:
            FrontMatterError: the object cannot be parsed, so its end is unknown.
        """
        start = self._start(text)
        try:
            _, end = self.decoder.raw_decode(text, start)
        except ValueError as error:
            at = getattr(error, "pos", start)
            raise FrontMatterError(
                f"The JSON front matter is broken: {first_line(error).partition(': line ')[0]}",
                "Check its commas, quotes and brackets.",
                text.count("\n", 0, at) + 1,
            ) from None
        except RecursionError:
            raise FrontMatterError(
                "The JSON front matter is nested too deeply", "Write it flatter.", 1
            ) from None
        closing = self.closing.match(text, end)
        return text[start:end], text[closing.end() if closing else end :]

    def parse(self, block: str) -> Any:
        """Return what the JSON holds."""
        return within_limits(self.decoder.decode(block))


class Headers(Format):
    """Pelican's ``Title: …`` lines, ended by an empty line."""

    name = "header"
    opening = re.compile(r"(?=[A-Za-z][\w-]*:[ \t])")
    line = re.compile(r"[ ]{0,3}([A-Za-z][\w-]*):(?:[ \t]+(.*)|[ \t]*)\Z")
    # A text may begin with "Note: …"; one of these among the lines makes them headers.
    known = frozenset({"title", "date", "slug", "tags", "category", "author", "authors", "status"})

    def detect(self, text: str) -> bool:
        """Whether ``text`` begins with headers that Pelican knows."""
        if super().detect(text):
            block, _ = self.split(text)
            return not self.known.isdisjoint(self.parse(block))
        return False

    def split(self, text: str) -> tuple[str, str]:
        """Return the header lines and the text below the empty line."""
        position = 0
        while position < len(text):
            end = text.find("\n", position)
            end = len(text) if end < 0 else end
            line = text[position:end]
            continues = position > 0 and line.startswith(("    ", "\t")) and line.strip()
            if not continues and not self.line.match(line):
                break
            position = end + 1
        return text[:position], text[position:]

    def parse(self, block: str) -> dict[str, Any]:
        """Return the values as text; a header given twice keeps its first value."""
        values: dict[str, list[str]] = {}
        lines: list[str] = []
        for line in block.splitlines():
            if found := self.line.match(line):
                lines = [(found[2] or "").strip()]
                values.setdefault(found[1].lower(), lines)
            else:
                lines.append(line.strip())
        return {key: " ".join(filter(None, value)) for key, value in values.items()}


class Comment(Format):
    """Nikola's ``.. title: …`` lines in a comment."""

    name = "comment"
    opening = re.compile(r"<!--[ \t]*\n(?=\.\. [\w-]+:)")
    closing = re.compile(r"^[ \t]*-->[ \t]*(?:\n|\Z)", re.MULTILINE)
    line = re.compile(r"\.\. ([\w-]+):[ \t]*(.*)")

    def parse(self, block: str) -> dict[str, Any]:
        """Return the values as text."""
        found = (self.line.match(line) for line in block.splitlines()[:MOST_LINES])
        return {match[1].lower(): match[2].strip() for match in found if match}


class Franklin(Format):
    """Franklin's ``@def title = "…"`` lines."""

    name = "@def"
    opening = re.compile(r"(?=@def[ \t])")
    line = re.compile(r"@def[ \t]+(\w+)[ \t]*=[ \t]*(.*)")

    def split(self, text: str) -> tuple[str, str]:
        """Return the ``@def`` lines, empty ones between them too, and the text below them."""
        position = end = 0
        for line in text.splitlines(keepends=True):
            position += len(line)
            if line.startswith("@def"):
                end = position
            elif line.strip():
                break
        return text[:end], text[end:]

    def parse(self, block: str) -> dict[str, Any]:
        """Return the values: Julia's strings and lists of strings are TOML's too."""
        values: dict[str, Any] = {}
        for key, value in islice(self.line.findall(block), MOST_LINES):
            try:
                values[key] = load_toml(f"value = {value}")["value"]
            except ValueError:
                values[key] = value.strip()
        return values


class Module(Format):
    """MDX's ``export const meta = {…}``, as far as its values are plain literals."""

    name = "MDX"
    opening = re.compile(
        r"""(?:import\b[^'"]{0,2000}['"][^'"\n]*['"];?[ \t]*\n\s*+)*+"""
        r"export[ ]+const[ ]+(?:meta|metadata|front[mM]atter|post)[ ]*(?::[^=\n]*)?=[ ]*(?=\{)"
    )
    closing = re.compile(r";?[ \t]*(?:\n|\Z)")

    def split(self, text: str) -> tuple[str, str]:
        """Return the object, and the text below it; imports above it are dropped.

        Raises:
            FrontMatterError: its last brace is missing.
        """
        start = self._start(text)
        depth = 0
        for token in TOKEN.finditer(text, start, start + MOST_CHARACTERS):
            depth += {"{": 1, "}": -1}.get(token[0], 0)
            if depth == 0:
                closing = self.closing.match(text, token.end())
                return text[start : token.end()], text[closing.end() if closing else token.end() :]
        raise FrontMatterError(
            "The object of the front matter is never closed", "Close its last brace.", 1
        )

    def parse(self, block: str) -> dict[str, Any]:
        """Return the literal values; what only running the module tells is left out."""
        values: dict[str, Any] = {}
        for key, value in Script(block).pairs():
            values.setdefault(key, value)
        return values


FORMATS: tuple[Format, ...] = (
    Yaml(), JavaScript(), Toml(), Json(), Headers(), Comment(), Franklin(), Module(),
)  # fmt: skip


def yaml_hint(problem: str, block: str) -> str:
    """Say what to do about the commonest mistakes in YAML."""
    if "mapping values are not allowed" in problem:
        return "Put quotes around a value that holds a colon and a space."
    if "\\t" in problem or "\t" in block:
        return "Indent with spaces instead of tabs."
    if "cannot start any token" in problem or "undefined alias" in problem:
        return (
            "Put quotes around a value that begins with a special character such as @, *, & or %."
        )
    return "Write it as key: value, and put quotes around values with special characters."


def first_line(error: Exception) -> str:
    """Return the first line of an error's message."""
    return str(error).partition("\n")[0] or type(error).__name__


def line_in(error: ValueError) -> int | None:
    """Return the line that tomllib names at the end of its message (an attribute from 3.14 on)."""
    found = re.search(r"\(at line (\d+)", str(error))
    return int(found[1]) if found else None


UNSTORABLE = re.compile("[\0\ud800-\udfff]")
DEEPEST_TEXT = 20


def storable(value: Any, depth: int = 0) -> Any:
    r"""Drop what escapes such as ``\ud800`` and ``\0`` put into text and no database can hold."""
    if isinstance(value, str):
        return UNSTORABLE.sub("", value)
    if depth > DEEPEST_TEXT:  # also ends an alias that holds itself
        return None
    if isinstance(value, Mapping):
        return {storable(k, depth + 1): storable(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list):
        return [storable(item, depth + 1) for item in value]
    return value
