"""Slashpost: a Discord bot that brings a blog into the community that reads it."""

from bot import lazy

__version__ = "0.1.0"

lazy.install()
