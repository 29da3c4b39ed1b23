"""The whole bot over a git repository: who rings is answered once all is announced."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import json
from pathlib import Path

import aiohttp

from tests.announce.test_process import subscribed, until_announced
from tests.needs import needs_git
from tests.ports import free_port
from tests.sources.git.host import Blog, serving
from tests.wire.patience import PATIENCE
from tests.wire.process import BotProcess, over_http
from tests.wire.server import LoopbackDiscord

pytestmark = needs_git

PUSH_SECRET, WAKE_SECRET, TOKEN = "of-the-host", "of-the-cron-job", "of-the-repository"


def push(blog: Blog, number: int) -> bytes:
    """Publish a post of today; what GitHub says of it."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    head = f"---\ntitle: Post number {number}\ndate: {today}\n---\n"
    blog.push({f"posts/post-{number}.md": f"{head}\nSomething new about {number}.\n"})
    return json.dumps({"ref": "refs/heads/main"}).encode()


async def ring(url: str, body: bytes, **headers: str) -> tuple[int, object]:
    """Post to a hook, as soon as somebody listens."""
    async with asyncio.timeout(PATIENCE), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.post(url, data=body, headers=headers) as response:
                    return response.status, await response.json()
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.05)


async def test_a_push_is_announced_and_so_is_one_that_waited_for_a_machine(tmp_path: Path) -> None:
    blog = Blog(tmp_path / "git")
    push(blog, 0)
    with serving(blog.bare.parent) as host:
        host.token = TOKEN
        async with LoopbackDiscord() as discord:
            await subscribed(tmp_path, discord)
            port = free_port()
            base = f"http://127.0.0.1:{port}"

            def bot() -> BotProcess:
                where = ("--posts", f"{host.url}#main:posts")
                return BotProcess(
                    discord.base,
                    tmp_path / "index.db",
                    *over_http(tmp_path, port),
                    *where,
                    waits=False,
                    SLASHPOST_POSTS_TOKEN=TOKEN,
                    SLASHPOST_PUSH_SECRET=PUSH_SECRET,
                    SLASHPOST_WAKE_SECRET=WAKE_SECRET,
                )

            bearer = {"Authorization": f"Bearer {WAKE_SECRET}"}
            async with bot() as process:
                assert await ring(f"{base}/hooks/wake", b"", **bearer) == (
                    200,
                    {"posts": 1, "waiting": 0},
                )
                assert discord.answers.messages == {}, "a first look announces nothing"
                body = push(blog, 1)
                signature = hmac.new(PUSH_SECRET.encode(), body, hashlib.sha256).hexdigest()
                signed = {"X-Hub-Signature-256": f"sha256={signature}"}
                status, said = await ring(f"{base}/hooks/push", body, **signed)
                assert status in {200, 202}, said
                await until_announced(discord, [1])
                assert await process.end() == 0
            log = process.log
            push(blog, 2)
            async with bot() as process:
                assert await ring(f"{base}/hooks/wake", b"", **bearer) == (
                    200,
                    {"posts": 3, "waiting": 0},
                )
                await until_announced(discord, [1, 2])
                assert await process.end() == 0
            log += process.log
            assert "Traceback" not in log
            assert not [secret for secret in (PUSH_SECRET, WAKE_SECRET, TOKEN) if secret in log]
            assert discord.rest.complaints == []
