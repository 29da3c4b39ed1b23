"""What stands in angle brackets is an element of HTML's or the author's word."""

from __future__ import annotations

import time

import pytest

from bot.blog.html import with_words


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("<p>Vec<T> grows</p>", "<p>Vec&lt;T> grows</p>"),
        ("Map<String, List<T>>", "Map&lt;String, List&lt;T>>"),
        ("List<Map<String, Integer>>", "List&lt;Map&lt;String, Integer>>"),
        ("a Vec<Label> of Time<Data>", "a Vec&lt;Label> of Time&lt;Data>"),
        ("std::vector<std::string>", "std::vector&lt;std::string>"),
        ("git switch <branch-name>", "git switch &lt;branch-name>"),
        ("a <InputAccessoryView /> here", "a &lt;InputAccessoryView /> here"),
        ("ends with </Foo>", "ends with &lt;/Foo>"),
        ("for (i<n; i++) <b>x</b>", "for (i&lt;n; i++) <b>x</b>"),
        ("ask <ann@example.org>", "ask &lt;ann@example.org>"),
        ("<T extends Node>", "&lt;T extends Node>"),
    ],
)
def test_an_unknown_name_is_a_word(markup: str, shown: str) -> None:
    assert with_words(markup) == shown


@pytest.mark.parametrize(
    "markup",
    [
        "<p>one<p>two<br>three<li>four",
        "<my-card>closed</my-card>",
        "<lite-video src=a>",
        "<!-- <T> --><P>x</P>",
        '<img alt="Vec<T>" src="a.png">',
        "<svg><g/><path d='M0'/><T/></svg>",
        "<math><mi>x</mi><mspace/></math>",
        "<Div>closed</Div> <Br> <P>x <LI>y",
        "<script>if (a<b) {}</script>",
        "<o:p/>word",
        "1 < 2 and 3 > 2",
    ],
)
def test_an_element_stays_one(markup: str) -> None:
    assert with_words(markup) == markup


def test_a_component_of_the_site_is_no_word() -> None:
    assert with_words("<Badge /> and Vec<T>", components=True) == "<Badge /> and Vec&lt;T>"


@pytest.mark.parametrize(
    "unit", ["<", "<a ", '<a b="', "<T>", "<!--", "<svg>", "</", "<T ", "<T '", '"<', "<T a=b "]
)
def test_a_megabyte_of_any_of_it_is_read_in_a_moment(unit: str) -> None:
    start = time.process_time()
    with_words(unit * (1_000_000 // len(unit)))
    assert time.process_time() - start < 10
