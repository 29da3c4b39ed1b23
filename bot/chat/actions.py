"""Buttons and select menus that work after a restart."""

from __future__ import annotations

import re
from typing import Any, ClassVar, Generic, Self, TypeVar

from discord import Interaction, ui

from bot.chat.custom_ids import CustomId
from bot.chat.errors import reply_to_error
from bot.chat.usage import noted

ItemT = TypeVar("ItemT", bound=ui.Item[Any])
MeaningT = TypeVar("MeaningT", bound=CustomId)

_NOTHING = re.compile(r"(?!)")


class Action(ui.DynamicItem[ItemT], Generic[ItemT, MeaningT], template=_NOTHING):
    """A button or select menu whose custom id says all that using it means.

    discord.py rebuilds it from the message for each click, and only logs what its callback
    raises, so that the reader sees nothing: subclasses implement ``act``, and its errors are
    answered here.
    """

    kind: ClassVar[type[CustomId]]

    def __init_subclass__(cls, *, kind: type[CustomId]) -> None:
        super().__init_subclass__(template=kind.pattern)
        cls.kind = kind

    def __init__(self, item: ItemT, meaning: MeaningT) -> None:
        item.custom_id = str(meaning)  # type: ignore[attr-defined] # all that can be used have one
        super().__init__(item)
        self.meaning = meaning

    @classmethod
    async def from_custom_id(
        cls, _interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Rebuild what was used."""
        return cls(item, cls.kind.parse(match))  # type: ignore[arg-type] # kind is of MeaningT

    async def callback(self, interaction: Interaction) -> None:
        """Act, and answer whatever goes wrong."""
        with noted(interaction, self.kind.__name__):
            try:
                await self.act(interaction)
            except Exception as error:  # noqa: BLE001 - every error is answered
                await reply_to_error(interaction, error)

    async def act(self, interaction: Interaction) -> None:
        """Do what the custom id says."""
        raise NotImplementedError
