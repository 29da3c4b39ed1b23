"""What happens when a button or select menu is used, whenever its message was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from discord import Interaction

from bot.chat.custom_ids import CustomId
from bot.chat.errors import reply_to_error
from bot.chat.usage import noted

MeaningT = TypeVar("MeaningT", bound=CustomId)


class Action(Generic[MeaningT]):
    """Answers a click on a button or select menu whose custom id says all that it means.

    discord.py would have to know every such class from the start, rebuild the message for
    each click, and only log what goes wrong, so that the reader sees nothing. Here the
    client leads a click to ``used`` (``bot.chat.clicks``); subclasses implement ``act``.

    Attributes:
        kind: the custom ids that mean this.
        meaning: what the used one says.
        values: what was chosen from a select menu.
    """

    kind: ClassVar[type[CustomId]]

    def __init_subclass__(cls, *, kind: type[CustomId]) -> None:
        super().__init_subclass__()
        cls.kind = kind

    def __init__(self, meaning: MeaningT, values: Sequence[str] = ()) -> None:
        self.meaning = meaning
        self.values = values

    @classmethod
    async def used(cls, interaction: Interaction, match: re.Match[str]) -> None:
        """Act, and answer whatever goes wrong."""
        with noted(interaction, cls.kind.__name__):
            try:
                data: Mapping[str, Any] = interaction.data or {}
                meaning: Any = cls.kind.parse(match)  # of MeaningT, as subclasses say twice
                await cls(meaning, data.get("values", ())).act(interaction)
            except Exception as error:  # noqa: BLE001 - every error is answered
                await reply_to_error(interaction, error)

    async def act(self, interaction: Interaction) -> None:
        """Do what the custom id says."""
        raise NotImplementedError
