"""What is announced in a channel, in words."""

from __future__ import annotations

from bot.announce.channel import Channel
from bot.announce.subscription import Subscription
from bot.chat import text
from bot.chat.channels import Access
from bot.chat.views.following import MOST_TAGS, chips
from bot.chat.words import Words

# Of what Discord said, and of the names of permissions, so that all fits into a message.
DETAIL = 150
PERMISSIONS = 300


def effect(wish: Subscription, words: Words) -> str:
    """What will happen when a post is new."""
    return "\n".join(filter(None, (which(wish, words), *manners(wish, words))))


def which(wish: Subscription, words: Words, most: int = MOST_TAGS) -> str:
    """Which posts are announced where; ``most`` tags are named."""
    channel = f"<#{wish.channel}>"
    if wish.tags:
        only = words.say(
            "New posts with one of these tags go to {channel}: {tags}",
            channel=channel,
            tags=chips(wish.tags, most),
        )
    else:
        only = words.say("All new posts go to {channel}.", channel=channel)
    if not wish.without:
        return only
    never = words.say("Never those with one of these tags: {tags}", tags=chips(wish.without, most))
    return f"{only}\n{never}"


def manners(wish: Subscription, words: Words) -> list[str]:
    """How they are announced, a sentence each."""
    role = f"<@&{wish.role}>"
    return [
        words.say("{role} is mentioned, and nobody else.", role=role)
        if wish.role
        else words.say("Nobody is mentioned."),
        words.say("No device makes a sound.") if wish.silent else "",
        words.say("Servers that follow the channel get them too.") if wish.publish else "",
        words.say("Each gets a thread.") if wish.threads else "",
    ]


def trouble(wish: Subscription, access: Access, words: Words) -> str:
    """Why nothing arrives, and what to do about it; empty where all is well."""
    obstacle = hindrance(access, words)
    lines = [paused(wish, words), f"⚠️ {obstacle}" if obstacle else ""]
    if obstacle or wish.pause:
        lines.append(by_itself(words))
    lines += remarks(access.channel, words) if access.channel else [unknown(access, words)]
    return "\n".join(filter(None, lines))


def hindrance(access: Access, words: Words) -> str:
    """What keeps announcements from a channel now; empty where nothing does."""
    if access.channel:
        return lacks(access.channel, words)
    if access.is_closed:
        return words.say(
            "I do not see this channel. Give my role **View Channel** there, if it still exists."
        )
    return ""


def unknown(access: Access, words: Words) -> str:
    """That Discord does not tell whether anything does; empty where it did."""
    if access.channel or access.is_closed:
        return ""
    return words.say("Discord does not tell me what I may do there. Please try again in a moment.")


def by_itself(words: Words) -> str:
    """What becomes of posts where nothing can be announced for now."""
    return words.say("What is new meanwhile waits, and goes out once that is possible.")


def paused(wish: Subscription, words: Words) -> str:
    """That it is paused, since when and why; empty where it is not."""
    if wish.pause is None:
        return ""
    when = f"<t:{wish.pause.since}:R>"
    if wish.pause.reason == "admin":
        return "⏸️ " + words.say("Paused {when} by a member of this server.", when=when)
    detail = text.markdown(wish.pause.detail, DETAIL)
    said = words.say("Paused {when}, since I have no access.", when=when)
    return " ".join(filter(None, (f"⚠️ {said}", detail)))


def lacks(channel: Channel, words: Words) -> str:
    """Which permissions the bot lacks in a channel; empty where it has all."""
    if channel.timed_out:
        return words.say("I am timed out in this server, so I may not write. Moderators end that.")
    if not channel.missing:
        return ""
    names = text.markdown(", ".join(channel.missing), PERMISSIONS)
    return words.say(
        "I lack permissions in this channel: {names}. Give them to my role in its settings.",
        names=f"**{names}**",
    )


def remarks(channel: Channel, words: Words) -> list[str]:
    """What an administrator may want to change although announcements arrive."""
    found = []
    if channel.role_gone:
        found.append(words.say("The role that was mentioned is gone. Choose another, or none."))
    if channel.needs_tag:
        found.append(
            words.say(
                "This forum wants a tag on every post: give its tags the names of the blog's."
            )
        )
    return [f"ℹ️ {each}" for each in found]  # noqa: RUF001 - it is the sign for information
