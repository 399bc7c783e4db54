"""Who acts. A seat in a table is believed only where a certificate that leads to the site root says the same."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.access import Actor, Role
from reprisals.audit.actions import record_refusal, recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team
from reprisals.identity.rules import SITE_ROLES
from reprisals.sealing.holders import Standing, TeamKey, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.trust import NotTrusted, Place, PublicKeys, Trust, current_key

REFUSED = "role.refused"
_TEAM_ROLES = {
    (TeamKind.FOCAL, "MEMBER"): Role.FOCAL_MEMBER,
    (TeamKind.FOCAL, "LEAD"): Role.FOCAL_LEAD,
    (TeamKind.CENTRAL, "MEMBER"): Role.CENTRAL_MEMBER,
    (TeamKind.CENTRAL, "LEAD"): Role.CENTRAL_LEAD,
    (TeamKind.ALTERNATE, "MEMBER"): Role.ALTERNATE_MEMBER,
    (TeamKind.ALTERNATE, "LEAD"): Role.ALTERNATE_LEAD,
    (TeamKind.DRAFTING, "MEMBER"): Role.DRAFTING_MEMBER,
    (TeamKind.DRAFTING, "LEAD"): Role.DRAFTING_LEAD,
}
_STANDINGS = {"MEMBER": Standing.MEMBER, "LEAD": Standing.LEAD}
_CENTRAL = frozenset({Role.CENTRAL_MEMBER, Role.CENTRAL_LEAD})
_ALTERNATE = frozenset({Role.ALTERNATE_MEMBER, Role.ALTERNATE_LEAD})


@dataclass(frozen=True)
class Standings:
    """Who acts, and the rows that were not believed: each as an entry of the log names it.

    `has_current_keys`: whether the keys that were opened are those that the person made last.
    """

    actor: Actor
    refused: list[dict[str, str]] = field(default_factory=list)
    has_current_keys: bool = True


def find_actor(session: Session, keyring: Keyring) -> Actor:
    """Who acts, with the teams and roles that a certificate gives to the keys that were opened."""
    return find_standings(session, keyring).actor


def find_standings(session: Session, keyring: Keyring) -> Standings:
    """Who acts, and what was not believed. Nobody but an admitted person has any team or role.

    A row counts where a certificate over the keys in use and no others, not ended, for this team, kind and generation or this
    role, leads to the site root. A team whose row is not as its lead signed it counts for nobody. Whoever sits in the central
    team has no seat in the alternate one, which exists for what the central team must not see.
    """
    person = session.get(Person, keyring.person)
    keys = PublicKeys(keyring.person, keyring.signing.public, keyring.box.public.raw)
    if not _are_current(session, keys):
        replaced = {"row": "person_key", "why": "replaced"}
        return Standings(Actor(keyring.person), [replaced], has_current_keys=False)
    if person is None or person.state != PersonState.ADMITTED:
        return Standings(Actor(keyring.person))
    seats, trust = _seats(session, keyring.person), Trust(session, keyring.root_public)
    trust.prepare(keyring.person, [team.id for _seat, team in seats])
    return _standings(_Check(trust, keys, is_current=True), seats)


def list_disbelieved(session: Session, root_public: bytes) -> list[dict[str, str]]:
    """Every row that gives somebody a seat or a role and would not be believed, by the keys that they made last.

    Also of those who cannot act now, because they are suspended.
    """
    trust, refused = Trust(session, root_public), []
    people = select(Membership.person_id).where(Membership.admitted_at.is_not(None))
    officers = select(SiteRole.person_id).where(SiteRole.admitted_at.is_not(None))
    for person_id in session.scalars(people.union(officers)).all():
        newest = current_key(session, person_id)
        keys = PublicKeys(person_id, newest.signing_public, newest.box_public) if newest else None
        check = _Check(trust, keys or PublicKeys(person_id, b"", b""), is_current=keys is not None)
        refused += _standings(check, _seats(session, person_id)).refused
    return refused


def _are_current(session: Session, keys: PublicKeys) -> bool:
    newest = current_key(session, keys.person)
    return newest is not None and (newest.signing_public, newest.box_public) == (keys.signing, keys.box)


def _standings(check: "_Check", seats: list[tuple[Membership, Team]]) -> Standings:
    """What the certificates say of one person's rows, under these keys."""
    session, keys = check.trust.session, check.keys
    why = check.refusals_of_seats(seats)
    roles = {
        team.id: _TEAM_ROLES[TeamKind(team.kind), seat.role] for seat, team in seats if team.id not in why
    }
    if _CENTRAL.intersection(roles.values()):
        why |= {team_id: "central-too" for team_id, role in roles.items() if role in _ALTERNATE}
    believed = {team.id: team for _seat, team in seats if team.id not in why}
    asked = _site_roles(session, keys.person)
    held = [role for role in asked if check.holds_role(role)]
    actor = Actor(
        keys.person,
        teams={team_id: roles[team_id] for team_id in believed},
        site_roles=frozenset(Role(role.lower()) for role in held),
        entities=frozenset(team.entity for team in believed.values()),
    )
    refused = [_named_seat(seat, why[team.id]) for seat, team in seats if team.id in why]
    return Standings(actor, refused + [_named_role(role) for role in asked if role not in held])


def record_refused(session: Session, found: Standings, since: datetime) -> None:
    """Name each row that was not believed in the log, once since that moment: once a session."""
    if not found.refused:
        return
    subject, recorder = str(found.actor.person_id), recorder_of(session)
    wanted = select(AuditEntry.details).where(
        AuditEntry.action == REFUSED, AuditEntry.subject == subject, AuditEntry.at >= since
    )
    told: list[Any] = [note.details for note in recorder.notes if note.action == REFUSED]
    told += session.scalars(wanted)
    for row in found.refused:
        if row not in told:
            record_refusal(recorder, found.actor.person_id, REFUSED, subject, **row)


class _Check:
    """Asks the certificates of one person, under the keys that they have opened or made last."""

    def __init__(self, trust: Trust, keys: PublicKeys, is_current: bool) -> None:
        self.trust, self.keys, self.is_current = trust, keys, is_current

    def holds_role(self, role: str) -> bool:
        """Whether a certificate gives this role of the site."""
        return role in SITE_ROLES and self._vouched(Place(Standing.ROLE, role=role))

    def refusals_of_seats(self, seats: list[tuple[Membership, Team]]) -> dict[UUID, str]:
        """Why each seat is not believed that is not, by its team."""
        keys = _newest_keys(self.trust.session, [team.id for _seat, team in seats])
        why = {team.id: self._refusal_of(seat, team, keys.get(team.id)) for seat, team in seats}
        return {team_id: reason for team_id, reason in why.items() if reason}

    def _refusal_of(self, seat: Membership, team: Team, key: TeamKey | None) -> str:
        if key is not None and not self._is_as_signed(team, key):
            return "team"
        place = Place(_STANDINGS[seat.role], team.id, team.kind, key.generation if key else 0)
        return "" if self._vouched(place) else "certificate"

    def _vouched(self, place: Place) -> bool:
        return self.is_current and self.trust.vouches_for(self.keys, place)

    def _is_as_signed(self, team: Team, key: TeamKey) -> bool:
        try:
            self.trust.check_team_key(key)
        except NotTrusted:
            return False
        return (key.team_kind, key.entity) == (team.kind, team.entity)


def _named_seat(seat: Membership, why: str) -> dict[str, str]:
    return {"row": "membership", "team": str(seat.team_id), "role": seat.role, "why": why}


def _named_role(role: str) -> dict[str, str]:
    return {"row": "site_role", "role": role, "why": "certificate"}


def _seats(session: Session, person_id: UUID) -> list[tuple[Membership, Team]]:
    wanted = (
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.person_id == person_id, Membership.admitted_at.is_not(None), Team.closed_at.is_(None)
        )
        .order_by(Membership.team_id)
    )
    return [(seat, team) for seat, team in session.execute(wanted)]


def _site_roles(session: Session, person_id: UUID) -> list[str]:
    wanted = select(SiteRole.role).where(SiteRole.person_id == person_id, SiteRole.admitted_at.is_not(None))
    return list(session.scalars(wanted.order_by(SiteRole.role)))


def _newest_keys(session: Session, teams: list[UUID]) -> dict[UUID, TeamKey]:
    wanted = select(TeamKey).where(TeamKey.team_id.in_(teams)).order_by(TeamKey.generation)
    return {key.team_id: key for key in session.scalars(wanted)} if teams else {}
