"""Hosts of the web: which addresses may be asked, and what comes back.

``web.py``, which asks them, takes 80 ms to import; this file takes next to nothing.
"""

from __future__ import annotations

import ipaddress
import zlib
from dataclasses import dataclass

from bot.blog.errors import SourceError

CHUNK_BYTES = 65_536
# What zlib calls a gzip header: https://docs.python.org/3/library/zlib.html#zlib.decompress
GZIP = 16 + zlib.MAX_WBITS

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# Every block of https://www.iana.org/assignments/iana-ipv4-special-registry and
# https://www.iana.org/assignments/iana-ipv6-special-registry (October 2025), also those that
# routers pass on: no blog is there. Python's ``is_global`` differs from version to version.
_SPECIAL_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
            *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24"),
            *("192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"),
            "224.0.0.0/3",  # multicast, and what is reserved
            # A machine's own services on Azure:
            # https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
            "168.63.129.16/32",
        ),
    )
)
# The one block of IPv6 that addresses of the web are given from, and what is not one in there.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_SPECIAL_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
    )
)
# How machines that have IPv6 alone reach IPv4:
# https://www.rfc-editor.org/rfc/rfc6052#section-2.1
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def is_public(address: Address) -> bool:
    """Whether an address is one of the public web: not this machine, nor its network's."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped
        if address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is None:
            return address in _UNICAST and not any(address in block for block in _SPECIAL_IPV6)
        address = inner
    return not any(address in block for block in _SPECIAL_IPV4)


@dataclass(frozen=True, slots=True)
class Response:
    """A document of the web, as it was fetched.

    Attributes:
        body: its bytes, without compression.
        url: where it was found in the end.
        content_type: as its host says, with the charset; or empty.
        etag, modified: what to ask with the next time, or empty.
        moved: whether the host says that it is to be asked for there from now on.
        via: the addresses that led there, the one that was asked for first.
    """

    body: bytes
    url: str
    content_type: str = ""
    etag: str = ""
    modified: str = ""
    moved: bool = False
    via: tuple[str, ...] = ()


class RefusedError(SourceError):
    """The host answers with something else than a page.

    Attributes:
        status: of HTTP.
        wait: seconds that the host asks to wait before it is asked again, or None.
    """

    def __init__(self, status: int, wait: float | None = None) -> None:
        super().__init__(f"its host answers {status}")
        self.status = status
        self.wait = wait
