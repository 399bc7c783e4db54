"""Brings a database to the tables that this version of the code needs, in one transaction or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

from reprisals.database.engine import is_postgresql

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
_ONE_AT_A_TIME = 0x7265_7072  # the number of an advisory lock on PostgreSQL; any number of ours does


class BrokenReferences(Exception):
    """A migration left rows that point nowhere. Names the table; nothing of the migration was kept."""


@dataclass(frozen=True, slots=True)
class Version:
    """The migration that a database stands at (None: it has no tables of ours), and the newest one."""

    current: str | None
    newest: str

    @property
    def is_newest(self) -> bool:
        """Whether the database is as this version of the code needs it."""
        return self.current == self.newest


def check_database(engine: Engine) -> Version:
    """Where the database stands. Changes nothing; works on an empty database, too."""
    newest = ScriptDirectory.from_config(_config()).get_current_head()
    with engine.connect() as connection:
        return Version(MigrationContext.configure(connection).get_current_revision(), newest or "")


def upgrade_database(engine: Engine) -> None:
    """Apply what is missing, all of it or nothing. Raises BrokenReferences, and what the database raises."""
    with migrating(engine) as connection:
        upgrade(connection)


def upgrade(connection: Connection) -> None:
    """Apply what is missing within a transaction of the caller's."""
    command.upgrade(config_for(connection), "head")


def config_for(connection: Connection) -> Config:
    """What Alembic's own commands need to work on this connection."""
    config = _config()
    config.attributes["connection"] = connection
    return config


@contextmanager
def migrating(engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that no other migration runs beside; it commits at the end.

    SQLite changes a table by copying it and dropping the old one, which references would forbid: they are not
    enforced meanwhile, and looked through before the commit. Raises BrokenReferences.
    """
    with engine.connect().execution_options(writing=True) as connection:
        if is_postgresql(engine):
            with connection.begin():
                connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ONE_AT_A_TIME})")
                yield connection
            return
        _enforce_references(connection, "OFF")
        try:
            with connection.begin():
                yield connection
                _check_references(connection)
        finally:
            _enforce_references(connection, "ON")


def _enforce_references(connection: Connection, switch: str) -> None:
    # Past SQLAlchemy, which would begin a transaction first; inside one the switch does nothing.
    cursor = connection.connection.cursor()
    cursor.execute(f"PRAGMA foreign_keys={switch}")
    cursor.close()


def _check_references(connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise BrokenReferences(broken[0])


def _config() -> Config:
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return config
