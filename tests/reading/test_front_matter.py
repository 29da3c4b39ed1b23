"""Front matter in every format is found, and what is wrong with it is said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.reading.formats import FrontMatterError
from bot.reading.front_matter import FrontMatter
from tests.reading.desk import read, read_post

FORMATS = {
    "yaml": "---\ntitle: Rain\ntags: [a, b]\n---\nText\n",
    "yaml with a trailing space after the fence": "--- \ntitle: Rain\ntags: [a, b]\n--- \nText\n",
    "yaml with a tab after the fence": "---\t\ntitle: Rain\ntags: [a, b]\n---\t\nText\n",
    "yaml named as such": "---yaml\ntitle: Rain\ntags: [a, b]\n---\nText\n",
    "yaml closed by dots": "---\ntitle: Rain\ntags: [a, b]\n...\nText\n",
    "yaml below empty lines": "\n\n---\ntitle: Rain\ntags: [a, b]\n---\nText\n",
    "yaml below a comment": "---\n# About\ntitle: Rain\ntags: [a, b]\n---\nText\n",
    "yaml below an empty line of its own": "---\n\ntitle: Rain\ntags: [a, b]\n---\nText\n",
    "yaml in braces": "---\n{title: Rain, tags: [a, b]}\n---\nText\n",
    "javascript without code": '---js\n{\n  title: "Rain",\n  tags: ["a", "b"],\n}\n---\nText\n',
    "toml": '+++\ntitle = "Rain"\ntags = ["a", "b"]\n+++\nText\n',
    "toml with a trailing space": '+++ \ntitle = "Rain"\ntags = ["a", "b"]\n+++ \nText\n',
    "json": '{\n  "title": "Rain",\n  "tags": ["a", "b"]\n}\nText\n',
    "json on one line": '{"title": "Rain", "tags": ["a", "b"]}\nText\n',
    "json between fences": '---json\n{"title": "Rain", "tags": ["a", "b"]}\n---\nText\n',
    "pelican": "Title: Rain\nTags: a, b\n\nText\n",
    "pelican over two lines": "Title: Rain\nTags: a,\n    b\n\nText\n",
    "franklin": '@def title = "Rain"\n@def tags = ["a", "b"]\n\nText\n',
}


@pytest.mark.parametrize("text", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("dress", ["as it is", "BOM", "CRLF", "both"])
def test_title_tags_and_body_are_found(text: str, dress: str) -> None:
    data = text.encode()
    if dress in {"CRLF", "both"}:
        data = data.replace(b"\n", b"\r\n")
    if dress in {"BOM", "both"}:
        data = b"\xef\xbb\xbf" + data
    document = read(data)
    assert not document.problems
    assert document.post is not None
    assert (document.post.title, document.post.tags) == ("Rain", ("a", "b"))
    assert document.post.summary == "Text"
    assert document.text.strip() == "Text"


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nA text that begins with a rule.\n\n---\n\nAnd has another.\n",
        "---\nA line between rules\n---\nMore.\n",
        "---\n",
        "---",
        "-----\nA longer rule: nothing more.\n-----\n",
        "Note: this is a text, not a header.\n\nMore.\n",
        "http://example.org is where it began.\n",
        "{% include banner.html %}\n\nText\n",
        "{{ title }}\n\nText\n",
        "+ + +\n",
        "@define is no key.\n",
        "",
    ],
)
def test_text_without_front_matter_stays_whole(text: str) -> None:
    front_matter = FrontMatter.of(text)
    assert (front_matter.meta, front_matter.body) == ({}, text)


def test_a_code_block_that_begins_the_body_keeps_its_indentation() -> None:
    assert FrontMatter.of("---\ntitle: x\n---\n\n    code()\n").body == "\n    code()\n"


@pytest.mark.parametrize("text", ["---\n---\nText", "---\n# nothing\n---\nText", "{}\nText"])
def test_empty_front_matter_is_no_mistake(text: str) -> None:
    front_matter = FrontMatter.of(text)
    assert (front_matter.meta, front_matter.body) == ({}, "Text")


def test_keys_are_read_without_regard_to_case() -> None:
    post = read_post("---\nTITLE: Rain\nTags: [a]\npubDate: 2024-01-11\n---\nText")
    assert (post.title, post.tags) == ("Rain", ("a",))
    assert post.date is not None
    assert post.date.text == "2024-01-11"


@pytest.mark.parametrize("line", ["content: x", "handler: y", "404: gone", "on: push", "? 1\n: 2"])
def test_unusual_keys_do_no_harm(line: str) -> None:
    assert read_post(f"---\ntitle: Rain\n{line}\n---\nText").title == "Rain"


@pytest.mark.parametrize(
    ("written", "title"),
    [
        ("1.10", "1.10"), ("007", "007"), ("12:30", "12:30"), ("2024-01-11", "2024-01-11"),
        ("No", "No"), ("1e3", "1e3"), ("0x1F", "0x1F"), ('"quoted: yes"', "quoted: yes"),
        ("'it''s'", "it's"), ("C# in depth", "C# in depth"), ("日本語の題", "日本語の題"),
    ],
)  # fmt: skip
def test_a_title_stays_as_it_was_written(written: str, title: str) -> None:
    """YAML 1.1 would make numbers, times and truth of them."""
    assert read_post(f"---\ntitle: {written}\n---\nText").title == title


def test_tags_of_other_programs_do_no_harm() -> None:
    text = "---\ntitle: !ruby/string Rain\nx: !!timestamp y\nz: !!bool maybe\n---\nText"
    assert read_post(text).title == "Rain"


def test_merge_keys_and_anchors_work() -> None:
    text = "---\nbase: &base\n  image: /a.png\ntitle: Rain\ncover:\n  <<: *base\n---\nText"
    assert read_post(text).image is not None


def test_an_escaped_half_character_is_dropped() -> None:
    """No database stores a lone surrogate, and JSON lets authors write one."""
    assert read_post('{"title": "Ra\\ud800in\\u0000"}\nText').title == "Rain"
    assert read_post('---\ntitle: "Ra\\0in"\n---\nText').title == "Rain"
    assert read_post('{"title": "\\ud83d\\ude00"}\nText').title == "😀"


BROKEN = {
    "unquoted colon": ("---\ntitle: Howto: Install\n---\nText", 2, "quotes"),
    "forgotten colon": ("---\ntitle Rain\ndate: 2024-01-11\n---\nText", 3, ""),
    "tab": ("---\ntitle: x\nextra:\n\tcover: y\n---\nText", 4, "spaces instead of tabs"),
    "open quote": ('---\ndate: 2024-01-11\ntitle: "x\n---\nText', 3, "quotes"),
    "at sign": ("---\ntitle: x\nauthor: @me\n---\nText", 3, "quotes"),
    "open list": ("---\ntags: [a, b\ntitle: x\n---\nText", 3, ""),
    "control character": ("---\ntitle: a\x07b\n---\nText", 2, "Remove"),
    "list": ("---\n- title\n- date\n---\nText", 2, "key: value"),
    "unclosed": ("---\ntitle: x\n\nText\n", 1, "---"),
    "unclosed toml": ('+++\ntitle = "x"\n\nText\n', 1, "+++"),
    "julia": ('+++\ntitle = "x"\nusing Dates\n+++\nText', 3, "quotes"),
    "toml nonsense": ("+++\ntitle = Rain\n+++\nText", 2, "quotes"),
    "json comma": ('{\n  "title": "x",\n}\nText', 3, "commas"),
    "json end": ('{"title": "x"\nText', 2, "commas"),
    "alias": ("---\ntitle: *nowhere\n---\nText", 2, "quotes"),
}


@pytest.mark.parametrize(("text", "line", "hint"), BROKEN.values(), ids=BROKEN)
def test_broken_front_matter_is_a_problem_at_its_line(text: str, line: int, hint: str) -> None:
    document = read(text)
    assert document.post is None, "what cannot be read may be a draft"
    assert document.left_out is None
    (problem,) = document.problems
    assert (problem.path, problem.line) == ("a-post.md", line)
    assert hint in problem.hint
    assert "\n" not in problem.reason + problem.hint
    assert not problem.reason.endswith(".")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("---\ndate: soon\n---\nText", 2),
        ("\n---\ntitle: update\n'Date' : soon\n---\nText", 4),
        ("---\nextra:\n  date: soon\n---\nText", 3),
        ("+++\ntitle = 'x'\ndate = 'soon'\n+++\nText", 3),
        ('{"title": "x",\n "date": "soon"}\nText', 2),
        ("Title: x\nDate: soon\n\nText", 2),
        ("@def title = 'x'\n@def date = 'soon'\n\nText", 2),
    ],
)
def test_a_wrong_value_is_reported_at_its_line(text: str, line: int) -> None:
    document = read(text)
    assert document.post is not None
    assert [problem.line for problem in document.problems] == [line]


@pytest.mark.parametrize(
    "code", ['const title = "x";', "{ title: name() + 1, }\n}", "let x = {\n a: 1"]
)
def test_front_matter_that_is_code_is_no_mistake_but_no_post_either(code: str) -> None:
    document = read(f"---js\n{code}\n---\nText")
    assert document.left_out is not None
    assert "JavaScript" in document.left_out.reason
    assert not document.problems


def test_lines_are_counted_from_the_top_of_the_file() -> None:
    (problem,) = read("\n\n---\ntitle: a: b\n---\nText").problems
    assert problem.line == 4


@pytest.mark.parametrize(
    ("data", "line", "reason"),
    [
        (b"---\ntitle: caf\xe9\n---\nText", 2, "byte 14 is 0xe9"),
        (b"\xef\xbb\xbf# A\n\xff", 2, "byte 7 is 0xff"),
        ("# A".encode("utf-16"), 1, "byte 0 is 0xff"),
        (b"# A\n\nfull of \0", 3, "byte 13 is 0x00"),
    ],
)
def test_bytes_that_are_no_text_are_named(data: bytes, line: int, reason: str) -> None:
    document = read(data)
    assert document.post is None
    (problem,) = document.problems
    assert problem.line == line
    assert reason in problem.reason


@pytest.mark.parametrize(
    "text",
    [
        "---\na: " + "[" * 50_000 + "\n---\n",
        "---\na: " + "{a: " * 100_000 + "\n---\n",
        "+++\na = " + "[" * 5_000 + "\n+++\n",
        '{"a": ' * 5_000,
        "---\n" + "- " * 200_000 + "\n---\n",
    ],
    ids=["yaml lists", "yaml maps", "toml", "json", "yaml items"],
)
def test_front_matter_nested_too_deeply_is_a_problem(text: str) -> None:
    assert read(text).problems


def test_an_alias_that_holds_itself_is_a_problem() -> None:
    (problem,) = read("---\ntitle: Rain\ntags: &t [a, *t]\n---\nText").problems
    assert problem.reason == "The YAML front matter is refused: *t holds itself"


@given(
    st.dictionaries(
        st.text(alphabet=st.characters(categories=["L"]), min_size=1),
        st.one_of(st.text(alphabet=st.characters(exclude_categories=["C"])), st.booleans()),
        min_size=1,
    )
)
def test_any_json_mapping_comes_back(meta: dict[str, object]) -> None:
    read_back = FrontMatter.of(json.dumps(meta) + "\nBody").meta
    assert read_back == {key.strip().lower(): value for key, value in meta.items()}


@given(st.text(alphabet="-+.{}[]:\"'#@=, \n\tatd1é", max_size=80))
def test_any_text_is_front_matter_or_a_problem_or_body(text: str) -> None:
    try:
        front_matter = FrontMatter.of(text)
    except FrontMatterError as problem:
        line = problem.line
    else:
        line = None
        assert text.endswith(front_matter.body)
    assert line is None or 1 <= line <= text.count("\n") + 1


MODULE = """import { ada } from '@/authors'
import {
  Card,
} from "@/cards";

export const meta = {
  title: 'It\\'s here {now}',
  description: `Two
lines`,
  date: "2024-01-11T09:00:00Z",
  authors: [ada],
  tags: ['one', "two"],
  draft: false,
  image: cover,
  card: { title: 'Another' },
}

Its text.
"""


def test_an_exported_object_of_mdx_is_front_matter() -> None:
    post = read_post(MODULE, "blog/x.mdx", "next")
    assert post.title == "It's here {now}"
    assert (post.summary, post.tags, post.authors) == ("Two lines", ("one", "two"), ())
    assert post.date is not None
    assert post.date.text == "2024-01-11T09:00:00+00:00"


def test_an_exported_object_that_is_never_closed_is_a_problem() -> None:
    (problem,) = read("export const meta = {\n  title: 'x',\n", "x.mdx", "next").problems
    assert "never closed" in problem.reason


def test_text_that_begins_with_an_import_is_text() -> None:
    text = "import x from 'y'\n\nIts text.\n"
    assert read_post(text, "x.mdx", "next").summary == "Its text."
