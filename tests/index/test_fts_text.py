"""Search knows letters by whatever spelling a reader's keyboard has, and shows the author's."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.index.fts_text import TOKENIZER, clean, folded, searchable
from tests.index.conftest import Fill

SPELLINGS = [
    ("Ο λόγος και ο κόσμος", ["λογος", "ΛΟΓΟΣ", "λόγος"], "λόγος"),
    ("ο κόσμος", ["κοσμοσ"], "κόσμος"),
    ("Ёлка и ещё ёжик", ["елка", "ёлка", "ЕЛКА"], "Ёлка"),
    ("Мой йогурт, мои", ["йогурт"], "йогурт"),
    ("In Łódź", ["lodz", "Łódź", "łodz", "LÓDŹ"], "Łódź"),
    ("in Økland", ["okland", "økland"], "Økland"),
    ("die Straße", ["strasse", "Straße", "STRASSE", "straẞe"], "Straße"),
    ("une œuvre", ["oeuvre", "OEUVRE", "Œuvre"], "œuvre"),
    ("Đorđe i đak", ["dorde", "đorđe"], "Đorđe"),
    ("Diyarbakır ve Iğdır", ["diyarbakir", "DİYARBAKIR"], "Diyarbakır"),
    ("Þórr blæs", ["thorr", "þorr"], "Þórr"),
    ("a ﬁle of oﬃces", ["file", "ﬁle"], "ﬁle"),
    ("ＡＰＩ の話", ["api", "API", "ＡＰＩ"], "ＡＰＩ"),
    ("ﾃﾞｰﾀの話", ["データ", "ﾃﾞｰﾀ"], "データ"),
    ("cafe\u0301 au lait", ["cafe", "café"], "café"),
    ("كِتَابٌ جَدِيدٌ", ["كتاب", "كِتَابٌ", "كتابٌ", "كتـاب"], "كِتَابٌ"),
    ("أحمد يكتب", ["احمد", "أحمد"], "أحمد"),
    ("שָׁלוֹם עולם", ["שלום", "שָׁלוֹם"], "שָׁלוֹם"),
    ("कमी है", ["कमी"], "कमी"),
    ("एक क़लम", ["कलम", "क़लम", "क\u093cलम"], "क़लम"),
    ("می\u200cشود", ["میشود", "ميشود"], "می\u200cشود"),
    ("Donau\u00addampf\u00adschiff", ["donaudampfschiff"], "Donau\u00addampf\u00adschiff"),
    ("การเขียนโปรแกรมภาษาไพทอน", ["ภาษา", "ไพทอน", "การ", "ขียน"], None),
    ("ພາສາລາວງ່າຍ", ["ລາວ", "ພາສາ"], None),
    ("ភាសាខ្មែរងាយ", ["ខ្មែរ"], None),
    ("မြန်မာဘာသာစကား", ["ဘာသာ"], None),
    ("全文检索很快", ["检索"], "检索"),
]


@pytest.mark.parametrize(("body", "queries", "shown"), SPELLINGS, ids=lambda value: str(value)[:20])
async def test_any_spelling_finds_a_word_as_its_author_wrote_it(
    library: Fill, body: str, queries: list[str], shown: str | None
) -> None:
    index = await library({"a.md": f"\n{body}", "b.md": "\nsomething else"})
    for query in queries:
        (hit,) = await index.search(query)
        marked = "".join(text for text, matches in hit.snippet if matches)
        assert marked == (shown or query), query


@pytest.mark.parametrize(
    ("body", "query"),
    [("कमी", "कम"), ("мой", "мои"), ("सीमा", "सम"), ("Наша їжа", "іжа")],
)
async def test_a_mark_that_makes_another_word_counts(library: Fill, body: str, query: str) -> None:
    index = await library({"a.md": f"\n{body}"})
    assert await index.search(f'"{query}"') == [], "in quotes, since the last word may be begun"


async def test_what_was_folded_is_forgotten_with_its_post(library: Fill) -> None:
    index = await library({"a.md": "\nStraße", "b.md": "language: de\n\nStraße"})
    await library({"b.md": "\nWeg"})
    assert await index.search("strasse") == []
    assert [hit.post.path for hit in await index.search("weg")] == ["b.md"]


@pytest.fixture(scope="module")
def places() -> Iterator[sqlite3.Connection]:
    """Tells where FTS5 sees tokens."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(
            f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize = '{TOKENIZER}');"
            "CREATE VIRTUAL TABLE v USING fts5vocab(t, instance);"
        )
        yield connection


def tokens(connection: sqlite3.Connection, text: str) -> list[int]:
    connection.execute("DELETE FROM t")
    connection.execute("INSERT INTO t (x) VALUES (?)", [text])
    return [place for (place,) in connection.execute("SELECT offset FROM v ORDER BY offset")]


@given(st.text() | st.text(alphabet="aß\u0301\u064b\u0640\u200d\u093c\u094dक ²½ﷺŉﾞｶก้์.\u00ad"))
@example("\u0301")
@example("a \u064b\u064b b")
@example("क्\u200d")
def test_folding_makes_and_unmakes_no_token(places: sqlite3.Connection, text: str) -> None:
    kept = searchable(text)
    assert tokens(places, folded(kept)) == tokens(places, kept)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert "\x00" not in clean(text)
