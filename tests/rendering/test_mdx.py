"""Indentation in MDX says where an element is, not that a line is code."""

from __future__ import annotations

import pytest

from bot.rendering.mdx import unindented


@pytest.mark.parametrize(
    ("mdx", "markdown"),
    [
        ("plain\n    text\n", "plain\n    text\n"),
        ("<Tab>\n    text\n</Tab>\n    code\n", "<Tab>\n\ntext\n</Tab>\n    code\n"),
        ("<A>\n  <B>\n    x\n      y\n  </B>\n</A>\n", "<A>\n\n<B>\n\nx\n  y\n</B>\n</A>\n"),
        ("<A>\n  ```\n    <B>\n  ```\n</A>\n", "<A>\n\n```\n  <B>\n```\n</A>\n"),
        ("- item\n\n    <br>\n\n    more\n", "- item\n\n    <br>\n\n    more\n"),
        ("- a\n\n  <B>\n    x\n  </B>\n  c\n", "- a\n\n  <B>\n\n  x\n  </B>\n  c\n"),
        ("</A>\n  x\n", "</A>\n  x\n"),
    ],
)
def test_what_is_in_an_element_is_markdown_however_it_is_indented(mdx: str, markdown: str) -> None:
    assert unindented(mdx) == markdown
