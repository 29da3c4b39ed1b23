"""The channels of a server in which posts are announced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from discord import Interaction, ui

from bot.announce.subscription import Subscription
from bot.chat.channels import may_manage
from bot.chat.custom_ids import OpenSettings, SettingsPage
from bot.chat.i18n import Translator
from bot.chat.interaction import answer, context_of, subscriptions_of, translator_of, turn
from bot.chat.views.channel_settings import channel_of, not_allowed
from bot.chat.views.channel_summary import paused, resumes_alone, which
from bot.chat.views.layout import Layout, heading, small
from bot.chat.views.notice import Notice
from bot.chat.views.paging import Pagination, page_buttons

PER_PAGE = 5
# Of a channel's tags, so that five channels fit into a message.
TAGS = 4


class AnnouncedList(Layout):
    """What is announced in each channel, whether that works, and a button to change it."""

    concerns_all: ClassVar = False

    def __init__(
        self, subscriptions: Sequence[Subscription], page: Pagination, tr: Translator
    ) -> None:
        super().__init__()
        self.show(heading("📣 " + tr.gettext("Announcements")))
        for subscription in subscriptions[page.offset :][:PER_PAGE]:
            to = str(OpenSettings(channel_of(subscription)))
            edit: ui.Button[Any] = ui.Button(label=tr.gettext("Edit"), custom_id=to)
            lines = (which(subscription, tr, TAGS), paused(subscription, tr))
            self.show(ui.Section("\n".join(filter(None, lines)), accessory=edit))
        if any(subscription.pause for subscription in subscriptions):
            self.show(small(resumes_alone(tr)))
        self.show(page_buttons(page, tr, SettingsPage))


async def turn_page(interaction: Interaction, to: SettingsPage) -> None:
    """Turn the message to another page of channels, or the nearest that there still is."""
    if may_manage(interaction, to):
        await turn(interaction, await announced_list_of(interaction, to.page))
    else:
        await answer(interaction, not_allowed(translator_of(interaction)))


async def announced_list_of(interaction: Interaction, number: int) -> Layout:
    """A page of the server's channels, or word that there are none."""
    tr = translator_of(interaction)
    subscriptions = await subscriptions_of(interaction).in_guild(interaction.guild_id or 0)
    if not subscriptions:
        begin = context_of(interaction).mention("announce here")
        return Notice(tr.gettext("Nothing is announced yet. {command} begins.", command=begin))
    return AnnouncedList(
        subscriptions, Pagination.nearest(number, len(subscriptions), PER_PAGE), tr
    )
