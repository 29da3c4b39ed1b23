"""/about, /help and /privacy: the blog, what the bot can do, and what it keeps of a reader."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath
from typing import Any, ClassVar

from discord import Interaction, app_commands, ui
from discord.app_commands import locale_str

from bot.announce import delivery
from bot.announce.subscription import Subscription
from bot.blog.errors import StateUnavailable
from bot.blog.library import Status
from bot.blog.post import PostDate, is_web_url
from bot.chat import i18n, limits, text
from bot.chat.context import Command
from bot.chat.errors import explain
from bot.chat.i18n import Translator, date
from bot.chat.interaction import answer, context_of, translator_of
from bot.chat.views import following
from bot.chat.views.layout import Layout, heading, small

PROJECT = "Slashpost"
# Characters shown of what holds announcements up, and of the host of a model.
PROBLEM, PROVIDER = 200, 100


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
                "The posts could not be updated. These are the last ones that could be read."
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
    """How many announcements wait, and the last problem; empty if there are none."""
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
@app_commands.describe(hide=locale_str("Show the answer only to you"))
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


class Help(Layout):
    """The commands, clickable where they can be, and what each is for."""

    def __init__(self, commands: Iterable[tuple[str, str]], tr: Translator) -> None:
        """Build it.

        Args:
            commands: what stands for each in a message, and its description in English.
            tr: into the reader's language.
        """
        super().__init__()
        hide = "`" + tr.gettext("hide") + "`"
        advice = tr.gettext("Add {option} to a command, and only you see the answer.", option=hide)
        lines = (f"{mention} {tr.gettext(description)}" for mention, description in commands)
        self.show(heading(tr.gettext("Read the blog from here")), "\n".join(lines), small(advice))


@app_commands.command(name=locale_str("help"), description=locale_str("Show what this bot can do"))
@app_commands.rename(hide=locale_str("hide"))
@app_commands.describe(hide=locale_str("Show the answer only to you"))
async def help_(
    interaction: Interaction,
    hide: bool = True,  # noqa: FBT001, FBT002 - an option of the command
) -> None:
    """Answer with the commands that the reader may use, in private unless asked otherwise."""
    context, manages = context_of(interaction), interaction.permissions.manage_guild
    shown = [each for each in context.commands if manages or each.default_permissions is None]
    commands = [(context.mention(name_of(each)), each.description) for each in shown]
    await answer(interaction, Help(commands, translator_of(interaction)), hide=hide)


def name_of(command: Command) -> str:
    """The name of a command, or of the first one of a group: a group alone cannot be used."""
    first = command.commands[0] if isinstance(command, app_commands.Group) else command
    return first.qualified_name


class Privacy(Layout):
    """What is kept in general, what about this reader, and how to delete it."""

    concerns_all: ClassVar = False

    def __init__(
        self,
        followed: Subscription | None,
        unfollow: str,
        tr: Translator,
        provider: str | None = None,
    ) -> None:
        super().__init__()
        self.show(
            heading(tr.gettext("What is kept about you")),
            tr.gettext(
                "Nothing, unless you follow the blog. Then I keep your user id, the tags"
                " that you follow, your language, when you began, and which posts were sent"
                " to you."
            ),
            tr.gettext(
                "It is deleted if you take no direct messages for 90 days, or delete your account."
            ),
            tr.gettext(
                "I do not read messages, and I do not keep which commands you use or what"
                " you search for."
            ),
            about_questions(provider, tr) if provider else None,
            now_kept(followed, unfollow, tr),
        )


def about_questions(provider: str, tr: Translator) -> str:
    """Who gets the questions, and how long they are kept."""
    return tr.gettext(
        "What you ask with {command} goes to a language model at {provider}, with sections"
        " of the posts and your language, but without your name or id. For an hour I keep how"
        " often you asked, and for 15 minutes the last question and answer, so that you can"
        " ask a follow-up question. No log holds them.",
        command=i18n.command("ask", tr),
        provider=text.markdown(provider, PROVIDER),
    )


def now_kept(followed: Subscription | None, unfollow: str, tr: Translator) -> str:
    """What is kept about this reader now."""
    if followed is None:
        return tr.gettext("Nothing is kept about you now.")
    kept = tr.gettext("Kept about you since {when}:", when=f"<t:{followed.since}:D>")
    how = tr.gettext("{command} deletes it at once.", command=unfollow)
    return f"{kept} {following.followed_text(followed, tr)}\n{how}"


@app_commands.command(
    name=locale_str("privacy"), description=locale_str("Show what this bot keeps about you")
)
async def privacy(interaction: Interaction) -> None:
    """Answer with what is kept, about everyone and about this reader."""
    context = context_of(interaction)
    kept = context.subscriptions
    followed = await kept.get(following.key_of(interaction)) if kept else None
    await answer(
        interaction,
        Privacy(
            followed,
            context.mention("unfollow"),
            translator_of(interaction),
            context.asker.provider if context.asker else None,
        ),
    )
