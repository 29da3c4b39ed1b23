"""The Dockerfile is written as hadolint recommends."""

from __future__ import annotations

import subprocess
import sysconfig
from pathlib import Path

from tests.conftest import CHECKOUT


def test_hadolint_finds_nothing_in_it() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    done = subprocess.run(
        [hadolint, "--no-color", CHECKOUT / "Dockerfile"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
