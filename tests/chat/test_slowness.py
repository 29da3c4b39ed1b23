"""A reader hears at once that an answer is on its way when it takes long."""

from __future__ import annotations

import pytest
from discord import InteractionResponseType

from bot.chat import interaction
from tests.chat.conftest import Seen, Stage, is_in_channel
from tests.chat.slow import PATIENCE, Slow

LATER = InteractionResponseType.deferred_channel_message.value
LATER_IN_PLACE = InteractionResponseType.deferred_message_update.value
PRIVATE = 64


@pytest.fixture
def slow(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """The blog, whose searches and posts now take longer than the bot waits."""
    monkeypatch.setattr(interaction, "PATIENCE_SECONDS", PATIENCE)
    stage.index.__class__ = Slow
    return stage


def first_answers(stage: Stage) -> list[tuple[int, int]]:
    """Kind and flags of what was answered first to each interaction."""
    return [
        (request.json["type"], request.json.get("data", {}).get("flags", 0) & PRIVATE)
        for request in stage.env.http_requests
        if request.path.endswith("/callback") and isinstance(request.json, dict)
    ]


@pytest.mark.parametrize("hide", [False, True])
async def test_a_slow_search_is_deferred_and_then_shown(slow: Stage, hide: bool) -> None:
    seen = await slow.type("search", query="garden", hide=hide)
    assert len(seen.titles) == 5
    assert is_in_channel(slow, seen) is not hide
    assert first_answers(slow) == [(LATER, PRIVATE if hide else 0)]


async def test_a_slow_post_is_deferred_in_private_and_turned_in_place(slow: Stage) -> None:
    listed: Seen = await slow.type("latest")
    page = await slow.click(listed, "Read")
    assert page.is_private
    assert page.text.startswith("# Bed number 12")
    found = await slow.type("search", query="garden")
    turned = await slow.click(found, "Next ›")
    assert turned.message.id == found.message.id
    assert "page 2 of 3" in turned.text
    assert first_answers(slow)[1:] == [(LATER, PRIVATE), (LATER, 0), (LATER_IN_PLACE, 0)]
