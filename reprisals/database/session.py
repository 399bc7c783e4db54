"""The two ways into the database: to read, and to write."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reprisals.database.engine import is_postgresql


def is_writing(session: Session) -> bool:
    """Whether the session takes its turn to write: only then can it lock what it decides on."""
    return bool(session.get_bind().get_execution_options().get("writing"))


class Database:
    """A database one may read from and write to.

    `read()` sees one moment of the database throughout. `write()` on SQLite takes the write lock when it begins; on
    PostgreSQL the actions lock the rows that they decide on.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._reading: Engine = engine.execution_options(reading=True)
        if is_postgresql(engine):
            self._reading = self._reading.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
        self._writing = engine.execution_options(writing=True)

    def read(self) -> Session:
        """A session that reads. Closing it is the caller's part."""
        return Session(self._reading, expire_on_commit=False, autoflush=False)

    def write(self) -> Session:
        """A session that writes. Committing goes through `audit.commit`; closing it is the caller's part."""
        return Session(self._writing, expire_on_commit=False)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A reading session, closed at the end."""
        with self.read() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A writing session, rolled back unless it was committed inside, and closed at the end."""
        with self.write() as session:
            yield session
