from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.consent.rules.ledger import Answer, LedgerEntry, Scope
from reprisals.cases.consent.rules.uses import (
    NEEDS,
    Concerned,
    Override,
    Reason,
    Use,
    Verdict,
    may,
    summarise,
    wider_scopes_given,
)
from reprisals.i18n.marking import Coded
from tests.cases.consent.ledgers import AMIRA, BORIS, ledgers, said

EVA = UUID(int=9)
ZOE = UUID(int=10)
LIFE = Override(EVA, ZOE, "He is being driven to the border.", danger_now=True)

uses = st.sampled_from(Use)
persons = st.lists(st.sampled_from([AMIRA, BORIS]), min_size=1, max_size=3)


def agreed(*answers: tuple[Scope, Answer], person: UUID = AMIRA) -> Concerned:
    named = {Scope.SHARE_UN: ("UNHCR",)}
    ledger = (
        said(scope, answer, place, *named.get(scope, ()), person=person)
        for place, (scope, answer) in enumerate(answers)
    )
    return Concerned.of((person,), ledger)


def allowed(use: Use, concerned: Concerned) -> bool:
    return may(use, concerned, entity="UNHCR").allowed


GIVEN_ONE_BY_ONE = {
    Scope.RECORD: {Use.KEEP_LEGAL_NAME},
    Scope.SHARE_UN: {Use.SHARE_ENTITY},
    Scope.RAISE_CONF: {Use.RAISE_ANONYMOUS, Use.RAISE_NAMED},
    Scope.PUBLIC_ANON: {Use.RAISE_ANONYMOUS, Use.REPORT_ANONYMISED},
    Scope.DETAILS: {Use.RAISE_ANONYMOUS, Use.REPORT_ANONYMISED, Use.REPORT_DETAILS},
    Scope.PUBLIC_NAMED: {
        *(Use.RAISE_ANONYMOUS, Use.REPORT_ANONYMISED, Use.REPORT_DETAILS, Use.REPORT_NAMED),
    },
    Scope.CONTACT: {Use.CONTACT_FAMILY},
}


@pytest.mark.parametrize("scope", Scope)
def test_each_scope_given_alone_allows_exactly_its_uses(scope: Scope) -> None:
    concerned = agreed((scope, Answer.GIVEN))

    assert {use for use in Use if allowed(use, concerned)} == GIVEN_ONE_BY_ONE[scope]


@pytest.mark.parametrize("answer", [answer for answer in Answer if answer is not Answer.GIVEN])
@given(use=uses)
def test_no_other_answer_allows_anything(answer: Answer, use: Use) -> None:
    verdict = may(use, agreed(*((scope, answer) for scope in Scope)), entity="UNHCR")

    assert not verdict.allowed
    assert {reason.answer for reason in verdict.reasons} == {answer}


def test_nothing_is_allowed_before_anybody_was_asked() -> None:
    assert not any(allowed(use, agreed()) for use in Use)


@pytest.mark.parametrize("no", [Answer.REFUSED, Answer.WITHDRAWN])
def test_a_wider_consent_does_not_imply_what_was_refused_or_withdrawn(no: Answer) -> None:
    concerned = agreed((Scope.PUBLIC_NAMED, Answer.GIVEN), (Scope.DETAILS, no))

    assert allowed(Use.REPORT_NAMED, concerned)
    assert not allowed(Use.REPORT_DETAILS, concerned)
    assert not allowed(Use.REPORT_ANONYMISED, concerned)


@pytest.mark.parametrize("no", [Answer.REFUSED, Answer.WITHDRAWN])
def test_a_refusal_of_the_anonymised_entry_stands_against_details_given(no: Answer) -> None:
    concerned = agreed((Scope.PUBLIC_ANON, no), (Scope.DETAILS, Answer.GIVEN))

    assert not allowed(Use.REPORT_ANONYMISED, concerned)
    assert allowed(Use.REPORT_DETAILS, concerned)


@pytest.mark.parametrize("open_answer", [Answer.PENDING, Answer.UNSAFE])
def test_what_was_not_answered_is_implied_by_a_wider_consent(open_answer: Answer) -> None:
    concerned = agreed(
        *((Scope.PUBLIC_ANON, open_answer), (Scope.DETAILS, open_answer), (Scope.PUBLIC_NAMED, Answer.GIVEN))
    )

    assert allowed(Use.REPORT_ANONYMISED, concerned)
    assert allowed(Use.REPORT_DETAILS, concerned)


def test_a_narrower_consent_never_implies_a_wider_one() -> None:
    assert not allowed(Use.REPORT_DETAILS, agreed((Scope.PUBLIC_ANON, Answer.GIVEN)))
    assert not allowed(Use.REPORT_NAMED, agreed((Scope.DETAILS, Answer.GIVEN)))


@given(uses, ledgers)
def test_a_case_is_allowed_exactly_what_each_of_its_persons_allows(
    use: Use, ledger: list[LedgerEntry]
) -> None:
    both = may(use, Concerned.of((AMIRA, BORIS), ledger), entity="UNDP")
    each = [may(use, Concerned.of((), ledger).only(person), entity="UNDP") for person in (AMIRA, BORIS)]

    assert both.allowed is all(verdict.allowed for verdict in each)
    assert both.reasons == each[0].reasons + each[1].reasons


@given(uses, ledgers, persons)
def test_a_verdict_has_reasons_exactly_when_it_forbids(
    use: Use, ledger: list[LedgerEntry], who: list[UUID]
) -> None:
    verdict = may(use, Concerned.of(who, ledger), entity="UNDP")

    assert verdict.allowed is not bool(verdict.reasons)
    assert {reason.scope for reason in verdict.reasons} <= set(NEEDS[use])
    assert {reason.person for reason in verdict.reasons} <= {AMIRA, BORIS}


@given(uses, ledgers)
def test_withdrawing_all_that_a_use_needs_blocks_it_at_once(use: Use, ledger: list[LedgerEntry]) -> None:
    withdrawn = [said(scope, Answer.WITHDRAWN, 100) for scope in NEEDS[use]]

    assert not allowed(use, Concerned.of((AMIRA,), (*ledger, *withdrawn)))


def test_consent_to_share_with_one_entity_is_none_for_another() -> None:
    concerned = Concerned.of((AMIRA,), (said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR"),))

    assert may(Use.SHARE_ENTITY, concerned, entity="UNHCR").allowed
    assert not may(Use.SHARE_ENTITY, concerned, entity="UNDP").allowed


def test_sharing_without_saying_with_whom_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="needs an entity"):
        may(Use.SHARE_ENTITY, Concerned.of((), ()))


@pytest.mark.parametrize("answer", Answer)
def test_a_reason_names_person_scope_answer_and_what_would_be_needed(answer: Answer) -> None:
    ledger = (said(Scope.SHARE_UN, answer, 1, "UNDP"),)

    verdict = may(Use.SHARE_ENTITY, Concerned.of((AMIRA,), ledger), entity="UNDP")
    if answer is Answer.GIVEN:
        assert verdict == Verdict(allowed=True)
    else:
        (reason,) = verdict.reasons
        assert (reason.person, reason.scope, reason.answer) == (AMIRA, Scope.SHARE_UN, answer)
        assert reason.text.params["needed"] == (
            Coded("consent_scopes", "SHARE_UN"),
            Coded("entities", "UNDP"),
        )


def test_where_either_of_two_consents_would_do_both_are_named() -> None:
    verdict = may(Use.RAISE_ANONYMOUS, agreed((Scope.RAISE_CONF, Answer.REFUSED)))

    assert [(reason.scope, reason.answer) for reason in verdict.reasons] == [
        (Scope.RAISE_CONF, Answer.REFUSED),
        (Scope.PUBLIC_ANON, Answer.PENDING),
    ]


@given(uses)
def test_a_situation_without_a_person_concerned_needs_nothing(use: Use) -> None:
    assert may(use, Concerned.of((), (), situation=True), entity="UNDP") == Verdict(allowed=True)


@given(uses)
def test_a_case_with_nobody_recorded_is_no_situation_and_allows_nothing(use: Use) -> None:
    verdict = may(use, Concerned.of((), ()), entity="UNDP")

    assert not verdict.allowed
    assert [(reason.person, reason.scope) for reason in verdict.reasons] == [(None, None)]


@given(uses)
def test_a_situation_with_a_person_concerned_needs_their_consent(use: Use) -> None:
    assert not may(use, Concerned.of((AMIRA,), (), situation=True), entity="UNDP").allowed


def test_in_danger_to_life_two_people_can_share_with_a_reason_and_it_shows() -> None:
    concerned = agreed((Scope.SHARE_UN, Answer.REFUSED))

    verdict = may(Use.SHARE_ENTITY, concerned, entity="UNHCR", override=LIFE)
    assert verdict.allowed
    assert verdict.overridden
    assert verdict.reasons == may(Use.SHARE_ENTITY, concerned, entity="UNHCR").reasons


@pytest.mark.parametrize(
    ("override", "text"),
    [
        (Override(EVA, ZOE, "He is being driven away.", danger_now=False), "in danger now"),
        (Override(EVA, EVA, "He is being driven away.", danger_now=True), "Two different people"),
        (Override(EVA, ZOE, " ", danger_now=True), "Say why"),
    ],
)
def test_an_override_needs_danger_two_people_and_a_reason(override: Override, text: str) -> None:
    verdict = may(Use.SHARE_ENTITY, agreed(), entity="UNHCR", override=override)

    assert not verdict.allowed
    assert not verdict.overridden
    assert text in verdict.reasons[-1].text.msgid


@given(uses.filter(lambda use: use is not Use.SHARE_ENTITY), ledgers)
def test_an_override_counts_for_sharing_alone(use: Use, ledger: list[LedgerEntry]) -> None:
    concerned = Concerned.of((AMIRA,), ledger)

    assert may(use, concerned, override=LIFE) == may(use, concerned)


def test_an_override_that_is_not_needed_leaves_no_mark() -> None:
    given_to_unhcr = agreed((Scope.SHARE_UN, Answer.GIVEN))

    assert may(Use.SHARE_ENTITY, given_to_unhcr, entity="UNHCR", override=LIFE) == Verdict(allowed=True)


def test_printing_an_override_does_not_show_its_reason() -> None:
    assert "border" not in repr(LIFE)


def test_the_glance_shows_the_least_answer_of_all_for_each_scope() -> None:
    ledger = (said(Scope.RECORD, Answer.GIVEN, 1), said(Scope.RECORD, Answer.UNSAFE, 2, person=BORIS))

    glance = summarise(Concerned.of((AMIRA, BORIS), ledger))
    assert glance.answers[Scope.RECORD] is Answer.UNSAFE
    assert glance.answers[Scope.CONTACT] is Answer.PENDING
    assert set(glance.answers) == set(Scope)


@given(ledgers, persons)
def test_the_glance_agrees_with_the_decision_for_every_use(
    ledger: list[LedgerEntry], who: list[UUID]
) -> None:
    concerned = Concerned.of(who, ledger)
    glance = summarise(concerned)

    for use in set(Use) - {Use.SHARE_ENTITY}:
        assert glance.verdicts[use] == may(use, concerned)
    for entity in ("UNHCR", "UNDP", "UNICEF"):
        assert (entity in glance.shareable) is may(Use.SHARE_ENTITY, concerned, entity=entity).allowed
    assert glance.verdicts[Use.SHARE_ENTITY].allowed is bool(glance.shareable)
    assert glance.verdicts[Use.SHARE_ENTITY].allowed is not bool(glance.verdicts[Use.SHARE_ENTITY].reasons)


def test_where_people_agreed_to_different_entities_the_glance_says_so() -> None:
    ledger = (
        said(Scope.SHARE_UN, Answer.GIVEN, 1, "UNHCR"),
        said(Scope.SHARE_UN, Answer.GIVEN, 2, "UNDP", person=BORIS),
    )

    verdict = summarise(Concerned.of((AMIRA, BORIS), ledger)).verdicts[Use.SHARE_ENTITY]
    assert verdict.reasons[0].text.msgid.startswith("There is no entity that everybody")


def test_the_glance_at_a_situation_allows_all_and_has_no_answers() -> None:
    glance = summarise(Concerned.of((), (), situation=True))

    assert all(verdict.allowed for verdict in glance.verdicts.values())
    assert glance.answers == {}
    assert not summarise(Concerned.of((), ())).verdicts[Use.SHARE_ENTITY].allowed


def test_whoever_withdraws_a_narrow_consent_is_asked_about_the_wider_ones_still_given() -> None:
    concerned = agreed((Scope.PUBLIC_NAMED, Answer.GIVEN), (Scope.DETAILS, Answer.REFUSED))

    assert wider_scopes_given(AMIRA, Scope.PUBLIC_ANON, concerned) == (Scope.PUBLIC_NAMED,)
    assert wider_scopes_given(AMIRA, Scope.PUBLIC_NAMED, concerned) == ()
    assert wider_scopes_given(AMIRA, Scope.RECORD, concerned) == ()


@given(uses, ledgers)
def test_one_of_many_is_judged_by_the_same_answers_as_alone(use: Use, ledger: list[LedgerEntry]) -> None:
    both = Concerned.of((AMIRA, BORIS), ledger)
    alone = Concerned.of((BORIS,), [entry for entry in ledger if entry.person == BORIS])

    assert may(use, both.only(BORIS), entity="UNDP") == may(use, alone, entity="UNDP")


def test_reasons_can_be_compared_and_put_in_sets() -> None:
    first, again = (may(Use.CONTACT_FAMILY, agreed()).reasons for _time in range(2))

    assert {*first, *again} == set(first)
    assert all(isinstance(reason, Reason) for reason in first)
