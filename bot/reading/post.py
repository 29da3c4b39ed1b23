"""From a file's bytes to a post."""

from __future__ import annotations

from bot.blog.post import Post
from bot.blog.problem import LeftOut, Problem
from bot.blog.reader import Document
from bot.blog.source import Dates
from bot.blog.syntax import without_modules
from bot.generators.common.generator import PageFacts
from bot.generators.common.site import Site
from bot.reading.aliases import aliases_of
from bot.reading.authors import authors_of
from bot.reading.cover import cover_of
from bot.reading.excerpt import summary_of
from bot.reading.fields import Fields
from bot.reading.formats import FrontMatterError, FrontMatterIsCodeError
from bot.reading.front_matter import FrontMatter
from bot.reading.language import language_of
from bot.reading.not_a_post import not_a_post
from bot.reading.passages import passages_of
from bot.reading.plain import tidy
from bot.reading.published import is_draft, lent_by, published, updated
from bot.reading.rules import ReadingRules
from bot.reading.tags import categories_of, tag_from_folder, tags_of
from bot.reading.text import count_words
from bot.reading.title import title_from_name, title_of


def understand(
    path: str, data: bytes, rules: ReadingRules, site: Site, dates: Dates | None = None
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
    if reason := not_a_post(fields, body, site.generator, dated=date is not None):
        return Document(left_out=LeftOut(path, reason), problems=tuple(fields.problems))
    title = title_of(fields, body)
    facts = PageFacts(
        path=path,
        meta=meta,
        title=title or title_from_name(site.name(path)),
        date=date,
        name_date=name_date,
        categories=categories_of(fields, site.generator),
        language=language_of(fields) or site.language_of(path),
    )
    if reason := site.why_no_page(facts):
        return Document(left_out=LeftOut(path, reason), problems=tuple(fields.problems))
    is_mdx = site.dialect.mdx or path.lower().endswith(".mdx")
    prose = without_modules(body) if is_mdx else body
    passages = passages_of(prose, facts.title)
    lent, change = lent_by(dates, site.zone) if date is None else (None, None)
    post = Post(
        path=path,
        slug=tidy(site.slug(facts)) or "post",
        title=facts.title,
        summary=summary_of(fields, prose),
        date=date or lent,
        updated=updated(fields, rules.date_order, site.zone) or change,
        tags=_tags(fields, rules, site),
        authors=authors_of(fields),
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
        date_lent=lent is not None,
        problems=tuple(dict.fromkeys(fields.problems)),
    )


def _tags(fields: Fields, rules: ReadingRules, site: Site) -> tuple[str, ...]:
    tags = tags_of(fields, site.generator, rules.collection_tags)
    if tags or fields.front_matter.head:
        return tags
    return tag_from_folder(fields.path, rules.collection_tags)


def _image(fields: Fields, facts: PageFacts, site: Site) -> str | None:
    cover = cover_of(fields)
    return site.image(facts, cover) if cover else None


def decode(data: bytes) -> str:
    r"""Return a file's text with ``\n`` line ends and without a byte order mark.

    Raises:
        FrontMatterError: it is not UTF-8, or holds a NUL byte, which no text does.
    """
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
