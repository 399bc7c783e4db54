from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.consent.rules.ledger import (
    FROM_LEAST,
    Answer,
    ConsentState,
    LedgerEntry,
    NewAnswer,
    Scope,
    find_faults,
    find_replaced,
    least,
)
from reprisals.i18n.marking import Coded
from tests.cases.consent.ledgers import AMIRA, BORIS, DAY, entities, ledgers, said


def asked(scope: Scope = Scope.RECORD, answer: Answer = Answer.GIVEN, *named: str) -> NewAnswer:
    return NewAnswer(AMIRA, scope, answer, frozenset(named), DAY, giver="SELF", means="By telephone")


def sharing(*ledger: LedgerEntry) -> dict[str, Answer]:
    state = ConsentState.of(ledger).sharing_of(AMIRA)
    return {entity: state.answer(entity) for entity in ("UNHCR", "UNDP")}


def test_what_was_never_asked_is_pending() -> None:
    assert {ConsentState.of([]).answer(AMIRA, scope) for scope in Scope} == {Answer.PENDING}


def test_the_latest_answer_counts_by_sequence_not_by_its_place_in_the_list() -> None:
    given_first = said(Scope.RECORD, Answer.GIVEN, 1)
    withdrawn = said(Scope.RECORD, Answer.WITHDRAWN, 2)

    for ledger in ([given_first, withdrawn], [withdrawn, given_first]):
        assert ConsentState.of(ledger).answer(AMIRA, Scope.RECORD) is Answer.WITHDRAWN


@given(ledgers, st.randoms())
def test_the_order_in_which_entries_are_read_makes_no_difference(
    ledger: list[LedgerEntry], dice: object
) -> None:
    shuffled = list(ledger)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]

    unique = {entry.sequence for entry in ledger}
    if len(unique) == len(ledger):
        assert ConsentState.of(shuffled) == ConsentState.of(ledger)


def test_of_two_entries_with_the_same_sequence_the_one_that_allows_less_counts() -> None:
    pair = [said(Scope.CONTACT, Answer.REFUSED, 1), said(Scope.CONTACT, Answer.GIVEN, 1)]

    assert ConsentState.of(pair).answer(AMIRA, Scope.CONTACT) is Answer.REFUSED
    assert ConsentState.of(pair[::-1]).answer(AMIRA, Scope.CONTACT) is Answer.REFUSED


def test_the_answer_of_one_person_or_scope_says_nothing_of_another() -> None:
    state = ConsentState.of([said(Scope.RECORD, Answer.GIVEN, 1)])

    assert state.answer(BORIS, Scope.RECORD) is Answer.PENDING
    assert state.answer(AMIRA, Scope.CONTACT) is Answer.PENDING


def test_giving_for_one_entity_and_refusing_another_leaves_both_as_said() -> None:
    found = sharing(
        said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR"), said(Scope.SHARE_UN, Answer.REFUSED, 2, "UNDP")
    )

    assert found == {"UNHCR": Answer.GIVEN, "UNDP": Answer.REFUSED}


@pytest.mark.parametrize("answer", [Answer.REFUSED, Answer.WITHDRAWN, Answer.UNSAFE, Answer.PENDING])
def test_an_answer_on_sharing_that_names_no_entity_covers_all(answer: Answer) -> None:
    found = sharing(said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR"), said(Scope.SHARE_UN, answer, 2))

    assert found == {"UNHCR": answer, "UNDP": answer}


def test_after_a_refusal_for_all_an_entity_can_be_named_again() -> None:
    found = sharing(said(Scope.SHARE_UN, Answer.REFUSED, 1), said(Scope.SHARE_UN, Answer.GIVEN, 2, "UNDP"))

    assert found == {"UNHCR": Answer.REFUSED, "UNDP": Answer.GIVEN}


def test_consent_to_share_that_names_nobody_gives_nothing() -> None:
    assert set(sharing(said(Scope.SHARE_UN, Answer.GIVEN, 1)).values()) == {Answer.PENDING}


def test_sharing_as_a_whole_is_given_if_it_is_for_any_entity_else_the_least_answer() -> None:
    given_one = [
        said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR"),
        said(Scope.SHARE_UN, Answer.REFUSED, 2, "UNDP"),
    ]
    withdrawn = [*given_one, said(Scope.SHARE_UN, Answer.WITHDRAWN, 3, "UNHCR")]

    assert ConsentState.of(given_one).answer(AMIRA, Scope.SHARE_UN) is Answer.GIVEN
    assert ConsentState.of(withdrawn).answer(AMIRA, Scope.SHARE_UN) is Answer.WITHDRAWN


@given(ledgers, entities)
def test_a_withdrawal_blocks_from_then_on_whatever_came_before(
    ledger: list[LedgerEntry], named: frozenset[str]
) -> None:
    state = ConsentState.of([*ledger, said(Scope.SHARE_UN, Answer.WITHDRAWN, 99, *named)])

    assert state.sharing_of(AMIRA).given & named == frozenset()
    if not named:
        assert state.sharing_of(AMIRA).given == frozenset()


@given(st.lists(st.sampled_from(Answer), min_size=1))
def test_the_least_of_answers_is_given_only_if_all_are(answers: list[Answer]) -> None:
    assert (least(answers) is Answer.GIVEN) is all(answer is Answer.GIVEN for answer in answers)
    assert set(FROM_LEAST) == set(Answer)


def test_a_full_answer_can_be_added() -> None:
    ledger = [said(Scope.RECORD, Answer.GIVEN, 1), said(Scope.SHARE_UN, Answer.GIVEN, 2, "UNHCR", "UNDP")]

    new = [asked(), asked(Scope.SHARE_UN, Answer.GIVEN, "UNHCR"), asked(Scope.SHARE_UN, Answer.REFUSED)]
    withdrawals = [
        asked(Scope.RECORD, Answer.WITHDRAWN),
        asked(Scope.SHARE_UN, Answer.WITHDRAWN),
        asked(Scope.SHARE_UN, Answer.WITHDRAWN, "UNDP"),
    ]

    assert find_faults(new, [], DAY) == ()
    assert find_faults(withdrawals, ledger, DAY) == ()


@pytest.mark.parametrize("answer", [Answer.PENDING, Answer.UNSAFE])
def test_what_nobody_answered_has_no_giver_and_no_means(answer: Answer) -> None:
    assert find_faults([replace(asked(answer=answer), giver="", means="")], [], DAY) == ()


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (asked(Scope.SHARE_UN, Answer.GIVEN), "entities"),
        (asked(Scope.CONTACT, Answer.GIVEN, "UNHCR"), "entities"),
        (asked(Scope.RECORD, Answer.WITHDRAWN), "RECORD"),
        (asked(Scope.SHARE_UN, Answer.WITHDRAWN), "SHARE_UN"),
        (asked(Scope.SHARE_UN, Answer.WITHDRAWN, "UNHCR"), "entities"),
        (replace(asked(), giver=" "), "giver"),
        (replace(asked(answer=Answer.REFUSED), means="\n"), "means"),
        (replace(asked(), given_on=None), "given_on"),
        (replace(asked(), given_on=DAY + timedelta(days=1)), "given_on"),
        (replace(asked(), given_on=date.max), "given_on"),
        (replace(asked(), given_on=date.min), "given_on"),
    ],
)
def test_an_answer_that_lacks_something_is_refused_at_its_field(new: NewAnswer, field: str) -> None:
    (fault,) = find_faults([new], [], DAY)

    assert fault.field == field
    assert fault.persons == {AMIRA}
    assert fault.text.params["scopes"] == (Coded("consent_scopes", new.scope),)


def test_everything_that_is_wrong_is_said_at_once_and_each_thing_once_for_all_scopes_and_persons() -> None:
    nameless = replace(asked(), giver="", means="")
    new = [
        replace(nameless, person=person, scope=scope)
        for person in (AMIRA, BORIS)
        for scope in (Scope.RECORD, Scope.CONTACT)
    ]
    withdrawn = replace(asked(Scope.DETAILS, Answer.WITHDRAWN), person=BORIS)
    faults = find_faults([*new, withdrawn], [], DAY)

    assert [(fault.field, set(fault.persons)) for fault in faults] == [
        ("giver", {AMIRA, BORIS}),
        ("means", {AMIRA, BORIS}),
        ("DETAILS", {BORIS}),
    ]
    both = tuple(Coded("consent_scopes", scope) for scope in (Scope.RECORD, Scope.CONTACT))
    assert [fault.text.params["scopes"] for fault in faults[:2]] == [both, both]


def test_sharing_is_withdrawn_only_from_the_entities_it_was_given_for() -> None:
    ledger = [said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR")]

    (fault,) = find_faults([asked(Scope.SHARE_UN, Answer.WITHDRAWN, "UNHCR", "UNDP")], ledger, DAY)

    assert fault.text.params["entities"] == (Coded("entities", "UNDP"),)


def test_what_was_withdrawn_cannot_be_withdrawn_again_but_given_again() -> None:
    ledger = [said(Scope.RECORD, Answer.GIVEN, 1), said(Scope.RECORD, Answer.WITHDRAWN, 2)]

    assert find_faults([asked()], ledger, DAY) == ()
    (fault,) = find_faults([asked(answer=Answer.WITHDRAWN)], ledger, DAY)
    assert fault.text.msgid.startswith("Only what was given")


def test_consent_that_is_recorded_late_does_not_outweigh_a_refusal_of_a_later_day() -> None:
    ledger = [said(Scope.RECORD, Answer.REFUSED, 1)]
    earlier = DAY - timedelta(days=1)

    assert find_faults([asked()], ledger, DAY) == ()
    (fault,) = find_faults([replace(asked(), given_on=earlier)], ledger, DAY)
    assert (fault.field, fault.text.params["day"]) == ("given_on", DAY)
    assert find_faults([replace(asked(answer=Answer.REFUSED), given_on=earlier)], ledger, DAY) == ()


def test_each_answer_is_replaced_by_the_next_of_the_same_person_on_the_same_scope() -> None:
    ledger = [
        said(Scope.RECORD, Answer.PENDING, 1),
        said(Scope.CONTACT, Answer.GIVEN, 2),
        said(Scope.RECORD, Answer.GIVEN, 3),
        said(Scope.RECORD, Answer.REFUSED, 4, person=BORIS),
        said(Scope.RECORD, Answer.WITHDRAWN, 5),
    ]

    assert find_replaced(reversed(ledger)) == {1: 3, 3: 5}


def test_an_answer_on_sharing_is_replaced_once_all_its_entities_were_answered_anew() -> None:
    ledger = [
        said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR", "UNDP"),
        said(Scope.SHARE_UN, Answer.WITHDRAWN, 2, "UNHCR"),
    ]

    assert find_replaced(ledger) == {}
    assert find_replaced([*ledger, said(Scope.SHARE_UN, Answer.REFUSED, 3, "UNDP")]) == {1: 3}
    assert find_replaced([*ledger, said(Scope.SHARE_UN, Answer.REFUSED, 3)]) == {1: 3, 2: 3}


@given(ledgers)
def test_what_was_replaced_can_be_left_out_without_any_change(ledger: list[LedgerEntry]) -> None:
    numbered = [replace(entry, sequence=place) for place, entry in enumerate(ledger, start=1)]
    replaced = find_replaced(numbered)
    left = [entry for entry in numbered if entry.sequence not in replaced]
    now, then = ConsentState.of(numbered), ConsentState.of(left)

    for person in (AMIRA, BORIS):
        assert [now.answer(person, scope) for scope in Scope] == [
            then.answer(person, scope) for scope in Scope
        ]
        for entity in ("UNHCR", "UNDP", "UNICEF"):
            assert now.sharing_of(person).answer(entity) == then.sharing_of(person).answer(entity)
