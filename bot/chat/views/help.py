"""What the bot can do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.chat.views.layout import Layout, heading, small
from bot.chat.words import Words


@dataclass(frozen=True, slots=True)
class CommandInfo:
    """A command as a reader knows it.

    Attributes:
        mention: what stands for the command in a message, clickable if possible.
        description: the English description, which is also its message id.
    """

    mention: str
    description: str


class Help(Layout):
    """The commands, clickable, and what each is for."""

    def __init__(self, commands: Sequence[CommandInfo], words: Words) -> None:
        super().__init__()
        hide = "`" + words.say("hide") + "`"
        advice = words.say("Add {option} to a command, and only you see the answer.", option=hide)
        lines = (f"{command.mention} {words.say(command.description)}" for command in commands)
        self.show(
            heading(words.say("Read the blog from here")),
            "\n".join(lines),
            small(advice),
        )
