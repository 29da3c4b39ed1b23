"""The answer to an interaction that nothing else has answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
from discord import InteractionResponseType, InteractionType
from discord.enums import try_enum

from bot.chat.views.notice import Notice
from bot.chat.words import words_in


def apology(interaction: Mapping[str, Any]) -> dict[str, Any]:
    """Say that something went wrong, to the reader alone; for suggestions, that there are none.

    Args:
        interaction: as Discord sent it.

    Returns:
        the body of the answer, as Discord takes it.
    """
    if interaction["type"] == InteractionType.autocomplete.value:
        kind = InteractionResponseType.autocomplete_result
        return {"type": kind.value, "data": {"choices": []}}
    words = words_in(try_enum(discord.Locale, interaction.get("locale", "en-US")))
    failed = words.say("Something went wrong here. It has been noted; please try again later.")
    view = Notice(failed, Notice.ERROR)
    components = view.to_components()  # type: ignore[no-untyped-call]
    flags = discord.MessageFlags(ephemeral=True, components_v2=True)
    return {
        "type": InteractionResponseType.channel_message.value,
        "data": {"flags": flags.value, "components": components},
    }
