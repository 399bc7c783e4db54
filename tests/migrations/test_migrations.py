"""Migrations: an upgraded database is the one that the models describe, and a failed upgrade leaves nothing."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from reprisals.database.base import Base
from reprisals.database.engine import is_postgresql
from reprisals.database.migrate import (
    MIGRATIONS,
    BrokenReferences,
    check_database,
    config_for,
    migrating,
    upgrade_database,
)
from tests.stores import import_models

ROOT = Path(__file__).resolve().parents[2]
ORPHAN = "INSERT INTO team_state (team_id, iso3) VALUES ('00000000000000000000000000000001', 'FRA')"
EVERY_TABLE = """
import secrets, sys
from sqlalchemy import inspect
from reprisals.database.base import Base
from reprisals.database.engine import make_engine
from reprisals.database.migrate import upgrade_database
engine = make_engine("sqlite:///here.db", secrets.token_bytes(32))
upgrade_database(engine)
assert set(inspect(engine).get_table_names()) - {"alembic_version"} == set(Base.metadata.tables)
print(len(Base.metadata.tables))
"""

SERVED = """
import secrets
import reprisals.app
from sqlalchemy import inspect
from reprisals.cases.models.registry import KINDS
from reprisals.database.base import Base
from reprisals.database.engine import make_engine
known, kinds = set(Base.metadata.tables), {kind.__tablename__ for kind in KINDS}
from reprisals.database.migrate import upgrade_database
engine = make_engine("sqlite:///here.db", secrets.token_bytes(32))
upgrade_database(engine)
found = inspect(engine)
tables = set(found.get_table_names()) - {"alembic_version"}
sealed = {name for name in tables if {"case_id", "generation", "content"} <= {c["name"] for c in found.get_columns(name)}}
assert known == tables, tables ^ known
assert kinds == sealed - {"revision"}, kinds ^ sealed
"""


@pytest.fixture
def engine(store):
    """A database without tables."""
    made = store.create()
    yield made
    store.drop(made)


@pytest.fixture
def modelled(store):
    """A database with the tables that the models make."""
    import_models()
    made = store.create()
    Base.metadata.create_all(made)
    yield made
    store.drop(made)


def describe(engine):
    """Every table, column, constraint and index, as the database itself tells it, whatever their order."""
    with engine.connect() as connection:
        rows = [
            row
            for statement in (POSTGRESQL if is_postgresql(engine) else SQLITE)
            for row in connection.execute(text(statement))
        ]
    parts = [part.strip().rstrip(",") for row in rows for part in " | ".join(map(str, row)).split("\n")]
    return sorted(part for part in parts if part)


SQLITE = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name <> 'alembic_version'",
    """
    SELECT m.name, c.name, c.type, c."notnull", c.dflt_value, c.pk FROM sqlite_master m, pragma_table_info(m.name) c
    WHERE m.type = 'table' AND m.name <> 'alembic_version'
    """,
)
POSTGRESQL = (
    """
    SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
    """,
    """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
    AND conrelid::regclass::text <> 'alembic_version'
    """,
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
)


def test_an_upgraded_empty_database_is_the_one_that_the_models_make(engine, modelled):
    upgrade_database(engine)

    assert describe(engine) == describe(modelled)


def test_nothing_is_left_for_a_further_migration(engine):
    import_models()
    upgrade_database(engine)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_the_migrations_see_every_table_wherever_they_are_run(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", EVERY_TABLE],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip
    import_models()

    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) == len(Base.metadata.tables)


def test_the_application_alone_knows_every_table_of_the_migrations_and_of_a_case_file(tmp_path):
    ran = subprocess.run(
        [sys.executable, "-c", SERVED],
        capture_output=True, text=True, check=False, cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": ""},
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr


def test_there_is_one_head_and_it_is_the_one_written_down():
    scripts = ScriptDirectory(str(MIGRATIONS))

    assert scripts.get_heads() == [(MIGRATIONS / "head.txt").read_text(encoding="ascii").strip()]


def test_migrations_are_numbered_without_a_gap_and_named_by_their_number():
    numbers = sorted(path.name[:4] for path in (MIGRATIONS / "versions").glob("*.py"))
    chain = [script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()]

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert list(reversed(chain)) == numbers


def test_every_migration_can_be_taken_back_and_applied_again(engine, modelled):
    upgrade_database(engine)

    with migrating(engine) as connection:
        command.downgrade(config_for(connection), "base")
    assert inspect(engine).get_table_names() == ["alembic_version"]

    upgrade_database(engine)
    assert describe(engine) == describe(modelled)


def test_where_a_database_stands_is_told_without_touching_it(engine):
    before = check_database(engine)

    assert (before.current, before.is_newest) == (None, False)
    assert inspect(engine).get_table_names() == []

    upgrade_database(engine)
    assert check_database(engine).current == before.newest
    assert check_database(engine).is_newest


def test_an_upgrade_that_fails_on_its_way_leaves_nothing(engine):
    with engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("CREATE TABLE membership (in_the_way INTEGER)"))

    with pytest.raises(DBAPIError):
        upgrade_database(engine)

    assert inspect(engine).get_table_names() == ["membership"]
    assert check_database(engine).current is None


def test_two_who_upgrade_at_once_do_it_once(engine):
    failures = []

    def run():
        try:
            upgrade_database(engine)
        except Exception as failure:  # noqa: BLE001 - whatever it is, the test shows it
            failures.append(failure)

    threads = [threading.Thread(target=run, daemon=True) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)

    assert not any(thread.is_alive() for thread in threads)
    assert failures == []
    assert check_database(engine).is_newest


def test_a_migration_that_leaves_a_broken_reference_is_undone(engine):
    upgrade_database(engine)

    with pytest.raises((BrokenReferences, IntegrityError)), migrating(engine) as connection:
        connection.execute(text(ORPHAN))

    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM team_state")) == 0


def test_references_are_enforced_again_after_a_migration(engine):
    upgrade_database(engine)

    with pytest.raises(IntegrityError), engine.execution_options(writing=True).begin() as connection:
        connection.execute(text(ORPHAN))
