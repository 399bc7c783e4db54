"""Rows of an opened case are fetched, checked and opened once, and again after they were written."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from reprisals.sealing import envelope, opening
from reprisals.sealing.boxes import Tampered
from tests.rows import Page, PageContent, Scrap


@pytest.fixture
def team(make):
    return make.team()


@pytest.fixture
def case(make, team):
    return make.opened(team.lead, make.case_file(team.lead, team.team, "one", "two"))


@contextmanager
def counting(session) -> Iterator[list[str]]:
    """The statements on the table of pages that are sent inside."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if "FROM test_page" in statement:
            sent.append(statement)

    engine: Engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_rows_are_fetched_once_however_often_they_are_asked_for(session, case):
    with counting(session) as sent:
        titles = [[case.read(row).title for row in case.load(Page)] for _time in range(3)]

    assert titles == [["one", "two"]] * 3
    assert len(sent) == 1


def test_a_list_of_rows_belongs_to_whoever_asked_for_it(case):
    case.load(Page).clear()

    assert len(case.load(Page)) == 2


@pytest.mark.parametrize(
    ("write", "titles"),
    [
        (lambda case: case.add(Page(), PageContent("three")), ["one", "two", "three"]),
        (lambda case: case.change(case.load(Page)[0], PageContent("changed")), ["changed", "two"]),
        (lambda case: case.remove(case.load(Page)[1]), ["one"]),
    ],
)
def test_rows_are_fetched_and_checked_again_after_one_of_them_was_written(session, case, write, titles):
    case.load(Page)
    write(case)
    session.flush()

    with counting(session) as sent:
        assert [case.read(row).title for row in case.load(Page)] == titles
    assert len(sent) == 1


def test_what_was_altered_behind_a_write_is_found_when_the_rows_are_fetched_again(session, case):
    first, _second = case.load(Page)
    case.change(first, PageContent("changed"))
    session.flush()
    session.execute(text("UPDATE test_page SET kind = 'KIL' WHERE revision = 1"))

    with pytest.raises(Tampered, match="not as it was written"):
        case.load(Page)


def test_writing_rows_of_one_kind_leaves_the_others_as_they_were_fetched(session, case):
    case.load(Page)
    case.add(Scrap(), PageContent("a scrap"))
    session.flush()

    with counting(session) as sent:
        case.load(Page)
    assert sent == []


def test_a_document_is_opened_once_for_each_cell_and_version_of_it(case, monkeypatch):
    opened: list[bytes] = []

    def unseal(key: bytes, sealed: bytes, context: bytes) -> bytes:
        opened.append(context)
        return envelope.unseal(key, sealed, context)

    monkeypatch.setattr(opening, "unseal", unseal)
    first, second = case.load(Page)

    assert case.read(first) is case.read(first)
    case.change(first, PageContent("changed"))
    assert [case.read(first).title, case.read(second).title] == ["changed", "two"]
    assert len(opened) == len(set(opened)) == 3


def test_a_document_that_was_opened_does_not_open_in_another_cell(case):
    first, second = case.load(Page)
    case.read(first)
    second.content = first.content

    with pytest.raises(envelope.CannotOpen):
        case.read(second)
