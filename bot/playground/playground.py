"""A Discord channel in the browser, with the bot and two people in it."""

from __future__ import annotations

import asyncio
import datetime as dt
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path

import discord

from bot.blog.errors import SlashpostError
from bot.blog.library import Library
from bot.playground.published import Asset, Published

INSTALL = "Install it with: pip install 'slashpost[playground]'"

try:
    import simcord
    from simcord._clock import Clock
    from simcord.backend.cdn import CDN_BASE

    from bot.playground.front import Front
    from bot.playground.seat import Seat
except ModuleNotFoundError as missing:
    raise SlashpostError("The playground is not installed", INSTALL) from missing

SERVER = "Your server"
CHANNEL = "blog"
TOPIC = "A simulated Discord on this computer. Nothing here reaches the real one."

WELCOME = """\
👋 **Welcome!** This is your blog's bot in a simulated Discord: it answers from your posts, \
which stay on this computer.
Type `/` below, pick a command such as `/tags` or `/post`, and send it with the arrow.
-# Edit a post and send a command again: the change is there within two seconds. After \
`/announce here`, a new post is announced by itself. Above, you can be a member, who manages \
nothing, and open your direct messages, which `/follow` and **Save to my DMs** write to."""

# With the welcome above it, an answer of two posts fits a window without scrolling.
OPENING = {"count": 2}

# An answer is shown once all of the bot's work for it is done. Indexing thousands of
# changed posts at that moment may take longer than SimCord's own five seconds.
SETTLE_SECONDS = 30.0

# Whose pictures may lie beside them: more than any blog has.
MOST_POSTS = 100_000

PICTURES = Path(__file__).with_name("pictures")


class WallClock(Clock):
    """The simulation's clock, showing the true time.

    SimCord's own stands still at the start of 2026, so that tests repeat. Here people look
    at the times of messages and at ``<t:…:R>`` beside them. Timers still count in
    ``elapsed``, the simulation's seconds.
    """

    def now(self) -> dt.datetime:
        """The present, in UTC."""
        return dt.datetime.now(dt.UTC)


async def open_playground(
    client: discord.Client,
    *,
    library: Library,
    folder: Path | None,
    say: Callable[[str], None],
    news: asyncio.Event,
    port: int = 0,
    browser: bool = True,
) -> None:
    """Serve the playground on this computer until it is ended in the browser, or cancelled.

    Args:
        client: the bot, not yet logged in.
        library: the posts, asked where each of them is published.
        folder: where the posts lie, and their pictures near them; None where they are not here.
        say: prints one line for the person at the terminal: the address.
        news: is set whenever the bot has written without being asked.
        port: the port on 127.0.0.1; 0 takes a free one.
        browser: whether to open the address in the browser.

    Raises:
        SlashpostError: the port is taken, or a part of the simulation is missing.
    """
    posts = await library.latest(limit=MOST_POSTS)
    site_url = (await library.status()).site_url
    try:
        # The bot answers and logs the errors of its commands; none should end the playground.
        async with simcord.run(client, check_errors=False, settle_timeout=SETTLE_SECONDS) as env:
            env.backend.clock = WallClock()
            channel, people = await furnish(env)
            pictures = Published(avatars(client, people), CDN_BASE, posts, folder, site_url)
            viewers = people[:-1]
            seat = Seat(env, client, channel, viewers)
            page = env.preview(channel, viewers=viewers, layout="channel", port=port)
            seat.preview = page
            front = Front(page, port, seat)
            page._server = front  # noqa: SLF001 - it has no hook for a page of ours
            async with page as preview:
                # SimCord takes a mapping that is full from the start; a picture inside a post
                # is known only once somebody reads it.
                preview._explicit_assets = pictures  # type: ignore[assignment] # noqa: SLF001
                say(f"Playground: {preview.url} (Ctrl-C ends it)")
                if browser:
                    await asyncio.to_thread(show_in_browser, preview.url)
                showing = asyncio.create_task(show_news(front, news), name="show news")
                try:
                    await preview.wait_closed()
                finally:
                    showing.cancel()
    except simcord.SetupError as error:
        hint = "Choose another port with --port" if port else INSTALL
        raise SlashpostError(f"The playground cannot open: {error}", hint) from error


async def show_news(front: Front, news: asyncio.Event) -> None:
    """Show what the bot has written by itself: the simulation looks only after commands."""
    while True:
        await news.wait()
        news.clear()
        try:
            await front.refresh()
        except TimeoutError:
            news.set()


async def furnish(
    env: simcord.Env,
) -> tuple[simcord.ChannelHandle, Sequence[simcord.MemberActor]]:
    """Make the channel, with a welcome and an answered ``/latest``.

    Returns:
        The channel and those who are in it: the person at the browser, a member who
        shows what others see and may do, and the host, an application that says the welcome.
    """
    server = env.create_guild(SERVER)
    channel = server.create_text_channel(CHANNEL, topic=TOPIC)
    managing = [server.create_role("managers", permissions=discord.Permissions(manage_guild=True))]
    you, _, host = people = [
        server.add_member(
            env.create_user(name, global_name=shown, bot=bot, avatar=name),
            roles=managing if name == "you" else [],
        )
        for name, shown, bot in (
            ("you", "You", False),
            ("friend", "A member", False),
            ("playground", "Playground", True),
        )
    ]
    if env.bot.user is not None:
        await env.bot.user.edit(username="Slashpost")
    await host.send(channel, WELCOME)
    await you.slash(channel, "latest", **OPENING)
    return channel, people


def avatars(client: discord.Client, people: Sequence[simcord.MemberActor]) -> dict[str, Asset]:
    """The pictures of the bot and of people, by URL."""
    names = {f"{CDN_BASE}/avatars/{person.id}/{person.name}.png": person.name for person in people}
    if client.user is not None:
        default = client.user.default_avatar.url
        names[default.replace(discord.Asset.BASE, CDN_BASE)] = "slashpost"
    return {
        url: (f"{name}.png", (PICTURES / f"{name}.png").read_bytes()) for url, name in names.items()
    }


def show_in_browser(url: str) -> None:
    """Open ``url`` where there is a browser with windows.

    One that would run in the terminal, such as lynx, is left alone: it cannot show the
    page and would cover the address.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return
    if type(browser) is not webbrowser.GenericBrowser:
        browser.open(url)
