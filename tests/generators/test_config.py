"""Reading configuration without executing it."""

from __future__ import annotations

import pytest

from bot.generators.common.config import COMPUTED, parse, python_constants
from bot.generators.common.script import Script


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ("{ url: 'a' }", "a"),
        ('{ "url": "a\\"b" }', 'a"b'),
        ("{ url: `a` }", "a"),
        ("{ url: `${host}/a` }", None),
        ("{ baseurl: 'no', myUrl: 'no', url: 'a' }", "a"),
        ("// url: 'no'\n/* url: 'no' */ { link: 'http://x//y', url: 'a' }", "a"),
        ("const home = 'a'; export default { url: home }", "a"),
        ("const url: string = 'a'; export default { title: 't', url, x }", "a"),
        ("const url = process.env.URL ?? 'a'\nexport default { url }", "a"),
        ('const url = process.env.URL || "a";\nexport default { url: url }', "a"),
        ("const url = makeUrl();\nexport default { url }", None),
        ("{ url: true }", "true"),
        ("{ url: compute() }", None),
        ("{}", None),
    ],
)
def test_plain_values_of_scripts(script: str, value: str | None) -> None:
    assert Script(script).value("url") == value


def test_blocks_of_scripts() -> None:
    script = Script(
        "const p = '/p'; x = { blog: { a: { b: 1 }, path: p }, docs: {}, blog: { path: 'q' } }"
    )
    assert [part.value("path") for part in script.blocks("blog")] == ["/p", "q"]
    assert script.block("nothing") is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.yml", "A: {B: [{C: true}]}"),
        ("x.toml", "[A]\nB = [{C = true}]"),
        ("x.json", '{"A": {"B": [{"C": true}]}}'),
    ],
)
def test_keys_are_found_in_any_case(name: str, text: str) -> None:
    assert parse(name, text) == {"a": {"b": [{"c": True}]}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.yml", "a: [b"),
        ("x.yml", "- a"),
        ("x.toml", "a = "),
        ("x.json", "{"),
        ("x.json", "[]"),
        ("x.json", "[" * 100_000),
    ],
)
def test_what_cannot_be_parsed_says_so_in_one_line(name: str, text: str) -> None:
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        parse(name, text)


def test_an_empty_file_configures_nothing() -> None:
    assert parse("x.yml", "# nothing\n") == {}


def test_constants_of_python_files() -> None:
    source = "A = 'x'\nB = A + g()\nC = [1, ('a',)]\nA = 'z'\nD = 1\nD = f()\nif A:\n    E = 1\n"
    assert python_constants(source) == {"A": "z", "B": COMPUTED, "C": [1, ("a",)], "D": COMPUTED}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A + '/{slug}/'", "blog/{slug}/"),
        ("f'{A}/x' + '/y'", "blog/x/y"),
        ("A", "blog"),
        ("f'{A!r}'", COMPUTED),
        ("f'{A:>20}'", COMPUTED),
        ("UNKNOWN + 'x'", COMPUTED),
        ("A.upper()", COMPUTED),
        ("['a'] + ['b']", ["a", "b"]),
        ("('a',) + ['b']", COMPUTED),
        ("1 + 1", COMPUTED),
        ("os.environ.get('B', 'c')", "c"),
        ("os.getenv('B')", COMPUTED),
        ("other.get('B', 'c')", COMPUTED),
        ("'c'\nB += 'd'", "cd"),
        ("'c'\nB += A", "cblog"),
        ("'c'\nB *= 2", COMPUTED),
        ("X = 'c'", "c"),
        ("0\nB: str = 'c'", "c"),
        ("'c'\nB: str", "c"),
    ],
)
def test_text_that_is_only_put_together_is_known(value: str, expected: object) -> None:
    assert python_constants(f"A = 'blog'\nB = {value}\n")["B"] == expected


def test_text_that_doubles_itself_is_not_put_together_without_end() -> None:
    for start, step in (("'aaaaaaaaaa'", "A = A + A\n"), ("['a']", "A += A\n")):
        assert python_constants(f"A = {start}\n" + step * 60)["A"] is COMPUTED
