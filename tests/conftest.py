"""What all tests may use: real posts beside the checkout, and the rule about skipping.

A test may skip when something outside the checkout is absent, such as a browser. With
REQUIRE_ALL=1 in the environment, as in .ci/run, it fails instead, unless its reason begins
with "only": "only on Windows", "only without root's rights".
"""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres import PostgresServer, find_programs, postgres_server

# How long an example takes says more of the machine than of the code.
settings.register_profile("slashpost", deadline=None)
settings.load_profile("slashpost")

CHECKOUT = Path(__file__).parent.parent
SHARED = CHECKOUT.parent / "shared"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data shared with the project, beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(f"needs {SHARED.name}/ beside the checkout")
    return SHARED


@pytest.fixture(scope="session")
def corpora(shared: Path) -> Path:
    """Real posts of many generators, one folder each."""
    folder = shared / "corpora"
    if not folder.is_dir():
        pytest.skip("needs shared/corpora beside the checkout")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a skipped test where the run requires that all of them run."""
    report = yield
    if report.skipped and os.environ.get("REQUIRE_ALL") and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2].removeprefix("Skipped: ")
        if not reason.startswith("only"):
            report.outcome = "failed"
            report.longrepr = f"skipped, but REQUIRE_ALL is set: {reason}"
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A Postgres server."""
    programs = find_programs()
    if programs is None:
        pytest.skip("needs the server of Postgres: apt-get install postgresql")
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def state_home(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty home for the state, of each kind: what ``State.open`` takes."""
    if request.param == "sqlite":
        return tmp_path / "state.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.new_database())
