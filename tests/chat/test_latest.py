"""/latest, as a reader sees it."""

from __future__ import annotations

from tests.chat.conftest import Stage


async def test_the_newest_posts_come_first_five_to_a_page(stage: Stage) -> None:
    seen = await stage.type("latest")
    titles = [line for line in seen.text.splitlines() if line.startswith("### ")]
    assert titles == [
        f"### [Bed number {n}](https://blog.example/beds/{n}/)" for n in (12, 11, 10, 9, 8)
    ]
