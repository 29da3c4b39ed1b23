"""/about: the blog and the bot."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from discord import Interaction, app_commands, ui
from discord.app_commands import locale_str

from bot.announce import delivery
from bot.blog.date import PostDate
from bot.blog.errors import StateUnavailable
from bot.blog.library import Status
from bot.blog.post import is_web_url
from bot.chat import limits, text
from bot.chat.errors import explain
from bot.chat.i18n import Translator, date
from bot.chat.interaction import answer, context_of, translator_of
from bot.chat.views.layout import Layout, small

PROJECT = "Slashpost"
PROBLEM = 200


class About(Layout):
    """How many posts and tags there are, where they come from, and the day of the newest."""

    def __init__(
        self,
        status: Status,
        newest: PostDate | None,
        version: str,
        tr: Translator,
        backlog: Sequence[str] = (),
    ) -> None:
        super().__init__()
        facts = [tr.gettext("Source: {source}", source=text.chip(source_name(status.source), 100))]
        if newest is not None:
            facts.insert(0, tr.gettext("Last update: {when}", when=date(newest, tr)))
        if status.trouble:  # which may name hosts and folders
            stale = tr.gettext(
                "The posts could not be looked at again: these are of the last time."
            )
            facts.append(f"⚠️ {stale}")
        facts += backlog
        posts = tr.ngettext("{n} post", "{n} posts", status.posts)
        tags = tr.ngettext("{n} tag", "{n} tags", status.tags)
        self.show(f"## {PROJECT}\n**{posts} · {tags}**", "\n".join(facts))
        url = text.web_url(status.site_url, limits.BUTTON_URL)
        if url:
            link: ui.Button[Any] = ui.Button(label=tr.gettext("Visit the blog"), url=url)
            self.show(ui.ActionRow(link))
        self.show(small(f"{PROJECT} {version}"))


def announcing(backlog: delivery.Backlog, tr: Translator) -> list[str]:
    """How many announcements are on their way, and what holds them up; nothing if none are."""
    waiting = tr.ngettext(
        "{n} announcement on its way", "{n} announcements on their way", backlog.waiting
    )
    problem = text.markdown(backlog.problem, PROBLEM)
    return [line for line in (waiting if backlog.waiting else "", problem) if line]


def source_name(source: str) -> str:
    """Name the source without telling everyone the folders of the bot's machine."""
    return source if is_web_url(source) else PurePath(source).name or source


@app_commands.command(
    name=locale_str("about"), description=locale_str("Show facts about the blog and this bot")
)
@app_commands.rename(hide=locale_str("hide"))
@app_commands.describe(hide=locale_str("Show the answer to you alone"))
async def about(
    interaction: Interaction,
    hide: bool = False,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with counts, source, link and version."""
    context, tr = context_of(interaction), translator_of(interaction)
    status = await context.library.status()
    newest = next((post.date for post in await context.library.latest(limit=1)), None)
    try:
        backlog = announcing(await context.backlog(), tr) if context.backlog else []
    except StateUnavailable as error:
        backlog = [explain(error, tr)]
    view = About(status, newest, context.version, tr, backlog)
    await answer(interaction, view, hide=hide)
