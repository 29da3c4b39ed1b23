"""A Postgres server that refuses, goes away or hangs: said in one line, and made good again."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.blog.errors import SettingError, StateUnavailable
from bot.serve.state import opened
from bot.state import postgres as rooms
from bot.state.postgres import Postgres, PostgresTransaction
from tests.line import Line, line_to
from tests.ports import free_port
from tests.postgres import ONLY_TLS, PostgresServer
from tests.wire.patience import PATIENCE


async def complaint(url: str) -> str:
    """What is said of a database that cannot be used."""
    with pytest.raises(StateUnavailable) as caught:
        async with Postgres.open(url) as database:
            await database.rows("SELECT 1")
    message = str(caught.value)
    assert "\n" not in message
    assert "password" not in message.replace("user and password", "").replace("password auth", "")
    return message


@pytest.fixture
def url(postgres: PostgresServer) -> str:
    return postgres.url(postgres.new_database())


async def test_a_server_that_is_not_there_is_named() -> None:
    message = await complaint(f"postgres://bot:secret@127.0.0.1:{free_port()}/blog")
    assert message.startswith("127.0.0.1/blog: cannot be reached (")
    assert message.endswith("Look at host and port in DATABASE_URL, and whether the server runs.")


async def test_a_host_that_is_not_there_is_named() -> None:
    message = await complaint("postgres://bot:secret@nowhere.invalid/blog")
    assert message.startswith("nowhere.invalid/blog: cannot be reached (")


async def test_a_wrong_password_is_not_repeated(url: str) -> None:
    message = await complaint(url.replace("a%20password", "a-secret"))
    assert "authentication failed" in message
    assert message.endswith("Look at user and password in DATABASE_URL.")
    assert "a-secret" not in message


async def test_a_database_that_is_not_there_is_named(postgres: PostgresServer) -> None:
    assert 'database "blog" does not exist' in await complaint(postgres.url("blog"))


async def test_where_only_tls_is_let_in_that_is_said(postgres: PostgresServer) -> None:
    message = await complaint(postgres.url(postgres.new_database(ONLY_TLS)))
    assert message.endswith("The server wants TLS: end DATABASE_URL in ?sslmode=require")


async def test_tls_that_the_server_does_not_know_is_no_reason_to_do_without(url: str) -> None:
    assert "SSL" in await complaint(url + "?sslmode=require")


async def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "asyncpg", None)
    monkeypatch.delitem(sys.modules, "bot.state.postgres", raising=False)
    with pytest.raises(SettingError, match=r"Install slashpost\[postgres\]"):
        opened("postgres://host/blog")


async def test_a_server_that_was_away_is_used_again(postgres: PostgresServer, url: str) -> None:
    async with Postgres.open(url) as database:
        assert await database.rows("SELECT 1") == [(1,)]
        await asyncio.to_thread(postgres.stop)
        try:
            with pytest.raises(StateUnavailable):
                await database.rows("SELECT 1")
        finally:
            await asyncio.to_thread(postgres.start)
        assert await database.rows("SELECT 1") == [(1,)]


async def test_a_server_that_comes_late_is_used(postgres: PostgresServer, url: str) -> None:
    await asyncio.to_thread(postgres.stop)
    try:
        async with Postgres.open(url) as database:
            with pytest.raises(StateUnavailable):
                await database.rows("SELECT 1 FROM identity")
            await asyncio.to_thread(postgres.start)
            assert await database.rows("SELECT 1 FROM identity") == []
    except BaseException:
        await asyncio.to_thread(postgres.start)
        raise


async def test_a_line_that_is_cut_takes_back_what_was_begun(
    postgres: PostgresServer, url: str
) -> None:
    async with through(postgres, url) as (database, line):

        async def be_cut_off() -> None:
            async with database.transaction() as transaction:
                await transaction.rows("INSERT INTO identity VALUES ('t', 1, '', '{}', NULL)")
                line.cut()

        with pytest.raises(StateUnavailable):
            await be_cut_off()
        line.mend()
        assert await database.rows("SELECT * FROM identity") == []


async def test_a_line_that_swallows_everything_is_given_up(
    postgres: PostgresServer, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "SECONDS_OF_A_STATEMENT", 0.5)
    async with through(postgres, url) as (database, line), asyncio.timeout(PATIENCE):
        await until_answered(database)
        line.swallow()
        with pytest.raises(StateUnavailable, match="does not answer"):
            await database.rows("SELECT 1")
        line.mend()
        await until_answered(database)


async def until_answered(database: Postgres) -> None:
    """Ask until the server answers: on a busy machine, half a second may be too short."""
    while True:
        with contextlib.suppress(StateUnavailable):
            assert await database.rows("SELECT 1") == [(1,)]
            return


@pytest.mark.parametrize("lock", ["a table", "a name"])
@pytest.mark.parametrize("between", ["statements", "messages"])
async def test_who_is_stopped_holds_up_the_others_for_some_seconds_only(
    url: str, monkeypatch: pytest.MonkeyPatch, between: str, lock: str
) -> None:
    """In a transaction, or even within a statement, of which the server waits for the rest."""
    monkeypatch.setattr(rooms, "SECONDS_OF_REST", 1)
    locked: list[str] = []

    async def take(transaction: PostgresTransaction) -> None:
        if lock == "a table":
            await transaction.rows("LOCK TABLE identity")
        else:
            await transaction.alone("posts")

    async with Postgres.open(url) as stopped, Postgres.open(url) as other:

        async def hold() -> None:
            async with stopped.transaction() as transaction:
                await take(transaction)
                if between == "messages":
                    await transaction._connection.prepare("SELECT 1")
                await asyncio.sleep(1.5)
                async with other.transaction() as waiting:
                    await take(waiting)
                    locked.append("the other")
                await transaction.rows("SELECT 1")

        with pytest.raises(StateUnavailable):
            await hold()
    assert locked == ["the other"]


async def test_the_tables_are_in_a_schema_of_their_own(url: str) -> None:
    async with Postgres.open(url) as database:
        rows = await database.rows(
            "SELECT DISTINCT table_schema FROM information_schema.tables"
            " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
        )
    assert rows == [("slashpost",)]


@asynccontextmanager
async def through(server: PostgresServer, url: str) -> AsyncIterator[tuple[Postgres, Line]]:
    """A database at the end of a line that the test controls."""
    async with line_to(server.port) as line:
        aside = url.replace(f":{server.port}/", f":{line.port}/")
        async with Postgres.open(aside) as database:
            yield database, line
