"""Whether the public page of a post is there, asked over real sockets."""

from __future__ import annotations

import ipaddress
from collections.abc import AsyncIterator

import pytest

from bot.sources.link_check import HttpPageProbe, problem_of
from tests.announce.site import Site, serving_site


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    async with serving_site() as site:
        yield site


def anywhere(seconds: float = 30.0) -> HttpPageProbe:
    """A probe that reaches this machine, too."""
    return HttpPageProbe(may_reach=lambda _: True, head_seconds=seconds, get_seconds=seconds)


async def test_a_page_is_asked_for_with_head_alone_where_that_answers(site: Site) -> None:
    site.statuses["/a/"] = [200]
    assert await anywhere().problem(site.link("/a/")) == ""
    assert site.requests == [("HEAD", "/a/")]


async def test_a_page_that_is_not_there_is_asked_for_with_get_too(site: Site) -> None:
    assert await anywhere().problem(site.link("/a/")) == "its host answers 404"
    assert site.requests == [("HEAD", "/a/"), ("GET", "/a/")]


@pytest.mark.parametrize("status", [404, 405, 403, 500, 501])
async def test_what_a_server_makes_of_head_does_not_count(site: Site, status: int) -> None:
    site.heads, site.statuses["/a/"] = status, [200]
    assert await anywhere().problem(site.link("/a/")) == ""


@pytest.mark.parametrize("status", [200, 204, 401, 403, 429, 451])
def test_a_host_that_turns_the_bot_away_may_have_the_page(status: int) -> None:
    assert problem_of(status) == ""


@pytest.mark.parametrize("status", [404, 410, 500, 502, 503])
def test_a_page_that_nobody_gets_is_not_there(status: int) -> None:
    assert problem_of(status) == f"its host answers {status}"


async def test_a_redirect_is_followed_to_its_end(site: Site) -> None:
    site.redirects |= {"/a": "/b", "/b": site.link("/c/")}
    assert await anywhere().problem(site.link("/a")) == "its host answers 404"
    site.statuses["/c/"] = [200]
    assert await anywhere().problem(site.link("/a")) == ""


async def test_redirects_in_a_circle_and_to_other_schemes_are_no_page(site: Site) -> None:
    site.redirects |= {"/a": "/a", "/b": "ftp://example.org/", "/c": "file:///etc/passwd"}
    assert "again and again" in await anywhere().problem(site.link("/a"))
    for path in ("/b", "/c"):
        assert await anywhere().problem(site.link(path)) == "it leads to no address of the web"


async def test_a_page_that_does_not_come_is_given_up(site: Site) -> None:
    site.hangs.add("/a/")
    said = await anywhere(0.2).problem(site.link("/a/"))
    assert said.startswith("it was not there after")


async def test_a_site_that_nobody_serves_is_no_page() -> None:
    async with serving_site() as site:
        pass
    assert await anywhere().problem(site.link("/a/")) == "Connection refused"


async def test_a_link_into_the_own_network_is_not_asked_for(site: Site) -> None:
    assert await HttpPageProbe().problem(site.link("/a/")) == ""
    assert await HttpPageProbe().problem("http://[::1]:1/") == ""
    assert site.requests == []


async def test_a_redirect_into_the_own_network_is_not_followed(site: Site) -> None:
    """The first address is allowed here, as one of the web would be; the second is not."""
    port = site.base.rpartition(":")[2]
    site.redirects["/a/"] = f"http://127.0.0.2:{port}/secret"
    allowed = {ipaddress.ip_address("127.0.0.1")}
    probe = HttpPageProbe(may_reach=lambda address: address in allowed)
    assert "127.0.0.2 is no public address" in await probe.problem(site.link("/a/"))
    assert site.requests == [("HEAD", "/a/"), ("GET", "/a/")]


async def test_what_is_no_address_of_the_web_is_not_asked_for() -> None:
    for link in ("/a/", "ftp://example.org/a", "mailto:ada@example.org"):
        assert await anywhere().problem(link) == ""
