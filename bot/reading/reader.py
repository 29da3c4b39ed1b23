"""From a file to a post."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence

from bot.blog.post import Post
from bot.blog.problem import LeftOut, Problem
from bot.blog.reader import Document, Outline, Settlement
from bot.blog.source import SourceFile
from bot.links.facts import Facts
from bot.links.site import Site
from bot.reading import shelf
from bot.reading.aliases import aliases_of
from bot.reading.authors import authors_of
from bot.reading.cover import cover_of
from bot.reading.excerpt import summary_of
from bot.reading.fields import Fields
from bot.reading.formats import FrontMatterError
from bot.reading.front_matter import FrontMatter
from bot.reading.language import language_of
from bot.reading.not_a_post import not_a_post, not_a_post_by_path
from bot.reading.published import is_draft, published, updated
from bot.reading.rules import ReadingRules
from bot.reading.tags import categories_of, tag_from_folder, tags_of
from bot.reading.text import count_words, words_of
from bot.reading.title import title_from_name, title_of

# To be raised when the same file would be understood differently.
VERSION = 1


class SiteReader:
    """Understands the files of one site; a ``bot.blog.Reader``."""

    def __init__(self, rules: ReadingRules, site: Site) -> None:
        self._rules = rules
        self._site = site
        seen = (
            VERSION,
            sys.version_info[:2],
            # Field by field: a set's own order differs from process to process.
            rules.date_order,
            sorted(rules.collection_tags),
            rules.language,
            rules.max_bytes,
            site.fingerprint,
        )
        self._fingerprint = hashlib.blake2b(repr(seen).encode(), digest_size=16).hexdigest()

    @property
    def fingerprint(self) -> str:
        """Changes when the same file could be understood differently."""
        return self._fingerprint

    @property
    def generator(self) -> str:
        """Name of the site generator whose rules apply."""
        return self._site.generator

    @property
    def site_url(self) -> str | None:
        """The site's URL from its own configuration."""
        return self._site.url

    @property
    def site_problems(self) -> Sequence[Problem]:
        """What is wrong with the site's own configuration files."""
        return self._site.problems

    def read(self, file: SourceFile) -> Document:
        """Understand one file; never raises for what a file holds."""
        path = file.path
        if reason := not_a_post_by_path(path, self.generator):
            return Document(left_out=LeftOut(path, reason))
        if file.size > self._rules.max_bytes:
            return Document(left_out=LeftOut(path, f"larger than {self._rules.max_bytes} bytes"))
        try:
            text = decode(file.read())
            front_matter = FrontMatter.of(text)
        except FrontMatterError as error:
            return Document(problems=(Problem(path, error.line, error.reason, error.hint),))
        except OSError as error:
            why = error.strerror or type(error).__name__
            hint = "Check that the file exists and may be read."
            return Document(problems=(Problem(path, None, f"It cannot be read: {why}", hint),))
        defaults = self._site.defaults(path)
        meta = {**defaults, **front_matter.meta} if defaults else front_matter.meta
        return self._document(Fields(path, front_matter, meta), front_matter.body)

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Decide what needs all posts in view; ``outlines`` come ordered by path."""
        return shelf.settle(
            outlines, language=self._rules.language, site_language=self._site.language
        )

    def _document(self, fields: Fields, body: str) -> Document:
        path, site, rules = fields.path, self._site, self._rules
        date, name_date = published(fields, rules.date_order, site.zone)
        if reason := not_a_post(fields, body, site.generator, dated=date is not None):
            return Document(left_out=LeftOut(path, reason), problems=tuple(fields.problems))
        title = title_of(fields, body)
        facts = Facts(
            path=path,
            meta=fields.meta,
            title=title or title_from_name(site.name(path)),
            date=date,
            name_date=name_date,
            categories=categories_of(fields, site.generator),
            language=language_of(fields) or site.language_of(path),
        )
        tags = tags_of(fields, site.generator, rules.collection_tags)
        if not fields.front_matter.head and not tags:
            tags = tag_from_folder(path, rules.collection_tags)
        cover = cover_of(fields)
        text = words_of(body)
        post = Post(
            path=path,
            slug=site.slug(facts),
            title=facts.title,
            summary=summary_of(fields, body),
            date=date,
            updated=updated(fields, rules.date_order, site.zone),
            tags=tags,
            authors=authors_of(fields),
            image=site.image(facts, cover) if cover else None,
            link=site.link(facts),
            language=facts.language,
            draft=is_draft(fields),
            aliases=aliases_of(fields),
            words=count_words(text),
        )
        problems = tuple(dict.fromkeys(fields.problems))
        return Document(post=post, text=text, titled=title is not None, problems=problems)


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
