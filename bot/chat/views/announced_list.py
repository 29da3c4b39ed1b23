"""The channels of a server in which posts are announced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from discord import Interaction, ui

from bot.announce.subscription import Subscription
from bot.chat.actions import Action
from bot.chat.channels import may_manage
from bot.chat.effects import by_itself, paused, which
from bot.chat.interaction import answer, client_of, subscriptions_of, turn, words_of
from bot.chat.subscription_ids import OpenSettings, SettingsPage
from bot.chat.views.channel_settings import channel_of, not_allowed
from bot.chat.views.layout import Layout, heading, small
from bot.chat.views.notice import Notice
from bot.chat.views.paging import Page, page_buttons
from bot.chat.words import Words

PER_PAGE = 5
# Of a channel's tags, so that five channels fit into a message.
TAGS = 4


class AnnouncedList(Layout):
    """What is announced in each channel, whether that works, and a button to change it."""

    concerns_all: ClassVar = False

    def __init__(self, wishes: Sequence[Subscription], page: Page, words: Words) -> None:
        super().__init__()
        self.show(heading("📣 " + words.say("Announcements")))
        for wish in wishes[page.offset :][:PER_PAGE]:
            to = str(OpenSettings(channel_of(wish)))
            edit: ui.Button[Any] = ui.Button(label=words.say("Edit"), custom_id=to)
            lines = (which(wish, words, TAGS), paused(wish, words))
            self.show(ui.Section("\n".join(filter(None, lines)), accessory=edit))
        if any(wish.pause for wish in wishes):
            self.show(small(by_itself(words)))
        self.show(page_buttons(page, words, SettingsPage))


class SettingsPageButton(Action[SettingsPage], kind=SettingsPage):
    """Turns the message to another page of channels."""

    async def act(self, interaction: Interaction) -> None:
        """Show that page, or the nearest that there still is."""
        if may_manage(interaction):
            await turn(interaction, await announced_list_of(interaction, self.meaning.page))
        else:
            await answer(interaction, not_allowed(words_of(interaction)))


async def announced_list_of(interaction: Interaction, number: int) -> Layout:
    """A page of the server's channels, or word that there are none."""
    words = words_of(interaction)
    wishes = await subscriptions_of(interaction).in_guild(interaction.guild_id or 0)
    if not wishes:
        begin = client_of(interaction).mention("announce here")
        return Notice(words.say("Nothing is announced yet. {command} begins.", command=begin))
    return AnnouncedList(wishes, Page.nearest(number, len(wishes), PER_PAGE), words)
