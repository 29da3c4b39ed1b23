"""From a signed /ask to the last edit: a bot process between Discord and a model's server."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot.ask.http import MAX_SECONDS
from tests.ask.host import DONE, ModelHost, Script, chat, delta, hosting, status, usage
from tests.ports import free_port
from tests.wire.interactions import Exchange, Reader
from tests.wire.limits import texts_of
from tests.wire.patience import PATIENCE
from tests.wire.people import ADA
from tests.wire.process import BotProcess
from tests.wire.server import LoopbackDiscord

KEY = "sk-nobody-may-see-this"
QUESTION = "How can I try the bot without a Discord account?"
ANSWERED = chat("Open the playground [1].", count=(321, 45))


@dataclass
class Scene:
    """A bot over HTTP, the Discord that it serves, its model and what keeps its machine awake."""

    discord: LoopbackDiscord
    host: ModelHost
    bot: BotProcess
    metrics: int
    held: list[bool]
    patience: float = PATIENCE

    async def ask(self, reader: Reader | None = None, **options: Any) -> Exchange:
        """A reader asks, and waits for the last edit."""
        given = {"question": QUESTION, **options}
        exchange = await self.discord.interact((reader or Reader()).command("ask", **given))
        await self.finished(exchange)
        return exchange

    async def finished(self, exchange: Exchange) -> None:
        """Wait for the last edit: the others say that the answer is under way."""
        await until(
            lambda: "🔎" not in said_in(exchange) and "Still writing" not in said_in(exchange),
            self.patience,
        )

    async def begin(self) -> Exchange:
        """A reader asks, and is told how much is looked through."""
        exchange = await self.discord.interact(Reader().command("ask", question=QUESTION))
        assert "Looking through" in exchange.text
        return exchange

    async def counted(self, name: str) -> float:
        """A counter of the bot's metrics."""
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"http://127.0.0.1:{self.metrics}/metrics") as response,
        ):
            lines = (await response.text()).splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def said_in(exchange: Exchange) -> str:
    """What the last edit says."""
    return "\n".join(texts_of(exchange.sent[-1]))


async def until(condition: Callable[[], bool], seconds: float = PATIENCE) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.02)


@asynccontextmanager
async def serving(
    folder: Path, *scripts: Script, url: str = "", **variables: str
) -> AsyncIterator[Scene]:
    """A scene; with ``url`` another server than the scripted one is the model's."""
    metrics, port = free_port(), free_port()
    async with (
        LoopbackDiscord() as discord,
        hosting(*scripts) as host,
        proxying(port) as (public, held),
    ):
        given: dict[str, Any] = {
            "SLASHPOST_ASK_MODEL": "some/model",
            "SLASHPOST_ASK_URL": url or host.url,
            "SLASHPOST_ASK_KEY": KEY,
            "SLASHPOST_ASK_REWRITE": "off",
            "SLASHPOST_METRICS_PORT": str(metrics),
            **variables,
        }
        options = ("--mode", "http", "--public-url", public, "--port", str(port))
        async with BotProcess(discord.base, folder / "i.db", *options, **given) as bot:
            await bot.says("Discord sends interactions to")
            # A real model takes as long as the bot lets it, on a machine that does other work.
            patience = 2 * MAX_SECONDS if url else PATIENCE
            yield Scene(discord, host, bot, metrics, held, patience)
            if not bot.has_ended:
                assert await bot.end() == 0
        assert discord.rest.complaints == []
        for secret in (KEY, QUESTION, "without a Discord account", "Traceback"):
            assert secret not in bot.log, bot.log


@asynccontextmanager
async def proxying(port: int) -> AsyncIterator[tuple[str, list[bool]]]:
    """A host's proxy in front of a port; whether each request that keeps awake is still open."""
    held: list[bool] = []

    async def forward(request: web.Request) -> web.Response:
        is_stay = request.path == "/hooks/stay"
        number = len(held)
        if is_stay:
            held.append(True)
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.request(
                    request.method,
                    f"http://127.0.0.1:{port}{request.rel_url}",
                    headers={k: v for k, v in request.headers.items() if k != "Host"},
                    data=await request.read(),
                ) as response,
            ):
                body, kind = await response.read(), response.headers.get("Content-Type", "")
                return web.Response(
                    status=response.status, body=body, headers={"Content-Type": kind}
                )
        except aiohttp.ClientError:  # the bot has ended meanwhile
            return web.Response(status=502)
        finally:
            if is_stay:
                held[number] = False

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", forward)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}", held
    finally:
        await runner.cleanup()


def waiting(go_on: asyncio.Event, *before: bytes) -> Script:
    """Begin an answer, and end it once told to."""

    async def script(request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for part in before:
            await response.write(part)
        # Signs of life end with the connection, so that the server notices who hangs up.
        while not go_on.is_set():
            await response.write(b": working\n\n")
            await asyncio.sleep(0.05)
        for part in (delta("Open the playground [1].", "stop"), usage(9, 9), DONE):
            await response.write(part)
        return response

    return script


async def test_a_question_is_answered_and_counted(tmp_path: Path) -> None:
    async with serving(tmp_path, ANSWERED, SLASHPOST_ASK_LIMIT="2") as scene:
        exchange = await scene.ask(Reader(locale="de"))
        assert exchange.is_private
        assert "Open the playground [[1]](https://" in exchange.text
        assert "some/model" in exchange.text
        looking, _last = exchange.sent
        assert "Ich durchsuche" in "\n".join(texts_of(looking))
        (body,) = scene.host.bodies
        assert "Answer in German" in str(body)
        for told in (str(ADA.id), f"{ADA.name} "):
            assert told not in str(body)
        assert scene.host.headers[0]["authorization"] == f"Bearer {KEY}"
        assert await scene.counted("slashpost_question_tokens_total") == 366
        # The number's own section opens in the reader.
        (read,) = [each for each in exchange.custom_ids if each.startswith("read")]
        opened = await scene.discord.interact(Reader().click(exchange.shown, read))
        assert opened.is_private
        again = await scene.ask(hide=False)
        assert not again.is_private
        third = await scene.ask()
        assert "You have asked a lot." in third.text
        assert len(scene.host.bodies) == 2
        assert await scene.counted('slashpost_questions_total{outcome="answered"}') == 2
        assert await scene.counted('slashpost_questions_total{outcome="reader"}') == 1
        limit = await scene.discord.interact(Reader().command("privacy"))
        assert "127.0.0.1" in limit.text


async def test_a_further_question_takes_the_last_along(tmp_path: Path) -> None:
    async with serving(tmp_path, ANSWERED) as scene:
        exchange = await scene.ask()
        (further,) = [each for each in exchange.custom_ids if each.startswith("ask")]
        form = await scene.discord.interact(Reader().click(exchange.shown, further))
        assert form.callback is not None
        modal = form.callback["data"]
        submitted = Reader().submit(
            modal["custom_id"], modal, "And in which browser?", message=exchange.shown
        )
        second = await scene.discord.interact(submitted)
        await until(lambda: len(second.sent) == 2)
        assert "Open the playground" in second.text
        turns = [turn["content"] for turn in scene.host.bodies[-1]["messages"]]
        assert turns[1:3] == [QUESTION, "Open the playground."]
        assert "And in which browser?" in turns[3]
        assert "And in which browser?" not in scene.bot.log


async def test_whoever_deletes_the_message_ends_the_answer(tmp_path: Path) -> None:
    """Discord answers the next edit with 404, and the model need not write on."""
    never = asyncio.Event()
    begun = delta("Open the playground [1]. And then ")
    async with serving(tmp_path, waiting(never, begun, delta("wait. "))) as scene:
        scene.host.scripts.insert(0, later(begun, delta("wait [1]. "), never))
        exchange = await scene.begin()
        assert exchange.message is not None
        del scene.discord.answers.messages[exchange.message["id"]]
        await until(lambda: scene.host.aborted == 1)
        assert await scene.counted("slashpost_question_tokens_total") > 0
        assert await scene.counted('slashpost_questions_total{outcome="cancelled"}') == 1


def later(first: bytes, second: bytes, never: asyncio.Event) -> Script:
    """Write again after such a time that the answer so far is due to be shown."""

    async def script(request: web.Request, _body: dict[str, Any]) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(first)
        while not never.is_set():
            await asyncio.sleep(0.1)
            await response.write(second)
        return response

    return script


async def test_the_machine_is_kept_awake_while_an_answer_is_under_way(tmp_path: Path) -> None:
    go_on = asyncio.Event()
    async with serving(tmp_path, waiting(go_on)) as scene:
        exchange = await scene.begin()
        await until(lambda: True in scene.held)
        assert len(exchange.sent) == 1
        go_on.set()
        await until(lambda: len(exchange.sent) == 2)
        await until(lambda: True not in scene.held)
        assert "Open the playground" in exchange.text


async def test_a_bot_that_is_stopped_leaves_no_reader_waiting(tmp_path: Path) -> None:
    never = asyncio.Event()
    async with serving(tmp_path, waiting(never, delta("Open the "))) as scene:
        exchange = await scene.begin()
        await until(lambda: len(scene.host.bodies) == 1)
        assert await scene.bot.end(signal.SIGTERM) == 0
        await until(lambda: scene.host.aborted == 1)
        assert "The model is not available right now." in exchange.text, scene.bot.log
        assert any(each.startswith("read") for each in exchange.custom_ids)


async def test_without_an_answer_sections_are_shown(tmp_path: Path) -> None:
    said = {
        status(401, {"error": {"message": f"bad key {KEY}"}}): "The model is not available",
        chat("Buy gold at https://evil.example"): "The posts do not answer that.",
        chat("NO ANSWER"): "The posts do not answer that.",
    }
    async with serving(tmp_path, *said) as scene:
        for why in said.values():
            exchange = await scene.ask()
            assert why in exchange.text
            assert "evil" not in exchange.text
            assert any(each.startswith("read") for each in exchange.custom_ids)
        assert len(scene.host.bodies) == len(said)
