"""Links of Astro, Gatsby and Next.js."""

from __future__ import annotations

import pytest

from tests.generators.sites import facts, site


@pytest.mark.parametrize(
    ("generator", "path", "meta", "expected"),
    [
        ("astro", "src/content/blog/My Post.md", {}, "/blog/my-post/"),
        ("astro", "src/content/blog/2024/x/index.mdx", {}, "/blog/2024/x/"),
        ("astro", "src/content/blog/x.md", {"slug": "a/b"}, "/blog/a/b/"),
        ("astro", "src/content/docs/blog/x.md", {}, "/blog/x/"),
        ("astro", "src/content/docs/blog/x.md", {"slug": "blog/other"}, "/blog/other/"),
        ("astro", "src/pages/Posts/x.md", {}, "/Posts/x/"),
        ("astro", "src/content/blog/x.md", {"permalink": "/y"}, "/y"),
        ("gatsby", "src/pages/x.md", {}, "/x/"),
        ("gatsby", "content/blog/x.md", {"slug": "/y/"}, "/y/"),
        ("gatsby", "content/blog/x.md", {"path": "/z"}, "/z"),
        ("next", "pages/blog/x.mdx", {}, "/blog/x"),
        ("next", "app/blog/x/page.mdx", {}, "/blog/x"),
        ("next", "src/app/(site)/blog/x/page.mdx", {}, "/blog/x"),
        ("next", "data/blog/x.mdx", {"slug": "/y"}, "/y"),
        ("next", "data/blog/x.mdx", {"permalink": "y/z"}, "/y/z"),
    ],
)
def test_paths_and_what_the_front_matter_says(
    generator: str, path: str, meta: dict[str, object], expected: str
) -> None:
    blog = site(generator=generator)
    assert blog.link(facts(blog, path, meta)) == expected


def linked(post: str, link: str) -> dict[str, str]:
    """Posts beside one at this path that link to each other as they would to it."""
    names = ("apples", "pears", "plums")
    text = " ".join(f"[it]({link.replace('/x', f'/{name}')})" for name in names)
    return {post.replace("x", name, 1): text for name in names}


GUESSES = [
    ("gatsby", "content/blog/x/index.md", {}, "/blog/x/"),
    ("gatsby", "content/blog/x.md", {"slug": "y"}, "/blog/y/"),
    ("next", "data/blog/2017-05-15-x.md", {}, "/blog/x"),
    ("next", "src/content/blog/2024/02/15/x.md", {}, "/blog/2024/02/15/x"),
    ("next", "content/posts/x/index.md", {}, "/posts/x"),
    ("next", "_posts/x.md", {}, "/posts/x"),
    ("next", "app/blog/x.md", {}, "/blog/x"),
    ("next", "data/blog/x.md", {"slug": "y"}, "/blog/y"),
]


@pytest.mark.parametrize(("generator", "path", "meta", "expected"), GUESSES)
def test_a_likely_rule_holds_where_the_posts_links_bear_it_out(
    generator: str, path: str, meta: dict[str, object], expected: str
) -> None:
    files = linked(path, expected.replace("/y", "/x"))
    known = site({**files, path: ""}, generator)
    assert known.link(facts(known, path, meta)) == expected
    assert known.link(facts(known, "elsewhere/x.md")) is None
    few = site({**dict(list(files.items())[:1]), path: "[it](/about/) ![](/static/x.png)"})
    assert few.link(facts(few, path, meta)) is None or few.generator != generator


@pytest.mark.parametrize(("generator", "path", "meta", "expected"), GUESSES)
def test_without_evidence_there_is_no_link_but_the_authors(
    generator: str, path: str, meta: dict[str, object], expected: str
) -> None:
    config = {"next": "next.config.js", "gatsby": "gatsby-config.js"}[generator]
    blog = site({config: "", path: "[home](/) [it](/elsewhere/z)"})
    assert (blog.generator, blog.link(facts(blog, path, meta))) == (generator, None)
    assert blog.link(facts(blog, path, {"permalink": "/own/"})) == "/own/"
    own = {"canonical_url": "https://a.example/own"}
    assert blog.link(facts(blog, path, own)) == "https://a.example/own"
    chosen = site({config: "", path: ""}, permalink="/p/{slug}")
    assert chosen.link(facts(chosen, path, meta)) == f"/p/{expected.strip('/')[-1]}"


@pytest.mark.parametrize(
    ("config", "text", "url", "link"),
    [
        ("astro.config.mjs", "site: 'https://a.it', base: 'b'", "https://a.it/b", "/posts/x/"),
        ("astro.config.mjs", "trailingSlash: 'never'", None, "/posts/x"),
        (
            "gatsby-config.js",
            "siteUrl: `https://g.it`, pathPrefix: '/p'",
            "https://g.it/p",
            "/posts/x/",
        ),
        ("gatsby-config.ts", "trailingSlash: 'never'", None, "/posts/x"),
        ("next.config.js", "trailingSlash: true, basePath: '/docs'", None, "/docs/posts/x/"),
    ],
)
def test_configuration(config: str, text: str, url: str | None, link: str) -> None:
    files = linked("content/posts/x.md", link)
    blog = site({config: f"export default {{ options: {{ {text} }} }}", **files})
    assert blog.url == url
    assert blog.link(facts(blog, "content/posts/x.md")) == link


def test_a_content_layers_address_is_in_its_metadata() -> None:
    script = "const siteMetadata = { siteUrl: 'https://n.example', language: 'en-us' }"
    blog = site({"data/siteMetadata.js": script, "data/blog/x.mdx": ""})
    assert (blog.generator, blog.url, blog.language) == ("next", "https://n.example", "en-us")


@pytest.mark.parametrize(
    ("generator", "value", "expected"),
    [
        ("astro", "@/assets/x.png", None),
        ("astro", "../../assets/x.png", None),
        ("astro", "/x.png", "/x.png"),
        ("gatsby", "./x.png", None),
        ("next", "/static/x.png", "/static/x.png"),
        ("next", "public/static/x.png", "/static/x.png"),
    ],
)
def test_covers_that_the_build_renames_are_left_out(
    generator: str, value: str, expected: str | None
) -> None:
    blog = site(generator=generator)
    assert blog.image(facts(blog, "src/content/blog/x.md"), value) == expected


def test_translations_beside_a_gatsby_page_lie_below_their_language() -> None:
    files = {f"src/pages/trip/{name}": "" for name in ("index.md", "index.fr.md")}
    blog = site({"gatsby-config.js": "", **files, "src/pages/x.md": ""})
    links = {path: blog.link(facts(blog, path)) for path in files}
    assert list(links.values()) == ["/trip/", "/fr/trip/"]
    assert [blog.language_of(path) for path in files] == ["en", "fr"]
    assert blog.name("src/pages/trip/index.fr.md") == "trip"


def test_a_picture_among_the_sources_has_an_address_only_after_the_build() -> None:
    blog = site(generator="astro")
    assert blog.image(facts(blog, "src/content/blog/x.md"), "/src/assets/a.png") is None


SOURCES = """module.exports = { plugins: [
  { resolve: `gatsby-source-filesystem`, options: { path: `${__dirname}/content/blog` } },
  { resolve: "gatsby-source-filesystem", options: { path: "./content" } },
] }"""


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("const value = createFilePath({ node, getNode })", "/x/"),
        ("createFilePath({ node }); createPage({ path: `/tags/${tag}/` })", "/x/"),
        ("const value = `/notes${createFilePath({ node })}`", "/notes/x/"),
        ('const value = "/notes" + createFilePath({ node })', "/notes/x/"),
        ("createPage({ path: post.path })", None),
        ("createFilePath(n); a = `/a${value}`; b = `/b${value}`", None),
    ],
)
def test_gatsby_pages_lie_below_the_folder_that_they_are_sourced_from(
    node: str, expected: str | None
) -> None:
    blog = site({"gatsby-config.js": SOURCES, "gatsby-node.js": node})
    assert blog.link(facts(blog, "content/blog/x/index.md")) == expected


@pytest.mark.parametrize(
    ("code", "meta", "expected"),
    [
        ("value", {"slug": "own"}, "/x/"),
        ("value", {"slug": "/own/"}, "/x/"),
        ("value", {"path": "/own"}, "/x/"),
        ("node.frontmatter.slug || value", {"slug": "own"}, "/own/"),
        ("node.frontmatter.path || value", {"path": "/own"}, "/own/"),
        ("f; const { date, path } = node.frontmatter", {"path": "/own"}, "/own/"),
        ("'type Frontmatter { slug: String path: String }'", {"path": "/own"}, "/x/"),
    ],
)
def test_gatsby_sites_take_an_address_from_front_matter_where_their_code_does(
    code: str, meta: dict[str, object], expected: str
) -> None:
    node = f"const value = createFilePath({{ node }}); field({code})"
    blog = site({"gatsby-config.js": SOURCES, "gatsby-node.js": node})
    assert blog.link(facts(blog, "content/blog/x/index.md", meta)) == expected
