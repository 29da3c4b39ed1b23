"""A post's pages as Discord gets them, for those who read at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import discord

from bot.blog.library import Library
from bot.blog.pictures import Pictures
from bot.blog.post import Post
from bot.chat.i18n import translator_for
from bot.chat.pages import Pages
from bot.chat.picture_slots import PictureSlots
from bot.chat.views.post_page import Opened, PostPage
from bot.rendering.page import pictures_of

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
