"""Summaries are one paragraph of plain text, whatever the body is made of."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.dialect import PLAIN
from bot.reading.excerpt import AUTHOR_LIMIT, LEAD_LIMIT, excerpt, summary_of
from bot.reading.front_matter import Fields, FrontMatter
from bot.reading.plain import Syntax, cut, plain
from tests.reading.desk import ANY, read_post

NO_MARKS = Syntax(PLAIN)


def syntax(body: str) -> Syntax:
    return Syntax.of(body, ANY)


def cases() -> list[tuple[str, str, str]]:
    """Return title, body and summary of every case: parts end at lines of a single dot."""
    parts = f"\n{Path(__file__).with_name('excerpts.txt').read_text(encoding='utf-8')}".split(
        "\n.\n"
    )
    found, title = [], parts[0].strip()
    for body, rest in zip(parts[1::2], parts[2::2], strict=True):
        summary, _, following = rest.partition("\n")
        found.append((title, body, summary))
        title = following.strip()
    return found


@pytest.mark.parametrize(("title", "body", "summary"), cases(), ids=lambda value: value[:40])
def test_excerpts(title: str, body: str, summary: str) -> None:
    assert excerpt(body, syntax(body)) == summary, title


@pytest.mark.parametrize(
    "key",
    ["description", "summary", "excerpt", "meta_description", "subtitle", "teaser", "share_text",
     "spoiler", "Description"],
)  # fmt: skip
def test_the_authors_summary_wins(key: str) -> None:
    text = f"---\n{key}: It *rained* &amp; [poured](/x)\n---\nThe first paragraph."
    assert read_post(text).summary == "It rained & poured"


def test_an_empty_summary_does_not_win() -> None:
    assert read_post("---\ndescription: ''\nsummary: '  '\n---\nIt rained.").summary == "It rained."


def test_the_sites_own_marker_is_known() -> None:
    text = "---\nexcerpt_separator: <!--cut-->\n---\nOne.\n\nTwo.\n\n<!--cut-->\n\nThree."
    assert read_post(text).summary == "One. Two."


def test_a_long_paragraph_is_cut_after_a_word() -> None:
    summary = excerpt("Rain, rain " * 100, NO_MARKS)
    assert len(summary) <= LEAD_LIMIT
    assert summary.endswith("rain…")


def test_text_without_spaces_is_cut_too() -> None:
    summary = excerpt("雨" * 1000, NO_MARKS)
    assert len(summary) == LEAD_LIMIT
    assert summary.endswith("雨…")


def test_a_cut_takes_no_character_apart() -> None:
    family = "👩\u200d👩\u200d👧"
    assert cut(f"{'a' * 20}{family}", 22) == "a" * 20 + "…"
    assert cut("e\u0301" * 10, 10) == "e\u0301" * 4 + "…"


def test_a_long_lead_in_of_markup_does_not_hide_the_text() -> None:
    drawing = "<svg>" + "<path d='M 0 0 L 1 1'/>\n" * 1_500 + "</svg>\n\n"
    assert excerpt(drawing + "It rained.", NO_MARKS) == "It rained."


MARKUP = st.text(
    alphabet=st.sampled_from("ab *_`~=[](){}<>!#|-+:&;\\/\"'%^$\n\r\t\u200d\u0301\ufeff日é@1."),
    max_size=300,
)


@given(MARKUP | st.text())
def test_any_body_gives_one_line_within_the_limit(body: str) -> None:
    summary = excerpt(body, syntax(body))
    assert len(summary) <= AUTHOR_LIMIT
    assert summary == " ".join(summary.split())
    assert "\0" not in summary


@given(st.text(alphabet=st.characters(categories=["L", "N", "Zs"]), max_size=600))
def test_words_alone_stay_as_they_are(text: str) -> None:
    assert plain(text) == " ".join(text.split())


@given(st.text(), st.integers(min_value=5, max_value=50))
def test_a_cut_keeps_the_beginning(text: str, limit: int) -> None:
    short = cut(text, limit)
    assert len(short) <= limit
    assert text.startswith(short.removesuffix("…"))


def test_a_summary_that_the_site_gives_to_all_posts_sums_up_none() -> None:
    front_matter = FrontMatter.of("---\ntitle: x\n---\nIts text.")
    shared = {"description": "About everything", **front_matter.meta}
    fields = Fields("x.md", front_matter, shared)
    assert summary_of(fields, front_matter.body, NO_MARKS) == "Its text."
    own = FrontMatter.of("---\ndescription: About rain\n---\nIts text.")
    fields = Fields("x.md", own, {"description": "About everything", **own.meta})
    assert summary_of(fields, own.body, NO_MARKS) == "About rain"
