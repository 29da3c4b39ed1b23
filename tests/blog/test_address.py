"""An address of posts says nothing that is its readers' alone."""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import pytest

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SourceError
from bot.settings import Settings
from bot.sources.feed.feed import Feed
from bot.sources.git.remote import Remote
from bot.sources.git.repository import Repository
from bot.sources.tree import SiteFiles
from bot.sources.web import Web
from tests.sources.feed import host as feeds
from tests.sources.git.host import serving

SECRETS = ("reader", "hidden-path", "of-a-member")
FEED = FeedAddress("https://reader@blog.example:8443/hidden-path/feed?key=of-a-member")
REPOSITORY = RepositoryAddress("https://host.example/hidden-path/blog.git", "main", user="reader")


@pytest.mark.parametrize("address", [FEED, REPOSITORY])
def test_an_address_prints_its_host_only(address: FeedAddress | RepositoryAddress) -> None:
    printed = f"{address} {address!r} {[address]} {address!s:>40} %s" % address
    assert address.host in printed
    assert not [secret for secret in SECRETS if secret in printed]


def test_addresses_of_one_host_are_told_apart() -> None:
    url = "https://host.example/blog.git"
    names = {
        str(RepositoryAddress(url)),
        str(RepositoryAddress(url, "main")),
        str(RepositoryAddress(url, None, "posts")),
        str(RepositoryAddress("https://host.example/other.git")),
        str(FeedAddress("https://host.example/feed?key=1")),
        str(FeedAddress("https://host.example/feed?key=2")),
    }
    assert len(names) == 6


def test_settings_print_no_address() -> None:
    settings = Settings.load(environ={"SLASHPOST_POSTS": FEED.url})
    assert not [secret for secret in SECRETS if secret in repr(settings)]


@pytest.mark.parametrize(
    "path", ["gone", "busy", "again", "cut", "brotli", "elsewhere?ftp://x/hidden-path", "huge"]
)
def test_no_error_of_a_feed_holds_its_address(
    path: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    with feeds.serving() as host:
        url = host.url(f"/{path}{'&' if '?' in path else '?'}hidden-path")
        web = Web(may_reach=lambda _: True, most_bytes=100_000)
        with pytest.raises(SourceError) as error:
            Feed(FeedAddress(url), tmp_path / "feed.json", web=web, max_bytes=1000).snapshot()
    assert "hidden-path" not in f"{error.value}{error.value.hint}{caplog.text}"


@pytest.mark.skipif(shutil.which("git") is None, reason="needs git")
@pytest.mark.parametrize(
    "url",
    [
        "{host}/hidden-path/blog.git",
        "http://127.0.0.1:1/hidden-path/blog.git",
        "http://127.0.0.1:99999/hidden-path/blog.git",
    ],
)
def test_no_error_of_a_repository_holds_its_address(
    url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(tmp_path) as host:
        whole = url.format(host=host.url.removesuffix("/blog.git"), port=host.server_port)
        address = RepositoryAddress(whole)
        site = SiteFiles(
            is_site_file=lambda _: False,
            is_marker=lambda _: False,
            is_content_folder=lambda _: False,
        )
        with pytest.raises(SourceError) as error:
            Repository(
                address, tmp_path / "kept.git", remote=Remote(address), site=site, max_bytes=1000
            ).snapshot()
    told = f"{error.value}{error.value.hint}{caplog.text}".replace(address.host, "")
    assert "hidden-path" not in told
