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
# How far a request may be from now, so that nobody can send a recorded one again for ever.
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
        """Whether Discord has signed exactly this body, within five minutes of now."""
        sent = self.signed_at(headers, body)
        return sent is not None and self.accept(sent)

    def signed_at(self, headers: MultiMapping[str], body: bytes) -> int | None:
        """When Discord has signed exactly this body, in Unix seconds; None if it has not."""
        if (found := well_formed(headers)) is None:
            return None
        signature, timestamp = found
        try:
            self._key.verify(timestamp.encode() + body, bytes.fromhex(signature))
        except BadSignatureError:
            return None
        return int(timestamp)

    def accept(self, sent: int) -> bool:
        """Whether what was signed then is neither old nor of the future.

        A clock may lag for a moment after its machine was suspended, so what was accepted
        before counts, too: that moves the time by five minutes at most.
        """
        now = self._clock()
        if sent > now + MAX_AGE_SECONDS or sent < max(now, self._newest) - MAX_AGE_SECONDS:
            return False
        self._newest = max(self._newest, sent)
        return True


def well_formed(headers: MultiMapping[str]) -> tuple[str, str] | None:
    """The signature and the timestamp, if there is one of each and they look like it."""
    signatures, timestamps = headers.getall(SIGNATURE, []), headers.getall(TIMESTAMP, [])
    if len(signatures) != 1 or len(timestamps) != 1:
        return None
    signature, timestamp = signatures[0], timestamps[0]
    if not _HEX_SIGNATURE.fullmatch(signature) or not _SECONDS.fullmatch(timestamp):
        return None
    return signature, timestamp
