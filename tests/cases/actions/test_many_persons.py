"""A case of many persons: what the ledger costs rises with their number, and not with its square."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

from sqlalchemy import event
from sqlalchemy.orm import Session

from reprisals.cases.actions.consent import find_refusals, find_stopped, keep_answers
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.uses import glance_at, ledger_of
from reprisals.cases.consent.rules import ledger as rules
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import PersonConcerned, PersonContent
from tests.cases.actions.desk import Desk, answer

SCOPES = (Scope.RECORD, Scope.PUBLIC_ANON, Scope.CONTACT)
FEW, MANY = 2, 60


def case_of(desk: Desk, number: int) -> tuple[UUID, list[UUID]]:
    """A draft with so many persons."""
    case_id, persons = desk.begin(), [uuid4() for _ in range(number)]
    with desk.work(case_id) as work:
        for person_id in persons:
            work.opened.add(PersonConcerned(id=person_id, unit="IND"), PersonContent(alias="Blue"))
        work.session.flush()
        finish_work(work, "case.changed", part="person")
    return case_id, persons


@contextmanager
def counted_statements(session: Session) -> Iterator[list[str]]:
    """Every statement that the database is asked in this session."""
    seen: list[str] = []
    bind = session.get_bind()

    def count(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        seen.append(statement)

    event.listen(bind, "before_cursor_execute", count)
    try:
        yield seen
    finally:
        event.remove(bind, "before_cursor_execute", count)


def counting(monkeypatch, owner: object, name: str) -> Callable[[], int]:
    """How often a function is called from now on."""
    calls, real = [], getattr(owner, name)

    def called(*args: object, **kwargs: object) -> object:
        calls.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, called)
    return lambda: len(calls)


def test_answers_of_many_persons_are_checked_and_kept_in_as_many_statements_as_those_of_a_few(desk):
    spent = {}
    for number in (FEW, MANY):
        case_id, persons = case_of(desk, number)
        given = [answer(person, scope, Answer.GIVEN) for person in persons for scope in SCOPES]
        with desk.work(case_id) as work, counted_statements(work.session) as seen:
            assert find_refusals(work, given) == ()
            keep_answers(work, given)
            spent[number] = len(seen)
        assert len(ledger_of(desk.read(case_id))) == number * len(SCOPES)

    assert spent[MANY] <= spent[FEW] + 5, spent


def test_every_entry_is_weighed_once_however_many_persons_are_asked_about(desk, monkeypatch):
    weighed = {}
    for number in (FEW, MANY):
        case_id, persons = case_of(desk, number)
        desk.answered(
            case_id, *(answer(person, scope, Answer.GIVEN) for person in persons for scope in SCOPES)
        )
        work = desk.read(case_id)
        places = counting(monkeypatch, rules, "_place")
        for person in persons:
            assert glance_at(work, person).answers[Scope.RECORD] is Answer.GIVEN
        withdrawn = [answer(person, Scope.RECORD, Answer.WITHDRAWN) for person in persons]
        assert len(find_stopped(work, withdrawn)) == number
        assert find_refusals(work, withdrawn) == ()
        weighed[number] = places() / number
        monkeypatch.undo()

    assert weighed[MANY] <= weighed[FEW] * 1.1, weighed
