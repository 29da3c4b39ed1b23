"""A folder of posts, as people really keep them."""

from __future__ import annotations

import os
import sys
from pathlib import Path, PurePosixPath

import pytest

from bot.blog.errors import SourceError
from bot.blog.source import Snapshot
from bot.scan import SITE_FILES
from bot.sources.folder import Folder
from bot.sources.tree import SiteFiles

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="only on systems with such files")
UNPRIVILEGED = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="only without root's rights"
)


def look(root: Path, max_bytes: int = 1000) -> Snapshot:
    """A snapshot of a folder, for sites configured by ``site.conf``."""
    site = SiteFiles(
        is_site_file=lambda path: path.endswith(("/site.conf", "/data.json")),
        is_marker=lambda name: name in {"site.conf", ".vault"},
        is_content_folder=lambda name: name in {"src", "content"},
    )
    return Folder(root, site=site, max_bytes=max_bytes).snapshot()


def write(root: Path, *paths: str, text: str = "# Hello\n") -> None:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")


def left_out(snapshot: Snapshot) -> dict[str, str]:
    return {left.path: left.reason for left in snapshot.left_out}


def test_markdown_files_in_order_of_their_paths(tmp_path: Path) -> None:
    write(tmp_path, "b.md", "a/z.MDX", "a/B.markdown", "a/b/c.mkd", "d.mdown", "e.txt", "f.md.bak")
    snapshot = look(tmp_path)
    assert [file.path for file in snapshot.files] == [
        "a/B.markdown", "a/b/c.mkd", "a/z.MDX", "b.md", "d.mdown",
    ]  # fmt: skip
    assert snapshot.name == str(tmp_path)
    assert not snapshot.left_out


def test_a_file_says_its_size_and_when_it_changed(tmp_path: Path) -> None:
    write(tmp_path, "x.md", text="12345")
    (file,) = look(tmp_path).files
    assert (file.size, file.read()) == (5, b"12345")
    os.utime(tmp_path / "x.md", ns=(1, 2_000_000_000))
    (again,) = look(tmp_path).files
    assert again.stamp != file.stamp


def test_a_file_that_vanished_says_so_when_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, "x.md")
    (file,) = look(tmp_path).files
    (tmp_path / "x.md").unlink()
    with pytest.raises(FileNotFoundError):
        file.read()


def test_what_is_never_a_post_is_left_out_with_a_reason(tmp_path: Path) -> None:
    write(
        tmp_path,
        "x.md",
        ".hidden.md",
        ".github/a.md",
        ".git/a.md",
        "node_modules/a/README.md",
        "blog/_includes/a.md",
        "_site/a.md",
    )
    snapshot = look(tmp_path)
    assert [file.path for file in snapshot.files] == ["x.md"]
    assert left_out(snapshot) == {
        ".hidden.md": "hidden file",
        ".github/": "hidden folder",
        "node_modules/": "installed packages",
        "blog/_includes/": "templates",
        "_site/": "written by a generator",
    }


@pytest.mark.parametrize("posts", ["docs", "docs/posts", "."])
def test_a_hidden_folder_of_configuration_is_read_and_holds_no_post(
    tmp_path: Path, posts: str
) -> None:
    write(
        tmp_path,
        "docs/posts/x.md",
        "docs/.vitepress/config.mts",
        "docs/.vitepress/config/index.ts",
        "docs/.vitepress/cache/config.ts",
        "docs/.vitepress/theme/README.md",
        "docs/.github/config.ts",
    )
    (tmp_path / "docs/.vitepress/config.js").symlink_to("/etc/hostname")
    snapshot = Folder(tmp_path / posts, site=SITE_FILES, max_bytes=1000).snapshot()
    assert [file.path.rpartition("/")[2] for file in snapshot.files] == ["x.md"]
    up = {"docs": "", "docs/posts": "../", ".": "docs/"}[posts]
    assert set(snapshot.site_files) == {
        f"{up}.vitepress/config.mts",
        f"{up}.vitepress/config/index.ts",
    }
    assert f"{up}.vitepress" in snapshot.markers
    hidden = {f"{up}.vitepress/", f"{up}.github/"} if posts != "docs/posts" else set()
    assert set(left_out(snapshot)) == hidden


@pytest.mark.parametrize("posts", ["", "content/"])
def test_a_submodule_without_its_files_is_said(tmp_path: Path, posts: str) -> None:
    write(tmp_path, f"{posts}x.md", f"{posts}fetched/y.md", f"{posts}fetched/.git")
    (tmp_path / posts / "notes/garden").mkdir(parents=True)
    (tmp_path / posts / "empty").mkdir()
    (tmp_path / ".gitmodules").write_text(
        "".join(
            f'[submodule "{name}"]\n\tpath = {posts}{name}\n\turl = https://a.example/{name}\n'
            for name in ("notes/garden", "fetched", "gone", "../..", "")
        )
    )
    assert left_out(look(tmp_path / posts)) == {}
    (tmp_path / ".git").mkdir()
    snapshot = look(tmp_path / posts)
    assert left_out(snapshot) == {
        "notes/garden/": "another repository (a submodule); "
        "git submodule update --init fetches its files"
    }
    assert [file.path for file in snapshot.files] == ["fetched/y.md", "x.md"]
    (tmp_path / posts / "x.md").unlink()
    (tmp_path / posts / "fetched/y.md").unlink()
    assert left_out(look(tmp_path / posts)), "said where there is nothing else"


def test_themes_are_left_out_of_a_site_but_not_of_a_blog_about_themes(tmp_path: Path) -> None:
    write(tmp_path, "x.md", "themes/a.md")
    assert len(look(tmp_path).files) == 2
    write(tmp_path, "site.conf")
    assert left_out(look(tmp_path)) == {"themes/": "themes"}


def test_a_hidden_folder_is_fine_when_it_is_the_one_given(tmp_path: Path) -> None:
    write(tmp_path, ".blog/x.md")
    assert [file.path for file in look(tmp_path / ".blog").files] == ["x.md"]


def test_files_over_the_limit_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "small.md", text="x" * 1000)
    write(tmp_path, "large.md", text="x" * 1001)
    snapshot = look(tmp_path)
    assert [file.path for file in snapshot.files] == ["small.md"]
    assert left_out(snapshot) == {"large.md": "1,001 bytes, over the limit of 1,000"}


@POSIX
def test_links_are_followed_only_to_files_inside(tmp_path: Path) -> None:
    write(tmp_path, "elsewhere/secret.md", "posts/real/a.md")
    posts = tmp_path / "posts"
    (posts / "inside.md").symlink_to("real/a.md")
    (posts / "outside.md").symlink_to(tmp_path / "elsewhere/secret.md")
    (posts / "folder").symlink_to(tmp_path / "elsewhere")
    (posts / "loop").symlink_to(posts)
    (posts / "real/self").symlink_to("self")
    (posts / "broken.md").symlink_to("nowhere.md")
    (posts / "picture.png").symlink_to("/etc/hostname")
    snapshot = look(posts)
    assert [file.path for file in snapshot.files] == ["inside.md", "real/a.md"]
    assert left_out(snapshot) == {
        "outside.md": "a link that leaves the folder",
        "folder/": "a link that leaves the folder",
        "loop/": "a link to a folder that is listed itself",
        "broken.md": "a link that leads nowhere",
    }
    assert not snapshot.problems


@POSIX
def test_a_link_publishes_nothing_that_is_not_published(tmp_path: Path) -> None:
    """Such as a deploy key, or a draft, under the name of a post or of configuration."""
    secrets = (".git/config", ".env", ".obsidian/a.md", "_drafts/x.md", "a/Private/y.md")
    write(tmp_path, "ok.md", "_layouts/z.md", *secrets, text="secret")
    for number, target in enumerate((*secrets, "_layouts/z.md")):
        (tmp_path / f"{number}.md").symlink_to(target)
    (tmp_path / "site.conf").symlink_to(".env")
    snapshot = look(tmp_path)
    assert [file.path for file in snapshot.files] == ["_drafts/x.md", "a/Private/y.md", "ok.md"]
    assert {left_out(snapshot)[f"{number}.md"] for number in range(2)} == {
        "a link to a file of another kind"
    }
    assert {left_out(snapshot)[f"{number}.md"] for number in range(2, 6)} == {
        "a link to a file that is hidden, or no post by its folder"
    }
    assert not snapshot.site_files


@POSIX
def test_a_link_that_is_led_elsewhere_after_the_look_is_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "posts/real.md", text="# Real")
    write(tmp_path, "secret.md", text="secret")
    link = tmp_path / "posts/link.md"
    link.symlink_to("real.md")
    (file, _) = look(tmp_path / "posts").files
    link.unlink()
    link.symlink_to("../secret.md")
    assert (file.path, file.read()) == ("link.md", b"# Real")


@POSIX
@UNPRIVILEGED
def test_a_link_into_a_closed_folder_hides_nothing_else(tmp_path: Path) -> None:
    write(tmp_path, "closed/a.md", "posts/x.md")
    (tmp_path / "posts/link.md").symlink_to("../closed/a.md")
    (tmp_path / "closed").chmod(0)
    try:
        snapshot = look(tmp_path / "posts")
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [file.path for file in snapshot.files] == ["x.md"]
    assert list(left_out(snapshot)) == ["link.md"]


@POSIX
def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path, "real/x.md")
    (tmp_path / "link").symlink_to("real")
    assert [file.path for file in look(tmp_path / "link").files] == ["x.md"]


@POSIX
@UNPRIVILEGED
def test_a_folder_that_may_not_be_listed_is_a_problem_and_the_rest_is_served(
    tmp_path: Path,
) -> None:
    write(tmp_path, "x.md", "closed/y.md")
    (tmp_path / "closed").chmod(0)
    try:
        snapshot = look(tmp_path)
    finally:
        (tmp_path / "closed").chmod(0o700)
    assert [file.path for file in snapshot.files] == ["x.md"]
    assert [problem.path for problem in snapshot.problems] == ["closed/"]


@pytest.mark.skipif(sys.platform != "linux", reason="only where names are bytes")
def test_a_name_that_is_not_text_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "x.md")
    write(tmp_path, os.fsdecode(b"caf\xe9.md"), os.fsdecode(b"d\xe9r/x.md"))
    (tmp_path / os.fsdecode(b"l\xe9.md")).symlink_to("x.md")
    snapshot = look(tmp_path)
    assert [file.path for file in snapshot.files] == ["x.md"]
    assert {problem.reason for problem in snapshot.problems} == {"its name is not valid text"}
    assert sorted(problem.path for problem in snapshot.problems) == [
        "caf\ufffd.md", "d\ufffdr", "l\ufffd.md",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "reason"),
    [("missing", "does not exist"), ("file", "is a file"), ("empty", "no Markdown files")],
)
def test_a_wrong_folder_is_refused_in_one_line(tmp_path: Path, name: str, reason: str) -> None:
    write(tmp_path, "file", "empty/x.txt")
    with pytest.raises(SourceError, match=reason) as caught:
        look(tmp_path / name)
    assert str(tmp_path / name) in str(caught.value)
    assert "\n" not in str(caught.value)


@POSIX
def test_a_link_that_leads_to_itself_is_refused_as_a_folder(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(SourceError, match="loop"):
        look(tmp_path / "loop")


def test_the_sites_configuration_is_found_above_the_posts(tmp_path: Path) -> None:
    write(tmp_path, "site/site.conf", "site/content/a/data.json", "site/content/a/blog/x.md")
    write(tmp_path, "site.conf", text="of another site, further up")
    snapshot = look(tmp_path / "site/content/a/blog")
    assert snapshot.site_files == {"../data.json": "# Hello\n", "../../../site.conf": "# Hello\n"}
    assert snapshot.markers == {"../../../site.conf"}
    assert snapshot.inside == PurePosixPath("content/a/blog")


def test_the_sites_configuration_is_found_at_and_below_the_posts(tmp_path: Path) -> None:
    write(tmp_path, "docs/site.conf", "docs/x.md", "site.conf", ".vault/a.md")
    snapshot = look(tmp_path)
    assert set(snapshot.site_files) == {"docs/site.conf", "site.conf"}
    assert snapshot.markers == {"docs/site.conf", "site.conf", ".vault"}
    assert snapshot.inside == PurePosixPath()


def test_the_search_ends_at_the_top_of_a_repository(tmp_path: Path) -> None:
    write(tmp_path, "site.conf", "repository/.git/HEAD", "repository/posts/x.md")
    snapshot = look(tmp_path / "repository/posts")
    assert not snapshot.markers
    assert not snapshot.site_files
    assert look(tmp_path / "repository").markers == frozenset()


def test_the_search_does_not_enter_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "site.conf", "blog/x.md")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    assert not look(tmp_path / "blog").markers


def test_without_configuration_the_names_of_folders_tell_the_place(tmp_path: Path) -> None:
    write(tmp_path, "site/LICENSE", "site/src/content/blog/x.md", "site/posts/x.md")
    assert look(tmp_path / "site/src/content/blog").inside == PurePosixPath("src/content/blog")
    assert look(tmp_path / "site/src").inside == PurePosixPath("src")
    assert look(tmp_path / "site/posts").inside == PurePosixPath()


def test_a_folder_of_many_checkouts_is_no_part_of_a_site(tmp_path: Path) -> None:
    write(tmp_path, "src/blog/x.md")
    assert look(tmp_path / "src/blog").inside == PurePosixPath()


def test_configuration_that_is_not_utf8_is_a_problem(tmp_path: Path) -> None:
    write(tmp_path, "x.md")
    (tmp_path / "site.conf").write_bytes(b"title: caf\xe9")
    snapshot = look(tmp_path)
    assert [(problem.path, problem.reason) for problem in snapshot.problems] == [
        ("site.conf", "this configuration file is not UTF-8 (byte 11)"),
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="only where there are named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write(tmp_path, "x.md")
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / "site.conf")
    snapshot = look(tmp_path)
    assert [left.path for left in snapshot.left_out] == ["pipe.md"]
    assert [file.path for file in snapshot.files] == ["x.md"]


def test_data_beside_a_post_of_the_same_name_is_a_site_file(tmp_path: Path) -> None:
    for name in ("post.md", "post.json", "other.json"):
        (tmp_path / name).write_text("{}" if name.endswith("json") else "x", "utf-8")
    assert set(look(tmp_path).site_files) == {"post.json"}
