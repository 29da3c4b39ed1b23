"""What every command and button asks of the interaction it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from discord import Interaction

from bot.blog.library import Library
from bot.chat.words import Words, words_in

if TYPE_CHECKING:
    from bot.chat.client import Slashpost
    from bot.chat.views.layout import Layout


def client_of(interaction: Interaction) -> Slashpost:
    """The bot: the only client that dispatches to this package."""
    return cast("Slashpost", interaction.client)


def library_of(interaction: Interaction) -> Library:
    """The posts."""
    return client_of(interaction).library


def words_of(interaction: Interaction) -> Words:
    """The words of the reader's language."""
    return words_in(interaction.locale)


async def answer(interaction: Interaction, view: Layout, *, hide: bool = False) -> None:
    """Answer with a new message, for the reader alone where it is to hide or concerns no one else.

    The view is stopped before, since discord.py keeps a sent one in memory with a task of
    15 minutes; its buttons say everything in their custom ids.
    """
    view.stop()
    await interaction.response.send_message(view=view, ephemeral=hide or not view.concerns_all)


async def answer_aside(interaction: Interaction, view: Layout) -> None:
    """Answer a click with a new message that does not fill a channel others read."""
    await answer(interaction, view, hide=not interaction.context.dm_channel)


async def turn(interaction: Interaction, view: Layout) -> None:
    """Turn the clicked message to ``view``; for someone else's message, answer aside.

    A reader who pages through the answer to another's command gets a copy of their own
    instead of turning the page under everyone's eyes.
    """
    message = interaction.message
    asked = message.interaction_metadata if message is not None else None
    if asked is None or asked.user.id != interaction.user.id:
        await answer_aside(interaction, view)
        return
    view.stop()
    await interaction.response.edit_message(view=view)
