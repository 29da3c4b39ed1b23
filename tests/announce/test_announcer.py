"""From a change among the posts to messages in channels."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from bot.announce import retry
from bot.announce.message import MessageRefused, NoAccess, TryLater
from bot.announce.subscription import Pause, Subscription
from tests.announce.channels import later
from tests.announce.conftest import NEWS, TEXT, Stage
from tests.wire.patience import PATIENCE

DAY = 86_400.0


async def test_a_new_post_is_announced_once(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["Hello"]
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["Hello"]


async def test_a_channel_that_is_added_hears_of_what_comes_later(stage: Stage) -> None:
    stage.shelf.put("a.md", "Before")
    await stage.announce()
    await stage.state.subscriptions.keep(NEWS)
    await stage.announce()
    stage.shelf.put("b.md", "After")
    await stage.announce()
    assert stage.discord.texts(NEWS.key) == ["After"]
    assert stage.discord.texts(TEXT.key) == ["Before", "After"]


async def test_a_draft_waits_until_it_is_published_and_the_future_until_it_comes(
    stage: Stage,
) -> None:
    stage.shelf.put("draft.md", "Draft", draft=True)
    stage.shelf.put("future.md", "Tomorrow", day=1)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == []
    stage.shelf.put("draft.md", "Draft")
    announcer = stage.announcer()
    async with announcer.running():
        await announcer.notice()
        await stage.settled(announcer)
        assert stage.discord.texts(TEXT.key) == ["Draft"]
        stage.shelf.now += DAY  # nothing changes but the time
        await announcer.check()
        await stage.settled(announcer)
    assert stage.discord.texts(TEXT.key) == ["Draft", "Tomorrow"]


async def test_a_page_that_becomes_a_post_is_known(stage: Stage) -> None:
    for name in ("mosses", "ferns", "about"):
        stage.shelf.put(f"notes/{name}.md", name, day=None, body=f"All about {name}.", page=True)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == []
    assert len(await stage.state.ledger.posts()) == 3
    stage.shelf.put("notes/first.md", "First note", body="Quite new.")
    stage.shelf.put("notes/mosses.md", "mosses", day=None, body="All about mosses.")
    stage.shelf.put("notes/ferns.md", "ferns", body="All about ferns. Dated now.")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["First note"]


async def test_a_post_that_becomes_a_page_keeps_its_message(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    for page in (True, False):
        stage.shelf.put("a.md", "Hello", page=page)
        await stage.announce()
        assert stage.discord.texts(TEXT.key) == ["Hello"]


async def test_an_edit_changes_the_message_and_touching_a_file_does_not(stage: Stage) -> None:
    stage.shelf.put("a.md", "Helo")
    await stage.announce()
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    (message,) = stage.discord.messages[TEXT.key]
    assert (message.text, message.edits) == ("Hello", 1)
    stage.shelf.put("a.md", "Hello", body="a word that no announcement shows")
    await stage.announce()
    assert (message.text, message.edits) == ("Hello", 1)
    assert await stage.announce() == 0


async def test_a_renamed_post_is_the_same_one(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello", slug="hello")
    await stage.announce()
    stage.shelf.move("a.md", "2024/a.md", "hello")
    await stage.announce()
    stage.shelf.put("2024/a.md", "Hello, all", slug="hello")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello, all"]


async def test_a_withdrawn_post_is_marked_and_restored(stage: Stage) -> None:
    post = stage.shelf.put("a.md", "Hello")
    await stage.announce()
    stage.shelf.take("a.md")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["[Hello]"]
    stage.shelf.put("a.md", post.title)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello"]


async def test_what_is_withdrawn_before_it_was_sent_is_not_sent(stage: Stage) -> None:
    stage.discord.before = lambda *_: TryLater("Discord is away", 60)
    stage.shelf.put("a.md", "Hello")
    stage.shelf.put("b.md", "World")
    assert await stage.announce() == 2
    stage.discord.before = lambda *_: None
    stage.shelf.take("a.md")
    await stage.state.subscriptions.resume(TEXT.key)  # which need not wait the minute
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["World"]
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["World", "Hello"]


async def test_many_posts_are_one_message_that_follows_them(stage: Stage) -> None:
    for name in "fedcba":
        stage.shelf.put(f"{name}.md", name.upper())
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["A, B, C, D, E, F"]
    stage.shelf.take("b.md")
    stage.shelf.put("c.md", "See")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["A, [B], See, D, E, F"]


async def test_threads_and_publication_follow_the_message(stage: Stage) -> None:
    await stage.state.subscriptions.keep(replace(NEWS, threads=True, publish=True))
    lost = iter(["start_thread", "publish"])
    stage.discord.after = lambda request, _: (
        later() if request != "send" and next(lost, None) else None
    )
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 0
    (message,) = stage.discord.messages[NEWS.key]
    assert message.thread == message.id
    assert message.published


async def test_a_thread_that_may_not_be_made_holds_nothing_up(stage: Stage) -> None:
    await stage.state.subscriptions.keep(replace(NEWS, threads=True, publish=True))
    stage.discord.before = lambda request, _: (
        NoAccess("Create Public Threads is missing") if request == "start_thread" else None
    )
    stage.shelf.put("a.md", "Hello")
    stage.shelf.put("b.md", "World")
    assert await stage.announce() == 0
    assert stage.discord.texts(NEWS.key) == ["Hello", "World"]
    wish = await stage.state.subscriptions.get(NEWS.key)
    assert wish is not None
    assert wish.pause is None


async def test_a_lost_response_does_not_send_twice(stage: Stage) -> None:
    lost = iter([TryLater("The connection broke", 0.01)])
    stage.discord.after = lambda request, _: next(lost, None) if request == "send" else None
    stage.shelf.put("a.md", "Hello")
    stage.shelf.put("b.md", "World")
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == ["Hello", "World"]


async def test_a_channel_that_must_wait_holds_up_no_other(stage: Stage) -> None:
    await stage.state.subscriptions.keep(NEWS)
    stage.discord.before = lambda _, key: TryLater("Slow down", 60) if key == TEXT.key else None
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 1
    assert stage.discord.texts(NEWS.key) == ["Hello"]
    assert stage.discord.texts(TEXT.key) == []


async def test_lost_access_pauses_and_its_return_resumes(stage: Stage) -> None:
    stage.discord.before = lambda *_: NoAccess("Send Messages is missing")
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 0, "what cannot be delivered for now is not waited for"
    wish = await stage.state.subscriptions.get(TEXT.key)
    assert wish is not None
    assert wish.pause is not None
    assert (wish.pause.reason, wish.pause.detail) == ("access", "Send Messages is missing")
    backlog = await stage.state.outbox.backlog()
    assert (backlog.held, backlog.paused, backlog.problem) == (1, 1, "Send Messages is missing")

    stage.discord.before = lambda *_: None
    stage.shelf.put("b.md", "World")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello", "World"]
    assert await stage.state.subscriptions.get(TEXT.key) == TEXT


async def test_a_server_that_was_left_is_told_from_a_closed_channel(stage: Stage) -> None:
    stage.discord.before = lambda *_: NoAccess("the bot is not in the server", "left")
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    wish = await stage.state.subscriptions.get(TEXT.key)
    assert wish is not None
    assert wish.pause is not None
    assert wish.pause.reason == "left"
    # Kept for 30 days, counted by the clock of the look.
    stage.shelf.now = wish.pause.since + 29 * DAY
    stage.shelf.put("b.md", "World")
    await stage.announce()
    assert await stage.state.subscriptions.get(TEXT.key) is not None
    stage.shelf.now = wish.pause.since + 31 * DAY
    stage.shelf.put("c.md", "Again")
    await stage.announce()
    assert await stage.state.subscriptions.get(TEXT.key) is None


@pytest.mark.parametrize("request_", ["history", "send", "edit", "start_thread", "publish"])
async def test_any_answer_tells_that_a_server_was_left(stage: Stage, request_: str) -> None:
    await stage.state.subscriptions.keep(replace(NEWS, threads=True, publish=True))
    await stage.state.subscriptions.remove(TEXT.key)
    if request_ == "edit":
        stage.shelf.put("a.md", "Hello")
        await stage.announce()
    stage.discord.before = lambda request, _: (
        NoAccess("403: Missing Access") if request == request_ else None
    )
    stage.discord.left = {1}
    stage.shelf.put("a.md", "Hello, all")
    await stage.announce()
    wish = await stage.state.subscriptions.get(NEWS.key)
    assert wish is not None
    assert wish.pause is not None
    assert (wish.pause.reason, wish.pause.detail) == ("left", "the bot is not in the server")


async def test_a_reader_is_forgotten_whose_messages_stay_closed(stage: Stage) -> None:
    reader = Subscription(place="reader", reader=8, since=1)
    await stage.state.subscriptions.keep(reader)
    await stage.state.subscriptions.pause(reader.key, Pause(reason="closed", since=1000))
    for days, is_kept in ((89, True), (91, False)):
        stage.shelf.now = 1000 + days * DAY
        await stage.announce()  # although no post is new
        assert (await stage.state.subscriptions.get(reader.key) is not None) is is_kept
    assert await stage.state.subscriptions.get(TEXT.key) is not None


async def test_an_administrators_pause_is_left_alone(stage: Stage) -> None:
    await stage.state.subscriptions.pause(TEXT.key, Pause(reason="admin", since=1))
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    assert stage.discord.calls == []
    await stage.state.subscriptions.resume(TEXT.key)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello"]


async def test_a_refused_card_becomes_a_plain_one(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    refusals = iter([MessageRefused("components: too long")])
    stage.discord.before = lambda request, _: next(refusals, None) if request == "send" else None
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["plain Hello"]
    assert "components: too long" in caplog.text


async def test_what_discord_never_takes_is_logged_and_holds_nothing_up(
    stage: Stage, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "REFUSED_AGAIN", 0.01)
    monkeypatch.setattr(retry, "LET_OTHERS_PASS", 0.1)
    stage.discord.refuses = "Hello"
    stage.shelf.put("a.md", "Hello")
    stage.shelf.put("b.md", "World")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["World"]
    assert "Discord refuses 'Hello' in c12: Invalid Form Body" in caplog.text
    assert (await stage.state.outbox.backlog()).refused == 1


async def until_sent(stage: Stage, messages: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while len(stage.discord.texts(TEXT.key)) < messages:  # noqa: ASYNC110 - the channel tells nobody
            await asyncio.sleep(0.01)


async def test_what_is_refused_together_with_everything_else_is_sent_later(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retry, "REFUSED_AGAIN", 0.01)
    stage.discord.refuses = ""
    stage.shelf.put("a.md", "Hello")
    stage.shelf.put("b.md", "World")
    announcer = stage.announcer()
    async with announcer.running():
        await announcer.notice()
        await announcer.idle(0.5)
        assert stage.discord.texts(TEXT.key) == []
        stage.discord.refuses = None
        await until_sent(stage, 2)
    assert stage.discord.texts(TEXT.key) == ["Hello", "World"]
    assert (await stage.state.outbox.backlog()).refused == 0


async def test_a_deleted_announcement_stays_deleted(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    stage.discord.delete(TEXT.key)
    stage.shelf.put("a.md", "Hello, all")
    await stage.announce()
    stage.shelf.put("a.md", "Hello, world")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == []
    assert stage.discord.calls.count("send") == 1


async def test_a_change_that_cannot_be_made_holds_up_no_message(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    stage.discord.before = lambda request, _: NoAccess("locked") if request == "edit" else None
    stage.shelf.put("a.md", "Hello, all")
    stage.shelf.put("b.md", "World")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello", "World"]
    backlog = await stage.state.outbox.backlog()
    assert (backlog.paused, backlog.changes, backlog.sent) == (0, 1, 2)


async def test_a_single_machine_with_an_older_copy_of_its_posts_goes_on(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello")
    await stage.announce()
    stage.shelf.put("b.md", "World")
    await stage.announce()
    stage.shelf.take("b.md")
    await stage.announce()
    stage.shelf.put("c.md", "Elsewhere")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello", "[World]", "Elsewhere"]


async def forget(stage: Stage, *paths: str) -> None:
    """Restore the state from a copy that was made before these posts were announced."""
    for path in paths:
        async with stage.state.database.transaction() as transaction:
            ((name,),) = await transaction.rows("SELECT id FROM known_posts WHERE path = $1", path)
            await transaction.rows("DELETE FROM known_posts WHERE id = $1", name)
            await transaction.rows(
                "DELETE FROM deliveries WHERE id IN"
                " (SELECT delivery FROM delivery_posts WHERE post = $1)",
                name,
            )
            await transaction.rows("DELETE FROM delivery_posts WHERE post = $1", name)
            await transaction.rows("UPDATE subscriptions SET searched = 0")


BODY = "This is what the post says. It says nothing else."


async def test_what_a_restored_state_has_forgotten_is_found_at_the_second_look(
    stage: Stage,
) -> None:
    for title in ("Hello", "World"):
        stage.shelf.put(f"{title}.md", title, body=f"{title} says so. {BODY}")
        await stage.announce()
    await forget(stage, "World.md")
    stage.shelf.take("World.md")
    announcer = stage.announcer()
    async with announcer.running():
        for step in (None, "Hello", "World"):
            if step:
                stage.shelf.put(f"{step}.md", f"{step}!", body=f"{step} says so. {BODY}")
            await announcer.notice()
            await stage.settled(announcer)
    assert stage.discord.texts(TEXT.key) == ["Hello!", "World!"]


async def test_what_was_renamed_since_the_copy_is_found_too(stage: Stage) -> None:
    stage.shelf.put("a.md", "Hello", body=BODY)
    await stage.announce()
    await forget(stage, "a.md")
    stage.shelf.move("a.md", "b.md")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello"]
    stage.shelf.put("b.md", "Hello, world", body=BODY)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello, world"]


async def test_many_posts_since_the_copy_are_found_one_by_one_and_the_rest_is_announced(
    stage: Stage,
) -> None:
    names = [f"post {number}" for number in range(7)]
    for name in names:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
        await stage.announce()
    await forget(stage, *(f"{name}.md" for name in names))
    stage.shelf.put("new.md", "new", body="A new one, about something else.")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == [*names, "new"]
    stage.shelf.put("post 3.md", "post three", body="All about post 3. Nothing but post 3.")
    await stage.announce()
    assert stage.discord.texts(TEXT.key)[3] == "post three"


async def test_posts_of_a_list_that_come_one_by_one_leave_the_list_as_it_is(stage: Stage) -> None:
    names = [f"post {number}" for number in range(7)]
    for name in names:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
    await stage.announce()
    (listed,) = stage.discord.texts(TEXT.key)
    async with stage.state.database.transaction() as transaction:
        for table in ("known_posts", "deliveries", "delivery_posts"):
            await transaction.rows(f"DELETE FROM {table}")
    posts = dict(stage.shelf.posts)
    stage.shelf.posts.clear()
    for path, post in posts.items():
        stage.shelf.posts[path] = post
        stage.shelf.generation += 1
        await stage.announce()
    assert stage.discord.texts(TEXT.key) == [listed]


async def test_a_list_that_is_left_as_it_is_gets_the_thread_and_publication_it_lacks(
    stage: Stage,
) -> None:
    """The process was killed after sending it, and the state then restored."""
    to = replace(NEWS, threads=True, publish=True)
    await stage.state.subscriptions.keep(to)
    names = [f"post {number}" for number in range(7)]
    for name in names:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
    await stage.announce()
    messages = stage.discord.messages[to.key]
    messages[:] = [replace(each, thread=None, published=False) for each in messages]
    await forget(stage, *(f"{name}.md" for name in names))
    posts = dict(stage.shelf.posts)
    for path in list(posts)[1:]:
        stage.shelf.take(path)
    await stage.announce()
    assert [(each.thread, each.published) for each in messages] == [(messages[0].id, True)]
    stage.shelf.posts |= posts
    stage.shelf.generation += 1
    await stage.announce()
    assert stage.discord.texts(to.key) == [", ".join(names)]


async def test_what_a_list_held_beside_its_last_posts_is_found_too(stage: Stage) -> None:
    """A list counts the posts that it does not show."""
    names = [f"post {number:02}" for number in range(9)]
    for name in names:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
    await stage.announce()
    (message,) = stage.discord.messages[TEXT.key]
    del message.message.components[0]["ids"][:4]
    await forget(stage, *(f"{name}.md" for name in names))
    stage.shelf.put("new.md", "new", body="A new one, about something else.")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == [", ".join(names), "new"]


async def test_a_message_about_the_rest_of_a_delivery_is_not_taken_for_all_of_it(
    stage: Stage,
) -> None:
    """Twice restored: what is left of a list after a search is sent under the list's id."""
    names = [f"post {number}" for number in range(7)]
    for name in names[:2]:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
        await stage.announce()
    await forget(stage, *(f"{name}.md" for name in names[:2]))
    for name in names[2:]:
        stage.shelf.put(f"{name}.md", name, body=f"All about {name}. Nothing but {name}.")
    await stage.announce()
    seen = [*names[:2], ", ".join(names[2:])]
    assert stage.discord.texts(TEXT.key) == seen
    await forget(stage, *(f"{name}.md" for name in names))
    stage.shelf.put("post 2.md", "post 2", body="All about post 2. Nothing but post 2. More.")
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == seen


async def test_a_message_that_was_found_gets_the_thread_and_the_publication_that_it_lacks(
    stage: Stage,
) -> None:
    to = replace(NEWS, publish=False, threads=False)
    await stage.state.subscriptions.keep(to)
    stage.shelf.put("a.md", "Hello", body=BODY)
    await stage.announce()
    await forget(stage, "a.md")
    await stage.state.subscriptions.keep(replace(to, publish=True, threads=True))
    await stage.announce()
    (message,) = stage.discord.messages[to.key]
    assert (message.thread, message.published) == (message.id, True)


async def test_texts_that_were_hashed_in_another_way_are_hashed_again(stage: Stage) -> None:
    """Else a post that moves after an update would be a new one."""
    stage.shelf.put("a.md", "Hello", body=BODY)
    await stage.announce()
    async with stage.state.database.transaction() as transaction:
        await transaction.rows("UPDATE known_posts SET sketch = $1", b"1234")
        await transaction.rows("UPDATE ledger SET minhash_form = NULL")
    await stage.announce()
    assert stage.discord.calls.count("edit") == 0
    stage.shelf.move("a.md", "b.md")
    stage.shelf.put("b.md", "Hello again", body=BODY)
    await stage.announce()
    assert stage.discord.texts(TEXT.key) == ["Hello again"]


async def test_a_process_reads_the_history_of_a_channel_once(stage: Stage) -> None:
    announcer = stage.announcer()
    async with announcer.running():
        for title in ("Hello", "World"):
            stage.shelf.put(f"{title}.md", title)
            await announcer.notice()
            await stage.settled(announcer)
    assert stage.discord.calls == ["history", "send", "send"]


async def test_a_subscription_that_ends_takes_what_waits_along(stage: Stage) -> None:
    stage.discord.before = lambda *_: TryLater("Discord is away", 60)
    stage.shelf.put("a.md", "Hello")
    assert await stage.announce() == 1
    await stage.state.subscriptions.remove(TEXT.key)
    await stage.state.subscriptions.keep(TEXT)
    stage.discord.before = lambda *_: None
    assert await stage.announce() == 0
    assert stage.discord.texts(TEXT.key) == []
