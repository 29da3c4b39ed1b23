"""How what is to be announced looks in a terminal, and in ``--json`` (docs/json.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from bot.announce import delivery, page_waits
from bot.announce.subscription import Subscription
from bot.terminal import Json, counted, plain


def announcements_json(
    backlog: delivery.Backlog,
    subscriptions: Iterable[Subscription],
    waits: Iterable[page_waits.PageWait],
) -> Json:
    """What is to be announced, and to whom."""
    return {
        "waiting": backlog.waiting,
        "held": backlog.held,
        "changes": backlog.changes,
        "sent": backlog.sent,
        "refused": backlog.refused,
        "stopped": backlog.stopped,
        "problem": backlog.problem or None,
        "older_machines": list(backlog.older_machines),
        "pages": [page_wait_json(wait) for wait in waits],
        "subscriptions": [subscription_json(one) for one in subscriptions],
    }


def page_wait_json(wait: page_waits.PageWait) -> Json:
    """A post that waits for its public page, or went out without it."""
    return {
        "path": wait.path,
        "title": wait.title,
        "since": wait.since or None,
        "asked": wait.asks,
        "problem": wait.problem or None,
        "announced": wait.is_over,
    }


def subscription_json(subscription: Subscription) -> Json:
    """A channel or reader; ids are strings, as in Discord's own JSON."""
    ids = {"server": subscription.guild, "channel": subscription.channel}
    pause = subscription.pause
    return {
        "place": subscription.place,
        **{name: value and str(value) for name, value in ids.items()},
        "reader": subscription.reader and str(subscription.reader),
        "tags": list(subscription.tags),
        "without": list(subscription.without),
        "since": subscription.since,
        "pause": pause and {"reason": pause.reason, "detail": pause.detail, "since": pause.since},
    }


def announcements_table(
    backlog: delivery.Backlog,
    subscriptions: Sequence[Subscription],
    waits: Sequence[page_waits.PageWait],
) -> str:
    """What is to be announced, what hinders it, and who gets nothing for now."""
    waiting = sum(not wait.is_over for wait in waits)
    readers = sum(one.reader is not None for one in subscriptions)
    channels = len(subscriptions) - readers
    rows = [
        ("Goes to", f"{counted(channels, 'channel')}, {counted(readers, 'reader')}"),
        ("Waiting", f"{counted(backlog.waiting, 'message')}, {backlog.held} more for the paused"),
        ("Sent", f"{counted(backlog.sent, 'message')}, of which {backlog.changes} are to change"),
        ("Refused", str(backlog.refused or "none")),
        ("Stopped", f"{backlog.stopped}: see /announce list" if backlog.stopped else "none"),
        ("No page", f"{counted(waiting, 'post')} waiting for it" if waiting else "none"),
        *(("", page_wait_line(wait)) for wait in waits),
        ("Problem", plain(backlog.problem) or "none"),
        *(("", older_machine_line(name)) for name in backlog.older_machines),
        ("Paused", str(backlog.paused or "none")),
        *(("", paused_line(one)) for one in subscriptions if one.pause),
    ]
    return "\n".join(f"{name:<11}{value}" for name, value in rows)


def older_machine_line(name: str) -> str:
    """A machine that announces nothing, and what to do about it."""
    return plain(f"{name} has older posts than another machine: update its posts, or stop it")


def page_wait_line(wait: page_waits.PageWait) -> str:
    """A post that waits for its public page, or went out without it, and what was found there."""
    said = wait.problem or "not asked for yet"
    if wait.is_over:
        day = datetime.fromtimestamp(wait.since, UTC).date().isoformat()
        return plain(f"{wait.title}, announced without its page on {day}: {said}")
    return plain(f"{wait.title}, asked for {counted(wait.asks, 'time')}: {said}")


def paused_line(subscription: Subscription) -> str:
    """Who is paused, why, and since when."""
    pause = subscription.pause
    assert pause is not None, "only what is paused has a line"
    who = (
        f"channel {subscription.channel} of server {subscription.guild}"
        if subscription.reader is None
        else f"reader {subscription.reader}"
    )
    day = datetime.fromtimestamp(pause.since, UTC).date().isoformat()
    why = "by an administrator" if pause.reason == "admin" else pause.detail or pause.reason
    return plain(f"{who}, since {day}: {why}")
