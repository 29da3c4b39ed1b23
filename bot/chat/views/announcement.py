"""The messages that announce posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui
from discord.enums import try_enum

from bot.announce.message import Message, Story
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat import limits, text
from bot.chat.custom_ids import NewPost, PickNewPost
from bot.chat.i18n import Translator, command, translator_for
from bot.chat.views.layout import Layout, alt, cover, heading, link_button, post_option, small
from bot.chat.views.post_card import TITLE, about
from bot.chat.views.post_list import DETAILS, blurb

# A section with a button each; frame, heading and small print are five more at most, and each
# menu of further posts two.
MOST_STORIES, MENUS = 10, 2
# https://docs.discord.com/developers/resources/channel#start-thread-from-message
THREAD_NAME = 100
PLAIN_TITLE = 200


class Announcements:
    """Composes the messages: one post makes a card, several a list."""

    def compose(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The message of a delivery about these posts, oldest first."""
        tr = translator_to(to)
        if len(stories) == 1:
            return message(Card(delivery, stories[0], to, tr), stories, to)
        return message(Digest(delivery, stories, to, tr), stories, to)

    def plain(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The message without what Discord might refuse: no picture, no link, short text."""
        return message(Plain(delivery, stories, to, translator_to(to)), stories, to)


def translator_to(to: Subscription) -> Translator:
    """The translator into a channel's or reader's language."""
    return translator_for(try_enum(discord.Locale, to.locale))


def message(layout: Layout, stories: Sequence[Story], to: Subscription) -> Message:
    """A layout as a ``Message``, with its title, tags and role."""
    posts = [story.post for story in stories if story.post]
    return Message(
        components=layout.to_components(),  # type: ignore[no-untyped-call] # discord.py's own
        title=thread_name(stories, translator_to(to)),
        tags=tuple(dict.fromkeys(tag for post in posts for tag in post.tags)),
        role=to.role,
        silent=to.silent,
    )


def thread_name(stories: Sequence[Story], tr: Translator) -> str:
    """Names the thread or the forum's post: the only story's title, or how many there are."""
    if len(stories) > 1:
        return how_many(stories, tr)
    name = text.without_mentions(text.label(stories[0].title, THREAD_NAME))
    return text.clip(name, THREAD_NAME)


def how_many(stories: Sequence[Story], tr: Translator) -> str:
    """How many posts there are, as a heading."""
    return tr.ngettext("{n} new post", "{n} new posts", len(stories))


class Card(Layout):
    """One new post: cover, title, summary, tags, and a button to read it."""

    def __init__(self, delivery: str, story: Story, to: Subscription, tr: Translator) -> None:
        super().__init__()
        post = story.post
        self.show(lead(small("📣 " + tr.gettext("New post")), to))
        image = cover(post) if post else None
        if post and image:
            self.show(ui.MediaGallery(discord.MediaGalleryItem(image, description=alt(post))))
        said = heading(struck(story, tr)) if post is None else about(post, tr)
        read = read_button(delivery, story, 0, tr)
        link = link_button(post, tr) if post else None
        self.show(said, ui.ActionRow(read, *filter(None, [link])), how_to_stop(to, tr))


class Digest(Layout):
    """Several new posts, each with a button to read it."""

    def __init__(
        self, delivery: str, stories: Sequence[Story], to: Subscription, tr: Translator
    ) -> None:
        super().__init__()
        shown = stories[-MOST_STORIES:]
        top = lead(heading(f"📣 {how_many(stories, tr)}"), to)
        rest, stop = more(stories, tr) or None, how_to_stop(to, tr)
        end = [each for each in (rest, stop) if each]
        self.show(top)
        for number, line in enumerate(fitting(shown, [top, *end], tr)):
            read = read_button(delivery, shown[number], number, tr)
            self.show(ui.Section(line, accessory=read))
        self.show(rest, *menus(delivery, stories, tr), stop)


class Plain(Layout):
    """New posts by their titles alone, with buttons to read them."""

    def __init__(
        self, delivery: str, stories: Sequence[Story], to: Subscription, tr: Translator
    ) -> None:
        super().__init__()
        self.show(lead(f"📣 {how_many(stories, tr)}", to))
        for number, story in enumerate(stories[-MOST_STORIES:]):
            title = text.markdown(text.label(story.title, PLAIN_TITLE), PLAIN_TITLE)
            line = f"**{title}**" if story.post else struck(story, tr)
            self.show(ui.Section(line, accessory=read_button(delivery, story, number, tr)))
        rest = more(stories, tr) or None
        self.show(rest, *menus(delivery, stories, tr), how_to_stop(to, tr))


def lead(heading: str, to: Subscription) -> str:
    """The heading, with the role that is mentioned if there is one."""
    return heading if to.role is None else f"{heading}\n<@&{to.role}>"


def fitting(stories: Sequence[Story], around: Iterable[str], tr: Translator) -> list[str]:
    """What a digest says of each post, in as much detail as one message holds."""
    others = list(around)
    for detail in DETAILS:
        said = [
            struck(story, tr) if story.post is None else blurb(story.post, detail, tr)
            for story in stories
        ]
        if limits.fit_a_message([*others, *said]):
            break
    return said


def struck(story: Story, tr: Translator) -> str:
    """The line for a withdrawn post."""
    title = text.markdown(text.label(story.title, TITLE // 2), TITLE // 2)
    withdrawn = small(tr.gettext("This post was withdrawn."))
    return f"~~{title}~~\n{withdrawn}"


def more(stories: Sequence[Story], tr: Translator) -> str:
    """How many posts the message does not list; empty if it lists all."""
    n = len(stories) - MOST_STORIES
    if n <= 0:
        return ""
    return small(
        tr.ngettext(
            "and {n} more: {command}", "and {n} more: {command}", n, command=command("latest", tr)
        )
    )


def menus(delivery: str, stories: Sequence[Story], tr: Translator) -> list[ui.ActionRow[Any]]:
    """Menus to open posts that have no button, the newest 50 of them.

    Like a button's custom id, each option's value holds by what the post is found again.
    """
    rest = list(enumerate(stories))[: max(0, len(stories) - MOST_STORIES)]
    rows = []
    for menu in range(MENUS):
        if some := rest[-limits.SELECT_OPTIONS :]:
            del rest[-limits.SELECT_OPTIONS :]
            select: ui.Select[Any] = ui.Select(
                custom_id=str(PickNewPost(delivery, menu)),
                placeholder=tr.ngettext("{n} new post", "{n} new posts", len(some)),
                options=[option(delivery, story, number, tr) for number, story in some],
            )
            rows.append(ui.ActionRow(select))
    return rows


def option(delivery: str, story: Story, number: int, tr: Translator) -> discord.SelectOption:
    """One post of a menu."""
    value = str(new_post(delivery, story, number))
    if story.post is None:
        title = text.label(story.title, limits.SELECT_TEXT)
        withdrawn = tr.gettext("This post was withdrawn.")
        return discord.SelectOption(label=title, value=value, description=withdrawn)
    shown = post_option(story.post, tr)
    shown.value = value
    return shown


def how_to_stop(to: Subscription, tr: Translator) -> str | None:
    """How a reader unfollows; None in a channel."""
    if to.reader is None:
        return None
    return small(
        tr.gettext("You follow this blog. {command} ends that.", command=command("unfollow", tr))
    )


def read_button(delivery: str, story: Story, number: int, tr: Translator) -> ui.Button[Any]:
    """Opens the post; its custom id tells the message from all others, withdrawn or not."""
    meaning = new_post(delivery, story, number)
    is_gone = story.post is None
    return ui.Button(label=tr.gettext("Read"), emoji="📖", custom_id=str(meaning), disabled=is_gone)


def new_post(delivery: str, story: Story, number: int) -> NewPost:
    """What opening a story's post means."""
    post: Post | None = story.post
    key = post.key if post else NewPost.withdrawn(number)
    return NewPost(delivery, key, story.mark)
