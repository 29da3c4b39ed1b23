"""What a blogger may set, and what is said when a value cannot be used."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SettingError
from bot.settings import TABLE, Settings
from bot.settings.ask import AskSettings
from bot.settings.parsers import without_secrets
from tests import settings_page

VARIABLES = [setting.variable for setting in TABLE]


@pytest.fixture(autouse=True)
def volume(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a volume would be mounted; there is none."""
    monkeypatch.setattr("bot.settings.platform_defaults.DATA", tmp_path / "data")
    return tmp_path / "data"


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load(environ={})
    assert settings == Settings(
        token=None,
        api_base="https://discord.com/api/v10",
        fly_app=None,
        posts=Path("posts"),
        posts_token=None,
        site_url=None,
        db=Path(".slashpost/index.db"),
        generator=None,
        permalink=None,
        sitemap="auto",
        date_order="month",
        collection_tags=("post", "posts", "all", "blog"),
        pages=("auto",),
        language=None,
        max_bytes=2_000_000,
        poll=10,
        push_secret=None,
        wake_secret=None,
        mode="gateway",
        public_url=None,
        port=None,
        host=None,
        state=Path(".slashpost/state.db"),
        database_url=None,
        replica_url=None,
        trusted_servers=(),
        announce_limit=5,
        announce_wait=30,
        ask=AskSettings(
            model=None,
            url=None,
            key=None,
            rewrite=True,
            sections=6_000,
            limit=10,
            server_limit=60,
            budget=5_000_000,
        ),
        metrics_port=9091,
        metrics_host="127.0.0.1",
        log_format=None,
        log_level=logging.INFO,
        sentry_dsn=None,
    )


def test_every_setting_is_read_from_the_environment() -> None:
    settings = Settings.load(
        environ={
            "DISCORD_TOKEN": "a.b.c",
            "DISCORD_API_BASE": "http://127.0.0.1:8080/api/v10/",
            "SLASHPOST_POSTS": "blog",
            "SLASHPOST_POSTS_TOKEN": "token",
            "SLASHPOST_SITE_URL": "https://example.org/blog/",
            "SLASHPOST_DB": "x.db",
            "SLASHPOST_GENERATOR": "hugo",
            "SLASHPOST_PERMALINK": "/{slug}/",
            "SLASHPOST_SITEMAP": "public/sitemap.xml",
            "SLASHPOST_DATE_ORDER": "Day",
            "SLASHPOST_COLLECTION_TAGS": " note, , log ",
            "SLASHPOST_PAGES": "docs, about.md",
            "SLASHPOST_LANGUAGE": "all",
            "SLASHPOST_MAX_BYTES": "500",
            "SLASHPOST_POLL": "5",
            "SLASHPOST_PUSH_SECRET": "push",
            "SLASHPOST_WAKE_SECRET": "wake",
            "SLASHPOST_MODE": "auto",
            "SLASHPOST_PUBLIC_URL": "https://bot.example.org/",
            "PORT": "80",
            "SLASHPOST_HOST": "127.0.0.1",
            "SLASHPOST_STATE": "s.db",
            "LITESTREAM_REPLICA_URL": "s3://bucket/slashpost",
            "SLASHPOST_TRUSTED_SERVERS": " 123456789012345678, 223456789012345678",
            "SLASHPOST_ANNOUNCE_LIMIT": "3",
            "SLASHPOST_ANNOUNCE_WAIT": "0",
            "SLASHPOST_ASK_MODEL": "my/model",
            "SLASHPOST_ASK_URL": "http://127.0.0.1:11434/v1/",
            "SLASHPOST_ASK_KEY": "sk-1",
            "SLASHPOST_ASK_REWRITE": "OFF",
            "SLASHPOST_ASK_SECTIONS": "900",
            "SLASHPOST_ASK_LIMIT": "2",
            "SLASHPOST_ASK_SERVER_LIMIT": "3",
            "SLASHPOST_ASK_BUDGET": "4",
            "SLASHPOST_METRICS_PORT": "9000",
            "SLASHPOST_METRICS_HOST": "[::1]",
            "SLASHPOST_LOG_FORMAT": "JSON",
            "SLASHPOST_LOG_LEVEL": "debug",
            "SENTRY_DSN": "https://key@sentry.example/1",
        }
    )
    assert settings == Settings(
        token="a.b.c",
        api_base="http://127.0.0.1:8080/api/v10",
        fly_app=None,
        posts=Path("blog"),
        posts_token="token",
        site_url="https://example.org/blog",
        db=Path("x.db"),
        generator="hugo",
        permalink="/{slug}/",
        sitemap=Path("public/sitemap.xml"),
        date_order="day",
        collection_tags=("note", "log"),
        pages=("docs", "about.md"),
        language="all",
        max_bytes=500,
        poll=5,
        push_secret="push",
        wake_secret="wake",
        mode="http",
        public_url="https://bot.example.org",
        port=80,
        host="127.0.0.1",
        state=Path("s.db"),
        database_url=None,
        replica_url="s3://bucket/slashpost",
        trusted_servers=(123456789012345678, 223456789012345678),
        announce_limit=3,
        announce_wait=0,
        ask=AskSettings(
            model="my/model",
            url="http://127.0.0.1:11434/v1",
            key="sk-1",
            rewrite=False,
            sections=900,
            limit=2,
            server_limit=3,
            budget=4,
        ),
        metrics_port=9000,
        metrics_host="::1",
        log_format="json",
        log_level=logging.DEBUG,
        sentry_dsn="https://key@sentry.example/1",
    )


def test_what_no_log_may_show() -> None:
    settings = Settings.load(
        environ={
            "DISCORD_TOKEN": "a.b.c",
            "SENTRY_DSN": "https://key@sentry.example/1",
            "SLASHPOST_POSTS": "https://example.org/feed?key=of-a-member",
            "SLASHPOST_POSTS_TOKEN": "fetch",
            "SLASHPOST_PUSH_SECRET": "push",
            "SLASHPOST_WAKE_SECRET": "wake",
            "DATABASE_URL": "postgres://bot:p%40ss@db.example/blog",
        }
    )
    assert set(settings.secrets) == {
        "a.b.c", "https://key@sentry.example/1", "key=of-a-member", "fetch", "push", "wake",
        "https://example.org/feed?key=of-a-member",
        "postgres://bot:p%40ss@db.example/blog", "p%40ss", "p@ss",
    }  # fmt: skip
    for secret in settings.secrets:
        assert secret not in repr(settings)


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://host.example/blog.git", RepositoryAddress("https://host.example/blog.git")),
        ("git+https://host.example/blog", RepositoryAddress("https://host.example/blog")),
        ("https://github.com/ada/blog", RepositoryAddress("https://github.com/ada/blog")),
        (
            "https://host.example/b.git#main:content/posts/",
            RepositoryAddress("https://host.example/b.git", "main", "content/posts"),
        ),
        ("https://host.example/b#a/b", RepositoryAddress("https://host.example/b", "a/b")),
        (
            "https://host.example/b.git#:./posts",
            RepositoryAddress("https://host.example/b.git", None, "posts"),
        ),
        (
            "https://x-token-auth@host.example:8443/b.git",
            RepositoryAddress("https://host.example:8443/b.git", user="x-token-auth"),
        ),
        ("https://example.org/feed.xml", FeedAddress("https://example.org/feed.xml")),
        ("https://github.com/ada/blog/releases.atom",
         FeedAddress("https://github.com/ada/blog/releases.atom")),
        ("http://example.org/?format=rss", FeedAddress("http://example.org/?format=rss")),
        ("~/blog", Path.home() / "blog"),
        ("content/posts#1", Path("content/posts#1")),
    ],
)  # fmt: skip
def test_where_posts_come_from(value: str, address: object) -> None:
    assert Settings.load({"--posts": value}, environ={}).posts == address


@pytest.mark.parametrize(
    ("value", "complaint"),
    [
        ("git@github.com:ada/blog.git", "needs SSH and a key"),
        ("ssh://git@github.com/ada/blog.git", "needs SSH and a key"),
        ("git://host.example/blog.git", "needs SSH and a key"),
        ("https://ada:password@host.example/blog.git", "the address holds a password"),
        ("https://host.example/blog.git#main:../x", "leads out of the repository"),
        ("ftp://host.example/posts", "does not begin with https://"),
        ("https:///blog.git", "is no web address"),
    ],
)
def test_an_address_that_nothing_can_be_fetched_from(value: str, complaint: str) -> None:
    with pytest.raises(SettingError, match=re.escape(complaint)) as error:
        Settings.load({"--posts": value}, environ={})
    assert "password@" not in str(error.value)


def test_the_example_of_an_address_is_one() -> None:
    with pytest.raises(SettingError, match=r"such as https://example\.org$"):
        Settings.load({"--sitemap": "ftp://host.example/sitemap.xml"}, environ={})


def test_a_token_is_not_sent_where_everyone_can_read_it() -> None:
    environ = {"SLASHPOST_POSTS_TOKEN": "secret"}
    with pytest.raises(SettingError, match=r"^SLASHPOST_POSTS_TOKEN: over http everyone"):
        Settings.load({"--posts": "http://host.example/blog.git"}, environ)
    Settings.load({"--posts": "http://127.0.0.1:8080/blog.git"}, environ)


@pytest.mark.parametrize(
    ("environ", "mode", "url"),
    [
        ({}, "gateway", None),
        ({"FLY_APP_NAME": "my-blog"}, "http", "https://my-blog.fly.dev"),
        (
            {"FLY_APP_NAME": "my-blog", "SLASHPOST_PUBLIC_URL": "https://bot.example"},
            "http",
            "https://bot.example",
        ),
        ({"FLY_APP_NAME": "my-blog", "SLASHPOST_MODE": "gateway"}, "gateway", None),
        ({"SLASHPOST_MODE": "HTTP"}, "http", None),
    ],
)
def test_interactions_come_over_http_where_a_public_url_is_known(
    environ: dict[str, str], mode: str, url: str | None
) -> None:
    settings = Settings.load(environ=environ)
    assert settings.mode == mode
    if mode == "http":
        assert settings.public_url == url


def test_the_state_is_kept_on_the_volume_where_there_is_one(volume: Path) -> None:
    volume.mkdir()
    assert Settings.load(environ={}).state == volume / "state.db"
    chosen = Settings.load({"--state": "mine.db"}, {})
    assert chosen.state == Path("mine.db")


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="only without root's rights")
def test_a_volume_that_cannot_be_written_is_passed_over(volume: Path) -> None:
    volume.mkdir(mode=0o500)
    assert Settings.load(environ={}).state == Path(".slashpost/state.db")


def test_an_option_wins_over_the_environment() -> None:
    settings = Settings.load({"--posts": "mine"}, {"SLASHPOST_POSTS": "theirs"})
    assert settings.posts == Path("mine")


@pytest.mark.parametrize("empty", ["", "  "])
def test_an_empty_value_counts_as_unset(empty: str) -> None:
    options = {setting.option: empty for setting in TABLE if setting.option}
    environ = dict.fromkeys(VARIABLES, empty)
    assert Settings.load(options, environ) == Settings.load({}, {})


def test_a_home_folder_is_understood() -> None:
    assert Settings.load({"--posts": "~/blog"}, {}).posts == Path.home() / "blog"


@pytest.mark.parametrize(
    ("variable", "value", "advice"),
    [
        ("SLASHPOST_SITE_URL", "example.org", "https://example.org"),
        ("SLASHPOST_SITE_URL", "//example.org/blog", "https://example.org/blog"),
        ("SLASHPOST_SITE_URL", "localhost:8000", "https://localhost:8000"),
        ("SLASHPOST_SITE_URL", "ftp://example.org", "https://example.org"),
        ("SLASHPOST_SITE_URL", "https://", "https://example.org"),
        ("SLASHPOST_SITE_URL", "https://exa mple.org", "https://example.org"),
        ("SLASHPOST_SITE_URL", "https://[::1", "https://example.org"),
        ("SLASHPOST_SITE_URL", "https://example.org:port", "https://example.org"),
        ("SLASHPOST_SITE_URL", "https://example.org/?page=1", "Leave that out"),
        ("DISCORD_API_BASE", "discord.com", "https://discord.com"),
        ("SLASHPOST_DATE_ORDER", "year", "month"),
        ("SLASHPOST_MAX_BYTES", "2 MB", "2000000"),
        ("SLASHPOST_MAX_BYTES", "0", "2000000"),
        ("SLASHPOST_MAX_BYTES", "-5", "2000000"),
        ("SLASHPOST_MODE", "websocket", "gateway"),
        ("SLASHPOST_PUBLIC_URL", "bot.example.org", "https://bot.example.org"),
        ("PORT", "http", "8080"),
        ("PORT", "65536", "8080"),
        ("PORT", "٨٠", "8080"),
        ("SLASHPOST_METRICS_PORT", "none", "9091"),
        ("SLASHPOST_HOST", "localhost", "127.0.0.1"),
        ("SLASHPOST_METRICS_HOST", "127.0.0.1:9091", "all"),
        ("SLASHPOST_LOG_FORMAT", "xml", "json"),
        ("SLASHPOST_LOG_LEVEL", "loud", "warning"),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(variable: str, value: str, advice: str) -> None:
    with pytest.raises(SettingError) as caught:
        Settings.load(environ={variable: value})
    message = str(caught.value)
    assert variable in message
    assert repr(without_secrets(value) if "://" in value else value) in message
    assert advice in caught.value.hint


def test_both_names_of_a_setting_stand_in_its_error() -> None:
    with pytest.raises(SettingError, match=r"^--site \(SLASHPOST_SITE_URL\): 'example.org'"):
        Settings.load({"--site": "example.org"}, {})


def test_a_missing_token_says_how_to_go_on_without_one() -> None:
    with pytest.raises(SettingError, match=r"^DISCORD_TOKEN: not set.*slashpost try"):
        Settings.load(environ={}).require_token()
    assert Settings.load(environ={"DISCORD_TOKEN": "a.b"}).require_token() == "a.b"


@pytest.mark.parametrize("variable", ["DISCORD_TOKEN", "SENTRY_DSN"])
def test_secrets_are_not_shown_when_settings_are_printed(variable: str) -> None:
    assert "secret" not in repr(Settings.load(environ={variable: "secret"}))


def test_the_password_of_a_database_is_not_shown() -> None:
    url = "postgres://bot:secret@host/blog"
    settings = Settings.load(environ={"DATABASE_URL": url})
    assert settings.state_home == settings.database_url == url
    assert "secret" not in repr(settings)


@pytest.mark.parametrize(
    "url", ["mysql://bot:secret@host/blog", "postgres://bot:secret@host:port/blog", "secret"]
)
def test_what_is_no_postgres_database_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(SettingError, match=r"^DATABASE_URL: not the address of") as caught:
        Settings.load(environ={"DATABASE_URL": url})
    assert "secret" not in str(caught.value)


def test_a_database_has_no_file_to_copy() -> None:
    environ = {"DATABASE_URL": "postgres://host/blog", "LITESTREAM_REPLICA_URL": "s3://x/y"}
    with pytest.raises(SettingError, match=r"^LITESTREAM_REPLICA_URL: copies a file, but DATA"):
        Settings.load(environ=environ)


def test_strangers_find_no_metrics_unless_somebody_says_so() -> None:
    assert Settings.load(environ={}).metrics_host == "127.0.0.1"
    fly = {"FLY_APP_NAME": "my-bot"}
    assert Settings.load(environ=fly).metrics_host is None, "Fly asks over its own network"
    assert Settings.load({"--metrics-host": "ALL"}, {}).metrics_host is None
    assert Settings.load({"--metrics-host": "::1"}, fly).metrics_host == "::1"


def test_metrics_can_be_left_out() -> None:
    assert Settings.load({"--metrics-port": "off"}, {}).metrics_port is None


@pytest.mark.parametrize("variable", ["SLASHPOST_POSTS", "SLASHPOST_DB", "SLASHPOST_STATE"])
def test_the_home_folder_of_nobody_is_no_place(variable: str) -> None:
    with pytest.raises(SettingError, match=rf"{variable}\): '~nobody-here/x' names nobody's home"):
        Settings.load(environ={variable: "~nobody-here/x"})


@given(st.dictionaries(st.sampled_from(VARIABLES), st.text(max_size=40)))
def test_any_environment_gives_settings_or_one_line(environ: Mapping[str, str]) -> None:
    message = ""
    try:
        Settings.load(environ=environ)
    except SettingError as error:
        message = str(error)
    assert len(message.splitlines()) <= 1


def test_the_page_of_settings_is_made_from_the_code() -> None:
    page = settings_page.PAGE.read_text(encoding="utf-8")
    assert page == settings_page.with_table(page), "run: python -m tests.settings_page"


@pytest.mark.parametrize(
    ("environ", "key"),
    [
        ({"SLASHPOST_ASK_MODEL": "openai/x", "OPENAI_API_KEY": "o"}, "o"),
        ({"SLASHPOST_ASK_MODEL": "anthropic/x", "ANTHROPIC_API_KEY": "a"}, "a"),
        ({"SLASHPOST_ASK_MODEL": "mistral/x", "OPENAI_API_KEY": "o"}, None),
        ({"SLASHPOST_ASK_MODEL": "openai/x", "OPENAI_API_KEY": "o", "SLASHPOST_ASK_KEY": "k"}, "k"),
        (
            {
                "SLASHPOST_ASK_MODEL": "openai/x",
                "OPENAI_API_KEY": "o",
                "SLASHPOST_ASK_URL": "http://elsewhere.example",
            },
            None,
        ),
    ],
)
def test_a_providers_own_key_goes_to_that_provider_alone(
    environ: dict[str, str], key: str | None
) -> None:
    settings = Settings.load(environ=environ)
    assert settings.ask.key == key
    assert (key in settings.secrets) is (key is not None)
