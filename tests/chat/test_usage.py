"""Whoever runs the bot learns what is used and what became of it, not who used it."""

from __future__ import annotations

import dataclasses

import pytest
import structlog
from discord import ui

from bot.blog.usage import USAGE, Usage
from bot.chat.client import Slashpost
from bot.chat.context import Context
from bot.index.index import Index
from bot.serve.state import State
from bot.transport.channels import DiscordChannels
from tests.chat.conftest import Stage, sync
from tests.chat.test_errors import FailingIndex, failing

__all__ = ["failing"]  # a fixture


class Listener(list[Usage]):
    """Hears what the bot tells."""

    def __call__(self, usage: Usage) -> None:
        """Keep it, as it is now."""
        assert structlog.contextvars.get_contextvars()[USAGE] is usage, "logs can say where"
        self.append(dataclasses.replace(usage))


@pytest.fixture
def told() -> Listener:
    """What the bot has told."""
    return Listener()


@pytest.fixture
def simcord_bot(index: Index, told: Listener) -> Slashpost:
    """A bot with a listener."""
    return Slashpost(Context(library=index, observe=told), sync=sync)


async def test_a_command_is_told_with_the_names_of_its_options(
    stage: Stage, told: Listener
) -> None:
    await stage.type("latest", tag="Soil", hide=True)
    (usage,) = told
    assert (usage.kind, usage.command, usage.outcome) == ("command", "latest", "answered")
    assert usage.options == ("tag", "hide")
    assert usage.guild == stage.rea.guild.id
    assert 0 < usage.seconds < 30
    assert "Soil" not in repr(usage), "what a reader typed is not shown by accident"
    assert usage.typed == ("Soil",)


async def test_typing_and_clicking_are_told(stage: Stage, told: Listener) -> None:
    await stage.suggestions("post", "post", "bed")
    listed = await stage.type("latest")
    await stage.click(listed, "Read")
    await stage.choose(listed, "Soil")
    assert [(usage.kind, usage.command) for usage in told] == [
        ("autocomplete", "post"),
        ("command", "latest"),
        ("component", "ReadPost"),
        ("component", "Narrow"),
    ]
    assert {usage.outcome for usage in told} == {"answered"}


async def test_a_section_that_is_typed_before_its_post_is_no_failure(
    stage: Stage, told: Listener
) -> None:
    assert await stage.suggestions("post", "section", "se") == {}
    assert [usage.outcome for usage in told] == ["answered"]


async def test_a_command_of_a_group_and_a_form_are_told(
    stage: Stage, told: Listener, state: State
) -> None:
    bot = stage.env.bot
    assert isinstance(bot, Slashpost)
    bot.context.subscriptions = state.subscriptions
    bot.context.channels = DiscordChannels(bot)
    admin = stage.by(stage.manager())
    seen = await admin.type("announce here", channel=stage.channel)
    form = await admin.rea.click(seen.message, custom_id=seen.ids("More settings")[0])
    await admin.rea.submit_modal(form, {"only": "my secret", "never": "", "language": ["de"]})
    here, _, sent = told
    assert (here.kind, here.command, here.options) == ("command", "announce here", ("channel",))
    assert (sent.kind, sent.command, sent.outcome) == ("modal", "TypedTags", "answered")
    assert "my secret" not in repr(sent)


async def test_what_fails_is_told_as_failed(
    stage: Stage, failing: FailingIndex, told: Listener
) -> None:
    failing.failure = ZeroDivisionError()
    await stage.type("about")
    await stage.suggestions("post", "post", "bed")
    assert [usage.outcome for usage in told] == ["failed", "failed"]


async def test_a_command_that_is_no_more_is_told_as_failed(stage: Stage, told: Listener) -> None:
    stage.env.bot.tree.remove_command("about")  # type: ignore[attr-defined]
    await stage.type("about")
    assert [(usage.command, usage.outcome) for usage in told] == [("about", "failed")]
    assert stage.env.errors, "seen, so that the simulation does not report it"


async def test_an_answer_that_nobody_waited_for_is_told_as_late(
    stage: Stage, told: Listener
) -> None:
    stage.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
    await stage.rea.slash(stage.channel, "about")
    assert [usage.outcome for usage in told] == ["late"]
    assert stage.env.errors is not None, "seen, so that the simulation does not report them"


async def test_a_button_of_another_version_is_told_without_its_custom_id(
    stage: Stage, told: Listener
) -> None:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.ActionRow(ui.Button(label="Old", custom_id="find:my secret")))
    view.stop()
    await stage.env.bot.get_channel(stage.channel.id).send(view=view)  # type: ignore[union-attr]
    message = stage.channel.last_message
    assert message is not None
    await stage.rea.click(message, custom_id="find:my secret")
    (usage,) = told
    assert (usage.command, usage.outcome) == ("unknown", "outdated")
    assert "secret" not in repr(usage)
