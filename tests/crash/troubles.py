"""Troubles that befall a database in use, and go again: full, read-only, locked by somebody else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.pool import NullPool

from reprisals.database.engine import is_postgresql, make_engine
from reprisals.database.session import Database
from tests.stores import SqlcipherStore, Store

PATIENCE = 200  # milliseconds that the database waits for a lock here; the site's own patience is longer
LARGEST = 2**32 - 2
HEAD = "UPDATE audit_head SET seq = seq"

REFUSING = """
CREATE FUNCTION refuse_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{message}'; END $$
"""

Trouble = Callable[[Flask, Store], Any]


@contextmanager
def full(app: Flask, store: Store) -> Iterator[None]:
    """The database takes no more pages; PostgreSQL answers with the error that it has for that."""
    engine = _engine_of(app)
    if not is_postgresql(engine):
        with engine.connect() as connection:
            connection.connection.cursor().execute("VACUUM")  # no page inside is left free, either
        with _on_each_use(engine, "PRAGMA max_page_count=1", f"PRAGMA max_page_count={LARGEST}"):
            yield
        return
    with _refusing(engine, "disk_full", "could not extend file: No space left on device"):
        yield


@contextmanager
def read_only(app: Flask, store: Store) -> Iterator[None]:
    """The file may only be read; PostgreSQL answers with the error of one that only follows another."""
    engine = _engine_of(app)
    if isinstance(store, SqlcipherStore):
        other = make_engine(f"sqlite:///file:{engine.url.database}?mode=ro&uri=true", store.key)
        app.extensions["database"] = Database(other)
        yield
        other.dispose()
        app.extensions["database"] = Database(engine)
        return
    with _refusing(engine, "read_only_sql_transaction", "cannot execute INSERT in a read-only transaction"):
        yield


@contextmanager
def locked(app: Flask, store: Store) -> Iterator[None]:
    """Somebody else holds the lock for longer than one waits."""
    engine = _engine_of(app)
    wait = f"SET lock_timeout = {PATIENCE}" if is_postgresql(engine) else f"PRAGMA busy_timeout={PATIENCE}"
    with _on_each_use(engine, wait, wait), engine.execution_options(writing=True).begin() as holder:
        holder.exec_driver_sql(HEAD)
        yield


TROUBLES: dict[str, Trouble] = {"full": full, "read-only": read_only, "locked": locked}


@contextmanager
def _on_each_use(engine: Engine, order: str, afterwards: str) -> Iterator[None]:
    """Say something to each connection before it is used, and something else from the end on."""
    said = [order]

    def say(connection: Any, _record: object, _proxy: object) -> None:
        cursor = connection.cursor()
        cursor.execute(said[0])
        cursor.close()
        if is_postgresql(engine):
            connection.commit()

    event.listen(engine, "checkout", say)
    try:
        yield
    finally:
        said[0] = afterwards


@contextmanager
def _refusing(engine: Engine, code: str, message: str) -> Iterator[None]:
    """Let PostgreSQL refuse each row that is written, with this error."""
    tables = inspect(engine).get_table_names()
    triggers = [
        f"CREATE TRIGGER refusing_now BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION refuse_now()"
        for table in tables
    ]
    _order(engine, REFUSING.format(code=code, message=message), *triggers)
    yield
    _order(engine, "DROP FUNCTION refuse_now() CASCADE")


def _order(engine: Engine, *statements: str) -> None:
    address = engine.url.render_as_string(hide_password=False)
    with create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)


def _engine_of(app: Flask) -> Engine:
    database: Database = app.extensions["database"]
    return database.engine
