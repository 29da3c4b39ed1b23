"""Search leads to the section that holds the words: where it begins, what it is called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.passages import passages_of
from bot.reading.plain import Syntax
from tests.reading.desk import ANY


def sections(body: str, title: str = "") -> list[tuple[str | None, str | None, str]]:
    return [
        (one.heading, one.anchor, one.text)
        for one in passages_of(body, title, Syntax.of(body, ANY))
    ]


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("Rain", [(None, None, "Rain")]),
        ("Rain\n## Wind\nblows", [(None, None, "Rain"), ("Wind", "wind", "blows")]),
        ("# It *rains* `now` ##\nx", [("It rains now", "it-rains-now", "x")]),
        ("### C#\nx", [("C#", "c", "x")]),
        ("Wind\n----\nblows", [("Wind", "wind", "blows")]),
        ("Much\nwind\n====", [("Much wind", "much-wind", "")]),
        ("# Rain\nwind\n---\nx", [("Rain", "rain", ""), ("wind", "wind", "x")]),
        ("Rain\n\n---\nfalls", [(None, None, "Rain\n\n\nfalls")]),
        ("- rain\n---\nfalls", [(None, None, "rain\n\nfalls")]),
        ("## Wind {#storm}\nx", [("Wind", "storm", "x")]),
        ("## Wind {/*storm*/}\nx", [("Wind", "storm", "x")]),
        ('<h2 class="a" id="storm">Wind</h2>\nx', [("Wind", "storm", "x")]),
        ("<p>Rain</p><h2>Wind</h2><p>x</p>", [(None, None, "Rain"), ("Wind", "wind", "x")]),
        ("## A\n1\n## A\n2", [("A", "a", "1"), ("A", "a-1", "2")]),
        ("##\nx", [(None, None, "x")]),
    ],
)  # fmt: skip
def test_a_heading_begins_a_section(body: str, found: list[tuple[str, str, str]]) -> None:
    assert sections(body) == found


@pytest.mark.parametrize(
    "body",
    [
        "```sh\n# no heading\n```", "~~~\n# no heading\n```\n# nor this", "    # no heading",
        "<pre>\n# no heading\n</pre>", "<!--\n# no heading\n-->", "#no heading",
        "####### no heading", "{% highlight sh %}\n# no heading\n{% endhighlight %}",
        "a\n> b\n> ```\n> # no heading\n> ```",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_heading_is_none(body: str) -> None:
    assert [one.heading for one in passages_of(body, "", Syntax(ANY))] == [None]


def test_code_that_is_closed_hides_no_more() -> None:
    assert sections("```\n# a\n```\n# b\nx")[-1] == ("b", "b", "x")
    assert sections("{{< highlight sh >}}\n# a\n{{< /highlight >}}\n# b\nx")[-1] == ("b", "b", "x")
    assert sections("{% highlight sh %} is never closed\n# b\nx")[-1] == ("b", "b", "x")


def test_the_title_is_no_section_of_its_own() -> None:
    assert sections("# Rain\nfalls\n## Rain\nagain", "Rain") == [
        (None, None, "falls"),
        (None, None, "again"),
    ]


@given(st.lists(st.sampled_from(["# a", "a", "---", "```", "<h2>a</h2>", "", "\x01", "> b"])))
def test_sections_cover_the_text(lines: list[str]) -> None:
    found = passages_of("\n".join(lines), "", Syntax(ANY))
    assert all("\x01" not in one.text for one in found)
    letters = "".join((one.heading or "") + one.text for one in found)
    assert letters.count("b") == lines.count("> b")
    anchors = [one.anchor for one in found if one.anchor]
    assert len(anchors) == len(set(anchors))


def test_front_matter_that_a_template_keeps_is_no_heading() -> None:
    body = "{% set codeBlock %}\n---\ntags: x\n---\n{% endset %}\n\n## a\n\nb"
    assert [heading for heading, _, _ in sections(body)] == [None, "a"]


def test_a_comment_over_headings_takes_no_section_from_its_place() -> None:
    body = "a\n\n{# b\n\n## c\n\nd #}\n\n## e\n\nf"
    assert sections(body)[-1] == ("e", "e", "f")
