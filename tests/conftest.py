"""What all tests may use: real posts beside the checkout, and the rule about skipping.

A test may skip when something outside the checkout is absent, such as a browser. With
REQUIRE_ALL=1 in the environment, as in .ci/run, it fails instead, unless its reason begins
with "only": "only on Windows", "only without root's rights".
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from bot.sources.sitemap.site import SiteList
from tests import needs
from tests.postgres import PostgresServer, find_programs, postgres_server

# The suite tries the same few examples everywhere; `make fuzz` looks for new ones. How long one
# takes says more about the machine than about the code.
settings.register_profile(
    "suite", deadline=None, derandomize=True, database=None, max_examples=50, print_blob=True
)
settings.register_profile(
    "fuzz",
    deadline=None,
    max_examples=int(os.environ.get("EXAMPLES") or 3000),
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")

KEEP = """
To keep a finding: write the arguments of its falsifying example into an @example(...) above the
test's @given (of a state machine, write its steps as a test of their own), see `make tests` fail,
and mend the fault. Hypothesis tries an @example in every run."""

CHECKOUT = Path(__file__).parent.parent
SHARED = CHECKOUT.parent / "shared"


@pytest.fixture(scope="session", autouse=True)
def no_site_is_asked() -> Iterator[None]:
    """What tests give as a blog's address is not asked; ``loopback_site`` is an exception."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SiteList, "ask", SiteList.recall)
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of data shared with the project, beside the checkout."""
    if not SHARED.is_dir():
        pytest.skip(needs.SHARED)
    return SHARED


@pytest.fixture(scope="session")
def corpora(shared: Path) -> Path:
    """Real posts of many generators, one folder each."""
    folder = shared / "corpora"
    if not folder.is_dir():
        pytest.skip(needs.SHARED)
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


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Keep bytes out of the names of tests, which all processes of a run must agree on.

    Compressed bytes may hold the time at which they were made.
    """
    return argname if isinstance(val, bytes) else None


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--times`` says where the time goes, by folder."""
    parser.addoption("--times", action="store_true", help="seconds of tests, by folder")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say once what was lacking, and after `make fuzz` what to do with what it found."""
    if terminalreporter.config.getoption("--times"):
        reports = [report for kind in terminalreporter.stats.values() for report in kind]
        for line in times(report for report in reports if isinstance(report, pytest.TestReport)):
            terminalreporter.write_line(line)
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = [report.longrepr[2].removeprefix("Skipped: ") for report in skipped]
    for line in needs.summary(reasons):
        terminalreporter.write_line(line)
    if settings.get_current_profile_name() == "fuzz" and terminalreporter.stats.get("failed"):
        terminalreporter.write_line(KEEP)


def times(reports: Iterable[pytest.TestReport]) -> Iterator[str]:
    """Rows of a table: a folder of tests, how many there are, and their seconds together."""
    tests, seconds = Counter[str](), defaultdict[str, float](float)
    for report in reports:
        folder, _, rest = report.nodeid.removeprefix("tests/").partition("::")[0].partition("/")
        place = f"{folder}/" if rest else "beside the folders"
        tests[place] += report.when == "call"
        seconds[place] += report.duration
    yield "| tests | number | seconds |"
    yield "| --- | ---: | ---: |"
    for place, each in sorted(seconds.items(), key=lambda one: -one[1]):
        yield f"| {place} | {tests[place]} | {each:.0f} |"
    yield f"| all | {tests.total()} | {sum(seconds.values()):.0f} |"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A Postgres server."""
    programs = find_programs()
    if programs is None:
        pytest.skip(needs.POSTGRES)
    with postgres_server(programs) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def state_home(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """An empty home for the state, of each kind: what ``State.open`` takes."""
    if request.param == "sqlite":
        return tmp_path / "state.db"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.url(server.new_database())
