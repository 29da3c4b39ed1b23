"""What a template keeps and prints, and the indentation that MDX does not mean."""

from __future__ import annotations

import pytest

from bot.rendering.liquid import code_block, printed
from bot.rendering.templates import unindented


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{% capture x %}a *b*{% endcapture %}\n{{ x }} {{ y }}", "\na *b* {{ y }}"),
        ("{% set x %}a{% endset %}{{ x | safe }}", "a"),
        ("{% set x %}a{% endset %}\n{% set x %}b{% endset %}{{ x }}", "\nb"),
        ("{% set x %}never ends {{ x }}", "{% set x %}never ends {{ x }}"),
        ("{% raw %}{% set x %}a{% endset %}{% endraw %}", None),
        ("```\n{% set x %}a{% endset %}\n```\n{{ x }}", None),
        ("~~~\n{% set x %}a{% endset %}", None),
        ("{% set text %}a{% endset %}\n{% include 'box' %}", "\na"),
        ("{% include 'box' %}", None),
        ("{% set x %}\n{% include 'box' %}{% endset %}{{ x | highlight('js') }}", ""),
        ("{% set x %}a{% endset %}{{ x | npm }}{{ x | yarn }}", "a"),
    ],
)
def test_a_capture_is_printed_where_its_name_stands(template: str, text: str | None) -> None:
    assert printed(template) == (template if text is None else text)


def test_a_filter_that_colours_code_makes_it_code() -> None:
    template = (
        '{% set x %}{% raw %}\na < b\n\n{{ c }}\n{% endraw %}{% endset %}{{ x | highlight("js") }}'
    )
    assert printed(template) == code_block("a < b\n\n{{ c }}", "js")


def test_an_include_prints_the_code_captured_before_it() -> None:
    template = "{% set codeContent %}\na\n{% endset %}\n{% include 'snippet' %}\n"
    assert printed(template) == f"\n{code_block('a', '')}\n"


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
