"""Where things could lie about: each column of each table, and each file."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import Engine, inspect

from reprisals.database.engine import is_postgresql
from tests.canary.marks import Found, Marks, joined

LARGEST = 256 * 1024 * 1024
Column = tuple[str, str]


def dump(engine: Engine) -> dict[Column, bytes]:
    """All that the database holds, decrypted, by table and column. Sealed columns are there as they are stored."""
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        found: dict[Column, bytes] = {}
        for table in tables:
            result = connection.exec_driver_sql(f'SELECT * FROM "{table}"')
            names, rows = list(result.keys()), result.all()
            found |= {(table, name): joined(row[place] for row in rows) for place, name in enumerate(names)}
    return found


def search_database(engine: Engine, marks: Marks) -> list[Found]:
    """Every mark in any column."""
    return [
        hit
        for (table, name), content in dump(engine).items()
        for hit in marks.find(f"{table}.{name}", content)
    ]


def columns_with(engine: Engine, marks: Marks) -> dict[str, set[Column]]:
    """The columns in which each field's mark stands as it was typed."""
    found: dict[str, set[Column]] = {}
    for column, content in dump(engine).items():
        for label in marks.fields_in(content):
            found.setdefault(label, set()).add(column)
    return found


def search_files(folders: Iterable[Path], marks: Marks) -> list[Found]:
    """Every mark in any file, or in the name of one."""
    return [
        hit
        for path in files_in(folders)
        for hit in (*_in_name(path, marks), *marks.find(str(path), _read(path)))
    ]


def server_files(engine: Engine) -> list[Path]:
    """Where a PostgreSQL keeps this database, what it has written ahead, and its log. An SQLCipher file has no server."""
    if not is_postgresql(engine):
        return []
    with engine.connect() as connection:
        number = connection.exec_driver_sql(
            "SELECT oid FROM pg_database WHERE datname = current_database()"
        ).scalar()
        connection.exec_driver_sql("CHECKPOINT")
    home = Path(str(engine.url.query["host"]))
    return [home / "data" / "base" / str(number), home / "data" / "pg_wal", home / "log"]


def files_in(folders: Iterable[Path]) -> Iterator[Path]:
    """Every file below some folders."""
    for folder in folders:
        if folder.is_file():
            yield folder
        for root, _folders, names in os.walk(folder):
            yield from (Path(root, name) for name in names)


def _in_name(path: Path, marks: Marks) -> list[Found]:
    return marks.find(f"name of {path}", str(path).encode("utf-8", "surrogateescape"))


def _read(path: Path) -> bytes:
    """What a file holds. One that goes away meanwhile, a pipe or a socket holds nothing."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(LARGEST)
    except (FileNotFoundError, PermissionError):
        return b""
