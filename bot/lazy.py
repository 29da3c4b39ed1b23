"""Modules that are imported when they are first used.

A start imports what the first answer needs. The rest of ``bot.chat`` and what it stands on
takes 60 ms of processor time more, searching and updating the index 17 ms, and announcing 10 ms,
beside 250 ms for everything else that ``slashpost run`` imports (``benchmarks/start.py`` on two
cores of 2.9 GHz); on the smallest machines that are for hire, all take five times as long. So those
modules come in when somebody first uses them, or once the bot serves (``load``), whichever is
earlier.

``from bot.chat.views import post_page`` gives a stand-in that imports the module when an
attribute of it is asked for; ``from bot.chat.views.post_page import PostPage`` imports it at
once, as does any module that is not named here.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

LAZY = (
    "bot.announce.catalogue",
    "bot.announce.delivery",
    "bot.announce.ledger",
    "bot.announce.outbox",
    "bot.announce.page_waits",
    "bot.blog.question",
    "bot.chat.channels",
    "bot.chat.views.announced_list",
    "bot.chat.views.announcement",
    "bot.chat.views.asked",
    "bot.chat.views.channel_settings",
    "bot.chat.views.following",
    "bot.chat.views.not_found",
    "bot.chat.views.open_post",
    "bot.chat.views.post_page",
    "bot.chat.views.search_results",
    "bot.chat.views.settings_form",
    "bot.chat.views.tag_list",
    "bot.index.typed_text",
    "bot.index.query",
    "bot.index.updater",
    "bot.rendering.page",
    "bot.rendering.renderer",
)


class LazyModule(ModuleType):
    """Stands for a module until somebody asks for an attribute of it."""

    def __getattr__(self, name: str) -> Any:
        """Import the module, and give its attribute."""
        return getattr(import_module(self.__name__), name)


def install() -> None:
    """Give the packages stand-ins for their modules in ``LAZY``."""
    for name in LAZY:
        package, _, module = name.rpartition(".")
        if name not in sys.modules:
            setattr(import_module(package), module, LazyModule(name))


def load() -> None:
    """Import all of them. Safe in a thread while others use them."""
    for name in LAZY:
        import_module(name)
