"""Subscriptions as rows of their table."""

from __future__ import annotations

import json

from bot.announce.subscription import Pause, Subscription
from bot.state.database import Row

SUBSCRIPTION = (
    "key, place, guild, channel, reader, tags, not_tags, role, silent, publish, threads,"
    " locale, since, pause_reason, pause_detail, pause_since, pause_told"
)


def upsert(table: str, columns: str) -> str:
    """The statement that writes a row, over the one with the same first column if there is one."""
    key, *others = columns.split(", ")
    values = ", ".join(f"${number}" for number in range(1, len(others) + 2))
    news = ", ".join(f"{name} = excluded.{name}" for name in others)
    return (
        f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608
        f" ON CONFLICT ({key}) DO UPDATE SET {news}"
    )


def subscription_row(subscription: Subscription) -> Row:
    """The values of ``SUBSCRIPTION``."""
    pause = subscription.pause
    return (
        subscription.key,
        subscription.place,
        subscription.guild,
        subscription.channel,
        subscription.reader,
        json.dumps(subscription.tags),
        json.dumps(subscription.without),
        subscription.role,
        int(subscription.silent),
        int(subscription.publish),
        int(subscription.threads),
        subscription.locale,
        subscription.since,
        pause and pause.reason,
        pause and pause.detail,
        pause and pause.since,
        pause and int(pause.told),
    )


def to_subscription(row: Row) -> Subscription:
    """What values of ``SUBSCRIPTION`` say."""
    _, place, guild, channel, reader, tags, without, role, silent, publish, threads, *rest = row
    locale, since, reason, detail, paused_since, told = rest
    return Subscription(
        place=place,
        guild=guild,
        channel=channel,
        reader=reader,
        tags=tuple(json.loads(tags)),
        without=tuple(json.loads(without)),
        role=role,
        silent=bool(silent),
        publish=bool(publish),
        threads=bool(threads),
        locale=locale,
        since=since,
        pause=reason and Pause(reason=reason, detail=detail, since=paused_since, told=bool(told)),
    )
