"""What all messages have in common: their frame, small print, buttons and pages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import discord
from discord import ui

from bot.blog.post import Post
from bot.chat import i18n, limits, text
from bot.chat.custom_ids import CustomId, Follow, GoTo, tag_ref
from bot.chat.i18n import Translator

ACCENT = discord.Colour(0xFF6B4A)
# A message carries up to 8 MB of pictures, and a machine of 256 MB has some 150 MB to spare.
SLOTS = 3
# After this long without a slot, the page is shown with the pictures' names.
WAIT_SECONDS = 2.0
MOST_DIGITS = 9


class Layout(ui.LayoutView):
    """A message of one framed container.

    Attributes:
        concerns_all: whether others in the channel may care; what does not is always private.
        files: what the message shows that has no address of its own.
        slot: the files' place in memory; None without files.
    """

    concerns_all: ClassVar = True

    def __init__(self, colour: discord.Colour = ACCENT) -> None:
        super().__init__(timeout=None)
        self.files: list[discord.File] = []
        self.slot: Slot | None = None
        self.frame: ui.Container[Any] = ui.Container(accent_colour=colour)
        self.add_item(self.frame)

    def show(self, *items: ui.Item[Any] | str | None) -> None:
        """Add items below each other: a text as a text display, and None not at all."""
        for item in items:
            if isinstance(item, str):
                self.frame.add_item(ui.TextDisplay(item))
            elif item is not None:
                self.frame.add_item(item)

    def sent(self) -> None:
        """Drop the files, which discord.py would keep as long as the view."""
        self.files.clear()
        if self.slot is not None:
            self.slot.release()


class Ready(Layout):
    """A message whose components are built already."""

    def __init__(self, components: Sequence[dict[str, Any]], *, concerns_all: bool = True) -> None:
        super().__init__()
        self.concerns_all = concerns_all  # type: ignore[misc] # else that of the class
        self._components = list(components)

    def to_components(self) -> list[dict[str, Any]]:
        """The components, as Discord takes them."""
        return self._components


class Notice(Layout):
    """One short text, such as that there is nothing to show or that something failed."""

    concerns_all: ClassVar = False
    PLAIN: ClassVar = ACCENT
    ERROR: ClassVar = discord.Colour(0xED4245)

    def __init__(self, text: str, colour: discord.Colour = PLAIN) -> None:
        super().__init__(colour)
        self.show(text)


def components_in(item: ui.Item[Any]) -> int:
    """How many components Discord counts for an item and all that it holds."""
    nested = item.walk_children() if isinstance(item, ui.Section | ui.ActionRow) else ()
    return 1 + sum(1 for _ in nested)


def heading(line: str) -> str:
    """A line as a heading."""
    return f"## {line}"


def small(*parts: str) -> str:
    """A line of small print, of the parts that are not empty."""
    line = " · ".join(filter(None, parts))
    return f"-# {line}" if line else ""


def link_button(post: Post, tr: Translator) -> ui.Button[Any] | None:
    """Opens the post in the browser; None where it has no public link."""
    url = text.web_url(post.url, limits.BUTTON_URL)
    return ui.Button(label=tr.gettext("Open in browser"), url=url) if url else None


def follow_button(tag: str, tr: Translator) -> ui.Button[Any]:
    """Announces posts to whoever clicks, of one tag if not empty."""
    custom_id = str(Follow(tag_ref(tag) if tag else ""))
    return ui.Button(label=tr.gettext("Follow"), emoji="🔔", custom_id=custom_id)


def cover(post: Post) -> str | None:
    """URL of the post's image, or None."""
    return text.web_url(post.image_url, limits.MEDIA_URL)


def alt(post: Post) -> str:
    """What the post's image stands for, to those who do not see it."""
    return text.label(post.title, limits.MEDIA_DESCRIPTION, post.slug)


def when(post: Post, tr: Translator) -> str:
    """The post's date for small print, empty for an undated post."""
    return i18n.date(post.date, tr) if post.date else ""


def reading_time(post: Post, tr: Translator) -> str:
    """The post's reading time for small print, empty for a post without words."""
    if not post.words:
        return ""
    n = post.reading_minutes
    return tr.ngettext("{n} min read", "{n} min read", n)


def post_option(post: Post, tr: Translator) -> discord.SelectOption:
    """A post in a select menu; the value is its key."""
    return discord.SelectOption(
        label=text.label(post.title, limits.SELECT_TEXT, post.slug),
        value=post.key,
        description=i18n.day(post.date.day, tr) if post.date else None,
    )


class Slot:
    """The right to hold the pictures of one message, until it is sent."""

    def __init__(self, slots: asyncio.Semaphore) -> None:
        self._slots = slots
        self._is_taken = True

    def release(self) -> None:
        """Give the right back. Does nothing the second time."""
        if self._is_taken:
            self._is_taken = False
            self._slots.release()

    def __del__(self) -> None:
        """Give the right back where a message was never sent."""
        self.release()


class PictureSlots:
    """Hands out the slots."""

    def __init__(self, slots: int = SLOTS, wait_seconds: float = WAIT_SECONDS) -> None:
        self._slots = asyncio.Semaphore(slots)
        self._wait_seconds = wait_seconds

    async def take(self) -> Slot | None:
        """Wait for a slot; None where none is free in time."""
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._slots.acquire()
        except TimeoutError:
            return None
        return Slot(self._slots)


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


def page_typed(typed: str) -> int | None:
    """The number that was typed into the form; None where that is none."""
    return int(typed) if re.fullmatch(rf"[0-9]{{1,{MOST_DIGITS}}}", typed.strip()) else None
