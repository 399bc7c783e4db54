"""What may be done with a case now, by its consent ledger. Every use asks `may_use`, and nothing goes round it."""

from uuid import UUID

from reprisals.cases.actions.work import Work
from reprisals.cases.consent.rules.ledger import Answer, LedgerEntry, Scope
from reprisals.cases.consent.rules.uses import Concerned, Glance, Override, Use, Verdict, may, summarise
from reprisals.cases.models.account import ConsentAnswer, PersonConcerned, PersonContent
from reprisals.cases.rules.outline import RecordType


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


def concerned_of(work: Work) -> Concerned:
    """The persons concerned with their ledger."""
    persons = tuple(row.id for row in work.opened.load(PersonConcerned))
    is_situation = work.case.record_type == RecordType.SITUATION and not persons
    return Concerned(persons, tuple(ledger_of(work)), situation=is_situation)


def may_use(work: Work, use: Use, entity: str | None = None, override: Override | None = None) -> Verdict:
    """Whether the case may be used so now."""
    return may(use, concerned_of(work), entity=entity, override=override)


def glance_at(work: Work) -> Glance:
    """What may be done with the case, in one look."""
    return summarise(concerned_of(work))


def may_keep_name(work: Work, person_id: UUID) -> bool:
    """Whether the legal name of this person may be kept and shown now."""
    one = Concerned((person_id,), tuple(ledger_of(work)))
    return may(Use.KEEP_LEGAL_NAME, one).allowed


def names_of_persons(work: Work) -> list[str]:
    """The names by which the case may be found now: aliases, and legal names only where they may be kept."""
    names: list[str] = []
    ledger = tuple(ledger_of(work))
    for row, document in work.rows(PersonConcerned):
        may_keep = may(Use.KEEP_LEGAL_NAME, Concerned((row.id,), ledger)).allowed
        names += _names(document, may_keep)
    return [name for name in names if name]


def _names(document: PersonContent, may_keep: bool) -> list[str]:
    names = [document.alias, document.organization, document.occupation]
    return [*names, document.legal_name, *document.other_names] if may_keep else names
