"""/help: what the bot can do."""

from __future__ import annotations

from collections.abc import Iterable

from discord import Interaction, app_commands
from discord.app_commands import locale_str

from bot.chat.context import Command
from bot.chat.i18n import Translator
from bot.chat.interaction import answer, context_of, translator_of
from bot.chat.views.layout import Layout, heading, small


class Help(Layout):
    """The commands, clickable where they can be, and what each is for."""

    def __init__(self, commands: Iterable[tuple[str, str]], tr: Translator) -> None:
        """Build it.

        Args:
            commands: what stands for each in a message, and its description in English.
            tr: into the reader's language.
        """
        super().__init__()
        hide = "`" + tr.gettext("hide") + "`"
        advice = tr.gettext("Add {option} to a command, and only you see the answer.", option=hide)
        lines = (f"{mention} {tr.gettext(description)}" for mention, description in commands)
        self.show(heading(tr.gettext("Read the blog from here")), "\n".join(lines), small(advice))


@app_commands.command(name=locale_str("help"), description=locale_str("Show what this bot can do"))
@app_commands.rename(hide=locale_str("hide"))
@app_commands.describe(hide=locale_str("Show the answer to you alone"))
async def help_(
    interaction: Interaction,
    hide: bool = True,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the commands that the reader may use, in private unless asked otherwise."""
    context, manages = context_of(interaction), interaction.permissions.manage_guild
    shown = [each for each in context.commands if manages or each.default_permissions is None]
    commands = [(context.mention(name_of(each)), each.description) for each in shown]
    await answer(interaction, Help(commands, translator_of(interaction)), hide=hide)


def name_of(command: Command) -> str:
    """The name of a command, or of the first one of a group: a group alone cannot be used."""
    first = command.commands[0] if isinstance(command, app_commands.Group) else command
    return first.qualified_name
