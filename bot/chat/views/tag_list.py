"""All tags, most used first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.tag import Tag
from bot.chat import limits, text
from bot.chat.actions import Action
from bot.chat.custom_ids import PickTag, TagsPage
from bot.chat.interaction import client_of, turn, words_of
from bot.chat.views.layout import Layout, follow_button, heading, small
from bot.chat.views.notice import Notice
from bot.chat.views.paging import Page, page_buttons
from bot.chat.views.post_list import PER_PAGE, list_of, tag_option
from bot.chat.words import Words

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
    page: Page
    follows: bool = False

    @classmethod
    async def of(cls, library: Library, number: int, *, follows: bool = False) -> Self:
        """Look up page ``number``, or the nearest that there is."""
        tags = await library.tags()
        page = Page.nearest(number, len(tags), PER_TAG_PAGE)
        return cls(tags[page.offset :][:PER_TAG_PAGE], len(tags), page, follows)


class TagList(Layout):
    """A page of tags with their counts, and a menu to see a tag's posts."""

    def __init__(self, shown: Tags, words: Words) -> None:
        super().__init__()
        total = words.count("{n} tag", "{n} tags", shown.total)
        top = heading(words.say("Tags"))
        self.show(f"{top}\n{small(total, shown.page.say(words))}", ui.Separator())
        self.show(counts(shown.tags))
        menu: ui.Select[Any] = ui.Select(
            custom_id=str(PickTag()),
            placeholder=words.say("See the posts of a tag"),
            options=[tag_option(tag, words) for tag in shown.tags],
        )
        self.show(
            ui.ActionRow(menu),
            page_buttons(shown.page, words, TagsPage),
            ui.ActionRow(follow_button("", words)) if shown.follows else None,
        )


def counts(tags: Sequence[Tag]) -> str:
    """Tags, each with its count, which never stands on the next line by itself."""
    return "\u2003".join(f"{text.chip(tag.name, TAG)}\u00a0{tag.posts}" for tag in tags)


class TagMenu(Action[PickTag], kind=PickTag):
    """Turns the message to the posts of the tag that is chosen."""

    async def act(self, interaction: Interaction) -> None:
        """Show the first page of them."""
        await turn(interaction, await list_of(interaction, 1, PER_PAGE, self.values[0]))


class TagsPageButton(Action[TagsPage], kind=TagsPage):
    """Turns the message to another page of tags."""

    async def act(self, interaction: Interaction) -> None:
        """Show that page, or the nearest that there still is."""
        await turn(interaction, await tags_of(interaction, self.meaning.page))


async def tags_of(interaction: Interaction, page: int) -> Layout:
    """A page of tags, or word that there are none."""
    client, words = client_of(interaction), words_of(interaction)
    shown = await Tags.of(client.library, page, follows=client.subscriptions is not None)
    if not shown.tags:
        return Notice(words.say("No post has a tag yet."))
    return TagList(shown, words)
