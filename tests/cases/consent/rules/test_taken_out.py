"""Whoever is taken out of a case: a no in their answers still stands, and what they gave allows nothing by itself."""

from itertools import chain, combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.consent.rules.ledger import AGAINST, Answer, LedgerEntry, Scope
from reprisals.cases.consent.rules.uses import KEPT_INSIDE, Concerned, Use, may, summarise
from tests.cases.consent.ledgers import AMIRA, BORIS, ledgers, said

BOTH = (AMIRA, BORIS)
LEFT = tuple(chain.from_iterable(combinations(BOTH, size) for size in range(3)))
LEAVING = [use for use in Use if use not in KEPT_INSIDE]
leaving = st.sampled_from(LEAVING)
no = pytest.mark.parametrize("no", [Answer.REFUSED, Answer.WITHDRAWN, Answer.UNSAFE])


def allowed(use: Use, concerned: Concerned) -> bool:
    return may(use, concerned, entity="UNDP").allowed


@given(leaving, ledgers, st.sampled_from(LEFT), st.booleans())
def test_taking_out_whoever_said_no_to_anything_never_allows_what_was_forbidden(
    use: Use, ledger: list[LedgerEntry], left: tuple[object, ...], situation: bool
) -> None:
    before = Concerned.of(BOTH, ledger)
    said_no = set(Concerned.of((), ledger).gone)
    stay = [person for person in BOTH if person in left or person not in said_no]
    after = Concerned.of(stay, ledger, situation=situation)

    assert allowed(use, before) or not allowed(use, after)


@given(leaving, ledgers, st.sampled_from(LEFT), st.booleans())
def test_no_removal_at_all_allows_what_a_no_stood_against(
    use: Use, ledger: list[LedgerEntry], left: tuple[object, ...], situation: bool
) -> None:
    before = may(use, Concerned.of(BOTH, ledger), entity="UNDP")
    stay = [person for person in BOTH if person in left]
    stood_against = any(reason.answer in AGAINST for reason in before.reasons)

    assert not (stood_against and allowed(use, Concerned.of(stay, ledger, situation=situation)))


@given(leaving, ledgers)
def test_what_those_gave_who_were_taken_out_allows_nothing(use: Use, ledger: list[LedgerEntry]) -> None:
    assert not allowed(use, Concerned.of((), ledger))


@no
@pytest.mark.parametrize("use", LEAVING)
def test_a_no_to_one_use_stands_against_every_use_that_was_not_given(no: Answer, use: Use) -> None:
    refused = [said(Scope.CONTACT, no, 1)]
    given_by_boris = [
        said(scope, Answer.GIVEN, 2, *(["UNDP"] if scope is Scope.SHARE_UN else []), person=BORIS)
        for scope in Scope
    ]

    assert allowed(use, Concerned.of((BORIS,), given_by_boris))
    assert not allowed(use, Concerned.of((BORIS,), [*refused, *given_by_boris]))
    assert not allowed(use, Concerned.of((), refused, situation=True))


@no
def test_a_no_to_one_entity_stands_against_sharing_at_all(no: Answer) -> None:
    ledger = [said(Scope.SHARE_UN, no, 1, "UNHCR"), said(Scope.SHARE_UN, Answer.GIVEN, 2, "UNDP")]

    glance = summarise(Concerned.of((), ledger, situation=True))
    assert glance.shareable == frozenset({"UNDP"})
    assert not glance.verdicts[Use.REPORT_ANONYMISED].allowed


def test_a_later_answer_of_somebody_taken_out_takes_their_no_back() -> None:
    ledger = [said(Scope.PUBLIC_ANON, Answer.REFUSED, 1), said(Scope.PUBLIC_ANON, Answer.GIVEN, 2)]

    assert not allowed(Use.REPORT_ANONYMISED, Concerned.of((), ledger[:1], situation=True))
    assert allowed(Use.REPORT_ANONYMISED, Concerned.of((), ledger, situation=True))


def test_keeping_a_name_is_decided_by_those_alone_who_are_in_the_case() -> None:
    ledger = [said(Scope.RECORD, Answer.REFUSED, 1), said(Scope.RECORD, Answer.GIVEN, 2, person=BORIS)]

    assert may(Use.KEEP_LEGAL_NAME, Concerned.of((BORIS,), ledger)).allowed


def test_a_reason_says_that_it_comes_from_somebody_who_was_taken_out() -> None:
    (reason,) = may(
        Use.CONTACT_FAMILY, Concerned.of((), [said(Scope.CONTACT, Answer.REFUSED, 1)], situation=True)
    ).reasons

    assert reason.text.msgid.startswith("Somebody who was taken out")
    assert (reason.person, reason.answer) == (AMIRA, Answer.REFUSED)
