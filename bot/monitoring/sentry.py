"""Reports of errors to Sentry, where a DSN says where to.

sentry-sdk is an extra, and imported only then. Of its integrations, only those stay that look
at the log: the others would send the headers and bodies of requests.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from structlog.contextvars import get_contextvars

from bot import __version__
from bot.blog.errors import SettingError, SlashpostError
from bot.blog.usage import USAGE, Usage
from bot.monitoring.logs import place_of, result_of
from bot.monitoring.secrets import Secrets

if TYPE_CHECKING:
    from sentry_sdk.types import Breadcrumb, BreadcrumbHint, Event, Hint

# How long the end of the process waits for reports to leave.
FLUSH_SECONDS = 1.0
# Where an event names files and quotes code, which no reader has written.
OURS = {"stacktrace", "threads", "release", "platform", "modules", "sdk"}


@asynccontextmanager
async def reporting(dsn: str | None, secrets: Secrets, *, setting: str) -> AsyncIterator[None]:
    """Report every error that is logged, and one that ends the context.

    Args:
        dsn: where to, https://docs.sentry.io/concepts/key-terms/dsn-explainer/; None does nothing.
        secrets: hides what must not be in a report.
        setting: the name under which the DSN was set.

    Raises:
        SettingError: the DSN is none, or sentry-sdk is not installed.
    """
    if dsn is None:
        yield
        return
    try:
        import sentry_sdk  # noqa: PLC0415 - 0.2 s, for those who want reports
        from sentry_sdk.integrations.dedupe import DedupeIntegration  # noqa: PLC0415
        from sentry_sdk.integrations.logging import LoggingIntegration  # noqa: PLC0415
    except ImportError:
        hint = "Install slashpost[sentry], or unset it."
        raise SettingError(setting, "sentry-sdk is not installed", hint) from None
    scrubber = Scrubber(secrets)
    try:
        sentry_sdk.init(
            dsn,
            release=f"slashpost@{__version__}",
            server_name="slashpost",  # or it would be the computer's, which may be a person's
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                LoggingIntegration(level=logging.INFO, event_level=logging.ERROR),
                DedupeIntegration(),
            ],
            include_local_variables=False,
            auto_session_tracking=False,
            send_client_reports=False,
            before_send=scrubber.event,
            before_breadcrumb=scrubber.breadcrumb,
        )
    except sentry_sdk.utils.BadDsn as error:
        hint = "Copy it from your Sentry project's settings, under Client Keys."
        raise SettingError(setting, f"no DSN of Sentry: {error}", hint) from None
    try:
        yield
    except SlashpostError:  # a line for whoever starts the bot
        raise
    except Exception as error:
        sentry_sdk.capture_exception(error)
        raise
    finally:
        await asyncio.to_thread(sentry_sdk.flush, FLUSH_SECONDS)
        sentry_sdk.get_client().close(timeout=0)


class Scrubber:
    """Removes secrets and what readers typed from reports, and names the interaction."""

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets

    def event(self, event: Event, _hint: Hint) -> Event:
        """Scrub a report."""
        usage: Usage | None = get_contextvars().get(USAGE)
        scrubbed: Event = self._hide(event, usage.typed if usage else ())
        tags: dict[str, Any] = {}
        if request_id := get_contextvars().get("request_id"):
            tags["request_id"] = request_id
        if usage:
            tags |= place_of(usage)
            scrubbed.setdefault("contexts", {})["interaction"] = {**tags, **result_of(usage)}
        scrubbed["tags"] = tags
        return scrubbed

    def breadcrumb(self, crumb: Breadcrumb, _hint: BreadcrumbHint) -> Breadcrumb:
        """Scrub what was logged before an error."""
        usage: Usage | None = get_contextvars().get(USAGE)
        scrubbed: Breadcrumb = self._hide(crumb, usage.typed if usage else ())
        return scrubbed

    def _hide(self, value: Any, typed: Iterable[str]) -> Any:
        if isinstance(value, str):
            return self._secrets.hide(value, typed)
        if isinstance(value, Mapping):
            return {
                key: self._hide(item, () if key in OURS else typed)
                for key, item in value.items()
                if key != "abs_path"  # has the name of somebody's home folder
            }
        if isinstance(value, list | tuple):
            return [self._hide(item, typed) for item in value]
        return value
