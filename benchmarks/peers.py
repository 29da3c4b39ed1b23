"""The same folder built by Hugo and by Pelican, with the barest templates.

Each writes a page of title and content for every post, and a list of titles and
summaries. Nothing else is asked of them, such as feeds or pages of tags; all else is as
they come, so both colour the code in the posts. Hugo spends most of its time on that
and can be told to leave it, so it also runs without.
"""

from __future__ import annotations

from pathlib import Path

POST = "<h1>{title}</h1>\n{content}\n"
LIST = "{start}<h2>{title}</h2>\n<p>{summary}</p>\n{end}"

HUGO_TOML = """
baseURL = "https://example.org/"
title = "Benchmark"
disableKinds = ["taxonomy", "term", "RSS", "sitemap", "robotsTXT", "404", "section"]

[markup.goldmark.renderer]
unsafe = true
"""

HUGO_WITHOUT_COLOURS = """
[markup.highlight]
codeFences = false
"""

PELICAN_CONF = """
PATH = {content!r}
OUTPUT_PATH = "output"
THEME = {theme!r}
SITENAME = "Benchmark"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
DIRECT_TEMPLATES = ["index"]
FEED_ALL_ATOM = CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM = AUTHOR_FEED_RSS = None
AUTHOR_SAVE_AS = CATEGORY_SAVE_AS = TAG_SAVE_AS = ""
"""


def prepare_hugo(site: Path) -> None:
    """Make ``site`` a Hugo site; its posts lie in ``content/posts``."""
    layouts = site / "layouts"
    (layouts / "_default").mkdir(parents=True)
    (site / "hugo.toml").write_text(HUGO_TOML)
    (site / "no-colours.toml").write_text(HUGO_WITHOUT_COLOURS)
    (layouts / "_default" / "single.html").write_text(
        POST.format(title="{{ .Title }}", content="{{ .Content }}")
    )
    (layouts / "index.html").write_text(
        LIST.format(
            start="{{ range .Site.RegularPages }}",
            title="{{ .Title }}",
            summary="{{ .Summary }}",
            end="{{ end }}",
        )
    )


def prepare_pelican(folder: Path, content: Path) -> Path:
    """Write a theme and a configuration for the posts in ``content``; return the latter."""
    templates = folder / "theme" / "templates"
    templates.mkdir(parents=True)
    (folder / "theme" / "static").mkdir()
    post = POST.format(title="{{ article.title }}", content="{{ article.content }}")
    posts = LIST.format(
        start="{% for article in articles %}",
        title="{{ article.title }}",
        summary="{{ article.summary }}",
        end="{% endfor %}",
    )
    (templates / "article.html").write_text(post)
    (templates / "index.html").write_text(posts)
    for name in ("archives", "author", "authors", "categories", "category", "page", "tag", "tags"):
        (templates / f"{name}.html").write_text("")
    configuration = folder / "pelicanconf.py"
    configuration.write_text(PELICAN_CONF.format(content=str(content), theme=str(folder / "theme")))
    return configuration
