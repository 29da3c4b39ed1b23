"""Defaults that depend on where the bot runs."""

from __future__ import annotations

import os
from pathlib import Path

from bot.settings.parsers import LOCAL
from bot.settings.setting import Environ

# Set by Fly itself: https://fly.io/docs/machines/runtime-environment/
FLY_APP_NAME = "FLY_APP_NAME"
# Where a volume is mounted.
DATA = Path("/data")


def public_url(environ: Environ) -> str | None:
    """Where Fly publishes the app."""
    app = environ.get(FLY_APP_NAME, "").strip()
    return f"https://{app}.fly.dev" if app else None


def metrics_host(environ: Environ) -> str:
    """This machine; on Fly every address, since its Prometheus asks from another machine."""
    return "all" if environ.get(FLY_APP_NAME, "").strip() else LOCAL


def ask_key(environ: Environ) -> str | None:
    """The key that the provider's own programs use; never for another address."""
    if environ.get("SLASHPOST_ASK_URL", "").strip():
        return None
    provider = environ.get("SLASHPOST_ASK_MODEL", "").strip().partition("/")[0]
    variable = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY"}.get(provider, "")
    return environ.get(variable, "").strip() or None


def state(_environ: Environ) -> str:
    """A file on the volume, where there is one."""
    on_volume = DATA.is_dir() and os.access(DATA, os.W_OK)
    return str(DATA / "state.db") if on_volume else ".slashpost/state.db"


def no_text(_environ: Environ) -> str:
    """An empty text, which parses as an empty list."""
    return ""
