"""The one place that answers when something went wrong.

It serves commands (through the tree), buttons and select menus (through ``Action``), and
whatever else discord.py would only log: a reader always hears that it failed.
"""

from __future__ import annotations

import logging

import discord
from discord import Interaction, app_commands

from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.chat.interaction import words_of
from bot.chat.usage import ended, name_of
from bot.chat.views.notice import Notice
from bot.chat.words import Words

log = logging.getLogger(__name__)

UNKNOWN_INTERACTION = 10062  # answered too late, so nobody waits for an answer any more


async def reply_to_error(interaction: Interaction, error: BaseException) -> None:
    """Tell the reader, in private and without details; log the rest. Never raises."""
    if isinstance(error, app_commands.CommandInvokeError):
        error = error.original
    if isinstance(error, discord.NotFound) and error.code == UNKNOWN_INTERACTION:
        ended(interaction, "late")
        log.warning("An answer came too late: %s", name_of(interaction))
        return
    ended(interaction, "failed")
    log.error("Failed: %s", name_of(interaction), exc_info=error)
    view = Notice(explain(error, words_of(interaction)), Notice.ERROR)
    view.stop()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
    except discord.HTTPException:
        log.exception("Could not even say so: %s", name_of(interaction))


def explain(error: BaseException, words: Words) -> str:
    """Say in the reader's language what went wrong and what to do about it."""
    if isinstance(error, IndexUnavailable):
        return words.say("The posts cannot be read right now. Please try again in a moment.")
    if isinstance(error, StateUnavailable):
        return words.say("Nothing can be announced or followed right now. Please try again later.")
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return words.say("This command has changed. Reload Discord and try again.")
    return words.say("Something went wrong here. It has been noted; please try again later.")
