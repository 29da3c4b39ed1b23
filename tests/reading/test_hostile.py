"""A file costs no more than its size, whatever it holds."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from tests.reading.desk import read

ALIASES = (
    'x0: &x0 ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]\n'
    + "".join(
        f"x{level}: &x{level} [{', '.join([f'*x{level - 1}'] * 10)}]\n" for level in range(1, 9)
    )
)
MEGABYTE = 1_000_000


def filled(unit: str, size: int = MEGABYTE) -> str:
    return unit * (size // len(unit))


@pytest.mark.parametrize("field", ["title", "date", "draft", "tags", "author", "image", "aliases"])
def test_aliases_of_aliases_are_a_problem(field: str) -> None:
    document = read(f"---\n{ALIASES}{field}: *x8\n---\nText")
    (problem,) = document.problems
    assert problem.reason == "The YAML front matter is refused: it holds more than 50000 values"


def test_long_text_repeated_by_aliases_is_a_problem() -> None:
    text = f"---\na: &a {'lol ' * 50_000}\nauthor: [{', '.join(['*a'] * 200)}]\n---\nText"
    assert "it holds more than" in read(text).problems[0].reason


BLOCKS = {
    "brackets": "---\na: " + filled("["),
    "braces": "---\na: " + filled("{a: "),
    "items": "---\n" + filled("- "),
    "items deeper and deeper": "---\n"
    + "".join(" " * (level * 180) + "- " * 90 + "\n" for level in range(100)),
    "questions": "---\n" + filled("? "),
    "directives": "---\n%YAML 1.1\n" + "".join(f"%TAG !a{n}! b\n" for n in range(60_000)),
    "values": "---\na:\n" + filled("- a\n"),
    "keys": "---\n" + "".join(f"k{n}: v\n" for n in range(100_000)),
    "anchors": "---\n" + "".join(f"k{n}: &a{n} v\n" for n in range(60_000)),
    "merges": "---\na: &a {b: c}\n" + filled("<<: *a\n"),
    "quotes": "---\na: " + filled("'"),
    "doubled quotes": "---\na: " + filled('"\\"'),
    "spaces": "---\na:" + filled(" ") + "b",
    "toml parts": "+++\n" + filled("a.") + "a = 1",
    "toml quoted parts": "+++\n" + filled('"".') + "a = 1",
    "toml inline parts": "+++\nx = {" + filled("a.") + "a = 1}",
    "toml parts of a table": "+++\n[" + filled("a . ") + "a]",
    "toml brackets": "+++\na = " + filled("["),
    "toml tables": "+++\n" + "".join(f"[a{n}]\n" for n in range(100_000)),
    "toml array": "+++\na = [" + filled("1,") + "]",
    "toml inline": "+++\n" + filled("a = {a = 1}\n"),
    "toml digits": "+++\na = " + filled("1"),
    "toml word": "+++\n" + filled("a"),
    "json brackets": '{"a": ' + filled("["),
    "json objects": filled('{"a":'),
    "json digits": '{"a": ' + filled("1") + "}",
    "json values": '{"a": [' + filled("1,") + "1]}",
    "header lines": "Title: a\n" + filled("    b\n"),
    "headers": "".join(f"K{n}: a\n" for n in range(60_000)) + "Title: a\n",
    "definitions": "".join(f"@def a{n} = 1\n" for n in range(60_000)),
    "module quotes": "export const meta = {" + filled(",a:'\\'"),
    "module keys": "export const meta = {" + filled(",a"),
    "module braces": "export const meta = " + filled("{"),
    "module comments": "export const meta = {" + filled("/*"),
    "imports": filled("import a\n"),
}


@pytest.mark.parametrize("name", BLOCKS)
def test_a_megabyte_of_front_matter_takes_a_second_at_most(name: str) -> None:
    block = BLOCKS[name]
    fence = block[:3] if block.startswith(("---", "+++")) else ""
    start = time.process_time()
    read(f"{block}\n{fence}\n\nText", "a.mdx")
    # a second for each megabyte on a quiet machine
    assert time.process_time() - start < 10 * max(1, len(block) / MEGABYTE)


@pytest.mark.parametrize("name", ["brackets", "values", "keys", "toml tables", "json values"])
def test_a_megabyte_of_front_matter_takes_little_memory(name: str) -> None:
    block = BLOCKS[name]
    fence = block[:3] if block.startswith(("---", "+++")) else ""
    tracemalloc.start()
    read(f"{block}\n{fence}\n\nText", "a.mdx")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100_000_000
