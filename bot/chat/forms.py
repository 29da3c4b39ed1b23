"""Forms (Discord calls them modals) that can be sent after a restart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from discord import Interaction, ui

from bot.chat.custom_ids import CustomId
from bot.chat.errors import reply_to_error
from bot.chat.usage import noted

# By the custom id of a form's items: what was typed, or what was chosen.
Given = Mapping[str, str | Sequence[str]]


class Form(ui.Modal):
    """A form whose custom id says all that sending it means.

    discord.py keeps a form in memory until it is sent, and knows none after a restart or on
    another machine. So it is given none to keep (``open_form``), and the client leads what
    arrives to ``used``.
    """

    kind: ClassVar[type[CustomId]]

    def __init__(self, title: str, meaning: CustomId) -> None:
        super().__init__(title=title, custom_id=str(meaning))

    @classmethod
    async def act(cls, interaction: Interaction, match: re.Match[str], given: Given) -> None:
        """Do what the custom id, which ``kind`` reads, says with what was typed and chosen."""
        raise NotImplementedError

    @classmethod
    async def used(cls, interaction: Interaction, match: re.Match[str]) -> None:
        """Act, and answer whatever goes wrong."""
        with noted(interaction, cls.kind.__name__):
            try:
                await cls.act(interaction, match, given_in(interaction))
            except Exception as error:  # noqa: BLE001 - every error is answered
                await reply_to_error(interaction, error)


async def open_form(interaction: Interaction, form: Form) -> None:
    """Answer with a form."""
    form.stop()  # or discord.py would keep it in memory
    await interaction.response.send_modal(form)


def given_in(interaction: Interaction) -> Given:
    """What a form came back with."""
    data: Mapping[str, Any] = interaction.data or {}
    items = list(_items(data.get("components", ())))
    return {item["custom_id"]: item.get("values", item.get("value", "")) for item in items}


def _items(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if "custom_id" in component:
            yield component
        inner = [component["component"]] if "component" in component else ()
        yield from _items([*inner, *component.get("components", ())])
