"""Sharing a post in the channel, and saving it to the reader's direct messages."""

from __future__ import annotations

from typing import Any

import discord
from discord import Interaction, ui

from bot.chat.custom_ids import ReadOn, SavePage, SharePost
from bot.chat.i18n import Translator
from bot.chat.interaction import (
    answer,
    context_of,
    direct_messages,
    library_of,
    may_share,
    prepare,
    translator_of,
)
from bot.chat.views.layout import Layout, Notice, small
from bot.chat.views.post_card import PostCard, Surroundings, gone


async def share(interaction: Interaction, this: SharePost) -> None:
    """Show a post's card to everyone in the channel, saying who shared it.

    Refused where the reader may not write or has just shared something.
    """
    tr = translator_of(interaction)
    post = await library_of(interaction).get_by_key(this.key)
    if post is None:
        await answer(interaction, gone(interaction))
    elif refusal := why_not_shared(interaction):
        await answer(interaction, Notice(refusal))
    else:
        around = await Surroundings.of(post, library_of(interaction))
        shared = tr.gettext("Shared by {person}", person=interaction.user.mention)
        await answer(interaction, PostCard(around, tr, lead=small(f"📣 {shared}")))


def why_not_shared(interaction: Interaction) -> str | None:
    """Why the reader may share nothing here now; None where they may, which counts as sharing."""
    tr = translator_of(interaction)
    if not may_share(interaction):
        return tr.gettext("You may not write in this channel.")
    seconds = context_of(interaction).sharing.take(
        (interaction.user.id, interaction.channel_id), interaction.created_at.timestamp()
    )
    if not seconds:
        return None
    return tr.ngettext(
        "You have just shared a post here. Try again in {n} second.",
        "You have just shared a post here. Try again in {n} seconds.",
        seconds,
    )


async def save(interaction: Interaction, at: SavePage) -> None:
    """Send the reader a card that opens at this page, and say whether that was possible."""
    tr = translator_of(interaction)
    post = await library_of(interaction).get_by_key(at.key)
    if post is None:
        await answer(interaction, gone(interaction))
        return
    around = await Surroundings.of(post, library_of(interaction))
    card = PostCard(around, tr, read=read_on_button(at, tr))
    card.stop()
    said = await prepare(interaction, send_to_reader(interaction, card, tr), hide=True)
    await answer(interaction, Notice(said))


async def send_to_reader(interaction: Interaction, card: Layout, tr: Translator) -> str:
    """Send a direct message; where it is, or why it could not be sent."""
    try:
        sent = await (await direct_messages(interaction)).send(view=card)
    except discord.Forbidden:
        return tr.gettext(
            "I cannot write to you. Allow direct messages in this server's privacy settings."
        )
    return tr.gettext("Saved: {link}", link=sent.jump_url)


def read_on_button(at: SavePage, tr: Translator) -> ui.Button[Any]:
    """Opens the post at the page that was saved."""
    label = (
        tr.gettext("Read on from page {page}", page=at.page) if at.page > 1 else tr.gettext("Read")
    )
    custom_id = str(ReadOn(at.key, at.digest, at.page))
    return ui.Button(label=label, emoji="📖", custom_id=custom_id)
