"""All tags, most used first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Tag
from bot.chat import limits, text
from bot.chat.custom_ids import PickTag, TagsPage
from bot.chat.i18n import Translator
from bot.chat.interaction import chosen_in, context_of, translator_of, turn
from bot.chat.views.layout import (
    Layout,
    Notice,
    Pagination,
    follow_button,
    heading,
    page_buttons,
    small,
)
from bot.chat.views.post_list import PER_PAGE, list_of, tag_option

PER_TAG_PAGE = limits.SELECT_OPTIONS
TAG = 60


@dataclass(frozen=True, slots=True)
class Tags:
    """A page of tags.

    Attributes:
        tags: those of the page.
        total: how many there are on all pages.
        page: which page it is.
        follows: whether readers can follow the blog.
    """

    tags: Sequence[Tag]
    total: int
    page: Pagination
    follows: bool = False

    @classmethod
    async def of(cls, library: Library, number: int, *, follows: bool = False) -> Self:
        """Look up page ``number``, or the nearest that there is."""
        tags = await library.tags()
        page = Pagination.nearest(number, len(tags), PER_TAG_PAGE)
        return cls(tags[page.offset :][:PER_TAG_PAGE], len(tags), page, follows)


class TagList(Layout):
    """A page of tags with their counts, and a menu to see a tag's posts."""

    def __init__(self, shown: Tags, tr: Translator) -> None:
        super().__init__()
        total = tr.ngettext("{n} tag", "{n} tags", shown.total)
        top = heading(tr.gettext("Tags"))
        self.show(f"{top}\n{small(total, shown.page.say(tr))}", ui.Separator())
        self.show(counts(shown.tags))
        menu: ui.Select[Any] = ui.Select(
            custom_id=str(PickTag()),
            placeholder=tr.gettext("See the posts of a tag"),
            options=[tag_option(tag, tr) for tag in shown.tags],
        )
        self.show(
            ui.ActionRow(menu),
            page_buttons(shown.page, tr, TagsPage),
            ui.ActionRow(follow_button("", tr)) if shown.follows else None,
        )


def counts(tags: Sequence[Tag]) -> str:
    """Tags, each with its count, which never stands on the next line by itself."""
    return "\u2003".join(f"{text.chip(tag.name, TAG)}\u00a0{tag.posts}" for tag in tags)


async def show_posts(interaction: Interaction, _: PickTag) -> None:
    """Turn the message to the first page of the posts of the tag that is chosen."""
    await turn(interaction, await list_of(interaction, 1, PER_PAGE, chosen_in(interaction)[0]))


async def turn_page(interaction: Interaction, to: TagsPage) -> None:
    """Turn the message to another page of tags, or to the nearest one."""
    await turn(interaction, await tags_of(interaction, to.page))


async def tags_of(interaction: Interaction, page: int) -> Layout:
    """A page of tags, or a notice that there are none."""
    context, tr = context_of(interaction), translator_of(interaction)
    shown = await Tags.of(context.library, page, follows=context.subscriptions is not None)
    if not shown.tags:
        return Notice(tr.gettext("No post has a tag yet."))
    return TagList(shown, tr)
