"""Pictures are found where a post means them, and nowhere outside the posts folder."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sources.pictures import FolderPictures

MB = 1_000_000


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    """A folder with a post's pictures and the site's, and a secret beside it."""
    folder = tmp_path / "posts"
    for name in ("trips/snail.png", "static/img/a b.jpg", "logo.webp", "notes.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    (tmp_path / "secret.png").write_bytes(b"secret")
    return folder


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("snail.png", "trips/snail.png"),
        ("./snail.png?v=1#top", "trips/snail.png"),
        ("../logo.webp", "logo.webp"),
        ("/logo.webp", "logo.webp"),
        ("/img/a%20b.jpg", "static/img/a b.jpg"),
        ("img/a b.jpg", "static/img/a b.jpg"),
    ],
)
def test_a_link_leads_from_the_post_or_from_the_sites_root(
    posts: Path, link: str, found: str
) -> None:
    picture = FolderPictures(posts).find(link, "trips/post.md", MB)
    assert picture is not None
    assert (picture.name, picture.data) == (Path(found).name, found.encode())


@pytest.mark.parametrize(
    "link",
    [
        "../../secret.png",
        "/../secret.png",
        "%2e%2e/%2e%2e/secret.png",
        "escape.png",
        "away/secret.png",
        "circle.png",
        "notes.txt",
        "https://x.example/snail.png",
        "//x.example/snail.png",
        "file:///snail.png",
        "http://[snail.png",
        "sna\0il.png",
        "x" * 5000 + ".png",
        "",
    ],
)
def test_nothing_else_is_read(posts: Path, link: str) -> None:
    (posts / "trips/escape.png").symlink_to(posts.parent / "secret.png")
    (posts / "trips/away").symlink_to(posts.parent)
    (posts / "trips/circle.png").symlink_to(posts / "trips/circle.png")
    assert FolderPictures(posts).find(link, "trips/post.md", MB) is None


@pytest.mark.parametrize(
    "target",
    [".git/config", ".env", ".cache/a.png", "_drafts/a.png", "blog/Drafts/a.png", "notes.txt"],
)
@pytest.mark.parametrize("link", ["shot.png", "direct"])
def test_a_picture_is_neither_hidden_nor_a_drafts_nor_another_file(
    posts: Path, target: str, link: str
) -> None:
    file = posts / target
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b"secret")
    (posts / "shot.png").symlink_to(target)
    name = f"/{target}" if link == "direct" else link
    assert FolderPictures(posts).find(name, "post.md", MB) is None


def test_a_draft_shows_its_own_pictures(posts: Path) -> None:
    (posts / "_drafts").mkdir()
    (posts / "_drafts/new.png").write_bytes(b"new")
    assert FolderPictures(posts).find("new.png", "_drafts/post.md", MB) is not None
    assert FolderPictures(posts).find("_drafts/new.png", "post.md", MB) is None


def test_a_picture_that_is_too_large_is_left_out(posts: Path) -> None:
    size = len("logo.webp")
    assert FolderPictures(posts).find("/logo.webp", "post.md", size) is not None
    assert FolderPictures(posts).find("/logo.webp", "post.md", size - 1) is None


@given(st.text())
def test_any_link_is_safe(link: str) -> None:
    assert FolderPictures(Path("/nowhere")).find(link, "post.md", MB) is None
