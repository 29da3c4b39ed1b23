"""What stands above a post's text."""

from __future__ import annotations

import re
from dataclasses import dataclass

import frontmatter

from bot.reading.formats import FORMATS, FrontMatterError

BLANK_LINES = re.compile(r"(?:[ \t]*\n)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontMatter:
    """A file, taken apart.

    Attributes:
        meta: the front matter with its keys in lower case; empty where there is none.
        head: the front matter as written, with its fences; empty where there is none.
        body: the text below it, indentation kept.
        first_line: the 1-based line of the file that ``head`` begins on.
        capitalised: the keys of ``meta`` that the author began with a capital.
    """

    meta: dict[str, object]
    head: str
    body: str
    first_line: int = 1
    capitalised: frozenset[str] = frozenset()

    @classmethod
    def of(cls, text: str) -> FrontMatter:
        """Take a file's text apart.

        Raises:
            FrontMatterError: there is front matter, but it cannot be understood; the
                line is counted within the file.
        """
        start = _end_of_blank_lines(text)
        top = text[start:] if start else text
        first_line = text.count("\n", 0, start) + 1
        handler = frontmatter.detect_format(top, FORMATS)
        if handler is None:
            return cls(meta={}, head="", body=text)
        try:
            block, body = handler.split(top)
        except FrontMatterError as error:
            raise _on_line(error, first_line) from None
        # The library gets the head alone: it would strip the indentation of the body.
        head = top[: len(top) - len(body)]
        try:
            loaded, _ = frontmatter.parse(head, handler=handler)
        except FrontMatterError as error:
            block_line = first_line + head.count("\n", 0, head.index(block))
            raise _on_line(error, block_line) from None
        keys = {str(key).strip(): value for key, value in loaded.items()}
        return cls(
            meta={key.lower(): value for key, value in keys.items()},
            head=head,
            body=body,
            first_line=first_line,
            capitalised=frozenset(key.lower() for key in keys if key[:1].isupper()),
        )

    def line_of(self, key: str) -> int | None:
        """Return the line of the file that gives ``key``, or None where it is not found."""
        pattern = rf"^[ \t\"'{{,]*(?:@def[ \t]+)?{re.escape(key)}[\"']?[ \t]*[:=]"
        found = re.search(pattern, self.head, re.MULTILINE | re.IGNORECASE)
        return found and self.first_line + self.head.count("\n", 0, found.start())


def _end_of_blank_lines(text: str) -> int:
    blank = BLANK_LINES.match(text)
    return blank.end() if blank else 0


def _on_line(error: FrontMatterError, first_line: int) -> FrontMatterError:
    """Count the error's line from the top of the file instead of ``first_line``."""
    line = None if error.line is None else error.line + first_line - 1
    return type(error)(error.reason, error.hint, line)
