"""Notices that nothing has a name, with what comes closest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from discord import ui

from bot.blog.library import Library
from bot.blog.post import Post, Tag
from bot.chat import limits, text
from bot.chat.custom_ids import ListPage, ReadPost, section_ref, tag_ref
from bot.chat.i18n import Translator
from bot.chat.views.layout import Layout
from bot.chat.views.post_card import turn_button
from bot.chat.views.post_list import PER_PAGE
from bot.rendering import renderer

CLOSEST = 3
ECHO = 100  # of what the reader typed, which may be 6,000 characters


class NotFound(Layout):
    """Nothing of that name, and what comes closest."""

    concerns_all: ClassVar = False

    def offer(self, buttons: Sequence[ui.Button[Any]], tr: Translator) -> None:
        """Show the closest ones, if there are any."""
        if buttons:
            self.show(tr.gettext("Did you mean one of these?"), ui.ActionRow(*buttons))


class PostNotFound(NotFound):
    """No such post; the closest ones as buttons."""

    def __init__(self, typed: str, closest: Sequence[Post], tr: Translator) -> None:
        super().__init__()
        self.show(tr.gettext("There is no post called **{name}**.", name=echo(typed)))
        places = ("first", "second", "third")
        buttons = [
            turn_button(place, post, post, text.label(post.title, limits.BUTTON_LABEL, post.slug))
            for place, post in zip(places, closest, strict=False)
        ]
        self.offer(buttons, tr)

    @classmethod
    async def of(cls, typed: str, library: Library, tr: Translator) -> Self:
        """The notice for a post that the library lacks, with the closest ones."""
        return cls(typed, await library.closest(typed, CLOSEST), tr)


class TagNotFound(NotFound):
    """No such tag; the closest ones as buttons."""

    def __init__(self, typed: str, closest: Sequence[Tag], tr: Translator) -> None:
        super().__init__()
        self.show(tr.gettext("No post is tagged **{name}**.", name=echo(typed)))
        buttons = [tag_button(tag) for tag in closest[:CLOSEST]]
        self.offer(buttons, tr)

    @classmethod
    async def of(cls, typed: str, library: Library, tr: Translator) -> Self:
        """The notice for a tag that no post has, with the closest ones."""
        return cls(typed, await library.suggest_tags(typed, CLOSEST), tr)


class SectionNotFound(NotFound):
    """No such section; the closest ones as buttons."""

    def __init__(
        self, typed: str, post: Post, closest: Sequence[renderer.Section], tr: Translator
    ) -> None:
        super().__init__()
        self.show(tr.gettext("This post has no section called **{name}**.", name=echo(typed)))
        buttons = [section_button(post, section) for section in closest]
        self.offer(buttons, tr)


def section_button(post: Post, section: renderer.Section) -> ui.Button[Any]:
    """Opens a post at a section."""
    label = text.label(section.title, limits.BUTTON_LABEL, section.anchor)
    custom_id = str(ReadPost(post.key, section_ref(section.anchor)))
    return ui.Button(label=label, custom_id=custom_id)


def tag_button(tag: Tag) -> ui.Button[Any]:
    """Turns the message to the posts of a tag."""
    custom_id = str(ListPage(1, PER_PAGE, tag_ref(tag.name)))
    return ui.Button(label=text.label(tag.name, limits.BUTTON_LABEL), custom_id=custom_id)


def echo(typed: str) -> str:
    """What the reader typed, cut and escaped."""
    return text.escape(text.label(typed, ECHO))
