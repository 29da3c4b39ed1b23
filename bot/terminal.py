"""How posts, tags and the index look in a terminal, and in ``--json`` (docs/json.md)."""

from __future__ import annotations

import json
import re
import shutil
import textwrap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import category

import click

from bot.blog import question
from bot.blog.errors import LeftOut, Problem
from bot.blog.library import Hit, LinkReport, Status
from bot.blog.post import Post, Tag

Json = dict[str, object]

# Columns: wide enough for most links, narrow enough for half a screen. COLUMNS or a terminal
# may say otherwise, within limits.
WIDTH, LEAST_WIDTH, MOST_WIDTH = 88, 40, 160
INDENT = " " * 12  # a day and two spaces
GROUPS_SHOWN = 12
PATHS_SHOWN = 3
PROBLEMS_SHOWN = 20
ALIKE_SHOWN = 20


def width() -> int:
    """Columns to write in."""
    columns = shutil.get_terminal_size((WIDTH, 24)).columns
    return min(max(columns, LEAST_WIDTH), MOST_WIDTH)


NO_ANSWERS: Mapping[question.Reason, str] = {
    "nothing": "no post holds a word of the question",
    "unanswered": "the posts do not tell",
    "unproven": "the model named no section for what it wrote",
    "reader": "the limit of --ask-limit is reached",
    "server": "the limit of --ask-server-limit is reached",
    "month": "the limit of --ask-budget is reached",
    "unavailable": "the model cannot be reached",
    "slow": "the model took too long",
    "rejected": "the model's name or key is wrong",
    "busy": "the provider is busy, or there is no credit",
    "refused": "the model declines",
    "cut": "the answer stopped half-way",
}


def to_json(value: object) -> str:
    """Write JSON for people and programs alike: indented, in the letters of the blog."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def post_json(post: Post) -> Json:
    """A post as every command gives it; what is not known is null."""
    return {
        "slug": post.slug,
        "title": post.title,
        "date": post.date and post.date.text,
        "updated": post.updated and post.updated.text,
        "tags": list(post.tags),
        "summary": post.summary,
        "url": post.url,
        "authors": list(post.authors),
        "image": post.image,
        "reading_minutes": post.reading_minutes,
        "path": post.path,
    }


def hit_json(hit: Hit) -> Json:
    """A post that a search found, and the section of it where the words stand."""
    return {
        **post_json(hit.post),
        "heading": hit.heading,
        "section": hit.section,
        "snippet": "".join(piece for piece, _ in hit.snippet),
    }


def answer_json(last: question.Step) -> Json:
    """The answer and its sources; without an answer the reason why, and what comes closest."""
    return {
        "answer": last.answer.plain if isinstance(last, question.Answered) else None,
        "reason": last.reason if isinstance(last, question.Unanswered) else None,
        "sources": [
            {
                "number": source.number,
                **{name: post_json(source.post)[name] for name in ("slug", "title", "url")},
                "heading": source.heading,
                "section": source.section,
            }
            for source in last.sources
        ],
    }


def answer(last: question.Step) -> str:
    """The answer, and below it its sources; or why there is none, and what comes closest."""
    if isinstance(last, question.Answered):
        said = last.answer.plain
    elif isinstance(last, question.Unanswered):
        said = f"No answer: {NO_ANSWERS[last.reason]}."
    else:
        said = ""
    sources = [source_lines(source) for source in last.sources]
    return "\n\n".join(filter(None, (harmless(said), "\n".join(sources))))


def source_lines(source: question.Source) -> str:
    """A section that an answer names, and where to read it."""
    where = " › ".join(filter(None, (source.post.title, source.heading)))
    link = source.url or source.post.path
    return f"[{source.number}] {plain(where)}\n    {plain(link)}"


def tag_json(tag: Tag) -> Json:
    """A tag and its count."""
    return {"tag": tag.name, "posts": tag.posts}


def left_out_json(left_out: LeftOut) -> Json:
    """A file that is not shown, and why."""
    return {"path": left_out.path, "reason": left_out.reason}


def problem_json(problem: Problem) -> Json:
    """A problem; ``line`` is null where it is not known."""
    return {
        "path": problem.path,
        "line": problem.line,
        "reason": problem.reason,
        "hint": problem.hint,
        "severity": "note" if problem.harmless else "error",
    }


def status_json(status: Status) -> Json:
    """What the index holds."""
    return {
        "generator": status.generator,
        "posts": status.posts,
        "pages": status.pages,
        "tags": status.tags,
        "links": status.links and links_json(status.links),
        "unknown_links": status.unknown_links,
        "left_out": [left_out_json(left_out) for left_out in status.left_out],
        "problems": [problem_json(problem) for problem in status.problems],
    }


def links_json(links: LinkReport) -> Json:
    """What the site says of the links; ``sitemap`` is null where it lists nothing."""
    return {
        "sitemap": links.source or None,
        "confirmed": links.confirmed,
        "not_listed": links.missing,
        "without_link": links.withdrawn,
        "corrected": links.corrected,
        "trouble": links.trouble or None,
    }


def post_list(posts: Sequence[Post]) -> str:
    """Posts below each other: day and title, then summary and where to read it."""
    return "\n\n".join(f"{day_of(post)}{list_entry(post)}" for post in posts) or "No posts."


def hit_list(hits: Sequence[Hit]) -> str:
    """Hits below each other: day, title and section, then where the words stand, in bold."""
    return "\n\n".join(f"{day_of(hit.post)}{hit_entry(hit)}" for hit in hits) or "No posts."


def hit_entry(hit: Hit) -> str:
    """Title and section, the snippet, and where to read it."""
    post = hit.post
    title = " › ".join(plain(part) for part in (post.title, hit.heading) if part)
    is_title = "".join(piece for piece, _ in hit.snippet) == post.title
    snippet = ((post.summary, False),) if is_title else hit.snippet
    words = [
        click.style(word, bold=True) if matches else word
        for piece, matches in snippet
        for word in re.findall(r"\s+|\S+", plain(piece))
    ]
    return f"\n{INDENT}".join([*_lines(title), *_wrapped(words), plain(post.url or post.path)])


def _lines(text: str) -> list[str]:
    """Text in lines beside the column of days."""
    return textwrap.wrap(text, width() - len(INDENT), break_on_hyphens=False)


def _wrapped(words: Iterable[str]) -> list[str]:
    """Words and the spaces between them in lines; styles take no room."""
    lines, line, used = list[str](), "", 0
    for word in words:
        size = len(click.unstyle(word))
        if used + size > width() - len(INDENT) and line.strip():
            lines.append(line.rstrip())
            line, used = "", 0
        if line or word.strip():
            line, used = line + word, used + size
    return [*lines, line.rstrip()] if line.strip() else lines


def day_of(post: Post) -> str:
    """The post's day, or as much space, so that titles stand in one column."""
    return f"{post.date.text[:10]}  " if post.date else INDENT


def list_entry(post: Post) -> str:
    """Title and, below it, what else a list says of a post."""
    below = [plain(post.summary), " · ".join((*map(plain, post.tags), minutes(post)))]
    lines = [line for text in (plain(post.title), *below) for line in _lines(text)]
    return f"\n{INDENT}".join([*lines, plain(post.url or post.path)])


def post_card(post: Post) -> str:
    """All that is known of one post."""
    dates = [
        *([post.date.text] if post.date else []),
        *([f"updated {post.updated.text}"] if post.updated else []),
    ]
    authors = [f"by {', '.join(map(plain, post.authors))}"] if post.authors else []
    blocks = [
        plain(post.title),
        " · ".join([*dates, *authors, minutes(post)]),
        ", ".join(map(plain, post.tags)),
        textwrap.fill(plain(post.summary), width()),
        plain(post.url or ""),
        f"Slug: {plain(post.slug)}",
        f"File: {plain(post.path)}",
    ]
    return "\n".join(block for block in blocks if block)


def page_list(pages: Sequence[Mapping[str, Any]], first: int, of: int) -> str:
    """Pages of a post below each other, the pictures of each below its text.

    Args:
        pages: as ``slashpost read --json`` prints them.
        first: the number of the first one.
        of: how many the post has.
    """
    printed = []
    for number, page in enumerate(pages, start=first):
        pictures = [f"🖼️ {image['alt']} <{image['url']}>" for image in page["images"]]
        text = "\n\n".join(filter(None, [page["text"], "\n".join(pictures)]))
        rule = f"── page {number} of {of} ".ljust(width(), "─")
        printed.append(f"{rule}\n\n{harmless(text)}\n")
    return "\n".join(printed)


def tag_list(tags: Sequence[Tag]) -> str:
    """Tags below each other, counts aligned."""
    width = max((len(str(tag.posts)) for tag in tags), default=0)
    return "\n".join(f"{tag.posts:>{width}}  {plain(tag.name)}" for tag in tags) or "No tags."


def index_table(status: Status, changes: str, samples: Mapping[str, str | None]) -> str:
    """What the index holds, why files are missing from it, and what is wrong with others.

    Args:
        status: of the index.
        changes: what the last look at the posts changed.
        samples: links of a few posts, by which of them it is.
    """
    links = status.links if status.links and status.links.source else None
    rows = [
        ("Source", plain(status.source)),
        ("Generator", status.generator),
        ("Site", plain(status.site_url or "not known, so posts have no links (--site sets it)")),
        ("Posts", str(status.posts)),
        *([("Pages", str(status.pages))] if status.pages else []),
        ("Tags", str(status.tags)),
        ("Links", plain(str(status.links or "by the generator's rule"))),
        *([("", plain(f"last look: {links.trouble}"))] if links and links.trouble else []),
        *([("", plain(unknown_links(status)))] if status.unknown_links else []),
        *(("", plain(f"{place:<9}{link or 'none'}")) for place, link in samples.items()),
        ("Changes", changes),
        ("Left out", str(len(status.left_out) or "none")),
        *(("", line) for line in left_out_lines(status.left_out)),
        ("Problems", str(len(status.problems) or "none")),
        *(("", line) for line in problem_lines(status.problems)),
    ]
    return "\n".join(f"{name:<11}{value}" for name, value in rows)


def unknown_links(status: Status) -> str:
    """How many posts have no link since nothing tells their address, and what would."""
    asked = status.links is not None and status.links.source
    way = "" if asked else "--site with a sitemap, or "
    count = counted(status.unknown_links, "post")
    return f"{count} without a link: {way}--permalink tells what no rule does"


def headline(status: Status) -> str:
    """What the index holds, in one line."""
    site = status.site_url or "no site URL, so no links"
    pages = f" and {counted(status.pages, 'page')}" if status.pages else ""
    found = f"{counted(status.posts, 'post')}{pages} from {status.source}"
    found += f" ({status.generator}, {site})"
    if status.unknown_links:
        found += f"; {unknown_links(status)}"
    if not status.problems:
        return plain(found)
    problems = counted(len(status.problems), "problem")
    return plain(f"{found}; {problems}, shown by `slashpost check`")


def left_out_lines(left_out: Iterable[LeftOut]) -> Iterator[str]:
    """Reasons, the commonest first, each with its first few files."""
    paths_of: dict[str, list[str]] = defaultdict(list)
    for item in left_out:
        paths_of[item.reason].append(item.path)
    by_count = sorted(paths_of.items(), key=lambda group: -len(group[1]))
    for reason, paths in by_count[:GROUPS_SHOWN]:
        more = ", …" if len(paths) > PATHS_SHOWN else ""
        yield plain(f"{len(paths):>5}  {reason}: {', '.join(paths[:PATHS_SHOWN])}{more}")
    if len(by_count) > GROUPS_SHOWN:
        yield f"       … and {len(by_count) - GROUPS_SHOWN} more reasons (--json lists all)"


def problem_lines(problems: Sequence[Problem]) -> Iterator[str]:
    """The first problems, a line each."""
    for problem in problems[:PROBLEMS_SHOWN]:
        yield f"  {plain(str(problem))}"
    if len(problems) > PROBLEMS_SHOWN:
        yield f"  … and {len(problems) - PROBLEMS_SHOWN} more (slashpost check lists all)"


def problem_report(problems: Sequence[Problem]) -> Iterator[str]:
    """Problems as ``path:line: reason``, and what to do about them: those that hurt readers first.

    Of many with the same hint, only some are listed.
    """
    groups: dict[tuple[bool, str], list[Problem]] = defaultdict(list)
    for problem in problems:
        groups[problem.harmless, problem.hint].append(problem)
    for (harmless, hint), group in sorted(groups.items(), key=lambda item: item[0][0]):
        for problem in group[:ALIKE_SHOWN]:
            where, reason = str(problem).removesuffix(problem.reason), problem.reason
            line = f"{where}note: {reason}" if harmless else f"{where}{reason}"
            yield plain(f"{line}. {hint}" if hint else line)
        if len(group) > ALIKE_SHOWN:
            yield f"… and {len(group) - ALIKE_SHOWN} more like these: --json lists all"


def minutes(post: Post) -> str:
    """How long it takes to read a post."""
    return f"{post.reading_minutes} min"


def counted(n: int, noun: str) -> str:
    """A number of things, such as ``1 post`` and ``2 posts``."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def harmless(text: str) -> str:
    """Text in lines, without what would move a terminal's cursor or change its colours."""
    return "".join(
        " " if category(character) == "Cc" and character != "\n" else character
        for character in text.expandtabs(4)
    )


def plain(text: str) -> str:
    """Text on one line, without what would move a terminal's cursor or change its colours."""
    return "".join(character if character.isprintable() else " " for character in text)
