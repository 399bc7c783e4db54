"""The consent ledger: it only grows, a withdrawal counts at once, and every use asks the one function."""

import ast
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

import reprisals
from reprisals import clock as real_clock
from reprisals.cases.actions import drafts, parts, unfinished
from reprisals.cases.actions.consent import (
    AnswersRefused,
    find_overtaken,
    find_stopped,
    is_added,
    keep_answers,
)
from reprisals.cases.actions.uses import glance_at, ledger_of, may_keep_name, may_use
from reprisals.cases.actions.work import Work, danger_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.consent.rules.uses import Override, Use
from reprisals.cases.models.account import (
    ConsentAnswer,
    ConsentContent,
    PersonConcerned,
    WishContent,
)
from reprisals.cases.rules.outline import Danger
from reprisals.i18n.marking import RuleBroken
from tests.cases.actions.desk import ASKED, Desk, account, answer, person

SOURCES = Path(reprisals.__file__).parent
DECIDING = "reprisals.cases.consent.rules.uses"
MAY_DECIDE = {"cases/actions/uses.py"}
MAY_TOUCH_LEDGER = {"cases/actions/consent.py", "cases/actions/uses.py"}


def named(desk: Desk) -> tuple[UUID, UUID]:
    """A case with one person whose legal name may be kept, and is."""
    case_id = desk.ready()
    person_id = desk.add_person(case_id)
    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.GIVEN))
    with desk.work(case_id) as work:
        parts.save_person(
            work, person_id, person(alias="Blue", legal_name="Wanjiru", other_names=("Vandjiru",)), 1
        )
    return case_id, person_id


def ledger(desk: Desk, case_id: UUID) -> list[tuple[int, str, str]]:
    """The answers in their order."""
    return [
        (entry.sequence, entry.scope.value, entry.answer.value) for entry in ledger_of(desk.read(case_id))
    ]


def name_of(desk: Desk, case_id: UUID, person_id: UUID) -> str:
    """The legal name as it stands sealed in the case, shown or not."""
    content = desk.read(case_id).find(PersonConcerned, person_id)[1]
    return str(content.legal_name)


def test_answers_are_added_in_their_order_and_the_latest_counts(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    for said in (Answer.PENDING, Answer.GIVEN, Answer.REFUSED):
        desk.answered(case_id, answer(person_id, Scope.RAISE_CONF, said))

    assert ledger(desk, case_id) == [
        (1, "RAISE_CONF", "PENDING"),
        (2, "RAISE_CONF", "GIVEN"),
        (3, "RAISE_CONF", "REFUSED"),
    ]
    assert glance_at(desk.read(case_id)).answers[Scope.RAISE_CONF] is Answer.REFUSED


def test_of_several_answers_all_are_kept_or_none(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    good = answer(person_id, Scope.CONTACT, Answer.GIVEN)
    bad = replace(good, scope=Scope.RECORD, content=ConsentContent())

    with pytest.raises(RuleBroken, match="Say who gave"), desk.work(case_id) as work:
        keep_answers(work, [good, bad])
    assert ledger(desk, case_id) == []


def test_all_that_is_wrong_with_answers_is_said_at_once(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    wrong = [
        replace(answer(person_id, Scope.RECORD, Answer.GIVEN), content=ConsentContent()),
        answer(person_id, Scope.CONTACT, Answer.WITHDRAWN),
        answer(person_id, Scope.SHARE_UN, Answer.GIVEN),
    ]

    with pytest.raises(AnswersRefused) as refusal:
        desk.answered(case_id, *wrong)
    assert [fault.field for fault in refusal.value.faults] == ["giver", "means", "CONTACT", "entities"]
    assert ledger(desk, case_id) == []


def test_two_withdrawals_with_the_same_wider_use_withdraw_it_once(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    public = (Scope.PUBLIC_ANON, Scope.DETAILS, Scope.PUBLIC_NAMED)
    desk.answered(case_id, *(answer(person_id, scope, Answer.GIVEN) for scope in public))
    desk.answered(case_id, *(answer(person_id, scope, Answer.WITHDRAWN) for scope in public[:2]))

    assert [entry[1] for entry in ledger(desk, case_id)[3:]] == ["PUBLIC_ANON", "DETAILS", "PUBLIC_NAMED"]


def test_what_a_withdrawal_stops_is_known_before_it_is_recorded(desk: Desk) -> None:
    case_id = desk.begin()
    blue, green = desk.add_person(case_id), desk.add_person(case_id, "Green")
    desk.answered(
        case_id,
        answer(blue, Scope.SHARE_UN, Answer.GIVEN, "UNHCR", "UNDP"),
        answer(blue, Scope.PUBLIC_ANON, Answer.GIVEN),
        answer(green, Scope.PUBLIC_ANON, Answer.GIVEN),
    )
    work = desk.read(case_id)
    stopped = find_stopped(
        work,
        [
            answer(blue, Scope.SHARE_UN, Answer.WITHDRAWN, "UNDP"),
            answer(blue, Scope.PUBLIC_ANON, Answer.WITHDRAWN),
            answer(green, Scope.CONTACT, Answer.REFUSED),
        ],
    )

    assert [(one.person_id, one.uses, one.entities) for one in stopped] == [
        (blue, (Use.RAISE_ANONYMOUS, Use.REPORT_ANONYMISED), frozenset({"UNDP"}))
    ]
    assert ledger(desk, case_id)[3:] == []
    assert find_stopped(work, [answer(green, Scope.PUBLIC_ANON, Answer.REFUSED)]) == []


def test_answers_are_kept_only_of_those_who_are_in_the_case(desk: Desk) -> None:
    case_id = desk.begin()

    with pytest.raises(RuleBroken, match="no longer in the case"):
        desk.answered(case_id, answer(uuid4(), Scope.RECORD, Answer.GIVEN))


def test_an_answer_may_be_of_a_day_that_has_begun_somewhere_and_of_no_later_one(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    given, today = answer(person_id, Scope.RECORD, Answer.GIVEN), real_clock.now().date()
    desk.answered(case_id, replace(given, given_on=today + timedelta(days=1)))

    with pytest.raises(RuleBroken, match="has not come yet"):
        desk.answered(case_id, replace(given, given_on=today + timedelta(days=2)))


def test_a_page_from_before_a_withdrawal_cannot_take_it_back_unseen(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    given = answer(person_id, Scope.RAISE_CONF, Answer.GIVEN)
    desk.answered(case_id, given)
    desk.answered(case_id, replace(given, answer=Answer.WITHDRAWN))

    work = desk.read(case_id)
    (fault,) = find_overtaken(work, [given], 1)
    assert (fault.field, fault.persons) == ("RAISE_CONF", frozenset({person_id}))
    assert find_overtaken(work, [given], 2) == ()
    assert find_overtaken(work, [replace(given, scope=Scope.CONTACT)], 1) == ()


def test_an_answer_recorded_late_does_not_outweigh_a_withdrawal_of_a_later_day(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    given = answer(person_id, Scope.RAISE_CONF, Answer.GIVEN)
    desk.answered(case_id, given)
    desk.answered(case_id, replace(given, answer=Answer.WITHDRAWN))

    with pytest.raises(RuleBroken, match="of a later day"):
        desk.answered(case_id, replace(given, given_on=given.given_on - timedelta(days=3)))
    desk.answered(case_id, given)


def test_the_same_answers_in_other_words_are_no_second_click(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    given = answer(person_id, Scope.RAISE_CONF, Answer.GIVEN)
    desk.answered(case_id, given)

    work = desk.read(case_id)
    assert is_added(work, [given], 0)
    assert not is_added(work, [replace(given, content=replace(given.content, text="Other words."))], 0)


def test_what_may_be_done_follows_from_the_least_of_all_answers(desk: Desk) -> None:
    case_id = desk.begin()
    assert not may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed
    with desk.work(case_id) as work:
        parts.say_general(work, is_general=True)
    assert may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed
    first, second = desk.add_person(case_id), desk.add_person(case_id)
    assert not may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed

    desk.answered(case_id, answer(first, Scope.PUBLIC_ANON, Answer.GIVEN))
    assert not may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed
    desk.answered(case_id, answer(second, Scope.PUBLIC_ANON, Answer.GIVEN))
    assert may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed
    desk.answered(case_id, answer(first, Scope.PUBLIC_ANON, Answer.WITHDRAWN))
    assert not may_use(desk.read(case_id), Use.REPORT_ANONYMISED).allowed


def test_sharing_needs_the_entity_that_was_named_or_two_people_in_danger(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    desk.answered(case_id, answer(person_id, Scope.SHARE_UN, Answer.GIVEN, "UNHCR"))
    read = desk.read(case_id)

    assert may_use(read, Use.SHARE_ENTITY, "UNHCR").allowed
    assert not may_use(read, Use.SHARE_ENTITY, "UNDP").allowed
    override = Override(desk.lead.person.id, desk.member.person.id, "They are at the door.", danger_now=True)
    assert may_use(read, Use.SHARE_ENTITY, "UNDP", override).overridden
    assert not may_use(read, Use.SHARE_ENTITY, "UNDP", replace(override, second=override.first)).allowed


def test_a_legal_name_is_kept_only_once_the_person_has_agreed(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)
    for told in (person(legal_name="Wanjiru"), person(other_names=("Vandjiru",))):
        with pytest.raises(RuleBroken) as refusal, desk.work(case_id) as work:
            parts.save_person(work, person_id, told, 1)
        assert refusal.value.field == "legal_name"
    assert name_of(desk, case_id, person_id) == ""


def test_a_withdrawal_hides_the_name_at_once_and_saving_the_page_does_not_destroy_it(desk: Desk) -> None:
    case_id, person_id = named(desk)
    assert may_keep_name(desk.read(case_id), person_id)

    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.WITHDRAWN))
    assert not may_keep_name(desk.read(case_id), person_id)
    with desk.work(case_id) as work:
        parts.save_person(work, person_id, person(alias="Green"), 2)
    assert name_of(desk, case_id, person_id) == "Wanjiru"
    with pytest.raises(RuleBroken), desk.work(case_id) as work:
        parts.save_person(work, person_id, person(alias="Green", legal_name="Wanjiru"), 3)

    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.GIVEN))
    with desk.work(case_id) as work:
        parts.save_person(work, person_id, person(alias="Green"), 3)
    assert name_of(desk, case_id, person_id) == ""


def test_who_withdraws_a_use_in_public_withdraws_the_wider_ones_too(desk: Desk) -> None:
    case_id, person_id = named(desk)
    desk.answered(
        case_id,
        *(answer(person_id, s, Answer.GIVEN) for s in (Scope.PUBLIC_ANON, Scope.DETAILS, Scope.PUBLIC_NAMED)),
    )
    desk.answered(case_id, answer(person_id, Scope.PUBLIC_ANON, Answer.WITHDRAWN))

    read = desk.read(case_id)
    assert not any(
        may_use(read, use).allowed for use in (Use.REPORT_ANONYMISED, Use.REPORT_DETAILS, Use.REPORT_NAMED)
    )


def test_only_what_was_given_can_be_withdrawn(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id)

    with pytest.raises(RuleBroken, match="Only what was given"):
        desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.WITHDRAWN))


def test_answers_of_somebody_who_is_taken_out_of_the_case_stay_in_the_ledger(desk: Desk) -> None:
    case_id, person_id = named(desk)
    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.WITHDRAWN))
    with desk.work(case_id) as work:
        parts.remove_person(work, person_id, 2)

    assert ledger(desk, case_id) == [(1, "RECORD", "GIVEN"), (2, "RECORD", "WITHDRAWN")]
    with desk.work(case_id) as work:
        parts.save_person(work, person_id, person(alias="Blue"), 0)
    assert not may_keep_name(desk.read(case_id), person_id)


def everything(person_id: UUID) -> dict[str, Callable[[Work], object]]:
    """Every action on a part of a case."""
    return {
        "danger": lambda w: parts.save_danger(w, Danger.YES, "x", danger_mark(w)),
        "what": lambda w: parts.save_account(w, account("THR", words="other"), 1),
        "person": lambda w: parts.save_person(w, person_id, person(alias="Red"), 2),
        "wish": lambda w: parts.save_wish(w, WishContent(("PROTECT",)), 0),
        "kept": lambda w: unfinished.keep_unfinished(w, "consent", (("text", "x"),)),
        "answered": lambda w: keep_answers(w, [answer(person_id, Scope.RECORD, Answer.WITHDRAWN)]),
        "nothing": lambda w: keep_answers(w, []),
        "submitted": lambda w: drafts.submit(w, "A title"),
        "removed": lambda w: parts.remove_person(w, person_id, 2),
    }


@pytest.mark.parametrize("name", everything(UUID(int=0)))
def test_nothing_that_is_done_to_a_case_changes_or_removes_an_answer(desk: Desk, name: str) -> None:
    case_id, person_id = named(desk)
    before = [
        (row.id, row.revision, row.content and row.content.raw)
        for row in desk.read(case_id).opened.load(ConsentAnswer)
    ]
    with desk.work(case_id) as work:
        everything(person_id)[name](work)
    after = [
        (row.id, row.revision, row.content and row.content.raw)
        for row in desk.read(case_id).opened.load(ConsentAnswer)
    ]

    assert after[: len(before)] == before
    assert desk.read(case_id).rows(ConsentAnswer)[0][1] == ASKED


def parsed() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the project by its path."""
    for path in sorted(SOURCES.rglob("*.py")):
        yield path.relative_to(SOURCES).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def deciders(tree: ast.Module) -> set[str]:
    """The names of the deciding functions that a module imports; the module itself counts as all of them."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == DECIDING:
            found |= {alias.name for alias in node.names} & {"may", "summarise", "_against"}
        if isinstance(node, ast.ImportFrom) and f"{node.module}.{node.names[0].name}" == DECIDING:
            found.add("module")
        if isinstance(node, ast.Import):
            found |= {"module" for alias in node.names if alias.name == DECIDING}
    return found


def test_nobody_decides_on_a_use_but_through_the_one_function() -> None:
    deciding = {path for path, tree in parsed() if deciders(tree)}

    assert deciding == MAY_DECIDE


def test_no_action_holds_an_answer_but_those_that_add_and_read_it() -> None:
    holding = {
        path
        for path, tree in parsed()
        if "/actions/" in path
        and any(isinstance(node, ast.Name) and node.id == "ConsentAnswer" for node in ast.walk(tree))
    }
    assert holding == MAY_TOUCH_LEDGER

    for path in sorted(holding):
        tree = ast.parse((SOURCES / path).read_text(encoding="utf-8"))
        done = {
            node.func.attr
            for node in ast.walk(tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        }
        assert not done & {"change", "remove", "write", "delete", "execute", "put_one"}, path
