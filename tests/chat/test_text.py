"""Text by other people says what it says and does nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from simcord.preview._markdown import markdown_tokens

from bot.chat import limits, text
from bot.rendering.escape import BREAK

ANYTHING = st.text(st.characters(), max_size=120)
# Text in which every other character means something to Discord.
SPICY_PIECES = (
    *"\\*_~`|<>[]()#-+:@&!./ 1a\n\t\u202e\u200bé",
    *("@everyone", "@here", "<@1>", "<@&2>", "<#3>", "</x:4>", "<t:0:R>", "<:e:5>", "<a:e:6>"),
    *("<id:home>", "https://x.example", "[a](https://b.example)", ":smile:", "||", "```"),
    *("-# ", "## ", "> ", ">>> ", "1. ", "- "),
)
SPICY = st.lists(st.sampled_from(SPICY_PIECES), max_size=12).map("".join)
TEXT = ANYTHING | SPICY

# Everybody that a mention might reach, so that the simulated Discord shows any that survives.
CONTEXT = {
    "users": {"1": "ada"},
    "roles": {"2": "team"},
    "channels": {"3": "general"},
    "commands": {"4": "x"},
    "emojis": {"5": {"name": "e"}, "6": {"name": "e", "animated": True}},
    "everyone": True,
}


def shown(markdown: str) -> str:
    """What the simulated Discord shows of text that nothing formats, without line breaks."""
    tr = []
    for block in markdown_tokens(markdown, "text_display", context=CONTEXT):
        assert block["type"] == "paragraph", block
        (line,) = block["children"]
        for token in line["children"]:
            assert token["type"] == "text", token
            tr.append(token["content"])
    return "".join(tr)


@given(TEXT)
@example("[a](https://b.example)")
@example("&lt;b&gt; &#64; &amp;amp;")
@example("1. one 2. two")
@example("1984) three")
@example("123456789. four")
@example("-# 0")
@example("---")
def test_any_text_is_shown_as_it_was_typed(typed: str) -> None:
    line = text.plain(typed, 1000)
    assert shown(text.escape(line)).replace(BREAK, "") == line


@given(SPICY)
def test_nothing_that_discord_reacts_to_is_left_without_a_backslash(typed: str) -> None:
    bare = re.sub(r"\\.", "¤", text.markdown(typed, 1000))
    assert not re.search(
        r"[*_~`|<\[\]]|^(?:#+|-#|[+-]|\d+[.)])(?:\s|$)|^>|://|:\w+:|@everyone|@here", bare
    ), bare


@given(TEXT, st.integers(0, 60))
def test_a_line_never_grows_beyond_its_limit(typed: str, limit: int) -> None:
    line = text.plain(typed, limit)
    assert limits.length(line) <= limit
    assert line.splitlines() in ([], [line])
    line.encode()  # no halves of surrogate pairs


@given(TEXT, TEXT)
def test_a_label_always_says_something(typed: str, otherwise: str) -> None:
    assert text.label(typed, 80, otherwise).strip()


@pytest.mark.parametrize("blank", ["", " \n", "\u200b", "\u3164", "\u2800\u00ad", "\ufe0f", "\x00"])
def test_invisible_text_is_no_text(blank: str) -> None:
    assert text.plain(blank, 80) == ""
    assert text.label(blank, 80, blank, "slug") == "slug"
    assert text.label(blank, 80) == "?"


@pytest.mark.parametrize(
    ("line", "limit", "cut"),
    [
        ("A walk in the garden", 20, "A walk in the garden"),
        ("A walk in the garden", 19, "A walk in the…"),
        ("A walk, then a rest", 8, "A walk…"),
        ("Donaudampfschiff", 8, "Donauda…"),
        ("👩‍👩‍👧 family", 4, "…"),
        ("ab👩‍👩‍👧", 7, "ab…"),
        ("cafe\u0301s", 5, "caf…"),
        ("日本語の記事です", 5, "日本語の…"),
        ("ab", 0, ""),
    ],
)
def test_a_line_is_cut_at_a_word_and_never_inside_a_character(
    line: str, limit: int, cut: str
) -> None:
    assert text.clip(line, limit) == cut


@pytest.mark.parametrize(
    ("title", "url", "markdown"),
    [
        ("Beds", "https://x.example/a", "[Beds](https://x.example/a)"),
        ("Beds [2]", "https://x.example/a", "[Beds (2)](https://x.example/a)"),
        ("A*b", "https://x.example/a_(b)", r"[A\*b](https://x.example/a_%28b%29)"),
        ("Käse", "https://käse.example/ä b", "[Käse](https://xn--kse-qla.example/%C3%A4%20b)"),
        ("Beds", None, "Beds"),
        ("Beds", "javascript:alert(1)", "Beds"),
        ("Beds", "https://x.example/" + "a" * 600, "Beds"),
        ("https://x.example", "https://y.example", r"https\://x.example"),
    ],
)
def test_a_title_leads_to_its_post_where_discord_can_show_that(
    title: str, url: str | None, markdown: str
) -> None:
    assert text.masked_link(title, url) == markdown


@given(TEXT)
def test_no_title_breaks_out_of_its_link(title: str) -> None:
    line = text.plain(title, 200)
    if not line or "://" in line:
        return
    (block,) = markdown_tokens(text.masked_link(line, "https://x.example/"), context=CONTEXT)
    (inline,) = block["children"]
    kinds = [token["type"] for token in inline["children"]]
    assert (kinds[0], kinds[-1]) == ("link_open", "link_close")
    assert set(kinds[1:-1]) <= {"text"}


@given(st.text(max_size=80) | SPICY)
def test_any_address_is_refused_or_becomes_plain_ascii(rest: str) -> None:
    url = text.web_url("https://" + rest, limits.BUTTON_URL)
    if url is not None:
        assert re.fullmatch(r"https?://[!#-'*-;=?-Z_a-z~]+|https?://\S*@?\[\S+", url), url


@given(st.lists(TEXT, max_size=5))
def test_a_tag_stays_within_its_box(tags: list[str]) -> None:
    line = text.chips(tags, 40)
    named = [tag for tag in tags if text.plain(tag, 40)]
    assert line.count("`") == 2 * len(named)
    assert "@everyone" not in line.lower()


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        ([("the ", False), ("soil", True), (" is", False)], "the **soil** is"),
        ([("a_b ", False), ("c*d", True)], r"a\_b **c\*d**"),
        ([("#", True), (" one", False)], "**#** one"),
        ([("1", True), (". one", False)], "**1**. one"),
        ([(":", False), ("smile", True), (":", False)], ":**smile**:"),
        ([(" ", True), ("one\n\ntwo", False)], "one two"),
        ([("\x02x\x03", False)], "x"),
    ],
)
def test_matching_words_are_bold_and_nothing_else(
    pieces: list[tuple[str, bool]], line: str
) -> None:
    assert text.bold(pieces) == line


@given(st.lists(st.tuples(TEXT, st.booleans()), max_size=6))
def test_any_snippet_is_safe(pieces: list[tuple[str, bool]]) -> None:
    bare = re.sub(r"\\.|\*\*", "¤", text.bold(pieces))
    assert not re.search(r"[*_~`|<\[\]]|^(?:#+|-#|[+-])(?:\s|$)|^>|://|@everyone|@here", bare), bare


def test_a_snippet_is_cut_at_its_last_piece() -> None:
    pieces = [("one two ", False), ("three", True), (" four five six", False)]
    assert text.clip_pieces(pieces, 18) == [*pieces[:2], (" fou…", False)]
    assert text.clip_pieces(pieces, 13) == pieces[:2]


@pytest.mark.parametrize(("name", "risky"), [("c#", False), ("#go", True), ("a @b", True)])
def test_a_choice_is_not_completed_to_a_mention(name: str, risky: bool) -> None:
    assert text.is_mention_like(name) is risky
    assert not text.is_mention_like(text.without_mentions(name))
