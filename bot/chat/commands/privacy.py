"""/privacy: what is kept about a reader."""

from __future__ import annotations

from typing import ClassVar

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.announce.subscription import Subscription
from bot.chat.i18n import Translator
from bot.chat.interaction import answer, context_of, translator_of
from bot.chat.views import following
from bot.chat.views.layout import Layout, heading


class Privacy(Layout):
    """What is kept in general, what about this reader, and how to delete it."""

    concerns_all: ClassVar = False

    def __init__(self, followed: Subscription | None, unfollow: str, tr: Translator) -> None:
        super().__init__()
        self.show(
            heading(tr.gettext("What is kept about you")),
            tr.gettext(
                "Nothing, unless you follow the blog. Then it is your user id, the tags that you"
                " follow, your language, since when, and which posts were sent to you."
            ),
            tr.gettext(
                "If you take no direct messages for 90 days, or delete your account, it is deleted."
            ),
            tr.gettext(
                "I read no messages, and do not keep which commands you use or what you search for."
            ),
            now_kept(followed, unfollow, tr),
        )


def now_kept(followed: Subscription | None, unfollow: str, tr: Translator) -> str:
    """What is kept about this reader now."""
    if followed is None:
        return tr.gettext("Nothing is kept about you now.")
    kept = tr.gettext("Kept about you since {when}:", when=f"<t:{followed.since}:D>")
    how = tr.gettext("{command} deletes it at once.", command=unfollow)
    return f"{kept} {following.followed_text(followed, tr)}\n{how}"


@app_commands.command(
    name=locale_str("privacy"), description=locale_str("Show what this bot keeps about you")
)
async def privacy(interaction: Interaction) -> None:
    """Answer with what is kept, about everyone and about this reader."""
    context = context_of(interaction)
    kept = context.subscriptions
    followed = await kept.get(following.key_of(interaction)) if kept else None
    await answer(
        interaction, Privacy(followed, context.mention("unfollow"), translator_of(interaction))
    )
