"""Hugo's links: https://gohugo.io/content-management/urls/."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

BARE = 'baseURL = "https://example.org/sub/"\ntitle = "x"\n'


def link(
    config: str,
    path: str,
    meta: dict[str, object] | None = None,
    *,
    title: str = "Its Title",
    date: str | None = "2024-03-09",
    name: str = "hugo.toml",
) -> str | None:
    blog = site({name: config})
    own = {"title": title, "date": date} | (meta or {})
    return blog.link(facts(blog, path, own, title=title, date=date))


@pytest.mark.parametrize(
    ("path", "meta", "expected"),
    [
        ("content/posts/x.md", {}, "/posts/x/"),
        ("content/x.md", {}, "/x/"),
        ("content/posts/My First Post.md", {}, "/posts/my-first-post/"),
        ("content/Big/Añade C++ & more!.md", {}, "/big/a%C3%B1ade-c++--more/"),
        ("content/posts/2024-01-11-x.md", {}, "/posts/2024-01-11-x/"),
        ("content/posts/bundle/index.md", {}, "/posts/bundle/"),
        ("content/posts/a/b/c.md", {}, "/posts/a/b/c/"),
        ("content/posts/_index.md", {}, "/posts/"),
        ("content/posts/x.md", {"slug": "Other Name"}, "/posts/other-name/"),
        ("content/posts/bundle/index.md", {"slug": "other"}, "/posts/other/"),
        ("content/posts/x.md", {"slug": 2024}, "/posts/2024/"),
        ("content/posts/x.md", {"url": "/else/"}, "/else/"),
        ("content/posts/x.md", {"url": "else"}, "/else/"),
        ("content/posts/x.md", {"url": "/old/x.html"}, "/old/x.html"),
        ("content/posts/x.md", {"url": "/:year/:slug"}, "/2024/its-title/"),
        ("content/posts/x.md", {"url": "https://other.example/x"}, "https://other.example/x"),
        ("content/posts/x.md", {"permalink": "/hugo/does/not/read/it"}, "/posts/x/"),
    ],
)
def test_sections_bundles_slug_and_url(path: str, meta: dict[str, object], expected: str) -> None:
    assert link(BARE, path, meta) == expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/:year/:month/:day/:slug/", "/2024/03/09/its-title/"),
        ("/:monthname/:weekday/:weekdayname/:yearday/:title", "/march/6/saturday/69/its-title/"),
        ("/:section/:filename", "/posts/2024-x/"),
        ("/:sections/:contentbasename", "/posts/deep/er/2024-x/"),
        ("/:sections[1:]/:slugorfilename", "/deep/er/2024-x/"),
        ("/:sections[last]/:slugorcontentbasename", "/er/2024-x/"),
        ("/:sections[:1]/:filename", "/posts/2024-x/"),
        ("/:sections[0]/:sections[9]/:filename", "/posts/2024-x/"),
        ("/:2006/:01/:02/:slug", "/2024/03/09/its-title/"),
    ],
)
def test_every_permalink_token(pattern: str, expected: str) -> None:
    path = "content/posts/deep/er/2024-x.md"
    sections = {f"content/posts/{folder}/_index.md": "" for folder in ("deep", "deep/er")}
    meta: dict[str, object] = {"title": "Its Title", "date": "2024-03-09"}
    for table in ("permalinks", "permalinks.page"):
        blog = site({"hugo.toml": f'{BARE}[{table}]\nposts = "{pattern}"', **sections})
        found = blog.link(facts(blog, path, meta, date="2024-03-09"))
        assert found is not None
        assert found.lower() == expected


def test_an_unknown_token_gives_no_link_and_a_missing_date_the_first_day_of_all() -> None:
    for pattern, expected in (("/:nonsense/:slug", None), ("/:year/:slug", "/1/its-title/")):
        config = f'{BARE}[permalinks]\nposts = "{pattern}"'
        assert link(config, "content/posts/x.md", date=None) == expected


def test_permalinks_hold_for_their_section_only() -> None:
    config = f"""{BARE}[permalinks]
        posts = "/:year/:slug/"
        "posts/deep" = "/d/:slug/"
        "/" = "/root/:slug/"
    """
    assert link(config, "content/docs/x.md") == "/docs/x/"
    assert link(config, "content/posts/sub/x.md") == "/2024/its-title/"
    assert link(config, "content/posts/deep/x.md") == "/d/its-title/"
    assert link(config, "content/x.md") == "/root/its-title/"


@pytest.mark.parametrize(
    ("config", "path", "expected"),
    [
        ("uglyURLs = true", "content/posts/x.md", "/posts/x.html"),
        ("[uglyURLs]\nposts = true", "content/posts/x.md", "/posts/x.html"),
        ("[uglyURLs]\nposts = true", "content/docs/x.md", "/docs/x/"),
        ("disablePathToLower = true", "content/Posts/My X.md", "/Posts/My-X/"),
        ('contentDir = "pages/all"', "pages/all/posts/x.md", "/posts/x/"),
        ('contentDir = "."', "x.md", "/x/"),
        ('[[module.mounts]]\nsource = "blog"\ntarget = "content/news"', "blog/x.md", "/news/x/"),
    ],
)
def test_settings_that_change_links(config: str, path: str, expected: str) -> None:
    assert link(BARE + config, path) == expected


BY_SUFFIX = """
baseURL: https://example.org
defaultContentLanguage: en
languages:
  en: {languageName: English}
  fr: {languageName: Français}
  pt-BR: {languageName: Português}
"""
BY_FOLDER = """
baseURL: https://example.org
defaultContentLanguage: en
defaultContentLanguageInSubdir: true
languages:
  en: {contentDir: content/english}
  zh-cn: {contentDir: content/zh-cn}
  de: {contentDir: content/de, baseURL: "https://example.de/"}
"""


@pytest.mark.parametrize(
    ("config", "path", "language", "expected"),
    [
        (BY_SUFFIX, "content/posts/x.md", "en", "/posts/x/"),
        (BY_SUFFIX, "content/posts/x.en.md", "en", "/posts/x/"),
        (BY_SUFFIX, "content/posts/x.fr.md", "fr", "/fr/posts/x/"),
        (BY_SUFFIX, "content/posts/x.pt-br.md", "pt-br", "/pt-br/posts/x/"),
        (BY_SUFFIX, "content/posts/x/index.fr.md", "fr", "/fr/posts/x/"),
        (BY_SUFFIX, "content/posts/node.js.md", "en", "/posts/node.js/"),
        (BY_FOLDER, "content/english/posts/x.md", "en", "/en/posts/x/"),
        (BY_FOLDER, "content/zh-cn/posts/x.md", "zh-cn", "/zh-cn/posts/x/"),
        (BY_FOLDER, "content/de/posts/x.md", "de", "https://example.de/posts/x/"),
    ],
)
def test_languages_by_suffix_and_by_folder(
    config: str, path: str, language: str, expected: str
) -> None:
    blog = site({"hugo.yaml": config})
    assert blog.language_of(path) == language
    assert blog.link(facts(blog, path)) == expected
    assert blog.language == "en"


def test_languages_show_in_the_files_where_the_configuration_is_not_at_hand() -> None:
    blog = site({"content/x.md": "", "content/x.fr.md": "", "content/node.pl.md": ""}, "hugo")
    assert blog.language_of("content/x.fr.md") == "fr"
    assert blog.language_of("content/x.md") == "en"
    assert blog.link(facts(blog, "content/x.fr.md")) == "/fr/x/"
    assert blog.link(facts(blog, "content/node.pl.md")) == "/node.pl/"


def test_a_site_in_one_language_says_nothing_about_languages() -> None:
    assert site({"hugo.toml": BARE}).language_of("content/x.md") is None


def test_the_configuration_may_be_a_folder() -> None:
    blog = site(
        {
            "config/_default/hugo.toml": 'title = "x"',
            "config/_default/permalinks.yaml": "posts: /:year/:slug/",
            "config/_default/languages.toml": '[fr]\nlanguageName = "Français"\n[en]\n',
            "config/production/hugo.toml": BARE,
            "content/posts/x.md": "",
        },
    )
    assert (blog.generator, blog.url) == ("hugo", "https://example.org/sub")
    meta: dict[str, object] = {"title": "A title", "date": "2024-03-09"}
    assert blog.link(facts(blog, "content/posts/x.fr.md", meta)) == "/fr/2024/a-title/"


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        ("content/posts/x/index.md", "cover.png", "/posts/x/cover.png"),
        ("content/posts/x/index.md", "./cover.png", "/posts/x/cover.png"),
        ("content/posts/x.md", "img/cover.png", "/img/cover.png"),
        ("content/posts/x.md", "/img/a b.png", "/img/a%20b.png"),
        ("content/posts/x.md", "https://cdn.example/a.png", "https://cdn.example/a.png"),
        ("content/posts/x.md", "../up.png", None),
    ],
)
def test_covers_of_bundles_lie_beside_the_page(path: str, value: str, expected: str | None) -> None:
    blog = site({"hugo.toml": BARE})
    assert blog.image(facts(blog, path), value) == expected


def test_names_drop_day_language_and_index() -> None:
    blog = site({"hugo.yaml": BY_SUFFIX})
    assert blog.name("content/posts/2024-01-11-x.fr.md") == "x"
    assert blog.name("content/posts/2024-01-11-x/index.fr.md") == "x"


def test_a_base_url_that_is_no_url_is_none() -> None:
    assert site({"hugo.toml": 'baseURL = "/"'}).url is None


@pytest.mark.parametrize(
    ("sources", "path", "meta", "expected"),
    [
        ('[":filename", ":default"]', "content/2024-01-11-x.md", {}, "/x/"),
        ('[":filename", ":default"]', "content/2024-01-11-x.md", {"date": "2024-01-12"}, "/x/"),
        ('[":filename"]', "content/2024-01-11-x.md", {"slug": "y"}, "/y/"),
        ('[":filename"]', "content/2024-01-11-x/index.md", {}, "/x/"),
        ('[":filename"]', "content/x.md", {}, "/x/"),
        ('[":default", ":filename"]', "content/2024-01-11-x.md", {}, "/x/"),
        (
            '[":default", ":filename"]',
            "content/2024-01-11-x.md",
            {"date": "2024-01-12"},
            "/2024-01-11-x/",
        ),
        ('["date"]', "content/2024-01-11-x.md", {}, "/2024-01-11-x/"),
    ],
)
def test_a_day_that_hugo_reads_in_the_name_is_not_in_the_slug(
    sources: str, path: str, meta: dict[str, object], expected: str
) -> None:
    assert (
        link(f"{BARE}[frontmatter]\ndate = {sources}\n", path, {"date": None, **meta}) == expected
    )


def test_what_lies_in_a_bundle_is_a_part_of_its_post() -> None:
    paths = ["trip/index.md", "trip/index.fr.md", "trip/day-1.md", "trip/more/notes.md", "x.md"]
    config = f"{BARE}[languages.en]\n[languages.fr]\n"
    blog = site({"hugo.toml": config, **{f"content/{path}": "" for path in paths}})
    reasons = {path: blog.why_no_page(facts(blog, f"content/{path}")) for path in paths}
    part = "a part of the post in content/trip/"
    assert reasons == dict.fromkeys(paths) | {"trip/day-1.md": part, "trip/more/notes.md": part}
    assert blog.link(facts(blog, "content/trip/day-1.md")) is None


def test_an_index_at_the_top_of_a_language_is_no_bundle_of_all_its_posts() -> None:
    config = f'{BARE}[languages.en]\ncontentDir = "content/en"\n'
    blog = site({"hugo.toml": config, "content/en/index.md": "", "content/en/posts/x.md": ""})
    assert blog.why_no_page(facts(blog, "content/en/posts/x.md")) is None


def test_without_a_configuration_an_index_may_be_a_start_page() -> None:
    blog = site({"content/posts/index.md": "", "content/posts/x.md": ""}, generator="hugo")
    assert blog.link(facts(blog, "content/posts/x.md")) == "/posts/x/"


@pytest.mark.parametrize(
    ("path", "meta", "reason"),
    [
        ("content/readme-de.md", {}, "ignores"),
        ("content/x.md", {"headless": True}, "no page"),
        ("content/x.md", {}, None),
    ],
)
def test_ignored_and_headless_files_have_no_page(
    path: str, meta: dict[str, object], reason: str | None
) -> None:
    blog = site({"hugo.toml": f"{BARE}ignoreFiles = ['readme-[a-z]+\\.md$', '(unclosed']\n"})
    told = blog.why_no_page(facts(blog, path, meta))
    assert (reason in told) if reason and told else told is None


MANY = """
defaultContentLanguage: de
languages:
  de: {permalinks: {posts: '/beitraege/:slug/'}}
  en: {permalinks: {posts: '/articles/:slug/'}}
  fr: {disabled: true}
  it: {contentDir: content/it}
permalinks: {posts: '/p/:slug'}
disableLanguages: [it]
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("content/posts/x.md", "/beitraege/its-title/"),
        ("content/posts/x.en.md", "/en/articles/its-title/"),
        ("content/posts/x.fr.md", None),
        ("content/it/posts/x.md", None),
    ],
)
def test_a_language_may_have_its_own_permalinks_or_be_disabled(
    path: str, expected: str | None
) -> None:
    assert link(MANY, path, name="hugo.yaml") == expected
