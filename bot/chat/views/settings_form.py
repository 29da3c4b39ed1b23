"""The form for what the menus of a channel's settings cannot say: tags as they are typed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import discord
from discord import Interaction, ui

from bot.announce.subscription import Subscription
from bot.blog.post import tag_key
from bot.chat import text
from bot.chat.channels import announced_in, may_manage
from bot.chat.custom_ids import TypedTags, TypeTags
from bot.chat.i18n import Translator, catalogues, languages
from bot.chat.interaction import answer, library_of, open_form, translator_of, turn, typed_in
from bot.chat.views.channel_settings import (
    channel_of,
    keeping,
    not_allowed,
    not_announced,
    turn_settings,
)
from bot.chat.views.following import MOST_TAGS

# https://docs.discord.com/developers/components/reference#text-input
LONGEST_INPUT = 4_000
# So that as many as there may be fit into a form's field of 4,000 characters.
LONGEST_TAG = 150


class SettingsForm(ui.Modal):
    """Tags, one a line, and the language of the announcements."""

    def __init__(self, subscription: Subscription, tr: Translator) -> None:
        super().__init__(
            title=tr.gettext("More settings"), custom_id=str(TypedTags(channel_of(subscription)))
        )
        hint = tr.gettext("One per line, at most {n}", n=MOST_TAGS)
        only, never = (
            ui.TextInput[Any](
                style=discord.TextStyle.paragraph,
                custom_id=custom_id,
                default=lines_of(tags),
                required=False,
                max_length=LONGEST_INPUT,
            )
            for custom_id, tags in (("only", subscription.tags), ("never", subscription.without))
        )
        language: ui.Select[Any] = ui.Select(
            custom_id="language",
            options=[
                discord.SelectOption(
                    label=name, value=code, default=code == nearest(subscription.locale)
                )
                for code, name in languages().items()
            ],
        )
        for label, description, component in (
            (tr.gettext("Only posts with these tags"), hint, only),
            (tr.gettext("Never posts with these tags"), hint, never),
            (tr.gettext("Language of the announcements"), None, language),
        ):
            self.add_item(ui.Label(text=label, description=description, component=component))


async def open_settings_form(interaction: Interaction, this: TypeTags) -> None:
    """Answer with the form, filled with what is set."""
    tr = translator_of(interaction)
    subscription = await announced_in(interaction, this.channel)
    if not may_manage(interaction, this):
        await answer(interaction, not_allowed(tr))
    elif subscription is None:
        await turn(interaction, not_announced(this.channel, tr))
    else:
        await open_form(interaction, SettingsForm(subscription, tr))


async def keep_typed(interaction: Interaction, this: TypedTags) -> None:
    """Keep what was typed and chosen in the form."""
    given = typed_in(interaction)
    tags = [tag.name for tag in await library_of(interaction).tags()]

    def type_over(subscription: Subscription) -> Subscription:
        known = {
            key_typed(name): name for name in (*tags, *subscription.tags, *subscription.without)
        }
        codes = [code for code in given.get("language", ()) if code in languages()]
        return replace(
            subscription,
            tags=tags_typed(str(given.get("only", "")), known),
            without=tags_typed(str(given.get("never", "")), known),
            locale=codes[0] if codes else subscription.locale,
        )

    await turn_settings(interaction, TypeTags(this.channel), keeping(interaction, type_over))


def nearest(locale: str) -> str:
    """The code, in ``languages``, of the language that a locale's texts are in."""
    folders = {str(each): folder for each, folder in catalogues().items()}
    folder = folders.get(locale)
    same = (code for code in languages() if folder and folders.get(code) == folder)
    return next(same, "en-US")


def lines_of(tags: Iterable[str]) -> str:
    """Tags one a line, as ``tags_typed`` reads them."""
    return "\n".join(text.plain(tag, LONGEST_TAG) for tag in tags)


def key_typed(name: str) -> str:
    """What makes a tag as it was typed the same as another."""
    return tag_key(text.plain(name, LONGEST_TAG))


def tags_typed(typed: str, known: Mapping[str, str]) -> tuple[str, ...]:
    """The tags that somebody means.

    Args:
        typed: one a line; several, divided by commas, where no tag goes by the line.
        known: the names of tags by ``key_typed``; others are taken as they were typed.
    """
    found: dict[str, str] = {}
    for line in typed.splitlines():
        whole = key_typed(line) in known
        for part in [line] if whole else line.split(","):
            name = text.plain(part, LONGEST_TAG)
            if key_typed(name) not in known:
                name = name.lstrip("#").strip()
            if name:
                found.setdefault(tag_key(name), known.get(key_typed(name), name))
    return tuple(found.values())[:MOST_TAGS]
