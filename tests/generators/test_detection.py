"""Which generator a site is built with."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.generators.common.site import Site
from bot.scan import SITE_FILES
from bot.sources.folder import Folder
from tests.generators.sites import site


@pytest.mark.parametrize(
    ("name", "text", "generator"),
    [
        (".eleventy.js", "", "eleventy"),
        ("eleventy.config.mjs", "", "eleventy"),
        ("hugo.yml", "", "hugo"),
        ("config.toml", 'baseURL = "https://x.example"', "hugo"),
        ("config.yaml", "theme: ananke", "hugo"),
        ("config.toml", 'base_url = "https://x.example"', "zola"),
        ("config.toml", "[package]", "plain"),
        ("config/_default/config.toml", 'title = "x"', "hugo"),
        ("_config.yml", "", "jekyll"),
        ("astro.config.ts", "", "astro"),
        ("docusaurus.config.js", "", "docusaurus"),
        ("gatsby-node.js", "", "gatsby"),
        ("next.config.mjs", "", "next"),
        ("contentlayer.config.ts", "", "contentlayer"),
        ("quartz.config.ts", "", "quartz"),
        (".obsidian", "", "obsidian"),
        ("pelicanconf.py", "", "pelican"),
        ("package.json", '{"devDependencies": {"@11ty/eleventy": "3"}}', "eleventy"),
        ("package.json", '{"dependencies": {"next": "15", "react": "19"}}', "next"),
        ("package.json", "[1]", "plain"),
    ],
)
def test_by_the_sites_own_files(name: str, text: str, generator: str) -> None:
    assert site({name: text, "x.md": "# X"}).generator == generator
    assert site({f"../{name}": text, "x.md": "# X"}, inside="posts").generator == generator


@pytest.mark.parametrize(
    ("path", "text", "generator"),
    [
        ("_posts/2024-01-05-x.md", "---\nlayout: post\n---\n", "jekyll"),
        ("x.md", "---\nlayout: post.njk\npermalink: posts/x\ntags: ['post']\n---\n", "eleventy"),
        ("src/blog/x.md", "---\ntitle: X\n---\n", "eleventy"),
        ("content/x.md", "+++\ntitle = 'X'\n[taxonomies]\ntags = []\n+++\n", "zola"),
        ("content/x.md", "+++\ntitle = 'X'\ntags = []\n+++\n{{< figure >}}", "hugo"),
        ("content/posts/x/index.md", "---\ntitle: X\nlastmod: 2024-01-05\n---\n", "hugo"),
        ("blog/2024-01-05-x.md", "---\nauthors: [a]\n---\nA\n<!-- truncate -->\n", "docusaurus"),
        ("website/blog/2024-01-05-x.md", "---\ntitle: X\n---\n", "docusaurus"),
        ("src/content/blog/x.md", "---\npubDate: Jan 5 2024\n---\n", "astro"),
        ("src/content/blog/2024/01/05/x.md", "---\ntitle: X\n---\n\n<Intro>\n\nA\n", "next"),
        ("data/blog/x.mdx", "---\ntitle: X\n---\n", "next"),
        ("content/x.md", "Title: X\nDate: 2024-01-05 10:00\nCategory: news\n\nText\n", "pelican"),
        ("src/pages/x.md", "---\ntemplateKey: blog-post\npath: /x\n---\n", "gatsby"),
        ("Notes/x.md", "See [[Another note]] and [[More]].", "obsidian"),
        ("aws/x.md", "# A thing I learned\n", "plain"),
    ],
)
def test_by_the_look_of_the_posts(path: str, text: str, generator: str) -> None:
    assert site({path: text}).generator == generator
    assert site({path: text.replace("\n", "\r\n")}).generator == generator


def test_one_odd_post_does_not_decide_for_all() -> None:
    posts = {f"notes/{number}.md": "# A note\n" for number in range(9)}
    assert site({**posts, "notes/odd.md": "See {{< figure >}}"}).generator == "plain"


def test_a_site_below_an_unrelated_configuration_is_found() -> None:
    files = {"config.json": '{"tool": 1}', ".obsidian": "", "docs/_config.yml": "url: https://x.it"}
    blog = site({**files, "docs/_posts/2024-01-05-x.md": ""})
    assert (blog.generator, blog.url) == ("jekyll", "https://x.it")


def test_the_site_that_holds_most_posts_decides() -> None:
    posts = {f"blog/content/{number}.md": "" for number in range(5)}
    files = {"blog/hugo.toml": "", "other/_config.yml": "", "other/x.md": "", **posts}
    assert site(files).generator == "hugo"


def test_a_set_generator_is_believed() -> None:
    assert site({"hugo.toml": ""}, generator="jekyll").generator == "jekyll"


@pytest.mark.parametrize(
    ("corpus", "generator", "url"),
    [
        ("seed", "eleventy", None),
        ("jekyll", "jekyll", "https://jekyllrb.com"),
        ("eleventy", "eleventy", None),
        ("til", "plain", None),
        ("gopheracademy", "hugo", "https://blog.gopheracademy.com"),
        ("gopheracademy/content/advent-2017", "hugo", "https://blog.gopheracademy.com"),
        ("v8-dev", "eleventy", None),
        ("v8-dev/src/blog", "eleventy", None),
        ("jakevdp", "pelican", None),
        ("react-dev", "next", None),
        ("timlrx", "next", None),
        ("biome-blog", "astro", None),
    ],
)
def test_real_sites(corpora: Path, corpus: str, generator: str, url: str | None) -> None:
    folder = Folder(
        corpora / corpus,
        site=SITE_FILES,
        max_bytes=2_000_000,
    )
    found = Site.of(folder.snapshot())
    assert (found.generator, found.url, found.problems) == (generator, url, ())
