"""The settings of what is announced in a channel."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import discord
from discord import Interaction, ui

from bot.announce.subscription import Pause, Subscription
from bot.blog.post import Tag, tag_key
from bot.chat import limits, text
from bot.chat.channels import Access, access_to, announced_in, may_manage, summary, trouble
from bot.chat.custom_ids import (
    AskToStop,
    OfChannel,
    OpenSettings,
    PickRole,
    PickTags,
    Stop,
    Switch,
    TypeTags,
    tag_ref,
)
from bot.chat.i18n import Translator
from bot.chat.interaction import (
    answer,
    chosen_in,
    library_of,
    now_of,
    prepare_turn,
    subscriptions_of,
    translator_of,
    turn,
)
from bot.chat.views.layout import Layout, Notice, heading


@dataclass(frozen=True, slots=True)
class Settings:
    """What is announced in a channel, and what the bot can do there.

    Attributes:
        subscription: what is to be announced.
        access: what the bot found when it looked at the channel.
        tags: the blog's, most used first.
    """

    subscription: Subscription
    access: Access
    tags: Sequence[Tag]


class ChannelSettings(Layout):
    """A summary of what will be announced, with menus and buttons to change it."""

    concerns_all: ClassVar = False

    def __init__(self, settings: Settings, tr: Translator) -> None:
        super().__init__()
        subscription = settings.subscription
        self.show(heading("📣 " + tr.gettext("Announcements")) + "\n" + summary(subscription, tr))
        self.show(trouble(subscription, settings.access, tr) or None, ui.Separator())
        self.show(tags_row("only", subscription.tags, settings, tr))
        self.show(tags_row("never", subscription.without, settings, tr))
        self.show(
            role_row(settings, tr), switches_row(subscription, tr), acts_row(subscription, tr)
        )


def tags_row(
    which: str, chosen: Sequence[str], settings: Settings, tr: Translator
) -> ui.ActionRow[Any] | None:
    """The menu of tags to announce ``only``, or ``never``; None where there are none."""
    tags = offered(chosen, settings.tags)
    if not tags:
        return None
    keys = set(map(tag_key, chosen))
    options = [
        discord.SelectOption(
            label=text.label(tag.name, limits.SELECT_TEXT),
            value=tag_ref(tag.name),
            description=tr.ngettext("{n} post", "{n} posts", tag.posts),
            default=tag.key in keys,
        )
        for tag in tags
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(PickTags(which, channel_of(settings.subscription))),
        placeholder=tr.gettext("Only posts with these tags")
        if which == "only"
        else tr.gettext("Never posts with these tags"),
        options=options,
        min_values=0,
        max_values=len(options),
    )
    return ui.ActionRow(menu)


def offered(chosen: Sequence[str], tags: Sequence[Tag]) -> list[Tag]:
    """The tags of a menu: those that are chosen, then the most used."""
    known = {tag.key: tag for tag in tags}
    picked = {tag_key(name): known.get(tag_key(name), Tag(name, 0)) for name in chosen}
    return list((picked | known).values())[: limits.SELECT_OPTIONS]


def role_row(settings: Settings, tr: Translator) -> ui.ActionRow[Any]:
    """The menu of roles to mention; Discord takes none as chosen that is gone."""
    subscription, channel = settings.subscription, settings.access.channel
    chosen = subscription.role if channel and not channel.role_gone else None
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=str(PickRole(channel_of(subscription))),
        placeholder=tr.gettext("Mention a role"),
        min_values=0,
        max_values=1,
        default_values=[
            # As a string, as Discord describes it; discord.py passes on what it is given.
            discord.SelectDefaultValue(
                id=str(chosen),  # type: ignore[arg-type]
                type=discord.SelectDefaultValueType.role,
            )
        ]
        if chosen
        else [],
    )
    return ui.ActionRow(menu)


def switches_row(subscription: Subscription, tr: Translator) -> ui.ActionRow[Any]:
    """The buttons that turn something on or off: green while it is on."""
    switches = [
        switch_button("silent", "🔕", tr.gettext("No sound"), subscription, on=subscription.silent)
    ]
    if subscription.place == "news":
        label = tr.gettext("Publish to followers")
        switches.append(
            switch_button("publish", "📡", label, subscription, on=subscription.publish)
        )
    if subscription.place in {"text", "news"}:
        label = tr.gettext("A thread for each")
        switches.append(
            switch_button("threads", "🧵", label, subscription, on=subscription.threads)
        )
    return ui.ActionRow(*switches)


def switch_button(
    what: str, emoji: str, label: str, subscription: Subscription, *, on: bool
) -> ui.Button[Any]:
    """Turns something on, or off again."""
    style = discord.ButtonStyle.success if on else discord.ButtonStyle.secondary
    custom_id = str(Switch(what, not on, channel_of(subscription)))
    return ui.Button(emoji=emoji, label=label, style=style, custom_id=custom_id)


def acts_row(subscription: Subscription, tr: Translator) -> ui.ActionRow[Any]:
    """What else can be done: type tags, pause, remove."""
    channel = channel_of(subscription)
    is_paused = subscription.pause is not None and subscription.pause.reason == "admin"
    pause: ui.Button[Any] = ui.Button(
        label=tr.gettext("Resume") if is_paused else tr.gettext("Pause"),
        emoji="▶️" if is_paused else "⏸️",
        custom_id=str(Switch("paused", not is_paused, channel)),
    )
    more: ui.Button[Any] = ui.Button(
        label=tr.gettext("More settings"), emoji="✏️", custom_id=str(TypeTags(channel))
    )
    remove: ui.Button[Any] = ui.Button(
        label=tr.gettext("Remove"),
        style=discord.ButtonStyle.danger,
        custom_id=str(AskToStop(channel)),
    )
    return ui.ActionRow(more, pause, remove)


def channel_of(subscription: Subscription) -> int:
    """The channel's id; those of readers have none and no settings."""
    assert subscription.channel is not None
    return subscription.channel


async def settings_of(
    interaction: Interaction, subscription: Subscription, access: Access | None = None
) -> Layout:
    """The current settings, with what the bot may do in the channel.

    What was paused for want of access goes on where there is access again.

    Args:
        interaction: asks for them.
        subscription: what is announced there.
        access: what a look at the channel has just found, if there was one.
    """
    access = access or await access_to(interaction, channel_of(subscription), subscription)
    if access.is_open and subscription.pause and subscription.pause.reason != "admin":
        await subscriptions_of(interaction).resume(subscription.key)
        subscription = replace(subscription, pause=None)
    tags = await library_of(interaction).tags()
    return ChannelSettings(Settings(subscription, access, tags), translator_of(interaction))


Change = Callable[[Subscription], Awaitable[Subscription | None]]


async def turn_settings(
    interaction: Interaction, clicked: OfChannel | PickTags | Switch, change: Change
) -> None:
    """Turn the message to a channel's settings after a change to them.

    Args:
        interaction: a click on them.
        clicked: the button or menu that was used, or that opened the form.
        change: keeps what is different, and gives back what is kept now; None if nothing is.
    """
    tr = translator_of(interaction)
    if not may_manage(interaction, clicked):
        await answer(interaction, not_allowed(tr))
        return
    before = await announced_in(interaction, clicked.channel)
    subscription = await change(before) if before else None
    if subscription is None:
        await turn(interaction, not_announced(clicked.channel, tr))
        return
    making = settings_of(interaction, subscription)
    await turn(interaction, await prepare_turn(interaction, making))


def not_allowed(tr: Translator) -> Notice:
    """The notice that somebody may not change what is announced."""
    return Notice(tr.gettext("You need the permission **Manage Server**."))


def not_announced(channel: int, tr: Translator) -> Notice:
    """The notice that nothing is announced in a channel."""
    return Notice(tr.gettext("Nothing is announced in {channel}.", channel=f"<#{channel}>"))


def keeping(interaction: Interaction, edit: Callable[[Subscription], Subscription]) -> Change:
    """A change of the stored subscription, which others may change at the same time."""

    async def keep(subscription: Subscription) -> Subscription | None:
        return await subscriptions_of(interaction).change(subscription.key, edit)

    return keep


async def open_settings(interaction: Interaction, this: OpenSettings) -> None:
    """Turn the message to a channel's settings."""
    await turn_settings(interaction, this, unchanged)


async def unchanged(subscription: Subscription) -> Subscription:
    """Leave the subscription as it is."""
    return subscription


async def pick_tags(interaction: Interaction, this: PickTags) -> None:
    """Keep the tags that are chosen."""
    names = [tag.name for tag in await library_of(interaction).tags()]

    def choose(subscription: Subscription) -> Subscription:
        known = {
            tag_ref(name): name for name in (*names, *subscription.tags, *subscription.without)
        }
        chosen = tuple(known[ref] for ref in chosen_in(interaction) if ref in known)
        is_only = this.which == "only"
        return (
            replace(subscription, tags=chosen) if is_only else replace(subscription, without=chosen)
        )

    await turn_settings(interaction, this, keeping(interaction, choose))


async def pick_role(interaction: Interaction, this: PickRole) -> None:
    """Keep the role that is chosen; @everyone, whose id is the server's, cannot be."""
    everyone = str(interaction.guild_id)
    roles = [int(each) for each in chosen_in(interaction) if each.isdecimal() and each != everyone]
    role = roles[0] if roles else None
    change = keeping(interaction, lambda subscription: replace(subscription, role=role))
    await turn_settings(interaction, this, change)


async def switch(interaction: Interaction, this: Switch) -> None:
    """Turn a setting on or off."""
    change: Change
    if this.what == "paused":
        change = pausing(interaction, on=this.on)
    else:
        changed: dict[str, Any] = {this.what: this.on}
        change = keeping(interaction, lambda subscription: replace(subscription, **changed))
    await turn_settings(interaction, this, change)


def pausing(
    interaction: Interaction, *, on: bool
) -> Callable[[Subscription], Awaitable[Subscription]]:
    """A change that pauses or resumes announcements."""

    async def pause(subscription: Subscription) -> Subscription:
        subscriptions = subscriptions_of(interaction)
        if on:
            reason = Pause(reason="admin", since=now_of(interaction))
            await subscriptions.pause(subscription.key, reason)
            return replace(subscription, pause=reason)
        await subscriptions.resume(subscription.key)
        return replace(subscription, pause=None)

    return pause


async def ask_to_stop(interaction: Interaction, this: AskToStop) -> None:
    """Ask in the message whether to stop announcing."""
    tr = translator_of(interaction)
    if may_manage(interaction, this):
        await turn(interaction, StopQuestion(this.channel, tr))
    else:
        await answer(interaction, not_allowed(tr))


async def stop(interaction: Interaction, this: Stop) -> None:
    """Stop announcing in a channel."""
    tr = translator_of(interaction)
    if not may_manage(interaction, this):
        await answer(interaction, not_allowed(tr))
        return
    subscription = await announced_in(interaction, this.channel)
    if subscription is not None:
        await subscriptions_of(interaction).remove(subscription.key)
    await turn(interaction, not_announced(this.channel, tr))


class StopQuestion(Layout):
    """Asks whether to stop announcing in a channel."""

    concerns_all: ClassVar = False

    def __init__(self, channel: int, tr: Translator) -> None:
        super().__init__()
        self.show(
            tr.gettext(
                "Stop announcing in {channel}? Its settings and the posts that wait are"
                " deleted; what was announced stays.",
                channel=f"<#{channel}>",
            )
        )
        stop: ui.Button[Any] = ui.Button(
            label=tr.gettext("Remove"),
            style=discord.ButtonStyle.danger,
            custom_id=str(Stop(channel)),
        )
        back: ui.Button[Any] = ui.Button(
            label=tr.gettext("Keep"), custom_id=str(OpenSettings(channel))
        )
        self.show(ui.ActionRow(stop, back))
