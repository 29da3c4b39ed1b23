"""Understands the files of one site."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from dataclasses import replace

from bot.blog.dialect import Dialect
from bot.blog.errors import LeftOut, Problem
from bot.blog.reader import Document, Outline, Settlement
from bot.blog.source import SourceFile
from bot.generators.common.site import Site
from bot.reading.not_published import why_no_post
from bot.reading.resolve import pages_among, settle
from bot.reading.rules import ReadingRules

# To be raised when the same file would be understood differently.
VERSION = 16


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
            rules.pages,
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
    def dialect(self) -> Dialect:
        """How that generator reads a post's body."""
        return self._site.dialect

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
        if reason := why_no_post(path, self._site.rule):
            return Document(left_out=LeftOut(path, reason))
        if file.size > self._rules.max_bytes:
            return Document(left_out=LeftOut(path, f"larger than {self._rules.max_bytes} bytes"))
        try:
            data = file.read()
        except OSError as error:
            why = error.strerror or type(error).__name__
            hint = "Check that the file exists and may be read."
            return Document(problems=(Problem(path, None, f"It cannot be read: {why}", hint),))
        # Too long for a question to an index that is up to date.
        from bot.reading.post import understand  # noqa: PLC0415 - YAML and dates take 0.1 s

        return understand(path, data, self._rules, self._site, file.dates)

    def settle(self, outlines: Sequence[Outline]) -> Settlement:
        """Decide what needs all posts in view; ``outlines`` come ordered by path."""
        settled = settle(outlines, language=self._rules.language, site_language=self._site.language)
        hidden = {left_out.path for left_out in settled.left_out}
        shown = [outline for outline in outlines if outline.path not in hidden]
        return replace(settled, pages=pages_among(shown, self._site, self._rules.pages))
