"""Files among the posts that are none are left out, with the reason."""

from __future__ import annotations

import pytest

from tests.reading.desk import Sheet, outlines_of, read, read_post, reader_for


@pytest.mark.parametrize(
    ("path", "generator"),
    [
        ("README.md", "plain"), ("sub/readme.md", "plain"), ("README.fr.md", "plain"),
        ("404.md", "jekyll"), ("_index.md", "hugo"), ("blog/_index.fr.md", "zola"),
        ("LICENSE.md", "plain"), ("CHANGELOG.md", "plain"),
        ("_includes/note.md", "eleventy"), ("_layouts/post.md", "jekyll"),
        ("archetypes/default.md", "hugo"), ("templates/note.md", "obsidian"),
        ("pages/about.md", "pelican"), ("blog/_shared.mdx", "docusaurus"),
        ("node_modules/x/x.md", "plain"), ("private/x.md", "hugo"),
        ("blog/_private/x.md", "eleventy"), ("a/Private/b/x.md", "plain"),
        ("content/private/x.md", "quartz"),
    ],
)  # fmt: skip
def test_some_paths_are_never_posts(path: str, generator: str) -> None:
    document = read("---\ntitle: x\ndate: 2024-01-11\n---\nText", path, generator)
    assert document.post is None
    assert document.left_out is not None
    assert (document.left_out.path, bool(document.left_out.reason)) == (path, True)


@pytest.mark.parametrize(
    "path",
    ["2024-01-11-readme.md", "changelog.md", "templates/engines.md", "layouts/grid.md",
     "why-404.md", "private-lessons/x.md", "notes/private.md",
     "_posts/2024-01-11-x.md", "pages/x.md", "index.md"],
)  # fmt: skip
def test_similar_paths_are_posts(path: str) -> None:
    assert read("# Text", path).post is not None


@pytest.mark.parametrize(
    ("text", "generator", "reason"),
    [
        ("", "plain", "empty"),
        ("  \n\n", "plain", "empty"),
        ("---\ntitle: x\nredirect: https://x.example\n---\n", "jekyll", "https://x.example"),
        ("---\ntitle: x\npermalink: false\n---\nText", "eleventy", "no page"),
        ('+++\ntitle = "x"\nrender = false\n+++\nText', "zola", "no page"),
        ("---\ntitle: x\nbuild: {render: never}\n---\nText", "hugo", "no page"),
        ("---\ntitle: x\nbuild: {list: never}\n---\nText", "hugo", "lists it nowhere"),
        ("---\ntitle: x\neleventyExcludeFromCollections: true\n---\nText", "eleventy", "excluded"),
        ("---\ntitle: x\nprivate: true\n---\nText", "plain", "private"),
        ("---\ntitle: x\nprivate: friends\n---\nText", "plain", "private"),
        ("---\ntitle: x\nPrivate: 1\ndraft: true\n---\nText", "hugo", "private"),
        ("---\ntitle: x\nparams: {private: yes}\n---\nText", "hugo", "private"),
        ("---\ntitle: x\nstatus: Private\n---\nText", "pelican", "private"),
        ("---\ntitle: x\nvisibility: private\n---\nText", "plain", "private"),
        ("---\npermalink: /feed.xml\n---\nText", "eleventy", "/feed.xml"),
        ("---\ntitle: x\npagination: {data: a}\n---\nText", "eleventy", "lists"),
        ("---\ntitle: About\nlayout: page\n---\nText", "jekyll", "layout: page"),
    ],
)
def test_some_files_say_that_they_are_none(text: str, generator: str, reason: str) -> None:
    document = read(text, "a.md", generator)
    assert document.post is None
    assert document.left_out is not None
    assert reason in document.left_out.reason


@pytest.mark.parametrize(
    "line", ["private: false", "private: 'no'", "private:", "status: published"]
)
def test_what_is_not_private_is_a_post(line: str) -> None:
    assert read(f"---\ntitle: x\n{line}\n---\nText").post is not None


def test_a_dated_page_is_a_post_whatever_its_layout() -> None:
    read_post("---\ntitle: x\nlayout: page\ndate: 2024-01-11\n---\nText", generator="jekyll")


def test_a_file_over_the_limit_is_left_out_unread() -> None:
    document = read("x" * 101, max_bytes=100)
    assert document.left_out is not None
    assert "100 bytes" in document.left_out.reason


def test_a_file_that_vanished_is_a_problem() -> None:
    class Vanished(Sheet):
        def read(self) -> bytes:
            raise FileNotFoundError(2, "No such file or directory")

    document = reader_for().read(Vanished("a.md", b""))
    assert document.post is None
    assert "No such file" in document.problems[0].reason


def test_a_page_with_neither_date_nor_title_is_left_out_among_dated_posts() -> None:
    page, titled = read("Only text", "page.md"), read("# Titled", "titled.md")
    post = read("# A", "2024-01-11-a.md")
    reader = reader_for()
    settled = reader.settle(outlines_of([post, page, titled]))
    assert [left.path for left in settled.left_out] == ["page.md"]
    assert not reader.settle(outlines_of([page, titled])).left_out, "where nothing has a date"


def test_pages_beside_a_posts_folder_are_left_out() -> None:
    files = [read("# About", "about.md"), read("# A", "_posts/2024-01-11-a.md")]
    settled = reader_for("jekyll").settle(outlines_of(files))
    assert [left.path for left in settled.left_out] == ["about.md"]


def test_the_start_page_of_a_folder_is_left_out_and_a_bundle_is_not() -> None:
    files = [read("# A", path) for path in ("a/index.md", "index.md", "other.md")]
    settled = reader_for().settle(outlines_of(files))
    assert [left.path for left in settled.left_out] == ["index.md"]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_pointer_to_a_file_elsewhere_is_no_post(end: str) -> None:
    pointer = end.join(["version https://git-lfs.github.com/spec/v1", "oid sha256:4d", "size 12"])
    document = read(pointer, "2024-01-05-hello.md")
    assert document.post is None
    assert [problem.reason.partition(",")[0] for problem in document.problems] == [
        "It is a Git LFS pointer"
    ]
    assert read(f"---\ntitle: LFS\n---\n{pointer}").post is not None
