"""The slash commands, one file each."""

from __future__ import annotations

from typing import Any

from discord import app_commands

from bot.chat.commands.about import about
from bot.chat.commands.help import help_
from bot.chat.commands.latest import latest
from bot.chat.commands.post import post
from bot.chat.commands.random import random
from bot.chat.commands.search import search
from bot.chat.commands.tags import tags

# In the order in which /help lists them.
COMMANDS: tuple[app_commands.Command[Any, ..., Any], ...] = (
    latest,
    post,
    tags,
    search,
    random,
    about,
    help_,
)
