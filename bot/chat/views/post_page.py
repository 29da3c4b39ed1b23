"""A page of a post, and buttons to the rest of it."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, Self, TypeVar

import discord
from discord import ui

from bot.blog.library import Library
from bot.blog.post import Post
from bot.blog.source import PictureFile, Pictures
from bot.chat import limits, text
from bot.chat.cache import Pages
from bot.chat.custom_ids import (
    FollowLink,
    Jump,
    PageOfPost,
    SavePage,
    SharePost,
    TurnPage,
    section_ref,
)
from bot.chat.i18n import Translator, translator_for
from bot.chat.suggestions import fold, told_apart
from bot.chat.views.layout import (
    Layout,
    Pagination,
    PictureSlots,
    Slot,
    components_in,
    link_button,
    page_buttons,
    post_option,
    reading_time,
    small,
    when,
)
from bot.rendering import renderer
from bot.rendering.block import Picture
from bot.rendering.discord_markdown import Images, Separator
from bot.rendering.page import Page, Text, pictures_of

PlaceT = TypeVar("PlaceT", bound=PageOfPost)

# Discord takes 10 MiB from a bot, the form around the files included:
# https://discord.com/developers/docs/reference#uploading-files
FILE_BYTES = 8_000_000
FILES = 10  # https://discord.com/developers/docs/resources/message#create-message

# The first at which the post's title fits into the message, above a page that is full.
TITLES = (200, 100, 50)
LOST_PICTURE = 80
# Two more lead to the sections before and after.
SECTIONS = limits.SELECT_OPTIONS - 2
AUTHORS = 60
DEEPEST = 2  # that a heading is indented in the menu


@dataclass(slots=True)
class Opened:
    """A post, open at a page.

    Attributes:
        post: the post.
        rendered: all of its pages.
        page: which one is open.
        is_edited: whether the post was changed since the reader turned to it.
        files: pictures of the page that have no address of their own, by how the post
            names them.
        sections_from: the first section that the menu offers; that of the page for None.
        section: the section that the reader asked for, if it was one.
        links: other posts of the blog that the page links.
        back: pages of other posts that led here, as ``OpenPage.back``.
        slot: holds the files' place in memory; None without files.
    """

    post: Post
    rendered: renderer.Rendered
    page: Pagination
    is_edited: bool = False
    files: dict[str, PictureFile] = field(default_factory=dict)
    sections_from: int | None = None
    section: renderer.Section | None = None
    links: Sequence[Post] = ()
    back: str = ""
    slot: Slot | None = None

    @classmethod
    async def at(
        cls,
        number: int,
        post: Post,
        rendered: renderer.Rendered,
        pictures: Pictures | None,
        slots: PictureSlots,
        *,
        is_edited: bool = False,
        sections_from: int | None = None,
        section: renderer.Section | None = None,
        back: str = "",
    ) -> Self:
        """Open page ``number``, or the nearest that there is."""
        page = Pagination.nearest(number, len(rendered.pages), 1)
        shown = [
            picture.url
            for picture in pictures_of(rendered.pages[page.offset])
            if address(picture) is None
        ]
        opened = cls(post, rendered, page, is_edited, {}, sections_from, section, back=back)
        if pictures and shown and (slot := await slots.take()):
            try:
                opened.files = await asyncio.to_thread(load, shown, post.path, pictures)
                opened.slot = slot if opened.files else None
            finally:
                if opened.slot is None:
                    slot.release()
        return opened

    @property
    def shown(self) -> Page:
        """What the open page holds."""
        return self.rendered.pages[self.page.offset]

    @property
    def offered(self) -> int:
        """The first section that the menu offers."""
        if self.sections_from is not None:
            return min(max(self.sections_from, 0), max(0, len(self.rendered.sections) - 1))
        if len(self.rendered.sections) <= limits.SELECT_OPTIONS:
            return 0
        begun = sum(section.page <= self.page.offset for section in self.rendered.sections)
        return max(0, begun - 1) // SECTIONS * SECTIONS


def load(links: Sequence[str], post_path: str, pictures: Pictures) -> dict[str, PictureFile]:
    """Read the pictures that one message may carry."""
    found: dict[str, PictureFile] = {}
    room = FILE_BYTES
    for link in links:
        if link in found or len(found) == FILES:
            continue
        file = pictures.find(link, post_path, room)
        if file is not None:
            found[link] = file
            room -= len(file.data)
    return found


class PostPage(Layout):
    """One page of a post, with buttons to the others and a menu of all sections."""

    def __init__(self, opened: Opened, tr: Translator, *, is_aside: bool, shares: bool) -> None:
        super().__init__()
        self.slot = opened.slot
        self._names: dict[str, str] = {}
        for number, (link, file) in enumerate(opened.files.items(), start=1):
            name = f"picture-{number}{PurePosixPath(file.name).suffix.lower()}"
            self._names[link] = name
            self.files.append(discord.File(io.BytesIO(file.data), name))
        body = list(self._body(opened, tr))
        texts = [item.content for item in body if isinstance(item, ui.TextDisplay)]
        heading = next(
            found
            for limit in (*TITLES, 0)
            if limits.fit_a_message([found := head(opened, limit, tr), *texts]) or not limit
        )
        linked = linked_row(opened, tr)
        rows: list[ui.ActionRow[Any] | None] = [
            sections_row(opened, tr),
            turning_row(opened, tr),
            acts_row(opened, tr, is_aside=is_aside, shares=shares),
        ]
        # Frame, heading and the line above the rows are three more.
        spare = limits.MESSAGE_COMPONENTS - 3
        spare -= sum(map(components_in, filter(None, [*body, *rows])))
        if linked and components_in(linked) <= spare:
            rows.insert(0, linked)
            spare -= components_in(linked)
        self.show(heading or None)
        self.show(ui.Separator(visible=False) if heading and spare > 0 else None)
        self.show(*body, ui.Separator() if any(rows) else None, *rows)

    def _body(self, opened: Opened, tr: Translator) -> Iterator[ui.Item[Any]]:
        for part in opened.shown.parts:
            match part:
                case Text():
                    yield ui.TextDisplay(part.said(tr.gettext("Example: on the site")))
                case Separator():
                    yield ui.Separator()
                case Images(pictures):
                    yield self._gallery(pictures)
        if not opened.shown.parts:
            yield ui.TextDisplay(tr.gettext("This post has no text."))

    def _gallery(self, pictures: Sequence[Picture]) -> ui.Item[Any]:
        """The pictures; what they show in words where none of them can be shown."""
        items = [
            discord.MediaGalleryItem(url, description=described(picture))
            for picture in pictures
            if (url := self._media(picture)) is not None
        ]
        if items:
            return ui.MediaGallery(*items)
        names = ", ".join(filter(None, map(described, pictures[:3])))
        return ui.TextDisplay(small(f"🖼️ {text.markdown(names, LOST_PICTURE)}"))

    def _media(self, picture: Picture) -> str | None:
        name = self._names.get(picture.url)
        return address(picture) if name is None else f"attachment://{name}"


def address(picture: Picture) -> str | None:
    """The picture's URL, or None where it has none that Discord takes."""
    return text.web_url(picture.url, limits.MEDIA_URL)


def described(picture: Picture) -> str | None:
    """The picture's alternative text, or its file's name."""
    alt = text.plain(picture.alt, limits.MEDIA_DESCRIPTION)
    return alt or text.plain(PurePosixPath(picture.url).name, limits.MEDIA_DESCRIPTION) or None


def head(opened: Opened, limit: int, tr: Translator) -> str:
    """What stands above the page: on the first its title and date, on others a reminder."""
    post = opened.post
    title = text.markdown(text.label(post.title, limit, post.slug), limit) if limit else ""
    edited = tr.gettext("This post has been edited since; this is the nearest page.")
    notice = small(f"✏️ {edited}") if opened.is_edited else ""
    section = section_line(opened, limit, tr)
    if opened.page.number > 1:
        return "\n".join(filter(None, (small(title), notice, section)))
    authors = ", ".join(filter(None, (text.markdown(name, AUTHORS) for name in post.authors[:2])))
    by = tr.gettext("by {authors}", authors=authors) if authors else ""
    line = small(when(post, tr), reading_time(post, tr), by)
    named = f"# {title}" if title and not begins_with_title(opened) else ""
    return "\n".join(filter(None, (named, line, notice, section)))


def section_line(opened: Opened, limit: int, tr: Translator) -> str:
    """Names the section that was asked for, where the page does not begin with its heading."""
    section, page = opened.section, opened.shown
    if section is None or not limit:
        return ""
    first, heading = next(iter(page.parts), None), next(iter(page.headings), None)
    begins = isinstance(first, Text) and first.markdown.startswith("#")
    if begins and heading == section.anchor:
        return ""
    title = text.markdown(text.label(section.title, limit, section.anchor), limit)
    return small("➡️ " + tr.gettext("Section: {title}", title=f"**{title}**"))


def begins_with_title(opened: Opened) -> bool:
    """Whether the post's text says the title itself."""
    first = next(iter(opened.rendered.sections), None)
    parts = opened.shown.parts
    begins = bool(parts) and isinstance(parts[0], Text) and parts[0].markdown.startswith("#")
    return begins and first is not None and fold(first.title) == fold(opened.post.title)


def sections_row(opened: Opened, tr: Translator) -> ui.ActionRow[Any] | None:
    """The menu of sections; None where a menu would lead nowhere."""
    sections = told_apart(opened.rendered.sections)
    if len(sections) < 2 or opened.page.of == 1:  # noqa: PLR2004 - one is no choice
        return None
    start, end = opened.offered, len(sections)
    if end > limits.SELECT_OPTIONS:
        end = min(end, start + SECTIONS)
    options = [section_option(section, sections, tr) for section in sections[start:end]]
    if start > 0:
        before = max(0, start - SECTIONS)
        options.insert(0, more_option(tr.gettext("‹ Earlier sections"), before))
    if end < len(sections):
        options.append(more_option(tr.gettext("Later sections ›"), end))
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(place(opened, Jump).replace(back=opened.back)),
        placeholder=tr.gettext("Jump to a section"),
        options=options,
    )
    return ui.ActionRow(menu)


def section_option(
    section: renderer.Section, sections: Sequence[renderer.Section], tr: Translator
) -> discord.SelectOption:
    """A section in the menu, indented by its level."""
    depth = min(section.level - min(each.level for each in sections), DEEPEST)
    title = text.label(section.title, limits.SELECT_TEXT - 2 * DEEPEST, section.anchor)
    return discord.SelectOption(
        label="· " * depth + title,
        value=section_ref(section.anchor),
        description=tr.gettext("page {page}", page=section.page + 1),
    )


def more_option(label: str, start: int) -> discord.SelectOption:
    """Leads to the sections from ``start`` on."""
    return discord.SelectOption(label=label, value=f"{Jump.FROM}{start}")


def turning_row(opened: Opened, tr: Translator) -> ui.ActionRow[Any] | None:
    """The buttons to other pages, and back to the post before; None where there are none."""
    here = place(opened, TurnPage).replace(back=opened.back)
    row = page_buttons(opened.page, tr, lambda number: here.replace(page=number))
    before = TurnPage.before(opened.back)
    if before is None:
        return row
    label = tr.gettext("Back to the previous post")
    back: ui.Button[Any] = ui.Button(label=label, emoji="↩️", custom_id=str(before))
    return (row or ui.ActionRow()).add_item(back)


def linked_row(opened: Opened, tr: Translator) -> ui.ActionRow[Any] | None:
    """The menu of posts that the page links; None where it links none."""
    if not opened.links:
        return None
    menu: ui.Select[Any] = ui.Select(
        custom_id=str(place(opened, FollowLink).replace(back=opened.back)),
        placeholder=tr.gettext("Posts linked here"),
        options=[post_option(post, tr) for post in opened.links],
    )
    return ui.ActionRow(menu)


def acts_row(
    opened: Opened, tr: Translator, *, is_aside: bool, shares: bool
) -> ui.ActionRow[Any] | None:
    """What can be done with the post; None where that is nothing."""
    buttons: list[ui.Button[Any] | None] = [link_button(opened.post, tr)]
    if is_aside:
        saving = str(place(opened, SavePage))
        buttons.append(ui.Button(label=tr.gettext("Save to my DMs"), emoji="🔖", custom_id=saving))
    if shares:
        sharing = str(SharePost(opened.post.key))
        buttons.append(ui.Button(label=tr.gettext("Share"), emoji="📣", custom_id=sharing))
    shown = list(filter(None, buttons))
    return ui.ActionRow(*shown) if shown else None


def place(opened: Opened, kind: type[PlaceT]) -> PlaceT:
    """The open page, in a custom id of some kind."""
    return kind(opened.post.key, opened.post.digest, opened.page.number)


Json = dict[str, Any]


async def pages_of(post: Post, library: Library, pictures: Pictures | None) -> Sequence[Json]:
    """Every page of a post, as a click on Read in a server answers with it, in English.

    Returns:
        ``text``, the page's Discord Markdown without title, notes and buttons around it;
        ``images``, its pictures in reading order; ``components``, the message as it is sent.
        Nothing where the post has gone meanwhile.
    """
    rendered = await Pages(library).of(post)
    if rendered is None:
        return []
    tr = translator_for(discord.Locale.american_english)
    printed: list[Json] = []
    for number, page in enumerate(rendered.pages, start=1):
        opened = await Opened.at(number, post, rendered, pictures, PictureSlots())
        message = PostPage(opened, tr, is_aside=True, shares=True)
        images = [{"url": picture.url, "alt": picture.alt} for picture in pictures_of(page)]
        components = message.to_components()  # type: ignore[no-untyped-call] # discord.py's own
        printed.append({"text": page.text, "images": images, "components": components})
    return printed
