"""Discord's rate limits, as strict as the documentation lets them be.

https://docs.discord.com/developers/topics/rate-limits
"""

from __future__ import annotations

import hashlib
import re
import time
from collections import deque
from dataclasses import dataclass, field

GLOBAL_REQUESTS, GLOBAL_SECONDS = 50, 1.0
# What bots have seen in the headers; Discord does not promise any of it.
USUAL = (5, 5.0)
ROUTES = {
    "POST /channels/+/messages": (5, 5.0),
    "PATCH /channels/+/messages/+": (5, 5.0),
    "POST /channels/+/messages/+/crosspost": (10, 3600.0),
    "POST /users/@me/channels": (50, 1.0),
    "GET /guilds/+": (50, 1.0),
    "GET /guilds/+/members/+": (50, 1.0),
}
# Answers to interactions count for nothing.
FREE = ("/interactions/", "/webhooks/")


@dataclass(slots=True)
class Verdict:
    """What the limits say of one request.

    Attributes:
        headers: of the answer.
        retry_after: seconds to wait, or None where the request may pass.
        is_global: whether it is the limit of all requests together.
    """

    headers: dict[str, str]
    retry_after: float | None = None
    is_global: bool = False


@dataclass(slots=True)
class Limits:
    """Counts requests.

    Attributes:
        refused: how many came too early.
        refused_globally: how many of them because of all requests together.
    """

    refused: int = 0
    refused_globally: int = 0
    _all: deque[float] = field(default_factory=deque)
    _buckets: dict[str, tuple[float, int]] = field(default_factory=dict)

    def judge(self, method: str, path: str) -> Verdict:
        """Count a request, unless it comes too early."""
        if path.startswith(FREE):
            return Verdict({})
        now = time.monotonic()
        while self._all and self._all[0] <= now - GLOBAL_SECONDS:
            self._all.popleft()
        if len(self._all) >= GLOBAL_REQUESTS:
            self.refused += 1
            self.refused_globally += 1
            wait = self._all[0] + GLOBAL_SECONDS - now
            scope = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global"}
            return Verdict(scope, wait, is_global=True)
        verdict = self._bucket(method, path, now)
        if verdict.retry_after is None:
            self._all.append(now)
        else:
            self.refused += 1
        return verdict

    def _bucket(self, method: str, path: str, now: float) -> Verdict:
        template = f"{method} {re.sub(r'/[0-9]+', '/+', path)}"
        limit, seconds = ROUTES.get(template, USUAL)
        major = re.match(r"/(?:channels|guilds)/[0-9]+", path)
        key = f"{template} {major[0] if major else ''}"
        end, used = self._buckets.get(key, (0.0, 0))
        if end <= now:
            end, used = now + seconds, 0
        early = used >= limit
        self._buckets[key] = (end, used if early else used + 1)
        headers = {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - used - 1)),
            "X-RateLimit-Reset": f"{time.time() + end - now:.3f}",
            "X-RateLimit-Reset-After": f"{end - now:.3f}",
            "X-RateLimit-Bucket": hashlib.sha256(template.encode()).hexdigest()[:32],
        }
        return Verdict(headers, end - now if early else None)
