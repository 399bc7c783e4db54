"""Names for identifiers in the log, and identifiers for what an auditor types. Nothing sealed is opened for it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.administration.rules.details import Named, Told
from reprisals.audit.models import AuditEntry
from reprisals.cases.models.case import Case
from reprisals.cases.references.rules import parse_reference
from reprisals.codes.folding import fold
from reprisals.identity.models import Person, Team

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

    A whole name goes before a part of one. At most six, by name.
    """
    everybody = _everybody(session)
    exact, text = as_identifier(typed), fold(typed)
    found = [one for one in everybody if one.id == exact or fold(one.typed) == text]
    found = found or [one for one in everybody if fold(one.name) == text]
    found = found or [one for one in everybody if text in fold(one.name) or text in fold(one.typed)]
    return sorted(found, key=lambda one: one.name)[:MOST_FOUND]


def as_identifier(text: str) -> UUID | None:
    """An identifier as it is written, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def _everybody(session: Session) -> list[Somebody]:
    people = session.execute(select(Person.id, Person.name, Person.email))
    teams = session.execute(select(Team.id, Team.name))
    return [
        *(Somebody(key, name, email) for key, name, email in people),
        *(Somebody(key, name, name) for key, name in teams),
    ]
