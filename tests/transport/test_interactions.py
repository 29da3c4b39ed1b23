"""Signed requests over a real socket, and everything that may come between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import discord
import pytest

from bot.transport.exchange import UNKNOWN_INTERACTION
from bot.transport.interactions import DEADLINE_SECONDS
from tests.transport.clerk import FORGIVE_ME, Clerk, answering
from tests.wire.endpoint import Response, encoded, ping, signed
from tests.wire.interactions import DEFERRED_MESSAGE, DEFERRED_UPDATE, EPHEMERAL, Reader
from tests.wire.patience import PATIENCE
from tests.wire.people import Place
from tests.wire.server import LoopbackDiscord

PLACES = pytest.mark.parametrize("place", Place)
HASTE = 0.2  # the deadline, where a test waits for it


def endpoint(loopback: LoopbackDiscord) -> str:
    return str(loopback.answers.application["interactions_endpoint_url"])


async def post(loopback: LoopbackDiscord, body: bytes) -> Response:
    return await loopback.answers.poster.post(endpoint(loopback), body, signed(body))


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not happened():  # noqa: ASYNC110 - what is waited for sets no event
            await asyncio.sleep(0.01)


async def test_a_ping_is_answered_and_a_forged_one_is_not(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, Clerk()):
        assert (await post(loopback, encoded(ping()))).payload == {"type": 1}
        assert await loopback.answers.poster.accepts(endpoint(loopback))


@PLACES
async def test_the_answer_is_in_the_response(loopback: LoopbackDiscord, place: Place) -> None:
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(Reader(place=place).command("plain", name="Ada"))
        assert reply.shown["content"] == "Hello Ada"
    assert loopback.rest.count("POST", ".*callback") == 0


@PLACES
async def test_a_command_goes_on_when_its_answer_has_left(
    loopback: LoopbackDiscord, place: Place
) -> None:
    """Discord takes a moment to know the response: what outruns it is sent again."""
    loopback.is_outrun = True
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(Reader(place=place).command("talkative"))
        await until(lambda: bool(reply.followups))
    assert [message["content"] for message in (reply.message or {}, reply.shown)] == [
        "First",
        "Second",
    ]


@PLACES
async def test_a_private_answer_may_take_its_time(loopback: LoopbackDiscord, place: Place) -> None:
    loopback.is_outrun = True
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(Reader(place=place).command("patient"))
        assert reply.shown["content"] == "At last"
        assert reply.is_private
        assert reply.callback == {"type": DEFERRED_MESSAGE, "data": {"flags": EPHEMERAL}}


@PLACES
async def test_files_follow_as_an_edit(loopback: LoopbackDiscord, place: Place) -> None:
    loopback.is_outrun = True
    reader = Reader(place=place)
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(reader.command("attach"))
        assert reply.shown["content"] == "Look"
        assert reply.is_private
        assert reply.callback == {"type": DEFERRED_MESSAGE, "data": {"flags": EPHEMERAL}}

        loopback.is_outrun = False
        buttons = await loopback.interact(reader.command("plain"))
        loopback.is_outrun = True
        turned = await loopback.interact(reader.click(buttons.shown, "turn"))
        assert turned.shown["content"] == "Turned"
        assert turned.callback is not None
        assert turned.callback["type"] == DEFERRED_UPDATE


@pytest.mark.parametrize("command", ["patient", "attach"])
async def test_a_connection_that_died_while_the_machine_slept_is_made_anew(
    loopback: LoopbackDiscord, command: str
) -> None:
    loopback.fail("PATCH", "/webhooks/.*", 0)
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(Reader().command(command))
        assert reply.shown["content"] in {"At last", "Look"}
    assert loopback.rest.faults[0].times == 0


async def test_a_body_that_is_too_long_for_a_response_follows_too(
    loopback: LoopbackDiscord, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.transport.exchange.MAX_BODY_BYTES", 1000)
    async with answering(loopback, Clerk()):
        reply = await loopback.interact(Reader().command("plain", name="x" * 1500))
        assert reply.shown["content"] == "Hello " + "x" * 1500
        assert reply.callback is not None
        assert reply.callback["type"] == DEFERRED_MESSAGE


@PLACES
async def test_a_modal_opens_and_is_answered(loopback: LoopbackDiscord, place: Place) -> None:
    reader = Reader(place=place)
    async with answering(loopback, Clerk()):
        opened = await loopback.interact(reader.command("ask"))
        assert opened.callback is not None
        assert opened.callback["type"] == discord.InteractionResponseType.modal.value
        reply = await loopback.interact(reader.submit("question", opened.callback["data"], "Why?"))
        assert reply.shown["content"] == "You asked: Why?"


@PLACES
@pytest.mark.parametrize("silence", ["command", "unknown command", "button", "unknown", "modal"])
async def test_what_answers_nothing_gets_a_private_answer_in_time(
    loopback: LoopbackDiscord, place: Place, silence: str
) -> None:
    reader = Reader(place=place)
    async with answering(loopback, Clerk()) as interactions:
        message = (await loopback.interact(reader.command("plain"))).shown
        interactions._deadline = HASTE
        asked = {
            "command": reader.command("broken"),
            "unknown command": reader.command("from-last-year"),
            "button": reader.click(message, "fall"),
            "unknown": reader.click(message, "nobody-knows-this"),
            "modal": reader.submit("from-before-the-restart", {"components": []}, ""),
        }[silence]
        reply = await loopback.interact(asked)
        assert reply.shown["content"] == FORGIVE_ME
        assert reply.is_private


async def test_suggestions_that_fail_are_none(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, Clerk(), deadline=HASTE):
        assert (await loopback.interact(Reader().typing("plain", "name", "A"))).choices == []


async def test_a_late_answer_hears_that_it_is(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk(), deadline=HASTE):
        reply = await loopback.interact(Reader().command("slow"))
        assert reply.shown["content"] == FORGIVE_ME
        await until(lambda: bool(clerk.errors))
    (error,) = clerk.errors
    assert isinstance(error, discord.NotFound)
    assert error.code == UNKNOWN_INTERACTION


async def test_the_deadline_is_within_discords_three_seconds(loopback: LoopbackDiscord) -> None:
    assert 2 < DEADLINE_SECONDS < 3 - 0.4, "the network has its time, too"
    async with answering(loopback, Clerk(), deadline=HASTE):
        start = time.monotonic()
        assert (await loopback.interact(Reader().command("broken"))).is_private
        assert time.monotonic() - start >= HASTE


async def test_a_reader_who_hung_up_leaves_nothing_waiting(loopback: LoopbackDiscord) -> None:
    """The answer cannot be written, so its command hears that, and ends."""
    async with answering(loopback, clerk := Clerk()):
        host, port = endpoint(loopback).removeprefix("http://").split("/")[0].split(":")
        body = encoded(Reader().command("slow"))
        _, writer = await asyncio.open_connection(host, int(port))
        head = "".join(f"{name}: {value}\r\n" for name, value in signed(body))
        request = f"POST /interactions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{head}"
        writer.write(request.encode() + b"\r\n" + body)
        await writer.drain()
        await until(lambda: clerk.begun > 0)
        writer.close()
        await until(lambda: bool(clerk.errors))
    assert isinstance(clerk.errors[0], discord.NotFound)


async def test_a_crowd_is_told_to_come_again(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk(pause=PATIENCE), at_once=2):
        bodies = [encoded(Reader().command("slow")) for _ in range(5)]
        posts = [asyncio.create_task(post(loopback, body)) for body in bodies]
        await until(lambda: sum(each.done() for each in posts) == 3)
        clerk.released.set()
        replies = await asyncio.gather(*posts)
        assert sorted(reply.status for reply in replies) == [200, 200, 503, 503, 503]
        assert [reply.body for reply in replies if reply.status == 503] == [b""] * 3
        assert (await post(loopback, encoded(Reader().command("plain")))).status == 200


async def test_a_body_above_128_kilobytes_is_refused(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, Clerk()):
        for size in (128 * 1024 + 1, 3 * 1024**2):
            assert (await post(loopback, b" " * size)).status == 413


async def test_a_body_of_128_kilobytes_is_read(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, Clerk()):
        body = encoded(Reader().command("plain")).ljust(128 * 1024)
        assert (await post(loopback, body)).status == 200


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b"7", b"\xff", b"[" * 100_000])
async def test_signed_nonsense_is_a_bad_request(loopback: LoopbackDiscord, body: bytes) -> None:
    async with answering(loopback, Clerk()):
        assert (await post(loopback, body)).status == 400


async def test_an_interaction_of_a_new_kind_is_answered_all_the_same(
    loopback: LoopbackDiscord,
) -> None:
    async with answering(loopback, Clerk(), deadline=HASTE):
        reply = await post(loopback, b'{"type": 99, "id": "1"}')
        assert reply.payload["data"]["content"] == FORGIVE_ME


async def test_tampered_requests_are_unauthorized(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk()):
        body = encoded(Reader().command("plain"))
        old = str(int(time.time()) - 301)
        headers = signed(body)
        for case in (
            (body + b" ", headers),
            (body, headers[1:]),
            (body, [headers[0], *headers]),
            (body, signed(body, timestamp=old)),
            (body, [headers[0], (headers[1][0], str(int(headers[1][1]) - 1)), *headers[2:]]),
            (body, []),
        ):
            response = await loopback.answers.poster.post(endpoint(loopback), *case)
            assert (response.status, response.body) == (401, b"")
    assert clerk.told == []


async def test_whoever_stops_answers_what_came_before(loopback: LoopbackDiscord) -> None:
    async with answering(loopback, clerk := Clerk()):
        waiting = asyncio.create_task(loopback.interact(Reader().command("slow")))
        await until(lambda: clerk.begun > 0)
    assert (await waiting).shown["content"] == "Too late"
    with pytest.raises(OSError, match=r"."):
        await post(loopback, encoded(ping()))


async def test_what_cannot_be_parsed_is_counted_and_answered(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[str] = []
    async with answering(loopback, Clerk(), passed_over=counted.append):
        reply = await loopback.interact(Reader().command("plain"))
        click = Reader().click({**reply.shown, "thread": 5}, "turn")
        assert (await loopback.interact(click)).shown["content"] == FORGIVE_ME
        reply = await loopback.interact(Reader().command("plain", name="Ada"))
        assert reply.shown["content"] == "Hello Ada"
    assert counted == ["INTERACTION_CREATE"]
    assert len([r for r in caplog.records if "cannot be understood" in r.message]) == 1
