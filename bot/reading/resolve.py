"""What only the whole folder can tell: duplicate slugs, stray pages, translations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from bot.blog.errors import LeftOut, Problem
from bot.blog.reader import Outline, Settlement
from bot.generators.common import paths
from bot.generators.common.site import Site
from bot.reading.rules import ALL_LANGUAGES, NO_PAGES, PAGES_OF_SITE

# `post.fr.md`, which is a translation where `post.md` lies beside it.
TRANSLATION = re.compile(r"(.+)\.([a-z]{2,3}(?:-[A-Za-z]{2,4})?)(\.\w+)")

# The sample posts, which nobody wants among their own, and those whose names others use, too.
SAMPLE_POSTS = frozenset({
    "bread-in-numbers.md",
    "checking-in-ci.md",
    "dates-and-drafts.md",
    "finding-posts.md",
    "inviting-the-bot.md",
    "keeping-it-running.md",
    "public-links.md",
    "reading-in-discord.md",
    "tags-that-help.md",
    "times-tables-on-a-circle.md",
    "when-something-goes-wrong.md",
    "writing-posts.md",
})  # fmt: skip
OTHER_SAMPLES = frozenset({"front-matter.md", "how-it-works.md", "welcome.md"})
FEWEST_SAMPLES = 2  # one of these names may be anybody's


def settle(
    outlines: Sequence[Outline], *, language: str | None, site_language: str | None
) -> Settlement:
    """Decide which posts are none after all, and by which slug each is known.

    Args:
        outlines: every post, ordered by path.
        language: the language asked for, ``all``, or None for the main one.
        site_language: the main language by the site's configuration, if it says so.
    """
    left_out = _left_out(outlines, _chosen(outlines, language, site_language))
    slugs, problems = _slugs(outlines, left_out)
    return Settlement(
        slugs=slugs,
        left_out=tuple(LeftOut(path, reason) for path, reason in left_out.items()),
        problems=(*_samples(outlines, left_out), *problems),
    )


def _samples(outlines: Sequence[Outline], hidden: dict[str, str]) -> Iterator[Problem]:
    """Yield a problem where readers see sample posts among others."""
    shown = [o.path for o in outlines if o.path not in hidden and not o.draft]
    samples = [path for path in shown if path.rpartition("/")[2] in SAMPLE_POSTS]
    own = [path for path in shown if path.rpartition("/")[2] not in SAMPLE_POSTS | OTHER_SAMPLES]
    if len(samples) >= FEWEST_SAMPLES and own:
        yield Problem(
            samples[0],
            None,
            f"Readers see {len(samples)} sample posts of Slashpost beside your own",
            f"Delete {', '.join(samples)}, and what else came with them.",
        )


def _chosen(
    outlines: Sequence[Outline], language: str | None, site_language: str | None
) -> str | None:
    """Return the language to show, ``all``, or None where the posts leave no choice.

    The site's main language does not count for a folder that holds only translations.
    """
    if language is not None:
        return language.lower()
    if site_language and any(
        not outline.language or same_language(site_language, outline.language)
        for outline in outlines
    ):
        return site_language.lower()
    spoken = Counter(outline.language for outline in outlines if outline.language)
    return max(spoken, key=lambda name: (spoken[name], name)) if len(spoken) > 1 else None


def _left_out(outlines: Sequence[Outline], language: str | None) -> dict[str, str]:
    """Return the reason by path of each post that is to be hidden."""
    reasons = {} if language == ALL_LANGUAGES else _in_other_languages(outlines, language)
    has_dates = any(outline.dated for outline in outlines)
    has_posts_folder = any("_posts" in outline.path.split("/")[:-1] for outline in outlines)
    company = Counter(
        outline.path.rpartition("/")[0] for outline in outlines if not is_index(outline.path)
    )
    for outline in outlines:
        if outline.dated or outline.path in reasons:
            continue
        folder, _, _ = outline.path.rpartition("/")
        if has_posts_folder and not {"_posts", "_drafts"} & set(outline.path.split("/")):
            reasons[outline.path] = "a page: it has no date and lies outside _posts"
        elif is_index(outline.path) and company[folder]:
            reasons[outline.path] = "the start page of its folder"
        elif has_dates and not outline.titled:
            reasons[outline.path] = "a page: it has neither date nor title"
    return reasons


def _in_other_languages(outlines: Sequence[Outline], language: str | None) -> dict[str, str]:
    reasons = {}
    unmarked = {outline.path for outline in outlines if not outline.language}
    for outline in outlines:
        path = outline.path
        if outline.language and language and not same_language(language, outline.language):
            reasons[path] = f"in another language ({outline.language})"
        elif (found := TRANSLATION.fullmatch(path)) and found[1] + found[3] in unmarked:
            # Two files of which only one names its language: the other is in the main one.
            original = found[1] + found[3]
            if language and same_language(language, found[2]):
                reasons[original] = f"translated in {path}"
            else:
                reasons[path] = f"a translation of {original}"
    return reasons


def is_index(path: str) -> bool:
    """Whether the file is its folder's ``index``, in any language."""
    return path.rpartition("/")[2].partition(".")[0] == "index"


def _slugs(
    outlines: Sequence[Outline], hidden: dict[str, str]
) -> tuple[dict[str, str], list[Problem]]:
    """Give each post a slug of its own; visible posts choose first, then in order of path."""
    owner: dict[str, str] = {}
    rivals = [
        outline
        for outline in sorted(outlines, key=lambda o: (o.path in hidden or o.draft, o.path))
        if owner.setdefault(outline.slug.casefold(), outline.path) != outline.path
    ]
    slugs: dict[str, str] = {}
    problems: list[Problem] = []
    next_number: dict[str, int] = {}
    for outline in rivals:
        key = outline.slug.casefold()
        number = next_number.get(key, 2)
        while f"{key}-{number}" in owner:
            number += 1
        next_number[key] = number + 1
        slug = slugs[outline.path] = f"{outline.slug}-{number}"
        owner[slug.casefold()] = outline.path
        if outline.path not in hidden and not outline.draft:
            problems.append(
                Problem(
                    outline.path,
                    None,
                    f"The slug {outline.slug} is taken by {owner[key]}; this post is {slug}",
                    "Give one of them another slug in its front matter.",
                    harmless=True,
                )
            )
    return slugs, problems


def same_language(one: str, other: str) -> bool:
    """Tell whether two tags name one language: ``pt`` covers ``pt-BR``, ``zh-CN`` not ``zh-TW``."""
    one, other = one.lower().replace("_", "-") + "-", other.lower().replace("_", "-") + "-"
    return one.startswith(other) or other.startswith(one)


def pages_among(
    outlines: Sequence[Outline], site: Site, configured: tuple[str, ...]
) -> frozenset[str]:
    """The paths of those that are pages: of a manual, about the author, and the like.

    Where nothing is configured, a page is what the generator has outside of its blog, and
    what has no date in a section that holds no dated post, beside one that does. A site
    that would have no post left has posts only.

    Args:
        outlines: what readers see, or will.
        site: knows where its generator keeps what.
        configured: folders, files and globs with pages, ``NO_PAGES`` or ``PAGES_OF_SITE``.
    """
    if configured != PAGES_OF_SITE:
        names = () if configured == NO_PAGES else configured
        return frozenset(
            one.path for one in outlines if any(paths.names(name, one.path) for name in names)
        )
    outside = {one.path for one in outlines if site.is_page(one.path)}
    rest = [one for one in outlines if one.path not in outside]
    dated = {site.section(one.path) for one in rest if one.dated}
    if dated:
        outside |= {
            one.path for one in rest if not one.dated and site.section(one.path) not in dated
        }
    return frozenset(outside) if len(outside) < len(outlines) else frozenset()
