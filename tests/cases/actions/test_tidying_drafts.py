"""Drafts that nobody touched are destroyed in passing: a few at a time, and found without walking all cases."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, select, text, update

from reprisals.audit.actions import commit
from reprisals.audit.models import AuditEntry
from reprisals.cases import queries
from reprisals.cases.actions import expiring, parts
from reprisals.cases.actions.work import danger_mark
from reprisals.cases.models.case import Case
from reprisals.cases.rules.outline import Danger
from reprisals.cases.rules.stages import Stage
from reprisals.database.engine import is_postgresql
from reprisals.sealing.boxes import CaseFile
from tests.cases.actions.desk import Desk
from tests.makers import act_as


def test_old_drafts_are_destroyed_a_few_at_a_time_those_first_that_lie_longest(
    desk: Desk, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "MOST_DESTROYED", 2)
    old = []
    for _each in range(3):
        old.append(desk.begin())
        clock.advance(hours=1)
    clock.advance(days=desk.make.site.settings.sessions.draft_days + 1)
    session = act_as(desk.make.session, desk.make.founder)

    assert queries.list_old_drafts(session, clock.now(), 2) == old[:2]
    assert expiring.tidy_drafts(session, desk.make.site.settings) == 2
    commit(session)
    assert queries.list_old_drafts(session, clock.now(), 2) == old[2:]
    assert desk.read(old[2]).case.stage == Stage.DRAFT


def test_old_drafts_are_looked_for_among_the_drafts_alone(desk: Desk, clock: Any) -> None:
    session = act_as(desk.make.session, desk.make.founder)
    asked: list[tuple[str, Any]] = []
    connection = session.connection()

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        asked.append((statement, values))

    event.listen(connection, "before_cursor_execute", note)
    queries.list_old_drafts(session, clock.now(), 20)
    event.remove(connection, "before_cursor_execute", note)
    statement, values = asked[-1]
    if is_postgresql(connection.engine):
        # In a table without rows any way is as good; what is asked is whether the index can serve at all.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        session.execute(text("SET LOCAL enable_hashjoin = off"))
    explain = "EXPLAIN" if is_postgresql(connection.engine) else "EXPLAIN QUERY PLAN"
    plan = connection.exec_driver_sql(f"{explain} {statement}", values).all()

    assert "ix_case_record_draft" in " ".join(str(column) for line in plan for column in line)


LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def call_old_draft(desk: Desk, case_id: UUID) -> None:
    """What somebody who writes the database can do to any case."""
    session = desk.make.session
    session.execute(update(Case).where(Case.id == case_id).values(stage=Stage.DRAFT.value))
    session.execute(update(CaseFile).where(CaseFile.id == case_id).values(touched_at=LONG_AGO))
    session.commit()


def tidied(desk: Desk) -> int:
    session = act_as(desk.make.session, desk.make.founder)
    gone = expiring.tidy_drafts(session, desk.make.site.settings)
    commit(session)
    return gone


def told(desk: Desk, action: str) -> list[UUID | None]:
    return list(desk.make.session.scalars(select(AuditEntry.case_id).where(AuditEntry.action == action)))


def wait_till_old(desk: Desk, clock: Any) -> None:
    clock.advance(days=desk.make.site.settings.sessions.draft_days + 1)


def test_a_case_that_was_sent_is_never_destroyed_as_an_old_draft_and_that_is_said_once(
    desk: Desk, clock: Any
) -> None:
    sent = desk.ready()
    desk.submit(sent)
    wait_till_old(desk, clock)
    call_old_draft(desk, sent)

    assert [tidied(desk), tidied(desk)] == [0, 0]
    assert told(desk, "case.draft-expired") == []
    assert told(desk, "case.expiry-refused") == [sent]
    assert desk.make.session.get(CaseFile, sent) is not None


def test_a_draft_that_was_changed_since_is_not_destroyed_whatever_the_tables_say(desk: Desk) -> None:
    case_id = desk.begin()
    call_old_draft(desk, case_id)

    assert tidied(desk) == 0
    assert told(desk, "case.expiry-refused") == [case_id]


def alter(desk: Desk, wanted: Any, **values: Any) -> None:
    desk.make.session.execute(update(AuditEntry).where(*wanted).values(**values))
    desk.make.session.commit()


@pytest.mark.parametrize(
    "how", ["action", "taken out", "of another case", "moment", "manifest put back", "no entries"]
)
def test_a_log_that_was_altered_to_hide_what_was_sent_destroys_nothing(
    desk: Desk, clock: Any, how: str
) -> None:
    sent = desk.ready()
    desk.submit(sent)
    with desk.work(sent) as work:
        parts.save_danger(work, Danger.UNKNOWN, "", danger_mark(work))
    wait_till_old(desk, clock)
    call_old_draft(desk, sent)
    is_sent = (AuditEntry.case_id == sent, AuditEntry.action == "case.submitted")
    changes = {
        "action": lambda: alter(desk, is_sent, action="case.changed"),
        "taken out": lambda: alter(desk, is_sent, manifest_number=None, action="case.opened"),
        "of another case": lambda: alter(desk, is_sent, case_id=None),
        "moment": lambda: alter(desk, is_sent, action="case.changed", at=LONG_AGO),
        "manifest put back": lambda: alter(
            desk, (AuditEntry.case_id == sent, AuditEntry.manifest_number > 1), case_id=None
        ),
        "no entries": lambda: alter(desk, (AuditEntry.case_id == sent,), case_id=None),
    }
    changes[how]()

    assert [tidied(desk), tidied(desk)] == [0, 0]
    assert told(desk, "case.draft-expired") == []
    assert told(desk, "case.expiry-refused") == [sent]


def test_a_case_that_the_log_knows_otherwise_keeps_no_old_draft_from_going(
    desk: Desk, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "MOST_DESTROYED", 1)
    sent, altered, old = desk.ready(), desk.begin(), desk.begin()
    desk.submit(sent)
    wait_till_old(desk, clock)
    call_old_draft(desk, sent)
    call_old_draft(desk, altered)
    alter(desk, (AuditEntry.case_id == altered, AuditEntry.manifest_number == 1), outcome="refused")

    assert [tidied(desk), tidied(desk)] == [0, 1]
    assert told(desk, "case.draft-expired") == [old]


def test_drafts_with_many_changes_go_a_few_at_a_time(
    desk: Desk, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiring, "MOST_ENTRIES", 2)
    for _each in range(3):
        desk.begin()
    wait_till_old(desk, clock)

    assert [tidied(desk), tidied(desk), tidied(desk)] == [2, 1, 0]


def test_what_says_that_a_case_was_sent_is_one_of_its_numbered_changes(desk: Desk) -> None:
    sent = desk.ready()
    desk.submit(sent)
    wanted = select(AuditEntry).where(AuditEntry.case_id == sent, AuditEntry.action == "case.submitted")

    assert desk.make.session.scalars(wanted).one().manifest_number is not None
