"""/help and /about, as a reader sees them."""

from __future__ import annotations

from discord import Locale

from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.message import delivery_id
from bot.announce.subscription import Subscription
from bot.chat.commands import COMMANDS
from bot.chat.i18n import date, translator_for
from tests.chat.blog import fill, garden
from tests.chat.conftest import Stage


async def test_help_mentions_every_command_so_that_a_click_begins_it(stage: Stage) -> None:
    seen = await stage.type("help")
    assert seen.is_private
    for command in COMMANDS:
        if command.name == "ask":  # there is no model
            continue
        lines = [line for line in seen.text.splitlines() if f"</{command.name}:" in line]
        if command.default_permissions is None:
            assert lines[0].endswith(command.description)
        else:
            assert lines == [], "she could not use it"


async def test_help_tells_those_who_manage_the_server_more(stage: Stage) -> None:
    seen = await stage.by(stage.manager()).type("help")
    (line,) = [line for line in seen.text.splitlines() if "</announce here:" in line]
    assert line.endswith("Announce new posts in this server")


async def test_help_may_be_shown_to_all(stage: Stage) -> None:
    assert not (await stage.type("help", hide=False)).is_private


async def test_about_tells_counts_source_update_version_and_link(stage: Stage) -> None:
    seen = await stage.type("about")
    (newest,) = await stage.index.latest(limit=1)
    assert newest.date is not None
    assert "12 posts · 5 tags" in seen.text
    assert f"Last update: {date(newest.date, translator_for(Locale.american_english))}" in seen.text
    assert "Slashpost 0.1.0" in seen.text
    assert seen.links == ["https://blog.example"]


async def test_about_says_what_is_on_its_way_and_what_holds_it_up(stage: Stage) -> None:
    assert "on its way" not in (await stage.type("about")).text
    channel = Subscription(place="text", guild=1, channel=2, since=0)
    await stage.state.subscriptions.keep(channel)
    post = KnownPost(id="1", path="a.md", slug="a", title="A", digest="", shown_digest="a")
    wanted = Assignment(delivery_id("c2", ["1"]), "c2", ("1",))
    news = Revision(posts=[post], assignments=[wanted])
    await stage.state.ledger.revise("1", "me", lambda _: news)
    lease = await stage.state.outbox.claim("me", 1, 60)
    assert lease is not None
    await stage.state.outbox.put_off(lease, 600, "Discord *answers* nothing")
    seen = await stage.type("about")
    assert "1 announcement on its way" in seen.text
    assert r"Discord \*answers\* nothing" in seen.text


async def test_about_keeps_the_folders_of_the_machine_to_itself(stage: Stage) -> None:
    seen = await stage.type("about", hide=True)
    assert seen.is_private
    assert "Source: `posts`" in seen.text
    assert "/srv" not in seen.text


async def test_about_says_that_posts_are_of_the_last_time_but_not_where_they_lie(
    stage: Stage,
) -> None:
    stage.index.trouble = "git.example refused the password"
    seen = await stage.type("about")
    assert (
        "The posts could not be updated. These are the last ones that could be read." in seen.text
    )
    assert "git.example" not in seen.text


async def test_about_tells_readers_of_no_problems(stage: Stage) -> None:
    await fill(stage.index, garden(), problems=2)
    assert "problem" not in (await stage.type("about")).text
