"""Which of the blog's own files are shown as pictures in the playground."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.blog.post import Post
from bot.playground import published
from bot.playground.published import GREY, Published

SITE = "https://blog.example"
CDN = "https://cdn.example"
GREY_PICTURE = (GREY.name, GREY.read_bytes())


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
    lay(tmp_path / file)
    post = Post(path="trip/index.md", slug="trip", title="Trip", image=url)
    found = Published({}, CDN, [post], tmp_path / posts, SITE)
    assert found.get(url) == (Path(file).name, b"picture")


def test_a_cover_beside_its_post_is_found_whatever_its_public_path(tmp_path: Path) -> None:
    lay(tmp_path / "2024" / "trip" / "cover.png", b"beside")
    url = f"{SITE}/hashed/cover.png"
    post = Post(path="2024/trip/index.md", slug="trip", title="Trip", image=url)
    assert Published({}, CDN, [post], tmp_path, SITE).get(url) == ("cover.png", b"beside")


def test_a_site_below_a_path_has_its_covers_there(tmp_path: Path) -> None:
    lay(tmp_path / "images" / "cover.png")
    site = f"{SITE}/journal/"
    found = Published({}, CDN, [], tmp_path, site)
    assert found.get(f"{site}images/cover.png") == ("cover.png", b"picture")


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
    post = Post(path="posts/a.md", slug="a", title="A", image=url)
    assert Published({}, CDN, [post], tmp_path, SITE).get(url) == GREY_PICTURE


def test_a_picture_inside_a_post_lies_beside_it_or_at_its_public_path(tmp_path: Path) -> None:
    lay(tmp_path / "posts" / "2024" / "trip" / "map.png", b"map")
    lay(tmp_path / "static" / "hills.png", b"hills")
    post = Post(path="2024/trip/index.md", slug="trip", title="Trip", link=f"{SITE}/trip/")
    found = Published({}, CDN, [post], tmp_path / "posts", SITE)
    assert found.get(f"{SITE}/trip/map.png") == ("map.png", b"map")
    assert found.get(f"{SITE}/hills.png") == ("hills.png", b"hills")


def test_a_picture_published_elsewhere_is_grey(tmp_path: Path) -> None:
    lay(tmp_path / "cover.png")
    for site in (SITE, None):
        found = Published({}, CDN, [], tmp_path, site)
        assert found.get("https://elsewhere.example/cover.png") == GREY_PICTURE
    assert Published({}, CDN).get(f"{SITE}/cover.png") == GREY_PICTURE


def test_discords_own_pictures_are_the_ones_given(tmp_path: Path) -> None:
    found = Published({f"{CDN}/avatars/1.png": ("you.png", b"you")}, CDN, [], tmp_path, SITE)
    assert found.get(f"{CDN}/avatars/1.png") == ("you.png", b"you")
    assert found.get(f"{CDN}/emojis/2.png") is None


def test_a_picture_too_large_to_keep_is_grey(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MAX_BYTES", 10)
    lay(tmp_path / "small.png", b"x" * 10)
    lay(tmp_path / "huge.png", b"x" * 11)
    found = Published({}, CDN, [], tmp_path, SITE)
    assert found.get(f"{SITE}/small.png") == ("small.png", b"x" * 10)
    assert found.get(f"{SITE}/huge.png") == GREY_PICTURE
