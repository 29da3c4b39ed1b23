"""What is still being done for readers."""

from __future__ import annotations

import asyncio

# What discord.py calls its tasks for commands, for buttons and menus, and for events.
TASKS = ("CommandTree-invoker", "discord-ui-", "discord.py: on_interaction")


async def finish_running(seconds: float) -> None:
    """Wait for answers that are being made, but no longer than that."""
    running = [task for task in asyncio.all_tasks() if task.get_name().startswith(TASKS)]
    if running:
        await asyncio.wait(running, timeout=seconds)
