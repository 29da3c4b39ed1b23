"""Whatever a model writes, readers see claims with numbers, and nothing that acts."""

from __future__ import annotations

import re
import string
import time
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.ask.answer import MAX_CHARACTERS, MAX_MODEL_CHARACTERS, check, is_no_answer
from bot.ask.asker import ModelAsker
from bot.blog.question import Answer, Citation, Source
from tests.ask.library import post_of
from tests.rendering.discord import kinds

PASSAGES = (
    "The lamp is dimmable.\nIt takes 5 volts.\n\npip install lamp\nlamp --on",
    "A dimmer [1] must fit the lamp. Turn it slowly.",
)
CORPUS = (Path(__file__).parent / "injections.txt").read_text(encoding="utf-8")
ACTING = {"mention", "spoiler", "timestamp", "custom_emoji", "link", "url", "heading", "subtext"}
ADDRESS = re.compile(r"(?i)[a-z][a-z0-9+.-]*://|www\.|mailto:|discord\.gg/\w|evil|b\u00f6se\.ex")


def injections() -> list[tuple[str, str]]:
    """Names and texts of the corpus."""
    parts = re.split(r"(?m)^# (.*)\n(?=.)", CORPUS.partition("\n\n")[2])
    return [(name, text.strip()) for name, text in zip(parts[1::2], parts[2::2], strict=True)]


def whole(answer: Answer) -> str:
    """The answer as one text of Discord's Markdown, with safe marks for the numbers."""
    return "".join("\u2460" if isinstance(p, Citation) else p for p in answer.pieces)


def assert_harmless(answer: Answer) -> None:
    text = whole(answer)
    assert kinds(text).isdisjoint(ACTING), text
    assert not re.search(r"@(everyone|here)", text)
    assert text.count("```") % 2 == 0
    assert set(answer.cited) <= {1, 2}
    assert answer.cited
    assert len(answer.text) <= MAX_CHARACTERS
    for block in re.split(r"\n\n|\n(?=- |\d+\. )", re.sub(r"```.*?```", "", text, flags=re.DOTALL)):
        assert "\u2460" in block or not block.strip(), f"a claim without a number: {block!r}"


def test_the_corpus_is_as_large_as_it_says() -> None:
    assert len(injections()) >= 70


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in injections()])
def test_an_obedient_model_does_no_harm(text: str) -> None:
    answer = check(text, PASSAGES)
    if answer is None:
        return
    assert_harmless(answer)
    assert not ADDRESS.search(whole(answer).replace("steam", "")), whole(answer)
    assert "token" not in whole(answer).lower()


@pytest.mark.parametrize(
    "name", ["answer BANANA", "a fake passage", "number nought and a large one", "Spanish"]
)
def test_what_names_no_passage_is_not_shown(name: str) -> None:
    assert check(dict(injections())[name], PASSAGES) is None


@pytest.mark.parametrize(
    ("text", "shown", "cited"),
    [
        ("It is dimmable [1].", "It is dimmable [1].", (1,)),
        ("**Dim** it [1] or not [2].", "**Dim** it [1] or not [2].", (1, 2)),
        ("Both [1, 2].", "Both [1][2].", (1, 2)),
        ("Both [1][2] and [7].", "Both [1][2] and .", (1, 2)),
        ("So \u30102\u2020source\u3011.", "So [2].", (2,)),
        ("Run `pip install lamp` [^1].", "Run `pip install lamp` [1].", (1,)),
        ("First [1]. Second without.", "First [1].", (1,)),
        ("Without. With [2].", "With [2].", (2,)),
        ("With [1]. Without! With [2]?", "With [1]. With [2]?", (1, 2)),
        ("It dims. [1] It shines. [2]", "It dims. [1] It shines. [2]", (1, 2)),
        ("It dims.[1][2] Not so. It shines.[2]", "It dims.[1][2] It shines.[2]", (1, 2)),
        ("Use e.g. a dimmer, cf. Dr. Lux [2].", "Use e.g. a dimmer, cf. Dr. Lux [2].", (2,)),
        ("Nimm z. B. Lampen [1]. Oder nicht.", "Nimm z. B. Lampen [1].", (1,)),
        ("It takes 5.5 volts in v1.2 [1].", "It takes 5.5 volts in v1.2 [1].", (1,)),
        ("Set `a. B` first [1]. Then `c. D`.", "Set `a. B` first [1].", (1,)),
        ("**It dims. It shines [1].** So.", "It shines [1].", (1,)),
        ("**Dims?** It does [1].", "It does [1].", (1,)),
        ("He said \u201cit dims.\u201d [1] So.", "He said \u201cit dims.\u201d [1]", (1,)),
        ("明るい。暗い [1]。安い。［２］", "暗い [1]。安い。[2]", (1, 2)),
        ("| Lamp | Volts |\n|:--|--:|\n| brass | 5 [1] |", "- brass \u00b7 5 [1]", (1,)),
        ("[1] says it dims.", "[1] says it dims.", (1,)),
        ("- one [1]\n- two\n- three [2]", "- one [1]\n- three [2]", (1, 2)),
        ("1. one [1]\n2. two [2]", "1. one [1]\n2. two [2]", (1, 2)),
        ("# Title\n\nText [1].", "Text [1].", (1,)),
        ("> quoted [1].", "quoted [1].", (1,)),
        ("Use a_b_c and 2 < 3 [1].", r"Use a\_b\_c and 2 \< 3 [1].", (1,)),
        ("明るさ [1]。別の話。", "明るさ [1]。", (1,)),
        ("Run:\n\n```sh\npip install lamp\n```", None, ()),
        ("Run [1]:\n```sh\nlamp --on\n```", "Run [1]:\n\n```\nlamp --on\n```", (1,)),
        ("An [odd] bracket [1].", r"An \[odd\] bracket [1].", (1,)),
        ("", None, ()),
        ("[1]", None, ()),
        ("\ue0001\ue001 forged", None, ()),
    ],
)  # fmt: skip
def test_what_is_kept(text: str, shown: str | None, cited: tuple[int, ...]) -> None:
    answer = check(text, PASSAGES)
    assert (answer.text if answer else None) == shown
    assert (answer.cited if answer else ()) == cited


SENTENCES = st.tuples(
    st.lists(st.sampled_from(["lamp", "dims", "brass", "five", "volts"]), min_size=2, max_size=5),
    st.sampled_from([None, 1, 2]),
    st.sampled_from([".", "!", "?"]),
    st.booleans(),
)


@given(st.lists(SENTENCES, min_size=1, max_size=8))
def test_only_sentences_with_a_number_are_kept(
    sentences: list[tuple[list[str], int | None, str, bool]],
) -> None:
    written, kept = [], []
    for words, number, end, is_before in sentences:
        text = " ".join(words).capitalize()
        mark = f" [{number}]" if number else ""
        sentence = f"{text}{mark}{end}" if is_before else f"{text}{end}{mark}"
        written.append(sentence)
        if number:
            kept.append(sentence)
    answer = check(" ".join(written), PASSAGES)
    assert (answer.text if answer else "") == " ".join(kept)


def test_a_long_answer_ends_with_a_number() -> None:
    many = check(
        "\n\n".join(f"Claim {n} of many words that go on [1]." for n in range(99)), PASSAGES
    )
    long = check("word " * 900 + "[2].", PASSAGES)
    middle = check("word " * 90 + "[1] " + "word " * 900 + "[2].", PASSAGES)
    for answer in (many, long, middle):
        assert answer is not None
        assert_harmless(answer)
        assert MAX_CHARACTERS // 6 < len(answer.text) <= MAX_CHARACTERS


TRICKS = (
    "[", "]", "(", ")", "[1]", "[2]", "[3]", "[x](https://a.example)", "![x](//b.example)", "<@1>",
    "https://c.example", "<#1>", "@everyone", "<t:1>", "</a:1>", "<b>", "`x`", "`", "```", "~~~",
    "**", "*", "_", "||", ">", ">>>", "#", "-#", "-", "1.", "|", "\\", "\\[", "\u3010",
    "\u30101\u3011", ".", "!", "discord.gg/x", "\u200b", "\ue000", "\ue001", "words", "http",
    "s://", "://", "www.", ":", "/", "<", "\n", "\n\n", " ",
)  # fmt: skip


@given(st.lists(st.sampled_from(TRICKS) | st.text(max_size=6), max_size=30).map("".join))
@example("[1] https:[x](/)/evil.example")
@example("ht<b>tps://evil.example [1]")
@example("`a [1]` ``b")
@example("[1] *`*")
@example("**a `b** c` [1]")
@example("`@everyone` [1]")
@example("[1] ```\npip install @everyone\n```")
@example("[1] **" + "a" * 1790 + " [1]** [2]")
def test_no_text_acts(text: str) -> None:
    answer = check(text, PASSAGES)
    if answer is not None:
        assert_harmless(answer)


@given(
    st.lists(st.sampled_from([*TRICKS, *(text for _, text in injections())]), max_size=12).map(
        "".join
    ),
    st.integers(0, 2_000),
)
def test_nothing_acts_while_an_answer_is_under_way(text: str, arrived: int) -> None:
    """Wherever the stream is at the moment."""
    sources = [
        Source(number=number, post=post_of("lamp.md"), heading=None, section=None, text=text)
        for number, text in enumerate(PASSAGES, start=1)
    ]
    partial = ModelAsker.partial(text[:arrived], sources)
    if partial is not None:
        assert_harmless(partial.answer)


@pytest.mark.parametrize(
    "text", ["NO ANSWER", "no answer.", "**NO ANSWER**", "\u200bNO ANSWER\n\nmore"]
)
def test_a_model_may_have_no_answer(text: str) -> None:
    assert is_no_answer(text)


def test_an_answer_that_mentions_the_words_is_one() -> None:
    assert not is_no_answer("There is no answer to that [1].")


RUNS = [
    *string.punctuation,
    *(f"a{mark}" for mark in string.punctuation),
    *(f"**{mark}" for mark in string.punctuation),
    *("[1]. ", "[1", "<a", "![", "](", "\n- ", "\n> ", "\n|", "\n```\n"),
]


@pytest.mark.parametrize("run", RUNS)
def test_an_answer_of_any_run_is_checked_at_once(run: str) -> None:
    text = (run * MAX_MODEL_CHARACTERS)[:MAX_MODEL_CHARACTERS]
    before = time.process_time()
    check(f"{text} [1].", ["Tea is hot."])
    assert time.process_time() - before < 1, "seconds; it takes a twentieth"


def test_a_range_of_numbers_names_each_passage_in_it() -> None:
    for text in ("Warm [1-2].", "Warm [1 \u2013 2].", "Warm [0-999]."):
        found = check(text, PASSAGES)
        assert found is not None
        assert found.cited == (1, 2)
    assert check("Warm [2-1]. Warm [3-9].", PASSAGES) is None
