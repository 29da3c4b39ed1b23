"""What holds for the posts of every generator."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.blog.post import PostDate, is_web_url
from bot.generators.common.generator import PageFacts
from bot.generators.common.registry import GENERATORS
from bot.generators.common.site import Site
from tests.generators.sites import facts, site

GENERATOR = pytest.mark.parametrize("generator", sorted(GENERATORS))


OWN = ("canonical_url", "canonicalurl", "canonical", "permalink", "url")
# They make a folder of an absolute permalink, and do not know the url.
FOLDERS = {"jekyll", "eleventy"}


@pytest.mark.parametrize(
    ("generator", "key"),
    [
        (generator, key)
        for generator in sorted(GENERATORS)
        for key in (OWN[:3] if generator in FOLDERS else OWN)
    ],
)
def test_an_absolute_address_of_its_own_wins(generator: str, key: str) -> None:
    blog = site(generator=generator)
    post = facts(blog, "x.md", {key: "https://other.example/a b/"}, date="2024-01-05")
    assert blog.link(post) == "https://other.example/a%20b/"


@GENERATOR
def test_it_has_a_name_and_a_slug_for_every_file(generator: str) -> None:
    blog = site(generator=generator)
    for path in ("2024-01-05-x.md", "x/index.md"):
        post = facts(blog, path, title="X", date="2024-01-05")
        assert blog.name(path) == "x"
        assert blog.slug(post) in {"x", "2024-01-05-x"}  # as the generator's link has it


def test_slugs_are_the_front_matters_then_the_links_then_the_names() -> None:
    blog = site(generator="plain")
    assert blog.slug(facts(blog, "a/Some file.md", {"slug": "mine"})) == "mine"
    assert blog.slug(facts(blog, "a/x.md", {"slug": "/b/mine/"})) == "mine"
    assert blog.slug(facts(blog, "a/x.md", {"permalink": "/b/other.html"})) == "other"
    assert blog.slug(facts(blog, "a/größe.md")) == "größe"
    assert (
        blog.slug(facts(blog, "a/Some file.md", {"canonical_url": "https://x.example/y"}))
        == "some-file"
    )
    assert blog.slug(facts(blog, "index.md")) == "index"
    assert blog.slug(facts(blog, "!!!.md", {"url": "/"})) == "post"


def test_links_are_percent_encoded_exactly_once() -> None:
    blog = site(generator="plain")
    assert (
        blog.link(facts(blog, "x.md", {"permalink": "/a b/%C3%A9/100%/"}))
        == "/a%20b/%C3%A9/100%25/"
    )
    assert blog.link(facts(blog, "é/%C3.md")) == "/%C3%A9/%25C3"


@pytest.mark.parametrize("value", ["", "  ", "data:image/png;base64,AA", "{{ cover }}"])
def test_what_is_no_cover(value: str) -> None:
    blog = site(generator="plain")
    assert blog.image(facts(blog, "x.md"), value) is None


def test_the_fingerprint_changes_with_all_that_links_depend_on() -> None:
    config = {"_config.yml": "permalink: pretty"}
    sites = [
        site(config),
        site(config, generator="hugo"),
        site(config, permalink="/{slug}"),
        site({"_config.yml": "permalink: none"}),
        site({"../_config.yml": "permalink: pretty"}, inside="_posts"),
    ]
    assert len({one.fingerprint for one in sites}) == len(sites)
    assert site(config).fingerprint == sites[0].fingerprint


words = st.text(max_size=20)
values = st.one_of(
    words,
    st.integers(),
    st.booleans(),
    st.none(),
    st.dates(),
    st.datetimes(),
    st.lists(words, max_size=3),
    st.dictionaries(words, words, max_size=2),
    st.sampled_from(
        ["/{{ page.date | date: '%Y' }}/{{ title }}/", "/:year/:title", "http://[", "//x"]
    ),
)
KEYS = (
    "permalink",
    "url",
    "path",
    "slug",
    "date",
    "category",
    "categories",
    "lang",
    "canonical",
    "save_as",
)
dates = st.one_of(st.none(), st.dates().map(PostDate.of), st.datetimes().map(PostDate.of))
anything = st.builds(
    PageFacts,
    path=st.tuples(words, st.sampled_from(["", "content/", "_posts/2024-01-05-", "src/blog/"])).map(
        lambda pieces: f"{pieces[1]}{pieces[0]}.md".lstrip("/"),
    ),
    meta=st.dictionaries(st.sampled_from(KEYS), values, max_size=4),
    title=words,
    date=dates,
    name_date=st.one_of(st.none(), st.dates(dt.date(1900, 1, 1))),
    categories=st.lists(words, max_size=2).map(tuple),
)
SITES = [site(generator=generator) for generator in GENERATORS] + [
    site({"_config.yml": "permalink: /:categories/:title/\ntimezone: Asia/Tokyo"}),
    site({"hugo.toml": 'uglyURLs = true\n[permalinks]\n"/" = "/:year/:sections/:slug"'}),
    site(generator="plain", permalink="/{year}/{section}/{category}/{slug}"),
]


def unnamed(meta: dict[str, object]) -> PageFacts:
    """A file that is called ``.md`` and nothing else."""
    return PageFacts(path=".md", meta=meta, title="", date=None, name_date=None, categories=())


@given(st.sampled_from(SITES), anything)
@example(site(generator="plain"), unnamed({"slug": 0}))
@example(site(generator="gatsby"), unnamed({"slug": "0"}))
@example(site(generator="next"), unnamed({"slug": "0"}))
def test_any_post_has_a_link_that_may_be_shown_or_none(blog: Site, post: PageFacts) -> None:
    link = blog.link(post)
    if link is not None:
        assert link.isascii()
        assert link.isprintable()
        assert " " not in link
        assert is_web_url(link) or (link.startswith("/") and not urlsplit(link).netloc)
    slug = blog.slug(post)
    assert slug
    assert "/" not in slug
    blog.image(post, post.title)
    blog.language_of(post.path)
    blog.defaults(post.path)


@given(
    st.sampled_from(
        [
            "_config.yml",
            "config.toml",
            "hugo.json",
            "pelicanconf.py",
            "astro.config.mjs",
            "docusaurus.config.js",
            ".eleventy.js",
            "blog/blog.11tydata.js",
        ]
    ),
    st.text(max_size=200),
)
def test_any_configuration_makes_a_site(name: str, text: str) -> None:
    blog = site({name: text, "blog/x.md": ""})
    assert blog.generator in GENERATORS
    link = blog.link(facts(blog, "blog/x.md"))
    assert link is None or link.startswith("/")
