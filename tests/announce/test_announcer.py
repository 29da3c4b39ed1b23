"""From a change among the posts to messages in channels."""

from __future__ import annotations

from tests.announce.conftest import TEXT, Stage


async def test_a_new_post_is_announced_once(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["Hello"]
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["Hello"]
