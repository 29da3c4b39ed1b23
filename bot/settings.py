"""The settings, from the command line and the environment: the only reader of the latter."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, cast
from urllib.parse import unquote, urlsplit

from bot.blog.address import FeedAddress, RepositoryAddress
from bot.blog.errors import SettingError


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the settings table.

    Attributes:
        variable: name in the environment.
        option: name on the command line, or None for what must not be seen in a list
            of processes or is no matter of one command.
        value: what the option's value stands for, such as ``DIR``.
        default: what applies when it is unset, for people where it is no plain value.
        help: one line saying what it does.
        serves: whether only ``slashpost run`` heeds it.
    """

    variable: str
    option: str | None
    value: str
    default: str
    help: str
    serves: bool = False

    @property
    def label(self) -> str:
        """How messages call it: both names, since either may have been used."""
        return f"{self.option} ({self.variable})" if self.option else self.variable


TOKEN = Setting("DISCORD_TOKEN", None, "", "", "The bot's token, from Discord's developer portal")
API_BASE = Setting(
    "DISCORD_API_BASE",
    None,
    "URL",
    "https://discord.com/api/v10",
    "Where Discord's REST API answers; for a proxy or a test server",
)
POSTS = Setting(
    "SLASHPOST_POSTS",
    "--posts",
    "DIR|URL",
    "posts",
    "Folder of the blog's posts, or the address of a git repository or a feed",
)
POSTS_TOKEN = Setting(
    "SLASHPOST_POSTS_TOKEN", None, "", "none", "Token to fetch a private git repository with"
)
POLL = Setting(
    "SLASHPOST_POLL",
    "--poll",
    "MINUTES",
    "10",
    "How often to look for news in a git repository or a feed, while awake",
    serves=True,
)
PUSH_SECRET = Setting(
    "SLASHPOST_PUSH_SECRET", None, "", "none", "Secret of the webhook that tells of a push"
)
WAKE_SECRET = Setting(
    "SLASHPOST_WAKE_SECRET", None, "", "none", "Secret of whoever may wake the bot to look around"
)
SITE_URL = Setting(
    "SLASHPOST_SITE_URL",
    "--site",
    "URL",
    "found in the site's configuration",
    "The blog's public address, such as https://example.org",
)
DB = Setting("SLASHPOST_DB", "--db", "FILE", ".slashpost/index.db", "Where the index is kept")
GENERATOR = Setting(
    "SLASHPOST_GENERATOR",
    "--generator",
    "NAME",
    "detected",
    "Site generator whose rules make the links, such as hugo",
)
PERMALINK = Setting(
    "SLASHPOST_PERMALINK",
    "--permalink",
    "PATTERN",
    "the generator's rule",
    "Pattern of the links, such as /blog/{year}/{slug}/",
)
DATE_ORDER = Setting(
    "SLASHPOST_DATE_ORDER",
    "--date-order",
    "month|day",
    "month",
    "What comes first in dates such as 03-12-24",
)
COLLECTION_TAGS = Setting(
    "SLASHPOST_COLLECTION_TAGS",
    "--collection-tags",
    "LIST",
    "post,posts,all,blog",
    "Tags that name a collection of pages and no topic",
)
LANGUAGE = Setting(
    "SLASHPOST_LANGUAGE",
    "--language",
    "TAG",
    "the site's main one",
    "Language whose posts are shown, such as en; all keeps every one",
)
MAX_BYTES = Setting(
    "SLASHPOST_MAX_BYTES", "--max-bytes", "N", "2000000", "Files larger than this are left out"
)
MODE = Setting(
    "SLASHPOST_MODE",
    "--mode",
    "auto|http|gateway",
    "auto",
    "How Discord reaches the bot; auto is http where a public URL is known",
    serves=True,
)
PUBLIC_URL = Setting(
    "SLASHPOST_PUBLIC_URL",
    "--public-url",
    "URL",
    "https://$FLY_APP_NAME.fly.dev on Fly",
    "Where the internet reaches this process, for interactions over HTTP",
    serves=True,
)
PORT = Setting(
    "PORT",
    "--port",
    "N",
    "8080",
    "Port for HTTP; in gateway mode, only one that is set is opened",
    serves=True,
)
HOST = Setting(
    "SLASHPOST_HOST",
    "--host",
    "ADDRESS|all",
    "all",
    "Address of this machine to listen on for HTTP, such as 127.0.0.1",
    serves=True,
)
STATE = Setting(
    "SLASHPOST_STATE",
    "--state",
    "FILE",
    "/data/state.db if /data can be written, else .slashpost/state.db",
    "Where the bot keeps what it must remember",
    serves=True,
)
DATABASE_URL = Setting(
    "DATABASE_URL",
    None,
    "",
    "none",
    "A Postgres database to keep that in instead, such as postgres://user:password@host/name",
)
REPLICA_URL = Setting(
    "LITESTREAM_REPLICA_URL",
    None,
    "",
    "none",
    "Where Litestream keeps a copy of the state, such as s3://bucket/slashpost",
)
ANNOUNCE_LIMIT = Setting(
    "SLASHPOST_ANNOUNCE_LIMIT",
    "--announce-limit",
    "N",
    "5",
    "How many new posts at once are announced each by itself",
    serves=True,
)
METRICS_PORT = Setting(
    "SLASHPOST_METRICS_PORT",
    "--metrics-port",
    "N|off",
    "9091",
    "Port for Prometheus metrics",
    serves=True,
)
METRICS_HOST = Setting(
    "SLASHPOST_METRICS_HOST",
    "--metrics-host",
    "ADDRESS|all",
    "127.0.0.1, on Fly all",
    "Address of this machine to listen on for Prometheus",
    serves=True,
)
LOG_FORMAT = Setting(
    "SLASHPOST_LOG_FORMAT",
    "--log-format",
    "auto|json|text",
    "auto",
    "How the log is written; auto is text on a terminal",
    serves=True,
)
LOG_LEVEL = Setting(
    "SLASHPOST_LOG_LEVEL",
    "--log-level",
    "debug|info|warning|error",
    "info",
    "What the log leaves out; debug shows what readers type",
    serves=True,
)
SENTRY_DSN = Setting(
    "SENTRY_DSN", None, "", "none", "Where errors are reported: the DSN of a Sentry project"
)
# Where a path of two parts is a repository, though it does not end in .git.
FORGES = frozenset({"github.com", "gitlab.com", "codeberg.org", "bitbucket.org"})
LOCAL = "127.0.0.1"
LOOPBACK = frozenset({"localhost", LOCAL, "::1"})
SSH = re.compile(r"(?:ssh|git|git\+ssh)://|[\w.-]+@[\w.-]+:(?!//)", re.ASCII)
# Set by Fly itself: https://fly.io/docs/machines/runtime-environment/
FLY_APP_NAME = "FLY_APP_NAME"
DATA = Path("/data")
MAX_PORT = 65535

TABLE = (
    TOKEN,
    API_BASE,
    POSTS,
    POSTS_TOKEN,
    SITE_URL,
    DB,
    GENERATOR,
    PERMALINK,
    DATE_ORDER,
    COLLECTION_TAGS,
    LANGUAGE,
    MAX_BYTES,
    POLL,
    PUSH_SECRET,
    WAKE_SECRET,
    MODE,
    PUBLIC_URL,
    PORT,
    HOST,
    STATE,
    DATABASE_URL,
    REPLICA_URL,
    ANNOUNCE_LIMIT,
    METRICS_PORT,
    METRICS_HOST,
    LOG_FORMAT,
    LOG_LEVEL,
    SENTRY_DSN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings, checked as far as that needs no look at the posts.

    Attributes:
        token: the bot's token, or None.
        api_base: Discord's REST API, without a trailing slash.
        fly_app: name of the app on Fly that this is, or None elsewhere.
        posts: folder of the posts, or where to fetch them.
        posts_token: lets a private repository be fetched, or None.
        site_url: the blog's URL, or None to take the one of the site's configuration.
        db: file of the index.
        generator: name of a site generator, or None to detect it.
        permalink: pattern of the links, or None for the generator's rule.
        date_order: what comes first in a date written in digits only.
        collection_tags: tags that are no topics, as written.
        language: language tag, ``all``, or None for the site's main language.
        max_bytes: size of the largest file that is read, in bytes.
        poll: minutes between two looks at posts that are not on this machine.
        push_secret: signs what a git host posts, or None to listen to none.
        wake_secret: lets its bearer wake the bot, or None for nobody.
        mode: how Discord reaches the bot.
        public_url: where the internet reaches this process, without a trailing slash, or None.
        port: where to listen, or None where nobody said.
        host: address to listen on there, or None for all that the machine has.
        state: file of what must be remembered.
        database_url: a Postgres database for that instead, or None.
        replica_url: where a copy of that file is kept, or None.
        announce_limit: more new posts than that at once are announced together.
        metrics_port: where to listen for Prometheus, or None to leave that be.
        metrics_host: address to listen on there, or None for all that the machine has.
        log_format: how the log is written, or None to decide by who reads it.
        log_level: the least level that is logged, as ``logging`` counts it.
        sentry_dsn: where to report errors, or None.
    """

    token: str | None = field(repr=False)
    api_base: str
    fly_app: str | None
    posts: Path | RepositoryAddress | FeedAddress
    posts_token: str | None = field(repr=False)
    site_url: str | None
    db: Path
    generator: str | None
    permalink: str | None
    date_order: Literal["month", "day"]
    collection_tags: tuple[str, ...]
    language: str | None
    max_bytes: int
    poll: int
    push_secret: str | None = field(repr=False)
    wake_secret: str | None = field(repr=False)
    mode: Literal["http", "gateway"]
    public_url: str | None
    port: int | None
    host: str | None
    state: Path
    database_url: str | None = field(repr=False)
    replica_url: str | None = field(repr=False)
    announce_limit: int
    metrics_port: int | None
    metrics_host: str | None
    log_format: Literal["json", "text"] | None
    log_level: int
    sentry_dsn: str | None = field(repr=False)

    @classmethod
    def load(
        cls,
        options: Mapping[str, str | None] | None = None,
        environ: Mapping[str, str] | None = None,
    ) -> Settings:
        """Read the settings: an option wins over the environment, that over the default.

        An empty value counts as unset, since Makefiles and containers pass those on.

        Args:
            options: values of the command line by option, such as ``--posts``.
            environ: the environment; the process's own where None.

        Raises:
            SettingError: a value cannot be used.
        """
        given = options or {}
        env = os.environ if environ is None else environ

        def text(setting: Setting) -> str | None:
            option = given.get(setting.option) if setting.option else None
            return (option or "").strip() or env.get(setting.variable, "").strip() or None

        def text_or_default(setting: Setting) -> str:
            return text(setting) or setting.default

        site_url = text(SITE_URL)
        public_url = text(PUBLIC_URL)
        fly_app = env.get(FLY_APP_NAME, "").strip() or None
        if public_url is None and fly_app:
            public_url = f"https://{fly_app}.fly.dev"
        return cls(
            token=text(TOKEN),
            api_base=web_address(API_BASE, text_or_default(API_BASE)),
            fly_app=fly_app,
            posts=posts(text_or_default(POSTS), with_token=text(POSTS_TOKEN) is not None),
            posts_token=text(POSTS_TOKEN),
            site_url=site_url and web_address(SITE_URL, site_url),
            db=location(DB, text_or_default(DB)),
            generator=text(GENERATOR),
            permalink=text(PERMALINK),
            date_order=date_order(text_or_default(DATE_ORDER)),
            collection_tags=names(text_or_default(COLLECTION_TAGS)),
            language=text(LANGUAGE),
            max_bytes=number(MAX_BYTES, "bytes", text_or_default(MAX_BYTES)),
            poll=number(POLL, "minutes", text_or_default(POLL)),
            push_secret=text(PUSH_SECRET),
            wake_secret=text(WAKE_SECRET),
            mode=mode(text_or_default(MODE), public_url),
            public_url=public_url and web_address(PUBLIC_URL, public_url),
            port=port(PORT, text(PORT)),
            host=host(HOST, text_or_default(HOST)),
            state=state(text(STATE)),
            database_url=database_address(text(DATABASE_URL)),
            replica_url=replica_address(text(REPLICA_URL), in_file=text(DATABASE_URL) is None),
            announce_limit=number(ANNOUNCE_LIMIT, "posts", text_or_default(ANNOUNCE_LIMIT)),
            metrics_port=metrics_port(text_or_default(METRICS_PORT)),
            metrics_host=host(METRICS_HOST, text(METRICS_HOST) or ("all" if fly_app else LOCAL)),
            log_format=log_format(text_or_default(LOG_FORMAT)),
            log_level=log_level(text_or_default(LOG_LEVEL)),
            sentry_dsn=text(SENTRY_DSN),
        )

    @property
    def state_home(self) -> Path | str:
        """Where to remember things: a file, or the URL of a database."""
        return self.database_url or self.state

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must stand in no log."""
        password = urlsplit(self.database_url or "").password or ""
        query = urlsplit(self.posts.url).query if isinstance(self.posts, FeedAddress) else ""
        values = (
            self.token,
            self.sentry_dsn,
            self.posts_token,
            self.push_secret,
            self.wake_secret,
            self.database_url,
            self.replica_url,
            password,
            unquote(password),
            query,
        )
        return tuple(value for value in values if value)

    def require_token(self) -> str:
        """Give the token.

        Raises:
            SettingError: there is none.
        """
        if self.token is None:
            raise SettingError(
                TOKEN.label,
                "not set",
                "Set it to your bot's token, or run `slashpost try` to see the bot without one.",
            )
        return self.token


def web_address(setting: Setting, value: str) -> str:
    """Check an http(s) URL and drop its trailing slash."""
    example = setting.default if setting is API_BASE else "https://example.org"
    hint = f"Write it in full, such as {example}"
    try:
        parts = urlsplit(value)
        host = parts.hostname
        _ = parts.port  # raises for a port that is no number
    except ValueError as error:
        raise SettingError(setting.label, f"{value!r} is no web address: {error}", hint) from None
    # A printable text without spaces can be repeated in a hint without breaking its line.
    if " " in value or not value.isprintable():
        raise SettingError(setting.label, f"{value!r} is no web address", hint)
    if parts.scheme not in {"http", "https"}:
        if "://" not in value:
            hint = f"Write it as https://{value.lstrip('/')}"
        raise SettingError(setting.label, f"{value!r} does not begin with https://", hint)
    if not host:
        raise SettingError(setting.label, f"{value!r} is no web address", hint)
    if parts.query or parts.fragment:
        raise SettingError(setting.label, f"{value!r} has a part after ? or #", "Leave that out.")
    return value.rstrip("/")


def posts(value: str, *, with_token: bool) -> Path | RepositoryAddress | FeedAddress:
    """Tell a folder from the addresses of git repositories and feeds.

    A repository ends in ``.git``, names a branch or folder after ``#``, or lies where others
    do; every other address is a feed's.
    """
    if SSH.match(value):
        raise SettingError(
            POSTS.label,
            f"{value!r} needs SSH and a key, which Slashpost has not",
            f"Write its https address, with {POSTS_TOKEN.variable} for a private repository.",
        )
    if not re.match(r"[\w+.-]+://", value):
        return location(POSTS, value)
    whole, _, place = value.removeprefix("git+").partition("#")
    plain = web_address(POSTS, whole.partition("?")[0])
    parts = urlsplit(plain)
    if parts.password is not None:
        raise SettingError(
            POSTS.label,
            "the address holds a password, which logs would show",
            f"Leave it out, and set {POSTS_TOKEN.variable} to it.",
        )
    on_forge = parts.hostname in FORGES and parts.path.count("/") == 2  # noqa: PLR2004 - /owner/name
    if not (place or value.startswith("git+") or parts.path.endswith(".git") or on_forge):
        return FeedAddress(whole)
    if with_token and parts.scheme == "http" and parts.hostname not in LOOPBACK:
        raise SettingError(
            POSTS_TOKEN.label,
            f"over http everyone on the way to {parts.hostname} could read it",
            "Write the repository's https address.",
        )
    branch, _, folder = place.partition(":")
    names = [name for name in folder.split("/") if name not in {"", "."}]
    if ".." in names:
        raise SettingError(POSTS.label, f"{folder!r} leads out of the repository")
    url = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    return RepositoryAddress(url, branch or None, "/".join(names), parts.username)


def database_address(value: str | None) -> str | None:
    """Check the URL of a Postgres database, if there is one. It is never repeated."""
    if value is None:
        return None
    hint = "Write it as postgres://user:password@host:5432/name"
    try:
        parts = urlsplit(value)
        known = parts.scheme in {"postgres", "postgresql"}
        _ = parts.port  # raises for a port that is no number
    except ValueError:
        known = False
    if not known or not value.isprintable():
        raise SettingError(DATABASE_URL.label, "not the address of a Postgres database", hint)
    return value


def replica_address(value: str | None, *, in_file: bool) -> str | None:
    """Check that there is a file to be copied, if it is to be."""
    if value is not None and not in_file:
        raise SettingError(
            REPLICA_URL.label,
            f"copies a file, but {DATABASE_URL.variable} keeps the state in Postgres",
            "Unset one of the two.",
        )
    return value


def location(setting: Setting, value: str) -> Path:
    """Put somebody's home folder in the place of ``~``, which Makefiles and services do not."""
    try:
        return Path(value).expanduser()
    except RuntimeError:
        raise SettingError(
            setting.label, f"{value!r} names nobody's home folder", "Write the path in full."
        ) from None


def date_order(value: str) -> Literal["month", "day"]:
    """Check which of month and day comes first."""
    folded = value.casefold()
    if folded not in {"month", "day"}:
        raise SettingError(
            DATE_ORDER.label,
            f"{value!r} is neither month nor day",
            "Write month where 03-12-24 is in March, day where it is in December.",
        )
    return cast("Literal['month', 'day']", folded)


def names(value: str) -> tuple[str, ...]:
    """Split a list at its commas."""
    return tuple(name for part in value.split(",") if (name := part.strip()))


def number(setting: Setting, of: str, value: str) -> int:
    """Check a number of something."""
    found = int(value) if re.fullmatch(r"[0-9]{1,15}", value) else 0
    if found < 1:
        raise SettingError(
            setting.label,
            f"{value!r} is no number of {of}",
            f"Write a whole number above 0, such as {setting.default}.",
        )
    return found


def mode(value: str, public_url: str | None) -> Literal["http", "gateway"]:
    """Check how Discord reaches the bot, and decide where that was left open."""
    folded = value.casefold()
    if folded == "auto":
        return "http" if public_url else "gateway"
    if folded not in {"http", "gateway"}:
        hint = "Write auto, http or gateway."
        raise SettingError(MODE.label, f"{value!r} is no way to reach Discord", hint)
    return cast("Literal['http', 'gateway']", folded)


def port(setting: Setting, value: str | None) -> int | None:
    """Check a port, if there is one; 0 takes a free one."""
    if value is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", value) or int(value) > MAX_PORT:
        hint = f"Write one such as {setting.default}."
        raise SettingError(setting.label, f"{value!r} is no port", hint)
    return int(value)


def metrics_port(value: str) -> int | None:
    """Check the port for metrics, unless they are off."""
    return None if value.casefold() == "off" else port(METRICS_PORT, value)


def host(setting: Setting, value: str) -> str | None:
    """Check an address to listen on; None is all of them."""
    if value.casefold() == "all":
        return None
    try:
        return str(ip_address(value.removeprefix("[").removesuffix("]")))
    except ValueError:
        hint = f"Write one such as {LOCAL} for this machine alone, or all."
        raise SettingError(setting.label, f"{value!r} is no IP address", hint) from None


def log_format(value: str) -> Literal["json", "text"] | None:
    """Check how the log is written; None leaves that open."""
    folded = value.casefold()
    if folded == "auto":
        return None
    if folded not in {"json", "text"}:
        hint = "Write auto, json or text."
        raise SettingError(LOG_FORMAT.label, f"{value!r} is no form of a log", hint)
    return cast("Literal['json', 'text']", folded)


def log_level(value: str) -> int:
    """Check a level, and give its number."""
    folded = value.casefold()
    if folded not in LOG_LEVEL.value.split("|"):
        hint = "Write debug, info, warning or error."
        raise SettingError(LOG_LEVEL.label, f"{value!r} is no level of a log", hint)
    return logging.getLevelNamesMapping()[folded.upper()]


def state(value: str | None) -> Path:
    """The file of the state: on the volume where there is one that can be written."""
    if value is not None:
        return location(STATE, value)
    on_volume = DATA.is_dir() and os.access(DATA, os.W_OK)
    return DATA / "state.db" if on_volume else Path(".slashpost/state.db")
