"""Git hosts, cron jobs and the bot itself ring, and it looks at the posts and stays awake."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from bot.web import hooks, keep_awake
from bot.web.hooks import Actions, Hooks
from bot.web.keep_awake import KeepAwake
from bot.web.server import listening
from tests.wire.patience import PATIENCE

SECRET = "a secret of both"
PUSH = {
    "ref": "refs/heads/main",
    "before": "0" * 40,
    "after": "1" * 40,
    "repository": {"full_name": "ada/blog", "default_branch": "main"},
    "pusher": {"name": "ada"},
}


@dataclass
class Bot:
    """Counts its looks; says what a test wants of it."""

    looks: int = 0
    works: bool = True
    waiting: int = 0
    gate: asyncio.Event | None = None  # what a look waits for
    waits: list[float] = field(default_factory=list)

    async def refresh(self) -> bool:
        if self.gate is not None:
            await self.gate.wait()
        self.looks += 1
        return self.works

    async def drained(self, seconds: float) -> int:
        self.waits.append(seconds)
        return self.waiting

    async def posts(self) -> int:
        return 7

    def hooks(
        self,
        *,
        push_secret: str | None = SECRET,
        wake_secret: str | None = SECRET,
        branch: str | None = None,
    ) -> Hooks:
        actions = Actions(
            refresh=self.refresh, drained=self.drained, posts=self.posts, branch=branch
        )
        return Hooks(
            actions, push_secret=push_secret, wake_secret=wake_secret, stay_secret="of this process"
        )


@dataclass
class Caller:
    """Posts to hooks."""

    session: aiohttp.ClientSession
    base: str

    async def post(
        self, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> tuple[int, Any]:
        """Status and JSON of the answer, None where it is another."""
        async with self.session.post(
            self.base + path, headers=headers, data=BytesIO(body)
        ) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else None

    async def push(
        self, payload: object = PUSH, event: str = "push", secret: str = SECRET
    ) -> tuple[int, Any]:
        """Push as GitHub tells of it."""
        body = json.dumps(payload).encode()
        headers = {"X-GitHub-Event": event, "X-Hub-Signature-256": f"sha256={sign(body, secret)}"}
        return await self.post("/hooks/push", headers, body)


@asynccontextmanager
async def calling(hooks: Hooks) -> AsyncIterator[Caller]:
    routes = web.Application()
    hooks.add_to(routes)
    async with listening(routes, 0) as port, aiohttp.ClientSession() as session:
        yield Caller(session, f"http://127.0.0.1:{port}")


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something that is about to happen."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(0.01)


def sign(body: bytes, secret: str = SECRET) -> str:
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def standard(body: bytes, secret: str, key: bytes) -> dict[str, str]:
    """Headers of a request signed as Standard Webhooks has it."""
    said = b"msg_1.1700000000." + body
    signature = base64.b64encode(hmac.digest(key, said, hashlib.sha256)).decode()
    assert secret
    return {
        "webhook-id": "msg_1",
        "webhook-timestamp": "1700000000",
        "webhook-signature": f"v1,AAAA v1,{signature}",
    }


BODY = json.dumps(PUSH).encode()
KEY = b"thirty-two bytes, as hosts make!"


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        pytest.param(
            {"X-GitHub-Event": "push", "X-Hub-Signature-256": f"sha256={sign(BODY)}"},
            SECRET,
            id="GitHub",
        ),
        pytest.param(
            {"X-Gitlab-Event": "Push Hook", "X-Gitlab-Token": SECRET}, SECRET, id="GitLab's token"
        ),
        pytest.param(
            {"X-Gitlab-Event": "Push Hook"} | standard(BODY, SECRET, SECRET.encode()),
            SECRET,
            id="GitLab's signature",
        ),
        pytest.param(
            {"X-Gitlab-Event": "Push Hook"} | standard(BODY, "whsec_", KEY),
            f"whsec_{base64.b64encode(KEY).decode()}",
            id="GitLab's signature with an encoded key",
        ),
        pytest.param(
            {"X-Gitea-Event": "push", "X-Gitea-Signature": sign(BODY)}, SECRET, id="Gitea"
        ),
        pytest.param(
            {"X-Forgejo-Event": "push", "X-Forgejo-Signature": sign(BODY)}, SECRET, id="Forgejo"
        ),
        pytest.param(
            {"X-Event-Key": "repo:push", "X-Hub-Signature": f"sha256={sign(BODY)}"},
            SECRET,
            id="Bitbucket",
        ),
    ],
)
async def test_a_signed_push_makes_the_bot_look(headers: dict[str, str], secret: str) -> None:
    bot = Bot()
    async with calling(bot.hooks(push_secret=secret)) as caller:
        status, said = await caller.post("/hooks/push", headers, BODY)
        assert (status, said, bot.looks) == (200, {"posts": 7, "waiting": 0}, 1)
        status, _ = await caller.post("/hooks/push", headers, BODY + b" ")
        if "X-Gitlab-Token" not in headers:  # which says nothing of the body
            assert (status, bot.looks) == (403, 1), "what was signed is something else"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": sign(BODY, "another")},
        {"X-Hub-Signature-256": "sha256=é"},
        {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), BODY, "sha1").hexdigest()},
        {"X-Gitlab-Token": "a secret"},
        {"webhook-signature": "v1,AAAA", "webhook-id": "1"},
        {"webhook-signature": "v1,"},
    ],
)
async def test_a_push_without_the_right_signature_does_nothing(
    headers: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    bot = Bot()
    async with calling(bot.hooks()) as caller:
        status, said = await caller.post("/hooks/push", headers, BODY)
    assert (status, said, bot.looks) == (403, {"error": "the signature is wrong"}, 0)
    assert "signature is wrong" in caplog.text


async def test_only_pushes_to_the_branch_matter() -> None:
    bot = Bot()
    async with calling(bot.hooks()) as caller:
        assert await caller.push({**PUSH, "ref": "refs/heads/draft"}) == (
            202,
            {"ignored": "another branch"},
        )
        assert await caller.push({**PUSH, "ref": "refs/tags/main"}) == (
            202,
            {"ignored": "another branch"},
        )
        assert await caller.push({"zen": "…"}, event="ping") == (200, {"ping": "pong"})
        assert await caller.push({}, event="issues") == (202, {"ignored": "issues"})
        assert bot.looks == 0
        doubts: list[object] = [{}, [], {"ref": "refs/heads/x"}, {"ref": 1, "repository": []}]
        for unclear in doubts:
            assert (await caller.push(unclear))[0] == 200, unclear
    async with calling(bot.hooks(branch="draft")) as caller:
        assert (await caller.push())[0] == 202
        assert (await caller.push({**PUSH, "ref": "refs/heads/draft"}))[0] == 200
    assert bot.looks == 5


async def test_github_may_send_a_form() -> None:
    bot = Bot()
    body = urlencode({"payload": json.dumps({**PUSH, "ref": "refs/heads/draft"})}).encode()
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Hub-Signature-256": f"sha256={sign(body)}",
    }
    async with calling(bot.hooks()) as caller:
        status, said = await caller.post("/hooks/push", headers, body)
    assert (status, said) == (202, {"ignored": "another branch"})


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000])
async def test_a_push_that_is_no_json_is_refused(body: bytes) -> None:
    async with calling(Bot().hooks()) as caller:
        headers = {"X-Hub-Signature-256": f"sha256={sign(body)}"}
        assert (await caller.post("/hooks/push", headers, body))[0] == 400


async def test_a_body_of_more_than_a_mebibyte_is_refused() -> None:
    bot = Bot()
    async with calling(bot.hooks()) as caller:
        assert (await caller.push({**PUSH, "more": "x" * 1_048_576}))[0] == 413
    assert bot.looks == 0


async def test_a_push_that_is_told_twice_does_no_harm() -> None:
    bot = Bot()
    async with calling(bot.hooks()) as caller:
        assert await caller.push() == await caller.push() == (200, {"posts": 7, "waiting": 0})


async def test_a_host_is_answered_before_it_loses_patience(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(hooks, "PUSH_SECONDS", 0.05)
    bot = Bot(gate=asyncio.Event())
    assert bot.gate is not None
    async with calling(bot.hooks()) as caller:
        assert await caller.push() == (202, {"posts": 7, "waiting": 0})
        assert bot.looks == 0
        bot.gate.set()
        await until(lambda: bot.looks == 1)  # it goes on


async def test_a_look_that_failed_is_said() -> None:
    async with calling(Bot(works=False).hooks()) as caller:
        status, said = await caller.push()
    assert (status, said) == (502, {"error": "the posts cannot be looked at now"})


async def test_whoever_has_the_secret_may_wake_the_bot() -> None:
    bot = Bot(waiting=3)
    async with calling(bot.hooks()) as caller:
        for wrong in ({}, {"Authorization": "Bearer x"}, {"Authorization": f"Basic {SECRET}"}):
            assert (await caller.post("/hooks/wake", wrong))[0] == 403
        assert bot.looks == 0
        right = {"Authorization": f"Bearer {SECRET}"}
        assert await caller.post("/hooks/wake", right) == (202, {"posts": 7, "waiting": 3})
    assert bot.looks == 1
    assert 50 < bot.waits[0] <= 55, "the request is held open meanwhile, for less than a minute"


@pytest.mark.parametrize("path", ["/hooks/push", "/hooks/wake"])
async def test_a_hook_without_a_secret_is_not_there(
    path: str, caplog: pytest.LogCaptureFixture
) -> None:
    bot = Bot()
    async with calling(bot.hooks(push_secret=None, wake_secret=None)) as caller:
        for headers in ({}, {"X-Gitlab-Token": ""}, {"Authorization": "Bearer None"}):
            assert (await caller.post(path, headers))[0] == 404
    assert bot.looks == 0
    assert "_SECRET is not set" in caplog.text


async def test_the_bot_holds_a_request_to_itself_while_there_is_something_to_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keep_awake, "LEAST_SECONDS", 0.0)
    monkeypatch.setattr(keep_awake, "SECONDS_BETWEEN_CHECKS", 0.01)
    backlog = [2, 2, 1, 0]
    asked = []

    async def drained(seconds: float) -> int:
        asked.append(seconds)
        return backlog.pop(0) if backlog else 0

    bot = Bot()
    actions = Actions(refresh=bot.refresh, drained=drained, posts=bot.posts)
    async with calling(
        Hooks(actions, push_secret=None, wake_secret=None, stay_secret="s")
    ) as caller:
        stay = KeepAwake(f"{caller.base}/hooks/stay", "s", drained)
        async with stay.running():
            await until(lambda: asked == [3.0, 55.0, 55.0, 55.0])
            await stay.notify()
            await until(lambda: asked[4:] == [3.0])
            await asyncio.sleep(0.1)
            assert asked[5:] == [], "nothing to send: no request"


async def test_nobody_else_can_keep_the_bot_awake() -> None:
    bot = Bot()
    async with calling(bot.hooks()) as caller:
        headers = {"Authorization": f"Bearer {SECRET}"}
        assert (await caller.post("/hooks/stay", headers))[0] == 403
    assert not bot.waits


async def test_a_bot_that_does_not_reach_itself_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, unused_tcp_port: int
) -> None:
    monkeypatch.setattr(keep_awake, "SECONDS_BETWEEN_CHECKS", 0.01)
    caplog.set_level(logging.INFO)

    async def drained(_seconds: float) -> int:
        return 1

    stay = KeepAwake(f"http://127.0.0.1:{unused_tcp_port}/hooks/stay", "s", drained)
    async with stay.running():
        await until(lambda: caplog.text.count("may fall asleep") == 1)
        await stay.notify()
        await until(lambda: caplog.text.count("may fall asleep") == 2)
