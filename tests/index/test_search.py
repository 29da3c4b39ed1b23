"""Full-text search: whatever is typed finds what it says, or nothing, and never fails."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
import unicodedata
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blog.library import Hit
from bot.index import search
from bot.index.fts_text import _without_token, pieces, readable, searchable
from bot.index.index import Index
from bot.index.query import Query
from tests.index.blog import PlainReader, blog
from tests.index.conftest import Fill


def paths(hits: Sequence[Hit]) -> list[str]:
    return [hit.post.path for hit in hits]


async def test_a_word_in_the_title_counts_more_than_many_in_the_text(library: Fill) -> None:
    index = await library(
        {
            "body.md": "title: Drinks\n\ncoffee, coffee and coffee, with coffee",
            "tag.md": "title: More drinks\ntags: coffee\n\nand so on and on and on",
            "title.md": "title: Coffee\n\nand so on and on and on",
        }
    )
    assert paths(await index.search("coffee")) == ["title.md", "tag.md", "body.md"]


async def test_all_words_must_occur_and_the_last_may_be_begun(library: Fill) -> None:
    index = await library({"a.md": "\ngreen tea leaves", "b.md": "\ngreen apples"})
    assert paths(await index.search("tea green")) == ["a.md"]
    assert paths(await index.search("green app")) == ["b.md"]
    assert await index.count_hits("green") == 2


async def test_where_no_post_holds_all_words_the_nearest_are_shown(library: Fill) -> None:
    index = await library(
        {"a.md": "\ngreen tea", "b.md": "\nred apples", "c.md": "\ngreen leaves of trees"}
    )
    assert set(paths(await index.search("green apples trees"))) == {"a.md", "b.md", "c.md"}
    assert await index.count_hits("green apples trees") == 3
    assert await index.search("green leaves", limit=5, offset=9) == []
    assert await index.search("bicycle") == []


async def test_of_three_words_a_title_and_tags_may_lack_one(library: Fill) -> None:
    index = await library(
        {
            **{f"{i}.md": "\nwhat makes these red apples sour" for i in range(3)},
            "title.md": "title: Sour apples\n\nnothing more",
            "tag.md": "title: Sourness\ntags: apples, sour\n\nnothing more",
            "text.md": "title: Fruit\n\nsour apples",
        }
    )
    found = paths(await index.search("what makes apples sour"))
    assert found[0] == "title.md"
    assert set(found) == {"title.md", "tag.md", "0.md", "1.md", "2.md"}
    assert await index.count_hits("what makes apples sour") == len(found)
    assert "title.md" not in paths(await index.search('makes "apples sour" these'))


async def test_where_hardly_any_post_holds_all_of_many_words_others_follow(library: Fill) -> None:
    index = await library(
        {
            "all.md": "\ngreen apples from trees",
            "most.md": "\ngreen leaves of trees",
            "one.md": "\ntrees",
            **{f"{i}.md": "\nsomething else" for i in range(9)},
        }
    )
    found = paths(await index.search("green apples trees"))
    assert found == ["all.md", "most.md", "one.md"]
    assert paths(await index.search("green apples")) == ["all.md"], "two words are meant"


async def test_small_words_need_not_stand_in_the_answer(library: Fill) -> None:
    index = await library({"a.md": "\nmake tea green", "b.md": "\nto be or not to be"})
    assert paths(await index.search("how do I make green tea")) == ["a.md"]
    assert paths(await index.search("to be or not to be")) == ["b.md"]
    assert paths(await index.search('"or not"')) == ["b.md"]


FLAGS = {
    "wsl.md": "\nTo stop it, run wsl --shutdown in a shell.",
    "dry.md": "\nUse --dry-run first; then git push -v; tar -xvf x.tar.",
    "other.md": "\nNothing about wsl or git push here, v or xvf or tar.",
    "pods.md": "\nkubectl get pods --all-namespaces -o wide",
}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("wsl --shutdown", ["wsl.md"]),
        ("--dry-run", ["dry.md"]),
        ("-xvf", ["dry.md", "other.md"]),
        ('"wsl --shutdown"', ["wsl.md"]),
        ("push -v", ["dry.md", "other.md"]),
        ("tar -xvf", ["dry.md", "other.md"]),
        ("get pods -o wide", ["pods.md"]),
        ("kubectl -o", ["pods.md"]),
        ("wsl -shell", ["other.md"]),
        ("git-push wsl", ["other.md"]),
        ("wsl -5", ["other.md", "wsl.md"]),
    ],
)
async def test_a_dash_excludes_a_word_unless_it_is_a_flag(
    library: Fill, query: str, found: list[str]
) -> None:
    index = await library(FLAGS)
    assert sorted(paths(await index.search(query))) == found
    excluded = await index.exclusion(query)
    assert (excluded and excluded.words) == (("shell",) if "-shell" in query else None)


async def test_what_was_excluded_can_be_included(library: Fill) -> None:
    index = await library({"a.md": "\ngreen tea", "b.md": "\ngreen black tea"})
    for query, words, included in (
        ("green -black", ("black",), "green black"),
        ('green -"black tea" -red', ("black tea", "red"), 'green "black tea" red'),
        ("tea -green-black", ("green-black",), "tea green-black"),
    ):
        exclusion = await index.exclusion(query)
        assert exclusion is not None
        assert (exclusion.words, exclusion.query) == (words, included)
        assert await index.exclusion(included) is None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("how can I make my own green tea at home?", "own home green tea"),
        ("What's the best way to use it?", "what's the best way to use it"),
        ("wie kann ich grünen Tee machen", "machen grünen tee"),
        ("¿Cómo puedo preparar el té verde?", "preparar té verde"),
        ("comment est-ce que je fais du thé vert", "fais thé vert"),
        ("как мне заварить зелёный чай", "заварить зеленый чай"),
        ("die hard", "hard to die"),
    ],
)
async def test_a_question_is_asked_by_the_words_that_tell(
    library: Fill, question: str, text: str
) -> None:
    index = await library({"a.md": f"\n{text}", "b.md": "\nnothing", "c.md": "\nelse"})
    assert paths(await index.search(question)) == ["a.md"]


async def test_of_posts_with_some_of_the_words_those_named_by_the_rare_ones_come_first(
    library: Fill,
) -> None:
    long = "water fields with pumps. " * 40
    index = await library(
        {
            **{f"{i}.md": f"title: Fields {i}\n\n{long}" for i in range(5)},
            "tea.md": "title: The samovar\n\nIt boils.",
        }
    )
    hits = await index.search("water from a samovar for pumps and dragons")
    assert "tea.md" in paths(hits)[:2]
    pages = [
        paths(await index.search("water samovar dragons", limit=2, offset=n)) for n in (0, 2, 4)
    ]
    whole = paths(await index.search("water samovar dragons", limit=9))
    assert [path for page in pages for path in page] == whole
    assert len(set(whole)) == 6


PROSE = {
    "auth.md": "\nEvery token of a session has permissions, which systemd knows nothing of.",
    "site.md": "title: The front matter\n\nA page compiles to WebAssembly, says its front matter.",
    "de.md": "language: de\n\nDie Speicherverwaltung ist kompliziert.",
}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("tokne", "token"),
        ("sytsemd", "systemd"),
        ("persmissions", "permissions"),
        ("pemrissions", "permissions"),
        ("Frontmatter", "Front matter"),
        ("frontmatter page", "front matter page"),
        ("web assembly", "webassembly"),
        ("speicherverwaltnug", "Speicherverwaltung"),
        ("every tokne of", "every token of"),
        ("zzzzzzz", None),
        ("tkoenx", None),
    ],
)
async def test_a_typo_is_put_right_by_any_word_of_the_blog(
    library: Fill, typed: str, meant: str | None
) -> None:
    index = await library(PROSE)
    assert await index.correction(typed) == meant
    assert await index.search(typed) == []
    if meant:
        assert await index.search(meant)


@pytest.mark.parametrize(
    ("source", "meant"), [("\nAll tokens of it", "tokens"), ("title: All tokens\n\nText", "token")]
)
async def test_a_typo_of_what_there_are_several_of_is_put_right(
    library: Fill, source: str, meant: str
) -> None:
    index = await library({"a.md": source})
    assert await index.correction("tokne") == meant


async def test_a_search_that_finds_something_is_suggested_though_nothing_completes_it(
    library: Fill,
) -> None:
    index = await library(PROSE)
    assert await index.suggest_searches("session  permiss") == ["session permiss"]
    assert await index.suggest_searches("session elephant") == []


async def test_english_words_are_found_in_other_forms(library: Fill) -> None:
    index = await library({"a.md": "\nshe deploys containers"})
    for query in ("deploying", "container", '"deployed containers"'):
        assert paths(await index.search(query)) == ["a.md"], query


async def test_operators_narrow_a_search_down(library: Fill) -> None:
    index = await library(
        {
            "a.md": "date: 2021-05-03\ntags: Web Dev, fly\n\nrain in spring",
            "b.md": "date: 2022-11-30\ntags: fly\n\nrain in autumn",
            "c.md": "date: 2023-01-02\nauthors: Zoé Ash\n\nrain and snow",
            "d.md": "\nrain, undated",
        }
    )
    for query, found in {
        "rain tag:fly": {"a.md", "b.md"},
        'tag:"web  dev" rain': {"a.md"},
        "rain -tag:fly": {"c.md", "d.md"},
        "rain -snow": {"a.md", "b.md", "d.md"},
        'rain -"in autumn" TAG:Fly': {"a.md"},
        "-snow -undated": {"c.md"},
        "rain after:2022": {"b.md", "c.md"},
        "rain after:2021-5 before:2022-12": {"a.md", "b.md"},
        "before:2022": {"a.md"},
        "after:2023-01-02": {"c.md"},
        "author:zoe": {"c.md"},
        "author:ZOÉ snow": {"c.md"},
        "tag:none rain": set(),
    }.items():
        hits = await index.search(query)
        assert set(paths(hits)) == found, query
        assert await index.count_hits(query) == len(found), query


async def test_what_is_no_operator_after_all_is_words(library: Fill) -> None:
    index = await library({"a.md": "\nlooking after: soon, before: lunch, e-mail -1"})
    for query in ("after:soon", "before:lunch", "e-mail", "after:"):
        assert paths(await index.search(query)) == ["a.md"], query


async def test_signs_tell_one_language_from_another(library: Fill) -> None:
    index = await library(
        {"a.md": "\nI write C++17 and C++.", "b.md": "\nplain c", "d.md": "\nC# on .NET, node.js"}
    )
    assert paths(await index.search("c++")) == ["a.md"]
    assert paths(await index.search("C#")) == ["d.md"]
    assert paths(await index.search(".NET")) == ["d.md"]
    assert paths(await index.search("node.js")) == ["d.md"]
    (hit,) = await index.search("c++")
    assert "".join(piece for piece, _ in hit.snippet) == "I write C++17 and C++."


LONG = """title: Rain

It falls.
# Where it falls
On hills and roofs.
# What to wear
A coat, a hat, and boots for deep puddles.
# Where it falls
Into the sea.
"""


async def test_a_hit_names_the_section_that_answers(library: Fill) -> None:
    index = await library({"a.md": LONG})
    for query, section in {
        "puddles": ("What to wear", "what-to-wear"),
        "what to wear": ("What to wear", "what-to-wear"),
        "rain falls sea": ("Where it falls", "where-it-falls-1"),
        "coat boots roofs": ("What to wear", "what-to-wear"),
        "rain": (None, None),
    }.items():
        (hit,) = await index.search(query)
        assert (hit.heading, hit.section) == section, query
    (hit,) = await index.search("boots")
    assert hit.snippet == (
        ("A coat, a hat, and ", False),
        ("boots", True),
        (" for deep puddles.", False),
    )


async def test_a_typo_is_put_right_where_nothing_is_found(library: Fill) -> None:
    index = await library({"a.md": "title: Kubernetes at home\n\nsome text about clusters"})
    assert await index.correction("kubrenetes") == "kubernetes"
    assert await index.correction("kuberentes clusters") == "kubernetes clusters"
    assert await index.search("kuberentes clusters") == [], "so that the correction is offered"
    for query in ("kubernetes", "zebra", "", "🎉", "tag:kubernets"):
        assert await index.correction(query) is None, query


async def test_titles_headings_and_tags_are_offered_while_typing(library: Fill) -> None:
    index = await library(
        {
            "a.md": "title: Fly by night\ntags: Flying, fly fishing\n\n# How to fly\nx",
            "b.md": "title: On flies\n\n# Wings\nx",
            "c.md": "title: A draft on flight\ndraft: yes\n\nx",
        }
    )
    assert await index.suggest_searches("fl") == [
        "Fly by night", 'tag:"fly fishing"', "tag:Flying", "On flies", "How to fly",
    ]  # fmt: skip
    assert await index.suggest_searches("HOW to f") == ["How to fly"]
    assert await index.suggest_searches("w", limit=1) == ["Wings"]
    assert await index.suggest_searches("tag:fly") == ['tag:"fly fishing"', "tag:Flying"]
    assert await index.suggest_searches("") == []


async def test_quoted_words_must_stand_together(library: Fill) -> None:
    index = await library({"a.md": "\ngreen tea", "b.md": "\ntea, green"})
    assert paths(await index.search('"green tea"')) == ["a.md"]
    assert await index.search('"green te"') == []
    assert paths(await index.search('"green tea')) == ["a.md", "b.md"], "not closed: plain words"


async def test_accents_and_case_do_not_matter(library: Fill) -> None:
    index = await library({"a.md": "\nCafé in Łódź, Ångström"})
    for query in ("CAFE", "café", "angstrom"):
        assert paths(await index.search(query)) == ["a.md"], query


async def test_chinese_japanese_and_korean_are_found_inside_a_run(library: Fill) -> None:
    index = await library(
        {
            "ja.md": "title: 日本語のブログ\n\n今日は東京で良い天気です。",
            "zh.md": "title: 中文\n\n我们今天去北京，天气很好。",
            "ko.md": "title: 한국어\n\n오늘은 날씨가 좋습니다",
            "mixed.md": "title: Mixed\n\nPython入門です",
        }
    )
    for query, found in {
        "天気": "ja.md", "東京で良い": "ja.md", "本語": "ja.md", "北京": "zh.md", "날씨": "ko.md",
        "python": "mixed.md", "入門": "mixed.md",
    }.items():  # fmt: skip
        assert paths(await index.search(query)) == [found], query
    assert await index.search("京東") == [], "the characters must stand together"


CJK = st.text(alphabet="日本語のブログ한국어날씨々、。ab 1", max_size=12)


@given(
    st.lists(CJK, min_size=1, max_size=5),
    st.text(alphabet="日本語のブログ한국어날씨々", min_size=1),
)
@example(["々 々", "々、々", "a々b々"], "々々")
@example(["日。本", "日1本", "日本"], "日本")
def test_any_part_of_chinese_japanese_and_korean_is_found(texts: list[str], part: str) -> None:
    """Just what LIKE finds, with whatever number of characters, as decision 11 says."""

    async def ask(path: Path) -> None:
        async with Index(path) as index:
            posts = {f"{number}.md": f"title: x\n\n{text}" for number, text in enumerate(texts)}
            await index.sync(blog(posts), PlainReader())
            hits = await index.search(part, limit=9)
            assert set(paths(hits)) == {
                f"{number}.md" for number, text in enumerate(texts) if part in text
            }

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ask(Path(folder) / "index.db"))


async def test_characters_stand_together_over_the_end_of_a_line_alone(library: Fill) -> None:
    index = await library(
        {"a.md": "\n今日は東\n京です", "b.md": "\n今日は東\n\n京です", "c.md": "\n東 京です"}
    )
    assert paths(await index.search("東京")) == ["a.md"]
    assert set(paths(await index.search('"東 京"'))) == {"b.md", "c.md"}
    (hit,) = await index.search('"東 京で" -今日')
    assert "".join(text for text, _ in hit.snippet) == "東 京です"


async def test_a_snippet_marks_the_words_that_match(library: Fill) -> None:
    long = "word " * 100
    index = await library({"a.md": f"title: T\n\n{long} a needle here {long}"})
    (hit,) = await index.search("needle")
    assert ("needle", True) in hit.snippet
    text = "".join(piece for piece, _ in hit.snippet)
    assert " a needle here " in text
    assert len(text) < 300


async def test_a_snippet_of_japanese_is_as_the_author_wrote_it(library: Fill) -> None:
    index = await library({"a.md": "\n今日は東京で良い天気です。"})
    (hit,) = await index.search("東京")
    assert hit.snippet == (("今日は", False), ("東京", True), ("で良い天気です。", False))


async def test_a_match_in_the_title_alone_still_marks_something(library: Fill) -> None:
    index = await library({"a.md": "title: Needlework\n\nsome text"})
    (hit,) = await index.search("needlework")
    assert hit.snippet == (("Needlework", True),)


async def test_hits_come_in_pages_that_neither_repeat_nor_skip(library: Fill) -> None:
    index = await library({f"{i:02}.md": "\nthe same words" for i in range(25)})
    pages = [paths(await index.search("same", limit=10, offset=at)) for at in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert [path for page in pages for path in page] == [f"{i:02}.md" for i in range(25)]
    assert await index.count_hits("same") == 25


async def test_where_very_many_match_the_likeliest_come_first_and_none_is_missed(
    library: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY", 10)
    monkeypatch.setattr(search, "CANDIDATES", 4)
    index = await library(
        {
            **{f"{i:02}.md": f"date: 2020-01-{i + 1:02}\n\nrain again" for i in range(20)},
            "often.md": "date: 2000-01-01\n\nrain, rain, rain, rain, rain",
            "tag.md": "date: 2000-01-02\ntags: rain\n\nno more",
            "title.md": "date: 2000-01-03\ntitle: Rain\n\nno more",
        }
    )
    pages = [paths(await index.search("rain", limit=5, offset=at)) for at in range(0, 30, 5)]
    found = [path for page in pages for path in page]
    assert found[:2] == ["title.md", "tag.md"]
    assert set(found[2:6]) == {"19.md", "18.md", "17.md", "16.md"}, "the newest"
    assert found[6:] == [*(f"{i:02}.md" for i in reversed(range(16))), "often.md"]
    assert await index.count_hits("rain") == len(found) == len(set(found))


async def test_of_any_words_the_rarest_tell_where_to_look(
    library: Fill, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "MANY", 10)
    monkeypatch.setattr(search, "CANDIDATES", 2)
    index = await library(
        {
            **{f"{i:02}.md": "date: 2020-01-01\n\nrain again" for i in range(20)},
            "old.md": "date: 2000-01-01\n\nthe umbrella",
        }
    )
    assert paths(await index.search("rain umbrella bicycle", limit=1)) == ["old.md"]


@pytest.mark.parametrize(
    "query",
    [
        "", "   ", "++", '"', '""', "*", "🎉", "\x00", "-", "(", "^", "\x02\x03",
        '" OR 1', "NEAR(", "title:", "a AND", 'c++ "', "'; DROP TABLE posts; --",
    ],
)  # fmt: skip
async def test_operators_and_signs_are_no_syntax(library: Fill, query: str) -> None:
    index = await library({"a.md": "\nnothing of the kind"})
    assert await index.search(query) == []
    assert await index.count_hits(query) == 0


async def test_operators_are_words_to_be_found(library: Fill) -> None:
    index = await library({"a.md": "\nto be OR not", "b.md": "\nc++ AND c#", "d.md": "\ntitle: x"})
    assert paths(await index.search("be OR not")) == ["a.md"]
    assert paths(await index.search("c++")) == ["b.md"]
    assert paths(await index.search("title:")) == ["d.md"]


async def test_six_thousand_characters_are_a_query(library: Fill) -> None:
    index = await library({"a.md": "\nword"})
    assert paths(await index.search("word " * 1200)) == ["a.md"]
    assert await index.search("x" * 6000) == []
    assert await index.search('"' * 6000) == []
    assert await index.search("日" * 6000) == []


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index file that is only asked."""
    path = tmp_path_factory.mktemp("search") / "index.db"

    async def fill() -> None:
        async with Index(path) as index:
            await index.sync(
                blog({"a.md": "tags: x\n\nHello wörld 日本 c++", "b.md": "title: NOT\n\nand or"}),
                PlainReader(),
            )

    asyncio.run(fill())
    return path


@given(st.text() | st.text(alphabet='"*^(){}+-:AND ORNEAR\x00日é\ud800', max_size=40))
@example('c++ "')
@example("\x00")
def test_any_text_is_safe_to_ask(filled: Path, text: str) -> None:
    async def ask() -> None:
        async with Index(filled) as index:
            hits = await index.search(text, limit=50)
            assert len(hits) == await index.count_hits(text)
            await index.find(text)
            await index.suggest(text)
            await index.closest(text)
            await index.suggest_tags(text)
            await index.latest(tag=text)
            await index.tag(text)
            await index.get(text)
            await index.get_by_key(text)
            await index.body(text)
            await index.correction(text)
            await index.suggest_searches(text)
            (await index.find_link())(text)

    asyncio.run(ask())


@given(st.lists(st.text(min_size=1, max_size=8), min_size=1, max_size=6))
def test_a_post_is_found_by_any_word_it_holds(words: list[str]) -> None:
    """For words that hold a letter or digit, as FTS5 sees them, in whatever writing."""
    words = [word for word in words if word.isascii() and word.isalnum()] or ["word"]

    async def ask(folder: str) -> None:
        async with Index(Path(folder) / "index.db") as index:
            await index.sync(blog({"a.md": "\n" + " ".join(words)}), PlainReader())
            for word in words:
                assert await index.count_hits(word) == 1, word

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(ask(folder))


@given(st.text() | st.text(alphabet="a+# \u200b\ue02b\ue023\x00日本"))
@example("\ue02b")
@example("\xad")
@example("日\ue0b7、本")
def test_what_is_made_searchable_reads_as_before(text: str) -> None:
    """But for our own marks, and accents without a letter, which are spaces."""
    plain = text.encode("utf-8", "replace").decode()
    for mark in "\x00\x02\x03\x1e\ue02b\ue023\ue0b7":
        plain = plain.replace(mark, " ")
    if not plain.isascii():
        plain = _without_token().sub(" ", unicodedata.normalize("NFC", plain))
    assert readable(searchable(text)) == plain.replace("\u200b", "")


@given(st.lists(st.tuples(st.text(alphabet="ab \n", min_size=1), st.booleans())))
def test_pieces_put_together_are_the_snippet(parts: list[tuple[str, bool]]) -> None:
    marked = "".join(f"\x02{text}\x03" if matches else text for text, matches in parts)
    assert "".join(text for text, _ in pieces(marked)) == "".join(text for text, _ in parts)
    assert [text for text, matches in pieces(marked) if matches] == [
        text for text, matches in parts if matches
    ]


@given(st.text())
def test_a_query_is_cut_and_quoted(text: str) -> None:
    query = Query.of(text)
    assert len(query.words) <= 32
    match = query.match_all()
    if match is not None:
        assert len(match.split(" AND ")) >= len(query.words)
        assert match.count('"') == 2 * len(query.words)


@given(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=3), st.data())
def test_all_words_but_one_are_demanded_of_a_title(words: list[str], data: st.DataObject) -> None:
    """SQLite decides, since it is asked to."""
    expression = Query(words=tuple(f"word{word}" for word in words)).match_named
    held = data.draw(st.sets(st.sampled_from(words)))
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE VIRTUAL TABLE posts USING fts5 (title, tags, body)")
        title = " ".join(f"word{word}" for word in held)
        database.execute("INSERT INTO posts VALUES (?, '', ?)", [title, " ".join(words)])
        found = database.execute("SELECT 1 FROM posts WHERE posts MATCH ?", [expression]).fetchall()
    assert bool(found) == (len(held) >= len(words) - 1)


def test_a_word_that_is_typed_twice_is_looked_for_once() -> None:
    assert Query.of("tea green tea").words == ("green", "tea")
    assert Query.of("tea green tea").begun
    assert Query.of("a " * 30).words == ("a",)
    assert Query.of('"green tea" tea "green tea"').words == ("tea", "green tea")
