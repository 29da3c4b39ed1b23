"""/privacy: what is kept about a reader."""

from __future__ import annotations

from typing import ClassVar

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.announce.subscription import Subscription
from bot.chat import i18n, text
from bot.chat.i18n import Translator
from bot.chat.interaction import answer, context_of, translator_of
from bot.chat.views import following
from bot.chat.views.layout import Layout, heading

PROVIDER = 100  # characters shown of the host of a model


class Privacy(Layout):
    """What is kept in general, what about this reader, and how to delete it."""

    concerns_all: ClassVar = False

    def __init__(
        self,
        followed: Subscription | None,
        unfollow: str,
        tr: Translator,
        provider: str | None = None,
    ) -> None:
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
            about_questions(provider, tr) if provider else None,
            now_kept(followed, unfollow, tr),
        )


def about_questions(provider: str, tr: Translator) -> str:
    """Who gets the questions, and that nobody keeps them here."""
    return tr.gettext(
        "What you ask with {command} goes to a language model at {provider}, with sections of the"
        " posts and your language, but without your name or id. I keep how often you asked for an"
        " hour, and the last question and answer for 15 minutes, so that you can ask further. No"
        " log holds them.",
        command=i18n.command("ask", tr),
        provider=text.markdown(provider, PROVIDER),
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
        interaction,
        Privacy(
            followed,
            context.mention("unfollow"),
            translator_of(interaction),
            context.asker.provider if context.asker else None,
        ),
    )
