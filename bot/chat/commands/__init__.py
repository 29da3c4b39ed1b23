"""The slash commands, one file each."""

from __future__ import annotations

from bot.chat.commands.about import about
from bot.chat.commands.announce import announce
from bot.chat.commands.ask import ask
from bot.chat.commands.follow import follow_, following_, unfollow
from bot.chat.commands.help import help_
from bot.chat.commands.latest import latest
from bot.chat.commands.post import post
from bot.chat.commands.privacy import privacy
from bot.chat.commands.random import random
from bot.chat.commands.search import search
from bot.chat.commands.tags import tags
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
