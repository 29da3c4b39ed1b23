"""Docusaurus' links: https://docusaurus.io/docs/blog."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

CONFIG = """
const url = 'https://example.org'; // the address
export default {
  url,
  baseUrl: '/docs-site/',
  title: "It's here", /* url: 'https://no.example' */
  presets: [['classic', { docs: { routeBasePath: 'manual' }, blog: { routeBasePath: 'news' } }]],
  plugins: [
    ['@docusaurus/plugin-content-blog', { id: 'b', path: 'changelog', routeBasePath: '/log' }],
  ],
};
"""


@pytest.mark.parametrize(
    ("path", "meta", "expected"),
    [
        ("blog/2024-01-11-x.md", {}, "/blog/2024/01/11/x"),
        ("blog/2024-01-11-x.mdx", {}, "/blog/2024/01/11/x"),
        ("blog/2024-01-11-x/index.md", {}, "/blog/2024/01/11/x"),
        ("blog/2015/05-27-slug.md", {}, "/blog/2015/05/27/slug"),
        ("blog/2015/05/27/slug.md", {}, "/blog/2015/05/27/slug"),
        ("blog/releases/2024-01-11-x.md", {}, "/blog/2024/01/11/releases/x"),
        ("blog/undated.md", {}, "/blog/undated"),
        ("website/blog/2024-01-11-x.md", {}, "/blog/2024/01/11/x"),
        ("2024-01-11-x.md", {}, "/blog/2024/01/11/x"),
        ("blog/2024-01-11-x.md", {"slug": "other"}, "/blog/other"),
        ("blog/2024-01-11-x.md", {"slug": "/a/b"}, "/blog/a/b"),
        ("docs/x.md", {}, "/docs/x"),
        ("docs/02-guides/01_first steps.md", {}, "/docs/guides/first%20steps"),
        ("docs/guides/3.0-news.md", {}, "/docs/guides/3.0-news"),
        ("docs/guides/2024-01-news.md", {}, "/docs/guides/2024-01-news"),
        ("docs/guides/x.md", {"id": "y"}, "/docs/guides/y"),
        ("docs/guides/index.md", {}, "/docs/guides/"),
        ("docs/guides/guides.md", {}, "/docs/guides/"),
        ("docs/intro.md", {"slug": "/"}, "/docs/"),
        ("blog/2024-03-05-percent%25x.md", {}, "/blog/2024/03/05/percent%25x"),
        ("blog/2024-03-06-s8.md", {"slug": "trail/"}, "/blog/trail/"),
        ("blog/2024-03-09.md", {}, "/blog/2024/03/09/"),
        ("blog/2024-03-09/index.md", {}, "/blog/2024/03/09/index"),
        ("blog/2024-03-09-name/index.md", {}, "/blog/2024/03/09/name"),
        ("blog/topic/2024-03-09-in-topic.md", {}, "/blog/2024/03/09/topic/in-topic"),
        ("src/pages/x.md", {}, "/x"),
        ("i18n/fr/docusaurus-plugin-content-blog/2024-01-11-x.md", {}, "/fr/blog/2024/01/11/x"),
    ],
)
def test_the_day_of_the_files_name_or_the_slug(
    path: str, meta: dict[str, object], expected: str
) -> None:
    blog = site(generator="docusaurus")
    assert blog.link(facts(blog, path, meta, date="1999-12-31")) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("blog/2024-01-11-x.md", "/news/2024/01/11/x"),
        ("changelog/2024-01-11-x.md", "/log/2024/01/11/x"),
        ("docs/x.md", "/manual/x"),
    ],
)
def test_routes_come_from_the_configuration(path: str, expected: str) -> None:
    blog = site({"docusaurus.config.ts": CONFIG.replace("  url,", "  url: url,")})
    assert blog.generator == "docusaurus"
    assert blog.url == "https://example.org/docs-site"
    assert blog.link(facts(blog, path)) == expected


def test_a_blog_at_the_root_and_slashes_at_the_end() -> None:
    options = "trailingSlash: true, presets: [['classic', {blog: {routeBasePath: '/'}}]]"
    blog = site({"docusaurus.config.js": f"module.exports = {{{options}}}"})
    assert blog.link(facts(blog, "blog/2024-01-11-x.md")) == "/2024/01/11/x/"


def test_translations_are_in_their_own_language() -> None:
    french = "i18n/fr/docusaurus-plugin-content-blog/2024-01-11-x.md"
    blog = site({"blog/2024-01-11-x.md": "", french: ""}, "docusaurus")
    assert (blog.language_of(french), blog.language_of("blog/2024-01-11-x.md")) == ("fr", "en")


def test_a_pattern_takes_the_day_of_the_files_name() -> None:
    blog = site(generator="docusaurus", permalink="/b/{year}/{name}")
    post = facts(blog, "blog/2024-01-11-x.md", date="2023-12-31", name_date="2024-01-11")
    assert blog.link(post) == "/b/2024/x"


def test_covers_beside_the_post_are_renamed_by_the_build() -> None:
    blog = site(generator="docusaurus")
    post = facts(blog, "blog/2024-01-11-x/index.md")
    assert blog.image(post, "./cover.png") is None
    assert blog.image(post, "img/cover.png") == "/img/cover.png"


def test_folders_with_an_underscore_are_not_published() -> None:
    blog = site({"docusaurus.config.js": ""})
    assert blog.why_no_page(facts(blog, "blog/_parts/2024-01-11-x.md")) is not None
    assert blog.why_no_page(facts(blog, "blog/2024-01-11-x.md")) is None


CONFIGURED = """module.exports = {presets: [['classic', {docs: false, blog: {
  exclude: ['topic/**', '**/_*.{js,md}'], include: ['**/*.md'], routeBasePath: '/'}}]]};"""


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("blog/2024-03-09-x.md", None),
        ("blog/topic/2024-03-09-x.md", "the site's configuration excludes it"),
        ("blog/_x.md", "the site's configuration excludes it"),
        ("blog/_dir/2024-03-09-x.md", None),
        ("blog/2024-03-09-x.mdx", "the site's configuration does not include it"),
        ("docs/x.md", "the site has no docs"),
    ],
)
def test_what_the_configuration_leaves_out(path: str, reason: str | None) -> None:
    blog = site({"docusaurus.config.js": CONFIGURED})
    assert blog.why_no_page(facts(blog, path)) == reason


def test_its_plugins_leave_out_folders_with_an_underscore() -> None:
    blog = site({"docusaurus.config.js": "module.exports = {}"})
    reason = "Docusaurus publishes no folder whose name begins with an underscore"
    assert blog.why_no_page(facts(blog, "blog/_dir/2024-03-09-x.md")) == reason
