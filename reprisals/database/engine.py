"""Opens the database as the configuration names it, with durable commits and nothing secret in its errors."""

import contextlib
from typing import Any

import sqlcipher3.dbapi2
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event
from sqlalchemy.engine import make_url

KEY_BYTES = 32
LOCK_PATIENCE = 15_000  # milliseconds
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={LOCK_PATIENCE}",
    "secure_delete=ON",
    "temp_store=MEMORY",
    "trusted_schema=OFF",
    "cache_size=-8192",
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
        event.listen(engine, "connect", _be_patient)
        event.listen(engine, "reset", _let_go)
        return engine
    raise ValueError("the database is neither SQLite nor PostgreSQL")


def _be_patient(connection: Any, _record: object) -> None:
    """Wait for a lock as long as SQLite does and no longer: somebody stands before a page that does not come."""
    connection.autocommit = True
    connection.execute(f"SET lock_timeout = {LOCK_PATIENCE}")
    connection.autocommit = False


def _let_go(connection: Any, _record: object, _state: object) -> None:
    """End what a COMMIT that failed has left open: SQLAlchemy takes it for over, and the next user of the line would fail."""
    if not connection.closed and connection.info.transaction_status != TransactionStatus.IDLE:
        connection.rollback()


def _hide_values(context: ExceptionContext) -> None:
    """PostgreSQL tells in a DETAIL what stood in the row: only the first line of its errors is kept."""
    for error in filter(None, (context.original_exception, context.sqlalchemy_exception)):
        first, *others = error.args or ("",)
        error.args = (str(first).partition("\n")[0], *others)


def _sqlcipher(url: str, key: bytes | None) -> Engine:
    if key is None or len(key) != KEY_BYTES:
        raise ValueError("the database key is 32 bytes")
    secret = key.hex()
    # The connection used last comes first: each commit empties the decrypted pages of every other one.
    engine = create_engine(
        url,
        module=sqlcipher3.dbapi2,
        hide_parameters=True,
        pool_size=8,
        max_overflow=8,
        pool_timeout=30,
        pool_use_lifo=True,
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

    @event.listens_for(engine, "checkin")
    def let_go(connection: Any, _record: object) -> None:
        # SQLAlchemy takes a transaction for over whose COMMIT failed; to SQLite it is open, and holds the lock to write.
        if connection is not None and connection.in_transaction:
            connection.rollback()

    return engine


def is_postgresql(bind: Engine | Connection) -> bool:
    """Whether the engine or connection speaks to PostgreSQL."""
    return bind.dialect.name == "postgresql"
