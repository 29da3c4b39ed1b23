"""The HTTP side of the loopback Discord: records, judges, and fails on demand.

Every request is held against Discord's API description, and so is every answer; what
does not fit goes to ``complaints``, because an exception here would reach nobody.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from tests.wire.answers import INVALID_FORM_BODY, Answer, Answers, Expected, Refused
from tests.wire.limits import check_limits
from tests.wire.patience import PATIENCE
from tests.wire.people import TOKEN
from tests.wire.rates import Limits, Verdict
from tests.wire.schema import validate_request, validate_response

# Whoever knows an interaction's token needs no other.
WITHOUT_TOKEN = ("/interactions/", "/webhooks/")


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the bot's, and the status that it got.

    Attributes:
        method: ``GET``, ``POST``…
        path: without the API's base, such as ``/users/@me``.
        query: the query's parameters.
        body: decoded JSON, None for none.
        status: the answer's, 0 where the connection was dropped instead.
    """

    method: str
    path: str
    query: Mapping[str, str]
    body: Any
    status: int


@dataclass(frozen=True, slots=True)
class Text:
    """A body that is none of Discord's, and its content type."""

    kind: str
    body: str


@dataclass(slots=True)
class Fault:
    """What the next matching requests get instead of an answer.

    Attributes:
        method: of the requests it is for.
        path: a pattern for the whole path.
        status: 429, 500…; 0 drops the connection; None answers as it should be.
        times: how many requests.
        retry_after: seconds, for a 429; None for Cloudflare's own, which tells nothing.
        works: whether what was asked for is done all the same.
        delay: seconds until the answer, or until the connection drops.
        late: seconds until what was asked for is done, if it is.
        is_global: whether a 429 is for all requests together.
        text: the body as it is, with its type, instead of an answer of Discord's.
    """

    method: str
    path: str
    status: int | None
    times: int = 1
    retry_after: float | None = 0.05
    works: bool = False
    delay: float = 0.0
    late: float = 0.0
    is_global: bool = False
    text: tuple[str, str] | None = None

    def concerns(self, method: str, path: str) -> bool:
        """Whether this request gets the fault."""
        return self.times > 0 and method == self.method and bool(re.fullmatch(self.path, path))

    def body(self) -> dict[str, Any] | None:
        """What stands in the answer."""
        if not self.status:
            return None
        if self.status == HTTPStatus.TOO_MANY_REQUESTS and self.retry_after is not None:
            message = "You are being rate limited."
            return {"message": message, "retry_after": self.retry_after} | {
                "global": self.is_global,
                "code": 0,
            }
        return {"message": f"{self.status}: {HTTPStatus(self.status).phrase}", "code": 0}


class Rest:
    """Front of the REST API.

    Attributes:
        calls: every request, in order.
        complaints: what Discord would have refused or never answered; a test's last
            assertion is that there are none.
        faults: what the next requests get instead of an answer.
        weather: says for any request what goes wrong with it, or None.
        limits: the rate limits; None for no limits.
    """

    def __init__(self, answers: Answers) -> None:
        self.calls: list[Call] = []
        self.complaints: list[str] = []
        self.faults: list[Fault] = []
        self.weather: Callable[[str, str], Fault | None] = lambda _method, _path: None
        self.limits: Limits | None = None
        self._answers = answers
        self._called = asyncio.Condition()

    def count(self, method: str, path: str) -> int:
        """How many requests succeeded, by method and a pattern for the path."""
        return sum(
            call.method == method
            and HTTPStatus.OK <= call.status < HTTPStatus.MULTIPLE_CHOICES
            and re.fullmatch(path, call.path) is not None
            for call in self.calls
        )

    async def until(
        self, method: str, path: str, *, times: int = 1, seconds: float = PATIENCE
    ) -> None:
        """Wait until so many requests have come, answered well or not.

        Raises:
            TimeoutError: they did not in time.
        """

        def come() -> bool:
            matching = (c for c in self.calls if c.method == method and re.fullmatch(path, c.path))
            return len(list(matching)) >= times

        async with asyncio.timeout(seconds), self._called:
            await self._called.wait_for(come)

    async def until_not_found(self, first: int) -> None:
        """Wait until one of the requests from the one with number ``first`` is answered by 404.

        Raises:
            TimeoutError: none was in time.
        """

        def is_there() -> bool:
            return any(call.status == HTTPStatus.NOT_FOUND for call in self.calls[first:])

        async with asyncio.timeout(PATIENCE), self._called:
            await self._called.wait_for(is_there)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer one request, whatever it is."""
        path = "/" + request.match_info["path"]
        body = await self._body(request)
        verdict = self.limits.judge(request.method, path) if self.limits else Verdict({})
        if verdict.retry_after is None:
            status, answer = await self._answer_or_fail(request, path, body)
        else:
            early = Fault("", "", HTTPStatus.TOO_MANY_REQUESTS, retry_after=verdict.retry_after)
            status, answer = HTTPStatus.TOO_MANY_REQUESTS, early.body()
            answer = {**(answer or {}), "global": verdict.is_global}
        async with self._called:
            self.calls.append(Call(request.method, path, dict(request.query), body, status))
            self._called.notify_all()
        if not status:
            if request.transport is not None:  # a killed client has none any more
                request.transport.abort()
            return web.Response()
        if isinstance(answer, Text):
            return web.Response(status=status, text=answer.body, content_type=answer.kind)
        return _response(status, answer, verdict.headers)

    async def _answer_or_fail(self, request: web.Request, path: str, body: Any) -> Answer:
        fault = self._fault(request.method, path) or self.weather(request.method, path)
        if fault is None:
            return await self._answer(request, path, body)
        await asyncio.sleep(fault.late)
        status, answer = fault.status, fault.body()
        if fault.works or status is None:
            done = await self._answer(request, path, body)
            status, answer = done if status is None else (status, answer)
        await asyncio.sleep(fault.delay)
        if fault.text is not None:
            return status or HTTPStatus.OK, Text(*fault.text)
        return status, answer

    async def _body(self, request: web.Request) -> Any:
        if request.content_type == "multipart/form-data":
            return json.loads(str((await request.post())["payload_json"]))
        raw = await request.read()
        if not raw:
            return None
        if request.headers["Content-Type"] != "application/json":
            self.complaints.append(f"{request.path}: {request.headers['Content-Type']} is no JSON")
        return json.loads(raw)

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.concerns(method, path):
                fault.times -= 1
                return fault
        return None

    async def _answer(self, request: web.Request, path: str, body: Any) -> Answer:
        allowed = request.headers.get("Authorization") == f"Bot {TOKEN}"
        if not allowed and not path.startswith(WITHOUT_TOKEN):
            return HTTPStatus.UNAUTHORIZED, {"message": "401: Unauthorized", "code": 0}
        try:
            validate_request(request.method, path, body, request.query)
            if body is not None:
                check_limits(body)
            status, answer = await self._answers.answer(request.method, path, request.query, body)
        except Refused as refused:
            if not isinstance(refused, Expected):
                self.complaints.append(f"{request.method} {path}: {refused}")
            return refused.status, refused.body
        except AssertionError as error:
            self.complaints.append(str(error))
            message = f"Invalid Form Body: {error}"
            return HTTPStatus.BAD_REQUEST, {"code": INVALID_FORM_BODY, "message": message}
        try:
            validate_response(request.method, path, status, answer)
        except AssertionError as error:
            self.complaints.append(str(error))
        return status, answer


def _response(status: int, answer: Any, limits: Mapping[str, str]) -> web.Response:
    # Without Via, discord.py takes a 429 for Cloudflare's own. It takes JSON only where the
    # type is application/json without the charset that json_response adds.
    headers = dict(limits)
    if status == HTTPStatus.TOO_MANY_REQUESTS and "retry_after" in answer:
        headers |= {"Via": "1.1 loopback", "Retry-After": str(answer["retry_after"])}
    if answer is None:
        return web.Response(status=status, headers=headers)
    headers["Content-Type"] = "application/json"
    return web.Response(status=status, headers=headers, body=json.dumps(answer).encode())
