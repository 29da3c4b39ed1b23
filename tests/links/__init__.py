"""Tests of bot/links."""
