"""Answers to questions: the model's with its sources, or the sections that come closest."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import aclosing
from typing import Any, ClassVar

import discord
from discord import Interaction, ui

from bot.blog.errors import SlashpostError, StateUnavailable
from bot.blog.question import (
    Answer,
    Answered,
    Asker,
    Citation,
    Exchange,
    Looking,
    Partial,
    Source,
    Unanswered,
)
from bot.chat import limits, text
from bot.chat.channels import custom_ids_in
from bot.chat.custom_ids import AskedFurther, AskFurther, ShareAnswer, section_ref
from bot.chat.errors import explain
from bot.chat.i18n import Translator, language_name
from bot.chat.interaction import (
    answer,
    context_of,
    ended,
    is_aside,
    may_share,
    now_of,
    open_form,
    translator_of,
    typed_in,
)
from bot.chat.views import open_post
from bot.chat.views.layout import Layout, Notice, Ready, small, when
from bot.chat.views.not_found import echo
from bot.chat.views.post_card import read_button

log = logging.getLogger(__name__)

# A question fits into one line of the answer's head and into the model's prompt.
LONGEST_QUESTION = 300
MOST_SOURCES = 6
# Edits of an answer under way, beside the first and the last: Discord takes few.
MOST_PARTS = 1
SNIPPET = 200
TITLE, HEADING = 120, 80
LOOKING, PAGE = "🔎", "📖"
# A masked link in an answer; a longer address leaves the number without a link.
LONGEST_LINK = 200


class Looked(Layout):
    """The notice that sections are being searched."""

    def __init__(self, question: str, looking: Looking, tr: Translator) -> None:
        super().__init__()
        sections = tr.ngettext("{n} section", "{n} sections", len(looking.sources))
        posts = tr.ngettext("{n} post", "{n} posts", looking.posts)
        through = tr.gettext(
            "Looking through {sections} of {posts}…", sections=sections, posts=posts
        )
        self.show(asked_line(question), f"{LOOKING} {through}")


class UnderWay(Layout):
    """The answer so far."""

    def __init__(self, question: str, partial: Partial, tr: Translator) -> None:
        super().__init__()
        shown = answer_text(partial.answer, partial.sources, room=limits.MESSAGE_CHARACTERS // 2)
        self.show(asked_line(question), f"{shown} …", small(tr.gettext("Still writing")))


class AnswerCard(Layout):
    """The answer, the sections that it names, and what can be done with it."""

    def __init__(
        self, question: str, found: Answered, asker: Asker, tr: Translator, row: Row
    ) -> None:
        super().__init__()
        head = asked_line(question)
        note = small(
            tr.gettext(
                "{model} wrote this from the posts. It may be wrong.",
                model=text.markdown(asker.model_name, HEADING),
            )
        )
        sources = found.sources[:MOST_SOURCES]
        lines = [source_line(source, tr) for source in sources]
        rest = sum(map(limits.length, [head, note, *lines]))
        self.show(head, answer_text(found.answer, found.sources, limits.MESSAGE_CHARACTERS - rest))
        self.show(ui.Separator(), *source_sections(sources, lines, tr), note, row)


class SectionsOnly(Layout):
    """Why there is no answer, and the sections that come closest."""

    def __init__(self, question: str, found: Unanswered, tr: Translator) -> None:
        super().__init__()
        self.show(asked_line(question), reason_text(found, tr))
        sources = found.sources[:MOST_SOURCES]
        if sources:
            lines = [f"{source_line(source, tr)}\n{snippet(source)}" for source in sources]
            self.show(ui.Separator(), *source_sections(sources, lines, tr))


Row = ui.ActionRow[Any] | None


class FollowUpForm(ui.Modal):
    """Asks for a further question."""

    QUESTION: ClassVar = "question"

    def __init__(self, exchange: str, tr: Translator) -> None:
        super().__init__(title=tr.gettext("Ask further"), custom_id=str(AskedFurther(exchange)))
        typed: ui.TextInput[Any] = ui.TextInput(
            custom_id=self.QUESTION, max_length=LONGEST_QUESTION, min_length=2
        )
        self.add_item(ui.Label(text=tr.gettext("Your question"), component=typed))


def asked_line(question: str) -> str:
    """The question, as the head of its answer."""
    return f"### {echo(question)}"


def answer_text(found: Answer, sources: Iterable[Source], room: int) -> str:
    """The answer with its numbers as links, as many from its beginning as there is room for."""
    links = {source.number: section_link(source) for source in sources}
    plain = [
        number_text(piece.number, None) if isinstance(piece, Citation) else piece
        for piece in found.pieces
    ]
    left = room - sum(map(limits.length, plain))
    for place, piece in enumerate(found.pieces):
        if isinstance(piece, Citation):
            linked = number_text(piece.number, links.get(piece.number))
            left -= limits.length(linked) - limits.length(plain[place])
            if left < 0:
                break
            plain[place] = linked
    return "".join(plain)


def number_text(number: int, link: str | None) -> str:
    """A number in square brackets, which leads to its section where that has an address."""
    return f"[[{number}]]({link})" if link else f"\\[{number}\\]"


def section_link(source: Source) -> str | None:
    """The address of a section on the blog; None without one that is short enough."""
    return text.web_url(source.url, LONGEST_LINK) or text.web_url(source.post.url, LONGEST_LINK)


def source_line(source: Source, tr: Translator) -> str:
    """Number, post and section of a source."""
    title = text.masked_link(text.label(source.post.title, TITLE, source.post.slug), None)
    section = text.markdown(source.heading or "", HEADING)
    where = " › ".join(filter(None, (f"**{title}**", section)))
    return "\n".join(filter(None, (f"\\[{source.number}\\] {where}", small(when(source.post, tr)))))


def snippet(source: Source) -> str:
    """The beginning of a source."""
    return text.markdown(source.text, SNIPPET)


def source_sections(
    sources: Sequence[Source], lines: Sequence[str], tr: Translator
) -> list[ui.Section[Any]]:
    """Each source with a button that opens it in the reader."""
    return [
        ui.Section(
            line,
            accessory=read_button(
                source.post, tr, section_ref(source.section) if source.section else ""
            ),
        )
        for source, line in zip(sources, lines, strict=True)
    ]


def reason_text(found: Unanswered, tr: Translator) -> str:
    """Why there is no answer, in one line."""
    if found.until is not None:
        when_again = f"<t:{int(found.until)}:R>"
        if found.reason == "reader":
            why = tr.gettext("You have asked a lot. You can ask again {when}.", when=when_again)
        else:
            why = tr.gettext(
                "Many questions were asked here. You can ask again {when}.",
                when=when_again,
            )
    elif found.reason == "nothing":
        return tr.gettext("No post contains a word of your question. Try other words.")
    elif found.reason in {"unanswered", "unproven"}:
        why = tr.gettext("The posts do not answer that.")
    elif found.reason == "refused":
        why = tr.gettext("The model declined to answer that.")
    elif found.reason == "slow":
        why = tr.gettext("The model takes too long right now.")
    else:
        why = tr.gettext("The model is not available right now.")
    closest = tr.gettext("These sections come closest:") if found.sources else ""
    return " ".join(filter(None, (why, closest)))


async def answer_question(
    interaction: Interaction, question: str, *, hide: bool, previous: Exchange | None = None
) -> None:
    """Defer, and edit the answer in as it comes.

    Args:
        interaction: a command or a form, not answered yet.
        question: one line.
        hide: whether only the reader sees it.
        previous: what was asked and answered before.
    """
    asker, tr = context_of(interaction).asker, translator_of(interaction)
    if asker is None:  # a command of an older start
        await answer(interaction, Notice(tr.gettext("Questions are not answered here any more.")))
        return
    await interaction.response.defer(ephemeral=hide, thinking=True)
    steps = asker.ask(
        question,
        reader=str(interaction.user.id),
        server=interaction.guild_id,
        language=language_name(interaction.locale),
        previous=previous,
    )
    parts = 0
    shows = Shows(interaction)
    try:
        async with aclosing(steps):
            async for step in steps:
                match step:
                    case Looking():
                        await shows.under_way(Looked(question, step, tr))
                    case Partial() if parts < MOST_PARTS:
                        parts += 1
                        await shows.under_way(UnderWay(question, step, tr))
                    case Answered():
                        row = await answer_row(interaction, question, step.answer, hide=hide)
                        await shows.last(AnswerCard(question, step, asker, tr, row))
                    case Unanswered():
                        await shows.last(SectionsOnly(question, step, tr))
    except SlashpostError as error:
        ended(interaction, "failed")
        log.warning("A question was not answered: %s", error)
        await shows.last(Notice(explain(error, tr), Notice.ERROR))
    except discord.NotFound:
        # Whoever asked has deleted the message, so nobody waits for the answer.
        ended(interaction, "late")


class Shows:
    """Edits a deferred answer."""

    def __init__(self, interaction: Interaction) -> None:
        self._interaction = interaction

    async def under_way(self, view: Layout) -> None:
        """Show the answer so far. If Discord refuses the edit, the answer continues.

        Raises:
            discord.NotFound: the message is gone.
        """
        try:
            await self.last(view)
        except discord.NotFound:
            raise
        except discord.HTTPException as error:
            log.info("An answer under way could not be shown: %s", error)

    async def last(self, view: Layout) -> None:
        """Show the final answer."""
        view.stop()
        await self._interaction.edit_original_response(view=view)


async def answer_row(interaction: Interaction, question: str, found: Answer, *, hide: bool) -> Row:
    """Buttons to ask further, if the answer can be kept for that, and to share it."""
    asker, tr = context_of(interaction).asker, translator_of(interaction)
    assert asker is not None, "it has just answered"
    row: ui.ActionRow[Any] = ui.ActionRow()
    try:
        kept = await asker.keep(Exchange(question, found.plain), now_of(interaction))
    except StateUnavailable as error:
        log.warning("An answer cannot be asked further about: %s", error)
    else:
        further = str(AskFurther(kept))
        row.add_item(ui.Button(label=tr.gettext("Ask further"), emoji="💬", custom_id=further))
    if hide and may_share(interaction):
        row.add_item(ui.Button(label=tr.gettext("Share"), emoji="📣", custom_id=str(ShareAnswer())))
    return row if row.children else None


async def ask_further(interaction: Interaction, this: AskFurther) -> None:
    """Answer with the form for a further question, while the last one is kept."""
    asker, tr = context_of(interaction).asker, translator_of(interaction)
    if asker is None or await asker.kept(this.exchange, now_of(interaction)) is None:
        await answer(interaction, Notice(too_old(tr)))
    else:
        await open_form(interaction, FollowUpForm(this.exchange, tr))


async def asked_further(interaction: Interaction, this: AskedFurther) -> None:
    """Answer the question that was typed into the form."""
    asker, tr = context_of(interaction).asker, translator_of(interaction)
    previous = await asker.kept(this.exchange, now_of(interaction)) if asker else None
    question = text.plain(
        str(typed_in(interaction).get(FollowUpForm.QUESTION, "")), LONGEST_QUESTION
    )
    if previous is None or not question:
        await answer(interaction, Notice(too_old(tr)))
        return
    await answer_question(interaction, question, hide=is_aside(interaction), previous=previous)


def too_old(tr: Translator) -> str:
    """The notice that a follow-up comes too late."""
    return tr.gettext("I no longer remember that answer. Please ask the whole question again.")


async def share_answer(interaction: Interaction, this: ShareAnswer) -> None:
    """Show the answer to everyone in the channel, saying who shared it.

    What is shown is the message whose button was clicked, without its buttons.
    """
    tr = translator_of(interaction)
    message = interaction.message
    if message is None or str(this) not in custom_ids_in(message.components):
        await answer(interaction, Notice(tr.gettext("There is nothing to share.")))
    elif refusal := open_post.why_not_shared(interaction):
        await answer(interaction, Notice(refusal))
    else:
        shared = tr.gettext("Shared by {person}", person=interaction.user.mention)
        components = [each.to_dict() for each in message.components]
        await answer(interaction, Ready(without_row(components, small(f"📣 {shared}"))))


def without_row(components: Sequence[Any], note: str) -> list[dict[str, Any]]:
    """The components of an answer without its last row, and with a line of small print."""
    frame = dict(components[0])
    kept = [
        each
        for each in frame["components"]
        if each["type"] != discord.ComponentType.action_row.value
    ]
    frame["components"] = [
        *map(_without_ids, kept),
        {"type": discord.ComponentType.text_display.value, "content": note},
    ]
    return [_without_ids(frame)]


def _without_ids(component: Any) -> Any:
    """A component as it is sent: without the numbers that Discord gave it."""
    if isinstance(component, dict):
        return {
            name: _without_ids(value)
            for name, value in component.items()
            if name != "id" and value is not None
        }
    if isinstance(component, list):
        return [_without_ids(each) for each in component]
    return component
