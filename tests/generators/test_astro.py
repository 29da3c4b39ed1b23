"""Astro's routes: https://docs.astro.build/en/guides/routing/."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from tests.generators.sites import facts, site

CONTENT = """
const blog = defineCollection({ loader: glob({ base: './src/content/blog',
  pattern: '**/*.{md,mdx}' }) });
const notes = defineCollection({ loader: glob({ base: './content/notes',
  pattern: '**/*.md', generateId: ({ entry }) => entry }) });
export const collections = { posts: blog, notes };
"""
PAGE = """
const posts = await getCollection('%s');
return posts.map((post) => ({ params: { slug: %s }, props: post }));
"""


def files(
    config: str = "", page: str = "src/pages/articles/[...slug].astro", param: str = "post.id"
) -> dict[str, str]:
    return {
        "astro.config.mjs": f"export default defineConfig({{ {config} }});",
        "src/content.config.ts": CONTENT,
        page: PAGE % ("posts", param),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("plain", "plain"),
        ("UPPER Case", "upper-case"),
        ("dots.v1.2", "dotsv12"),
        ("under_score", "under_score"),
        ("two  spaces", "two--spaces"),
        ("c++", "c"),
        ("x²", "x"),
        ("½half", "half"),
        ("ⅷroman", "ⅷroman"),
        ("e\u0301nfd", "énfd"),
        ("日本語", "日本語"),
        ("2024-01-02-dated", "2024-01-02-dated"),
        ("Dir Two/Post Name", "dir-two/post-name"),
        ("dir/index", "dir"),
        ("index", "index"),
    ],
)
def test_an_entry_goes_by_its_slugged_path_below_its_route(name: str, expected: str) -> None:
    blog = site(files())
    link = blog.link(facts(blog, f"src/content/blog/{name}.md"))
    assert unquote(link or "") == f"/articles/{expected}/"


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ("", "/articles/x/"),
        ("trailingSlash: 'never'", "/articles/x"),
        ("build: { format: 'file' }", "/articles/x.html"),
        ("build: { format: 'preserve' }", "/articles/x.html"),
    ],
)
def test_the_form_of_addresses_is_configured(config: str, expected: str) -> None:
    blog = site(files(config))
    assert blog.link(facts(blog, "src/content/blog/x.md")) == expected


@pytest.mark.parametrize(
    ("page", "param", "expected"),
    [
        ("src/pages/[...slug].astro", "post.id", "/x/"),
        ("src/pages/a/b/[slug]/index.astro", "post.slug", "/a/b/x/"),
        ("src/pages/posts/[...slug]/index.astro", "getPath(post.id, post.filePath)", "/posts/x/"),
        ("src/pages/posts/[...slug].astro", "made(post)", None),
        ("src/pages/posts/[...slug].astro", "post.data.title", None),
    ],
)
def test_the_route_is_where_the_page_lies(page: str, param: str, expected: str | None) -> None:
    blog = site(files(page=page, param=param))
    assert blog.link(facts(blog, "src/content/blog/x.md")) == expected


def test_front_matter_counts_as_far_as_pages_read_it() -> None:
    blog = site(files())
    path = "src/content/blog/x.md"
    assert blog.link(facts(blog, path, {"slug": "With/Upper"})) == "/articles/With/Upper/"
    assert blog.link(facts(blog, path, {"permalink": "/no/"})) == "/articles/x/"
    reading = {**files(), "src/pages/[...path].astro": "post.data.permalink getCollection('x')"}
    blog = site(reading)
    assert blog.link(facts(blog, path, {"permalink": "/yes/"})) == "/yes/"


def test_an_entry_named_by_code_or_without_a_route_has_no_link() -> None:
    blog = site(files())
    assert blog.link(facts(blog, "content/notes/x.md")) is None
    assert blog.link(facts(blog, "src/content/other/x.md")) is None


def test_what_a_collection_does_not_hold_has_no_page() -> None:
    blog = site(files())
    reason = blog.why_no_page(facts(blog, "src/content/blog/x.markdown"))
    assert reason == "the site's collection does not hold it"


def test_pages_of_their_own_know_no_slug() -> None:
    blog = site(files())
    assert blog.link(facts(blog, "src/pages/posts/x.md", {"slug": "no"})) == "/posts/x/"
    assert blog.link(facts(blog, "src/pages/posts/index.md")) == "/posts/"
