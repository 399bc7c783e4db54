"""Ledgers of invented persons for the tests of consent."""

from datetime import date
from uuid import UUID

from hypothesis import strategies as st

from reprisals.cases.consent.rules.ledger import Answer, LedgerEntry, Scope

AMIRA = UUID(int=1)
BORIS = UUID(int=2)
DAY = date(2024, 5, 7)

entities = st.frozensets(st.sampled_from(["UNHCR", "UNDP", "UNICEF"]))


@st.composite
def entries(draw: st.DrawFn) -> LedgerEntry:
    scope = draw(st.sampled_from(Scope))
    named = draw(entities) if scope is Scope.SHARE_UN else frozenset()
    person = draw(st.sampled_from([AMIRA, BORIS]))
    return LedgerEntry(person, scope, draw(st.sampled_from(Answer)), named, DAY, draw(st.integers(1, 30)))


ledgers = st.lists(entries(), max_size=12)


def said(scope: Scope, answer: Answer, sequence: int, *named: str, person: UUID = AMIRA) -> LedgerEntry:
    return LedgerEntry(person, scope, answer, frozenset(named), DAY, sequence)
