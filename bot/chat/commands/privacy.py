"""/privacy: what is kept about a reader."""

from __future__ import annotations

from discord import Interaction, app_commands

from bot.chat.interaction import answer, client_of, words_of
from bot.chat.words import described, named


@app_commands.command(
    name=named("privacy"), description=described("Show what this bot keeps about you")
)
async def privacy(interaction: Interaction) -> None:
    """Answer with what is kept, about everyone and about this reader."""
    from bot.chat.views.following import key_of
    from bot.chat.views.privacy import Privacy

    client = client_of(interaction)
    kept = client.subscriptions
    followed = await kept.get(key_of(interaction)) if kept else None
    await answer(interaction, Privacy(followed, client.mention("unfollow"), words_of(interaction)))
