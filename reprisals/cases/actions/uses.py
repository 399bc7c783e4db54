"""What may be done with a case now, by its consent ledger. Every use asks `may_use`, and every page shows its verdicts.

Nobody else imports the rules that decide: a contract of import-linter sees to it.
"""

from collections.abc import Sequence
from uuid import UUID

from reprisals.cases.actions.work import Work
from reprisals.cases.consent.rules.ledger import Answer, LedgerEntry, Scope
from reprisals.cases.consent.rules.uses import (
    Concerned,
    Glance,
    Override,
    Use,
    Verdict,
    may,
    summarise,
    taking_back,
    wider_scopes_given,
)
from reprisals.cases.models.account import ConsentAnswer, PersonConcerned, PersonContent

__all__ = [
    "Glance",
    "Override",
    "Use",
    "Verdict",
    "glance_at",
    "glances_after",
    "hidden_names",
    "ledger_of",
    "may_keep_name",
    "may_use",
    "names_of_persons",
    "stands_against",
    "taken_out_against",
    "taking_back",
    "wider_given",
]


LEGAL_NAMES = frozenset({"legal_name", "other_names"})


def ledger_of(work: Work) -> list[LedgerEntry]:
    """The ledger of a case, checked against its manifest. Raises Tampered."""
    return [
        LedgerEntry(
            person=row.person_id,
            scope=Scope(row.scope),
            answer=Answer(row.answer),
            entities=work.opened.codes(row).get("entities", frozenset()),
            given_on=row.given_on,
            sequence=row.sequence,
        )
        for row in work.opened.load(ConsentAnswer)
    ]


def may_use(
    work: Work,
    use: Use,
    entity: str | None = None,
    override: Override | None = None,
    person_id: UUID | None = None,
) -> Verdict:
    """Whether the case may be used so now: as far as everybody concerned allows, or one person where one is named.

    Raises ValueError for sharing without an entity, and Tampered.
    """
    return may(use, _concerned(work, person_id), entity=entity, override=override)


def glance_at(work: Work, person_id: UUID | None = None) -> Glance:
    """What `may_use` says of each use, with the answers behind it; of one person alone where one is named. Raises Tampered."""
    return summarise(_concerned(work, person_id))


def glances_after(work: Work, more: Sequence[LedgerEntry]) -> dict[UUID, Glance]:
    """What `may_use` would say of each person who gave these answers, once they stand in the ledger. Raises Tampered."""
    then = Concerned.of((), [*ledger_of(work), *more])
    return {person: summarise(then.only(person)) for person in dict.fromkeys(entry.person for entry in more)}


def may_keep_name(work: Work, person_id: UUID) -> bool:
    """Whether the legal name of this person may be kept and shown now."""
    return may_use(work, Use.KEEP_LEGAL_NAME, person_id=person_id).allowed


def hidden_names(work: Work, person_id: UUID) -> frozenset[str]:
    """The fields of this person that may be neither kept nor shown now: their names, without consent to record them."""
    return frozenset() if may_keep_name(work, person_id) else LEGAL_NAMES


def wider_given(work: Work, person_id: UUID, scope: Scope) -> tuple[Scope, ...]:
    """The wider public scopes that the person has given: to be withdrawn or asked about with this one."""
    return wider_scopes_given(person_id, scope, _concerned(work, person_id))


def names_of_persons(work: Work) -> list[str]:
    """The names by which the case may be found now: aliases, and legal names only where they may be kept."""
    names: list[str] = []
    for row, document in work.rows(PersonConcerned):
        names += _names(document, may_keep_name(work, row.id))
    return [name for name in names if name]


def _concerned(work: Work, person_id: UUID | None) -> Concerned:
    """Those whose answers count."""
    known = _answers(work)
    if person_id is not None:
        return known.only(person_id)
    persons = [row.id for row in work.opened.load(PersonConcerned)]
    return known.among(persons, situation=work.content.is_general and not persons)


def taken_out_against(work: Work) -> frozenset[UUID]:
    """Those who were taken out of the case and whose answers still stand against its use. Raises Tampered."""
    return frozenset(_concerned(work, None).gone)


def stands_against(work: Work, person_id: UUID) -> bool:
    """Whether the person said no to anything that would still stand once they are taken out. Raises Tampered."""
    return person_id in _answers(work).gone


def _answers(work: Work) -> Concerned:
    """All who answered, with nobody in the case: summed up once for as long as nothing is added to the ledger."""
    return work.derive(ConsentAnswer, lambda _rows: Concerned.of((), ledger_of(work)))


def _names(document: PersonContent, may_keep: bool) -> list[str]:
    names = [document.alias, document.organization, document.occupation]
    return [*names, document.legal_name, *document.other_names] if may_keep else names
