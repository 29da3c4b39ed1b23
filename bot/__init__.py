"""Slashpost: a Discord bot that brings a blog into the community that reads it."""

__version__ = "0.1.0"
