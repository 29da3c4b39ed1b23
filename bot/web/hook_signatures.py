"""How git hosts prove that they know a hook's secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping

# Hosts that sign the body alone, each in a header of its own: GitHub (Gitea and Forgejo, too),
# Bitbucket, Forgejo, Gitea.
# https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries
# https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/
# https://docs.gitea.com/usage/webhooks
BODY_HEADERS = (
    "X-Hub-Signature-256",
    "X-Hub-Signature",
    "X-Forgejo-Signature",
    "X-Gitea-Signature",
)
# GitLab's secret token, which it sends as it is.
# https://docs.gitlab.com/user/project/integrations/webhooks/
TOKEN_HEADER = "X-Gitlab-Token"  # noqa: S105 - a name
# GitLab's signing token: https://github.com/standard-webhooks/standard-webhooks
ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
ENCODED_KEY = "whsec_"
# Of a header: several signatures of Standard Webhooks, or a token.
LONGEST = 1024


def may_be_signed(headers: Mapping[str, str]) -> bool:
    """Whether there is a signature at all, before the body is read that it belongs to."""
    names = (*BODY_HEADERS, TOKEN_HEADER, SIGNATURE_HEADER)
    return any(1 < len(headers.get(name, "")) <= LONGEST for name in names)


def is_signed(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Whether one of the headers proves that its sender knows the secret.

    A request that is sent again proves it again: what follows from it does no harm twice.

    Args:
        headers: of the request, whatever their case.
        body: as it came.
        secret: shared with the host.
    """
    return any(hmac.compare_digest(one, other) for one, other in _proofs(headers, body, secret))


def _proofs(headers: Mapping[str, str], body: bytes, secret: str) -> Iterator[tuple[bytes, bytes]]:
    """What headers say beside what they should say."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest().encode()
    for name in BODY_HEADERS:
        if given := headers.get(name):
            yield _bytes(given.removeprefix("sha256=")), signature
    if given := headers.get(TOKEN_HEADER):
        yield _bytes(given), secret.encode()
    if given := headers.get(SIGNATURE_HEADER):
        start = f"{headers.get(ID_HEADER, '')}.{headers.get(TIME_HEADER, '')}."
        digest = hmac.digest(_key(secret), _bytes(start) + body, hashlib.sha256)
        for one in given.split():
            yield _bytes(one.removeprefix("v1,")), base64.b64encode(digest)


def _key(secret: str) -> bytes:
    """The key of Standard Webhooks, which has its prefix where it is encoded."""
    if secret.startswith(ENCODED_KEY):
        try:
            return base64.b64decode(secret.removeprefix(ENCODED_KEY), validate=True)
        except ValueError:
            pass
    return secret.encode()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
