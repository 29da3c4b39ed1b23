"""The commands at a terminal: ``slashpost`` and ``python -m bot``.

discord.py takes 0.2 s to import, which no question at a terminal waits for: what needs it is
imported by the commands that use it.
"""

from bot.cli.main import cli, main
from bot.cli.running import uncollected

__all__ = ["cli", "main", "uncollected"]
