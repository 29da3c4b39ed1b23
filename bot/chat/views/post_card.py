"""One post, with ways to its neighbours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import discord
from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Post
from bot.chat import text
from bot.chat.actions import Action
from bot.chat.custom_ids import AnotherRandom, PickRelated, ReadPost, TurnTo
from bot.chat.interaction import client_of, library_of, turn, words_of
from bot.chat.views.layout import (
    Layout,
    alt,
    cover,
    link_button,
    post_option,
    reading_time,
    small,
    when,
)
from bot.chat.views.notice import Notice, gone
from bot.chat.words import Words

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
        """Look around the post."""
        older, newer = await library.neighbours(post)
        return cls(post, older, newer, await library.related(post, RELATED))


class PostCard(Layout):
    """A post's cover, title, summary, date, authors and tags, and where to go from it."""

    def __init__(
        self,
        around: Surroundings,
        words: Words,
        *,
        is_random: bool = False,
        lead: str = "",
        read: ui.Button[Any] | None = None,
    ) -> None:
        """Build it.

        Args:
            around: the post and its neighbours.
            words: the reader's language.
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
        self.show(about(post, words), ui.Separator())
        if around.related:
            self.show(ui.ActionRow(related_menu(around.related, words)))
        opens = read or read_button(post, words)
        self.show(ui.ActionRow(opens, *ways(around, words, is_random=is_random)))

    @classmethod
    async def of(cls, post: Post, library: Library, words: Words) -> PostCard:
        """The card of ``post`` with its surroundings."""
        return cls(await Surroundings.of(post, library), words)


def about(post: Post, words: Words) -> str:
    """What a card says of its post."""
    title = text.masked_link(text.label(post.title, TITLE, post.slug), post.url)
    authors = ", ".join(filter(None, (text.markdown(a, AUTHOR) for a in post.authors[:AUTHORS])))
    by = words.say("by {authors}", authors=authors) if authors else ""
    line = small(when(post, words), reading_time(post, words), by)
    summary = text.markdown(post.summary, SUMMARY)
    tags = text.chips(post.tags[:TAGS], TAG)
    heading = "\n".join(filter(None, (f"## {title}", line)))
    return "\n\n".join(filter(None, (heading, summary, tags)))


def ways(around: Surroundings, words: Words, *, is_random: bool) -> list[ui.Item[Any]]:
    """The buttons that lead from a card to elsewhere."""
    ways: list[ui.Item[Any] | None] = [
        turn_button("older", around.older, around.post, words.say("‹ Older")),
        turn_button("newer", around.newer, around.post, words.say("Newer ›")),
        random_button(words) if is_random else None,
        link_button(around.post, words),
    ]
    return list(filter(None, ways))


def read_button(post: Post, words: Words, section: str = "") -> ui.Button[Any]:
    """Opens the post, at the section of that ``section_ref`` if there is one."""
    custom_id = str(ReadPost(post.key, section))
    return ui.Button(label=words.say("Read"), emoji="📖", custom_id=custom_id)


def turn_button(place: str, to: Post | None, this: Post, label: str) -> ui.Button[Any]:
    """Turns the message to the card of ``to``; greyed out where there is no such post."""
    custom_id = str(TurnTo(place, (to or this).key))
    return ui.Button(label=label, disabled=to is None, custom_id=custom_id)


def related_menu(related: Sequence[Post], words: Words) -> ui.Select[Any]:
    """Offers related posts."""
    return ui.Select(
        custom_id=str(PickRelated()),
        placeholder=words.say("Related posts"),
        options=[post_option(post, words) for post in related],
    )


def random_button(words: Words) -> ui.Button[Any]:
    """Rolls the dice again."""
    return ui.Button(label=words.say("Another"), emoji="🎲", custom_id=str(AnotherRandom()))


class TurnButton(Action[TurnTo], kind=TurnTo):
    """Turns the message to another post's card."""

    async def act(self, interaction: Interaction) -> None:
        """Show that post."""
        await turn(interaction, await card_of(self.meaning.key, interaction))


class RelatedMenu(Action[PickRelated], kind=PickRelated):
    """Turns the message to the related post that is chosen."""

    async def act(self, interaction: Interaction) -> None:
        """Show that post."""
        await turn(interaction, await card_of(self.values[0], interaction))


class RandomButton(Action[AnotherRandom], kind=AnotherRandom):
    """Turns the message to the card of any post."""

    async def act(self, interaction: Interaction) -> None:
        """Show some post."""
        await turn(interaction, await random_card(interaction))


async def card_of(key: str, interaction: Interaction) -> Layout:
    """The card of the post with that key, or word that it is gone."""
    words = words_of(interaction)

    async def make() -> Layout:
        post = await library_of(interaction).get_by_key(key)
        if post is None:
            return gone(interaction)
        return await PostCard.of(post, library_of(interaction), words)

    return await client_of(interaction).answers.get(("card", key, words), make)


async def random_card(interaction: Interaction) -> Layout:
    """The card of any post, or word that there is none."""
    words = words_of(interaction)
    post = await library_of(interaction).random()
    if post is None:
        return Notice(words.say("There are no posts yet."))
    around = await Surroundings.of(post, library_of(interaction))
    return PostCard(around, words, is_random=True)
