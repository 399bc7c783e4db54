"""`reprisals upgrade`: a site's database is brought to this version, with what is in it, and the log says so."""

import pytest
from sqlalchemy import select, text

from reprisals.audit.models import AuditEntry
from reprisals.database.migrate import check_database


@pytest.fixture
def older(migrated):
    """The database as an earlier version left it: before the tables of cases came."""
    with migrated.engine.execution_options(writing=True).begin() as connection:
        for (name,) in connection.execute(text(CASE_TABLES[connection.dialect.name])).all():
            connection.execute(text(f'DROP TABLE "{name}"'))
        connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    return migrated


CASE_TABLES = {
    "sqlite": (
        "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c "
        "WHERE m.type = 'table' AND c.name = 'changed_at'"
    ),
    "postgresql": (
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'changed_at'"
    ),
}


def test_an_older_database_is_upgraded_with_what_is_in_it(run, config, older):
    ran = run("upgrade", "--config", config)

    assert ran.exit_code == 0, ran.stderr
    assert ran.stdout.startswith("The database went from 0003 to ")
    assert check_database(older.engine).is_newest
    assert run("check", "--config", config).exit_code == 0
    assert run("audit", "verify", "--config", config).exit_code == 0
    with older.reading() as session:
        last = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (last.action, last.details["before"]) == ("database.upgraded", "0003")


def test_a_database_that_is_newest_is_left_as_it_is(run, config, migrated):
    before = run("audit", "head", "--config", config).stdout

    again = run("upgrade", "--config", config)

    assert again.exit_code == 0
    assert "already" in again.stdout
    assert run("audit", "head", "--config", config).stdout == before


def test_a_database_without_a_site_is_refused(run, config, migrated):
    with migrated.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("DROP TABLE alembic_version"))

    refused = run("upgrade", "--config", config)

    assert refused.exit_code == 1
    assert refused.stderr == "This database has no site in it. `reprisals init` makes one.\n"
