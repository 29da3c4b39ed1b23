"""When a post was written, as its author wrote it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PostDate:
    """A day or a moment, with the instant that orders it among others.

    Attributes:
        text: ISO 8601 with the author's precision: ``2024-01-11`` for a day,
            ``2024-01-11T21:30:00-03:00`` for a moment, without an offset where
            the author gave none.
        instant: seconds since the Unix epoch. A day counts from its midnight; a
            day or moment without an offset is read in the site's time zone (UTC
            where none is configured).
    """

    text: str
    instant: int

    @classmethod
    def of(cls, value: dt.date, zone: dt.tzinfo = dt.UTC) -> PostDate:
        """Take a ``date`` or ``datetime``; ``zone`` applies where ``value`` has none."""
        if isinstance(value, dt.datetime):
            moment = value if value.tzinfo else value.replace(tzinfo=zone)
        else:
            moment = dt.datetime.combine(value, dt.time(), tzinfo=zone)
        # timestamp() raises for a moment whose UTC form leaves year 1..9999; arithmetic does not.
        offset = moment.utcoffset() or dt.timedelta()
        since_epoch = moment.replace(tzinfo=dt.UTC) - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
        return cls(value.isoformat(), (since_epoch - offset) // dt.timedelta(seconds=1))

    @property
    def is_day(self) -> bool:
        """Whether the author named a day only, which is that day in every time zone."""
        return "T" not in self.text

    @property
    def day(self) -> dt.date:
        """The calendar day that the author wrote, whatever the reader's time zone."""
        return dt.date.fromisoformat(self.text[:10])
