"""The enumerations of the rules and the code lists are two lists of the same words."""

from enum import StrEnum

import pytest

from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.happenings.rules import Precision
from reprisals.cases.persons.rules import Qualifier, Unit
from reprisals.cases.references.rules import CommunicationKind
from reprisals.cases.rules.clocks import Priority
from reprisals.cases.rules.outline import Danger, RecordType, Verification
from reprisals.cases.rules.stages import Move, Stage
from reprisals.codes.lists import get_list

LISTS: dict[str, type[StrEnum]] = {
    "case_stages": Stage,
    "communication_kinds": CommunicationKind,
    "consent_answers": Answer,
    "consent_scopes": Scope,
    "counting_units": Unit,
    "danger": Danger,
    "date_precisions": Precision,
    "number_qualifiers": Qualifier,
    "priorities": Priority,
    "record_types": RecordType,
    "verification": Verification,
}


@pytest.mark.parametrize("name", LISTS)
def test_each_code_list_has_exactly_the_codes_that_the_rules_know(name: str) -> None:
    assert {code.code for code in get_list(name)} == set(LISTS[name])


def test_every_decision_of_triage_is_a_move() -> None:
    assert {code.code for code in get_list("triage_decisions")} <= set(Move)
