"""A line of Markdown, read from left to right in columns."""

from __future__ import annotations

# Tab stops, and the indentation that makes a line code:
# https://spec.commonmark.org/0.31.2/#tabs, https://spec.commonmark.org/0.31.2/#indented-code-blocks
TAB = 4
CODE_INDENT = 4


class Line:
    """One line and how far it has been read, with tab stops of four columns."""

    __slots__ = ("column", "offset", "pending", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.offset = 0
        self.column = 0
        self.pending = 0  # columns left of a tab that was read in part

    def indent(self) -> int:
        """Columns of white space that come next."""
        column, offset = self.column + self.pending, self.offset
        for character in self.text[offset:]:
            if character == " ":
                column += 1
            elif character == "\t":
                column += TAB - column % TAB
            else:
                break
        return column - self.column

    def skip(self, columns: int) -> None:
        """Read past ``columns`` of white space, which must be there."""
        while columns > 0:
            if self.pending:
                taken = min(columns, self.pending)
                self.pending -= taken
                self.column += taken
                columns -= taken
                continue
            if self.offset >= len(self.text):
                return
            if self.text[self.offset] == "\t":
                self.pending = TAB - self.column % TAB
                self.offset += 1
                continue
            self.offset += 1
            self.column += 1
            columns -= 1

    def eat(self, characters: int) -> None:
        """Read past characters that are no white space."""
        self.offset += characters
        self.column += characters

    def skip_indent(self) -> None:
        """Read past all white space."""
        self.skip(self.indent())

    @property
    def rest(self) -> str:
        """What has not been read."""
        return " " * self.pending + self.text[self.offset :]

    @property
    def is_blank(self) -> bool:
        """Whether nothing but white space is left."""
        return not self.text[self.offset :].strip()
