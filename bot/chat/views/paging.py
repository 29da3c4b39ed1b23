"""Pages of a list."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self

from discord import Interaction, ui

from bot.chat.custom_ids import CustomId, GoTo
from bot.chat.i18n import Translator
from bot.chat.interaction import typed_in

MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Pagination:
    """One page of a list.

    Attributes:
        number: which page, from 1.
        of: how many pages there are, at least 1.
        size: how many items a page holds.
    """

    number: int
    of: int
    size: int

    @classmethod
    def nearest(cls, number: int, items: int, size: int) -> Self:
        """The page asked for, or the nearest that there is: lists shrink while they are read."""
        pages = max(1, -(-items // size))
        return cls(min(max(number, 1), pages), pages, size)

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.number - 1) * self.size

    def say(self, tr: Translator) -> str:
        """Name the page in small print; empty where it is the only one."""
        if self.of == 1:
            return ""
        return tr.gettext("page {page} of {pages}", page=self.number, pages=self.of)


def page_buttons(
    page: Pagination,
    tr: Translator,
    custom_id: Callable[[int], CustomId],
) -> ui.ActionRow[Any] | None:
    """Buttons to the pages before and after, and to any; None where there is one page only.

    Args:
        page: the page that is shown.
        tr: into the reader's language.
        custom_id: says "go to page n".
    """
    if page.of == 1:
        return None
    back: ui.Button[Any] = ui.Button(
        label=tr.gettext("‹ Previous"),
        disabled=page.number == 1,
        custom_id=str(custom_id(page.number - 1)),
    )
    ask = GoTo(str(custom_id(page.number)))
    here: ui.Button[Any] = ui.Button(
        label=f"{page.number} / {page.of}",
        disabled=not ask.fits,
        custom_id=str(ask) if ask.fits else "goto",
    )
    on: ui.Button[Any] = ui.Button(
        label=tr.gettext("Next ›"),
        disabled=page.number == page.of,
        custom_id=str(custom_id(page.number + 1)),
    )
    return ui.ActionRow(back, here, on)


class GoToForm(ui.Modal):
    """Asks for the number of a page."""

    def __init__(self, this: GoTo, page: int, tr: Translator) -> None:
        super().__init__(title=tr.gettext("Go to a page"), custom_id=str(this))
        number: ui.TextInput[Any] = ui.TextInput(
            custom_id="page", placeholder=str(page), max_length=MOST_DIGITS
        )
        self.add_item(ui.Label(text=tr.gettext("Number of the page"), component=number))


def page_typed(interaction: Interaction) -> int | None:
    """The number that was typed into the form; None where that is none."""
    typed = str(typed_in(interaction).get("page", "")).strip()
    return int(typed) if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", typed) else None
