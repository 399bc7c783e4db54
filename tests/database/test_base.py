from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import CheckConstraint, UniqueConstraint, select, text
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import StatementError

from reprisals.database.base import Base, Moment
from reprisals.identity.models import Attempt
from tests.stores import import_models

import_models()

EAST = timezone(timedelta(hours=5, minutes=45))
DIALECT = sqlite.dialect()


@given(moment=st.datetimes(timezones=st.sampled_from([UTC, EAST])))
def test_a_moment_goes_in_and_comes_out_in_utc(moment):
    bound = Moment().process_bind_param(moment, DIALECT)

    assert bound is not None
    assert bound == moment
    assert bound.tzinfo is UTC
    for stored in (bound, bound.replace(tzinfo=None), bound.astimezone(EAST)):
        back = Moment().process_result_value(stored, DIALECT)
        assert back == bound
        assert back is not None
        assert back.tzinfo is UTC


def test_no_moment_stays_no_moment():
    assert Moment().process_bind_param(None, DIALECT) is None
    assert Moment().process_result_value(None, DIALECT) is None


def test_a_moment_without_a_time_zone_is_refused(session):
    at = datetime(2026, 3, 2)  # noqa: DTZ001 - the very thing that is refused
    session.add(Attempt(subject=b"a", failures=1, last_at=at, next_at=at))

    with pytest.raises(StatementError, match="time zone"):
        session.flush()


def test_a_moment_is_kept_to_the_microsecond_in_both_databases(session):
    at = datetime(2026, 3, 2, 9, 8, 7, 654321, tzinfo=EAST)
    session.add(Attempt(subject=b"a", failures=1, last_at=at, next_at=at))
    session.flush()
    session.expire_all()

    [stored] = session.scalars(select(Attempt))
    assert stored.last_at == at
    assert stored.last_at.isoformat(timespec="microseconds") == "2026-03-02T03:23:07.654321+00:00"


def test_every_constraint_has_a_name_so_that_a_migration_can_change_it():
    for table in Base.metadata.tables.values():
        for constraint in table.constraints:
            assert constraint.name, f"{table.name}: {constraint}"
            if isinstance(constraint, CheckConstraint | UniqueConstraint):
                assert str(constraint.name).startswith(("ck_", "uq_")), constraint.name
        assert all(index.name for index in table.indexes)


def test_keys_are_made_in_python_so_that_a_seal_can_name_its_row_before_it_is_stored():
    for table in Base.metadata.tables.values():
        for column in table.primary_key:
            assert column.server_default is None, f"{table.name}.{column.name}"
            assert column is not table.autoincrement_column or str(column.type) != "INTEGER", table.name


def test_references_are_enforced(session):
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        session.execute(
            text("INSERT INTO team_state (team_id, iso3) VALUES ('00000000000000000000000000000001', 'AFG')")
        )
