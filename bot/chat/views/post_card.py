"""The card of a post, with buttons to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Post
from bot.chat import text
from bot.chat.custom_ids import AnotherRandom, PickRelated, ReadPost, TurnTo
from bot.chat.i18n import Translator
from bot.chat.interaction import chosen_in, context_of, library_of, translator_of, turn
from bot.chat.views.layout import (
    Layout,
    Notice,
    alt,
    cover,
    link_button,
    post_option,
    reading_time,
    small,
    when,
)

RELATED = 5
TITLE = 256
SUMMARY = 600
AUTHORS = 4
AUTHOR = 60
TAGS = 12
TAG = 40


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A post and what its card leads to."""

    post: Post
    older: Post | None = None
    newer: Post | None = None
    related: Sequence[Post] = ()

    @classmethod
    async def of(cls, post: Post, library: Library) -> Self:
        """Look up the post's neighbours and related posts."""
        older, newer = await library.neighbours(post)
        return cls(post, older, newer, await library.related(post, RELATED))


class PostCard(Layout):
    """A post's cover, title, summary, date, authors and tags, and where to go from it."""

    def __init__(
        self,
        around: Surroundings,
        tr: Translator,
        *,
        is_random: bool = False,
        lead: str = "",
        read: ui.Button[Any] | None = None,
    ) -> None:
        """Build it.

        Args:
            around: the post and its neighbours.
            tr: into the reader's language.
            is_random: whether it offers another post by chance.
            lead: says above the post why it is shown.
            read: the button that opens the post, where that is not at its beginning.
        """
        super().__init__()
        post = around.post
        self.show(lead or None)
        image = cover(post)
        if image:
            self.show(ui.MediaGallery(discord.MediaGalleryItem(image, description=alt(post))))
        self.show(about(post, tr), ui.Separator())
        if around.related:
            self.show(ui.ActionRow(related_menu(around.related, tr)))
        opens = read or read_button(post, tr)
        self.show(ui.ActionRow(opens, *ways(around, tr, is_random=is_random)))

    @classmethod
    async def of(cls, post: Post, library: Library, tr: Translator) -> PostCard:
        """The card of ``post`` with its surroundings."""
        return cls(await Surroundings.of(post, library), tr)


def about(post: Post, tr: Translator) -> str:
    """What a card says of its post."""
    title = text.masked_link(text.label(post.title, TITLE, post.slug), post.url)
    authors = ", ".join(filter(None, (text.markdown(a, AUTHOR) for a in post.authors[:AUTHORS])))
    by = tr.gettext("by {authors}", authors=authors) if authors else ""
    line = small(when(post, tr), reading_time(post, tr), by)
    summary = text.markdown(post.summary, SUMMARY)
    tags = text.chips(post.tags[:TAGS], TAG)
    heading = "\n".join(filter(None, (f"## {title}", line)))
    return "\n\n".join(filter(None, (heading, summary, tags)))


def ways(around: Surroundings, tr: Translator, *, is_random: bool) -> list[ui.Item[Any]]:
    """The buttons that lead from a card to elsewhere."""
    ways: list[ui.Item[Any] | None] = [
        turn_button("older", around.older, around.post, tr.gettext("‹ Older")),
        turn_button("newer", around.newer, around.post, tr.gettext("Newer ›")),
        random_button(tr) if is_random else None,
        link_button(around.post, tr),
    ]
    return list(filter(None, ways))


def read_button(post: Post, tr: Translator, section: str = "") -> ui.Button[Any]:
    """Opens the post, at the section of that ``section_ref`` if there is one."""
    custom_id = str(ReadPost(post.key, section))
    return ui.Button(label=tr.gettext("Read"), emoji="📖", custom_id=custom_id)


def turn_button(place: str, to: Post | None, this: Post, label: str) -> ui.Button[Any]:
    """Turns the message to the card of ``to``; greyed out where there is no such post."""
    custom_id = str(TurnTo(place, (to or this).key))
    return ui.Button(label=label, disabled=to is None, custom_id=custom_id)


def related_menu(related: Sequence[Post], tr: Translator) -> ui.Select[Any]:
    """Offers related posts."""
    return ui.Select(
        custom_id=str(PickRelated()),
        placeholder=tr.gettext("Related posts"),
        options=[post_option(post, tr) for post in related],
    )


def random_button(tr: Translator) -> ui.Button[Any]:
    """Turns the message to the card of another random post."""
    return ui.Button(label=tr.gettext("Another"), emoji="🎲", custom_id=str(AnotherRandom()))


async def turn_to(interaction: Interaction, to: TurnTo) -> None:
    """Turn the message to another post's card."""
    await turn(interaction, await card_of(to.key, interaction))


async def turn_to_related(interaction: Interaction, _: PickRelated) -> None:
    """Turn the message to the card of the related post that is chosen."""
    await turn(interaction, await card_of(chosen_in(interaction)[0], interaction))


async def turn_to_random(interaction: Interaction, _: AnotherRandom) -> None:
    """Turn the message to the card of any post."""
    await turn(interaction, await random_card(interaction))


async def card_of(key: str, interaction: Interaction) -> Layout:
    """The card of the post with that key, or a notice that it is gone."""
    tr = translator_of(interaction)

    async def make() -> Layout:
        post = await library_of(interaction).get_by_key(key)
        if post is None:
            return gone(interaction)
        return await PostCard.of(post, library_of(interaction), tr)

    return await context_of(interaction).answers.get(("card", key, tr), make)


async def random_card(interaction: Interaction) -> Layout:
    """The card of any post, or a notice that there is none."""
    tr = translator_of(interaction)
    post = await library_of(interaction).random()
    if post is None:
        return Notice(tr.gettext("There are no posts yet."))
    around = await Surroundings.of(post, library_of(interaction))
    return PostCard(around, tr, is_random=True)


def gone(interaction: Interaction) -> Notice:
    """The notice that a post is no longer there, and how to find another."""
    tr = translator_of(interaction)
    search = tr.gettext(
        "Find another with {command}.", command=context_of(interaction).mention("search")
    )
    gone_now = tr.gettext("This post is no longer on the blog.")
    return Notice(f"{gone_now} {search}")
