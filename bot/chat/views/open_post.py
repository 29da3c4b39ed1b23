"""Opens posts, moves between their pages, sections and linked posts, shares and saves them."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from typing import Any
from urllib.parse import urlsplit

import discord
from discord import Interaction, ui

from bot.blog.library import Library
from bot.blog.post import Post
from bot.chat import limits
from bot.chat.custom_ids import (
    FollowLink,
    Jump,
    NewPost,
    PickNewPost,
    ReadOn,
    ReadPost,
    SavePage,
    SharePost,
    TurnPage,
    parse,
    section_ref,
)
from bot.chat.i18n import Translator
from bot.chat.interaction import (
    answer,
    answer_aside,
    chosen_in,
    context_of,
    direct_messages,
    is_aside,
    library_of,
    may_share,
    prepare,
    prepare_turn,
    translator_of,
    turn,
)
from bot.chat.suggestions import section_meant, sections_like, told_apart
from bot.chat.views.layout import Layout, Notice, small
from bot.chat.views.not_found import CLOSEST, SectionNotFound
from bot.chat.views.post_card import PostCard, Surroundings, gone
from bot.chat.views.post_page import Opened, PostPage
from bot.rendering.page import Page

# An address in a page's Markdown.
ADDRESS = re.compile(r"https?://[^\s<>()\[\]\\`*|]+")
# Addresses that are looked up for one page.
MOST_ADDRESSES = 50


async def read(interaction: Interaction, to: ReadPost) -> None:
    """Open a post, at a section if one is named, leaving the message as it is."""
    await read_aside(interaction, open_page(interaction, to.key, section=to.section))


async def read_announced(interaction: Interaction, to: NewPost) -> None:
    """Open a post from its announcement; from a preview, an unpublished post cannot be read."""
    is_preview = to.delivery == NewPost.PREVIEW
    if is_preview and not await library_of(interaction).get_by_key(to.key):
        unpublished = translator_of(interaction).gettext(
            "Readers can open it once it is published."
        )
        await answer(interaction, Notice(unpublished))
    else:
        await read_aside(interaction, open_page(interaction, to.key))


async def read_chosen(interaction: Interaction, _: PickNewPost) -> None:
    """Open the post that is chosen from an announcement."""
    this = parse(chosen_in(interaction)[0])
    if isinstance(this, NewPost):
        await read_announced(interaction, this)


async def read_on(interaction: Interaction, to: ReadOn) -> None:
    """Open a post where the reader left it."""
    await read_aside(interaction, open_page(interaction, to.key, to.page, digest=to.digest))


async def turn_page(interaction: Interaction, to: TurnPage) -> None:
    """Turn the message to another page of the post, or to the nearest one."""
    opening = open_page(interaction, to.key, to.page, digest=to.digest, back=to.back)
    await turn(interaction, await prepare_turn(interaction, opening))


async def follow_link(interaction: Interaction, at: FollowLink) -> None:
    """Turn the message to the linked post that is chosen, which knows the way back."""
    opening = open_page(interaction, chosen_in(interaction)[0], back=at.leave())
    await turn(interaction, await prepare_turn(interaction, opening))


async def jump(interaction: Interaction, at: Jump) -> None:
    """Turn to the page where the chosen section begins; or offer other sections to choose."""
    chosen = chosen_in(interaction)[0]
    more = re.fullmatch(rf"{Jump.FROM}(\d{{1,6}})", chosen)
    opening = open_page(
        interaction,
        at.key,
        at.page,
        section="" if more else chosen,
        digest=at.digest,
        sections_from=int(more[1]) if more else None,
        back=at.back,
    )
    await turn(interaction, await prepare_turn(interaction, opening))


async def open_section(interaction: Interaction, key: str, typed: str) -> Layout:
    """Open the post at the section that a reader names, or say that it has none such."""
    context = context_of(interaction)
    post = await context.library.get_by_key(key)
    rendered = await context.pages.of(post) if post else None
    if post is None or rendered is None:
        return gone(interaction)
    section = section_meant(rendered.sections, typed)
    if section is None:
        closest = sections_like(told_apart(rendered.sections), typed, CLOSEST)
        return SectionNotFound(typed, post, closest, translator_of(interaction))
    return await open_page(interaction, key, section=section_ref(section.anchor))


async def read_aside(interaction: Interaction, opening: Awaitable[Layout]) -> None:
    """Answer with an opened post, for the reader alone where others read the channel."""
    view = await prepare(interaction, opening, hide=is_aside(interaction))
    await answer_aside(interaction, view)


async def open_page(
    interaction: Interaction,
    key: str,
    page: int = 1,
    *,
    section: str = "",
    digest: str = "",
    sections_from: int | None = None,
    back: str = "",
) -> Layout:
    """Open the post with that key, or say that it is gone.

    Args:
        interaction: the reader's.
        key: names the post.
        page: which page, from 1; for one that there is not, the nearest is shown.
        section: the ``section_ref`` of the section to open instead, if the post has it.
        digest: of the post when the page was named, if it was.
        sections_from: the first section that the menu offers, if not that of the page.
        back: the pages of other posts that led here, as ``OpenPage.back``.
    """
    context, tr = context_of(interaction), translator_of(interaction)
    post = await context.library.get_by_key(key)
    rendered = await context.pages.of(post) if post else None
    if post is None or rendered is None:
        return gone(interaction)
    sections = told_apart(rendered.sections)
    found = next((each for each in sections if section_ref(each.anchor) == section), None)
    opened = await Opened.at(
        found.page + 1 if found else page,
        post,
        rendered,
        context.pictures,
        context.picture_slots,
        section=found,
        is_edited=digest not in ("", post.digest),
        sections_from=sections_from,
        back=back,
    )
    opened.links = await posts_linked(opened.shown, post, context.library)
    return PostPage(opened, tr, is_aside=is_aside(interaction), shares=may_share(interaction))


async def posts_linked(page: Page, post: Post, library: Library) -> Sequence[Post]:
    """The other posts of the blog that a page links, in their order."""
    if post.url is None:
        return ()
    host = urlsplit(post.url).netloc
    found: dict[str, Post] = {}
    for url in list(dict.fromkeys(ADDRESS.findall(page.text)))[:MOST_ADDRESSES]:
        linked = await library.find(url) if urlsplit(url).netloc == host else None
        if linked is not None and linked.key != post.key:
            found.setdefault(linked.key, linked)
    return list(found.values())[: limits.SELECT_OPTIONS]


async def share(interaction: Interaction, this: SharePost) -> None:
    """Show a post's card to everyone in the channel, saying who shared it.

    Refused where the reader may not write or has just shared something.
    """
    tr = translator_of(interaction)
    post = await library_of(interaction).get_by_key(this.key)
    if post is None:
        await answer(interaction, gone(interaction))
    elif refusal := why_not_shared(interaction):
        await answer(interaction, Notice(refusal))
    else:
        around = await Surroundings.of(post, library_of(interaction))
        shared = tr.gettext("Shared by {person}", person=interaction.user.mention)
        await answer(interaction, PostCard(around, tr, lead=small(f"📣 {shared}")))


def why_not_shared(interaction: Interaction) -> str | None:
    """Why the reader may share nothing here now; None where they may, which counts as sharing."""
    tr = translator_of(interaction)
    if not may_share(interaction):
        return tr.gettext("You may not write in this channel.")
    seconds = context_of(interaction).sharing.take(
        (interaction.user.id, interaction.channel_id), interaction.created_at.timestamp()
    )
    if not seconds:
        return None
    return tr.ngettext(
        "You have just shared a post here. Try again in {n} second.",
        "You have just shared a post here. Try again in {n} seconds.",
        seconds,
    )


async def save(interaction: Interaction, at: SavePage) -> None:
    """Send the reader a card that opens at this page, and say whether that was possible."""
    tr = translator_of(interaction)
    post = await library_of(interaction).get_by_key(at.key)
    if post is None:
        await answer(interaction, gone(interaction))
        return
    around = await Surroundings.of(post, library_of(interaction))
    card = PostCard(around, tr, read=read_on_button(at, tr))
    card.stop()
    said = await prepare(interaction, send_to_reader(interaction, card, tr), hide=True)
    await answer(interaction, Notice(said))


async def send_to_reader(interaction: Interaction, card: Layout, tr: Translator) -> str:
    """Send a direct message; where it is, or why it could not be sent."""
    try:
        sent = await (await direct_messages(interaction)).send(view=card)
    except discord.Forbidden:
        return tr.gettext(
            "I cannot write to you. Allow direct messages in this server's privacy settings."
        )
    return tr.gettext("Saved: {link}", link=sent.jump_url)


def read_on_button(at: SavePage, tr: Translator) -> ui.Button[Any]:
    """Opens the post at the page that was saved."""
    label = (
        tr.gettext("Read on from page {page}", page=at.page) if at.page > 1 else tr.gettext("Read")
    )
    custom_id = str(ReadOn(at.key, at.digest, at.page))
    return ui.Button(label=label, emoji="📖", custom_id=custom_id)
