"""The state in Postgres, which any number of machines can share."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import asyncpg
from asyncpg import exceptions as raised

from bot.blog.errors import StateUnavailable
from bot.state import migrations
from bot.state.database import Row

# The setting that a URL comes from.
VARIABLE = "DATABASE_URL"
# Not the schema "public", which some hosts show to the world over HTTP.
SCHEMA = "slashpost"
MOST_CONNECTIONS = 5
SECONDS_TO_CONNECT = 10
SECONDS_OF_A_STATEMENT = 15
SECONDS_TO_CLOSE = 2
# A machine suspended within a transaction blocks the others no longer than this; they wait for
# its locks a little longer.
SECONDS_OF_REST = 10
SECONDS_FOR_A_LOCK = 12
BEGIN = """
    BEGIN;
    SET LOCAL search_path = {schema};
    SET LOCAL idle_in_transaction_session_timeout = '{rest}s';
    SET LOCAL lock_timeout = '{lock}s';
"""
# That timeout does not count while a statement's messages are incomplete, and a machine is often
# suspended there. So the other machines end its session.
END_SLEEPERS = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = current_user AND datname = current_database()
        AND state <> 'idle' AND wait_event = 'ClientRead'
        AND query_start < clock_timestamp() - make_interval(secs => $1)
        AND pid IN (
            SELECT pg_locks.pid FROM pg_locks LEFT JOIN pg_class ON pg_class.oid = relation
            WHERE locktype = 'advisory' OR relnamespace = to_regnamespace('{SCHEMA}')
        )
"""  # noqa: S608
MIGRATIONS = f"""
    CREATE SCHEMA IF NOT EXISTS {SCHEMA};
    CREATE TABLE migrations (number INTEGER PRIMARY KEY, at TIMESTAMPTZ DEFAULT now());
"""


class Postgres:
    """Implements ``Database``; ``Postgres.open`` gives one.

    It connects when it is needed, and again after the server was away.
    """

    is_shared = True

    def __init__(self, pool: asyncpg.Pool, name: str, scripts: Sequence[Path]) -> None:
        self._pool = pool
        self._name = name
        self._scripts = scripts
        self._migrating = asyncio.Lock()
        self._migrated = False
        self._looked_for_sleepers = 0.0

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, scripts: Sequence[Path] = migrations.POSTGRES
    ) -> AsyncIterator[Self]:
        """A database whose tables are brought to the newest form before their first use.

        Args:
            url: where it is, as Postgres' own tools write it.
            scripts: what brings it to that form.
        """
        pool = await asyncpg.create_pool(
            url,
            min_size=0,
            max_size=MOST_CONNECTIONS,
            timeout=SECONDS_TO_CONNECT,
            command_timeout=SECONDS_OF_A_STATEMENT,
            # Poolers such as PgBouncer give each transaction another connection.
            statement_cache_size=0,
        )
        try:
            yield cls(pool, _name(url), scripts)
        finally:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_TO_CLOSE):
                    await pool.close()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Write all or nothing."""
        if not self._migrated:
            await self._migrate()
        async with self._begun() as transaction:
            yield transaction

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT over what is committed."""
        async with self.transaction() as transaction:
            return await transaction.rows(sql, *values)

    @asynccontextmanager
    async def _begun(self) -> AsyncIterator[PostgresTransaction]:
        with _explained(self._name):
            async with self._pool.acquire(timeout=SECONDS_TO_CONNECT) as connection:
                try:
                    await connection.execute(
                        BEGIN.format(schema=SCHEMA, rest=SECONDS_OF_REST, lock=SECONDS_FOR_A_LOCK)
                    )
                    transaction = PostgresTransaction(connection)
                    await self._end_sleepers(transaction)
                    yield transaction
                    await connection.execute("COMMIT")
                except BaseException:
                    # The server rolls back. A ROLLBACK over a connection that is cut would
                    # wait for minutes.
                    with contextlib.suppress(raised.InterfaceError):  # it is closed already
                        connection.terminate()
                    raise

    async def _end_sleepers(self, transaction: PostgresTransaction) -> None:
        """End sessions of suspended machines, at most every ``SECONDS_OF_REST`` seconds."""
        now = time.monotonic()
        if now - self._looked_for_sleepers >= SECONDS_OF_REST:
            self._looked_for_sleepers = now
            await transaction.rows(END_SLEEPERS, float(SECONDS_OF_REST))

    async def _migrate(self) -> None:
        """Run the scripts that the database lacks, each with its number in one transaction."""
        while not self._migrated:
            async with self._begun() as transaction:
                self._migrated = await self._step(transaction)

    async def _step(self, transaction: PostgresTransaction) -> bool:
        """Run the next script; whether there was none left."""
        await transaction.alone("migrations")
        ((table,),) = await transaction.rows("SELECT to_regclass('migrations')::text")
        if table is None:
            await transaction.script(MIGRATIONS)
        ((form,),) = await transaction.rows("SELECT coalesce(max(number), 0) FROM migrations")
        for number, script in migrations.lacking(self._scripts, form, self._name):
            await transaction.script(script)
            await transaction.rows("INSERT INTO migrations (number) VALUES ($1)", number)
            return False
        return True


class PostgresTransaction:
    """Implements ``Transaction``."""

    def __init__(self, connection: asyncpg.pool.PoolConnectionProxy) -> None:
        self._connection = connection

    async def rows(self, sql: str, *values: object) -> list[Row]:
        """Run one statement."""
        return [tuple(row) for row in await self._connection.fetch(sql, *values)]

    async def many(self, sql: str, rows: Iterable[Row]) -> None:
        """Run one statement for each row of values."""
        await self._connection.executemany(sql, rows)

    async def script(self, sql: str) -> None:
        """Run many statements without values."""
        await self._connection.execute(sql)

    async def claim(self, sql: str, *values: object) -> list[Row]:
        """The rows of a SELECT that nobody else holds."""
        return await self.rows(f"{sql} FOR UPDATE SKIP LOCKED", *values)

    async def alone(self, name: str) -> None:
        """Wait for the name, among all who use this database."""
        await self.rows("SELECT pg_advisory_xact_lock(hashtext($1))", f"{SCHEMA} {name}")

    async def now(self) -> float:
        """The server's clock."""
        ((now,),) = await self.rows("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(now)


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    """Raise StateUnavailable with a hint for errors of the database, not for errors of ours."""
    try:
        yield
    except raised.InsufficientPrivilegeError as error:
        hint = f"Create the schema {SCHEMA} for the user of {VARIABLE}, or let it do that."
        raise _unavailable(name, error, hint) from error
    except (
        raised.SyntaxOrAccessError,
        raised.DataError,
        raised.IntegrityConstraintViolationError,
    ):
        raise
    except raised.InvalidAuthorizationSpecificationError as error:
        hint = f"Look at user and password in {VARIABLE}."
        if "no encryption" in str(error):
            hint = f"The server wants TLS: end {VARIABLE} in ?sslmode=require"
        raise _unavailable(name, error, hint) from error
    except TimeoutError as error:
        hint = f"Look at host and port in {VARIABLE}, and at firewalls."
        raise _unavailable(name, "does not answer", hint) from error
    except OSError as error:
        hint = f"Look at host and port in {VARIABLE}, and whether the server runs."
        raise _unavailable(name, f"cannot be reached ({error})", hint) from error
    # The internal one comes from asyncpg when the server has ended a connection that rested.
    except (raised.PostgresError, raised.InterfaceError, raised.InternalClientError) as error:
        raise _unavailable(name, error) from error


def _unavailable(name: str, reason: object, hint: str = "") -> StateUnavailable:
    first_line = str(reason).partition("\n")[0]
    return StateUnavailable(f"{name}: {first_line}", hint)


def _name(url: str) -> str:
    """What messages call a database: its URL without user and password."""
    parts = urlsplit(url)
    return f"{parts.hostname or 'localhost'}{parts.path}"
