"""Where the tests keep their databases: new ones, and copies of one that was filled once, on either kind of server."""

import importlib
import pkgutil
import secrets
import shutil
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from sqlalchemy import Dialect, Engine, create_engine, make_url

import reprisals
from reprisals.config import DatabaseSettings
from reprisals.database.base import Base
from reprisals.database.engine import make_engine
from tests.rows import Rows
from tests.servers.postgresql import make_database

SEALING = ("holders", "boxes", "grants")


DIALECTS: dict[str, Dialect] = {}
COMPILED: dict[Any, Any] = {}
"""What statements of the package became, once for all databases of this process: their dialect is part of the key."""


def import_models() -> None:
    """Import every module that defines tables, so that the schema is whole whatever a test imports."""
    for name in SEALING:
        importlib.import_module(f"reprisals.sealing.{name}")
    for found in pkgutil.walk_packages(reprisals.__path__, "reprisals."):
        if "models" in found.name.split("."):
            importlib.import_module(found.name)


def make_tables(engine: Engine) -> None:
    """Make all tables in an empty database."""
    import_models()
    Base.metadata.create_all(engine)
    Rows.metadata.create_all(engine)
    engine.dispose()


def _remembering(engine: Engine) -> Engine:
    engine.dialect = DIALECTS.setdefault(engine.dialect.name, engine.dialect)
    engine.update_execution_options(compiled_cache=COMPILED)
    return engine


class Store(ABC):
    """Makes databases of one kind."""

    @abstractmethod
    def create(self) -> Engine:
        """A new database without tables."""

    @abstractmethod
    def copy(self, template: Engine) -> Engine:
        """A database with everything that the template holds. Nobody may be connected to the template."""

    @abstractmethod
    def drop(self, engine: Engine) -> None:
        """Delete a database of this store."""

    @abstractmethod
    def settings(self, engine: Engine) -> DatabaseSettings:
        """What a configuration says to reach the database."""


class SqlcipherStore(Store):
    """Files in a folder, all under one key."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key = secrets.token_bytes(32)
        (folder / "key").write_text(self.key.hex(), encoding="ascii")

    def create(self) -> Engine:
        return _remembering(make_engine(f"sqlite:///{self.folder / secrets.token_hex(8)}.db", self.key))

    def copy(self, template: Engine) -> Engine:
        copied = self.create()
        shutil.copyfile(str(template.url.database), str(copied.url.database))
        return copied

    def drop(self, engine: Engine) -> None:
        engine.dispose()
        for path in self.folder.glob(f"{Path(str(engine.url.database)).name}*"):
            path.unlink()

    def settings(self, engine: Engine) -> DatabaseSettings:
        return DatabaseSettings(url=f"sqlite:///{engine.url.database}", key_file=str(self.folder / "key"))


class PostgresqlStore(Store):
    """Databases of one server."""

    def __init__(self, server: str) -> None:
        self.server = server
        self._orders = create_engine(server, pool_size=1, isolation_level="AUTOCOMMIT")

    def close(self) -> None:
        """Let go of the one line on which the server is told what to do. A line for each order would cost more than most."""
        self._orders.dispose()

    def create(self) -> Engine:
        return _remembering(make_engine(make_database(self.server), None))

    def copy(self, template: Engine) -> Engine:
        name = f"test_{secrets.token_hex(8)}"
        self._order(f'CREATE DATABASE "{name}" TEMPLATE "{template.url.database}"')
        address = make_url(self.server).set(database=name).render_as_string(hide_password=False)
        return _remembering(make_engine(address, None))

    def drop(self, engine: Engine) -> None:
        engine.dispose()
        self._order(f'DROP DATABASE "{engine.url.database}" WITH (FORCE)')

    def settings(self, engine: Engine) -> DatabaseSettings:
        return DatabaseSettings(url=engine.url.render_as_string(hide_password=False))

    def _order(self, statement: str) -> None:
        with self._orders.connect() as connection:
            connection.exec_driver_sql(statement)
