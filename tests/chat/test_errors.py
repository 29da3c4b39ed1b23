"""A reader always hears that something failed, in private, and never a stack trace."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest
from discord import Interaction, ui

from bot.blog.errors import IndexUnavailable
from bot.blog.library import Status
from bot.blog.post import Post
from bot.chat.custom_ids import KINDS
from bot.chat.routes import ROUTES
from bot.chat.views import post_list
from bot.index.index import Index
from tests.chat.conftest import Seen, Stage

SORRY = "Something went wrong here. It has been noted; please try again later."


class FailingIndex(Index):
    """A library that raises ``failure`` instead of answering, while it has one."""

    failure: Exception | None = None

    async def count(self, *, tag: str | None = None) -> int:
        """How many posts there are, or the failure."""
        self._fail()
        return await super().count(tag=tag)

    async def get_by_key(self, key: str) -> Post | None:
        """A post, or the failure."""
        self._fail()
        return await super().get_by_key(key)

    async def suggest(self, text: str, limit: int = 25) -> Sequence[Post]:
        """Suggestions, or the failure."""
        self._fail()
        return await super().suggest(text, limit)

    async def status(self) -> Status:
        """Counts, or the failure."""
        self._fail()
        return await super().status()

    def _fail(self) -> None:
        if self.failure is not None:
            raise self.failure


@pytest.fixture
def failing(stage: Stage) -> Iterator[FailingIndex]:
    """The library of the bot, about to fail."""
    stage.index.__class__ = FailingIndex
    assert isinstance(stage.index, FailingIndex)
    yield stage.index
    assert stage.env.errors is not None  # seen, so that the simulation does not report them


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (ZeroDivisionError("secret"), SORRY),
        (
            IndexUnavailable("/srv/secret/index.db: locked"),
            "The posts cannot be read right now. Please try again in a moment.",
        ),
    ],
)
async def test_a_failing_command_is_answered(
    stage: Stage,
    failing: FailingIndex,
    failure: Exception,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    failing.failure = failure
    seen = await stage.type("about")
    assert seen.is_private
    assert seen.text == said
    (record,) = (record for record in caplog.records if record.name == "bot.chat.errors")
    assert record.message == "Failed: /about"
    assert record.exc_info is not None
    assert record.exc_info[1] is failure


@pytest.mark.parametrize("label", ["Next ›", "Read"])
async def test_a_failing_button_is_answered(
    stage: Stage, failing: FailingIndex, label: str, caplog: pytest.LogCaptureFixture
) -> None:
    listed = await stage.type("latest")
    titles = listed.titles
    failing.failure = ZeroDivisionError("secret")
    seen = await stage.click(listed, label)
    assert seen.is_private
    assert seen.text == SORRY
    assert listed.titles == titles, "the message is left as it was"
    assert "ZeroDivisionError" in caplog.text


async def test_a_failing_select_menu_is_answered(stage: Stage, failing: FailingIndex) -> None:
    listed = await stage.type("latest")
    failing.failure = ZeroDivisionError()
    assert (await stage.choose(listed, "Soil")).text == SORRY


async def test_a_failing_autocomplete_offers_nothing(
    stage: Stage, failing: FailingIndex, caplog: pytest.LogCaptureFixture
) -> None:
    failing.failure = ZeroDivisionError()
    assert await stage.suggestions("post", "post", "bed") == {}
    assert "No suggestions: /post" in caplog.text


async def test_an_error_after_the_answer_is_told_in_a_second_message(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = await stage.type("latest")

    async def defer_and_fail(interaction: Interaction, _: object) -> None:
        await interaction.response.defer()
        raise ZeroDivisionError

    monkeypatch.setattr(post_list, "turn_page", defer_and_fail)
    result = await stage.rea.click(listed.message, custom_id=listed.ids("Next ›")[0])
    (said,) = result.followups
    assert said.ephemeral
    assert Seen(said).text == SORRY


async def test_when_discord_refuses_even_the_apology_it_is_only_logged(
    stage: Stage, failing: FailingIndex, caplog: pytest.LogCaptureFixture
) -> None:
    failing.failure = ZeroDivisionError()
    stage.env.inject_error("POST", "/interactions/*/*/callback", status=400)
    await stage.rea.slash(stage.channel, "about")
    assert "Could not even say so: /about" in caplog.text


@pytest.mark.parametrize(
    "custom_id", ["bookmark:1", "latest:x:5:", "latest:1:9:", "read:short", "🌱"]
)
async def test_a_button_of_another_version_says_so(stage: Stage, custom_id: str) -> None:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.ActionRow(ui.Button(label="Old", custom_id=custom_id)))
    view.stop()
    channel = stage.env.bot.get_channel(stage.channel.id)
    await channel.send(view=view)  # type: ignore[union-attr]
    message = stage.channel.last_message
    assert message is not None
    result = await stage.rea.click(message, custom_id=custom_id)
    assert result.response is not None
    seen = Seen(result.response)
    assert seen.is_private
    assert seen.text == "This button is from an older version. Use the command again."


async def test_an_answer_that_comes_too_late_is_a_line_in_the_log(
    stage: Stage, failing: FailingIndex, caplog: pytest.LogCaptureFixture
) -> None:
    assert failing.failure is None
    stage.env.inject_error("POST", "/interactions/*/*/callback", status=404, code=10062)
    await stage.rea.slash(stage.channel, "about")
    (record,) = (record for record in caplog.records if record.name == "bot.chat.errors")
    assert (record.message, record.exc_info) == ("An answer came too late: /about", None)


async def test_a_command_that_is_no_more_is_answered(stage: Stage) -> None:
    stage.env.bot.tree.remove_command("about")  # type: ignore[attr-defined]
    seen = await stage.type("about")
    assert seen.is_private
    assert seen.text == "This command has changed. Reload Discord and try again."
    assert stage.env.errors, "seen, so that the simulation does not report it"


def test_every_custom_id_leads_to_a_handler() -> None:
    assert set(ROUTES) == set(KINDS.values())
    assert all(callable(find()) for find in ROUTES.values())
