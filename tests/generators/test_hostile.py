"""A site's configuration costs no more than its size, whatever it holds."""

from __future__ import annotations

import time

import pytest

from bot.generators.common.script import MOST_CHARACTERS
from tests.generators.sites import site

SCRIPTS = (
    ".eleventy.js", "docusaurus.config.js", "astro.config.mjs", "quartz.config.ts",
    "gatsby-config.js", "gatsby-node.js", "next.config.js", "_data/site.js",
)  # fmt: skip
UNITS = (
    "'", '"', "`", "/*", "//", "/", "{", "[", "(", "a:", "a: '", "a,", "\\", "\n", " ", "'\\",
    "export default {", "url:", "${", "a=1\n", "import a\n", "const a = ", "const url = ", "`${",
    "/a/", "pathPrefix: '", "site: ", "site: [", "blog: {", "path: `", "`/blog", "url, ",
)  # fmt: skip


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_one_thing_again_and_again_takes_little_time(name: str) -> None:
    slow = {}
    for unit in UNITS:
        start = time.process_time()
        site({name: unit * (MOST_CHARACTERS // len(unit)), "x.md": "# X"})
        taken = time.process_time() - start
        if taken > 0.5:
            slow[unit] = taken
    assert not slow


DATA = {
    "aliases": "".join(
        [
            "x0: &x0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n",
            *(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]\n" for n in range(1, 9)),
            "url: *x8\n",
        ]
    ),
    "brackets": "url: " + "[" * 30_000,
    "items": "- " * 30_000,
    "parts": "a." * 200_000 + "a = 1",
    "json": '{"a":' * 100_000,
    "python": "A = " + "(" * 100_000,
    "python signs": "A = " + "-" * 100_000 + "1",
    "python sums": "A = " + "1+" * 50_000 + "1",
    "python lists": "A = " + "[" * 90 + "]" * 90 + "\n" + "B = 1\n" * 20_000,
}


@pytest.mark.parametrize(
    "name", ["_config.yml", "hugo.toml", "hugo.json", "config.toml", "pelicanconf.py"]
)
@pytest.mark.parametrize("data", DATA)
def test_a_hostile_configuration_is_a_problem_at_most(name: str, data: str) -> None:
    start = time.process_time()
    blog = site({name: DATA[data], "x.md": "# X"})
    assert time.process_time() - start < 1
    assert all(problem.path == name for problem in blog.problems)


def test_the_report_says_why_a_configuration_is_refused() -> None:
    (problem,) = site({"_config.yml": DATA["aliases"]}).problems
    assert problem.reason == (
        "the site's configuration cannot be read: it holds more than 50000 values"
    )
