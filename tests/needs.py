"""What some tests need of the machine, and how to get it.

A reason that begins with "needs" has the form ``needs NAME: HOW TO GET IT``, and is counted in one
line at the end of a run; one that begins with "only" names where else a test runs.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

SHARED = "needs shared/ beside the checkout: CONTRIBUTING.md says what it holds"
POSTGRES = "needs Postgres: apt-get install postgresql"
HIKARI = "needs hikari: make anew what an older lock file made, with rm .venv/ready and make"
CONTAINERS = "needs Docker or Podman: apt-get install podman"

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="needs Chromium: apt-get install chromium"
)
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="needs git: apt-get install git")


def summary(reasons: Iterable[str]) -> Iterator[str]:
    """One line for each thing that tests were skipped for want of, the most wanted first."""
    for reason, count in Counter(reasons).most_common():
        if need := re.fullmatch(r"needs ([^:]+): (.+)", reason):
            tests = "1 test needs" if count == 1 else f"{count} tests need"
            yield f"{tests} {need[1]} and did not run: {need[2]}"
