"""Passing a post on: to others in the channel, or to oneself."""

from __future__ import annotations

from typing import Any

import discord
from discord import Interaction, ui

from bot.chat.actions import Action
from bot.chat.custom_ids import ReadOn, SavePage, SharePost
from bot.chat.interaction import (
    answer,
    client_of,
    library_of,
    may_share,
    prepare,
    words_of,
)
from bot.chat.views.layout import Layout, small
from bot.chat.views.notice import Notice, gone
from bot.chat.views.post_card import PostCard, Surroundings
from bot.chat.words import Words


class ShareButton(Action[SharePost], kind=SharePost):
    """Shows a post's card to everyone in the channel, saying who shared it."""

    async def act(self, interaction: Interaction) -> None:
        """Answer in public, unless the reader may not or has just done so."""
        words = words_of(interaction)
        post = await library_of(interaction).get_by_key(self.meaning.key)
        if post is None:
            await answer(interaction, gone(interaction))
        elif not may_share(interaction):
            await answer(interaction, Notice(words.say("You may not write in this channel.")))
        elif seconds := client_of(interaction).sharing.take(
            (interaction.user.id, interaction.channel_id), interaction.created_at.timestamp()
        ):
            wait = words.count(
                "You have just shared a post here. Try again in {n} second.",
                "You have just shared a post here. Try again in {n} seconds.",
                seconds,
            )
            await answer(interaction, Notice(wait))
        else:
            around = await Surroundings.of(post, library_of(interaction))
            shared = words.say("Shared by {person}", person=interaction.user.mention)
            await answer(interaction, PostCard(around, words, lead=small(f"📣 {shared}")))


class SaveButton(Action[SavePage], kind=SavePage):
    """Sends the reader a card that opens at this page."""

    async def act(self, interaction: Interaction) -> None:
        """Write to the reader, and say whether that was possible."""
        words, at = words_of(interaction), self.meaning
        post = await library_of(interaction).get_by_key(at.key)
        if post is None:
            await answer(interaction, gone(interaction))
            return
        around = await Surroundings.of(post, library_of(interaction))
        card = PostCard(around, words, read=read_on_button(at, words))
        card.stop()
        said = await prepare(interaction, self._send(interaction, card, words), hide=True)
        await answer(interaction, Notice(said))

    async def _send(self, interaction: Interaction, card: Layout, words: Words) -> str:
        try:
            sent = await interaction.user.send(view=card)
        except discord.Forbidden:
            return words.say(
                "I may not write to you. Allow direct messages in this server's privacy settings."
            )
        return words.say("Saved: {link}", link=sent.jump_url)


def read_on_button(at: SavePage, words: Words) -> ui.Button[Any]:
    """Opens the post at the page that was saved."""
    label = (
        words.say("Read on from page {page}", page=at.page) if at.page > 1 else words.say("Read")
    )
    custom_id = str(ReadOn(at.key, at.digest, at.page))
    return ui.Button(label=label, emoji="📖", custom_id=custom_id)
