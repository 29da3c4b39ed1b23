"""What a person, a script and a blog's own CI see at a terminal."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from bot import __version__, terminal
from bot.announce.delivery import Backlog
from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.subscription import Pause, Subscription
from bot.blog.library import Hit
from bot.blog.post import Post
from bot.cli import cli, main
from bot.cli.announcements import announcements_json, announcements_table
from bot.serve.state import State
from bot.settings import TABLE, is_without_color, setting_of
from bot.state import copies
from tests.wire.limits import V2_FLAG, check_limits, texts_of

CHECKOUT = Path(__file__).parent.parent

NEXT_YEAR = dt.datetime.now(dt.UTC).year + 1

FILES = {
    "hello.md": (
        "---\ntitle: Hello, world\ndate: 2024-01-11\ntags: [News, Gardening]\nauthor: Ada\n"
        "image: /images/hello.webp\naliases: [/first/]\n---\nThe first words about tulips.\n"
    ),
    "roses.md": (
        "---\ntitle: Roses\ndate: 2024-03-05T21:30:00-03:00\nupdated: 2024-04-01\n"
        "tags: gardening\ndescription: How to cut them.\n---\nCut above a bud. No tulips here.\n"
    ),
    "b-side.md": "---\ntitle: B\ndate: 2024-01-11\n---\nSame day, path before the other.\n",
    "about.md": "---\ntitle: About us\n---\nNo date.\n",
    "draft.md": "---\ntitle: Not yet\ndate: 2024-05-01\ndraft: true\ntags: secret\n---\nSoon.\n",
    "later.md": f"---\ntitle: Later\ndate: {NEXT_YEAR}-01-01\n---\nIn the future.\n",
    "README.md": "# How to write here\n",
}

POST_KEYS = [
    "slug",
    "title",
    "date",
    "updated",
    "tags",
    "summary",
    "url",
    "authors",
    "image",
    "reading_minutes",
    "path",
]


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Slashpost = Callable[..., Said]


@pytest.fixture(autouse=True)
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test has a working directory of its own and no setting."""
    for setting in TABLE:
        monkeypatch.delenv(setting.variable, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Commands set up logging for a process; tests share one."""
    loggers = [logging.getLogger(name) for name in ("", "bot", "bot.transport")]
    levels = [logger.level for logger in loggers]
    handlers = logging.root.handlers[:]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    logging.root.handlers[:] = handlers


@pytest.fixture
def slashpost(capsys: pytest.CaptureFixture[str]) -> Slashpost:
    """Run a command in this process."""

    def run(*arguments: str) -> Said:
        status = main(arguments)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
def blog(tmp_path: Path) -> Path:
    """A small blog in the folder that is read when nothing is set."""
    folder = tmp_path / "posts"
    folder.mkdir()
    for path, text in FILES.items():
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@pytest.mark.usefixtures("blog")
class TestLists:
    """Lists of posts."""

    def test_the_newest_come_first_then_by_path_and_undated_last(
        self, slashpost: Slashpost
    ) -> None:
        said = slashpost("latest", "--json")
        assert said.status == 0
        assert [post["path"] for post in said.json] == [
            "roses.md",
            "b-side.md",
            "hello.md",
            "about.md",
        ]

    def test_a_post_has_all_fields_in_json(self, slashpost: Slashpost) -> None:
        hello = slashpost("latest", "--json", "--site", "https://example.org").json[2]
        assert list(hello) == POST_KEYS
        assert hello == {
            "slug": "hello",
            "title": "Hello, world",
            "date": "2024-01-11",
            "updated": None,
            "tags": hello["tags"],  # whose spelling the blog settles
            "summary": "The first words about tulips.",
            "url": hello["url"],  # a matter of the generator's rules
            "authors": ["Ada"],
            "image": "https://example.org/images/hello.webp",
            "reading_minutes": 1,
            "path": "hello.md",
        }
        assert [tag.casefold() for tag in hello["tags"]] == ["news", "gardening"]
        assert hello["url"].startswith("https://example.org/")

    def test_a_time_keeps_its_offset_and_a_day_stays_a_day(self, slashpost: Slashpost) -> None:
        roses = slashpost("post", "roses", "--json").json
        assert roses["date"] == "2024-03-05T21:30:00-03:00"
        assert roses["updated"] == "2024-04-01"
        assert roses["summary"] == "How to cut them."

    def test_without_a_site_url_a_post_has_no_url(self, slashpost: Slashpost) -> None:
        hello = slashpost("post", "hello", "--json").json
        assert (hello["url"], hello["image"]) == (None, "/images/hello.webp")

    def test_limit(self, slashpost: Slashpost, blog: Path) -> None:
        for number in range(20):
            text = f"---\ntitle: More {number}\ndate: 2023-01-01\n---\n"
            (blog / f"more-{number}.md").write_text(text)
        assert len(slashpost("latest", "--json").json) == 10
        assert len(slashpost("latest", "--json", "--limit", "3").json) == 3
        assert len(slashpost("latest", "--json", "--limit", "0").json) == 24

    def test_posts_of_a_tag_in_any_case(self, slashpost: Slashpost) -> None:
        said = slashpost("tags", "GARDENING", "--json")
        assert [post["slug"] for post in said.json] == ["roses", "hello"]

    def test_tags_with_counts_most_used_first(self, slashpost: Slashpost) -> None:
        tags = slashpost("tags", "--json").json
        assert [(tag["tag"].casefold(), tag["posts"]) for tag in tags] == [
            ("gardening", 2),
            ("news", 1),
        ]
        assert slashpost("tags", "--json", "--limit", "1").json == tags[:1]

    def test_a_search_prints_the_best_first(self, slashpost: Slashpost, blog: Path) -> None:
        (blog / "old.md").write_text("---\ndate: 2001-01-01\n---\n# Tulips\n\nTulips, tulips.\n")
        said = slashpost("search", "tulips", "--json")
        assert said.json[0]["slug"] == "old"
        assert len({post["slug"] for post in said.json}) == len(said.json) == 3
        lines = slashpost("search", "tulips").out.splitlines()
        assert lines[0] == "2001-01-01  Tulips"

    def test_a_search_shows_the_words_where_they_stand(
        self, slashpost: Slashpost, blog: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (blog / "pots.md").write_text("# Pots\n\nOf clay.\n\n## Watering\n\nNot *too* often.\n")
        assert "Pots › Watering\n            Not too often.\n" in slashpost("search", "often").out
        hit = Hit(Post(path="a.md", slug="a", title="A"), (("Not too ", False), ("often", True)))
        assert "Not too \x1b[1moften\x1b[0m" in terminal.hit_list([hit])
        monkeypatch.setenv("COLUMNS", "40")
        assert all(
            len(line) <= 40
            for line in slashpost("search", "tulips").out.splitlines()
            if " " in line
        )

    @pytest.mark.parametrize("query", ['""', "-", "  ", "!?"])
    def test_a_search_for_no_word_says_so(self, slashpost: Slashpost, query: str) -> None:
        said = slashpost("search", "--", query)
        assert (said.status, said.out) == (2, "")
        assert "there is no word to look for" in said.err

    def test_a_search_says_what_it_made_of_a_query(self, slashpost: Slashpost) -> None:
        assert "a quotation mark is not closed" in slashpost("search", '"first tulips').err
        assert "Without posts that contain: first" in slashpost("search", "tulips -first").err

    def test_a_search_of_several_words_needs_no_quotes(self, slashpost: Slashpost) -> None:
        found = slashpost("search", "first", "tulips", "--json", "--limit", "0").json
        assert [post["slug"] for post in found] == ["hello"]

    def test_a_hit_says_where_the_words_stand(self, slashpost: Slashpost, blog: Path) -> None:
        (blog / "pots.md").write_text(
            "# Pots\n\nOf clay.\n\n## Watering them\n\nNot *too* often.\n"
        )
        (hit,) = slashpost("search", "often", "--json").json
        assert (hit["heading"], hit["section"]) == ("Watering them", "watering-them")
        assert (hit["title"], hit["snippet"]) == ("Pots", "Not too often.")
        (hit,) = slashpost("search", "pots", "--json").json
        assert (hit["heading"], hit["section"]) == (None, None)

    def test_a_search_without_hits_is_no_error(self, slashpost: Slashpost) -> None:
        said = slashpost("search", "dandelion", "--json")
        assert (said.status, said.json, said.err) == (0, [], "")

    @pytest.mark.parametrize("name", ["hello", "HELLO", "Hello, world", "/first/"])
    def test_a_post_by_any_of_its_names(self, slashpost: Slashpost, name: str) -> None:
        assert slashpost("post", name, "--json").json["path"] == "hello.md"

    def test_an_edit_is_seen_by_the_next_command(self, slashpost: Slashpost, blog: Path) -> None:
        slashpost("latest", "--json")
        (blog / "roses.md").unlink()
        (blog / "about.md").write_text("---\ntitle: About them\ndate: 2024-06-01\n---\n")
        titles = [post["title"] for post in slashpost("latest", "--json").json]
        assert titles == ["About them", "B", "Hello, world"]

    def test_people_get_plain_text(self, slashpost: Slashpost) -> None:
        said = slashpost("latest", "--site", "https://example.org")
        assert "2024-01-11  Hello, world\n" in said.out
        assert "The first words about tulips." in said.out
        assert "https://example.org/" in said.out
        assert "{" not in said.out
        assert "  2  gardening" in f"  {slashpost('tags').out.casefold()}"
        card = slashpost("post", "roses").out
        assert card.startswith("Roses\n2024-03-05T21:30:00-03:00 · updated 2024-04-01")

    def test_a_title_cannot_steer_the_terminal(self, slashpost: Slashpost, blog: Path) -> None:
        text = '---\ntitle: "\\e[31mred\\a"\ndate: 2025-01-01\n---\n'
        (blog / "red.md").write_text(text)
        out = slashpost("latest").out
        assert "[31mred" in out
        assert "\x1b" not in out
        assert "\a" not in out


@pytest.mark.usefixtures("blog")
class TestRead:
    """A post's pages as Discord gets them."""

    @pytest.fixture(autouse=True)
    def long_post(self, blog: Path) -> None:
        """A post of a few pages with pictures, one of which has no address."""
        pages = "\n\n".join(f"## Part {n}\n\n{f'word{n} ' * 400}" for n in range(1, 5))
        text = (
            "---\ntitle: Long\ndate: 2024-02-02\n---\n**Begin** @everyone <@1>\x07\n\n"
            f"![A rose](https://example.org/rose.png)\n\n![Mine](own.png)\n\n{pages}\n"
        )
        (blog / "long.md").write_text(text)
        (blog / "own.png").write_bytes(b"\x89PNG\r\n\x1a\n")

    def test_every_page_in_json(self, slashpost: Slashpost) -> None:
        said = slashpost("read", "long", "--json")
        assert (said.status, said.err) == (0, "")
        assert len(said.json) > 1
        assert all(list(page) == ["text", "images", "components"] for page in said.json)
        words = " ".join(page["text"] for page in said.json).split()
        assert [words.count(f"word{n}") for n in range(1, 5)] == [400] * 4
        assert said.json[0]["text"].startswith("**Begin** ")
        assert "@everyone" not in said.json[0]["text"]
        assert said.json[0]["images"] == [
            {"url": "https://example.org/rose.png", "alt": "A rose"},
            {"url": "own.png", "alt": "Mine"},
        ]

    def test_the_components_are_those_of_the_message(self, slashpost: Slashpost) -> None:
        for page in slashpost("read", "long", "--json").json:
            check_limits({"flags": V2_FLAG, "components": page["components"]})
            _title, *texts = texts_of(page)
            assert page["text"] == "\n\n".join(texts)
        [frame] = slashpost("read", "hello", "--json").json[0]["components"]
        texts = [item["content"] for item in frame["components"] if item["type"] == 10]
        assert texts[0].startswith("# Hello, world\n")
        assert texts[1] == "The first words about tulips."

    def test_a_page_by_its_number_from_one(self, slashpost: Slashpost) -> None:
        pages = slashpost("read", "long", "--json").json
        assert slashpost("read", "LONG", "--json", "--page", "1").json == pages[:1]
        assert slashpost("read", "long", "--json", "--page", str(len(pages))).json == pages[-1:]

    @pytest.mark.parametrize("page", ["0", "-1", "99"])
    def test_a_page_that_is_not_there(self, slashpost: Slashpost, page: str) -> None:
        pages = len(slashpost("read", "long", "--json").json)
        said = slashpost("read", "long", "--page", page)
        assert (said.status, said.out, said.err.count("\n")) == (2, "", 1)
        assert f"The post has {pages} pages" in said.err
        assert "The post has 1 page" in slashpost("read", "hello", "--page", page).err

    def test_a_post_that_is_not_there_names_the_closest(self, slashpost: Slashpost) -> None:
        said = slashpost("read", "rosse", "--json")
        assert (said.status, said.out) == (1, "")
        assert said.err == slashpost("post", "rosse").err

    def test_people_get_the_text_and_the_names_of_pictures(self, slashpost: Slashpost) -> None:
        said = slashpost("read", "long", "--page", "1")
        assert said.out.startswith("── page 1 of ")
        assert "🖼️ A rose <https://example.org/rose.png>" in said.out
        assert "\a" not in said.out
        assert slashpost("read", "long").out.startswith(said.out.rstrip())


class TestMisses:
    """Posts and tags that do not exist."""

    @pytest.mark.usefixtures("blog")
    def test_a_post_that_is_not_there_names_the_closest(self, slashpost: Slashpost) -> None:
        said = slashpost("post", "rosse", "--json")
        assert (said.status, said.out) == (1, "")
        assert said.err.startswith("slashpost: No post goes by 'rosse'. Closest: roses")
        assert said.err.count("\n") == 1

    @pytest.mark.usefixtures("blog")
    def test_a_tag_that_is_not_there_names_the_closest(self, slashpost: Slashpost) -> None:
        said = slashpost("tags", "gardning", "--json")
        assert (said.status, said.out) == (1, "")
        assert "gardening" in said.err.casefold()
        assert said.err.count("\n") == 1

    @pytest.mark.usefixtures("blog")
    def test_a_hidden_posts_tag_is_not_there(self, slashpost: Slashpost) -> None:
        assert slashpost("tags", "secret").status == 1


@pytest.mark.usefixtures("blog")
class TestIndex:
    """The index and its report."""

    def test_the_report_in_json(self, slashpost: Slashpost) -> None:
        said = slashpost("index", "--json")
        report = said.json
        assert list(report) == [
            "generator",
            "posts",
            "pages",
            "tags",
            "links",
            "unknown_links",
            "left_out",
            "problems",
            "added",
            "changed",
            "removed",
            "seconds",
            "samples",
        ]
        assert (report["posts"], report["tags"], report["problems"]) == (4, 2, [])
        assert sorted(left["path"] for left in report["left_out"]) == [
            "README.md",
            "draft.md",
            "later.md",
        ]
        assert all(list(left) == ["path", "reason"] for left in report["left_out"])
        assert (report["changed"], report["removed"]) == (0, 0)
        assert isinstance(report["seconds"], float)
        again = slashpost("index", "--json").json
        assert (again["added"], again["changed"], again["removed"]) == (0, 0, 0)
        assert again["left_out"] == report["left_out"]

    @pytest.mark.parametrize("generator", ["plain", "hugo", "docusaurus", "quartz"])
    def test_what_is_not_published_is_left_out_and_said(
        self, slashpost: Slashpost, blog: Path, generator: str
    ) -> None:
        dated = "---\ntitle: {}\ndate: 2024-01-02\n{}\n---\nWords.\n"
        pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'4d' * 32}\nsize 12\n"
        shown = {"unlisted": "sitemap: false", "partly": "sitemap: {disable: true}"}
        shown |= {"ends": "expiryDate: 2999-01-01", "lasts": "unpublishdate: 2999-01-01"}
        for name, line in {**shown, "ended": "expiryDate: 2024-02-01"}.items():
            (blog / f"{name}.md").write_text(dated.format(name, line))
        for folder in ("private", "deep/private", "_dir"):
            (blog / folder).mkdir(parents=True)
            (blog / folder / f"in-{len(folder)}.md").write_text(dated.format(folder, ""))
        (blog / "2024-01-05-large.md").write_text(pointer)
        report = slashpost("index", "--json", "--generator", generator).json
        listed = slashpost("latest", "--limit", "0", "--json", "--generator", generator).json
        paths = {post["path"] for post in listed}
        reasons = {one["path"]: one["reason"] for one in report["left_out"]}
        assert {f"{name}.md" for name in shown} <= paths
        assert reasons["ended.md"] == "its author had it published until an earlier day"
        assert "private" in reasons["private/in-7.md"] + reasons["deep/private/in-12.md"]
        assert ("_dir/in-4.md" in reasons) == (generator == "docusaurus")
        (problem,) = report["problems"]
        assert problem["path"] == "2024-01-05-large.md"
        assert "Git LFS pointer" in problem["reason"]
        assert not paths & {*reasons, problem["path"]}

    def test_quartz_leaves_out_what_its_site_ignores(
        self, slashpost: Slashpost, blog: Path
    ) -> None:
        (blog / "quartz.config.ts").write_text(
            "const config = { configuration: { ignorePatterns: ['roses.md', '**/secret'] } }"
        )
        for folder in ("a/secret", "private"):
            (blog / folder).mkdir(parents=True)
            (blog / folder / "x.md").write_text(f"---\ntitle: X\nslug: {folder[-2:]}\n---\nWords.")
        report = slashpost("index", "--json").json
        reasons = {one["path"]: one["reason"] for one in report["left_out"]}
        for path in ("roses.md", "a/secret/x.md"):
            assert reasons[path] == "the site's configuration ignores it"
        assert "private/x.md" not in reasons, "its author has taken the folder out of the list"

    def test_links_that_nothing_tells_are_counted(self, slashpost: Slashpost, blog: Path) -> None:
        options = ("--site", "https://a.example", "--sitemap", "off")
        assert slashpost("index", "--json", *options).json["unknown_links"] == 0
        assert "without a link" not in slashpost("check", *options).out
        (blog / "next.config.js").write_text("module.exports = {}")
        report = slashpost("index", "--json", *options).json
        assert (report["generator"], report["unknown_links"]) == ("next", 4)
        assert set(report["samples"].values()) == {None}
        way = "4 posts without a link: --site with a sitemap, or --permalink tells"
        assert way in slashpost("index", *options).out
        checked = slashpost("check", *options)
        assert (checked.status, way in checked.out) == (0, True)
        told = slashpost("index", "--json", *options, "--permalink", "/p/{slug}").json
        assert told["unknown_links"] == 0
        (blog / "sitemap.xml").write_text(
            "<urlset><url><loc>https://a.example/p/roses</loc></url></urlset>"
        )
        listed = ("--site", "https://a.example", "--sitemap", str(blog / "sitemap.xml"))
        assert slashpost("index", "--json", *listed).json["unknown_links"] == 3
        assert "3 posts without a link: --permalink tells" in slashpost("index", *listed).out

    def test_the_report_counts_changes(self, slashpost: Slashpost, blog: Path) -> None:
        slashpost("index")
        (blog / "new.md").write_text("---\ntitle: New\ndate: 2024-02-02\n---\n")
        (blog / "b-side.md").write_text("---\ntitle: B2\ndate: 2024-01-11\n---\nOther words.\n")
        (blog / "roses.md").unlink()
        report = slashpost("index", "--json").json
        assert (report["added"], report["changed"], report["removed"]) == (1, 1, 1)

    def test_a_problem_in_json(self, slashpost: Slashpost, blog: Path) -> None:
        (blog / "broken.md").write_text("---\ntitle: Howto: Install\n---\n")
        said = slashpost("index", "--json")
        assert said.status == 0
        [problem] = said.json["problems"]
        assert list(problem) == ["path", "line", "reason", "hint", "severity"]
        assert (problem["path"], problem["line"]) == ("broken.md", 2)
        assert problem["reason"]
        assert problem["hint"]

    def test_the_table_for_people(self, slashpost: Slashpost, blog: Path) -> None:
        (blog / "broken.md").write_text("---\ntitle: Howto: Install\n---\n")
        said = slashpost("index")
        lines = said.out.splitlines()
        assert "Posts      4" in lines
        assert "Tags       2" in lines
        assert "Left out   3" in lines
        assert "Problems   1" in lines
        assert "  broken.md:2: " in said.out
        assert "README.md" in said.out
        assert said.err == ""


HOSTILE = {
    "bomb.md": "---\ntitle: T\na: &a [x]\nb: &b [*a, *a]\ntags: [*b, *b, *b]\n---\n",
    "itself.md": "---\ntitle: T\ntags: &a [*a]\n---\n",
    "surrogate.md": '{"title": "\\ud800x", "date": "2024-01-01"}\nWords.\n',
    "nul.md": '---\ntitle: "a\\0b"\n---\n',
    "long.md": f"---\ntitle: {'9' * 5000}\nslug: {'9' * 5000}\n---\n",
    "no-number.md": "---\ntitle: .inf\ndate: .nan\ntags: [.inf, null, {a: b}]\n---\n",
    "first-day.md": "---\ntitle: T\ndate: 0001-01-01T00:00:00+14:00\n---\n",
    "last-day.md": "---\ntitle: T\ndate: 9999-12-31T23:59:59-14:00\n---\n",
    "mark\ndown 😀 <b>.md": "# Title\n",
    "empty.md": "",
}


@pytest.mark.skipif(sys.platform == "win32", reason="only where such names of files are allowed")
def test_no_file_stops_the_others(slashpost: Slashpost, blog: Path) -> None:
    before = {post["path"] for post in slashpost("latest", "--json").json}
    for path, text in HOSTILE.items():
        (blog / path).write_text(text, encoding="utf-8")
    report = slashpost("index", "--json")
    assert (report.status, report.err) == (0, "")
    listed = {post["path"] for post in slashpost("latest", "--json", "--limit", "0").json}
    told = {item["path"] for item in (*report.json["left_out"], *report.json["problems"])}
    assert before <= listed
    assert HOSTILE.keys() <= listed | told, "each is either shown or explained"
    assert slashpost("index").status == 0
    assert all(": " in line for line in slashpost("check").err.splitlines())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("latest", "--limit", "9" * 20), "not in the range"),
        (("tags", "--limit", "9" * 20), "not in the range"),
        (("index", "--db", "."), "is a folder"),
        (("index", "--db", "posts"), "is a folder"),
        (("announce", "status", "--state", "posts"), "is a folder"),
        (("index", "--site", "https://ada:secret@a.example"), "stands before the @"),
        (("index", "--ask-url", "https://ada:secret@a.example?x=secret"), "https://a.example?…"),
        (("index", "--ask-url", "https://a.example:port?secret"), "https://a.example:port?…"),
        (("index", "--ask-url", "ada:secret@a.example"), "https://a.example"),
        (("index", "--ask-url", "ftp://ada:secret@a.example"), "ftp://a.example"),
        (("state", "import", "no-text"), "no text in UTF-8"),
        (("state", "import", "deep"), "Line 1: no export of the state"),
    ],
)
def test_a_wrong_argument_is_one_line(
    slashpost: Slashpost, blog: Path, arguments: tuple[str, ...], said: str
) -> None:
    (blog.parent / "no-text").write_bytes(b"\xbc\xff")
    (blog.parent / "deep").write_text("[" * 100_000)
    result = slashpost(*arguments)
    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert result.err.count("\n") == 1
    assert "secret" not in result.err


@pytest.mark.usefixtures("blog")
def test_an_operator_without_a_date_is_named(slashpost: Slashpost) -> None:
    said = slashpost("search", "tulips", "after:yesterday", "before:2099")
    assert said.status == 0
    assert "after:yesterday names no date" in said.err
    assert "before" not in said.err


def test_narrow_terminals_get_narrow_lists(
    slashpost: Slashpost, blog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    (blog / "long.md").write_text(f"---\ntitle: {'Many words ' * 20}\n---\nTulips.\n")
    for command in (("latest",), ("search", "tulips")):
        assert max(map(len, slashpost(*command).out.splitlines())) <= 40


def test_a_commands_own_options_come_first(slashpost: Slashpost) -> None:
    help_ = slashpost("read", "--help").out
    assert help_.index("--page") < help_.index("\nSettings:") < help_.index("--posts")
    assert "None" not in help_


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_completes_commands(slashpost: Slashpost, shell: str) -> None:
    said = slashpost("completion", shell)
    assert said.status == 0
    assert "_SLASHPOST_COMPLETE" in said.out


def test_colours_may_be_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_without_color()
    monkeypatch.setenv("NO_COLOR", "1")
    assert is_without_color()


@pytest.mark.usefixtures("blog")
class TestCheck:
    """The linter for the blog's own CI."""

    def test_a_sound_blog_passes(self, slashpost: Slashpost) -> None:
        said = slashpost("check")
        assert (said.status, said.err) == (0, "")
        assert said.out == "No problems in 4 posts.\n"

    def test_what_readers_do_not_see_is_a_note(self, slashpost: Slashpost, blog: Path) -> None:
        for name in ("a", "b"):
            (blog / f"{name}.md").write_text("---\nslug: same\n---\n# Same\n")
        said = slashpost("check")
        assert (said.status, said.out) == (0, "No problems in 6 posts (1 note).\n")
        assert said.err.startswith("b.md: note: The slug same is taken")
        (problem,) = slashpost("check", "--json").json
        assert problem["severity"] == "note"
        (blog / "z.md").write_text("---\ntitle: Howto: Install\n---\n")
        said = slashpost("check")
        assert said.status == 1
        assert said.err.startswith("z.md:2: "), "what hurts readers comes first"
        failed = slashpost("check", "--json")
        assert (failed.status, [one["path"] for one in failed.json]) == (1, ["z.md", "b.md"])

    def test_many_alike_are_grouped(self, slashpost: Slashpost, blog: Path) -> None:
        for number in range(30):
            (blog / f"{number}.md").write_text("---\nslug: same\n---\n# Same\n")
        lines = slashpost("check").err.splitlines()
        assert len(lines) == 21
        assert lines[-1] == "… and 9 more like these: --json lists all"
        assert len(slashpost("check", "--json").json) == 29

    def test_each_problem_is_a_line(self, slashpost: Slashpost, blog: Path) -> None:
        (blog / "broken.md").write_text("---\ntitle: Howto: Install\n---\n")
        (blog / "bytes.md").write_bytes(b"---\ntitle: caf\xe9\n---\n")
        said = slashpost("check")
        assert (said.status, said.out) == (1, "")
        first, second = said.err.splitlines()
        assert first.startswith("broken.md:2: ")
        assert second.startswith("bytes.md")


class TestBadConfiguration:
    """One line that names the setting, what is wrong and what to do."""

    def refused(self, said: Said, *mentions: str) -> None:
        assert (said.status, said.out) == (2, "")
        assert said.err.count("\n") == 1
        assert "Traceback" not in said.err
        for mention in mentions:
            assert mention in said.err

    def test_no_posts_folder(self, slashpost: Slashpost) -> None:
        self.refused(slashpost("latest", "--json"), "posts", "--posts", "SLASHPOST_POSTS")

    def test_an_empty_posts_folder(self, slashpost: Slashpost, tmp_path: Path) -> None:
        (tmp_path / "posts").mkdir()
        self.refused(slashpost("index", "--json"), "posts", "--posts", "SLASHPOST_POSTS")

    @pytest.mark.usefixtures("blog")
    def test_a_file_for_a_folder(self, slashpost: Slashpost) -> None:
        self.refused(slashpost("check", "--posts", "posts/roses.md"), "roses.md", "--posts")

    @pytest.mark.usefixtures("blog")
    @pytest.mark.parametrize("db", ["posts/roses.md/index.db", "/dev/null/index.db", "posts"])
    def test_an_index_that_cannot_be_written(self, slashpost: Slashpost, db: str) -> None:
        self.refused(slashpost("latest", "--json", "--db", db), db, "--db", "SLASHPOST_DB")

    @pytest.mark.usefixtures("blog")
    def test_a_site_without_a_scheme(self, slashpost: Slashpost) -> None:
        said = slashpost("latest", "--site", "example.org")
        self.refused(said, "--site", "SLASHPOST_SITE_URL", "https://example.org")

    @pytest.mark.usefixtures("blog")
    def test_an_unknown_generator(self, slashpost: Slashpost) -> None:
        said = slashpost("latest", "--generator", "hugoo")
        self.refused(said, "--generator", "SLASHPOST_GENERATOR", "Did you mean hugo?")
        self.refused(slashpost("latest", "--generator", "x"), "Use one of: astro, ")

    @pytest.mark.usefixtures("blog")
    def test_a_pattern_with_an_unknown_placeholder(self, slashpost: Slashpost) -> None:
        said = slashpost("latest", "--permalink", "/{yeer}/{slug}/")
        self.refused(said, "--permalink", "SLASHPOST_PERMALINK", "{yeer}", "{year}")

    @pytest.mark.usefixtures("blog")
    @pytest.mark.parametrize("command", ["run", "invite"])
    def test_no_token(self, slashpost: Slashpost, command: str) -> None:
        self.refused(slashpost(command), "DISCORD_TOKEN", "slashpost try")

    def test_no_posts_to_serve(self, slashpost: Slashpost, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DISCORD_TOKEN", "a.b.c")
        self.refused(slashpost("run"), "SLASHPOST_POSTS")
        self.refused(slashpost("try", "--no-browser", "--posts", "nowhere"), "SLASHPOST_POSTS")

    @pytest.mark.parametrize(
        ("arguments", "mention"),
        [
            (["latst"], "latst"),
            (["latest", "--limit", "-1"], "--limit"),
            (["latest", "--limit", "many"], "--limit"),
            (["latest", "--nonsense"], "--nonsense"),
            (["post"], "POST"),
            (["search"], "QUERY"),
            (["latest", "surplus"], "surplus"),
            (["try", "--port", "70000"], "--port"),
        ],
    )
    def test_usage(self, slashpost: Slashpost, arguments: list[str], mention: str) -> None:
        self.refused(slashpost(*arguments), mention)


def commands_of(group: click.Group) -> Iterator[str]:
    """The names of all commands, such as ``latest`` and ``state export``."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from (f"{name} {each}" for each in commands_of(command))
        else:
            yield name


# These ask the state and nothing else.
OF_THE_STATE = {"announce status", "state export", "state import"} | {
    f"state {name}" for name in ("check", "repair", "restore")
}
WITHOUT_SETTINGS = {"invite", "completion"}


@pytest.mark.parametrize("command", list(commands_of(cli)))
def test_every_command_explains_itself(slashpost: Slashpost, command: str) -> None:
    said = slashpost(*command.split(), "--help")
    assert said.status == 0
    for setting in TABLE:
        if command in OF_THE_STATE:
            heeded = setting is setting_of("state")
        elif command in WITHOUT_SETTINGS:
            heeded = False
        else:
            heeded = command in {"run", "doctor"} or not setting.serves
        if setting.option and heeded:
            assert f"  {setting.option} " in said.out
            assert setting.variable in " ".join(said.out.split())


def test_the_commands_of_the_program(slashpost: Slashpost) -> None:
    names = {"run", "try", "index", "check", "latest", "post", "read", "tags", "search"}
    names |= {"invite", "doctor", "announce", "state", "completion", "setup", "ask"}
    assert set(cli.commands) == names
    assert slashpost("--version").out == f"slashpost {__version__}\n"
    bare = slashpost()
    assert (bare.status, bare.out) == (2, "")
    assert all(f"  {name} " in bare.err for name in names)


def test_every_json_key_is_documented(slashpost: Slashpost, blog: Path) -> None:
    (blog / "broken.md").write_text("---\ntitle: Howto: Install\n---\n")
    page = (CHECKOUT / "docs" / "json.md").read_text(encoding="utf-8")
    report = slashpost("index", "--json").json
    keys = {*POST_KEYS, *report, *report["left_out"][0], *report["problems"][0]}
    keys |= set(slashpost("tags", "--json").json[0])
    assert not [key for key in keys if f"`{key}`" not in page and f'"{key}"' not in page]


class TestProcess:
    """What only a process of its own can show."""

    def run(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
        return subprocess.run(
            [sys.executable, "-m", "bot", *arguments],
            env={**kept, "PYTHONPATH": str(CHECKOUT), **environ},
            capture_output=True,
            check=False,
            timeout=60,
        )

    @pytest.mark.usefixtures("blog")
    def test_settings_come_from_the_environment(self) -> None:
        done = self.run("post", "hello", "--json", SLASHPOST_SITE_URL="https://example.org")
        assert done.returncode == 0
        assert json.loads(done.stdout)["url"].startswith("https://example.org/")

    def test_posts_are_written_in_utf_8_whatever_the_terminal(self, blog: Path) -> None:
        text = "---\ntitle: Grüße aus 東京 🌷\n---\n"
        (blog / "2025-01-01-tokyo.md").write_text(text, encoding="utf-8")
        done = self.run("latest", PYTHONIOENCODING="latin-1", LC_ALL="C")
        assert "Grüße aus 東京 🌷" in done.stdout.decode("utf-8")

    @pytest.mark.skipif(os.name != "posix", reason="only on POSIX, where pipes break with a signal")
    def test_a_reader_who_stops_listening_sees_no_trace(self, blog: Path) -> None:
        for number in range(300):
            text = f"---\ntitle: Post {number}\ndate: 2023-01-01\n---\n{'word ' * 60}"
            (blog / f"post-{number}.md").write_text(text)
        command = [sys.executable, "-m", "bot", "latest", "--json", "--limit", "0"]
        with subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.read(10)
            process.stdout.close()
            assert process.stderr.read() == b""

    @pytest.mark.usefixtures("blog")
    def test_the_next_process_finds_the_index_up_to_date(self) -> None:
        runs = [self.run("index", "--json", PYTHONHASHSEED=seed) for seed in ("1", "2")]
        first, second = (json.loads(run.stdout)["added"] for run in runs)
        assert first > 0
        assert second == 0

    @pytest.mark.usefixtures("blog")
    @pytest.mark.skipif(os.name != "posix", reason="only on POSIX, which has pseudo-terminals")
    def test_a_person_sees_a_bar_beside_the_table(self) -> None:
        person, terminal = os.openpty()
        done = subprocess.run(
            [sys.executable, "-m", "bot", "index"],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            stdout=subprocess.PIPE,
            stderr=terminal,
            check=True,
            timeout=60,
        )
        os.close(terminal)
        assert b"Reading posts" in os.read(person, 10_000)
        os.close(person)
        assert done.stdout.startswith(b"Source ")

    @pytest.mark.usefixtures("blog")
    def test_a_question_does_not_load_the_bot(self) -> None:
        self.run("index")
        program = (
            "import sys; from bot.cli import main; main(['latest', '--json']); "
            "print([m for m in ('discord', 'aiohttp', 'simcord', 'watchfiles')"
            " if m in sys.modules], file=sys.stderr)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
            capture_output=True,
            check=True,
            timeout=60,
        )
        assert done.stderr.decode().strip() == "[]"


CORPORA = [
    ("biome-blog", "astro"),
    ("eleventy", "eleventy"),
    ("gopheracademy", "hugo"),
    ("jakevdp", "pelican"),
    ("jekyll", "jekyll"),
    ("react-dev", "next"),
    ("seed", "eleventy"),
    ("til", "plain"),
    ("timlrx", "next"),
    ("v8-dev", "eleventy"),
]


@pytest.mark.parametrize(("name", "generator"), CORPORA)
def test_a_real_blog(slashpost: Slashpost, corpora: Path, name: str, generator: str) -> None:
    posts = str(corpora / name)
    report = slashpost("index", "--json", "--posts", posts).json
    listed = slashpost("latest", "--json", "--limit", "0", "--posts", posts).json
    assert report["generator"] == generator
    assert report["posts"] == len(listed) > 0
    assert len({post["slug"] for post in listed}) == len(listed)
    assert not {post["path"] for post in listed} & {left["path"] for left in report["left_out"]}
    for post in listed:
        assert list(post) == POST_KEYS
        assert post["title"].strip()
        assert (corpora / name / post["path"]).is_file()
        for date in filter(None, (post["date"], post["updated"])):
            dt.datetime.fromisoformat(date)
    dates = [post["date"][:10] if post["date"] else "" for post in listed]
    assert dates == sorted(dates, reverse=True)
    urls = [post["url"] for post in listed if post["url"]]
    assert len(set(urls)) == len(urls), "two posts of one link"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state with a channel that is paused, and a post that waits for it and a reader."""
    path = tmp_path / "state.db"

    async def fill() -> None:
        async with State.open(path) as state:
            await state.subscriptions.keep(
                Subscription(place="news", guild=1, channel=2, tags=("News",), since=3)
            )
            await state.subscriptions.keep(Subscription(place="reader", reader=4, since=5))
            pause = Pause(reason="access", detail="no\x1b[31m way", since=1_700_000_000)
            await state.subscriptions.pause("c2", pause)
            post = KnownPost(id="a", path="a.md", slug="a", title="A", digest="1", shown_digest="f")
            assignments = [Assignment("c", "c2", ("a",)), Assignment("u", "u4", ("a",))]
            revision = Revision(posts=[post], assignments=assignments, pages=["a"])
            await state.ledger.revise("1", "me", lambda _known: revision)
            wait = await state.page_waits.claim(60)
            assert wait is not None
            await state.page_waits.go_on(wait, "its host answers 404", longest=1800)

    asyncio.run(fill())
    return path


class TestState:
    """What the bot remembers."""

    def test_announcements_are_shown_with_what_holds_them_up(
        self, slashpost: Slashpost, state: Path
    ) -> None:
        said = slashpost("announce", "status", "--state", str(state))
        assert said.status == 0
        assert said.out == (
            "Goes to    1 channel, 1 reader\n"
            "Waiting    1 message, 1 more for the paused\n"
            "Sent       0 messages, of which 0 are to change\n"
            "Refused    none\n"
            "Stopped    none\n"
            "No page    1 post waiting for it\n"
            "           A, asked for 1 time: its host answers 404\n"
            "Problem    none\n"
            "Paused     1\n"
            "           channel 2 of server 1, since 2023-11-14: no [31m way\n"
        )

    def test_announcements_are_shown_in_json(self, slashpost: Slashpost, state: Path) -> None:
        said = slashpost("announce", "status", "--state", str(state), "--json").json
        assert [said["waiting"], said["held"], said["problem"]] == [1, 1, None]
        (page,) = said["pages"]
        assert [page["path"], page["title"], page["asked"]] == ["a.md", "A", 1]
        assert [page["problem"], page["announced"]] == ["its host answers 404", False]
        channel, reader = said["subscriptions"]
        assert [channel["server"], channel["channel"], channel["reader"]] == ["1", "2", None]
        assert channel["pause"]["reason"] == "access"
        assert [reader["server"], reader["reader"], reader["pause"]] == [None, "4", None]

    def test_an_export_can_be_imported_once(
        self, slashpost: Slashpost, state: Path, tmp_path: Path
    ) -> None:
        exported = slashpost("state", "export", "--state", str(state)).out
        (tmp_path / "lines").write_text(exported, encoding="utf-8")
        other = ("--state", "deep/other.db")
        said = slashpost("state", "import", "lines", *other)
        assert (said.status, said.err) == (0, "")
        assert said.out == (
            "Took over 1 known post, of which none is announced again, 2 subscriptions "
            "and 2 messages.\n"
        )
        assert slashpost("state", "export", *other).out == exported
        again = slashpost("state", "import", "lines", *other)
        assert again.status == 2
        assert again.err.startswith("slashpost: The state is in use already. ")

    @pytest.mark.parametrize("command", [["announce", "status"], ["state", "export"]])
    def test_a_state_that_is_not_there_is_not_made(
        self, slashpost: Slashpost, tmp_path: Path, command: list[str]
    ) -> None:
        said = slashpost(*command, "--state", "none.db")
        assert said.status == 2
        assert said.err.startswith("slashpost: none.db: there is no state yet. ")
        assert not (tmp_path / "none.db").exists()


def test_a_damaged_state_is_checked_repaired_and_restored(
    slashpost: Slashpost, tmp_path: Path
) -> None:
    path = tmp_path / "kept.db"

    async def begin() -> None:
        async with State.open(path) as state:
            await state.subscriptions.keep(Subscription(place="reader", reader=4, since=5))

    asyncio.run(begin())
    copies.save(path)
    options = ("--state", str(path))
    said = slashpost("state", "check", *options)
    assert (said.status, said.err) == (0, "")
    assert "kept.db: good" in said.out
    assert "kept.db.copy-1: made " in said.out
    path.write_bytes(b"no database")
    said = slashpost("state", "check", *options)
    assert said.status == 1
    assert "kept.db: damaged (file is not a database)" in said.err
    said = slashpost("state", "repair", *options)
    assert said.status == 2
    assert "nothing of it can be read" in said.err
    said = slashpost("state", "restore", *options)
    assert (said.status, said.err) == (0, "")
    assert "copy-1 has taken the place of" in said.out
    assert slashpost("state", "check", *options).status == 0
    said = slashpost("state", "repair", *options)
    assert said.out.startswith("Saved 1 row; 0 could not be read.")


def test_the_status_names_machines_with_older_posts() -> None:
    backlog = Backlog(older_machines=["web-1"])
    said = announcements_table(backlog, (), ())
    assert "web-1 has older posts than another machine: update its posts, or stop it" in said
    assert announcements_json(backlog, (), ())["older_machines"] == ["web-1"]
