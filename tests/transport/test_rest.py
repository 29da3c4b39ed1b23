"""Requests that are given up half-way leave no trace on those that follow."""

from __future__ import annotations

import asyncio

import discord
import discord.http
import pytest
from discord.http import Route

from bot.transport.rate_limiter import RateLimiter
from bot.transport.rest import Rest
from tests.wire.guild import CHANNEL_ID
from tests.wire.people import TOKEN


@pytest.mark.usefixtures("loopback")
async def test_a_request_that_is_given_up_does_not_hold_up_the_next() -> None:
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        rest = Rest(client, RateLimiter())

        async def ask(seconds: float) -> None:
            async with asyncio.timeout(seconds):
                await rest.ask(
                    Route("GET", "/channels/{channel_id}/messages", channel_id=CHANNEL_ID)
                )

        await ask(10)
        for limit in client.http._buckets.values():
            await cancel_at_the_end(limit)
        with pytest.raises(TimeoutError):
            await ask(0.1)
        await ask(5)


async def cancel_at_the_end(limit: discord.http.Ratelimit) -> None:
    """Give a request up in the moment in which it returns its place to the rate limit."""
    limit.limit = 1
    limit.reset()  # type: ignore[no-untyped-call]

    async def request() -> None:
        async with limit:
            pass

    task = asyncio.create_task(request())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert (limit.remaining, limit.outgoing) == (0, 0)
