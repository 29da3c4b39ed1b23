"""Where every button, select menu and form leads."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Protocol

from discord import Interaction

from bot.chat.custom_ids import CustomId

# By the first word of a custom id: the file in views/ and the class in it that answers. Most
# are not needed for a first answer, so each is imported when somebody uses it.
PLACES = {
    "announced": "announced_list.SettingsPageButton",
    "follow": "following.FollowButton",
    "jump": "post_page.JumpMenu",
    "latest": "post_list.PageButton",
    "more": "channel_settings.TypeButton",
    "narrow": "post_list.NarrowMenu",
    "new": "post_page.NewPostButton",
    "on": "post_page.ReadOnButton",
    "page": "post_page.TurnPageButton",
    "post": "post_card.TurnButton",
    "random": "post_card.RandomButton",
    "read": "post_page.ReadButton",
    "related": "post_card.RelatedMenu",
    "remove": "channel_settings.RemoveButton",
    "removed": "channel_settings.StopButton",
    "role": "channel_settings.RoleMenu",
    "save": "sharing.SaveButton",
    "search": "search_results.SearchPageButton",
    "settings": "channel_settings.OpenButton",
    "share": "sharing.ShareButton",
    "switch": "channel_settings.SwitchButton",
    "tag": "tag_list.TagMenu",
    "tagged": "channel_settings.TagsMenu",
    "tags": "tag_list.TagsPageButton",
    "typed": "channel_settings.MoreSettings",
    "unfollow": "following.UnfollowAllButton",
}


class Use(Protocol):
    """Answers whoever uses a button or menu, or sends a form."""

    kind: type[CustomId]

    async def used(self, interaction: Interaction, match: re.Match[str]) -> None:
        """Answer. Never raises."""


async def lead(interaction: Interaction, custom_id: str) -> bool:
    """Let whatever the custom id means answer; False where this version means nothing by it."""
    use = use_of(custom_id.partition(":")[0])
    match = use.kind.match(custom_id) if use else None
    if use is None or match is None:
        return False
    await use.used(interaction, match)
    return True


def load_all() -> None:
    """Import all that clicks lead to, in a thread, so that not even the first one waits for it."""
    for word in PLACES:
        use_of(word)


def use_of(word: str) -> Use | None:
    """What custom ids with that first word lead to."""
    place = PLACES.get(word)
    if place is None:
        return None
    file, _, name = place.partition(".")
    use: Use = getattr(import_module(f"bot.chat.views.{file}"), name)
    return use
