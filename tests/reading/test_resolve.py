"""What is decided with the whole folder in view: slugs, stray pages, translations, manuals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.reader import Outline
from bot.reading.reader import SiteReader
from bot.reading.resolve import OTHER_SAMPLES, SAMPLE_POSTS, same_language, settle
from bot.reading.rules import NO_PAGES, ReadingRules
from tests.conftest import CHECKOUT
from tests.generators.sites import TextFile, site
from tests.reading.desk import outlines_of


def outline(
    path: str,
    slug: str = "",
    *,
    language: str | None = None,
    dated: bool = True,
    draft: bool = False,
) -> Outline:
    return Outline(
        path=path,
        slug=slug or path.removesuffix(".md"),
        dated=dated,
        titled=True,
        language=language,
        draft=draft,
    )


def test_the_second_of_two_slugs_gets_a_suffix_and_a_note() -> None:
    settled = settle(
        [outline("a.md", "x"), outline("b.md", "X")], language=None, site_language=None
    )
    assert settled.slugs == {"b.md": "X-2"}
    (problem,) = settled.problems
    assert problem.path == "b.md"
    assert "a.md" in problem.reason
    assert problem.harmless, "such as on every site with the day in its links"


def test_a_suffix_takes_nobodys_slug() -> None:
    posts = [outline("a.md", "x"), outline("b.md", "x"), outline("c.md", "x-2")]
    assert settle(posts, language=None, site_language=None).slugs == {"b.md": "x-3"}


def test_a_hidden_post_does_not_take_a_visible_ones_slug() -> None:
    posts = [outline("a.md", "x", draft=True), outline("b.md", "x")]
    settled = settle(posts, language=None, site_language=None)
    assert settled.slugs == {"a.md": "x-2"}


SAMPLE = CHECKOUT / "bot" / "sample"


def test_the_names_of_the_sample_posts_are_known() -> None:
    names = {file.name for file in SAMPLE.glob("*.md")}
    assert names == SAMPLE_POSTS | OTHER_SAMPLES | {"README.md", "unfinished.md"}


def problems_of(*paths: str) -> list[str]:
    settled = settle([outline(path) for path in paths], language=None, site_language=None)
    return [problem.reason for problem in settled.problems if not problem.harmless]


def test_sample_posts_beside_other_posts_are_noticed() -> None:
    samples = sorted(SAMPLE_POSTS | OTHER_SAMPLES)
    assert problems_of(*samples) == []
    assert "12 sample posts" in problems_of(*samples, "posts/mine.md")[0]
    assert "2 sample posts" in problems_of("finding-posts.md", "mine.md", "public-links.md")[0]
    assert problems_of("finding-posts.md", "welcome.md", "mine.md") == []


TRANSLATED = [
    outline("a.md", language="en"), outline("b.md", language="en"),
    outline("c.md", language="fr"), outline("d.md"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "site_language", "hidden"),
    [
        (None, None, ["c.md"]),
        (None, "fr", ["a.md", "b.md"]),
        ("fr", "en", ["a.md", "b.md"]),
        ("all", "en", []),
        ("en-GB", None, ["c.md"]),
        ("de", None, ["a.md", "b.md", "c.md"]),
    ],
)
def test_one_language_is_shown(
    language: str | None, site_language: str | None, hidden: list[str]
) -> None:
    """The one set, else the site's, else the commonest; unmarked posts always."""
    settled = settle(TRANSLATED, language=language, site_language=site_language)
    assert [left.path for left in settled.left_out] == hidden


def test_a_blog_in_one_language_needs_no_choice() -> None:
    posts = [outline("a.md", language="fr"), outline("b.md")]
    assert not settle(posts, language=None, site_language=None).left_out


@pytest.mark.parametrize(
    ("language", "hidden"),
    [(None, ["a.fa.md"]), ("fa", ["a.md"]), ("en", ["a.fa.md"]), ("all", [])],
)
def test_a_file_beside_its_original_is_a_translation(
    language: str | None, hidden: list[str]
) -> None:
    """Also where the site says nothing of languages; ``b.pl.md`` alone may be about Perl."""
    posts = [outline("a.fa.md", "x"), outline("a.md", "x"), outline("b.pl.md")]
    settled = settle(posts, language=language, site_language=None)
    assert [left.path for left in settled.left_out] == hidden


def test_regions_of_a_language_are_told_apart() -> None:
    assert same_language("pt", "pt-BR")
    assert same_language("PT_br", "pt-BR")
    assert not same_language("zh-CN", "zh-TW")
    assert not same_language("e", "en")


PATHS = st.text(alphabet="ab/", min_size=1, max_size=4)
SLUGS = st.sampled_from(["x", "X", "x-2", "x-3", "y", "y-2"])


@given(st.dictionaries(PATHS, st.tuples(SLUGS, st.booleans())))
def test_slugs_become_unique_and_settling_again_changes_nothing(
    posts: dict[str, tuple[str, bool]],
) -> None:
    outlines = [outline(path, slug, draft=draft) for path, (slug, draft) in sorted(posts.items())]
    settled = settle(outlines, language=None, site_language=None)
    slugs = [settled.slugs.get(o.path, o.slug).casefold() for o in outlines]
    assert len(set(slugs)) == len(slugs)
    assert settle(outlines, language=None, site_language=None) == settled


def test_thousands_of_equal_slugs_are_settled_quickly() -> None:
    outlines = [outline(f"{number:05}.md", "x") for number in range(20_000)]
    slugs = settle(outlines, language=None, site_language=None).slugs
    assert slugs["19999.md"] == "x-20000"


def test_a_folder_of_translations_shows_them() -> None:
    posts = [outline("a.md", language="fr"), outline("b.md", language="fr")]
    assert settle(posts, language=None, site_language="en").left_out == ()
    left_out = settle(posts, language="en", site_language="en").left_out
    assert [left.path for left in left_out] == ["a.md", "b.md"]


def test_a_translation_that_names_its_language_gives_way_to_the_original() -> None:
    posts = [outline("a.fr.md", language="fr"), outline("a.md")]
    (left,) = settle(posts, language=None, site_language=None).left_out
    assert left.path == "a.fr.md"
    (left,) = settle(posts, language="fr", site_language=None).left_out
    assert left.path == "a.md"


def test_what_names_no_language_is_in_the_main_one() -> None:
    posts = [outline("a.md"), outline("b.md", language="fr")]
    (left,) = settle(posts, language=None, site_language="en").left_out
    assert left.path == "b.md"


DATED = "---\ndate: 2024-01-02\n---\n\n# T\n"
UNDATED = "# T\n"


def pages(
    posts: dict[str, str], config: dict[str, str] | None = None, *, setting: str = "auto"
) -> set[str]:
    """The pages among these files, next to this configuration."""
    reader = SiteReader(ReadingRules(pages=(setting,)), site({**(config or {}), **posts}))
    documents = [reader.read(file) for file in _files(posts)]
    return set(reader.settle(outlines_of(documents)).pages)


def _files(posts: dict[str, str]) -> list[TextFile]:
    return [TextFile(path, text) for path, text in sorted(posts.items())]


DOCUSAURUS = {"docusaurus.config.js": "module.exports = {}"}
HUGO = {"hugo.toml": 'baseURL = "https://example.org"\n'}
MATERIAL = {"mkdocs.yml": "site_name: x\nplugins: [blog]\n"}
HEXO = {"_config.yml": "title: x\nsource_dir: source\nnew_post_name: ':title.md'\n"}


@pytest.mark.parametrize(
    ("config", "posts", "expected"),
    [
        (
            DOCUSAURUS,
            {
                "blog/2024-01-02-a.md": UNDATED,
                "blog/b.md": UNDATED,
                "docs/intro.md": DATED,
                "src/pages/about.md": UNDATED,
            },
            {"docs/intro.md", "src/pages/about.md"},
        ),
        (DOCUSAURUS, {"docs/a.md": UNDATED, "docs/b.md": UNDATED}, set()),
        (
            HUGO,
            {
                "content/posts/a.md": DATED,
                "content/posts/undated.md": UNDATED,
                "content/docs/x.md": UNDATED,
                "content/docs/deep/y.md": UNDATED,
                "content/about.md": UNDATED,
            },
            {"content/docs/x.md", "content/docs/deep/y.md", "content/about.md"},
        ),
        (HUGO, {"content/posts/a.md": UNDATED, "content/docs/x.md": UNDATED}, set()),
        (HUGO, {"content/posts/a.md": DATED, "content/docs/x.md": DATED}, set()),
        (
            MATERIAL,
            {"docs/blog/posts/a.md": DATED, "docs/guide.md": DATED, "docs/index.md": UNDATED},
            {"docs/guide.md"},
        ),
        ({"mkdocs.yml": "site_name: x\n"}, {"docs/a.md": DATED, "docs/guide.md": UNDATED}, set()),
        (
            HEXO,
            {"source/_posts/a.md": DATED, "source/about/me.md": DATED},
            {"source/about/me.md"},
        ),
        ({}, {"a.md": DATED, "b.md": UNDATED, "notes/c.md": UNDATED}, {"notes/c.md"}),
    ],
)
def test_the_site_tells_pages_from_posts(
    config: dict[str, str], posts: dict[str, str], expected: set[str]
) -> None:
    assert pages(posts, config) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("none", set()),
        ("blog", {"blog/2024-01-02-a.md"}),
        ("docs", {"docs/intro.md", "docs/deep/x.md"}),
        ("docs/*.md", {"docs/intro.md"}),
        ("**/x.md", {"docs/deep/x.md"}),
        ("doc", set()),
    ],
)
def test_a_setting_says_otherwise(setting: str, expected: set[str]) -> None:
    posts = {"blog/2024-01-02-a.md": UNDATED, "docs/intro.md": UNDATED, "docs/deep/x.md": UNDATED}
    assert pages(posts, DOCUSAURUS, setting=setting) == expected


def test_the_setting_is_a_part_of_how_files_are_understood() -> None:
    one, other = (SiteReader(ReadingRules(pages=given), site()) for given in (("docs",), NO_PAGES))
    assert one.fingerprint != other.fingerprint
