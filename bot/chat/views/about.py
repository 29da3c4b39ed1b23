"""PageFacts on the blog and the bot."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from discord import ui

from bot.announce.outbox import Backlog
from bot.blog.library import Status
from bot.blog.post import is_web_url
from bot.chat import limits, text
from bot.chat.views.layout import Layout, small
from bot.chat.words import Words

PROJECT = "Slashpost"
PROBLEM = 200


class About(Layout):
    """How many posts and tags there are, where they come from, and when they changed."""

    def __init__(
        self, status: Status, version: str, words: Words, backlog: Backlog | None = None
    ) -> None:
        super().__init__()
        facts = [
            words.say("Last update: {when}", when=f"<t:{status.updated}:R>"),
            words.say("Source: {source}", source=text.chip(source_name(status.source), 100)),
        ]
        if status.trouble:  # which may name hosts and folders
            stale = words.say("The posts could not be looked at again: these are of the last time.")
            facts.append(f"⚠️ {stale}")
        if status.problems:
            n = len(status.problems)
            facts.append(
                words.count("{n} problem in the posts", "{n} problems in the posts", n)
                + " (`slashpost check`)"
            )
        facts += announcing(backlog, words) if backlog else ()
        posts = words.count("{n} post", "{n} posts", status.posts)
        tags = words.count("{n} tag", "{n} tags", status.tags)
        self.show(f"## {PROJECT}\n**{posts} · {tags}**", "\n".join(facts))
        url = text.web_url(status.site_url, limits.BUTTON_URL)
        if url:
            link: ui.Button[Any] = ui.Button(label=words.say("Visit the blog"), url=url)
            self.show(ui.ActionRow(link))
        self.show(small(f"{PROJECT} {version}"))


def announcing(backlog: Backlog, words: Words) -> list[str]:
    """How many announcements are on their way, and what holds them up; nothing if none are."""
    waiting = words.count(
        "{n} announcement on its way", "{n} announcements on their way", backlog.waiting
    )
    problem = text.markdown(backlog.problem, PROBLEM)
    return [line for line in (waiting if backlog.waiting else "", problem) if line]


def source_name(source: str) -> str:
    """Name the source without telling everyone the folders of the bot's machine."""
    return source if is_web_url(source) else PurePath(source).name or source
