"""What a page of the log asks of the database does not grow with the site."""

from uuid import uuid4

import pytest
from sqlalchemy import event, text

from reprisals.administration.queries import log, naming
from reprisals.administration.queries.log import Filters
from reprisals.audit.models import AuditEntry
from reprisals.database.engine import is_postgresql


@pytest.fixture
def people(make):
    """A team and eight people whose names share a part."""
    team = make.team(entity="UNDP").team
    return team, [make.person(f"Amina {number}") for number in range(8)]


@pytest.fixture
def read(session):
    """How many rows a thing reads of people and teams."""

    def counting(act):
        found = []

        def look(state):
            if state.is_select:
                rows = state.invoke_statement()
                frozen = rows.freeze()
                found.append(len(frozen().all()))
                return frozen()
            return None

        event.listen(session, "do_orm_execute", look)
        try:
            return act(), sum(found)
        finally:
            event.remove(session, "do_orm_execute", look)

    return counting


def test_somebody_by_identifier_or_address_is_looked_up_alone(session, people, read):
    team, [who, *_others] = people

    by_key, rows_by_key = read(lambda: naming.list_somebody(session, str(who.person.id)))
    by_address, rows_by_address = read(lambda: naming.list_somebody(session, f" {who.person.email.upper()} "))
    the_team, rows_of_team = read(lambda: naming.list_somebody(session, str(team.id)))

    assert [one.id for one in by_key] == [one.id for one in by_address] == [who.person.id]
    assert [one.id for one in the_team] == [team.id]
    assert (rows_by_key, rows_by_address, rows_of_team) == (1, 1, 1)
    assert naming.list_somebody(session, str(uuid4())) == []


def test_a_part_of_a_name_finds_at_most_six_by_name_and_a_whole_name_goes_before(session, people, make):
    _team, crowd = people
    whole = make.person("amina")

    assert [one.id for one in naming.list_somebody(session, "AMINA")] == [whole.person.id]
    assert [one.name for one in naming.list_somebody(session, "mina ")] == [f"Amina {n}" for n in range(6)]
    assert [one.id for one in naming.list_somebody(session, "amina 7")] == [crowd[7].person.id]
    assert naming.list_somebody(session, "a\x00mina") == []


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Filters(outcome="refused"), "ix_audit_entry_outcome_seq"),
        (Filters(group="refusals"), "ix_audit_entry_outcome_seq"),
    ],
)
def test_what_was_refused_is_found_along_an_index(session, filters, index):
    statement = log._filtered(filters).order_by(AuditEntry.seq.desc()).limit(51)
    compiled = statement.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN" if is_postgresql(session.get_bind()) else "EXPLAIN QUERY PLAN"
    if is_postgresql(session.get_bind()):
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_sort = off"))
    plan = " ".join(str(row) for row in session.execute(text(f"{explain} {compiled}")))

    assert index in plan
