"""Languages that show in the files of a site."""

from __future__ import annotations

import pytest

from bot.generators.common import languages
from tests.generators.sites import site


@pytest.mark.parametrize(
    ("places", "found"),
    [
        (["x.md", "x.fr.md"], {"fr"}),
        (["x.en.md", "x.pt-BR.md"], {"en", "pt-br"}),
        (["a/index.md", "a/index.zh-Hans.md"], {"zh-hans"}),
        (["x.md", "guide.pl.md", "node.js.md", "x.min.md"], set()),
    ],
)
def test_suffixes_that_have_a_counterpart(places: list[str], found: set[str]) -> None:
    assert languages.suffixes(places) == found


@pytest.mark.parametrize(
    ("places", "found"),
    [
        (["en/a.md", "fr/a.md", "fr/b/c.md", "en/b/c.md"], {"en", "fr"}),
        (["a.md", "b.md", "fr/a.md", "pt-BR/b.md"], {"fr", "pt-BR"}),
        (["en/a.md", "en/b.md", "en/c.md", "fr/a.md"], {"fr"}),
        (["go/a.md", "is/b.md", "it/c.md"], set()),
        (["ml/README.md", "cs/README.md", "ml/index.md", "cs/index.md"], set()),
        (["is/a.md", "is/b.md", "is/c.md", "it/a.md", "it/d.md", "it/e.md"], set()),
    ],
)
def test_folders_that_have_counterparts(places: list[str], found: set[str]) -> None:
    assert languages.folders(places) == found


@pytest.mark.parametrize("generator", ["astro", "next", "eleventy", "jekyll", "plain"])
def test_a_folder_of_translations_is_in_its_language(generator: str) -> None:
    blog = site({"blog/x.md": "", "blog/y.md": "", "fr/blog/x.md": "", "is/z.md": ""}, generator)
    assert blog.language_of("fr/blog/x.md") == "fr"
    assert blog.language_of("blog/y.md") == "en"
    assert blog.language_of("is/z.md") == "en"
    assert blog.language == "en"


def test_a_site_in_one_language_says_nothing() -> None:
    assert site({"x.md": "", "is/z.md": ""}, "plain").language_of("x.md") is None


@pytest.mark.parametrize(
    ("places", "main"),
    [
        (["x.md", "x.fr.md"], "en"),
        (["x.md", "x.en.md"], None),
        (["x.en.md", "x.fr.md"], "en"),
        (["x.de.md", "x.fr.md", "y.fr.md"], "fr"),
    ],
)
def test_the_main_language_is_the_one_that_needs_no_name(
    places: list[str], main: str | None
) -> None:
    assert languages.main(languages.suffixes(places), places) == main
