"""Which of the blog's own files are shown as covers in the playground."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.blog.post import Post
from bot.playground import covers
from bot.playground.covers import NO_COVER, cover_file, covers_of

SITE = "https://blog.example"
GREY = (NO_COVER.name, NO_COVER.read_bytes())


def lay(file: Path, content: bytes = b"picture") -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("posts", "file", "url"),
    [
        (".", "images/cover.webp", f"{SITE}/images/cover.webp"),
        ("content/blog", "static/images/cover.png", f"{SITE}/images/cover.png"),
        ("src/content/blog", "public/cover.jpg", f"{SITE}/cover.jpg"),
        ("_posts", "assets/cover.gif", f"{SITE}/assets/cover.gif"),
        ("content/blog", "content/blog/trip/cover.jpeg", f"{SITE}/blog/trip/cover.jpeg"),
        (".", "images/a b ü.png", f"{SITE}/images/a%20b%20%C3%BC.png"),
        (".", "images/cover.png", f"{SITE}/images/cover.png?width=400#top"),
    ],
)
def test_a_cover_is_found_where_generators_publish_it_from(
    tmp_path: Path, posts: str, file: str, url: str
) -> None:
    expected = lay(tmp_path / file)
    found = cover_file(url, "trip/index.md", tmp_path / posts, SITE)
    assert found is not None
    assert found.samefile(expected)


def test_a_cover_beside_its_post_is_found_whatever_its_public_path(tmp_path: Path) -> None:
    beside = lay(tmp_path / "2024" / "trip" / "cover.png")
    assert cover_file(f"{SITE}/trip/cover.png", "2024/trip/index.md", tmp_path, SITE) == beside


def test_a_site_below_a_path_has_its_covers_there(tmp_path: Path) -> None:
    lay(tmp_path / "images" / "cover.png")
    site = f"{SITE}/journal/"
    assert cover_file(f"{site}images/cover.png", "a.md", tmp_path, site) is not None


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/images/cover.png",
        f"{SITE}.evil.example/images/cover.png",
        f"{SITE}/images/missing.png",
        f"{SITE}/images/cover.svg",
        f"{SITE}/images/",
        f"{SITE}/images/%2e%2e/secret.png",
        f"{SITE}//images/cover.png",
        f"{SITE}/images/cover.png/..",
    ],
)
def test_nothing_is_shown_for_what_the_site_does_not_publish(tmp_path: Path, url: str) -> None:
    lay(tmp_path / "images" / "cover.png")
    lay(tmp_path / "images" / "cover.svg")
    lay(tmp_path / "secret.png")
    assert cover_file(url, "posts/a.md", tmp_path, SITE) is None


def test_covers_of_the_first_posts_are_kept_when_memory_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers, "MAX_BYTES", 10)
    posts = [
        Post(path=f"{name}.md", slug=name, title=name, image=f"{SITE}/{name}.png")
        for name in ("first", "huge", "last")
    ]
    for name, size in (("first", 6), ("huge", 11), ("last", 4)):
        lay(tmp_path / f"{name}.png", b"x" * size)
    kept = covers_of(posts, tmp_path, SITE)
    assert kept == {
        f"{SITE}/first.png": ("first.png", b"x" * 6),
        f"{SITE}/huge.png": GREY,
        f"{SITE}/last.png": ("last.png", b"x" * 4),
    }


def test_a_cover_published_elsewhere_is_shown_as_a_grey_picture(tmp_path: Path) -> None:
    lay(tmp_path / "cover.png")
    url = "https://elsewhere.example/cover.png"
    post = Post(path="a.md", slug="a", title="A", image=url)
    assert covers_of([post], tmp_path, SITE) == {url: GREY}
    assert covers_of([post], tmp_path, None) == {url: GREY}


def test_without_a_site_url_a_cover_with_a_path_only_is_not_shown(tmp_path: Path) -> None:
    lay(tmp_path / "cover.png")
    post = Post(path="a.md", slug="a", title="A", image="/cover.png")
    assert covers_of([post], tmp_path, None) == {}
