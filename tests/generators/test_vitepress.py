"""VitePress' links, by the configuration in its hidden folder."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site

CONFIG = ".vitepress/config.ts"


def configured(options: str) -> dict[str, str]:
    return {
        ".vitepress": "",
        CONFIG: f"export default defineConfig({{ {options} }})",
        "posts/x.md": "[y](/posts/y)",
    }


@pytest.mark.parametrize(
    ("options", "path", "link"),
    [
        ("title: 'A'", "posts/x.md", "/posts/x.html"),
        ("", "posts/index.md", "/posts/"),
        ("", "index.md", "/"),
        ("cleanUrls: true", "posts/Some post.md", "/posts/Some%20post"),
        ("srcDir: './src'", "src/posts/x.md", "/posts/x.html"),
        ("rewrites: { 'posts/x.md': 'blog/y.md' }", "posts/x.md", "/blog/y.html"),
        ("rewrites: { 'p/:a/src/:s*': ':a/:s*' }", "p/q/src/r/x.md", "/q/r/x.html"),
        ("rewrites: { 'p/:a/src/:s*': ':a/:s*' }", "posts/x.md", "/posts/x.html"),
        ("rewrites: { ':a/(.*)': ':a' }", "posts/x.md", None),
        ("rewrites: (id) => id.slice(2)", "posts/x.md", None),
        ("rewrites(id) { return id }", "posts/x.md", None),
        ("cleanUrls: process.env.CLEAN", "posts/x.md", None),
        ("srcDir: dir()", "posts/x.md", None),
        ("...shared", "posts/x.md", None),
        ("extends: base", "posts/x.md", None),
        (
            "themeConfig: { sidebar: { a: { base: b(), items: [] } } }",
            "posts/x.md",
            "/posts/x.html",
        ),
        ("locales: { fr: { base: f(), cleanUrls: true } }", "posts/x.md", "/posts/x.html"),
    ],
)
def test_options(options: str, path: str, link: str | None) -> None:
    blog = site(configured(options))
    assert blog.generator == "vitepress"
    assert blog.link(facts(blog, path, {"permalink": "/not/read"})) == link


def test_the_base_is_part_of_the_sites_address() -> None:
    for host in ("https://a.example", "https://a.example/b/"):
        blog = site(configured(f"base: '/b/', lang: 'fr-FR', sitemap: {{ hostname: '{host}' }}"))
        assert (blog.url, blog.language) == ("https://a.example/b", "fr-FR")
        assert blog.link(facts(blog, "posts/x.md")) == "/posts/x.html"


def test_what_is_not_built_has_no_page() -> None:
    blog = site(configured("srcDir: 'src', srcExclude: ['**/TODO.md', 'old/**']"))
    for path in ("posts/x.md", "src/a/TODO.md", "src/old/a/b.md", "src/posts/[slug].md"):
        assert blog.why_no_page(facts(blog, path)), path
        assert blog.link(facts(blog, path)) is None
    assert blog.why_no_page(facts(blog, "src/a/x.md")) is None


def test_without_its_configuration_only_the_author_tells() -> None:
    blog = site({".vitepress": "", "posts/x.md": ""})
    assert (blog.generator, blog.link(facts(blog, "posts/x.md"))) == ("vitepress", None)
    assert blog.link(facts(blog, "posts/x.md", {"permalink": "/own"})) == "/own"


@pytest.mark.parametrize(
    ("config", "path", "meta", "link"),
    [
        ("lang: 'zh-CN', base: '/b/'", "posts/x.md", {}, "/posts/x.html"),
        ("", "posts/My Post.md", {}, "/posts/My%20Post.html"),
        ("", "posts/index.md", {}, "/posts/"),
        ("", "guide/README.md", {}, "/guide/"),
        ("theme: defaultTheme({ sidebar: 'auto' })", "posts/x.md", {}, "/posts/x.html"),
        ("theme: '@vuepress/theme-default'", "posts/x.md", {}, "/posts/x.html"),
        ("", "posts/x.md", {"permalink": "/own/"}, "/own/"),
        ("", "posts/x.md", {"permalink": "/:year/:slug"}, None),
        ("", "posts/x.md", {"permalinkpattern": ":slug"}, None),
        ("theme: '@vuepress/blog'", "posts/x.md", {}, None),
        ("theme: hopeTheme({})", "posts/x.md", {}, None),
        ("plugins: ['@vuepress/blog']", "posts/x.md", {}, None),
        ("permalink: '/:year/:slug'", "posts/x.md", {}, None),
        ("permalinkPattern: ':slug'", "posts/x.md", {}, None),
        ("extendsPage: (page) => {}", "posts/x.md", {}, None),
        ("...shared", "posts/x.md", {}, None),
        ("plugins: require('./plugins')", "posts/x.md", {}, None),
    ],
)
def test_vuepress_has_a_rule_where_nothing_may_say_otherwise(
    config: str, path: str, meta: dict[str, object], link: str | None
) -> None:
    text = f"module.exports = {{ {config} }}"
    blog = site({".vuepress": "", ".vuepress/config.js": text, path: ""})
    assert blog.generator == "vuepress"
    assert blog.link(facts(blog, path, meta)) == link


def test_vuepress_without_its_configuration_has_no_rule() -> None:
    blog = site({".vuepress": "", "posts/x.md": ""})
    assert (blog.generator, blog.link(facts(blog, "posts/x.md"))) == ("vuepress", None)
