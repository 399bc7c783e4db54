"""Drafts that nobody touched are destroyed in passing: a few at a time, and found without walking all cases."""

from typing import Any

import pytest
from sqlalchemy import event, text

from reprisals.audit.actions import commit
from reprisals.cases import queries
from reprisals.cases.actions import drafts
from reprisals.cases.rules.stages import Stage
from reprisals.database.engine import is_postgresql
from tests.cases.actions.desk import Desk
from tests.makers import act_as


def test_old_drafts_are_destroyed_a_few_at_a_time_those_first_that_lie_longest(
    desk: Desk, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_DESTROYED", 2)
    old = []
    for _each in range(3):
        old.append(desk.begin())
        clock.advance(hours=1)
    clock.advance(days=desk.make.site.settings.sessions.draft_days + 1)
    session = act_as(desk.make.session, desk.make.founder)

    assert queries.list_old_drafts(session, clock.now(), 2) == old[:2]
    assert drafts.tidy_drafts(session, desk.make.site.settings) == 2
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
