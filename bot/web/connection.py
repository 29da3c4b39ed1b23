"""Connections, which cost memory and descriptors before their sender has proven anything.

asyncio hands what arrives to a ``Connection``, which hands it on to aiohttp's protocol. In
between, this file bounds what strangers can hold: the number of connections, the bytes of
requests in flight, and the time for which a connection may be silent or slow.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much strangers may hold.

    Attributes:
        connections: how many may be open. Each takes a descriptor and about 15 kB.
        bytes: of all requests that have arrived in part or are being answered.
        headers_seconds: from a request's first byte until its headers are there; also the time
            for a first request.
        drain_seconds: for the rest of a body that is not read, so that the answer arrives; none
            while more than half of the connections are open.
        idle_seconds: without a request, on a connection that has had one. Proxies in front
            give up idle connections after 60 seconds.
        known_idle_seconds: the same for a connection that has carried a proof.
        write_seconds: for which a client may not take its answer.
    """

    connections: int = 300
    bytes: int = 2 * 2**20
    headers_seconds: float = 10.0
    drain_seconds: float = 2.0
    idle_seconds: float = 75.0
    known_idle_seconds: float = 3600.0
    write_seconds: float = 10.0


# Read at once. A client can send that much before anybody has looked at its headers.
READ_BYTES = 2**14
LIMITS = Limits()


class Connections:
    """The open connections of one listener; makes those that asyncio accepts.

    Args:
        protocol: makes aiohttp's side of a connection.
        limits: what all of them together may hold.
        refused: hears why a connection was closed: ``crowded`` or ``slow``.
    """

    def __init__(
        self,
        protocol: Callable[[], asyncio.Protocol],
        limits: Limits,
        refused: Callable[[str], None],
    ) -> None:
        self.limits = limits
        self.refused = refused
        # One for all: asyncio fills it and has it emptied before it reads again.
        self.buffer = bytearray(READ_BYTES)
        self._protocol = protocol
        self._strangers: dict[Connection, None] = {}  # oldest first
        self._known: dict[Connection, None] = {}
        self._bytes = 0

    def __call__(self) -> Connection:
        """A connection that is about to be made."""
        return Connection(self, self._protocol())

    def add(self, connection: Connection) -> None:
        """Count a connection, and close the oldest stranger where there are too many."""
        self._strangers[connection] = None
        if len(self._strangers) + len(self._known) > self.limits.connections:
            oldest = next(iter(self._strangers))
            if oldest is connection:  # all others are known: the longest idle one goes
                oldest = next((one for one in self._known if not one.is_proven), connection)
            oldest.refuse("crowded")

    @property
    def is_crowded(self) -> bool:
        """Whether more than half of them are open."""
        return 2 * (len(self._strangers) + len(self._known)) > self.limits.connections

    def know(self, connection: Connection) -> None:
        """Keep a connection that has carried a proof longer than strangers."""
        if self._strangers.pop(connection, connection) is None:
            self._known[connection] = None
        elif connection in self._known:  # the last to be used is the last to go
            self._known[connection] = self._known.pop(connection)

    def hold(self, received: int) -> None:
        """Count bytes, negative ones when they are done with.

        Where there are too many, the request without a proof that holds most is cut off: those
        of Discord are small and arrive at once.
        """
        self._bytes += received
        while self._bytes > self.limits.bytes:
            unproven = [one for one in self._strangers if one.received]
            unproven = unproven or [
                one for one in self._known if one.received and not one.is_proven
            ]
            if not unproven:
                return
            max(unproven, key=lambda one: one.received).refuse("crowded")

    def remove(self, connection: Connection) -> None:
        """Forget a connection that is closed."""
        self._strangers.pop(connection, None)
        self._known.pop(connection, None)


class Connection(asyncio.BufferedProtocol):
    """One connection, from its beginning to its end.

    Attributes:
        received: bytes of the request that is arriving or being answered.
        is_proven: whether the request that is being answered has proven who sent it.
    """

    def __init__(self, all_: Connections, protocol: asyncio.Protocol) -> None:
        self.received = 0
        self.is_proven = False
        self._all = all_
        self._protocol = protocol
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._write_timer: asyncio.TimerHandle | None = None
        self._is_known = False
        self._is_idle = True
        self._counts = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin; called by asyncio, as the next ones are."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(high=READ_BYTES)
        self._protocol.connection_made(transport)
        self._wait(self._all.limits.headers_seconds)
        self._all.add(self)

    def get_buffer(self, sizehint: int) -> bytearray:
        """Where the next bytes go."""
        del sizehint
        return self._all.buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what has arrived."""
        if self._transport is None:
            return
        if self._is_idle:
            self._is_idle = False
            self._wait(self._all.limits.headers_seconds)
        if self._counts:
            self.received += nbytes
            self._all.hold(nbytes)
        elif self._all.is_crowded:
            self.refuse("crowded")
        if self._transport is not None:
            self._protocol.data_received(bytes(self._all.buffer[:nbytes]))

    def eof_received(self) -> bool | None:
        """Hear that the client sends nothing more."""
        return self._protocol.eof_received()

    def pause_writing(self) -> None:
        """Wait until the client takes its answer, for some time."""
        loop = asyncio.get_running_loop()
        self._write_timer = loop.call_later(self._all.limits.write_seconds, self.refuse, "slow")
        self._protocol.pause_writing()

    def resume_writing(self) -> None:
        """Go on writing."""
        _cancel(self._write_timer)
        self._protocol.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._end()
        self._protocol.connection_lost(exc)

    def begin(self) -> None:
        """A request has come whose headers are complete."""
        _cancel(self._timer)
        self._is_idle = False
        self._counts = True
        self.is_proven = False

    def prove(self) -> None:
        """The request has proven who sent it, such as by Discord's signature."""
        self.is_proven = self._is_known = True
        self._all.know(self)

    def end(self, *, is_read: bool) -> None:
        """The request is answered.

        Args:
            is_read: whether its whole body was; else aiohttp reads what is left, and forgets it.
        """
        self._all.hold(-self.received)
        self.received = 0
        self.is_proven = False
        self._is_idle = self._counts = is_read
        limits = self._all.limits
        idle = limits.known_idle_seconds if self._is_known else limits.idle_seconds
        self._wait(idle if is_read else limits.drain_seconds)

    def refuse(self, why: str) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._all.refused(why)
            self._transport.abort()
            self._end()

    def _wait(self, seconds: float) -> None:
        """Close the connection if no request comes in time."""
        _cancel(self._timer)
        if self._transport is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(seconds, self._expire)

    def _expire(self) -> None:
        if self._is_idle and self._transport is not None:  # no fault of anybody
            self._transport.close()
        else:
            self.refuse("slow")

    def _end(self) -> None:
        _cancel(self._timer)
        _cancel(self._write_timer)
        self._transport = None
        self._all.remove(self)
        self._all.hold(-self.received)
        self.received = 0


def connection_of(request: web.Request) -> Connection | None:
    """The connection that a request came over; None when it is closed."""
    protocol = request.transport.get_protocol() if request.transport else None
    return protocol if isinstance(protocol, Connection) else None


def _cancel(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
