"""Zola's links: https://www.getzola.org/documentation/content/page/."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

BARE = 'base_url = "https://example.org/sub/"\n'


@pytest.mark.parametrize(
    ("path", "meta", "expected"),
    [
        ("content/blog/x.md", {}, "/blog/x/"),
        ("content/x.md", {}, "/x/"),
        ("content/blog/x/index.md", {}, "/blog/x/"),
        ("content/blog/2018-10-10-x.md", {}, "/blog/x/"),
        ("content/blog/2018-10-10_x.md", {}, "/blog/x/"),
        ("content/blog/2018-10-10T08:00:00Z-x.md", {}, "/blog/x/"),
        ("content/blog/2018-10-10-x/index.md", {}, "/blog/x/"),
        ("content/blog/2018-10-10.md", {}, "/blog/2018-10-10/"),
        ("content/blog/My Post & More.md", {}, "/blog/my-post-more/"),
        ("content/Blog Posts/x.md", {}, "/Blog%20Posts/x/"),
        ("content/blog/Über Größe.md", {}, "/blog/uber-grosse/"),
        ("content/blog/日本.md", {}, None),
        ("content/blog/x.md", {"slug": "Other one"}, "/blog/other-one/"),
        ("content/blog/x.md", {"path": "2024/02/19/Other.html"}, "/2024/02/19/Other.html/"),
        ("content/blog/x.md", {"path": "/else/where/"}, "/else/where/"),
        ("content/blog/x.md", {"path": "a", "slug": "b"}, "/a/"),
    ],
)
def test_path_slug_and_dated_names(
    path: str, meta: dict[str, object], expected: str | None
) -> None:
    blog = site({"config.toml": BARE})
    assert blog.link(facts(blog, path, meta)) == expected


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("It’s curly “q”", "it-s-curly-q"),
        ("em—dash – en", "em-dash-en"),
        ("½ cups", "1-2-cups"),
        ("2½ x²", "21-2-x2"),
        ("emoji 🎉 party", "emoji-tada-party"),
        ("🎉party", "tada-party"),
        ("a🎉b", "atada-b"),
        ("ship it 🚀", None),
        ("red 🔥 hot", "red-fire-hot"),
        ("family 👨\u200d👩", "family-man-woman"),
        ("naïve Łódź Straße", "naive-lodz-strasse"),
        ("Борьба ъ", "bor-ba"),
        ("привет мир", "privet-mir"),
        ("1 × 2 ÷ 3 ± 4", "1-x-2-3-4"),
        ("5 € a·b → c", "5-eur-a-b-c"),
        ("«x» ¿y?", "x-y"),
        ("20°C", "20degc"),
        ("an…end", "an-end"),
        # Other versions may spell these otherwise.
        ("A™ ©", None), ("x ★", None), ("party 🙃", None), ("⅓ of it", None), ("№ 5", None),
        ("thumbs 👍", None), ("日本", None), ("Ελλάδα", None),
    ],
)  # fmt: skip
def test_slugs_are_spelled_as_its_library_spells_them(name: str, slug: str | None) -> None:
    blog = site({"config.toml": BARE})
    expected = slug and f"/blog/{slug}/"
    assert blog.link(facts(blog, f"content/blog/{name}.md")) == expected
    assert blog.link(facts(blog, "content/blog/x.md", {"slug": name})) == expected


@pytest.mark.parametrize(
    ("settings", "path", "expected"),
    [
        ('[slugify]\npaths = "safe"', "content/日本 語?.md", "/%E6%97%A5%E6%9C%AC%20%E8%AA%9E/"),
        ('[slugify]\npaths = "off"', "content/My Post.md", "/My%20Post/"),
        ("[slugify]\npaths_keep_dates = true", "content/2018-10-10-x.md", "/2018-10-10-x/"),
    ],
)
def test_the_site_chooses_how_paths_become_slugs(settings: str, path: str, expected: str) -> None:
    blog = site({"config.toml": BARE + settings})
    assert blog.link(facts(blog, path)) == expected


@pytest.mark.parametrize(
    ("path", "language", "expected"),
    [
        ("content/blog/x.md", "de", "/blog/x/"),
        ("content/blog/x.fr.md", "fr", "/fr/blog/x/"),
        ("content/blog/x/index.fr.md", "fr", "/fr/blog/x/"),
        ("content/blog/2018-10-10-x.fr.md", "fr", "/fr/blog/x/"),
    ],
)
def test_languages(path: str, language: str, expected: str) -> None:
    blog = site({"config.toml": f'{BARE}default_language = "de"\n[languages.fr]\n[languages.en]\n'})
    assert blog.language_of(path) == language
    assert blog.link(facts(blog, path)) == expected


def test_it_is_told_from_hugo_by_its_configuration() -> None:
    blog = site({"config.toml": BARE, "content/x.md": ""})
    assert (blog.generator, blog.url) == ("zola", "https://example.org/sub")


def test_covers_of_co_located_posts_lie_beside_the_page() -> None:
    blog = site({"config.toml": BARE})
    assert blog.image(facts(blog, "content/blog/x/index.md"), "a.png") == "/blog/x/a.png"
    assert blog.image(facts(blog, "content/blog/x/index.md", {"path": "y"}), "a.png") == "/y/a.png"
    assert blog.image(facts(blog, "content/blog/x.md"), "a.png") == "/a.png"
