"""Opens the database as the configuration names it, with durable commits and nothing secret in its errors."""

import contextlib
from typing import Any

import sqlcipher3.dbapi2
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url

KEY_BYTES = 32
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=15000",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
)


def make_engine(url: str, key: bytes | None) -> Engine:
    """An engine for `url`. `key` is the raw 32-byte key of an SQLCipher file; PostgreSQL takes none.

    Raises ValueError where the key is missing or of another length, or the database is of another kind.
    """
    backend = make_url(url).get_backend_name()
    if backend == "sqlite":
        return _sqlcipher(url, key)
    if backend == "postgresql":
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=8, max_overflow=8)
        event.listen(engine, "handle_error", _hide_values)
        return engine
    raise ValueError("the database is neither SQLite nor PostgreSQL")


def _hide_values(context: ExceptionContext) -> None:
    """PostgreSQL tells in a DETAIL what stood in the row: only the first line of its errors is kept."""
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None:
            error.args = (str(error.args[0] if error.args else "").partition("\n")[0], *error.args[1:])


def _sqlcipher(url: str, key: bytes | None) -> Engine:
    if key is None or len(key) != KEY_BYTES:
        raise ValueError("the database key is 32 bytes")
    secret = key.hex()
    engine = create_engine(
        url, module=sqlcipher3.dbapi2, hide_parameters=True, pool_size=8, max_overflow=8, pool_timeout=30
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        with contextlib.suppress(sqlcipher3.dbapi2.DatabaseError):
            cursor.execute("PRAGMA cipher_log_level=NONE")
        cursor.execute(f"PRAGMA key=\"x'{secret}'\"")
        for pragma in SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if options.get('reading') else 'OFF'}")
        connection.exec_driver_sql(f"BEGIN {'IMMEDIATE' if options.get('writing') else 'DEFERRED'}")

    return engine


def is_postgresql(engine: Engine) -> bool:
    """Whether the engine speaks to PostgreSQL."""
    return engine.dialect.name == "postgresql"
