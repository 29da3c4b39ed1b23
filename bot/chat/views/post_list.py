"""Posts, newest first, a few a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Post
from bot.blog.tag import Tag
from bot.chat import limits, text
from bot.chat.actions import Action
from bot.chat.custom_ids import ListPage, Narrow, tag_of, tag_ref
from bot.chat.interaction import client_of, turn, words_of
from bot.chat.views.layout import (
    Layout,
    alt,
    components_in,
    cover,
    follow_button,
    link_button,
    reading_time,
    small,
    when,
)
from bot.chat.views.notice import Notice
from bot.chat.views.paging import Page, page_buttons
from bot.chat.views.post_card import read_button
from bot.chat.words import Words

PER_PAGE = 5
TAG = 30  # longest tag below a post
TAG_IN_HEADING = 80


@dataclass(frozen=True, slots=True)
class Detail:
    """How much of each post a list shows, in UTF-16 units; ``tags`` is how many."""

    title: int
    summary: int
    tags: int
    linked: bool = True


# The first at which a page fits into a message. At the last, five posts need at most
# 5 x (2 x 80 + 120) characters, whatever they hold.
DETAILS = (
    Detail(title=256, summary=240, tags=5),
    Detail(title=200, summary=140, tags=4),
    Detail(title=120, summary=80, tags=3),
    Detail(title=80, summary=0, tags=0),
    Detail(title=80, summary=0, tags=0, linked=False),
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A page of posts and what its list leads to.

    Attributes:
        posts: the posts of this page.
        total: how many posts the whole list has.
        page: which page this is.
        tag: the tag that all of them carry, if the list is narrowed.
        tags: tags to narrow the list by, most used first.
        follows: whether readers can follow the blog.
    """

    posts: Sequence[Post]
    total: int
    page: Page
    tag: Tag | None = None
    tags: Sequence[Tag] = ()
    follows: bool = False

    @classmethod
    async def of(
        cls, library: Library, number: int, size: int, tag: Tag | None, *, follows: bool = False
    ) -> Self:
        """Look up page ``number``, or the nearest that there is."""
        name = tag.name if tag else None
        total = await library.count(tag=name)
        page = Page.nearest(number, total, size)
        posts = await library.latest(tag=name, limit=size, offset=page.offset)
        tags = await library.tags(limit=limits.SELECT_OPTIONS - 1)
        return cls(posts, total, page, tag, tags, follows)


class PostList(Layout):
    """A page of posts, each with a button to read it and one to open it in the browser."""

    def __init__(self, shelf: Shelf, words: Words) -> None:
        super().__init__()
        heading, *blurbs = texts(shelf, words)
        posts = [
            (with_cover(post, blurb), post_row(post, words))
            for post, blurb in zip(shelf.posts, blurbs, strict=True)
        ]
        controls = list(filter(None, (narrow_row(shelf, words), paging_row(shelf, words))))
        parts = [*(part for both in posts for part in both), *controls]
        # Frame, heading and the line above the controls are three more.
        spare = limits.MESSAGE_COMPONENTS - 3 - sum(map(components_in, parts))
        self.show(heading)
        for blurb, row in posts:
            self.show(ui.Separator() if spare >= len(posts) else None, blurb, row)
        if controls:
            self.show(ui.Separator(), *controls)


def texts(shelf: Shelf, words: Words) -> list[str]:
    """The heading and each post's text, in as much detail as one message holds."""
    for detail in DETAILS:
        found = [heading(shelf, words), *(blurb(post, detail, words) for post in shelf.posts)]
        if limits.fit_a_message(found):
            break
    return found


def heading(shelf: Shelf, words: Words) -> str:
    """What the list holds, how many, and which page this is."""
    tag = text.chip(shelf.tag.name, TAG_IN_HEADING) if shelf.tag else ""
    title = words.say("Posts tagged {tag}", tag=tag) if tag else words.say("Latest posts")
    total = words.count("{n} post", "{n} posts", shelf.total)
    return f"## {title}\n{small(total, shelf.page.say(words))}"


def blurb(post: Post, detail: Detail, words: Words) -> str:
    """What the list says of one post."""
    title = text.label(post.title, detail.title, post.slug)
    url = post.url if detail.linked else None
    tags = text.chips(post.tags[: detail.tags], TAG)
    return "\n".join(
        filter(
            None,
            (
                f"### {text.masked_link(title, url)}",
                text.markdown(post.summary, detail.summary),
                small(when(post, words), reading_time(post, words), tags),
            ),
        )
    )


def with_cover(post: Post, blurb: str) -> ui.Item[Any]:
    """A post's text, beside its cover if there is one."""
    image = cover(post)
    if image is None:
        return ui.TextDisplay(blurb)
    return ui.Section(blurb, accessory=ui.Thumbnail(image, description=alt(post)))


def post_row(post: Post, words: Words) -> ui.ActionRow[Any]:
    """The buttons below a post."""
    return ui.ActionRow(*filter(None, (read_button(post, words), link_button(post, words))))


def narrow_row(shelf: Shelf, words: Words) -> ui.ActionRow[Any] | None:
    """The menu that narrows the list to a tag; None on a blog without tags."""
    if not shelf.tags:
        return None
    offered = list(shelf.tags[: limits.SELECT_OPTIONS - 1])
    if shelf.tag and shelf.tag.key not in {tag.key for tag in offered}:
        offered[-1] = shelf.tag
    everything = discord.SelectOption(
        label=words.say("All posts"), value=Narrow.ALL, default=shelf.tag is None
    )
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(Narrow(shelf.page.size)),
        placeholder=words.say("Choose a tag"),
        options=[everything, *(tag_option(tag, words, chosen=shelf.tag) for tag in offered)],
    )
    return ui.ActionRow(menu)


def tag_option(tag: Tag, words: Words, *, chosen: Tag | None = None) -> discord.SelectOption:
    """A tag in a select menu."""
    return discord.SelectOption(
        label=text.label(tag.name, limits.SELECT_TEXT),
        value=tag_ref(tag.name),
        description=words.count("{n} post", "{n} posts", tag.posts),
        default=chosen is not None and chosen.key == tag.key,
    )


def paging_row(shelf: Shelf, words: Words) -> ui.ActionRow[Any] | None:
    """The buttons that page through the list and follow its tag; None where there are none."""
    page, ref = shelf.page, tag_ref(shelf.tag.name) if shelf.tag else ""
    row = page_buttons(page, words, lambda number: ListPage(number, page.size, ref))
    if shelf.tag is None or not shelf.follows:
        return row
    return (row or ui.ActionRow()).add_item(follow_button(shelf.tag.name, words))


class PageButton(Action[ListPage], kind=ListPage):
    """Turns the message to a page of the list."""

    async def act(self, interaction: Interaction) -> None:
        """Show that page, or the nearest that there still is."""
        to = self.meaning
        await turn(interaction, await list_of(interaction, to.page, to.count, to.tag))


class NarrowMenu(Action[Narrow], kind=Narrow):
    """Narrows the list to the tag that is chosen, or shows all posts again."""

    async def act(self, interaction: Interaction) -> None:
        """Show the first page of what was chosen."""
        chosen = self.values[0]
        ref = "" if chosen == Narrow.ALL else chosen
        await turn(interaction, await list_of(interaction, 1, self.meaning.count, ref))


async def list_of(interaction: Interaction, page: int, count: int, ref: str) -> Layout:
    """A page of the posts of the tag ``ref``, or of all; word of it if there are none."""
    client, words = client_of(interaction), words_of(interaction)
    follows = client.subscriptions is not None
    return await client.answers.get(
        ("list", page, count, ref, words),
        lambda: make_list(client.library, page, count, ref, words, follows=follows),
    )


async def make_list(
    library: Library, page: int, count: int, ref: str, words: Words, *, follows: bool
) -> Layout:
    """Look the posts up and lay them out."""
    tag = await tag_of(library, ref) if ref else None
    if ref and tag is None:
        return Notice(words.say("No post carries this tag any more."))
    shelf = await Shelf.of(library, page, count, tag, follows=follows)
    if not shelf.posts:
        return Notice(words.say("There are no posts yet."))
    return PostList(shelf, words)
