"""How a site's generator reads the body of a post."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """A generator's Markdown, and the templates that it runs before the Markdown.

    Attributes:
        markdown: ``commonmark`` for goldmark, markdown-it, remark and pulldown-cmark;
            ``kramdown`` for the same with kramdown's emphasis; ``python-markdown`` for
            Python-Markdown; ``html`` where a body is final, as in a feed.
        extensions: Python-Markdown's extensions that the site's configuration names.
        tags: ``{% tag %}`` runs, as in Liquid, Jinja and Nunjucks.
        outputs: ``{{ expression }}`` prints, as in Liquid, Jinja and Nunjucks.
        shortcodes: ``{{< name >}}`` and ``{{% name %}}`` run, as in Hugo.
        calls: ``{{ name(…) }}`` and ``{% name(…) %}`` are shortcodes, as in Zola.
        wikilinks: ``[[page]]`` is a link and ``%% … %%`` a comment, as in Obsidian.
        emoji: ``:tada:`` is an emoji.
        mdx: every file is MDX, not only ``.mdx``.
    """

    markdown: Literal["commonmark", "kramdown", "python-markdown", "html"] = "commonmark"
    extensions: tuple[str, ...] = ()
    tags: bool = False
    outputs: bool = False
    shortcodes: bool = False
    calls: bool = False
    wikilinks: bool = False
    emoji: bool = False
    mdx: bool = False

    @property
    def runs_templates(self) -> bool:
        """Whether anything in braces runs before the Markdown."""
        return self.tags or self.outputs or self.shortcodes or self.calls

    def to_json(self) -> str:
        """The dialect as text that an index can keep."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Dialect:
        """The dialect that ``to_json`` wrote."""
        values = json.loads(text)
        return cls(**{**values, "extensions": tuple(values["extensions"])})


# Files that no generator is known for: braces in them are their author's.
PLAIN = Dialect()
# What a feed holds.
HTML = Dialect(markdown="html")
