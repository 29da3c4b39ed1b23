"""What files of authors and tags call those that posts name by a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.generators.common import registry
from bot.generators.common.site import Site
from bot.reading.reader import SiteReader
from bot.reading.rules import ReadingRules
from bot.scan import SITE_FILES
from bot.sources.folder import Folder
from tests.generators.sites import TextFile, site, snapshot

AUTHORS = "jane:\n  name: Jane  Doe\n  title: Editor\nbo: {name: '**Bo**'}\nx: {title: No name}\n"
TAGS = "js:\n  label: JavaScript\n  permalink: /js\ncss: Style sheets\nnone:\n"
POST = "---\nauthors: {authors}\ntags: {tags}\ndate: 2024-03-05\n---\n\nText\n"


def read(files: dict[str, str], path: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    blog = Site.of(snapshot(files))
    post = SiteReader(ReadingRules(), blog).read(TextFile(path, files[path])).post
    assert post is not None
    return post.authors, post.tags


@pytest.mark.parametrize(
    ("config", "folder"),
    [
        ("docusaurus.config.js", "blog"),
        ("website/docusaurus.config.js", "website/blog"),
        ("_config.yml", "_data"),
        ("hugo.toml", "data"),
    ],
)
def test_keys_are_read_as_the_names_that_are_declared(config: str, folder: str) -> None:
    post = f"{folder if 'blog' in folder else '_posts'}/2024-03-05-x.md"
    files = {
        config: "",
        f"{folder}/authors.yml": AUTHORS,
        f"{folder}/tags.yml": TAGS,
        post: POST.format(authors="[jane, bo, x, Ann Other]", tags="[js, CSS, none, more]"),
    }
    assert read(files, post) == (
        ("Jane Doe", "Bo", "x", "Ann Other"),
        ("JavaScript", "Style sheets", "none", "more"),
    )


def test_each_blog_has_its_own_authors() -> None:
    files = {"docusaurus.config.js": ""}
    for name in ("blog", "news"):
        files[f"{name}/authors.yml"] = f"a: {{name: {name.title()}}}"
        files[f"{name}/x.md"] = POST.format(authors="a", tags="[]")
    assert read(files, "blog/x.md")[0] == ("Blog",)
    assert read(files, "news/x.md")[0] == ("News",)


def test_an_author_may_be_a_key_with_more_said() -> None:
    files = {
        "docusaurus.config.js": "",
        "blog/authors.yml": AUTHORS,
        "blog/x.md": POST.format(authors="[{key: jane, title: Guest}, {name: Z}]", tags="[]"),
    }
    assert read(files, "blog/x.md")[0] == ("Jane Doe", "Z")


@pytest.mark.parametrize("data", ["- a\n- b\n", "a: [", "a: &x [*x]", "'", "a: {name: {}}"])
def test_a_file_of_something_else_declares_nothing(data: str) -> None:
    files = {"docusaurus.config.js": "", "blog/authors.yml": data, "blog/tags.yml": data}
    files["blog/x.md"] = POST.format(authors="a", tags="[a]")
    assert read(files, "blog/x.md") == (("a",), ("a",))
    assert not site(files).problems


def test_such_a_file_changes_what_the_site_is() -> None:
    files = {"docusaurus.config.js": "", "blog/x.md": ""}
    assert site(files).fingerprint != site({**files, "blog/authors.yml": AUTHORS}).fingerprint


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/blog/authors.yml", True),
        ("/blog/tags.yaml", True),
        ("/data/tags.toml", True),
        ("/_data/authors.json", True),
        ("/blog/tags.json", False),
        ("/blog/my-authors.yml", False),
    ],
)
def test_where_they_are_looked_for(path: str, expected: bool) -> None:
    assert registry.is_site_file(path) is expected


def test_they_are_found_beside_the_posts_on_disk(tmp_path: Path) -> None:
    for path, text in {
        "docusaurus.config.js": "",
        "blog/authors.yml": AUTHORS,
        "blog/x.md": POST.format(authors="jane", tags="[]"),
    }.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    for folder in (tmp_path, tmp_path / "blog"):
        looked = Folder(folder, site=SITE_FILES, max_bytes=10_000).snapshot()
        (file,) = looked.files
        post = SiteReader(ReadingRules(), Site.of(looked)).read(file).post
        assert post is not None
        assert post.authors == ("Jane Doe",)
