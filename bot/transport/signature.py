"""Which requests Discord has sent, told by its signature."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from multidict import MultiMapping
from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

# https://docs.discord.com/developers/interactions/overview#setting-up-an-endpoint-validating-security-request-headers
SIGNATURE = "X-Signature-Ed25519"
TIMESTAMP = "X-Signature-Timestamp"
# How old a request may be, so that nobody can send a recorded one again for ever.
MAX_AGE_SECONDS = 300

_HEX_SIGNATURE = re.compile(r"[0-9a-fA-F]{128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class Signatures:
    """Verifies requests with an application's public key.

    Args:
        public_key: the application's ``verify_key``, 64 hexadecimal digits.
        clock: Unix seconds.

    Raises:
        ValueError: that is no public key.
    """

    def __init__(self, public_key: str, *, clock: Callable[[], float] = time.time) -> None:
        self._key = VerifyKey(bytes.fromhex(public_key))
        self._clock = clock
        self._newest = 0

    def verify(self, headers: MultiMapping[str], body: bytes) -> bool:
        """Whether Discord has signed exactly this body, at most five minutes ago.

        The clock of a machine lags for a moment after it was resumed. What counts is
        therefore the later of the clock and the newest request that was genuine.
        """
        signatures, timestamps = headers.getall(SIGNATURE, []), headers.getall(TIMESTAMP, [])
        if len(signatures) != 1 or len(timestamps) != 1:
            return False
        signature, timestamp = signatures[0], timestamps[0]
        if not _HEX_SIGNATURE.fullmatch(signature) or not _SECONDS.fullmatch(timestamp):
            return False
        sent = int(timestamp)
        if sent < max(self._clock(), self._newest) - MAX_AGE_SECONDS:
            return False
        try:
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
        except BadSignatureError:
            return False
        self._newest = max(self._newest, sent)
        return True
