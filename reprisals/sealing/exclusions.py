"""Who is kept out of a case, whatever they hold: persons, teams and entities, by the names that stand in its manifest.

An entity that is named keeps out all that belongs to it or is hosted by it, however far down; what stands above it is kept
out only by its own name. So whoever is asked about has every name under which they could be kept out: their own, those of
their teams, and those of their entities with all that stand above.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.codes.entities import get_entity, has_entity
from reprisals.sealing.envelope import Refusal
from reprisals.sealing.holders import Certificate, TeamKey


class Excluded(Refusal):
    """Whoever it is about may never be granted this case, nor open it."""


def check_names(names: Iterable[str]) -> frozenset[str]:
    """The names, if each can keep somebody out: `team:...`, `person:...`, or `entity:` and a code of the directory.

    Raises ValueError for any other, which would look like an exclusion and be none.
    """
    found = frozenset(names)
    for name in found:
        kind, _colon, target = name.partition(":")
        if (
            kind not in {"team", "person", "entity"}
            or not target
            or (kind == "entity" and not has_entity(target))
        ):
            raise ValueError("an exclusion names nobody")
    return found


def names_of_team(team: UUID, entity: str) -> frozenset[str]:
    """Every name under which a team of this entity is kept out."""
    return _entity_names([entity]) | {f"team:{team}"}


def names_of_person(person: UUID, teams: Iterable[UUID], entities: Iterable[str]) -> frozenset[str]:
    """Every name under which somebody in these teams and entities is kept out."""
    return _entity_names(entities) | {f"person:{person}", *(f"team:{team}" for team in teams)}


def signed_names_of(
    session: Session, person: UUID, teams: frozenset[UUID], entities: frozenset[str]
) -> frozenset[str]:
    """The same, with every team that a certificate names and the entities that leads signed.

    Those count beside what the tables say, ended certificates, too, so that an exclusion is not had round by changing a team's
    entity there, or by ending or taking away a seat.
    """
    certified = select(Certificate.team_id).where(
        Certificate.subject_id == person, Certificate.team_id.is_not(None)
    )
    all_teams = teams | {team for team in session.scalars(certified) if team is not None}
    signed = select(TeamKey.entity).where(TeamKey.team_id.in_(all_teams)).distinct()
    return names_of_person(person, all_teams, entities | set(session.scalars(signed)))


def _entity_names(codes: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    waiting = list(codes)
    while waiting:
        code = waiting.pop()
        if code not in found:
            found.add(code)
            entity = get_entity(code) if has_entity(code) else None
            waiting += [above for above in (entity.parent, entity.hosted_by) if above] if entity else []
    return frozenset(f"entity:{code}" for code in found)
