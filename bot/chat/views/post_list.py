"""Posts, newest first, a few a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Post, Tag
from bot.chat import limits, text
from bot.chat.custom_ids import ListPage, Narrow, tag_of, tag_ref
from bot.chat.i18n import Translator
from bot.chat.interaction import chosen_in, context_of, translator_of, turn
from bot.chat.views.layout import (
    Layout,
    Notice,
    Pagination,
    alt,
    components_in,
    cover,
    follow_button,
    page_buttons,
    reading_time,
    small,
    when,
)
from bot.chat.views.post_card import read_button

PER_PAGE = 5
TAG = 30  # longest tag below a post
TAG_IN_HEADING = 80


@dataclass(frozen=True, slots=True)
class PostDetail:
    """How much of each post a list shows, in UTF-16 units; ``tags`` is how many."""

    title: int
    summary: int
    tags: int
    linked: bool = True


# The first at which a page fits into a message. At the last, five posts need at most
# 5 x (2 x 80 + 120) characters, whatever they hold.
DETAILS = (
    PostDetail(title=256, summary=240, tags=5),
    PostDetail(title=200, summary=140, tags=4),
    PostDetail(title=120, summary=80, tags=3),
    PostDetail(title=80, summary=0, tags=0),
    PostDetail(title=80, summary=0, tags=0, linked=False),
)


@dataclass(frozen=True, slots=True)
class ListedPosts:
    """A page of posts and what its list leads to.

    Attributes:
        posts: the posts of this page.
        total: how many posts the whole list has.
        page: which page this is.
        tag: the tag that all of them carry, if the list is narrowed.
        tags: tags to narrow the list by, most used first.
        follows: whether readers can follow the blog.
        undated: whether none of the posts has a date, so that they come by title.
    """

    posts: Sequence[Post]
    total: int
    page: Pagination
    tag: Tag | None = None
    tags: Sequence[Tag] = ()
    follows: bool = False
    undated: bool = False

    @classmethod
    async def of(
        cls, library: Library, number: int, size: int, tag: Tag | None, *, follows: bool = False
    ) -> Self:
        """Look up page ``number``, or the nearest that there is."""
        name = tag.name if tag else None
        total = await library.count(tag=name)
        page = Pagination.nearest(number, total, size)
        posts = await library.latest(tag=name, limit=size, offset=page.offset)
        tags = await library.tags(limit=limits.SELECT_OPTIONS - 1)
        newest = posts[:1] if not page.offset else await library.latest(tag=name, limit=1)
        undated = any(post.date is None for post in newest)
        return cls(posts, total, page, tag, tags, follows, undated)


class PostList(Layout):
    """A page of posts, each with a button to read it; its title opens it in the browser."""

    def __init__(self, listed: ListedPosts, tr: Translator) -> None:
        super().__init__()
        heading, *blurbs = texts(listed, tr)
        posts = [
            (with_cover(post, blurb), post_row(post, tr))
            for post, blurb in zip(listed.posts, blurbs, strict=True)
        ]
        controls = list(filter(None, (narrow_row(listed, tr), paging_row(listed, tr))))
        parts = [*(part for both in posts for part in both), *controls]
        # Frame, heading and the line above the controls are three more.
        spare = limits.MESSAGE_COMPONENTS - 3 - sum(map(components_in, parts))
        self.show(heading)
        for blurb, row in posts:
            self.show(ui.Separator() if spare >= len(posts) else None, blurb, row)
        if controls:
            self.show(ui.Separator(), *controls)


def texts(listed: ListedPosts, tr: Translator) -> list[str]:
    """The heading and each post's text, in as much detail as one message holds."""
    for detail in DETAILS:
        found = [heading(listed, tr), *(blurb(post, detail, tr) for post in listed.posts)]
        if limits.fit_a_message(found):
            break
    return found


def heading(listed: ListedPosts, tr: Translator) -> str:
    """What the list holds, how many, and which page this is."""
    tag = text.chip(listed.tag.name, TAG_IN_HEADING) if listed.tag else ""
    if tag:
        title = tr.gettext("Posts tagged {tag}", tag=tag)
    elif listed.undated:
        title = tr.gettext("Posts by title")
    else:
        title = tr.gettext("Latest posts")
    total = tr.ngettext("{n} post", "{n} posts", listed.total)
    return f"## {title}\n{small(total, listed.page.say(tr))}"


def blurb(post: Post, detail: PostDetail, tr: Translator) -> str:
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
                small(when(post, tr), reading_time(post, tr), tags),
            ),
        )
    )


def with_cover(post: Post, blurb: str) -> ui.Item[Any]:
    """A post's text, beside its cover if there is one."""
    image = cover(post)
    if image is None:
        return ui.TextDisplay(blurb)
    return ui.Section(blurb, accessory=ui.Thumbnail(image, description=alt(post)))


def post_row(post: Post, tr: Translator) -> ui.ActionRow[Any]:
    """The button below a post; its title leads to the public page."""
    return ui.ActionRow(read_button(post, tr))


def narrow_row(listed: ListedPosts, tr: Translator) -> ui.ActionRow[Any] | None:
    """The menu that narrows the list to a tag; None on a blog without tags."""
    if not listed.tags:
        return None
    offered = list(listed.tags[: limits.SELECT_OPTIONS - 1])
    if listed.tag and listed.tag.key not in {tag.key for tag in offered}:
        offered[-1] = listed.tag
    everything = discord.SelectOption(
        label=tr.gettext("All posts"), value=Narrow.ALL, default=listed.tag is None
    )
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(Narrow(listed.page.size)),
        placeholder=tr.gettext("Choose a tag"),
        options=[everything, *(tag_option(tag, tr, chosen=listed.tag) for tag in offered)],
    )
    return ui.ActionRow(menu)


def tag_option(tag: Tag, tr: Translator, *, chosen: Tag | None = None) -> discord.SelectOption:
    """A tag in a select menu."""
    return discord.SelectOption(
        label=text.label(tag.name, limits.SELECT_TEXT),
        value=tag_ref(tag.name),
        description=tr.ngettext("{n} post", "{n} posts", tag.posts),
        default=chosen is not None and chosen.key == tag.key,
    )


def paging_row(listed: ListedPosts, tr: Translator) -> ui.ActionRow[Any] | None:
    """The buttons that page through the list and follow its tag; None where there are none."""
    page, ref = listed.page, tag_ref(listed.tag.name) if listed.tag else ""
    row = page_buttons(page, tr, lambda number: ListPage(number, page.size, ref))
    if listed.tag is None or not listed.follows:
        return row
    return (row or ui.ActionRow()).add_item(follow_button(listed.tag.name, tr))


async def turn_page(interaction: Interaction, to: ListPage) -> None:
    """Turn the message to a page of the list, or to the nearest one."""
    await turn(interaction, await list_of(interaction, to.page, to.count, to.tag))


async def narrow(interaction: Interaction, this: Narrow) -> None:
    """Narrow the list to the tag that is chosen, or show all posts again."""
    chosen = chosen_in(interaction)[0]
    ref = "" if chosen == Narrow.ALL else chosen
    await turn(interaction, await list_of(interaction, 1, this.count, ref))


async def list_of(interaction: Interaction, page: int, count: int, ref: str) -> Layout:
    """A page of the posts of the tag ``ref``, or of all; a notice if there are none."""
    context, tr = context_of(interaction), translator_of(interaction)
    follows = context.subscriptions is not None
    return await context.answers.get(
        ("list", page, count, ref, tr),
        lambda: make_list(context.library, page, count, ref, tr, follows=follows),
    )


async def make_list(
    library: Library, page: int, count: int, ref: str, tr: Translator, *, follows: bool
) -> Layout:
    """Look the posts up and lay them out."""
    tag = await tag_of(library, ref) if ref else None
    if ref and tag is None:
        return Notice(tr.gettext("No post has this tag any more."))
    listed = await ListedPosts.of(library, page, count, tag, follows=follows)
    if not listed.posts:
        return Notice(tr.gettext("There are no posts yet."))
    return PostList(listed, tr)
