"""Discord's gateway: the websocket on which a bot hears of things.

https://docs.discord.com/developers/events/gateway
"""

from __future__ import annotations

import asyncio
import json
import zlib
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.wire.patience import PATIENCE
from tests.wire.people import APPLICATION_ID, BOT, TOKEN, new_id

DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, RESUME, RECONNECT, INVALID, HELLO, ACK = (
    *(0, 1, 2, 3, 6, 7, 9),
    *(10, 11),
)
UNKNOWN_OPCODE, AUTHENTICATION_FAILED = 4001, 4004
HEARTBEAT_MS = 41_250


@dataclass(slots=True)
class Session:
    """What the gateway keeps for a bot, so that it misses nothing while it reconnects.

    Attributes:
        shard: which of the bot's connections it belongs to.
        id: names it in RESUME.
        events: all that happened, oldest first.
    """

    shard: int = 0
    id: str = field(default_factory=new_id)
    events: list[dict[str, Any]] = field(default_factory=list)

    def append(self, name: str, data: Any) -> dict[str, Any]:
        """Number an event."""
        event = {"op": DISPATCH, "t": name, "s": len(self.events) + 1, "d": data}
        self.events.append(event)
        return event


class Connection:
    """One websocket, compressed as the bot asked for."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.socket = socket
        self._request = request
        # A bot that can do zstd asks for that; the gateway may send plain text just as well.
        compressed = request.query.get("compress") == "zlib-stream"
        self._compressor = zlib.compressobj() if compressed else None

    async def send(self, payload: dict[str, Any]) -> None:
        """Send one gateway event."""
        text = json.dumps(payload)
        if self._compressor is None:
            await self.socket.send_str(text)
            return
        packed = self._compressor.compress(text.encode())
        await self.socket.send_bytes(packed + self._compressor.flush(zlib.Z_SYNC_FLUSH))

    def cut(self) -> None:
        """Break the line without a word, as a network does."""
        if self._request.transport is not None:
            self._request.transport.abort()


class Gateway:
    """Accepts one bot, with all connections that it shares its servers out among.

    It can be told to misbehave; then the first of them is meant.

    Attributes:
        identified: payloads of IDENTIFY, one for each session begun.
        resumed: payloads of RESUME that were granted.
        refusals: how many of the next connections are cut at once.
        close_with: close code that the next IDENTIFY gets instead of READY.
        is_deaf: whether to listen to nothing any more, not even a goodbye.
        shards: how many connections the bot has said that it would open.
    """

    def __init__(self) -> None:
        self.url = ""
        self.identified: list[dict[str, Any]] = []
        self.resumed: list[dict[str, Any]] = []
        self.refusals = 0
        self.close_with: int | None = None
        self.is_deaf = False
        self.shards = 1
        self.sessions: dict[int, Session] = {}
        self.connections: dict[int, Connection] = {}
        self._changed = asyncio.Condition()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Serve one websocket until it ends."""
        if self.refusals:
            self.refusals -= 1
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        connection = Connection(socket, request)
        await connection.send({"op": HELLO, "d": {"heartbeat_interval": HEARTBEAT_MS}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._receive(connection, json.loads(message.data))
            if self.is_deaf:
                await asyncio.Event().wait()
        for shard, latest in list(self.connections.items()):
            if latest is connection:
                del self.connections[shard]
        await self._notify()
        return socket

    async def _receive(self, connection: Connection, payload: dict[str, Any]) -> None:
        op: int = payload["op"]
        data: Any = payload.get("d")
        if op == HEARTBEAT:
            await connection.send({"op": ACK})
        elif op == IDENTIFY:
            await self._identify(connection, data)
        elif op == RESUME:
            await self._resume(connection, data)
        elif op != PRESENCE:
            await connection.socket.close(code=UNKNOWN_OPCODE)
        await self._notify()

    async def _identify(self, connection: Connection, data: dict[str, Any]) -> None:
        code = self.close_with
        if data["token"] != TOKEN:
            code = AUTHENTICATION_FAILED
        if code is not None:
            await connection.socket.close(code=code)
            return
        shard, of_all = data.get("shard", (0, 1))
        session = self.sessions[shard] = Session(shard)
        ready = {
            "v": 10,
            "user": BOT.payload(),
            "guilds": [],
            "private_channels": [],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.url,
            "application": {"id": str(APPLICATION_ID), "flags": 0},
            "shard": [shard, of_all],
        }
        self.shards = of_all
        await connection.send(session.append("READY", ready))
        self.connections[shard] = connection
        self.identified.append(data)

    async def _resume(self, connection: Connection, data: dict[str, Any]) -> None:
        known = [each for each in self.sessions.values() if each.id == data["session_id"]]
        if not known:
            await connection.send({"op": INVALID, "d": False})
            return
        (session,) = known
        assert data["token"] == TOKEN, "RESUME needs the token too"
        heard: int = data["seq"]
        while heard < len(session.events):  # more may happen meanwhile
            await connection.send(session.events[heard])
            heard += 1
        self.connections[session.shard] = connection
        await connection.send(session.append("RESUMED", {}))
        self.resumed.append(data)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(
        self, *, identified: int = 0, resumed: int = 0, seconds: float = PATIENCE
    ) -> None:
        """Wait until the bot has begun and resumed so many sessions and is connected.

        Raises:
            TimeoutError: it did not in time.
        """
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(
                lambda: (
                    len(self.connections) == self.shards
                    and len(self.identified) >= identified
                    and len(self.resumed) >= resumed
                )
            )

    async def dispatch(self, name: str, data: dict[str, Any]) -> None:
        """Let the bot hear of something, after its next RESUME if it is away."""
        shard = (int(data.get("guild_id") or 0) >> 22) % self.shards
        assert shard in self.sessions, "no bot has identified itself yet"
        event = self.sessions[shard].append(name, data)
        if shard in self.connections:
            await self.connections[shard].send(event)

    async def ask_to_reconnect(self) -> None:
        """Send the bot away to come again, as Discord does every few hours."""
        await self._leave().send({"op": RECONNECT})

    async def invalidate_session(self) -> None:
        """Forget the bot's session, so that it must begin a new one."""
        connection = self._leave()
        del self.sessions[0]
        await connection.send({"op": INVALID, "d": False})

    def cut(self) -> None:
        """Break the line without a word."""
        self._leave().cut()

    def _leave(self) -> Connection:
        """The bot's connection, which is not its connection from now on."""
        assert 0 in self.connections, "no bot is connected"
        return self.connections.pop(0)

    async def close(self) -> None:
        """Close the sockets, for the end of the test."""
        for connection in list(self.connections.values()):
            await connection.socket.close()
