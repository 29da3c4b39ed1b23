"""From a file's bytes to a post."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice

from bot.blog.errors import LeftOut, Problem
from bot.blog.post import Post
from bot.blog.reader import Document
from bot.blog.source import Dates
from bot.blog.syntax import unfenced, without_modules
from bot.generators.common.generator import PageFacts
from bot.generators.common.site import Site
from bot.reading.dates import expires, from_source, published, updated
from bot.reading.excerpt import summary_of
from bot.reading.formats import FrontMatterError, FrontMatterIsCodeError
from bot.reading.front_matter import Fields, FrontMatter, as_list, as_text, plain_key, short
from bot.reading.not_published import is_draft, is_withheld, why_not_published
from bot.reading.passages import count_words, passages_of
from bot.reading.plain import Syntax, cut, plain, tidy
from bot.reading.rules import ReadingRules
from bot.reading.tags import categories_of, tag_from_folder, tags_of

# Plain keys, see Fields.
AUTHORS = ("author", "authors", "by", "byline", "authorname", "creator")
COVER = (
    "image", "cover", "coverimage", "ogimage", "og:image", "thumbnail", "hero", "heroimage",
    "banner", "featuredimage", "featureimage", "socialimage", "social", "images", "header",
    "teaserimage", "thumb", "preview", "cardimage", "seo", "metadata", "opengraph", "resources",
)  # fmt: skip
LANGUAGE = ("lang", "language", "locale")
ALIASES = ("aliases", "alias", "redirectfrom", "redirects", "oldurl", "oldurls")
# Between names; not within a Markdown link's target. Where a semicolon separates, a comma is
# part of a name.
COMMA = re.compile(r"\s*[,\u3001\uff0c](?![^()]*\))\s*")
SEMICOLON = re.compile(r"\s*;(?![^()]*\))\s*")
MAIL = re.compile(r"<[^<>@\s]+@[^<>\s]+>")
# https://www.rfc-editor.org/rfc/rfc5646#section-2.1, without its rare forms
TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
INNER = (
    "image", "url", "src", "path", "file", "filename", "light", "href", "cover", "og_image",
    "overlay_image", "teaser", "thumbnail", "images", "relative", "default",
)  # fmt: skip
# A name with an extension or a folder; not a colour, a caption or a true. What begins with
# @ or ~ is a bundler's shorthand, whose file gets another name on the site.
IMAGE = re.compile(r"\S*[./]\S*|\S.*\.(?:png|jpe?g|gif|webp|avif|svg|bmp|tiff?)", re.IGNORECASE)
# `cover: {image: {light: …}}` is as deep as it gets.
DEEPEST = 3


# https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
LFS_POINTER = b"version https://git-lfs.github.com/spec/v1"
# Plain keys, see Fields.
TITLE = ("title", "pagetitle", "newstitle", "headline", "linktitle", "navtitle")
# Longer ones exist, but no message has room for them.
LONGEST = 300
# Headings below this are sections of a very long text, not its title.
HEADING_WINDOW = 20_000

# An HTML heading ends within as many lines below its first.
HTML_LINES = 4

ATX = re.compile(r"[ ]{0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
SETEXT = re.compile(r"[ ]{0,3}(=+|-{2,})[ \t]*$")
HTML = re.compile(r"[ \t]*<(h[1-6])\b[^<>]*>(.*?)</\1\s*>", re.IGNORECASE | re.DOTALL)


def understand(
    path: str,
    data: bytes,
    rules: ReadingRules,
    site: Site,
    dates: Dates | None = None,
) -> Document:
    """Return what a file turned out to be; never raises for what it holds.

    Args:
        path: the file's path relative to the posts folder.
        data: its bytes.
        rules: how the blogger wants ambiguous things to be read.
        site: what its generator makes of it.
        dates: what the source knows of the file's past.
    """
    try:
        front_matter = FrontMatter.of(decode(data))
    except FrontMatterIsCodeError as error:
        return Document(left_out=LeftOut(path, error.reason))
    except FrontMatterError as error:
        return Document(problems=(Problem(path, error.line, error.reason, error.hint),))
    defaults = site.defaults(path)
    meta = {**defaults, **front_matter.meta} if defaults else front_matter.meta
    fields = Fields(path, front_matter, meta)
    date, name_date = published(fields, rules.date_order, site.zone)
    body = front_matter.body
    if reason := why_not_published(fields, body):
        return Document(left_out=LeftOut(path, reason), problems=tuple(fields.problems))
    is_mdx = site.dialect.mdx or path.lower().endswith(".mdx")
    prose = without_modules(body) if is_mdx else body
    syntax = Syntax.of(body, replace(site.dialect, mdx=is_mdx))
    title = title_of(fields, body, syntax)
    ignored = front_matter.capitalised if site.rule.is_case_sensitive else frozenset()
    facts = PageFacts(
        path=path,
        meta={key: meta[key] for key in meta if key not in ignored} if ignored else meta,
        title=title or title_from_name(site.name(path)),
        date=date,
        name_date=name_date,
        categories=categories_of(fields, spaced=site.rule.has_spaced_tags),
        language=language_of(fields) or site.language_of(path),
    )
    if reason := site.why_no_page(facts):
        return Document(left_out=LeftOut(path, reason), problems=tuple(fields.problems))
    end = expires(fields, rules.date_order, site.zone)
    passages = passages_of(prose, facts.title, syntax)
    source_date, change = from_source(dates, site.zone) if date is None else (None, None)
    post = Post(
        path=path,
        slug=tidy(site.slug(facts)) or "post",
        title=facts.title,
        summary=summary_of(fields, prose, syntax),
        date=date or source_date,
        updated=updated(fields, rules.date_order, site.zone) or change,
        tags=_tags(fields, rules, site),
        authors=_declared(site, "authors", path, authors_of(fields)),
        image=_image(fields, facts, site),
        link=site.link(facts),
        language=facts.language,
        draft=is_draft(fields),
        aliases=aliases_of(fields),
        words=sum(count_words(one.heading or "") + count_words(one.text) for one in passages),
    )
    return Document(
        post=post,
        passages=passages,
        body=body,
        titled=title is not None,
        date_from_source=source_date is not None,
        own_link=site.own_link(facts) is not None,
        withheld=is_withheld(fields),
        waits=not site.rule.publishes_future,
        expires=end.instant if end else None,
        problems=tuple(dict.fromkeys(fields.problems)),
    )


def _tags(fields: Fields, rules: ReadingRules, site: Site) -> tuple[str, ...]:
    tags = tags_of(fields, rules.collection_tags, spaced=site.rule.has_spaced_tags)
    if tags or fields.front_matter.head:
        return _declared(site, "tags", fields.path, tags)
    return tag_from_folder(fields.path, rules.collection_tags)


def _declared(site: Site, kind: str, path: str, given: tuple[str, ...]) -> tuple[str, ...]:
    """Tags or authors by what the site's own files call them, as plain text."""
    names = site.names(kind, path, given)
    return tuple(dict.fromkeys(name if name in given else plain(name) or name for name in names))


def _image(fields: Fields, facts: PageFacts, site: Site) -> str | None:
    cover = cover_of(fields)
    return site.image(facts, cover) if cover else None


def decode(data: bytes) -> str:
    r"""Return a file's text with ``\n`` line ends and without a byte order mark.

    Raises:
        FrontMatterError: it is not UTF-8, or holds a NUL byte, which no text does; or it only
            points to a file that Git LFS keeps elsewhere.
    """
    if data[:100].partition(b"\n")[0].rstrip() == LFS_POINTER:
        raise FrontMatterError(
            "It is a Git LFS pointer, not the post that it stands for",
            "Run git lfs pull; or take Markdown out of .gitattributes, for posts in a repository.",
            1,
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        raise FrontMatterError(
            f"It is not UTF-8: byte {at} is 0x{data[at]:02x}",
            "Save the file as UTF-8.",
            data.count(b"\n", 0, at) + 1,
        ) from None
    if "\0" in text:
        at = data.index(b"\0")
        raise FrontMatterError(
            f"It holds a NUL byte: byte {at} is 0x00",
            "Remove the NUL bytes; a file full of them is UTF-16, to be saved as UTF-8.",
            data.count(b"\n", 0, at) + 1,
        )
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def authors_of(fields: Fields) -> tuple[str, ...]:
    """Return the authors' names as plain text, none twice."""
    for value in _author_values(fields):
        names = dict.fromkeys(name for item in as_list(value) for name in _author_names(item))
        if names:
            return tuple(names)
    return ()


def _author_values(fields: Fields) -> Iterator[object]:
    """Yield what may name the authors: their own fields, then Zola's taxonomies."""
    for _, value in fields.all(*AUTHORS):
        yield value
    for _, taxonomies in fields.all("taxonomies"):
        if isinstance(taxonomies, Mapping):
            for key, value in taxonomies.items():
                if plain_key(key) in AUTHORS:
                    yield value


def _author_names(item: object) -> Iterator[str]:
    if isinstance(item, Mapping):
        item = item.get("name") or item.get("key") or item.get("title") or item.get("id")
    if (text := as_text(item)) is not None:
        for name in (SEMICOLON if SEMICOLON.search(text) else COMMA).split(text):
            if author := plain(MAIL.sub("", name)).removeprefix("and "):
                yield author


def aliases_of(fields: Fields) -> tuple[str, ...]:
    """Return the aliases as written, none twice."""
    found: dict[str, None] = {}
    for _, value in fields.all(*ALIASES):
        for item in as_list(value):
            if (text := as_text(item)) is not None:
                found[" ".join(text.split())] = None
    return tuple(found)


def language_of(fields: Fields) -> str | None:
    """Return the language that the front matter names as a BCP 47 tag, or None."""
    for text in fields.texts(*LANGUAGE):
        if TAG.fullmatch(text):
            return text.replace("_", "-")
    return None


def cover_of(fields: Fields) -> str | None:
    """Return the cover as written: a URL, a path, or a name beside the post; or None."""
    for _, value in fields.all(*COVER):
        for image in _images(value, DEEPEST):
            return image
    return None


def _images(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        text = value.strip().removeprefix("![[").removeprefix("[[").removesuffix("]]")
        if IMAGE.fullmatch(text) and not text.startswith(("data:", "{", "<", "@", "~")):
            yield text
    elif isinstance(value, Mapping) and depth:
        folded = {str(key).lower(): inner for key, inner in value.items()}
        for key in INNER:
            yield from _images(folded.get(key), depth - 1)
    elif isinstance(value, list) and depth:
        for item in as_list(value):
            yield from _images(item, depth - 1)


def title_of(fields: Fields, body: str, syntax: Syntax) -> str | None:
    """Return the title that the author gave, as plain text, or None.

    The front matter's wins; then a heading above all text, of any level; then the first
    heading of the highest level anywhere.
    """
    for key, value in fields.all(*TITLE):
        if isinstance(value, list | dict):
            fields.complain(f"{key} is not text: {short(value)}", "Put it in quotes.", key)
        elif title := cut(plain(as_text(value) or ""), LONGEST):
            return title
    return heading(body, syntax)


def heading(body: str, syntax: Syntax) -> str | None:
    """Return the heading that titles ``body``, as plain text, or None."""
    above_text, previous = True, ""
    lines = unfenced(body[:HEADING_WINDOW])
    for line in lines:
        if line.lstrip()[:2].lower() == "<h":  # it may go on below
            line = "\n".join([line, *islice(lines, HTML_LINES)])  # noqa: PLW2901
        level, text = _heading_at(line, previous)
        if level and (level == 1 or above_text) and (title := cut(plain(text, syntax), LONGEST)):
            return title
        # The line above is text, unless this one underlines it.
        above_text = above_text and (level > 0 or not plain(previous, syntax))
        previous = line.strip()
    return None


def _heading_at(line: str, previous: str) -> tuple[int, str]:
    """Return level and markup of the heading that a line is or underlines; level 0 for none."""
    if found := ATX.match(line):
        return len(found[1]), found[2]
    if previous and (found := SETEXT.match(line)):
        return (1 if found[1][0] == "=" else 2), previous
    if found := HTML.match(line):
        return int(found[1][1]), found[2]
    return 0, ""


def title_from_name(name: str) -> str:
    """Return a file's name as words: ``my-first-post`` is "My first post"; a day stays one."""
    words = plain(name if " " in name else re.sub(r"(?<!\d)[-_]+|[-_]+(?!\d)", " ", name))
    return cut(words[:1].upper() + words[1:], LONGEST) or "Untitled"
