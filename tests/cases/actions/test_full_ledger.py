"""A ledger only grows, so nothing goes in twice, and one ledger cannot hold up the site: what is added costs what it is."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from reprisals.audit.models import AuditEntry
from reprisals.cases.actions import consent
from reprisals.cases.actions.consent import AnswersRefused, find_new
from reprisals.cases.actions.unfinished import keep_unfinished
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import ConsentAnswer
from tests.cases.actions.desk import Desk, answer

FEW = 3


def number_of(desk: Desk, case_id: UUID) -> int:
    return len(desk.read(case_id).opened.load(ConsentAnswer))


def test_an_answer_that_stands_word_for_word_is_not_added_again(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    refused = answer(one, Scope.RAISE_CONF, Answer.REFUSED)
    shared = answer(one, Scope.SHARE_UN, Answer.GIVEN, "UNHCR")
    desk.answered(case_id, refused, shared)
    desk.answered(case_id, refused, shared)
    desk.answered(case_id, replace(refused, content=replace(refused.content, language="ar")))

    assert number_of(desk, case_id) == 2


@pytest.mark.parametrize("what", ["answer", "day", "giver", "means", "text", "entities", "who asked"])
def test_an_answer_that_differs_in_anything_is_added(desk: Desk, what: str) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    shared = answer(one, Scope.SHARE_UN, Answer.GIVEN, "UNHCR")
    desk.answered(case_id, shared)
    words = {"giver": {"giver": "LAWYER"}, "means": {"means": "LETTER"}, "text": {"text": "Other words."}}
    words["who asked"] = {"obtained_by": "somebody else"}
    others = {
        "answer": replace(shared, answer=Answer.WITHDRAWN),
        "day": replace(shared, given_on=shared.given_on + timedelta(days=1)),
        "entities": replace(shared, entities=frozenset({"UNDP"})),
    }
    other = others.get(what) or replace(shared, content=replace(shared.content, **words[what]))
    desk.answered(case_id, other)

    assert number_of(desk, case_id) == 2


def test_an_answer_that_was_overtaken_by_another_is_added_again(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    given = answer(one, Scope.RAISE_CONF, Answer.GIVEN)
    desk.answered(case_id, given)
    desk.answered(case_id, replace(given, answer=Answer.WITHDRAWN))
    desk.answered(case_id, given)

    assert number_of(desk, case_id) == 3


def test_of_several_answers_only_what_is_new_is_added_and_recorded(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    old, new = answer(one, Scope.RECORD, Answer.GIVEN), answer(one, Scope.CONTACT, Answer.REFUSED)
    desk.answered(case_id, old)
    desk.answered(case_id, old, new)

    last = desk.make.session.query(AuditEntry).order_by(AuditEntry.seq.desc()).first()
    assert last is not None
    assert last.details["answers"] == ["CONTACT=REFUSED"]
    assert number_of(desk, case_id) == 2


def test_where_nothing_is_new_no_answer_is_recorded_but_what_was_begun_there_goes(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    old = answer(one, Scope.RECORD, Answer.GIVEN)
    desk.answered(case_id, old)
    with desk.work(case_id) as work:
        keep_unfinished(work, "consent", (("RECORD", "GIVEN"),))
    desk.answered(case_id, old)

    actions = [entry.action for entry in desk.make.session.query(AuditEntry).order_by(AuditEntry.seq)]
    assert actions.count("consent.answered") == 1
    assert actions[-1] == "case.changed"


def test_a_withdrawal_that_stands_still_takes_back_a_wider_use_that_was_given_since(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    taken_back = answer(one, Scope.PUBLIC_ANON, Answer.WITHDRAWN)
    desk.answered(case_id, answer(one, Scope.PUBLIC_ANON, Answer.GIVEN))
    desk.answered(case_id, taken_back)
    desk.answered(case_id, answer(one, Scope.PUBLIC_NAMED, Answer.GIVEN))
    with desk.work(case_id) as work:
        new = find_new(work, consent.with_wider(work, [taken_back]))

    assert [(each.scope, each.answer) for each in new] == [(Scope.PUBLIC_NAMED, Answer.WITHDRAWN)]


@pytest.fixture
def full(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, UUID]:
    """A case with a person, and no room for another answer."""
    monkeypatch.setattr(consent, "MOST_ANSWERS", FEW)
    case_id = desk.begin()
    one = desk.add_person(case_id)
    desk.answered(
        case_id,
        answer(one, Scope.RAISE_CONF, Answer.GIVEN),
        answer(one, Scope.SHARE_UN, Answer.GIVEN, "UNHCR"),
        answer(one, Scope.CONTACT, Answer.REFUSED),
    )
    return case_id, one


@pytest.mark.parametrize(
    "further",
    [
        (Scope.RECORD, Answer.GIVEN, ()),
        (Scope.RECORD, Answer.REFUSED, ()),
        (Scope.SHARE_UN, Answer.REFUSED, ("UNDP",)),
        (Scope.SHARE_UN, Answer.GIVEN, ("UNDP",)),
    ],
)
def test_a_full_ledger_says_so(
    desk: Desk, full: tuple[UUID, UUID], further: tuple[Scope, Answer, tuple[str, ...]]
) -> None:
    case_id, one = full
    scope, said, entities = further
    with pytest.raises(AnswersRefused, match="at most") as refusal:
        desk.answered(case_id, answer(one, scope, said, *entities))

    assert refusal.value.faults[0].field == "persons"
    assert number_of(desk, case_id) == FEW


def test_a_full_ledger_still_takes_back_what_is_given_and_only_once(
    desk: Desk, full: tuple[UUID, UUID]
) -> None:
    case_id, one = full
    desk.answered(
        case_id,
        answer(one, Scope.RAISE_CONF, Answer.WITHDRAWN),
        answer(one, Scope.SHARE_UN, Answer.REFUSED, "UNHCR"),
    )
    with pytest.raises(AnswersRefused):
        desk.answered(case_id, answer(one, Scope.RAISE_CONF, Answer.REFUSED))

    assert number_of(desk, case_id) == FEW + 2


def test_the_map_of_a_table_is_copied_once_however_many_rows_are_written(desk: Desk) -> None:
    case_id = desk.begin()
    one = desk.add_person(case_id)
    with desk.work(case_id) as work:
        marks, maps = [work.opened.written(ConsentAnswer)], []
        for scope in (Scope.RECORD, Scope.CONTACT, Scope.DETAILS):
            consent.keep_answers(work, [answer(one, scope, Answer.REFUSED)])
            marks.append(work.opened.written(ConsentAnswer))
            maps.append(work.opened.manifest.rows[ConsentAnswer.__tablename__])

    assert len({id(each) for each in maps}) == 1
    assert len({id(each) for each in marks}) == len(marks)
