"""The whole bot as a process of its own, in a Discord that speaks the real protocol.

Everything is done twice: over the gateway, and over HTTP with signed requests.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.ports import free_port
from tests.wire.interactions import Exchange, Reader
from tests.wire.limits import components_of
from tests.wire.people import ADA, BEN, SERVER_ID, Place
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

pytestmark = pytest.mark.asyncio(loop_scope="module")
module = pytest_asyncio.fixture(scope="module", loop_scope="module")

ANSWER = "/interactions/.*"
# What an option of each type that a command cannot do without may be.
VALUES: dict[int, Any] = {3: "welcome", 4: 1, 5: True}
SUBCOMMAND, STRING_SELECT, ROLE_SELECT, FORM = 1, 3, 6, 9


@pytest.fixture(scope="module", params=["gateway", "http"])
def transport(request: pytest.FixtureRequest) -> str:
    """How the bot hears of interactions."""
    return str(request.param)


@module
async def loopback(transport: str) -> AsyncIterator[LoopbackDiscord]:
    """A Discord for each transport."""
    del transport
    async with LoopbackDiscord() as discord:
        yield discord
    assert discord.rest.complaints == []


@module
async def bot(
    loopback: LoopbackDiscord, transport: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[BotProcess]:
    """One process for all tests here; at the end it takes leave as it should."""
    folder = tmp_path_factory.mktemp("wire")
    options = over_http(folder, free_port()) if transport == "http" else ()
    async with BotProcess(loopback.base, folder / "i.db", *options) as process:
        if transport == "http":
            await process.says("Discord sends interactions to")
        else:
            await loopback.gateway.until(identified=1)
        yield process
        assert await process.end() == 0
    assert "Traceback" not in process.log


@pytest.fixture
def gateway(transport: str, loopback: LoopbackDiscord) -> LoopbackDiscord:
    """A loopback Discord to which the bot keeps a connection."""
    if transport != "gateway":
        pytest.skip("only over the gateway")
    return loopback


Options = dict[str, dict[str, Any]]


def commands(loopback: LoopbackDiscord, place: Place = Place.SERVER) -> dict[str, Options]:
    """The options of the commands that a reader is offered there, those of groups in full."""
    context = place.payload(ADA, "en-US")["context"]
    installed = {int(owner) for owner in place.owners(ADA)}
    offered: dict[str, Options] = {}
    for command in loopback.answers.commands.tell(translated=False):
        if context not in command["contexts"] or not installed & {*command["integration_types"]}:
            continue
        inner = [each for each in command.get("options", ()) if each["type"] == SUBCOMMAND]
        for each in inner or [command]:
            name = f"{command['name']} {each['name']}" if inner else command["name"]
            offered[name] = {option["name"]: option for option in each.get("options", ())}
    return offered


async def ask(loopback: LoopbackDiscord, reader: Reader, name: str, **options: bool) -> Exchange:
    offered = commands(loopback, reader.place)[name].values()
    needed = {each["name"]: VALUES[each["type"]] for each in offered if each.get("required")}
    return await loopback.interact(reader.command(name, **needed, **options))


@pytest.mark.usefixtures("bot")
async def test_the_first_start_registers_the_commands_once(loopback: LoopbackDiscord) -> None:
    assert loopback.rest.count("PUT", "/applications/[0-9]+/commands") == 1
    named = {"latest", "post", "tags", "search", "random", "help", "about", "follow", "unfollow"}
    assert named <= set(commands(loopback))
    assert "announce here" in commands(loopback)
    assert "announce here" not in commands(loopback, Place.SERVER_WITHOUT_BOT)
    assert "announce here" not in commands(loopback, Place.BOT_DM)
    for command in loopback.answers.commands.tell(translated=True):
        if command["name"] != "announce":
            assert command["contexts"] == [0, 1, 2]
            assert command["integration_types"] == [0, 1]
        assert {"de", "es-ES", "fr", "pt-BR", "ja"} <= set(command["name_localizations"])


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("place", Place)
async def test_every_command_answers_everywhere(loopback: LoopbackDiscord, place: Place) -> None:
    for name, options in commands(loopback, place).items():
        reply = await ask(loopback, Reader(place=place), name)
        assert reply.text
        if "hide" not in options:
            assert reply.is_private
            continue
        hidden = await ask(loopback, Reader(place=place), name, hide=True)
        assert hidden.is_private


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("de", "Neueste"),
        ("es-ES", "recientes"),
        ("es-419", "recientes"),
        ("fr", "Derniers"),
        ("pt-BR", "recentes"),
        ("ja", "最新"),
        ("ko", "Latest"),
    ],
)
async def test_the_bot_speaks_the_readers_language(
    loopback: LoopbackDiscord, locale: str, words: str
) -> None:
    assert words in (await ask(loopback, Reader(locale=locale), "latest")).text


@pytest.mark.usefixtures("bot")
async def test_every_command_answers_in_another_language(loopback: LoopbackDiscord) -> None:
    for name in commands(loopback):
        assert (await ask(loopback, Reader(locale="ja"), name)).text


@pytest.mark.usefixtures("bot")
async def test_every_button_and_menu_answers(loopback: LoopbackDiscord) -> None:
    """A reader who tries everything within reach gets an answer each time."""
    reader = Reader()
    open_messages = [await ask(loopback, reader, name) for name in commands(loopback)]
    tried: set[str] = set()
    while open_messages and len(tried) < 100:
        exchange = open_messages.pop(0)
        for component in components_of(exchange.shown):
            custom_id = component.get("custom_id", "")
            if custom_id in {"", *tried} or component.get("disabled"):
                continue
            tried.add(custom_id)
            if component["type"] == STRING_SELECT:
                value = component["options"][0]["value"]
                used = reader.choose(exchange.shown, custom_id, value)
            elif component["type"] == ROLE_SELECT:
                used = reader.choose(exchange.shown, custom_id, str(SERVER_ID))
            else:
                used = reader.click(exchange.shown, custom_id)
            answered = await loopback.interact(used)
            if answered.callback is None or answered.callback["type"] != FORM:
                open_messages.append(answered)
    assert len(tried) >= 20


@pytest.mark.usefixtures("bot")
async def test_suggestions_come_while_typing(loopback: LoopbackDiscord) -> None:
    for place in Place:
        typing = Reader(place=place).typing("post", "post", "welcom")
        assert (await loopback.interact(typing)).choices[0]["value"] == "welcome"
    assert (await loopback.interact(Reader().typing("tags", "tag", ""))).choices


@pytest.mark.usefixtures("bot")
async def test_somebody_else_pages_in_a_copy_of_their_own(loopback: LoopbackDiscord) -> None:
    adas = await loopback.interact(Reader(ADA).command("latest", count=1))
    (next_page,) = (each for each in adas.custom_ids if each == "latest:2:1:")
    bens = await loopback.interact(Reader(BEN).click(adas.shown, next_page))
    assert bens.is_private
    assert bens.shown["id"] != adas.shown["id"]


@pytest.mark.usefixtures("bot")
async def test_a_rate_limit_and_an_outage_delay_an_answer(gateway: LoopbackDiscord) -> None:
    for status in (429, 500):
        gateway.fail("POST", ANSWER, status)
        reply = await gateway.interact(Reader().command("about"))
        assert reply.text


@pytest.mark.usefixtures("bot")
async def test_a_cut_line_is_mended_and_what_was_asked_meanwhile_is_answered(
    gateway: LoopbackDiscord,
) -> None:
    resumed = len(gateway.gateway.resumed)
    gateway.gateway.cut()
    assert (await gateway.interact(Reader().command("help"))).text
    assert len(gateway.gateway.resumed) == resumed + 1
