"""Where posts are announced: the channels of a server, and what a reader follows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import discord
from discord import Interaction, ui

from bot.announce.stopped import Stopped, Whose
from bot.announce.subscription import Subscription
from bot.chat import text
from bot.chat.channels import may_manage, paused, reason_of, resumes_alone, which
from bot.chat.custom_ids import DecideDelivery, OpenSettings, SettingsPage, UnfollowAll
from bot.chat.i18n import Translator
from bot.chat.interaction import answer, context_of, subscriptions_of, translator_of, turn
from bot.chat.views import following
from bot.chat.views.channel_settings import channel_of, not_allowed
from bot.chat.views.layout import Layout, Notice, Pagination, heading, page_buttons, small

PER_PAGE = 5
# Of a channel's tags, so that five channels fit into a message; beside warnings, fewer.
TAGS, FEW_TAGS = 4, 1
# Deliveries to decide about; the next ones come once these are decided.
STOPPED, TITLE, DETAIL = 2, 60, 60
MACHINE_NAME = 63


class AnnouncedList(Layout):
    """What is announced in each channel, whether that works, and a button to change it."""

    concerns_all: ClassVar = False

    def __init__(
        self,
        subscriptions: Sequence[Subscription],
        stopped: Sequence[Stopped],
        page: Pagination,
        tr: Translator,
        *,
        older_machines: Sequence[str],
    ) -> None:
        super().__init__()
        self.show(heading("📣 " + tr.gettext("Announcements")))
        for name in older_machines[:1]:
            self.show("⚠️ " + older_machine(name, tr))
        for delivery in stopped[:STOPPED]:
            self.show(unknown(delivery, tr), decision_row(delivery, page.number, tr))
        for subscription in subscriptions[page.offset :][:PER_PAGE]:
            to = str(OpenSettings(channel_of(subscription)))
            edit: ui.Button[Any] = ui.Button(label=tr.gettext("Edit"), custom_id=to)
            tags = FEW_TAGS if stopped or older_machines else TAGS
            lines = (which(subscription, tr, tags), paused(subscription, tr))
            self.show(ui.Section("\n".join(filter(None, lines)), accessory=edit))
        if any(subscription.pause for subscription in subscriptions):
            self.show(small(resumes_alone(tr)))
        self.show(page_buttons(page, tr, SettingsPage))


def older_machine(name: str, tr: Translator) -> str:
    """The warning that a machine announces nothing, and what to do about it."""
    return tr.gettext(
        "The machine {name} has older posts than another one and announces nothing: update its"
        " posts, or stop it.",
        name=text.markdown(text.label(name, MACHINE_NAME), MACHINE_NAME),
    )


class Following(Layout):
    """What a reader follows, with a button to end it."""

    concerns_all: ClassVar = False

    def __init__(
        self, followed: Subscription, stopped: Sequence[Stopped], advice: str, tr: Translator
    ) -> None:
        super().__init__()
        since = tr.gettext("Since {when}, by direct message.", when=f"<t:{followed.since}:D>")
        closed = f"⚠️ {following.closed_messages(tr)}" if followed.pause else None
        stop: ui.Button[Any] = ui.Button(
            label=tr.gettext("Unfollow everything"),
            style=discord.ButtonStyle.danger,
            custom_id=str(UnfollowAll()),
        )
        top = heading(tr.gettext("What you follow"))
        self.show(f"{top}\n{following.followed_text(followed, tr)}\n{since}")
        for delivery in stopped[:STOPPED]:
            self.show(unknown(delivery, tr), decision_row(delivery, DecideDelivery.OWN, tr))
        self.show(closed, ui.ActionRow(stop), small(advice))


async def following_of(interaction: Interaction) -> Layout:
    """What the reader hears of, or word that it is nothing."""
    context, tr = context_of(interaction), translator_of(interaction)
    followed = await subscriptions_of(interaction).get(following.key_of(interaction))
    if followed is None:
        return Notice(following.nothing_followed(interaction))
    advice = tr.gettext(
        "{follow} adds a tag, {unfollow} removes one.",
        follow=context.mention("follow"),
        unfollow=context.mention("unfollow"),
    )
    kept = context.stopped
    stopped = await kept.of("reader", interaction.user.id) if kept else ()
    return Following(followed, stopped, advice, tr)


def unknown(stopped: Stopped, tr: Translator) -> str:
    """The question whether a post was announced, and why that is not known."""
    title = text.markdown(stopped.title, TITLE)
    if stopped.channel is None:
        said = tr.gettext(
            "I cannot tell whether I sent you **{title}**: Discord does not show me our messages.",
            title=title,
        )
    else:
        said = tr.gettext(
            "I cannot tell whether I announced **{title}** in {channel}: Discord does not show me"
            " what I sent there.",
            title=title,
            channel=f"<#{stopped.channel}>",
        )
    why, told = reason_of(stopped.problem, tr)
    return f"⚠️ {said}\n{small(why, text.markdown(told, DETAIL))}"


def decision_row(stopped: Stopped, page: int, tr: Translator) -> ui.ActionRow[Any]:
    """Buttons that mark a stopped delivery as sent, or send it."""
    found, send = (
        DecideDelivery(is_there=is_there, delivery=stopped.id, page=page)
        for is_there in (True, False)
    )
    return ui.ActionRow(
        ui.Button(label=tr.gettext("It is there"), custom_id=str(found)),
        ui.Button(label=tr.gettext("Send it"), custom_id=str(send)),
    )


async def decide(interaction: Interaction, this: DecideDelivery) -> None:
    """Keep what somebody says of a delivery, unless that is decided by now; show what is left."""
    if this.page == DecideDelivery.OWN:
        await settle(interaction, this, "reader", interaction.user.id)
        await turn(interaction, await following_of(interaction))
    elif not may_manage(interaction, this):
        await answer(interaction, not_allowed(translator_of(interaction)))
    else:
        await settle(interaction, this, "guild", interaction.guild_id or 0)
        await turn(interaction, await announced_list_of(interaction, this.page))


async def settle(interaction: Interaction, this: DecideDelivery, whose: Whose, number: int) -> None:
    """Keep what is said of a delivery, if it is theirs."""
    stopped = context_of(interaction).stopped
    if stopped is not None:
        decided = stopped.is_there if this.is_there else stopped.send
        await decided(this.delivery, whose, number)


async def turn_page(interaction: Interaction, to: SettingsPage) -> None:
    """Turn the message to another page of channels, or to the nearest one."""
    if may_manage(interaction, to):
        await turn(interaction, await announced_list_of(interaction, to.page))
    else:
        await answer(interaction, not_allowed(translator_of(interaction)))


async def announced_list_of(interaction: Interaction, number: int) -> Layout:
    """A page of the server's channels, or a notice that there are none."""
    tr = translator_of(interaction)
    subscriptions = await subscriptions_of(interaction).in_guild(interaction.guild_id or 0)
    if not subscriptions:
        begin = context_of(interaction).mention("announce here")
        return Notice(tr.gettext("Nothing is announced yet. Start with {command}.", command=begin))
    kept = context_of(interaction).stopped
    stopped = await kept.of("guild", interaction.guild_id or 0) if kept else ()
    page = Pagination.nearest(number, len(subscriptions), PER_PAGE)
    backlog = context_of(interaction).backlog
    older = (await backlog()).older_machines if backlog else ()
    return AnnouncedList(subscriptions, stopped, page, tr, older_machines=older)
