"""A live site is asked about many links, politely, and about one page before it is announced."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest

from bot.sources import link_check
from bot.sources.link_check import HttpPageProbe, LinkAnswer, LinkCheck, problem_of
from bot.sources.web import Web
from tests.announce.site import Site, serving_site
from tests.loopback_site import LoopbackSite, loopback_site
from tests.wire.patience import PATIENCE


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[LoopbackSite]:
    """A site on this machine that may be asked."""
    with loopback_site(monkeypatch) as site:
        yield site


async def ask(*links: str, seconds_between: float = 0.0) -> dict[str, LinkAnswer]:
    check = LinkCheck(Web(), seconds_between=seconds_between)
    return {answer.url: answer async for answer in check.answers(links)}


async def test_each_link_is_asked_once_with_head(site: LoopbackSite) -> None:
    links = [f"{site.url}/{number}/" for number in range(30)]
    for number in range(30):
        site.put(f"/{number}/", "A page")
    answers = await ask(*links, *links)
    assert set(answers) == set(links)
    assert {(one.status, one.problem) for one in answers.values()} == {(200, "")}
    assert Counter(request.method for request in site.requests) == {"HEAD": 30}


@pytest.mark.parametrize(
    ("status", "headers", "problem"),
    [
        (200, {"No_Head": "1"}, ""),
        (404, {}, "it answers 404"),
        (410, {}, "it answers 410"),
        (403, {}, "it answers 403"),
        (500, {}, "it answers 500"),
        (204, {}, "it answers 204"),
        (301, {"Location": "/page/"}, ""),
        (301, {"Location": "/gone/"}, "it answers 404"),
        (302, {"Location": "/"}, "it leads to the front page"),
        (302, {"Location": "/x/"}, "it leads elsewhere again and again"),
        (302, {"Location": "ftp://x.example/"}, "it is, or leads to, no address of the web"),
    ],
)
async def test_what_a_reader_would_find(
    site: LoopbackSite, status: int, headers: dict[str, str], problem: str
) -> None:
    site.put("/", "Front")
    site.put("/page/", "A page")
    site.put("/x/", "" if status == 204 else "Words", status, **headers)
    (answer,) = (await ask(f"{site.url}/x/")).values()
    assert answer.problem == problem
    assert ("GET" in {request.method for request in site.requests}) == (
        bool(problem) or "No_Head" in headers
    ), "GET is for what HEAD does not find"


async def test_the_front_page_itself_may_be_a_link(site: LoopbackSite) -> None:
    site.put("/", "Front")
    assert (await ask(f"{site.url}/"))[f"{site.url}/"].problem == ""


async def test_few_are_asked_at_once(site: LoopbackSite) -> None:
    site.hold.clear()
    asking = asyncio.create_task(ask(*(f"{site.url}/{number}" for number in range(20))))
    deadline = time.monotonic() + PATIENCE
    while site.open < link_check.AT_ONCE:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    site.hold.set()
    assert len(await asking) == 20
    assert site.most_at_once <= link_check.AT_ONCE


async def test_requests_to_one_host_keep_their_distance(site: LoopbackSite) -> None:
    start = time.monotonic()
    for number in range(6):
        site.put(f"/{number}", "A page")
    await ask(*(f"{site.url}/{number}" for number in range(6)), seconds_between=0.05)
    assert time.monotonic() - start >= 0.25


async def test_a_host_that_asks_for_a_pause_gets_one(site: LoopbackSite) -> None:
    site.put("/x", "", 429, Retry_After="1")
    start = time.monotonic()
    (answer,) = (await ask(f"{site.url}/x")).values()
    assert answer == (f"{site.url}/x", 429, "it answers 429")
    assert time.monotonic() - start >= 1.0
    assert len(site.requests) == 3


async def test_a_host_that_is_away_is_given_up(
    site: LoopbackSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = "http://127.0.0.1:1"
    site.put("/x", "A page")
    answers = await ask(*(f"{away}/{number}" for number in range(200)), f"{site.url}/x")
    assert answers[f"{site.url}/x"].problem == ""
    reasons = Counter(one.problem for one in answers.values())
    assert reasons["its host does not answer"] > 180
    assert {one.status for one in answers.values()} == {None, 200}
    monkeypatch.undo()
    (private,) = (await ask(f"{site.url}/x")).values()
    assert "is no public address" in private.problem


@pytest.fixture
async def pages() -> AsyncIterator[Site]:
    async with serving_site() as pages:
        yield pages


def anywhere(seconds: float = 30.0) -> HttpPageProbe:
    """A probe that reaches this machine, too."""
    return HttpPageProbe(may_reach=lambda _: True, head_seconds=seconds, get_seconds=seconds)


async def test_a_page_is_asked_for_with_head_alone_where_that_answers(pages: Site) -> None:
    pages.statuses["/a/"] = [200]
    assert await anywhere().problem(pages.link("/a/")) == ""
    assert pages.requests == [("HEAD", "/a/")]


async def test_a_page_that_is_not_there_is_asked_for_with_get_too(pages: Site) -> None:
    assert await anywhere().problem(pages.link("/a/")) == "its host answers 404"
    assert pages.requests == [("HEAD", "/a/"), ("GET", "/a/")]


@pytest.mark.parametrize("status", [404, 405, 403, 500, 501])
async def test_what_a_server_makes_of_head_does_not_count(pages: Site, status: int) -> None:
    pages.heads, pages.statuses["/a/"] = status, [200]
    assert await anywhere().problem(pages.link("/a/")) == ""


@pytest.mark.parametrize("status", [200, 204, 401, 403, 429, 451])
def test_a_host_that_turns_the_bot_away_may_have_the_page(status: int) -> None:
    assert problem_of(status) == ""


@pytest.mark.parametrize("status", [404, 410, 500, 502, 503])
def test_a_page_that_nobody_gets_is_not_there(status: int) -> None:
    assert problem_of(status) == f"its host answers {status}"


async def test_a_redirect_is_followed_to_its_end(pages: Site) -> None:
    pages.redirects |= {"/a": "/b", "/b": pages.link("/c/")}
    assert await anywhere().problem(pages.link("/a")) == "its host answers 404"
    pages.statuses["/c/"] = [200]
    assert await anywhere().problem(pages.link("/a")) == ""


async def test_redirects_in_a_circle_and_to_other_schemes_are_no_page(pages: Site) -> None:
    pages.redirects |= {"/a": "/a", "/b": "ftp://example.org/", "/c": "file:///etc/passwd"}
    assert "again and again" in await anywhere().problem(pages.link("/a"))
    for path in ("/b", "/c"):
        assert await anywhere().problem(pages.link(path)) == "it leads to no address of the web"


async def test_a_page_that_does_not_come_is_given_up(pages: Site) -> None:
    pages.hangs.add("/a/")
    said = await anywhere(0.2).problem(pages.link("/a/"))
    assert said.startswith("it was not there after")


async def test_a_site_that_nobody_serves_is_no_page() -> None:
    async with serving_site() as pages:
        pass
    assert await anywhere().problem(pages.link("/a/")) == "Connection refused"


async def test_a_link_into_the_own_network_is_not_asked_for(pages: Site) -> None:
    assert await HttpPageProbe().problem(pages.link("/a/")) == ""
    assert await HttpPageProbe().problem("http://[::1]:1/") == ""
    assert pages.requests == []


async def test_a_redirect_into_the_own_network_is_not_followed(pages: Site) -> None:
    """The first address is allowed here, as one of the web would be; the second is not."""
    port = pages.base.rpartition(":")[2]
    pages.redirects["/a/"] = f"http://127.0.0.2:{port}/secret"
    allowed = {ipaddress.ip_address("127.0.0.1")}
    probe = HttpPageProbe(may_reach=lambda address: address in allowed)
    assert "127.0.0.2 is no public address" in await probe.problem(pages.link("/a/"))
    assert pages.requests == [("HEAD", "/a/"), ("GET", "/a/")]


async def test_what_is_no_address_of_the_web_is_not_asked_for() -> None:
    for link in ("/a/", "ftp://example.org/a", "mailto:ada@example.org"):
        assert await anywhere().problem(link) == ""
