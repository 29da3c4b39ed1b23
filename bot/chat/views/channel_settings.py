"""The settings of what is announced in a channel."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import discord
from discord import Interaction, ui

from bot.announce.subscription import Pause, Subscription
from bot.blog.tag import Tag, tag_key
from bot.chat import limits, text
from bot.chat.actions import Action
from bot.chat.channels import Access, access_to, announced_in, may_manage
from bot.chat.custom_ids import tag_ref
from bot.chat.effects import effect, trouble
from bot.chat.forms import Form, Given, open_form
from bot.chat.interaction import (
    answer,
    library_of,
    prepare_turn,
    subscriptions_of,
    turn,
    words_of,
)
from bot.chat.subscription_ids import (
    AskToStop,
    OpenSettings,
    PickRole,
    PickTags,
    Stop,
    Switch,
    TypedTags,
    TypeTags,
)
from bot.chat.typed_tags import key_typed, lines_of, tags_typed
from bot.chat.views.following import MOST_TAGS, now_of
from bot.chat.views.layout import Layout, heading
from bot.chat.views.notice import Notice
from bot.chat.words import Words

# https://docs.discord.com/developers/components/reference#text-input
LONGEST_INPUT = 4_000

LANGUAGES: Mapping[str, str] = {
    "en-US": "English",
    "de": "Deutsch",
    "es-ES": "Español",
    "fr": "Français",
    "ja": "日本語",
    "pt-BR": "Português",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What is announced in a channel, and what the bot can do there.

    Attributes:
        wish: what is to be announced.
        access: what the bot found when it looked at the channel.
        tags: the blog's, most used first.
    """

    wish: Subscription
    access: Access
    tags: Sequence[Tag]


class ChannelSettings(Layout):
    """In words what will happen, and menus and buttons to change it."""

    concerns_all: ClassVar = False

    def __init__(self, settings: Settings, words: Words) -> None:
        super().__init__()
        wish = settings.wish
        self.show(heading("📣 " + words.say("Announcements")) + "\n" + effect(wish, words))
        self.show(trouble(wish, settings.access, words) or None, ui.Separator())
        self.show(tags_row("only", wish.tags, settings, words))
        self.show(tags_row("never", wish.without, settings, words))
        self.show(role_row(settings, words), switches_row(wish, words), acts_row(wish, words))


def tags_row(
    which: str, chosen: Sequence[str], settings: Settings, words: Words
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
            description=words.count("{n} post", "{n} posts", tag.posts),
            default=tag.key in keys,
        )
        for tag in tags
    ]
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(PickTags(which, channel_of(settings.wish))),
        placeholder=words.say("Only posts with these tags")
        if which == "only"
        else words.say("Never posts with these tags"),
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


def role_row(settings: Settings, words: Words) -> ui.ActionRow[Any]:
    """The menu of roles to mention; Discord takes none as chosen that is gone."""
    wish, channel = settings.wish, settings.access.channel
    chosen = wish.role if channel and not channel.role_gone else None
    menu: ui.RoleSelect[Any] = ui.RoleSelect(
        custom_id=str(PickRole(channel_of(wish))),
        placeholder=words.say("Mention a role"),
        min_values=0,
        max_values=1,
        default_values=[
            discord.SelectDefaultValue(id=chosen, type=discord.SelectDefaultValueType.role)
        ]
        if chosen
        else [],
    )
    return ui.ActionRow(menu)


def switches_row(wish: Subscription, words: Words) -> ui.ActionRow[Any]:
    """The buttons that turn something on or off: green while it is on."""
    switches = [switch("silent", "🔕", words.say("No sound"), wish, on=wish.silent)]
    if wish.place == "news":
        label = words.say("Publish to followers")
        switches.append(switch("publish", "📡", label, wish, on=wish.publish))
    if wish.place in {"text", "news"}:
        label = words.say("A thread for each")
        switches.append(switch("threads", "🧵", label, wish, on=wish.threads))
    return ui.ActionRow(*switches)


def switch(what: str, emoji: str, label: str, wish: Subscription, *, on: bool) -> ui.Button[Any]:
    """Turns something on, or off again."""
    style = discord.ButtonStyle.success if on else discord.ButtonStyle.secondary
    custom_id = str(Switch(what, not on, channel_of(wish)))
    return ui.Button(emoji=emoji, label=label, style=style, custom_id=custom_id)


def acts_row(wish: Subscription, words: Words) -> ui.ActionRow[Any]:
    """What else can be done: type tags, pause, remove."""
    channel = channel_of(wish)
    is_paused = wish.pause is not None and wish.pause.reason == "admin"
    pause: ui.Button[Any] = ui.Button(
        label=words.say("Go on") if is_paused else words.say("Pause"),
        emoji="▶️" if is_paused else "⏸️",
        custom_id=str(Switch("paused", not is_paused, channel)),
    )
    more: ui.Button[Any] = ui.Button(
        label=words.say("More settings"), emoji="✏️", custom_id=str(TypeTags(channel))
    )
    remove: ui.Button[Any] = ui.Button(
        label=words.say("Remove"),
        style=discord.ButtonStyle.danger,
        custom_id=str(AskToStop(channel)),
    )
    return ui.ActionRow(more, pause, remove)


def channel_of(wish: Subscription) -> int:
    """The channel's id; those of readers have none and no settings."""
    assert wish.channel is not None
    return wish.channel


async def settings_of(
    interaction: Interaction, wish: Subscription, access: Access | None = None
) -> Layout:
    """The settings as they are, after a look at the channel.

    What was paused for want of access goes on where there is access again.

    Args:
        interaction: asks for them.
        wish: what is announced there.
        access: what a look at the channel has just found, if there was one.
    """
    access = access or await access_to(interaction, channel_of(wish), wish)
    if access.is_open and wish.pause and wish.pause.reason != "admin":
        await subscriptions_of(interaction).resume(wish.key)
        wish = replace(wish, pause=None)
    tags = await library_of(interaction).tags()
    return ChannelSettings(Settings(wish, access, tags), words_of(interaction))


Change = Callable[[Subscription], Awaitable[Subscription]]


async def turn_settings(interaction: Interaction, channel: int, change: Change) -> None:
    """Turn the message to a channel's settings after a change to them.

    Args:
        interaction: a click on them.
        channel: its id.
        change: keeps what is different, and gives it back.
    """
    words = words_of(interaction)
    if not may_manage(interaction):
        await answer(interaction, not_allowed(words))
        return
    wish = await announced_in(interaction, channel)
    if wish is None:
        await turn(interaction, not_announced(channel, words))
        return
    making = settings_of(interaction, await change(wish))
    await turn(interaction, await prepare_turn(interaction, making))


def not_allowed(words: Words) -> Notice:
    """That somebody may not change what is announced."""
    return Notice(words.say("You need the permission **Manage Server**."))


def not_announced(channel: int, words: Words) -> Notice:
    """That nothing is announced in a channel."""
    return Notice(words.say("Nothing is announced in {channel}.", channel=f"<#{channel}>"))


def keeping(interaction: Interaction, change: Callable[[Subscription], Subscription]) -> Change:
    """A change that is kept in place of what was there."""

    async def keep(wish: Subscription) -> Subscription:
        changed = change(wish)
        await subscriptions_of(interaction).keep(changed)
        return changed

    return keep


class OpenButton(Action[OpenSettings], kind=OpenSettings):
    """Turns the message to a channel's settings."""

    async def act(self, interaction: Interaction) -> None:
        """Show them."""

        async def nothing(wish: Subscription) -> Subscription:
            return wish

        await turn_settings(interaction, self.meaning.channel, nothing)


class TagsMenu(Action[PickTags], kind=PickTags):
    """Takes the tags that are chosen."""

    async def act(self, interaction: Interaction) -> None:
        """Keep them."""
        names = [tag.name for tag in await library_of(interaction).tags()]
        refs, is_only = self.values, self.meaning.which == "only"

        def choose(wish: Subscription) -> Subscription:
            known = {tag_ref(name): name for name in (*names, *wish.tags, *wish.without)}
            chosen = tuple(known[ref] for ref in refs if ref in known)
            return replace(wish, tags=chosen) if is_only else replace(wish, without=chosen)

        await turn_settings(interaction, self.meaning.channel, keeping(interaction, choose))


class RoleMenu(Action[PickRole], kind=PickRole):
    """Takes the role that is chosen."""

    async def act(self, interaction: Interaction) -> None:
        """Keep it; everybody (whose role has the server's id) is not a role to mention."""
        data: Mapping[str, Any] = interaction.data or {}
        roles = [int(each) for each in data["values"] if int(each) != interaction.guild_id]
        role = roles[0] if roles else None
        await turn_settings(
            interaction,
            self.meaning.channel,
            keeping(interaction, lambda wish: replace(wish, role=role)),
        )


class SwitchButton(Action[Switch], kind=Switch):
    """Turns a setting on or off."""

    async def act(self, interaction: Interaction) -> None:
        """Keep it so."""
        on = self.meaning.on
        changes: dict[str, Change] = {
            "silent": keeping(interaction, lambda wish: replace(wish, silent=on)),
            "publish": keeping(interaction, lambda wish: replace(wish, publish=on)),
            "threads": keeping(interaction, lambda wish: replace(wish, threads=on)),
            "paused": pausing(interaction, on=on),
        }
        await turn_settings(interaction, self.meaning.channel, changes[self.meaning.what])


def pausing(interaction: Interaction, *, on: bool) -> Change:
    """A change that pauses announcements, or lets them go on."""

    async def pause(wish: Subscription) -> Subscription:
        subscriptions = subscriptions_of(interaction)
        if on:
            reason = Pause(reason="admin", since=now_of(interaction))
            await subscriptions.pause(wish.key, reason)
            return replace(wish, pause=reason)
        await subscriptions.resume(wish.key)
        return replace(wish, pause=None)

    return pause


class TypeButton(Action[TypeTags], kind=TypeTags):
    """Opens the form for what menus cannot say."""

    async def act(self, interaction: Interaction) -> None:
        """Answer with it, filled with what is set."""
        words = words_of(interaction)
        wish = await announced_in(interaction, self.meaning.channel)
        if not may_manage(interaction):
            await answer(interaction, not_allowed(words))
        elif wish is None:
            await turn(interaction, not_announced(self.meaning.channel, words))
        else:
            await open_form(interaction, MoreSettings(wish, words))


class MoreSettings(Form):
    """Tags, one a line, and the language of the announcements."""

    kind = TypedTags

    def __init__(self, wish: Subscription, words: Words) -> None:
        super().__init__(words.say("More settings"), TypedTags(channel_of(wish)))
        hint = words.say("One a line, at most {n}", n=MOST_TAGS)
        only, never = (
            ui.TextInput[Any](
                style=discord.TextStyle.paragraph,
                custom_id=custom_id,
                default=lines_of(tags),
                required=False,
                max_length=LONGEST_INPUT,
            )
            for custom_id, tags in (("only", wish.tags), ("never", wish.without))
        )
        language: ui.Select[Any] = ui.Select(
            custom_id="language",
            options=[
                discord.SelectOption(label=name, value=code, default=code == nearest(wish.locale))
                for code, name in LANGUAGES.items()
            ],
        )
        for label, description, component in (
            (words.say("Only posts with these tags"), hint, only),
            (words.say("Never posts with these tags"), hint, never),
            (words.say("Language of the announcements"), None, language),
        ):
            self.add_item(ui.Label(text=label, description=description, component=component))

    @classmethod
    async def act(cls, interaction: Interaction, match: re.Match[str], given: Given) -> None:
        """Keep what was typed and chosen."""
        channel = TypedTags.parse(match).channel
        tags = [tag.name for tag in await library_of(interaction).tags()]

        def type_over(wish: Subscription) -> Subscription:
            known = {key_typed(name): name for name in (*tags, *wish.tags, *wish.without)}
            languages = [code for code in given.get("language", ()) if code in LANGUAGES]
            return replace(
                wish,
                tags=tags_typed(str(given.get("only", "")), known),
                without=tags_typed(str(given.get("never", "")), known),
                locale=languages[0] if languages else wish.locale,
            )

        await turn_settings(interaction, channel, keeping(interaction, type_over))


def nearest(locale: str) -> str:
    """The language that the words of a locale are in."""
    begins = locale.partition("-")[0]
    return next((code for code in LANGUAGES if code.partition("-")[0] == begins), "en-US")


class RemoveButton(Action[AskToStop], kind=AskToStop):
    """Asks whether the settings shall go."""

    async def act(self, interaction: Interaction) -> None:
        """Turn the message to the question."""
        await turn(interaction, StopQuestion(self.meaning.channel, words_of(interaction)))


class StopQuestion(Layout):
    """Whether nothing shall be announced in a channel any more."""

    concerns_all: ClassVar = False

    def __init__(self, channel: int, words: Words) -> None:
        super().__init__()
        self.show(
            words.say(
                "Announce nothing in {channel} any more? Its settings and what waits are deleted;"
                " what was announced stays.",
                channel=f"<#{channel}>",
            )
        )
        stop: ui.Button[Any] = ui.Button(
            label=words.say("Remove"),
            style=discord.ButtonStyle.danger,
            custom_id=str(Stop(channel)),
        )
        back: ui.Button[Any] = ui.Button(
            label=words.say("Keep"), custom_id=str(OpenSettings(channel))
        )
        self.show(ui.ActionRow(stop, back))


class StopButton(Action[Stop], kind=Stop):
    """Announces nothing in a channel any more."""

    async def act(self, interaction: Interaction) -> None:
        """Forget its settings."""
        words, channel = words_of(interaction), self.meaning.channel
        if not may_manage(interaction):
            await answer(interaction, not_allowed(words))
            return
        wish = await announced_in(interaction, channel)
        if wish is not None:
            await subscriptions_of(interaction).remove(wish.key)
        await turn(interaction, not_announced(channel, words))
