"""Puts the bot to work: wires posts, Discord, hooks and announcements together. No rules here."""
