"""A site's configuration costs no more than its size, whatever it holds."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping

import pytest

from bot.generators.common.script import MOST_CHARACTERS
from bot.generators.common.site import Site
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


# A script of this length takes some 20 ms, and a second or more where time grows with the
# square of it: the limit is far from both, on a busy machine too.
LENGTH = MOST_CHARACTERS // 10
LIMIT = 1.0
# Data that grows without end takes minutes, all of this 0.2 s at most.
DATA_LIMIT = 5.0


def timed(files: Mapping[str, str], limit: float) -> tuple[Site, float]:
    """A site and the least processor time of up to three tries to read it."""
    taken = math.inf
    for _ in range(3):
        start = time.process_time()
        blog = site(files)
        taken = min(taken, time.process_time() - start)
        if taken < limit:
            break
    return blog, taken


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_of_one_thing_again_and_again_takes_little_time(name: str) -> None:
    files = ({name: unit * (LENGTH // len(unit)), "x.md": "# X"} for unit in UNITS)
    slow = [each[name][:20] for each in files if timed(each, LIMIT)[1] >= LIMIT]
    assert not slow


def test_a_script_that_is_too_long_is_not_looked_into() -> None:
    text = "const url = 'https://a.example'; export default { url }"
    for padding, url in (
        (MOST_CHARACTERS - len(text), "https://a.example"),
        (MOST_CHARACTERS, None),
    ):
        assert site({"docusaurus.config.js": text + " " * padding}).url == url


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
    blog, taken = timed({name: DATA[data], "x.md": "# X"}, DATA_LIMIT)
    assert taken < DATA_LIMIT
    assert all(problem.path == name for problem in blog.problems)


def test_the_report_says_why_a_configuration_is_refused() -> None:
    (problem,) = site({"_config.yml": DATA["aliases"]}).problems
    assert problem.reason == (
        "the site's configuration cannot be read: it holds more than 50000 values"
    )
