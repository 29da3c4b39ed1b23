"""The slash commands, in one file where they share what they do."""

from __future__ import annotations

from bot.chat.commands.about import about, help_, privacy
from bot.chat.commands.announce import announce
from bot.chat.commands.follow import follow_, following_, unfollow
from bot.chat.commands.posts import latest, post, random, tags
from bot.chat.commands.search import ask, search
from bot.chat.context import Command

# In the order in which /help lists them.
COMMANDS: tuple[Command, ...] = (
    latest,
    post,
    tags,
    search,
    ask,
    random,
    follow_,
    following_,
    unfollow,
    announce,
    about,
    privacy,
    help_,
)
