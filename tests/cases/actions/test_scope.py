"""What an action deletes or changes by a statement of its own is always of named cases; and a ledger is summed up once."""

import ast
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select

import reprisals
from reprisals.audit.actions import commit
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.consent import keep_answers
from reprisals.cases.actions.uses import glance_at, may_keep_name, names_of_persons
from reprisals.cases.actions.work import begin_work
from reprisals.cases.consent.rules.ledger import Answer, ConsentState, Scope
from reprisals.cases.models.account import PersonConcerned
from reprisals.sealing.boxes import CaseCode
from tests.cases.actions.desk import Desk, answer, person
from tests.makers import act_as

ACTIONS = Path(reprisals.__file__).parent / "cases" / "actions"
SCOPES = ("case_id ==", "CaseFile.id ==", "case_id.in_(case_ids)", "CaseFile.id.in_(case_ids)")
MANY = 30


def statements() -> list[tuple[str, str]]:
    """Every statement of the actions that deletes or changes, from the delete or update on, by its file."""
    return [
        (path.name, ast.unparse(node))
        for path in sorted(ACTIONS.glob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and {"delete", "update"} & names_in(node)
        and ".execute(" in ast.unparse(node)
    ]


def names_in(node: ast.AST) -> set[str]:
    """The names in a piece of code."""
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def test_every_statement_of_an_action_that_deletes_or_changes_names_the_case() -> None:
    found = statements()

    assert found
    assert [(name, text) for name, text in found if not any(scope in text for scope in SCOPES)] == []


def test_destroying_a_draft_leaves_the_codes_of_other_cases_with_the_same_row_where_they_are(
    desk: Desk,
) -> None:
    one, other = desk.ready(), desk.ready()
    session = desk.make.session
    session.execute(insert(CaseCode).values(case_id=other, row_id=one, list_name="states", code="KEN"))
    drafts.destroy(session, [one])

    assert session.scalars(select(CaseCode.case_id).where(CaseCode.row_id == one)).all() == [other]


def crowded(desk: Desk) -> UUID:
    """A case with many people, each of whom has answered."""
    case_id, people = desk.begin(), [uuid4() for _person in range(MANY)]
    session = act_as(desk.make.session, desk.member)
    work = begin_work(session, desk.member.keyring, desk.member.actor, case_id)
    for person_id in people:
        parts.save_person(work, person_id, person(alias="Blue"), 0)
    commit(session)
    desk.answered(case_id, *(answer(person_id, Scope.RECORD, Answer.GIVEN) for person_id in people))
    return case_id


@pytest.fixture
def summed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries each summing up of a ledger went over."""
    counted: list[int] = []
    real = ConsentState.of.__func__  # type: ignore[attr-defined]

    def of(cls: type[ConsentState], ledger: object) -> ConsentState:
        entries = list(ledger)  # type: ignore[call-overload]
        counted.append(len(entries))
        made: ConsentState = real(cls, entries)
        return made

    monkeypatch.setattr(ConsentState, "of", classmethod(of))
    return counted


def test_a_ledger_is_summed_up_once_however_many_people_are_asked_about(
    desk: Desk, summed: list[int]
) -> None:
    work = desk.read(crowded(desk))
    summed.clear()

    people = [row.id for row in work.opened.load(PersonConcerned)]
    assert [may_keep_name(work, person_id) for person_id in people] == [True] * MANY
    assert all(glance_at(work, person_id).answers[Scope.RECORD] is Answer.GIVEN for person_id in people)
    assert len(names_of_persons(work)) == MANY
    assert glance_at(work).answers[Scope.CONTACT] is Answer.PENDING
    assert summed == [MANY]


def test_an_answer_that_is_added_counts_at_once_in_what_was_summed_up_before(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    with desk.work(case_id) as work:
        assert not may_keep_name(work, person_id)
        keep_answers(work, [answer(person_id, Scope.RECORD, Answer.GIVEN)])
        assert may_keep_name(work, person_id)
        keep_answers(work, [answer(person_id, Scope.RECORD, Answer.WITHDRAWN)])
        assert not may_keep_name(work, person_id)
