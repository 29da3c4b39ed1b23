"""Reading a post in Discord, as a reader sees it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import discord
import pytest

from bot.announce.message import Story
from bot.announce.subscription import Subscription
from bot.blog.post import Post
from bot.chat.client import Slashpost
from bot.chat.context import SHARING_SECONDS, Context
from bot.chat.views.announcement import Digest, new_post, translator_to
from bot.chat.views.layout import SLOTS
from bot.index.index import Index
from bot.sources.pictures import FolderPictures
from tests.chat.blog import fill, garden, garden_post
from tests.chat.conftest import SELECT, Seen, Stage, is_in_channel, sync

CHAPTERS = 8
DELIVERY = "0123456789abcdef0123"
SENTENCE = "The snails of chapter {n} wait for the night, and nobody tells them to leave. "
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


def chapters(count: int, sentences: int = 25) -> str:
    """A long post: each chapter fills about half a page."""
    return "\n\n".join(
        f"## Chapter {n}\n\n{SENTENCE.format(n=n) * sentences}" for n in range(1, count + 1)
    )


async def publish(index: Index, body: str, *, number: int = 12, title: str = "") -> Post:
    """Make the newest post say ``body``."""
    posts = garden()
    post = posts[number - 1] = replace(
        posts[number - 1], title=title or posts[number - 1].title, image=None
    )
    await fill(index, posts, {post.path: body})
    return post


@pytest.fixture
async def long(stage: Stage) -> Stage:
    """The newest post has several pages."""
    await publish(stage.index, chapters(CHAPTERS))
    return stage


def at(seen: Seen) -> tuple[int, int]:
    """Which page a reader sees, and of how many."""
    labels = "\n".join(seen.labels)
    found = re.search(r"(?m)^(\d+) / (\d+)$", labels)
    assert found is not None, labels
    return int(found[1]), int(found[2])


async def read(stage: Stage) -> Seen:
    """Open the newest post."""
    return await stage.click(await stage.type("latest"), "Read")


async def test_read_opens_the_first_page_for_the_reader_alone(long: Stage) -> None:
    seen = await read(long)
    assert seen.is_private
    assert seen.text.startswith(
        "# Bed number 12\n-# January 13, 2024 · 2 min read · by Ada Bloom\n"
    )
    assert "## Chapter 1\n" in seen.text
    assert at(seen)[0] == 1
    page, *others = seen.labels
    assert page == f"1 / {at(seen)[1]}"
    assert others == ["Next ›", "Open in browser", "Save to my DMs", "Share"]
    assert seen.links == ["https://blog.example/beds/12/"]


async def test_a_reader_turns_pages_to_the_end_and_back(long: Stage) -> None:
    seen = await read(long)
    said = seen.text
    last = at(seen)[1]
    assert last > 3
    for number in range(2, last + 1):
        turned = await long.click(seen, "Next ›")
        assert turned.message.id == seen.message.id
        seen = turned
        assert at(seen) == (number, last)
        assert seen.text.startswith("-# Bed number 12\n")
        said += seen.text
    assert "Next ›" not in seen.labels
    assert [f"## Chapter {n}\n" in said for n in range(1, CHAPTERS + 1)] == [True] * CHAPTERS
    assert len(re.findall(r"snails\s+of\s+chapter", said)) == CHAPTERS * 25
    assert at(await long.click(seen, "‹ Previous")) == (last - 1, last)


async def test_a_card_opens_its_post(long: Stage) -> None:
    card = await long.type("post", post="bed-12")
    assert at(await long.click(card, "Read"))[0] == 1


async def test_a_title_that_the_post_says_itself_is_not_said_twice(stage: Stage) -> None:
    await publish(stage.index, "# Bed  Number 12\n\nText.")
    seen = await read(stage)
    assert seen.text.count("Bed") == 1


async def test_a_post_without_text_says_so(stage: Stage) -> None:
    await publish(stage.index, "")
    assert "This post has no text." in (await read(stage)).text


async def test_a_reader_jumps_to_a_section(long: Stage) -> None:
    seen = await read(long)
    assert list(seen.options) == [f"Chapter {n}" for n in range(1, CHAPTERS + 1)]
    seen = await long.choose(seen, "Chapter 6")
    assert "## Chapter 6\n" in seen.text
    assert seen.text.startswith("-# Bed number 12\n")


async def test_many_sections_are_offered_in_turns(stage: Stage) -> None:
    await publish(stage.index, chapters(60, sentences=12))
    seen = await read(stage)
    names = list(seen.options)
    assert (names[0], names[-2:]) == ("Chapter 1", ["Chapter 23", "Later sections ›"])
    before = seen.text
    seen = await stage.choose(seen, "Later sections ›")
    assert seen.text == before, "only the menu has changed"
    names = list(seen.options)
    assert names[:2] == ["‹ Earlier sections", "Chapter 24"]
    seen = await stage.choose(seen, "Later sections ›")
    seen = await stage.choose(seen, "Chapter 60")
    assert "## Chapter 60\n" in seen.text
    assert list(seen.options)[-1] == "Chapter 60", "the menu follows the page"
    seen = await stage.choose(await stage.choose(seen, "‹ Earlier sections"), "Chapter 24")
    assert "## Chapter 24\n" in seen.text


async def test_sections_of_any_name_can_be_chosen(stage: Stage) -> None:
    names = ["**Bold**", "Same", "Same", "x" * 300, "@everyone", "…", "日本語", "~from:1"]
    text = SENTENCE.format(n=1) * 40
    await publish(stage.index, "\n\n".join(f"## {name}\n\n{text}" for name in names))
    seen = await read(stage)
    assert len(seen.options) == len(names)
    assert {"Same (1)", "Same (2)"} < set(seen.options)
    for label in seen.options:
        await stage.choose(seen, label)


async def test_sections_of_one_name_are_told_apart_by_the_heading_above(stage: Stage) -> None:
    text = SENTENCE.format(n=1) * 40
    parts = [("Linux", "Setup"), ("macOS", "Setup"), ("Windows", "Setup", "Setup")]
    lines: list[str] = []
    for top, *below in parts:
        lines += [f"## {top}", *(f"### {name}\n\n{text}" for name in below)]
    await publish(stage.index, "\n\n".join(lines))
    seen = await read(stage)
    assert list(seen.options) == [
        *("Linux", "· Setup (Linux)", "macOS", "· Setup (macOS)"),
        *("Windows", "· Setup (Windows) (1)", "· Setup (Windows) (2)"),
    ]
    assert len(set(seen.options.values())) == 7
    offered = await stage.suggestions("post", "section", "setup", post="bed-12")
    assert list(offered)[:2] == ["Setup (Linux)", "Setup (macOS)"]
    seen = await stage.type("post", post="bed-12", section="setup (macos)")
    assert "## macOS\n\n### Setup\n" in seen.text
    assert "-# ➡️ Section: **Setup (macOS)**" in seen.text


async def test_a_post_of_one_page_has_no_menu_of_sections(stage: Stage) -> None:
    await publish(stage.index, "## One\n\nText.\n\n## Two\n\nText.")
    seen = await read(stage)
    assert "## Two" in seen.text
    assert SELECT not in [each["type"] for each in seen.components]


async def test_a_section_in_the_middle_of_its_page_is_named_above(stage: Stage) -> None:
    await publish(stage.index, chapters(9, sentences=10))
    seen = await read(stage)
    middle = [f"Chapter {n}" for n in range(1, 10)]
    marked = []
    for name in middle:
        seen = await stage.choose(seen, name)
        begins = re.search(r"(?m)^## (Chapter \d+)$", seen.text)
        assert begins is not None
        is_first = begins[1] == name
        assert (f"-# ➡️ Section: **{name}**" in seen.text) is not is_first
        marked.append(not is_first)
    assert {True, False} == set(marked)
    assert "Section:" not in (await stage.click(seen, "‹ Previous")).text


async def test_a_reader_goes_to_a_page_by_its_number(long: Stage) -> None:
    seen = await read(long)
    last = at(seen)[1]
    for typed, number in (("3", 3), (" 1 ", 1), ("999999999", last), ("0", 1)):
        seen = await long.go_to_page(seen, typed)
        assert at(seen) == (number, last)
    for typed in ("three", "-1", "٣", "1e3", "2.5"):
        said = await long.go_to_page(seen, typed)
        assert said.is_private
        assert said.text == "Write the number of a page, such as 3."


async def test_a_page_by_number_works_after_a_restart(long: Stage) -> None:
    seen = await read(long)
    await long.restart()
    assert at(await long.go_to_page(seen, "2"))[0] == 2


def linking(*numbers: int) -> str:
    """A page that links posts of the garden, itself, and elsewhere."""
    links = [f"[Bed {n}](https://blog.example/beds/{n}/)" for n in numbers]
    return " ".join([*links, "[me](https://blog.example/beds/12/#x)", "[x](https://x.example/)"])


async def test_a_link_to_another_post_is_followed_in_the_reader_and_back(stage: Stage) -> None:
    posts = garden()
    bodies = {
        posts[11].path: f"{chapters(CHAPTERS)}\n\n{linking(3, 5, 3)}",
        posts[2].path: f"{chapters(3)}\n\n{linking(7)}",
        posts[6].path: f"Seventh.\n\n{linking(3)}",
    }
    await fill(stage.index, posts, bodies)
    seen = await stage.go_to_page(await read(stage), "99")
    here = at(seen)
    linked = seen.menu("Posts linked here")
    assert list(linked) == ["Bed number 3", "Bed number 5"]
    third = await stage.pick(seen, "Posts linked here", "Bed number 3")
    assert third.message.id == seen.message.id, "it is turned in place"
    assert third.text.startswith("# Bed number 3\n")
    third = await stage.click(third, "Next ›")
    seventh = await stage.pick(third, "Posts linked here", "Bed number 7")
    assert "Seventh." in seventh.text
    await stage.restart()
    back = await stage.click(seventh, "Back to the previous post")
    assert back.text.startswith("-# Bed number 3\n")
    assert at(back)[0] == 2
    back = await stage.click(back, "Back to the previous post")
    assert back.text.startswith("-# Bed number 12\n")
    assert at(back) == here
    assert "Back to the previous post" not in back.labels


async def test_a_way_back_is_remembered_for_the_last_posts(stage: Stage) -> None:
    posts = garden()
    bodies = {post.path: linking(*range(1, 12)) for post in posts}
    await fill(stage.index, posts, bodies)
    seen = await read(stage)
    for n in (1, 2, 3, 4, 5):
        seen = await stage.pick(seen, "Posts linked here", f"Bed number {n}")
    steps = []
    while "Back to the previous post" in seen.labels:
        seen = await stage.click(seen, "Back to the previous post")
        steps.append(seen.text.splitlines()[0])
    assert steps == ["# Bed number 4", "# Bed number 3", "# Bed number 2"]


async def test_a_linked_post_that_is_withdrawn_is_not_offered(stage: Stage) -> None:
    posts = garden()
    bodies = {posts[11].path: linking(3, 5)}
    await fill(stage.index, [*posts[:2], replace(posts[2], draft=True), *posts[3:]], bodies)
    assert list((await read(stage)).menu("Posts linked here")) == ["Bed number 5"]


async def test_a_reader_goes_on_after_a_restart(long: Stage) -> None:
    seen = await long.click(await read(long), "Next ›")
    await long.restart()
    seen = await long.click(seen, "Next ›")
    assert at(seen)[0] == 3
    await long.restart()
    assert "## Chapter 2\n" in (await long.choose(seen, "Chapter 2")).text


async def test_a_post_edited_meanwhile_shows_the_nearest_page_and_says_so(long: Stage) -> None:
    seen = await long.choose(await read(long), "Chapter 8")
    await publish(long.index, chapters(3))
    seen = await long.click(seen, "‹ Previous")
    number, last = at(seen)
    assert number == last
    assert "This post has been edited since; this is the nearest page." in seen.text
    assert "edited" not in (await long.click(seen, "‹ Previous")).text


async def test_a_section_that_an_edit_left_in_place_is_found_on_its_new_page(long: Stage) -> None:
    seen = await read(long)
    await publish(long.index, "More.\n\n" * 700 + chapters(CHAPTERS))
    seen = await long.choose(seen, "Chapter 7")
    assert "## Chapter 7\n" in seen.text
    assert "edited since" in seen.text


async def test_a_post_that_is_gone_is_said_to_be_and_search_is_offered(long: Stage) -> None:
    seen = await read(long)
    await fill(long.index, garden(3))
    for label in ("Share", "Save to my DMs", "Next ›"):
        answered = await long.click(seen, label)
        assert "This post is no longer on the blog. Find another with </search:" in answered.text
        assert answered.is_private


async def test_in_direct_messages_a_page_is_plain_and_offers_no_sharing(long: Stage) -> None:
    ada = long.env.create_user("ada")
    answered = await ada.slash("latest")
    assert answered.response is not None
    listed = Seen(answered.response)
    opened = await ada.click(listed.message, custom_id=listed.ids("Read")[0])
    assert opened.response is not None
    page = Seen(opened.response)
    assert not page.is_private
    assert page.labels[1:] == ["Next ›", "Open in browser"]
    turned = await ada.click(page.message, custom_id=page.ids("Next ›")[0])
    assert turned.response is not None
    assert at(Seen(turned.response))[0] == 2
    assert turned.response.id == page.message.id


async def test_a_post_opens_at_the_section_that_a_command_names(long: Stage) -> None:
    offered = await long.suggestions("post", "section", "chapter 7", post="bed-12")
    assert offered == {"Chapter 7": "chapter-7"}
    for typed in ("chapter-7", " chapter 7", "Chapter  7"):
        seen = await long.type("post", post="bed-12", section=typed)
        assert "## Chapter 7\n" in seen.text
        assert seen.is_private


async def test_suggested_sections_begin_with_all_and_forgive_typos(long: Stage) -> None:
    everything = await long.suggestions("post", "section", "", post="Bed number 12")
    assert list(everything) == [f"Chapter {n}" for n in range(1, CHAPTERS + 1)]
    assert "Chapter 3" in await long.suggestions("post", "section", "chatper 3", post="bed-12")
    assert await long.suggestions("post", "section", "chapter", post="no such post") == {}
    assert await long.suggestions("post", "section", "chapter", post="bed-1") == {}


async def test_a_section_that_there_is_not_names_the_closest(long: Stage) -> None:
    seen = await long.type("post", post="bed-12", section="Chaptre 4 <@1>")
    assert seen.is_private
    assert r"This post has no section called **Chaptre 4 \<@1>**." in seen.text
    assert "Chapter 4" in seen.labels
    assert "## Chapter 4\n" in (await long.click(seen, "Chapter 4")).text


async def test_sharing_shows_the_card_to_everyone_and_names_who_did(long: Stage) -> None:
    shared = await long.click(await read(long), "Share")
    assert is_in_channel(long, shared)
    assert shared.text.startswith(f"-# 📣 Shared by <@{long.rea.id}>\n## [Bed number 12]")
    assert "Read" in shared.labels
    message: discord.Message = long.channel.history(viewer=long.rea)[-1]
    assert message.mentions == [] or not message.content


async def test_sharing_again_has_to_wait(long: Stage) -> None:
    seen = await read(long)
    await long.click(seen, "Share")
    again = await long.click(seen, "Share")
    assert again.is_private
    assert "You have just shared a post here. Try again in " in again.text
    somebody = long.somebody_else()
    listed = await long.type("latest")
    theirs = await long.click(listed, "Read", by=somebody)
    assert is_in_channel(long, await long.click(theirs, "Share", by=somebody))
    await long.env.advance_time(SHARING_SECONDS)
    assert is_in_channel(long, await long.click(seen, "Share"))


async def test_who_may_not_write_in_a_channel_cannot_share_there(long: Stage) -> None:
    seen = await read(long)
    guild = long.rea.guild
    denied = discord.PermissionOverwrite(send_messages=False)
    quiet = guild.create_text_channel("quiet", overwrites={guild.default_role: denied})
    long.channel._channel.overwrites = quiet._channel.overwrites
    refused = await long.click(seen, "Share")
    assert refused.is_private
    assert refused.text == "You may not write in this channel."
    assert "Share" not in (await read(long)).labels


async def test_a_bookmark_opens_the_page_that_was_saved(long: Stage) -> None:
    ada = long.env.create_user("ada")
    member = long.rea.guild.add_member(ada)
    listed = await long.type("latest")
    opened = await long.click(listed, "Read", by=member)
    opened = await long.click(opened, "Next ›", by=member)
    said = await long.click(opened, "Save to my DMs", by=member)
    assert said.is_private
    assert said.text.startswith("Saved: https://discord.com/channels/@me/")
    (saved,) = ada.dm_channel.history()
    (read_on,) = (
        item.custom_id
        for item in discord.ui.LayoutView.from_message(saved).walk_children()
        if isinstance(item, discord.ui.Button) and item.label == "Read on from page 2"
    )
    answered = await ada.click(saved, custom_id=read_on)
    page = Seen(answered.response)
    assert at(page) == at(opened)
    assert not page.is_private


async def test_closed_direct_messages_are_explained(long: Stage) -> None:
    seen = await read(long)
    long.env.inject_error(
        "POST",
        "/channels/*/messages",
        status=403,
        code=50007,
        message="Cannot send messages to this user",
    )
    said = await long.click(seen, "Save to my DMs")
    assert said.is_private
    assert said.text.startswith("I cannot write to you.")


async def test_pictures_stand_where_they_belong_with_their_words(stage: Stage) -> None:
    await publish(
        stage.index, "Before.\n\n![A snail](/img/snail.png)\n\nAfter.\n\n![](beds/soil.png)"
    )
    seen = await read(stage)
    galleries = [
        c for c in seen.components if c["type"] == discord.ComponentType.media_gallery.value
    ]
    (snail,), (soil,) = (gallery["items"] for gallery in galleries)
    assert snail["media"]["url"] == "https://blog.example/img/snail.png"
    assert (snail["description"], soil["description"]) == ("A snail", "soil.png")
    kinds = [c["type"] for c in seen.components[1:7]]
    assert kinds == [10, 14, 10, 12, 10, 12]


async def with_pictures(stage: Stage, folder: Path, posts: Sequence[Post], body: str) -> Seen:
    """Open the newest post of a blog without an address, its pictures in ``folder``."""
    bare = [replace(post, image=None, link=None) for post in posts]
    await fill(stage.index, bare, {bare[-1].path: body}, site_url=None)
    context = Context(library=stage.index, pictures=FolderPictures(folder))
    await stage.env.restart_bot(Slashpost(context, sync=sync))
    return await read(stage)


async def test_pictures_that_were_sent_leave_room_for_others(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "snail.png").write_bytes(PNG)
    await with_pictures(stage, tmp_path, [garden_post(1)], "![A snail](snail.png)")
    for _ in range(2 * SLOTS):
        assert (await read(stage)).message.attachments


async def test_pictures_without_an_address_are_sent_along(stage: Stage, tmp_path: Path) -> None:
    folder = tmp_path / "blog"
    (folder / "posts").mkdir(parents=True)
    (folder / "posts" / "snail.png").write_bytes(PNG)
    body = "![A snail](snail.png)\n\n" + chapters(4) + "\n\n![Not there](gone.png)"
    seen = await with_pictures(stage, folder, [garden_post(1)], body)
    assert [file.filename for file in seen.message.attachments] == ["picture-1.png"]
    assert len(seen.pictures) == 1
    turned = await stage.click(seen, "Next ›")
    assert turned.message.attachments == []
    turned = await stage.choose(turned, "Chapter 4")
    assert "-# 🖼️ Not there" in turned.text
    back = await stage.choose(turned, "Chapter 1")
    assert [file.filename for file in back.message.attachments] == ["picture-1.png"]


async def test_a_post_is_opened_from_the_menu_of_a_long_announcement(stage: Stage) -> None:
    about = [Story(title=post.title, post=post) for post in garden(12)]
    channel = stage.env.bot.get_channel(stage.channel.id)
    assert isinstance(channel, discord.TextChannel)
    to = Subscription(place="text", guild=1, channel=channel.id)
    await channel.send(view=Digest(DELIVERY, about, to, translator_to(to)))
    (message,) = stage.channel.history()
    result = await stage.rea.select(message, [str(new_post(DELIVERY, about[1], 1))])
    assert result.response is not None
    opened = Seen(result.response)
    assert opened.is_private
    assert "Bed number 2" in opened.text
