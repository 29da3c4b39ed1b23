"""What is fetched from the web, and what is not."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest

from bot.blog.errors import SourceError
from bot.sources.host import Address, is_public
from bot.sources.web import Web
from tests.sources.feed.host import Host, serving
from tests.wire.patience import PATIENCE


@pytest.fixture
def host() -> Iterator[Host]:
    with serving() as host:
        host.body = b"<feed/>" * 100
        yield host


def anywhere(most_bytes: int = 100_000, most_seconds: float = 10.0) -> Web:
    return Web(may_reach=lambda _: True, most_bytes=most_bytes, most_seconds=most_seconds)


def test_a_page_with_what_to_ask_the_next_time(host: Host) -> None:
    host.etag, host.modified = '"1"', "Tue, 14 Nov 2023 22:13:20 GMT"
    page = anywhere().fetch(host.url())
    assert page is not None
    assert (page.body, page.url, page.etag, page.modified) == (
        host.body, host.url(), '"1"', "Tue, 14 Nov 2023 22:13:20 GMT",
    )  # fmt: skip
    assert anywhere().fetch(host.url(), etag=page.etag) is None
    assert anywhere().fetch(host.url(), modified=page.modified) is None
    assert anywhere().fetch(host.url(), etag='"0"') == page


def test_compression_is_undone(host: Host) -> None:
    page = anywhere().fetch(host.url("/zipped"))
    assert page is not None
    assert page.body == host.body


@pytest.mark.parametrize("size", [10, 65_536, 90_000])
def test_what_follows_a_compressed_page_is_ignored(host: Host, size: int) -> None:
    host.body = b"x" * size
    page = anywhere(most_seconds=PATIENCE).fetch(host.url("/zipped-and-more"))
    assert page is not None
    assert page.body == host.body


def test_a_page_that_has_moved(host: Host) -> None:
    page = anywhere().fetch(host.url("/elsewhere?/feed"))
    assert page is not None
    assert page.url == host.url()


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/bomb", "it is larger than 100,000 bytes"),
        ("/huge", "it is larger than 100,000 bytes"),
        ("/cut", "it ends too early"),
        ("/brotli", "it comes in an encoding that was not asked for: br"),
        ("/gone", "its host answers 410"),
        ("/again", "it leads elsewhere again and again"),
        ("/elsewhere?file:///etc/passwd", "it is, or leads to, no address of the web"),
    ],
)
def test_pages_that_are_given_up(host: Host, path: str, complaint: str) -> None:
    with pytest.raises(SourceError) as error:
        anywhere().fetch(host.url(path))
    assert error.value.reason == complaint


@pytest.mark.parametrize("path", ["/slow", "/silent"])
def test_a_host_that_takes_its_time(host: Host, path: str) -> None:
    with pytest.raises(SourceError, match="it was not there after 0 seconds"):
        anywhere(most_seconds=0.2).fetch(host.url(path))


def test_a_host_that_is_not_there(unused_tcp_port: int) -> None:
    with pytest.raises(SourceError, match="refused"):
        anywhere().fetch(f"http://127.0.0.1:{unused_tcp_port}/")


@pytest.mark.parametrize(
    "name", ["127.0.0.1", "localhost", "2130706433", "127.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
)
def test_this_machine_is_not_the_web(host: Host, name: str) -> None:
    """However its address is written."""
    with pytest.raises(SourceError):
        Web().fetch(f"http://{name}:{host.server_port}/feed")
    assert not host.requests


def test_nor_does_a_redirect_lead_there(host: Host) -> None:
    """The first address is allowed here, as one of the web would be; the second is not."""
    allowed = {ipaddress.ip_address("127.0.0.1")}
    web = Web(may_reach=lambda address: address in allowed)
    with pytest.raises(SourceError, match="is no public address"):
        web.fetch(host.url(f"/elsewhere?http://127.0.0.2:{host.server_port}/feed"))
    assert len(host.requests) == 1


def test_a_name_may_not_change_its_mind(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that is public when it is looked up first, and private afterwards."""
    looked_up = iter(["203.0.113.1", "127.0.0.1"])

    def getaddrinfo(_host: str, port: int, *_: object, **__: object) -> list[object]:
        address = next(looked_up, "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    reached = []

    def may_reach(address: object) -> bool:
        reached.append(str(address))
        return is_public(ipaddress.ip_address(str(address)))

    for _ in range(2):
        with pytest.raises(SourceError, match="no public address"):
            Web(may_reach=may_reach).fetch(f"http://rebinding.example:{host.server_port}/feed")
    assert reached == ["203.0.113.1", "127.0.0.1"], "what is connected to is what was checked"
    assert not host.requests


# Each block of IANA's registries of special purposes, what is reserved beside, and Azure's own.
SPECIAL_IPV4 = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.0.0/29", "192.0.0.8/32", "192.0.0.9/32"),
    *("192.0.0.10/32", "192.0.0.170/31", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
    *("192.88.99.0/24", "192.88.99.2/32", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "255.255.255.255/32"),
    *("168.63.129.16/32", "169.254.169.254/32", "100.100.100.200/32"),
]
SPECIAL_IPV6 = [
    *("::/128", "::1/128", "::ffff:0:0/104", "::7f00:0/104", "64:ff9b::a00:0/104"),
    *("64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001::/32", "2001:1::1/128"),
    *("2001:1::2/128", "2001:1::3/128", "2001:2::/48", "2001:3::/32", "2001:4:112::/48"),
    *("2001:10::/28", "2001:20::/28", "2001:30::/28", "2001:db8::/32", "2002::/16"),
    *("2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fd00:ec2::254/128", "fe80::/10"),
    *("fec0::/10", "ff00::/8", "4000::/3"),
]
PUBLIC = [
    *("1.1.1.1", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255", "100.128.0.0"),
    *("128.0.0.0", "168.63.129.15", "168.63.129.17", "169.253.255.255", "169.255.0.0"),
    *("172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.31.195.255", "192.88.98.255"),
    *("192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"),
]
PUBLIC_IPV6 = ["2001:200::1", "2003::", "2606:2800:220:1::1", "2620:4f:7fff::1", "2a00::1"]


def ends_of(block: str) -> tuple[Address, Address]:
    network = ipaddress.ip_network(block)
    return network[0], network[-1]


def in_ipv6(address: Address) -> Iterator[Address]:
    """An address of IPv4 as IPv6 has it: mapped, by NAT64."""
    for start in ("::ffff:0:0", "64:ff9b::"):
        yield ipaddress.IPv6Address(int(ipaddress.IPv6Address(start)) | int(address))


@pytest.mark.parametrize("block", SPECIAL_IPV4)
def test_no_special_block_of_ipv4_is_public_nor_its_forms_in_ipv6(block: str) -> None:
    for end in ends_of(block):
        six_to_four = ipaddress.IPv6Address(0x2002 << 112 | int(end) << 80)
        for address in (end, *in_ipv6(end), six_to_four):
            assert not is_public(address), address


@pytest.mark.parametrize("block", SPECIAL_IPV6)
def test_no_special_block_of_ipv6_is_public(block: str) -> None:
    for end in ends_of(block):
        assert not is_public(end), end


@pytest.mark.parametrize("written", PUBLIC)
def test_an_address_beside_the_special_blocks_is_public(written: str) -> None:
    address = ipaddress.IPv4Address(written)
    assert is_public(address)
    assert all(map(is_public, in_ipv6(address)))


@pytest.mark.parametrize("written", PUBLIC_IPV6)
def test_an_address_of_ipv6_beside_the_special_blocks_is_public(written: str) -> None:
    assert is_public(ipaddress.IPv6Address(written))
