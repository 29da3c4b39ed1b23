"""/announce, as those see it who manage a server."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import discord
import pytest
from discord import PermissionOverwrite
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.announce.delivery import Backlog
from bot.announce.ledger import Assignment, KnownPost, Revision
from bot.announce.message import delivery_id
from bot.announce.subscription import Pause, Subscription
from bot.blog.post import PostDate
from bot.chat import text
from bot.chat.client import Slashpost
from tests.announce.conftest import until
from tests.chat.blog import fill, garden, garden_post
from tests.chat.conftest import SELECT, Seen, Stage, is_in_channel

ROLE_SELECT = 6


@pytest.fixture
def admin(stage: Stage) -> Stage:
    """The stage with somebody who manages the server."""
    return stage.by(stage.manager())


async def kept(stage: Stage, channel: ChannelHandle | None = None) -> Subscription | None:
    """What is announced in a channel; that of the stage unless another is named."""
    return await stage.state.subscriptions.get(f"c{(channel or stage.channel).id}")


def menu(seen: Seen, which: str) -> dict[str, Any]:
    """The menu of tags to announce ``only`` or ``never``."""
    found: dict[str, Any] = next(
        each
        for each in seen.components
        if each["type"] == SELECT and f":{which}:" in each["custom_id"]
    )
    return found


async def choose_tags(stage: Stage, seen: Seen, which: str, *labels: str) -> Seen:
    """Choose these tags, and no others."""
    values = {option["label"]: option["value"] for option in menu(seen, which)["options"]}
    result = await stage.rea.select(
        seen.message,
        [values[label] for label in labels],
        custom_id=menu(seen, which)["custom_id"],
    )
    assert result.response is not None
    return Seen(result.response)


async def choose_role(stage: Stage, seen: Seen, *roles: Any) -> Seen:
    """Choose a role to mention, or none."""
    (custom_id,) = (c["custom_id"] for c in seen.components if c["type"] == ROLE_SELECT)
    result = await stage.rea.select(seen.message, list(roles), custom_id=custom_id)
    assert result.response is not None
    return Seen(result.response)


async def send_form(stage: Stage, seen: Seen, **values: Any) -> Seen:
    """Open the form below the settings, and send it."""
    shown = await stage.rea.click(seen.message, custom_id=seen.ids("More settings")[0])
    result = await stage.rea.submit_modal(shown, values)
    assert result.acknowledged
    assert result.response is not None
    return Seen(result.response)


async def test_here_announces_in_this_channel_and_shows_the_settings_in_private(
    admin: Stage,
) -> None:
    seen = await admin.type("announce here")
    assert seen.is_private
    assert not is_in_channel(admin, seen)
    assert f"All new posts go to <#{admin.channel.id}>." in seen.text
    assert "Nobody is mentioned." in seen.text
    subscription = await kept(admin)
    assert subscription is not None
    assert (subscription.place, subscription.guild, subscription.locale) == (
        "text",
        admin.rea.guild.id,
        "en-US",
    )
    assert subscription.since > 0


async def test_another_channel_can_be_chosen(admin: Stage) -> None:
    news = admin.rea.guild.create_news_channel("news")
    seen = await admin.type("announce here", channel=news)
    assert f"All new posts go to <#{news.id}>." in seen.text
    assert await kept(admin) is None
    seen = await admin.click(seen, "Publish to followers")
    assert "Servers that follow the channel get them too." in seen.text
    subscription = await kept(admin, news)
    assert subscription is not None
    assert (subscription.place, subscription.publish) == ("news", True)


async def test_forums_get_no_threads_of_their_own_and_text_channels_nobody_to_publish_to(
    admin: Stage,
) -> None:
    forum = admin.rea.guild.create_forum_channel("forum")
    switches = {"No sound", "Publish to followers", "A thread for each"}
    seen = await admin.type("announce here", channel=forum)
    assert switches & set(seen.labels) == {"No sound"}
    seen = await admin.type("announce here")
    assert switches & set(seen.labels) == {"No sound", "A thread for each"}


async def test_a_second_here_changes_nothing(admin: Stage) -> None:
    await admin.click(await admin.type("announce here"), "No sound")
    before = await kept(admin)
    seen = await admin.type("announce here")
    assert "Notifications make no sound." in seen.text
    assert await kept(admin) == before


async def test_tags_are_chosen_from_menus(admin: Stage) -> None:
    seen = await admin.type("announce here")
    assert menu(seen, "only")["options"][0]["label"] == "Garden", "the most used"
    seen = await choose_tags(admin, seen, "only", "Soil", "Tools")
    seen = await choose_tags(admin, seen, "never", "Weather")
    where = f"<#{admin.channel.id}>"
    assert f"New posts with one of these tags go to {where}: `Soil` `Tools`" in seen.text
    assert "Never those with one of these tags: `Weather`" in seen.text
    chosen = [option["label"] for option in menu(seen, "only")["options"] if option["default"]]
    assert chosen == ["Soil", "Tools"]
    subscription = await kept(admin)
    assert subscription is not None
    assert (subscription.tags, subscription.without) == (("Soil", "Tools"), ("Weather",))
    seen = await choose_tags(admin, seen, "only")
    assert f"All new posts go to {where}." in seen.text


async def test_tags_beyond_the_menu_are_typed_and_then_offered(admin: Stage) -> None:
    names = [f"Tag {number:02}" for number in range(40)]
    posts = [replace(garden_post(n), tags=tuple(names[: 1 + n])) for n in range(1, 40)]
    await fill(admin.index, posts)
    seen = await admin.type("announce here")
    assert len(menu(seen, "only")["options"]) == 25
    assert "Tag 39" not in [option["label"] for option in menu(seen, "only")["options"]]
    seen = await send_form(
        admin, seen, only="tag 39\n#Tag 38, coming soon", never="", language=["de"]
    )
    subscription = await kept(admin)
    assert subscription is not None
    assert (subscription.tags, subscription.locale) == (("Tag 39", "Tag 38", "coming soon"), "de")
    chosen = [option["label"] for option in menu(seen, "only")["options"] if option["default"]]
    assert chosen == ["Tag 39", "Tag 38", "coming soon"]


async def test_the_form_comes_filled_with_what_is_set(admin: Stage) -> None:
    seen = await choose_tags(admin, await admin.type("announce here"), "only", "Soil", "Tools")
    shown = await admin.rea.click(seen.message, custom_id=seen.ids("More settings")[0])
    assert shown.modal is not None
    only, never, language = (label["component"] for label in shown.modal["components"])
    assert only["value"] == "Soil\nTools"
    assert "value" not in never
    assert [o["value"] for o in language["options"] if o["default"]] == ["en-US"]


async def test_a_form_that_was_open_during_a_restart_is_taken(admin: Stage) -> None:
    seen = await admin.type("announce here")
    shown = await admin.rea.click(seen.message, custom_id=seen.ids("More settings")[0])
    await admin.restart()
    result = await admin.rea.submit_modal(
        shown, {"only": "soil", "never": "", "language": ["en-US"]}
    )
    assert result.response is not None
    assert "`Soil`" in Seen(result.response).text
    assert admin.env.bot._connection._view_store._modals == {}


async def test_settings_work_after_a_restart(admin: Stage) -> None:
    seen = await admin.type("announce here")
    await admin.restart()
    seen = await admin.click(seen, "No sound")
    await admin.restart()
    seen = await choose_tags(admin, seen, "only", "Soil")
    subscription = await kept(admin)
    assert subscription is not None
    assert (subscription.silent, subscription.tags) == (True, ("Soil",))


async def test_one_role_may_be_mentioned_but_not_everyone(admin: Stage) -> None:
    role = admin.rea.guild.create_role("readers")
    seen = await choose_role(admin, await admin.type("announce here"), role)
    assert f"<@&{role.id}> is mentioned, and nobody else." in seen.text
    seen = await choose_role(admin, seen, admin.rea.guild.default_role)
    assert "Nobody is mentioned." in seen.text
    seen = await choose_role(admin, seen, role)
    seen = await choose_role(admin, seen)
    subscription = await kept(admin)
    assert subscription is not None
    assert subscription.role is None


async def test_a_role_that_is_gone_is_said_and_can_be_replaced(admin: Stage) -> None:
    await admin.type("announce here")
    subscription = await kept(admin)
    assert subscription is not None
    await admin.state.subscriptions.keep(replace(subscription, role=4))
    seen = await admin.type("announce edit")
    assert "ℹ️ The role that was mentioned is gone." in seen.text
    (menu,) = (each for each in seen.components if each["type"] == ROLE_SELECT)
    assert not menu.get("default_values"), "Discord would take none that is gone"
    seen = await choose_role(admin, seen, admin.rea.guild.create_role("readers"))
    assert "is gone" not in seen.text


async def test_settings_open_though_discord_tells_nothing_of_the_channel(admin: Stage) -> None:
    await admin.type("announce here")
    admin.env.inject_error("GET", "/channels/*", status=500, times=None)
    seen = await admin.type("announce edit")
    assert "Discord does not tell me what I may do there." in seen.text
    assert "Notifications make no sound." in (await admin.click(seen, "No sound")).text


async def test_a_channel_that_is_gone_says_so_and_can_be_removed(admin: Stage) -> None:
    gone = Subscription(place="text", guild=admin.rea.guild.id, channel=77, since=0)
    await admin.state.subscriptions.keep(gone)
    seen = await admin.click(await admin.type("announce list"), "Edit")
    assert "I cannot see this channel." in seen.text
    assert "New posts wait" in seen.text
    seen = await admin.click(await admin.click(seen, "Remove"), "Remove")
    assert seen.text == "Nothing is announced in <#77>."


async def test_switches_go_on_and_off(admin: Stage) -> None:
    seen = await admin.type("announce here")
    seen = await admin.click(seen, "A thread for each")
    assert "Each post gets a thread." in seen.text
    seen = await admin.click(seen, "A thread for each")
    assert "Each post gets a thread." not in seen.text


async def test_what_the_bot_may_not_do_is_named_at_once(admin: Stage) -> None:
    guild = admin.rea.guild
    me = admin.env.bot.user
    assert me is not None
    quiet = guild.create_text_channel(
        "quiet", overwrites={me: PermissionOverwrite(send_messages=False)}
    )
    seen = await admin.type("announce here", channel=quiet)
    assert "I lack permissions in this channel: **Send Messages**." in seen.text
    assert await kept(admin, quiet) is not None, "it may be allowed later"


async def test_a_channel_that_the_bot_does_not_see_is_not_kept(admin: Stage) -> None:
    me = admin.env.bot.user
    assert me is not None
    hidden = admin.rea.guild.create_text_channel(
        "hidden", overwrites={me: PermissionOverwrite(view_channel=False)}
    )
    seen = await admin.type("announce here", channel=hidden)
    assert "I cannot see this channel. Give my role **View Channel** there" in seen.text
    assert await kept(admin, hidden) is None


async def test_a_discord_that_does_not_answer_is_not_taken_for_a_closed_channel(
    admin: Stage,
) -> None:
    admin.env.inject_error("GET", "/channels/*", status=500, times=None)
    seen = await admin.type("announce here")
    assert seen.text.startswith("Discord does not tell me what I may do there.")
    assert await kept(admin) is None


async def test_what_was_paused_for_want_of_access_goes_on_once_there_is_access(
    admin: Stage,
) -> None:
    await admin.type("announce here")
    key = f"c{admin.channel.id}"
    await admin.state.subscriptions.pause(
        key, Pause(reason="access", detail="Missing *Access*", since=1700000000)
    )
    listed = await admin.type("announce list")
    assert (
        "⚠️ Paused <t:1700000000:R>, since I have no access.\n-# Missing \\*Access\\*" in listed.text
    )
    seen = await admin.click(listed, "Edit")
    assert "Paused" not in seen.text
    subscription = await kept(admin)
    assert subscription is not None
    assert subscription.pause is None


async def test_pausing_and_going_on(admin: Stage) -> None:
    seen = await admin.click(await admin.type("announce here"), "Pause")
    assert "by a member of this server" in seen.text
    subscription = await kept(admin)
    assert subscription is not None
    assert subscription.pause is not None
    assert subscription.pause.reason == "admin"
    listed = await admin.type("announce list")
    assert "⏸️ Paused" in listed.text
    seen = await admin.type("announce pause")
    assert "Paused" not in seen.text
    seen = await admin.type("announce pause")
    await admin.click(seen, "Resume")
    subscription = await kept(admin)
    assert subscription is not None
    assert subscription.pause is None


async def test_removing_asks_first(admin: Stage) -> None:
    await admin.type("announce here")
    asked = await admin.type("announce remove")
    assert asked.is_private
    assert await kept(admin) is not None
    seen = await admin.click(asked, "Keep")
    assert "All new posts" in seen.text
    asked = await admin.click(seen, "Remove")
    seen = await admin.click(asked, "Remove")
    assert seen.text == f"Nothing is announced in <#{admin.channel.id}>."
    assert await kept(admin) is None


@pytest.mark.parametrize("command", ["announce edit", "announce remove", "announce pause"])
async def test_where_nothing_is_announced_there_is_nothing_to_change(
    admin: Stage, command: str
) -> None:
    seen = await admin.type(command)
    assert seen.text == f"Nothing is announced in <#{admin.channel.id}>."


async def test_a_server_that_removes_the_bot_is_paused(admin: Stage) -> None:
    await admin.type("announce here")
    admin.env.backend.remove_guild(admin.rea.guild.id)

    async def is_left() -> bool:
        subscription = await kept(admin)
        return bool(subscription and subscription.pause and subscription.pause.reason == "left")

    await until(is_left)


async def stopped(
    admin: Stage, count: int = 1, problem: str = "500: *Internal* Server Error"
) -> None:
    """Announcements in the stage's channel of which nobody knows whether they arrived."""
    await admin.type("announce here")
    key = f"c{admin.channel.id}"
    posts = [
        KnownPost(id=n, path=f"{n}.md", slug=n, title=f"Post *{n}*", digest=n, shown_digest=n)
        for n in map(str, range(count))
    ]
    assignments = [Assignment(delivery_id(key, (one.id,)), key, (one.id,)) for one in posts]
    revision = Revision(posts=posts, assignments=assignments)
    await admin.state.ledger.revise("1", "me", lambda _: revision)
    lease = await admin.state.outbox.claim("me", 1, 60)
    assert lease is not None
    while delivery := await admin.state.outbox.begin(lease, 60):
        await admin.state.outbox.stop(lease, delivery, 60, problem)


async def test_whoever_manages_the_server_says_that_an_announcement_is_there(admin: Stage) -> None:
    await stopped(admin)
    listed = await admin.type("announce list")
    assert "whether I announced **Post \\*0\\***" in listed.text
    assert f"<#{admin.channel.id}>" in listed.text
    assert "-# 500: \\*Internal\\* Server Error" in listed.text
    seen = await admin.click(listed, "It is there")
    assert "whether I announced" not in seen.text
    assert "All new posts" in seen.text
    assert (await admin.state.outbox.backlog()).sent == 1


async def test_why_it_is_not_known_is_said_as_a_paused_channel_says_it(admin: Stage) -> None:
    await stopped(admin, problem="the bot lacks the permission Read Message History")
    listed = await admin.type("announce list")
    assert "-# I lack permissions in this channel: **Read Message History**." in listed.text


async def test_or_has_it_sent_and_a_second_click_changes_nothing(admin: Stage) -> None:
    released: list[bool] = []
    admin.state.stopped.released.append(lambda: released.append(True))
    await stopped(admin)
    lists = [await admin.type("announce list") for _ in range(3)]
    for listed, label in zip(lists, ("Send it", "Send it", "It is there"), strict=True):
        seen = await admin.click(listed, label)
        assert "whether I announced" not in seen.text
    assert (await admin.state.outbox.backlog()).waiting == 1
    assert released == [True]


async def test_more_of_them_follow_when_the_first_are_decided(admin: Stage) -> None:
    await stopped(admin, 5)
    seen = await admin.type("announce list")
    for left in (5, 4, 3, 2, 1):
        assert seen.labels.count("Send it") == min(2, left)
        seen = await admin.click(seen, "It is there")
    assert "Send it" not in seen.labels


async def test_who_is_let_in_no_more_decides_about_no_announcement(
    admin: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stopped(admin)
    ben = admin.somebody_else()
    let_in(admin, ben)
    guest = admin.by(ben)
    listed = await guest.type("announce list")
    later = discord.utils.utcnow().replace(year=2126)
    monkeypatch.setattr("bot.chat.channels.utcnow", lambda: later)
    for label in ("It is there", "Send it"):
        seen = await guest.click(listed, label)
        assert seen.text == "You need the permission **Manage Server**."
    assert (await admin.state.outbox.backlog()).stopped == 1


async def test_another_server_sees_and_decides_nothing(admin: Stage) -> None:
    await stopped(admin)
    (delivery,) = await admin.state.stopped.of("guild", admin.rea.guild.id)
    elsewhere = admin.env.create_guild()
    role = elsewhere.create_role("m", permissions=discord.Permissions(manage_guild=True))
    eve = elsewhere.add_member(admin.env.create_user("eva"), roles=[role])
    there = replace(admin, rea=eve, channel=elsewhere.create_text_channel("blog"))
    await there.type("announce here")
    assert "Send it" not in (await there.type("announce list")).labels
    assert not await admin.state.stopped.send(delivery.id, "guild", elsewhere.id)
    assert (await admin.state.outbox.backlog()).stopped == 1


async def test_the_list_has_all_channels_of_the_server_and_of_no_other(admin: Stage) -> None:
    nothing = await admin.type("announce list")
    assert "</announce here:" in nothing.text
    channels = [admin.rea.guild.create_text_channel(f"c{number}") for number in range(7)]
    for channel in channels:
        await admin.type("announce here", channel=channel)
    await admin.state.subscriptions.keep(Subscription(place="text", guild=1, channel=2, since=0))
    seen = await admin.type("announce list")
    assert seen.is_private
    assert seen.labels.count("Edit") == 5
    said = seen.text
    more = await admin.click(seen, "Next ›")
    said += more.text
    assert all(f"<#{channel.id}>" in said for channel in channels)
    assert "<#2>" not in said
    edited = await admin.click(more, "Edit", nth=1)
    assert f"<#{channels[-1].id}>" in edited.text


async def test_the_list_names_machines_that_announce_nothing(admin: Stage) -> None:
    async def backlog() -> Backlog:
        return Backlog(older_machines=["web_1"])

    await admin.type("announce here")
    bot = admin.env.bot
    assert isinstance(bot, Slashpost)
    bot.context.backlog = backlog
    seen = await admin.type("announce list")
    assert "The machine web\\_1 has older posts than another one" in seen.text


async def test_a_thread_can_be_announced_in(admin: Stage) -> None:
    message = await admin.rea.send(admin.channel, "hello")
    real = admin.env.bot.get_channel(admin.channel.id)
    assert isinstance(real, discord.TextChannel)
    made = await real.create_thread(name="talk", message=discord.Object(message.id))
    (thread,) = (each for each in admin.channel.threads if each.id == made.id)
    await replace(admin, channel=thread).type("announce here")
    subscription = await kept(admin, thread)
    assert subscription is not None
    assert subscription.place == "thread"


async def test_who_does_not_manage_the_server_has_no_such_command(stage: Stage) -> None:
    assert "announce here" not in stage.rea.available_commands(stage.channel)
    manager = stage.manager()
    assert "announce here" in manager.available_commands(stage.channel)


def let_in(stage: Stage, member: MemberActor) -> None:
    """Let a member use the command whatever they may do in the server, as its settings can."""
    bot = stage.env.bot
    assert isinstance(bot, Slashpost)
    number = re.fullmatch(r"</announce:(\d+)>", bot.context.mention("announce"))
    assert number is not None
    stage.rea.guild.set_command_permissions(int(number[1]), {member: True})


async def test_somebody_whom_the_servers_settings_let_in_may_click_too(stage: Stage) -> None:
    ben = stage.somebody_else()
    let_in(stage, ben)
    guest = stage.by(ben)
    seen = await guest.click(await guest.type("announce here"), "No sound")
    assert "Notifications make no sound." in seen.text


async def test_who_is_let_in_no_more_cannot_click_for_long(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = stage.somebody_else()
    let_in(stage, ben)
    guest = stage.by(ben)
    seen = await guest.type("announce here")
    later = discord.utils.utcnow().replace(year=2126)
    monkeypatch.setattr("bot.chat.channels.utcnow", lambda: later)
    for label in ("No sound", "More settings", "Pause", "Remove"):
        answered = await guest.click(seen, label)
        assert answered.text == "You need the permission **Manage Server**."
    subscription = await kept(stage)
    assert subscription is not None
    assert not subscription.silent


async def test_a_preview_is_what_would_be_sent_for_the_admin_alone(admin: Stage) -> None:
    await choose_role(
        admin, await admin.type("announce here"), admin.rea.guild.create_role("readers")
    )
    result = await admin.rea.slash(admin.channel, "announce test", post="bed-3")
    assert result.response is not None
    seen = Seen(result.response)
    assert seen.is_private
    assert seen.text.splitlines()[0] == "-# 📣 New post"
    assert "## [Bed number 3](https://blog.example/beds/3/)" in seen.text
    (note,) = result.followups
    assert note.ephemeral
    assert "Only you see this; nothing was sent." in Seen(note).text
    assert "# Bed number 3" in (await admin.click(seen, "Read")).text


async def test_a_preview_says_where_a_post_would_not_go(admin: Stage) -> None:
    result = await admin.rea.slash(admin.channel, "announce test", post="bed-3")
    assert f"Nothing is announced in <#{admin.channel.id}>." in Seen(result.followups[0]).text
    await choose_tags(admin, await admin.type("announce here"), "only", "Soil")
    result = await admin.rea.slash(admin.channel, "announce test", post="bed-3")
    assert (
        "Because of its tags, this post would not be announced in" in Seen(result.followups[0]).text
    )


def trust(stage: Stage, *owners: int, servers: Sequence[int] = ()) -> None:
    """Let the bot know who owns it, and which servers its operator trusts."""

    async def is_owner(user: int) -> bool:
        return user in owners

    bot = stage.env.bot
    assert isinstance(bot, Slashpost)
    bot.context.is_owner, bot.context.trusted_servers = is_owner, servers


UNPUBLISHED = (
    replace(garden_post(90), slug="secret-bed", title="Secret bed", draft=True),
    replace(
        garden_post(91),
        slug="secret-plan",
        title="Secret plan",
        date=PostDate.of(dt.date(2026, 7, 1)),
    ),
)


@pytest.mark.parametrize(
    "typed", ["secret-bed", "Secret bed", "secret-plan", *(post.key for post in UNPUBLISHED)]
)
async def test_who_manages_some_server_sees_no_draft(admin: Stage, typed: str) -> None:
    await fill(admin.index, [*garden(), *UNPUBLISHED])
    trust(admin, admin.rea.id + 1, servers=[admin.rea.guild.id + 1])
    for letters in ("", "secret", typed):
        assert "Secret" not in str(await admin.suggestions("announce test", "post", letters))
    seen = await admin.type("announce test", post=typed)
    assert seen.text.startswith("There is no post called")
    assert "Secret" not in str(seen.components).replace(text.escape(typed), "")


async def test_a_draft_can_be_previewed_in_a_server_that_the_operator_trusts(admin: Stage) -> None:
    await fill(admin.index, [*garden(), *UNPUBLISHED])
    trust(admin, servers=[admin.rea.guild.id])
    assert "Secret bed" in (await admin.type("announce test", post="secret-bed")).text


async def test_a_draft_can_be_previewed_by_the_owner(admin: Stage) -> None:
    await fill(admin.index, [*garden(), *UNPUBLISHED])
    trust(admin, admin.rea.id)
    suggested = await admin.suggestions("announce test", "post", "secret")
    (value,) = (v for name, v in suggested.items() if name == "Secret bed (not published)")
    seen = await admin.type("announce test", post=value)
    assert "Secret bed" in seen.text
    assert (await admin.click(seen, "Read")).text == "Readers can open it once it is published."
    everything = await admin.suggestions("announce test", "post", "")
    assert "Secret bed (not published)" in list(everything)[:2]
    assert "Secret bed" not in str(await admin.suggestions("post", "post", "secret"))


async def test_a_preview_of_no_post_offers_the_closest(admin: Stage) -> None:
    seen = await admin.type("announce test", post="bed-33")
    assert "Bed number 3" in str(seen.components)
