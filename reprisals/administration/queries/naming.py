"""Names for identifiers in the log, and identifiers for what an auditor types. Nothing sealed is opened for it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from reprisals.administration.rules.details import Named, Told
from reprisals.audit.models import AuditEntry
from reprisals.cases.models.case import Case
from reprisals.cases.references.rules import parse_reference
from reprisals.codes.folding import fold
from reprisals.identity.models import Person, Team
from reprisals.identity.rules import normal_email

MOST_FOUND = 6


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person or a team: identifier, name, and what is typed to mean exactly them."""

    id: UUID
    name: str
    typed: str


def names_in(session: Session, entries: Iterable[AuditEntry], told: Iterable[Told] = ()) -> dict[str, str]:
    """Names of the people and teams, and references of the cases, that entries and details speak of, by identifier."""
    known = {
        str(found) for entry in entries for found in (entry.actor_id, entry.subject, entry.case_id) if found
    }
    known |= {item.id for item in told if isinstance(item, Named)}
    ids = [found for text in known if (found := as_identifier(text))]
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    teams = session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)))
    cases = session.execute(select(Case.id, Case.reference).where(Case.id.in_(ids)))
    return {str(key): name for key, name in [*people, *teams, *cases]}


def find_case_id(session: Session, typed: str) -> UUID | None:
    """The case of a reference as people say it, or of an identifier, which may be that of a case that is gone.

    None where no case has the reference. Raises RuleBroken for what is no reference.
    """
    known = as_identifier(typed)
    if known is not None:
        return known
    wanted = select(Case.id).where(Case.reference == parse_reference(typed, "case"))
    return session.scalars(wanted).first()


def list_somebody(session: Session, typed: str) -> list[Somebody]:
    """The people and teams that a text means: exactly one by identifier or address, else whoever's name has it.

    A whole name goes before a part of one. At most six, by name. Only a text that is neither identifier nor address is looked
    for in all names, which are folded one by one and not kept.
    """
    exact = as_identifier(typed)
    if exact is not None:
        found = _somebody(session, Person.id == exact, Team.id == exact)
    else:
        found = (
            _somebody(session, Person.email == normal_email(typed), None) if typed.isprintable() else iter(())
        )
    return list(found) or ([] if exact else _fitting(session, fold(typed)))


def as_identifier(text: str) -> UUID | None:
    """An identifier as it is written, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _somebody(
    session: Session, people: ColumnElement[bool] | None, teams: ColumnElement[bool] | None
) -> Iterator[Somebody]:
    """Those of whom this holds; None for nobody of this kind."""
    if people is not None:
        for key, name, email in session.execute(select(Person.id, Person.name, Person.email).where(people)):
            yield Somebody(key, name, email)
    if teams is not None:
        for key, name in session.execute(select(Team.id, Team.name).where(teams)):
            yield Somebody(key, name, name)


def _fitting(session: Session, text: str) -> list[Somebody]:
    whole: list[Somebody] = []
    parts: list[Somebody] = []
    for one in _somebody(session, true(), true()):
        name, address = fold(one.name), fold(one.typed)
        if text in (name, address):
            whole.append(one)
        elif text in name or text in address:
            parts = sorted([*parts, one], key=_by_name)[:MOST_FOUND]
    return sorted(whole, key=_by_name)[:MOST_FOUND] or parts


def _by_name(one: Somebody) -> str:
    return one.name
