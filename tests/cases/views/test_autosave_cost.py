"""What saving by itself costs: one entry in the log, and nothing of the case is opened or written besides."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import event, func, select

from reprisals.audit.models import AuditEntry
from reprisals.cases.models.case import SearchText
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import autosave

OTHER_PARTS = ("person_concerned", "cooperation", "account")


@contextmanager
def statements(focal: Focal) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        asked.append(statement)

    engine = focal.office.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


def entries(focal: Focal) -> int:
    with focal.office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(AuditEntry)) or 0


def search_revision(focal: Focal, case_id: UUID) -> int:
    """How often the search text was written."""
    return int(focal.value(case_id, lambda work: work.opened.load(SearchText)[0].revision))


def case_with(focal: Focal, persons: int) -> UUID:
    case_id = focal.ready()
    for number in range(persons):
        focal.fill(case_id, f"persons/{uuid4()}", ("alias", f"Person {number}"))
    return case_id


def test_saving_by_itself_is_one_entry_that_says_that_the_case_was_opened(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/wish")
    for words in ("to", "to be", "to be safe"):
        before = entries(focal)
        autosave(focal.browser, page, ("wish_words", words))
        assert entries(focal) == before + 1

    kept = focal.entries(case_id=case_id, action="case.kept")
    assert [entry.actor_id for entry in kept] == [focal.member.person.id] * 3
    assert all(entry.manifest_number for entry in kept)


def test_a_page_that_saves_itself_too_late_is_recorded_as_opened_and_kept(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/wish")
    send(focal.browser, page, ("wish_words", "one"), status=302)
    before = entries(focal)
    autosave(focal.browser, page, ("wish_words", "another"), status=409)

    assert entries(focal) == before + 1
    assert len(focal.entries(case_id=case_id, action="case.kept")) == 1


@pytest.mark.parametrize("step", ["wish", "reach", "danger", "check"])
def test_saving_by_itself_asks_for_no_other_part_and_leaves_the_search_text(focal: Focal, step: str) -> None:
    case_id = case_with(focal, 2)
    page, before = focal.browser.get(f"/cases/{case_id}/{step}"), search_revision(focal, case_id)
    with statements(focal) as asked:
        autosave(focal.browser, page)

    rows = [words for words in asked if any(f"FROM {part}" in words for part in OTHER_PARTS)]
    assert rows == []
    assert search_revision(focal, case_id) == before


def test_saving_by_itself_costs_the_same_however_much_the_case_holds(focal: Focal) -> None:
    costs = []
    for persons in (0, 12):
        page = focal.browser.get(f"/cases/{case_with(focal, persons)}/wish")
        autosave(focal.browser, page, ("wish_words", "once"))
        with statements(focal) as asked:
            autosave(focal.browser, page, ("wish_words", "twice"))
        costs.append(len(asked))

    assert costs[0] == costs[1]


def test_the_search_text_is_written_by_the_first_save_and_by_each_step_that_changes_what_it_is_made_of(
    focal: Focal,
) -> None:
    first = focal.browser.get("/cases/new", follow_redirects=True)
    case_id = UUID(dict(first.fields())["case_id"])
    autosave(focal.browser, first, ("danger_words", "a car"))
    assert search_revision(focal, case_id) == 1
    for step, filled, expected in (
        ("danger", ("danger", "YES"), 2),
        ("states", ("states-0", "Kenya"), 2),
        ("wish", ("wish_words", "to be safe"), 3),
        ("wish", ("wish_words", "to be safe"), 3),
    ):
        focal.fill(case_id, step, filled)
        assert search_revision(focal, case_id) == expected, step
