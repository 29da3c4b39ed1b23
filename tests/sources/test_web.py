"""What is fetched from the web, and what is not."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

import pytest

from bot.blog.errors import SourceError
from bot.sources.web import Web, is_public
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


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:2800:220:1::1", True),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::5db8:d822", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::a00:1", False),
        ("2002:a00:1::", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fdaa::3", False),
        ("ff02::1", False),
        ("fec0::1", False),
        ("::7f00:1", False),
        ("64:ff9b:1::7f00:1", False),
    ],
)
def test_which_addresses_are_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public
