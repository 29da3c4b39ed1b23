"""/follow, /following, /unfollow and /privacy, as a reader sees them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.message import delivery_id
from bot.announce.subscription import Pause, Subscription
from tests.chat.blog import fill, garden, garden_post
from tests.chat.conftest import Seen, Stage, bot_of, is_in_channel


async def followed(stage: Stage) -> Subscription | None:
    """What the reader follows."""
    return await stage.state.subscriptions.get(f"u{stage.rea.id}")


async def test_following_the_blog_says_what_comes_and_writes_to_prove_it(stage: Stage) -> None:
    seen = await stage.type("follow")
    assert seen.is_private
    assert not is_in_channel(stage, seen)
    assert "You follow all posts." in seen.text
    assert "those that are there already are not sent" in seen.text
    posted = [r for r in stage.env.http_requests if r.path.endswith("/messages")]
    assert len(posted) == 1
    assert "New posts come to you here" in str(posted[0].json)
    subscription = await followed(stage)
    assert subscription is not None
    assert (subscription.place, subscription.reader, subscription.guild, subscription.tags) == (
        "reader",
        stage.rea.id,
        None,
        (),
    )
    assert subscription.since > 0


async def test_tags_add_up_and_one_letter_is_enough(stage: Stage) -> None:
    await stage.type("follow", tag="tools")
    seen = await stage.type("follow", tag="SOIL")
    assert seen.text == "You follow posts with one of these tags: `Tools` `Soil`"
    await stage.type("follow", tag="soil")
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.tags == ("Tools", "Soil")
    assert len([r for r in stage.env.http_requests if r.path.endswith("/messages")]) == 1


async def test_following_everything_takes_the_place_of_tags(stage: Stage) -> None:
    await stage.type("follow", tag="tools")
    assert (await stage.type("follow")).text == "You follow all posts."
    assert (await stage.type("follow", tag="soil")).text == "You follow all posts."


async def test_a_tag_may_be_left_out_of_everything_and_taken_in_again(stage: Stage) -> None:
    await stage.type("follow")
    seen = await stage.type("unfollow", tag="soil")
    assert "You follow all posts.\nNever those with one of these tags: `Soil`" in seen.text
    subscription = await followed(stage)
    assert subscription is not None
    assert not subscription.wants(["Soil"])
    assert (await stage.type("follow", tag="soil")).text == "You follow all posts."


async def test_an_unknown_tag_is_not_followed(stage: Stage) -> None:
    seen = await stage.type("follow", tag="tolos")
    assert "Tools" in seen.labels
    assert await followed(stage) is None


async def test_unfollowing_the_last_tag_does_not_mean_everything(stage: Stage) -> None:
    await stage.type("follow", tag="tools")
    await stage.type("follow", tag="soil")
    seen = await stage.type("unfollow", tag="tools")
    assert seen.text == "You follow posts with one of these tags: `Soil`"
    seen = await stage.type("unfollow", tag="Soil")
    assert seen.text.startswith("You follow nothing any more")
    assert await followed(stage) is None


@pytest.mark.parametrize("option", [{}, {"tag": "all"}, {"tag": " ALL "}, {"tag": "everything"}])
async def test_unfollow_deletes_everything(stage: Stage, option: dict[str, str]) -> None:
    await stage.type("follow", tag="tools")
    seen = await stage.type("unfollow", **option)
    assert seen.text == "You follow nothing any more, and nothing is kept about you."
    assert await followed(stage) is None


async def test_what_is_not_followed_cannot_be_unfollowed(stage: Stage) -> None:
    assert "You follow nothing." in (await stage.type("unfollow", tag="tools")).text
    await stage.type("follow", tag="tools")
    seen = await stage.type("unfollow", tag="@everyone`")
    assert seen.text.startswith("You do not follow `@")
    assert "@everyone" not in seen.text
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.tags == ("Tools",)


async def test_only_what_is_followed_is_offered_to_unfollow(stage: Stage) -> None:
    assert await stage.suggestions("unfollow", "tag", "") == {}
    await stage.type("follow", tag="tools")
    await stage.type("follow", tag="soil")
    offered = await stage.suggestions("unfollow", "tag", "")
    assert list(offered) == ["everything", "Tools", "Soil"]
    seen = await stage.type("unfollow", tag=offered["everything"])
    assert seen.text.startswith("You follow nothing any more")
    await stage.type("follow")
    assert "Weather (3)" in await stage.suggestions("unfollow", "tag", "wea")


async def test_a_long_tag_can_be_followed_and_unfollowed(stage: Stage) -> None:
    name = "a" * 150
    await fill(stage.index, [replace(garden_post(1), tags=(name, "b"))])
    (value,) = (await stage.suggestions("follow", "tag", "aaa")).values()
    await stage.type("follow", tag=value)
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.tags == (name,)
    (value,) = (await stage.suggestions("unfollow", "tag", "aaa")).values()
    await stage.type("unfollow", tag=value)
    assert await followed(stage) is None


async def test_there_is_an_end_to_tags(stage: Stage) -> None:
    names = tuple(f"Tag {number:02}" for number in range(26))
    await fill(stage.index, [replace(garden_post(1), tags=names)])
    subscription = Subscription(place="reader", reader=stage.rea.id, tags=names[:25], since=1)
    await stage.state.subscriptions.keep(subscription)
    seen = await stage.type("follow", tag="Tag 25")
    assert seen.text == "You cannot name more than 25 tags."
    assert await followed(stage) == subscription


async def test_following_shows_it_and_ends_it(stage: Stage) -> None:
    await stage.type("follow", tag="tools")
    seen = await stage.type("following")
    assert seen.is_private
    assert "You follow posts with one of these tags: `Tools`" in seen.text
    await stage.restart()
    seen = await stage.click(seen, "Unfollow everything")
    assert seen.text.startswith("You follow nothing any more")
    assert "</follow:" in (await stage.type("following")).text


async def undecided(stage: Stage) -> str:
    """The id of a message to the reader of which nobody knows whether it arrived."""
    await stage.type("follow")
    key = f"u{stage.rea.id}"
    post = KnownPost(id="1", path="1.md", slug="1", title="Post *1*", digest="1", shown_digest="1")
    delivery = delivery_id(key, ("1",))
    revision = Revision(posts=[post], assignments=[Assignment(delivery, key, ("1",))])
    await stage.state.ledger.revise("1", "me", lambda _: revision)
    lease = await stage.state.outbox.claim("me", 1, 60)
    assert lease is not None
    begun = await stage.state.outbox.begin(lease, 60)
    assert begun is not None
    await stage.state.outbox.stop(lease, begun, 60, "500: *Internal* Server Error")
    await stage.state.outbox.release(lease)
    return delivery


@pytest.mark.parametrize(("label", "count"), [("It is there", "sent"), ("Send it", "waiting")])
async def test_the_reader_says_whether_a_message_is_there(
    stage: Stage, label: str, count: str
) -> None:
    await undecided(stage)
    seen, copy = [await stage.type("following") for _ in range(2)]
    assert "whether I sent you **Post \\*1\\***" in seen.text
    assert "-# 500: \\*Internal\\* Server Error" in seen.text
    await stage.restart()
    after = await stage.click(seen, label)
    assert "whether I sent you" not in after.text
    assert "You follow all posts." in after.text
    backlog = await stage.state.outbox.backlog()
    assert (getattr(backlog, count), backlog.stopped) == (1, 0)
    again = await stage.click(copy, "Send it")
    assert "You follow all posts." in again.text
    assert await stage.state.outbox.backlog() == backlog, "it is decided"


async def test_another_reader_decides_nothing(stage: Stage) -> None:
    delivery, other = await undecided(stage), stage.somebody_else().id
    assert not await stage.state.stopped.is_there(delivery, "reader", other)
    assert not await stage.state.stopped.send(delivery, "reader", other)
    assert not await stage.state.stopped.send(delivery, "guild", stage.rea.id)
    assert (await stage.state.outbox.backlog()).stopped == 1


async def test_the_button_below_the_tags_follows_everything_for_whoever_clicks(
    stage: Stage,
) -> None:
    seen = await stage.type("tags")
    ben = stage.somebody_else()
    await stage.restart()
    answered = await stage.click(seen, "Follow", by=ben)
    assert answered.is_private
    assert await stage.state.subscriptions.get(f"u{ben.id}") is not None
    assert await followed(stage) is None


@pytest.mark.parametrize("name", ["Tools", "a" * 150])
async def test_the_button_below_a_tags_posts_follows_the_tag(stage: Stage, name: str) -> None:
    posts = [replace(garden_post(number), tags=(name,)) for number in range(1, 8)]
    await fill(stage.index, posts)
    seen = await stage.choose(await stage.type("tags"), name[:99] + "…" if name[9:] else name)
    assert "Next ›" in seen.labels
    await stage.click(seen, "Follow")
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.tags == (name,)
    assert "Follow" not in (await stage.type("latest")).labels


async def test_a_button_for_a_tag_that_is_gone_says_so(stage: Stage) -> None:
    seen = await stage.type("tags", tag="tools")
    await fill(stage.index, [replace(post, tags=()) for post in garden()])
    assert (await stage.click(seen, "Follow")).text == "No post has this tag any more."


async def test_closed_messages_pause_it_and_the_reader_hears_at_once(stage: Stage) -> None:
    stage.env.inject_error("POST", "/channels/*/messages", status=403, code=50007)
    seen = await stage.type("follow")
    assert "I cannot write to you, so what you follow is paused." in seen.text
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.pause is not None
    assert (subscription.pause.reason, subscription.pause.told) == ("closed", True)
    assert "I cannot write to you" in (await stage.type("following")).text
    seen = await stage.type("follow")
    assert "I cannot write" not in seen.text
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.pause is None


async def test_a_discord_that_fails_is_not_taken_for_closed_messages(stage: Stage) -> None:
    stage.env.inject_error("POST", "/channels/*/messages", status=500)
    assert "I cannot write" not in (await stage.type("follow")).text
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.pause is None


async def test_who_could_not_be_reached_is_told_once_at_their_next_command(stage: Stage) -> None:
    await stage.type("follow")
    closed = Pause(reason="closed", detail="50007", since=5)
    await stage.restart()  # the bot asks only now and then whom to tell
    await stage.state.subscriptions.pause(f"u{stage.rea.id}", closed)
    other = await stage.by(stage.somebody_else()).rea.slash(stage.channel, "latest")
    assert other.followups == []
    await stage.restart()
    result = await stage.rea.slash(stage.channel, "latest", hide=False)
    (told,) = result.followups
    assert told.ephemeral
    assert "I cannot write to you, so what you follow is paused." in Seen(told).text
    for _ in range(2):
        again = await stage.rea.slash(stage.channel, "latest")
        assert again.followups == []
        await stage.restart()
    subscription = await followed(stage)
    assert subscription is not None
    assert subscription.pause == replace(closed, told=True)


async def test_privacy_says_what_is_kept_now(stage: Stage) -> None:
    assert "Nothing is kept about you now." in (await stage.type("privacy")).text
    await stage.type("follow", tag="tools")
    seen = await stage.type("privacy")
    assert seen.is_private
    assert (
        "It is deleted if you take no direct messages for 90 days, or delete your account"
        in seen.text
    )
    assert "You follow posts with one of these tags: `Tools`" in seen.text
    assert "</unfollow:" in seen.text


async def test_it_works_in_a_direct_message(stage: Stage) -> None:
    ada = stage.env.create_user("ada")
    result = await ada.slash("follow")
    assert result.response is not None
    assert "You follow all posts." in Seen(result.response).text
    assert await stage.state.subscriptions.get(f"u{ada.id}") is not None


@pytest.mark.parametrize("command", ["follow", "following", "unfollow"])
async def test_a_bot_that_cannot_remember_says_so(stage: Stage, command: str) -> None:
    await stage.env.restart_bot(bot_of(stage.index, None))
    seen = await stage.type(command)
    assert seen.is_private
    assert seen.text.startswith("Nothing can be announced or followed right now.")
    assert "Follow" not in (await stage.type("tags")).labels
    assert "Nothing is kept about you now." in (await stage.type("privacy")).text
    assert stage.env.errors, "seen, so that the simulation does not report them"
