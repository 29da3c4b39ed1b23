"""What README, the pages under docs/ and the sample posts say is so."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import pytest
from discord import app_commands
from prometheus_client.parser import text_string_to_metric_families

from bot.chat.commands import COMMANDS
from bot.cli import cli, main
from bot.generators.common.pattern import PLACEHOLDERS
from bot.generators.common.registry import GENERATORS
from bot.monitoring.counters import Counters
from bot.reading import dates, excerpt, not_published, tags
from bot.reading import post as reading_post
from bot.reading.front_matter import plain_key

ROOT = Path(__file__).parent.parent
POSTS = ROOT / "bot" / "sample"
README = (ROOT / "README.md").read_text(encoding="utf-8")
IN_DISCORD = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
AT_A_TERMINAL = (ROOT / "docs" / "terminal.md").read_text(encoding="utf-8")

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *POSTS.glob("*.md")])
FENCE = re.compile(r"^( *)(`{3,}|~{3,})[^\n]*\n.*?^\1\2", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)")
COVER = re.compile(r"/images/[\w-]+\.webp")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def prose(page: Path) -> str:
    """The page without its code blocks, which show other people's links."""
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """What a link may name after ``#``: each heading in lower case, with hyphens for spaces."""
    headings = HEADING.findall(prose(page))
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_project_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        folder = POSTS if file.startswith("/") else page.parent  # the sample site's root
        found = (folder / file.lstrip("/")) if file else page
        assert found.exists(), f"{page.relative_to(ROOT)} links to {target}"
        if anchor:
            assert anchor in anchors(found), f"{page.relative_to(ROOT)}: no such heading: {target}"


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len(README.split()) <= 900
    order = ["## Get it", "## Try it", "## See your own", "## Invite it", "## Put it on Fly"]
    places = [README.index(heading) for heading in order]
    assert places == sorted(places)


def test_without_make_the_same_is_installed() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").split("\n.venv/ready:")[1].split("\n\n")[0]
    by_make = re.findall(r"(?m)-m pip install (.*)$", recipe)
    by_hand = re.findall(r"(?m)-m pip install (.*)$", AT_A_TERMINAL)
    plain = [line.replace("--quiet --disable-pip-version-check ", "") for line in by_make]
    assert by_hand == plain


def test_every_picture_is_shown_and_described() -> None:
    shown: dict[str, str] = {}
    for page in PAGES:
        for text, file in re.findall(r"!\[([^]]*)\]\(([^)]+)\)", prose(page)):
            if not file.startswith("/"):  # those of the sample posts
                shown[str((page.parent / file).resolve())] = text
    assert set(shown) == {str(file) for file in (ROOT / "docs" / "images").resolve().iterdir()}
    assert all(len(text) > 20 for text in shown.values())


def test_every_terminal_command_is_listed_and_no_other() -> None:
    listed = set(re.findall(r"^\| `slashpost (\w+)", AT_A_TERMINAL, re.MULTILINE))
    assert listed == set(cli.commands)
    named = re.findall(r"\bslashpost (\w+)(?:`| --)", README)
    assert named
    assert set(named) <= listed


def test_every_slash_command_is_listed_with_its_options() -> None:
    listed = {
        command.qualified_name: {
            option.display_name for option in command.parameters if option.name != "hide"
        }
        for command in slash_commands()
    }
    documented = {
        name: set(re.findall(r"\w+", options))
        for name, options in re.findall(
            r"^\| `/(\w+(?: \w+)?)((?: [<\[][^`]*)?)` \|", IN_DISCORD, re.MULTILINE
        )
    }
    assert documented == listed
    assert set(re.findall(r"`/(\w+(?: here)?)`", README)) <= set(documented)


def slash_commands() -> Iterator[app_commands.Command[Any, ..., Any]]:
    """Every command that a reader can send."""
    for command in COMMANDS:
        if isinstance(command, app_commands.Group):
            yield from (c for c in command.commands if isinstance(c, app_commands.Command))
        else:
            yield command


def test_every_make_target_and_option_that_a_page_names_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    options = {
        name
        for command in cli.commands.values()
        for option in command.params
        for name in option.opts
    }
    commands = "|".join(cli.commands)
    for page in PAGES:
        for line in page.read_text(encoding="utf-8").splitlines():
            named = set(re.findall(r"(?:^|`|&& )make ([a-z-]+)", line))
            assert named <= targets, f"{page}: {line}"
            for call in re.findall(rf"\bslashpost (?:{commands})\b[^`|]*", line):
                given = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", call))
                assert given <= {*options, "--help"}, f"{page}: {line}"


def test_every_slash_command_takes_hide_or_is_private_as_the_page_says() -> None:
    (private,) = re.findall(r"(?s)are always private: (.+?)\.", IN_DISCORD)
    for command in slash_commands():
        hides = "hide" in {option.name for option in command.parameters}
        root = command.qualified_name.split()[0]
        assert hides != (f"`/{root}`" in private), command.qualified_name


def test_the_reference_names_every_key_that_the_reader_knows() -> None:
    reference = (ROOT / "docs" / "posts.md").read_text(encoding="utf-8")
    told = {plain_key(key) for key in re.findall("`([^`\n]+)`", reference)}
    fields = (
        dates.PUBLISHED, dates.UPDATED, dates.EXPIRES, excerpt.SUMMARY, tags.TAGS,
        reading_post.TITLE, reading_post.AUTHORS, reading_post.COVER, reading_post.LANGUAGE,
        reading_post.ALIASES,
        not_published.DRAFT, not_published.SHOWN, not_published.HIDDEN,
    )  # fmt: skip
    for keys in fields:
        assert set(keys) <= told


def test_the_reference_has_every_generator_and_placeholder() -> None:
    reference = (ROOT / "docs" / "posts.md").read_text(encoding="utf-8")
    for generator in GENERATORS:
        assert f"\n| `{generator}` |" in reference
    for placeholder in PLACEHOLDERS:
        assert f"`{{{placeholder}}}`" in reference


def test_every_metric_has_a_row_of_its_type() -> None:
    page = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    families = text_string_to_metric_families(Counters().text().decode())
    declared = {
        (f"{each.name}_total" if each.type == "counter" else each.name, each.type)
        for each in families
        if each.name.startswith("slashpost_")
    }
    documented = {
        (name, kind)
        for names, kind in re.findall(r"^\| (`slashpost_[^|]+) \| (\w+) \|", page, re.MULTILINE)
        for name in re.findall(r"`(\w+)", names)
    }
    assert documented == declared


def test_every_cover_of_the_sample_posts_is_there_and_used() -> None:
    used = {name for page in POSTS.glob("*.md") for name in COVER.findall(page.read_text("utf-8"))}
    drawn = {f"/images/{image.name}" for image in (POSTS / "images").iterdir()}
    assert drawn == used - {"/images/train.jpg"}


class Terminal:
    """Runs ``slashpost`` on the sample posts, with an index of its own."""

    def __init__(self, db: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.db = db
        self.capsys = capsys

    def run(self, *arguments: str) -> str:
        """What a command that ends well prints."""
        status = main([*arguments, "--posts", str(POSTS), "--db", str(self.db)])
        printed = self.capsys.readouterr()
        assert (status, printed.err) == (0, "")
        return printed.out

    def json(self, *arguments: str) -> Any:
        """What a command prints for programs."""
        return json.loads(self.run(*arguments, "--json"))


@pytest.fixture
def terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path / "index.db", capsys)


def test_the_sample_posts_have_no_problems(terminal: Terminal) -> None:
    assert terminal.run("check").startswith("No problems in ")


def test_the_sample_posts_show_every_feature(terminal: Terminal) -> None:
    posts = terminal.json("latest", "--limit", "0")
    assert len(posts) >= 8
    assert posts[0]["path"] == "welcome.md", "the newest post is what a newcomer sees first"
    for post in posts:
        assert post["url"] == f"https://slashpost.example/{post['slug']}/"
        assert post["image"].startswith("https://slashpost.example/images/"), post["path"]
        assert all((post["summary"], post["tags"], post["authors"])), post["path"]
    assert any(post["updated"] for post in posts)
    assert {"T" in post["date"] for post in posts} == {True, False}, "moments and days"
    texts = "\n".join((POSTS / post["path"]).read_text("utf-8") for post in posts)
    for feature in ("```sh", "| --- |", "> [!TIP]", "[^1]", "<!-- more -->", "+++", "\nSummary:"):
        assert feature in texts, feature


def test_a_draft_and_a_readme_among_the_sample_posts_are_left_out(terminal: Terminal) -> None:
    report = terminal.json("index")
    assert {left["path"] for left in report["left_out"]} == {"README.md", "unfinished.md"}
    assert report["generator"] == "hugo"


def test_some_tags_of_the_sample_posts_fill_more_than_a_page(terminal: Terminal) -> None:
    assert [tag["tag"] for tag in terminal.json("tags") if tag["posts"] > 5] == [
        "discord",
        "writing",
    ]


def test_old_names_of_sample_posts_still_find_them(terminal: Terminal) -> None:
    for name in ("start-here", "https://slashpost.example/welcome/", "Your blog, one slash away"):
        assert terminal.json("post", name)["path"] == "welcome.md"


def test_the_sample_posts_name_commands_that_exist() -> None:
    known = {command.qualified_name.split()[0] for command in slash_commands()}
    options = {option.display_name for c in slash_commands() for option in c.parameters}
    for page in POSTS.glob("*.md"):
        text = page.read_text("utf-8")
        named = re.findall(r"`/(\w+)(?: [^`]*)?`", text) + re.findall(r"(?m)^/(\w+) ", text)
        assert set(named) <= known, page.name
        for called in re.findall(r"(?m)(?:`|^)/\w+ (\w+): ", text):
            assert called in options, page.name
        for command in re.findall(r"`slashpost (\w+)", text):
            assert command in cli.commands, page.name


def test_a_long_sample_post_has_pages_and_one_has_many_pictures(terminal: Terminal) -> None:
    assert len(terminal.json("read", "bread-in-numbers")) >= 3
    pictures = [
        image
        for page in terminal.json("read", "times-tables-on-a-circle")
        for image in page["images"]
    ]
    assert len(pictures) >= 6


def test_the_tables_of_the_sample_posts_fit(terminal: Terminal) -> None:
    for post in terminal.json("latest", "--limit", "0"):
        written = (POSTS / post["path"]).read_text("utf-8")
        text = "\n".join(page["text"] for page in terminal.json("read", post["slug"]))
        assert text.count("─┼─") >= len(re.findall(r"(?m)^\| -", written)), post["slug"]


def test_the_sums_of_the_bread_are_right() -> None:
    text = (POSTS / "bread-in-numbers.md").read_text("utf-8")
    table = [
        [int(re.sub(r"\D", "", cell)) for cell in cells]
        for cells in re.findall(r"(?m)^\|[^|]+\| ([\d ,%]+) \| ([\d ,g]+) \| ([\d ,g]+) \|$", text)
    ]
    *parts, together = table
    assert [sum(column) for column in zip(*parts, strict=True)] == together
    for percent, one, two in table:
        assert (one, two) == (5 * percent, 10 * percent)
    assert sum(map(int, re.findall(r"\| (\d+) min \|", text))) == 25


def test_the_program_in_a_sample_post_draws(tmp_path: Path) -> None:
    text = (POSTS / "times-tables-on-a-circle.md").read_text("utf-8")
    (program,) = re.findall(r"(?s)```python\n(.+?)```", text)
    subprocess.run([sys.executable, "-c", program], cwd=tmp_path, check=True)
    drawing = ET.parse(tmp_path / "circle.svg")
    assert len(drawing.getroot()) == 200
