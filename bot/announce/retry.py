"""When what failed is tried again, and how often. Times are seconds."""

from __future__ import annotations

import random

# Between tries where Discord does not say how long to wait: doubled each time.
FIRST_WAIT, LONGEST_WAIT = 1.0, 15 * 60.0
# Between tries where a channel is closed: access comes back when people have seen to it.
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 24 * 3600.0
# For a change, a thread or a publication that could not be made.
CHANGE_AGAIN, CHANGE_AGAIN_WHEN_CLOSED = 60.0, 6 * 3600.0
# A search goes through thousands of messages, with Discord's limits on the way.
FIND_SECONDS = 120.0
# Some channels' messages can never be listed: after so many tries, unsent ones are sent anyway.
MOST_READS = 3
# Discord knows a nonce for "a few minutes"; less than that, and than a request may take on top:
# https://docs.discord.com/developers/resources/message#create-message
NONCE_SECONDS = 100.0
# Where what was sent cannot be found, nor that it is not there: then a delivery is stopped. It is
# looked for some more times, since Discord may mend the list.
MOST_LOOKS, MOST_LOOKS_AFTER_STOP = 5, 8
LOOK_AGAIN = 60.0
# After a refusal, which during an outage may be for everything.
REFUSED_AGAIN, LET_OTHERS_PASS = 60.0, 600.0


def backoff(attempts: int, first: float, longest: float) -> float:
    """Seconds to wait after so many attempts before this one: doubled each time, with jitter."""
    return min(longest, first * 2.0 ** min(attempts, 30)) * random.uniform(0.5, 1)  # noqa: S311
