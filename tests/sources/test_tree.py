"""The walk over a site's files, of whatever they are, within limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from bot.sources import tree
from bot.sources.tree import Level, Listing, SiteFiles, TreeEntry, walk

SITE = SiteFiles(
    is_site_file=lambda path: path.endswith("/site.conf"),
    is_marker=lambda name: name == "site.conf",
    is_content_folder=lambda _name: False,
)


class Folders:
    """A tree of named folders; two entries of one name lead to the same folder."""

    root = ""

    def __init__(self, folders: Mapping[str, tuple[str, ...]], top: str) -> None:
        self.folders = folders
        self.top = top
        self.listed = 0

    def entries(self, _path: str, content: str | None) -> Iterator[TreeEntry[str]]:
        self.listed += 1
        for name in self.folders[content or self.top]:
            target = name.partition(">")[2]
            own = name.partition(">")[0]
            yield TreeEntry(own, bool(target), target or own, target.encode() or None)

    def above(self) -> Iterator[Level[str]]:
        return iter(())


def listing(folders: Mapping[str, tuple[str, ...]], top: str = "top") -> tuple[Listing[str], int]:
    found = Folders(folders, top)
    return walk(found, SITE), found.listed


def test_a_folder_that_holds_itself_a_billion_times_is_listed_a_few_times() -> None:
    """Ten folders in ten folders in ten, each the same: what a repository can say in 3 kB."""
    levels = {
        f"level{n}": tuple(f"d{i}>level{n - 1}" if n else f"f{i}.md" for i in range(10))
        for n in range(10)
    }
    found, listed = listing(levels | {"top": ("a.md", "d>level9")})
    assert listed < 1100
    assert "a.md" in found.files
    assert 10 <= len(found.files) <= 1001
    assert {left.reason for left in found.left_out} == {"the same folder as 100 others"}


def test_folders_without_end_are_entered_to_some_depth() -> None:
    chain = {f"{n}": ("a.md", f"deeper>{n + 1}") for n in range(1000)}
    found, _ = listing(chain | {"top": ("deeper>0",)})
    assert len(found.files) == tree.MOST_DEPTH
    assert [left.reason for left in found.left_out] == ["over 40 folders deep"]


def test_beyond_a_number_of_files_the_nearest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tree, "MOST_ENTRIES", 6)
    found, _ = listing(
        {"top": ("a.md", "one>one", "two>two"), "one": ("b.md",), "two": ("c.md", "d.md", "e.md")}
    )
    assert list(found.files) == ["a.md", "one/b.md", "two/c.md", "two/d.md"]
    assert [(one.path, "over 6 files" in one.reason) for one in found.problems] == [("two/", True)]


def test_a_path_that_is_too_long_is_shown_in_part() -> None:
    found, _ = listing(
        {"top": ("a.md", "x" * 5000 + ".md", "d" * 1000 + ">d"), "d": ("y" * 99 + ".md",)}
    )
    assert list(found.files) == ["a.md"]
    assert [problem.path for problem in found.problems] == ["x" * 100 + "…", "d" * 100 + "…"]
