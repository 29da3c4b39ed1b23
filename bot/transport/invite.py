"""The link that adds the bot to a server."""

from __future__ import annotations

import discord


def invite_url(application_id: int) -> str:
    """The page on which somebody adds the bot to a server of theirs.

    It asks for no permissions: answers to commands need none.
    https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow
    """
    return discord.utils.oauth_url(
        application_id,
        permissions=discord.Permissions.none(),
        scopes=("bot", "applications.commands"),
    )
