"""Tests of bot/sources/sitemap."""
