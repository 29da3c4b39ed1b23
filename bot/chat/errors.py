"""Answers to errors: a reader is always told that something failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

import discord
from discord import Interaction, InteractionResponseType, InteractionType, app_commands
from discord.enums import try_enum

from bot.blog.errors import IndexUnavailable, StateUnavailable
from bot.chat.i18n import Translator, translator_for
from bot.chat.interaction import ended, name_of, translator_of
from bot.chat.views.layout import Notice

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
    view = Notice(explain(error, translator_of(interaction)), Notice.ERROR)
    view.stop()
    try:
        if interaction.response.is_done():
            await interaction.followup.send(view=view, ephemeral=True)
        else:
            await interaction.response.send_message(view=view, ephemeral=True)
    except discord.HTTPException:
        log.exception("Could not even say so: %s", name_of(interaction))


def explain(error: BaseException, tr: Translator) -> str:
    """Say in the reader's language what went wrong and what to do about it."""
    if isinstance(error, IndexUnavailable):
        return tr.gettext("The posts cannot be read right now. Please try again in a moment.")
    if isinstance(error, StateUnavailable):
        return tr.gettext("Nothing can be announced or followed right now. Please try again later.")
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return tr.gettext("This command has changed. Reload Discord and try again.")
    return tr.gettext("Something went wrong here. It has been noted; please try again later.")


def failure(interaction: Mapping[str, Any]) -> dict[str, Any]:
    """Answer an interaction that nothing else has answered.

    Args:
        interaction: as Discord sent it.

    Returns:
        the body of the answer, as Discord takes it: to the reader alone, that something went
        wrong; to somebody who types, no suggestions.
    """
    if interaction["type"] == InteractionType.autocomplete.value:
        kind = InteractionResponseType.autocomplete_result
        return {"type": kind.value, "data": {"choices": []}}
    tr = translator_for(try_enum(discord.Locale, interaction.get("locale", "en-US")))
    failed = tr.gettext("Something went wrong here. It has been noted; please try again later.")
    view = Notice(failed, Notice.ERROR)
    components = view.to_components()  # type: ignore[no-untyped-call] # discord.py's own
    flags = discord.MessageFlags(ephemeral=True, components_v2=True)
    return {
        "type": InteractionResponseType.channel_message.value,
        "data": {"flags": flags.value, "components": components},
    }
