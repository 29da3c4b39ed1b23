"""What Discord has signed is told by its signature and by Discord's clock."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence

import aiohttp
import discord_interactions  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict
from nacl.signing import SigningKey

from bot.transport.signatures import DiscordClock, Signatures
from tests.transport.clerk import Clerk, answering
from tests.wire.endpoint import SIGNATURE, TIMESTAMP, encoded, ping, signed
from tests.wire.people import KEY, TOKEN
from tests.wire.server import LoopbackDiscord


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (360, "6 minutes ahead of"),
        (-3600, "60 minutes behind"),
        (31_536_000, "365 days ahead of"),
        (30, None),
        (0, None),
    ],
)
async def test_discords_own_clock_decides(
    loopback: LoopbackDiscord, ahead: int, said: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() + ahead)
    async with answering(loopback, Clerk(), clock=clock):
        url = str(loopback.answers.application["interactions_endpoint_url"])
        body = encoded(ping())
        for seconds, status in ((0, 200), (-400, 401), (400, 401), (31_536_000, 401), (0, 200)):
            headers = signed(body, timestamp=str(int(time.time()) + seconds))
            response = await loopback.answers.poster.post(url, body, headers)
            assert response.status == status, seconds
    warnings = [one.getMessage() for one in caplog.records if "clock is" in one.getMessage()]
    expected = f"This machine's clock is {said} Discord's: set it, or let NTP do so"
    assert warnings == ([expected] if said else [])


async def test_a_wrong_clock_is_said_as_soon_as_discord_answers_anything(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() + 360)
    async with answering(loopback, clerk := Clerk(), logs_in=False, clock=clock):
        clerk.http.http_trace = aiohttp.TraceConfig()
        clock.add_to(clerk.http.http_trace)
        await clerk.login(TOKEN)
    assert [one for one in caplog.records if "6 minutes ahead" in one.getMessage()]


@pytest.mark.parametrize("date", [None, "", "yesterday", "Mon, 99 Foo 2026 99:99:99 GMT"])
async def test_what_is_no_date_changes_nothing(date: str | None) -> None:
    clock = DiscordClock(local=lambda: 5.0)
    clock.learn(date)
    assert clock.now() == 5.0


async def test_a_discord_that_is_down_is_asked_twice_a_minute_only(
    loopback: LoopbackDiscord, caplog: pytest.LogCaptureFixture
) -> None:
    clock = DiscordClock(local=lambda: time.time() - 3600)
    async with answering(loopback, Clerk(), logs_in=False, clock=clock):
        url = str(loopback.answers.application["interactions_endpoint_url"])
        loopback.fail("GET", "/gateway", 0, times=9)
        body = encoded(ping())
        with caplog.at_level(logging.WARNING):
            for _ in range(3):
                response = await loopback.answers.poster.post(url, body, signed(body))
                assert response.status == 401
    asked = [one for one in caplog.records if "could not be asked" in one.getMessage()]
    assert len(asked) == 1


PUBLIC_KEY = KEY.verify_key.encode().hex()
NOW = 1_700_000_000

Headers = Sequence[tuple[str, str]]


def verified(headers: Headers, body: bytes, *, now: float = NOW) -> bool:
    return Signatures(PUBLIC_KEY, clock=lambda: now).verify(CIMultiDict(headers), body)


def also_elsewhere(headers: Headers, body: bytes) -> bool:
    """What the package that Discord publishes says; it does not look at the age."""
    found = CIMultiDict(headers)
    signature, timestamp = found[SIGNATURE], found[TIMESTAMP]
    return bool(discord_interactions.verify_key(body, signature, timestamp, PUBLIC_KEY))


@given(st.binary(max_size=200))
def test_any_body_that_discord_signed_is_genuine(body: bytes) -> None:
    headers = signed(body, timestamp=str(NOW))
    assert verified(headers, body)
    assert also_elsewhere(headers, body)


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_changed_bit_anywhere_is_noticed(body: bytes, data: st.DataObject) -> None:
    headers = signed(body, timestamp=str(NOW))
    bit = data.draw(st.integers(0, len(body) * 8 - 1))
    changed = bytearray(body)
    changed[bit // 8] ^= 1 << bit % 8
    assert not verified(headers, bytes(changed))
    assert not also_elsewhere(headers, bytes(changed))

    (_, signature), *rest = headers
    nibble = data.draw(st.integers(0, len(signature) - 1))
    other = "0" if signature[nibble] != "0" else "1"
    forged = [(SIGNATURE, signature[:nibble] + other + signature[nibble + 1 :]), *rest]
    assert not verified(forged, body)
    assert not also_elsewhere(forged, body)


@given(st.text(max_size=140), st.text(max_size=20))
def test_any_header_is_safe(signature: str, timestamp: str) -> None:
    assert not verified([(SIGNATURE, signature), (TIMESTAMP, timestamp)], b"{}")


def test_another_key_does_not_count() -> None:
    headers = signed(b"{}", key=SigningKey(b"\1" * 32), timestamp=str(NOW))
    assert not verified(headers, b"{}")
    assert not also_elsewhere(headers, b"{}")


def test_a_timestamp_belongs_to_its_signature() -> None:
    (signature, _, *rest) = signed(b"{}", timestamp=str(NOW))
    assert not verified([signature, (TIMESTAMP, str(NOW + 1)), *rest], b"{}")


@pytest.mark.parametrize("name", [SIGNATURE, TIMESTAMP])
def test_a_missing_or_doubled_header_does_not_count(name: str) -> None:
    headers = signed(b"{}", timestamp=str(NOW))
    assert not verified([header for header in headers if header[0] != name], b"{}")
    assert not verified([*headers, *(header for header in headers if header[0] == name)], b"{}")


@pytest.mark.parametrize("timestamp", ["", "-1", " 1700000000", "1.7e9", "١٧٠٠٠٠٠٠٠٠", "9" * 13])
def test_a_signed_timestamp_that_is_none_does_not_count(timestamp: str) -> None:
    assert not verified(signed(b"{}", timestamp=timestamp), b"{}")


def test_a_recorded_request_is_worth_nothing_after_five_minutes() -> None:
    headers = signed(b"{}", timestamp=str(NOW))
    assert verified(headers, b"{}", now=NOW + 300)
    assert not verified(headers, b"{}", now=NOW + 301)


def test_a_request_of_the_future_is_refused_without_refusing_what_follows() -> None:
    signatures = Signatures(PUBLIC_KEY, clock=lambda: NOW)
    for seconds, counts in ((31_536_000, False), (301, False), (300, True), (0, True)):
        headers = signed(b"{}", timestamp=str(NOW + seconds))
        assert signatures.verify(CIMultiDict(headers), b"{}") is counts


def test_what_was_accepted_moves_a_clock_that_lags() -> None:
    signatures = Signatures(PUBLIC_KEY, clock=lambda: NOW)
    ahead, before = signed(b"{}", timestamp=str(NOW + 200)), signed(b"{}", timestamp=str(NOW - 200))
    assert signatures.verify(CIMultiDict(ahead), b"{}")
    # The clock still says that this one is new; the newer request shows that it is not.
    assert not signatures.verify(CIMultiDict(before), b"{}")


def test_a_forged_request_does_not_move_the_time() -> None:
    signatures = Signatures(PUBLIC_KEY, clock=lambda: NOW)
    forged = signed(b"{}", key=SigningKey(b"\1" * 32), timestamp=str(NOW + 3600))
    assert not signatures.verify(CIMultiDict(forged), b"{}")
    assert signatures.verify(CIMultiDict(signed(b"{}", timestamp=str(NOW))), b"{}")


@pytest.mark.parametrize("key", ["", "zz" * 32, "00" * 31])
def test_what_is_no_public_key_is_said_at_once(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Signatures(key)
