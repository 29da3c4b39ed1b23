"""All settings, each declared once."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SettingError
from bot.settings import parsers as parse
from bot.settings import platform_defaults as default
from bot.settings.ask import AskSettings
from bot.settings.parsers import LOOPBACK
from bot.settings.platform_defaults import FLY_APP_NAME
from bot.settings.setting import (
    Environ,
    Setting,
    declared,
    declared_in,
    group,
    secrets_of,
    values_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings, checked as far as that needs no look at the posts.

    Beside the declared ones:

    Attributes:
        fly_app: name of the app on Fly that this is, or None elsewhere.
    """

    fly_app: str | None
    token: str | None = declared(
        "DISCORD_TOKEN",
        "the bot's token, from Discord's developer portal; `run` and `invite` need it",
        secret=True,
    )
    posts: Path | RepositoryAddress | FeedAddress = declared(
        "SLASHPOST_POSTS",
        "the folder of the blog's posts, or a [repository's or a feed's](sources.md) address",
        parse.posts_address,
        option="--posts",
        metavar="DIR|URL",
        default="posts",
    )
    posts_token: str | None = declared(
        "SLASHPOST_POSTS_TOKEN",
        "the token to fetch a private git repository with",
        secret=True,
    )
    site_url: str | None = declared(
        "SLASHPOST_SITE_URL",
        "the blog's public address, such as `https://example.org`",
        parse.public_address,
        option="--site",
        metavar="URL",
        default_help="found in the site's configuration",
    )
    db: Path = declared(
        "SLASHPOST_DB",
        "the file of the index, which is made from the posts and may be deleted",
        parse.file,
        option="--db",
        metavar="FILE",
        default=".slashpost/index.db",
    )
    generator: str | None = declared(
        "SLASHPOST_GENERATOR",
        "the [site generator](posts.md) whose rules make the links, such as `hugo`",
        option="--generator",
        metavar="NAME",
        default_help="detected",
    )
    permalink: str | None = declared(
        "SLASHPOST_PERMALINK",
        "the pattern of the links, such as `/blog/{year}/{slug}/`",
        option="--permalink",
        metavar="PATTERN",
        default_help="the generator's rule",
    )
    # auto, off, an address, or a file.
    sitemap: str | Path = declared(
        "SLASHPOST_SITEMAP",
        "the list of the site's pages that [proves the links](links.md): `auto` finds it, `off` "
        "uses none; or its address, or a file",
        parse.sitemap,
        option="--sitemap",
        metavar="auto|off|URL|FILE",
        default="auto",
    )
    date_order: Literal["month", "day"] = declared(
        "SLASHPOST_DATE_ORDER",
        "what comes first in dates such as `03-12-24`",
        parse.one_of(
            {"month": "month", "day": "day"},
            "is neither month nor day",
            "Write month where 03-12-24 is in March, day where it is in December.",
        ),
        option="--date-order",
        metavar="month|day",
        default="month",
    )
    collection_tags: tuple[str, ...] = declared(
        "SLASHPOST_COLLECTION_TAGS",
        "tags that name a collection of pages and no topic",
        parse.texts,
        option="--collection-tags",
        metavar="LIST",
        default="post,posts,all,blog",
    )
    pages: tuple[str, ...] = declared(
        "SLASHPOST_PAGES",
        "folders and files that hold [pages, not posts](posts.md#posts-and-pages); `none` for none",
        parse.texts,
        option="--pages",
        metavar="LIST",
        default="auto",
    )
    language: str | None = declared(
        "SLASHPOST_LANGUAGE",
        "the language whose posts are shown, such as `en`; `all` keeps every one",
        option="--language",
        metavar="TAG",
        default_help="the site's main one",
    )
    max_bytes: int = declared(
        "SLASHPOST_MAX_BYTES",
        "files larger than this are left out",
        parse.number_of("bytes"),
        option="--max-bytes",
        metavar="N",
        default="2000000",
    )
    poll: int = declared(
        "SLASHPOST_POLL",
        "how often to look for news in a git repository or a feed, while awake",
        parse.number_of("minutes"),
        option="--poll",
        metavar="MINUTES",
        default="10",
        serves=True,
    )
    push_secret: str | None = declared(
        "SLASHPOST_PUSH_SECRET",
        "the secret of the [webhook](waking.md) that tells of a push",
        secret=True,
    )
    wake_secret: str | None = declared(
        "SLASHPOST_WAKE_SECRET",
        "the secret of whoever may [wake the bot](waking.md) to look for news",
        secret=True,
    )
    mode: Literal["http", "gateway"] = declared(
        "SLASHPOST_MODE",
        "how Discord reaches the bot; `auto` is `http` where a public URL is known",
        parse.one_of(
            {"auto": None, "http": "http", "gateway": "gateway"},
            "is no way to reach Discord",
            "Write auto, http or gateway.",
        ),
        option="--mode",
        metavar="auto|http|gateway",
        default="auto",
        serves=True,
    )
    public_url: str | None = declared(
        "SLASHPOST_PUBLIC_URL",
        "where the internet reaches this process, for interactions over HTTP",
        parse.public_address,
        option="--public-url",
        metavar="URL",
        default=default.public_url,
        default_help="https://$FLY_APP_NAME.fly.dev on Fly",
        serves=True,
    )
    # None where nobody said.
    port: int | None = declared(
        "PORT",
        "the port for HTTP; in gateway mode, only one that is set is opened",
        parse.port,
        option="--port",
        metavar="N",
        default_help="8080",
        serves=True,
    )
    host: str | None = declared(
        "SLASHPOST_HOST",
        "the address of this machine to listen on for HTTP, such as `127.0.0.1` behind a proxy",
        parse.host,
        option="--host",
        metavar="ADDRESS|all",
        default="all",
        serves=True,
    )
    state: Path = declared(
        "SLASHPOST_STATE",
        "the file of what the bot must remember; keep it",
        parse.file,
        option="--state",
        metavar="FILE",
        default=default.state,
        default_help="/data/state.db if /data can be written, else .slashpost/state.db",
        serves=True,
    )
    database_url: str | None = declared(
        "DATABASE_URL",
        "a [Postgres database](deploy.md#postgres-for-any-number-of-machines) to keep that in "
        "instead, such as `postgres://user:password@host/name`; needs the extra `postgres`",
        parse.postgres_address,
        secret=True,
    )
    replica_url: str | None = declared(
        "LITESTREAM_REPLICA_URL",
        "where Litestream keeps [a copy of the state](deploy.md#a-copy-of-the-state), such as "
        "`s3://bucket/slashpost`",
        secret=True,
    )
    trusted_servers: tuple[int, ...] = declared(
        "SLASHPOST_TRUSTED_SERVERS",
        "ids of the servers in which whoever may use `/announce` sees drafts and future posts"
        " as well; elsewhere only the application's owner and team do",
        parse.ids,
        option="--trusted-servers",
        metavar="LIST",
        default=default.no_text,
        serves=True,
    )
    announce_limit: int = declared(
        "SLASHPOST_ANNOUNCE_LIMIT",
        "how many new posts at once are [announced](announcements.md) each by itself; "
        "more become one message",
        parse.number_of("posts"),
        option="--announce-limit",
        metavar="N",
        default="5",
        serves=True,
    )
    announce_wait: int = declared(
        "SLASHPOST_ANNOUNCE_WAIT",
        "how many minutes an announcement [waits](announcements.md#a-page-that-is-not-there-yet) "
        "for the post's public page at most; 0 never waits",
        parse.number_of("minutes", least=0),
        option="--announce-wait",
        metavar="MINUTES",
        default="30",
        serves=True,
    )
    ask: AskSettings = group(AskSettings)
    metrics_port: int | None = declared(
        "SLASHPOST_METRICS_PORT",
        "the port for Prometheus [metrics](observability.md)",
        parse.port_or_off,
        option="--metrics-port",
        metavar="N|off",
        default="9091",
        serves=True,
    )
    metrics_host: str | None = declared(
        "SLASHPOST_METRICS_HOST",
        "the address of this machine to listen on for Prometheus",
        parse.host,
        option="--metrics-host",
        metavar="ADDRESS|all",
        default=default.metrics_host,
        default_help="127.0.0.1, on Fly all",
        serves=True,
    )
    # None: text on a terminal, JSON elsewhere.
    log_format: Literal["json", "text"] | None = declared(
        "SLASHPOST_LOG_FORMAT",
        "how the log is written; `auto` is text on a terminal, JSON elsewhere",
        parse.one_of(
            {"auto": None, "json": "json", "text": "text"},
            "is no form of a log",
            "Write auto, json or text.",
        ),
        option="--log-format",
        metavar="auto|json|text",
        default="auto",
        serves=True,
    )
    log_level: int = declared(
        "SLASHPOST_LOG_LEVEL",
        "what the log leaves out; `debug` shows what readers type",
        parse.log_level,
        option="--log-level",
        metavar="debug|info|warning|error",
        default="info",
        serves=True,
    )
    sentry_dsn: str | None = declared(
        "SENTRY_DSN",
        "where [errors are reported](observability.md): the DSN of a Sentry project; needs the "
        "extra `sentry`",
        secret=True,
    )
    api_base: str = declared(
        "DISCORD_API_BASE",
        "where Discord's REST API answers; for a proxy or a test server",
        parse.web_address,
        metavar="URL",
        default="https://discord.com/api/v10",
    )

    @classmethod
    def load(
        cls,
        options: Mapping[str, str | None] | None = None,
        environ: Environ | None = None,
    ) -> Settings:
        """Read the settings.

        Args:
            options: values of the command line by option, such as ``--posts``.
            environ: the environment; the process's own where None.

        Raises:
            SettingError: a value cannot be used, or two of them together.
        """
        env = os.environ if environ is None else environ
        values = values_of(cls, options or {}, env)
        values["mode"] = values["mode"] or ("http" if values["public_url"] else "gateway")
        settings = cls(fly_app=env.get(FLY_APP_NAME, "").strip() or None, **values)
        settings._check()
        return settings

    def _check(self) -> None:
        """Raise SettingError for settings that do not go together."""
        if self.posts_token and isinstance(self.posts, RepositoryAddress):
            parts = urlsplit(self.posts.url)
            if parts.scheme == "http" and parts.hostname not in LOOPBACK:
                raise SettingError(
                    setting_of("posts_token").label,
                    f"over http everyone on the way to {parts.hostname} could read it",
                    "Write the repository's https address.",
                )
        if self.replica_url and self.database_url:
            raise SettingError(
                setting_of("replica_url").label,
                f"copies a file, but {setting_of('database_url').label} keeps the state elsewhere",
                "Unset one of the two.",
            )

    @property
    def state_home(self) -> Path | str:
        """Where to remember things: a file, or the URL of a database."""
        return self.database_url or self.state

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no log."""
        password = urlsplit(self.database_url or "").password or ""
        address = "" if isinstance(self.posts, Path) else self.posts.url
        query = urlsplit(address).query
        parts = (*secrets_of(self), password, unquote(password), address, query)
        return tuple(value for value in parts if value)

    def require_token(self) -> str:
        """Give the token.

        Raises:
            SettingError: there is none.
        """
        if self.token is None:
            raise SettingError(
                setting_of("token").label,
                "not set",
                "Set it to your bot's token, or run `slashpost try` to see the bot without one.",
            )
        return self.token


def is_without_color() -> bool:
    """Whether people want no colours in any terminal (https://no-color.org)."""
    return bool(os.environ.get("NO_COLOR"))


_DECLARED = dict(declared_in(Settings))
TABLE: tuple[Setting, ...] = tuple(_DECLARED.values())


def setting_of(name: str) -> Setting:
    """What is declared of a field of ``Settings``, such as ``port`` or ``ask.model``."""
    return _DECLARED[name]
