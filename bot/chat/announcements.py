"""The messages that announce posts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import discord
from discord import ui
from discord.enums import try_enum

from bot.announce.delivery import Message, Story
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat import limits, text
from bot.chat.subscription_ids import NewPost
from bot.chat.views.layout import Layout, alt, cover, heading, link_button, small
from bot.chat.views.post_card import TITLE, about
from bot.chat.views.post_list import DETAILS, blurb
from bot.chat.words import Words, typed, words_in

# A section with a button each; frame, heading and small print are five more at most.
MOST_STORIES = 10
# https://docs.discord.com/developers/resources/channel#start-thread-from-message
THREAD_NAME = 100
PLAIN_TITLE = 200


class Cards:
    """``blog.Composer``: one post makes a card, several a list."""

    def compose(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The letter with that delivery's id about these posts, oldest first."""
        words = words_of(to)
        if len(stories) == 1:
            return letter(Card(delivery, stories[0], to, words), stories, to)
        return letter(Digest(delivery, stories, to, words), stories, to)

    def plain(self, delivery: str, stories: Sequence[Story], to: Subscription) -> Message:
        """The same with nothing that Discord might refuse: no picture, no link, short text."""
        return letter(Plain(delivery, stories, to, words_of(to)), stories, to)


def words_of(to: Subscription) -> Words:
    """The words of the language that a channel or reader gets their announcements in."""
    return words_in(try_enum(discord.Locale, to.locale))


def letter(layout: Layout, stories: Sequence[Story], to: Subscription) -> Message:
    """Put a message into its envelope."""
    posts = [story.post for story in stories if story.post]
    return Message(
        components=layout.to_components(),  # type: ignore[no-untyped-call] # discord.py's own
        title=thread_name(stories, words_of(to)),
        tags=tuple(dict.fromkeys(tag for post in posts for tag in post.tags)),
        role=to.role,
        silent=to.silent,
    )


def thread_name(stories: Sequence[Story], words: Words) -> str:
    """Names the thread or the forum's post: the only story's title, or how many there are."""
    if len(stories) > 1:
        return how_many(stories, words)
    name = text.without_mentions(text.label(stories[0].title, THREAD_NAME))
    return text.clip(name, THREAD_NAME)


def how_many(stories: Sequence[Story], words: Words) -> str:
    """How many posts there are, as a heading."""
    return words.count("{n} new post", "{n} new posts", len(stories))


class Card(Layout):
    """One new post: cover, title, summary, tags, and a button to read it."""

    def __init__(self, delivery: str, story: Story, to: Subscription, words: Words) -> None:
        super().__init__()
        post = story.post
        self.show(lead(small("📣 " + words.say("New post")), to))
        image = cover(post) if post else None
        if post and image:
            self.show(ui.MediaGallery(discord.MediaGalleryItem(image, description=alt(post))))
        said = heading(struck(story, words)) if post is None else about(post, words)
        read = read_button(delivery, story, 0, words)
        link = link_button(post, words) if post else None
        self.show(said, ui.ActionRow(read, *filter(None, [link])), how_to_stop(to, words))


class Digest(Layout):
    """Several new posts, each with a button to read it."""

    def __init__(
        self, delivery: str, stories: Sequence[Story], to: Subscription, words: Words
    ) -> None:
        super().__init__()
        shown = stories[-MOST_STORIES:]
        top = lead(heading(f"📣 {how_many(stories, words)}"), to)
        end = [each for each in (more(stories, words), how_to_stop(to, words)) if each]
        self.show(top)
        for number, line in enumerate(fitting(shown, [top, *end], words)):
            read = read_button(delivery, shown[number], number, words)
            self.show(ui.Section(line, accessory=read))
        self.show(*end)


class Plain(Layout):
    """New posts by their titles alone, with buttons to read them."""

    def __init__(
        self, delivery: str, stories: Sequence[Story], to: Subscription, words: Words
    ) -> None:
        super().__init__()
        self.show(lead(f"📣 {how_many(stories, words)}", to))
        for number, story in enumerate(stories[-MOST_STORIES:]):
            title = text.markdown(text.label(story.title, PLAIN_TITLE), PLAIN_TITLE)
            line = f"**{title}**" if story.post else struck(story, words)
            self.show(ui.Section(line, accessory=read_button(delivery, story, number, words)))
        self.show(more(stories, words) or None, how_to_stop(to, words))


def lead(heading: str, to: Subscription) -> str:
    """What stands above, with the role that is mentioned if there is one."""
    return heading if to.role is None else f"{heading}\n<@&{to.role}>"


def fitting(stories: Sequence[Story], around: Iterable[str], words: Words) -> list[str]:
    """What a digest says of each post, in as much detail as one message holds."""
    others = list(around)
    for detail in DETAILS:
        said = [
            struck(story, words) if story.post is None else blurb(story.post, detail, words)
            for story in stories
        ]
        if limits.fit_a_message([*others, *said]):
            break
    return said


def struck(story: Story, words: Words) -> str:
    """A post that is no longer there."""
    title = text.markdown(text.label(story.title, TITLE // 2), TITLE // 2)
    withdrawn = small(words.say("This post was withdrawn."))
    return f"~~{title}~~\n{withdrawn}"


def more(stories: Sequence[Story], words: Words) -> str:
    """That there are posts which the message does not list; empty where there are none."""
    n = len(stories) - MOST_STORIES
    if n <= 0:
        return ""
    return small(
        words.count(
            "and {n} more: {command}", "and {n} more: {command}", n, command=typed("latest", words)
        )
    )


def how_to_stop(to: Subscription, words: Words) -> str | None:
    """The way out, for a reader who follows the blog."""
    if to.reader is None:
        return None
    return small(
        words.say("You follow this blog. {command} ends that.", command=typed("unfollow", words))
    )


def read_button(delivery: str, story: Story, number: int, words: Words) -> ui.Button[Any]:
    """Opens the post; its custom id tells the message from all others, withdrawn or not."""
    post: Post | None = story.post
    meaning = NewPost(delivery, post.key if post else NewPost.withdrawn(number))
    return ui.Button(
        label=words.say("Read"), emoji="📖", custom_id=str(meaning), disabled=post is None
    )
