"""Ports for what tests start."""

from __future__ import annotations

import itertools
import os
import socket

# Below what systems give to outgoing connections (32768 on Linux, 49152 elsewhere), of which the
# tests open thousands: one of those would take a port between its choice and its use.
FIRST, LAST = 10_000, 32_000
# Processes that test at the same time begin at different ports.
_next = itertools.count(os.getpid() * 499)


def free_port() -> int:
    """A port of this machine that nobody uses."""
    while True:
        port = FIRST + next(_next) % (LAST - FIRST)
        with socket.socket() as taken:
            try:
                taken.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
