"""Tests of how a post's body becomes pages for Discord."""
