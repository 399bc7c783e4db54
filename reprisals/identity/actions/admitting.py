"""Admitting people, by the fingerprint that they read out. Each admission is a certificate, signed by whoever heard it."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor, NotAllowed, Permission, Role, require
from reprisals.audit.actions import record
from reprisals.config import Settings
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team, TeamState
from reprisals.identity.rules import check_fingerprint
from reprisals.sealing.holders import PersonKey, Standing, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic, SigningKey, make_fingerprint
from reprisals.sealing.teams import (
    TeamIdentity,
    Vouching,
    certify,
    current_generation,
    make_team_keys,
    seal_to_member,
)
from reprisals.sealing.trust import ROOT_ONLY, ROOT_ONLY_ROLES, current_key


@dataclass(frozen=True, slots=True)
class Founding:
    """A team to be made: for an entity, a duty station, and the States that it covers (ISO 3166-1 alpha-3)."""

    kind: TeamKind
    name: str
    entity: str
    duty_station: str
    states: tuple[str, ...] = ()
    weekend: str = "SATURDAY_SUNDAY"


def identity_of(team: Team) -> TeamIdentity:
    """What the team's key is bound to."""
    return TeamIdentity(team.id, TeamKind(team.kind), team.entity)


def found_team(session: Session, actor: Actor, founding: Founding) -> Team:
    """Make a focal team, without keys: its first lead makes those. Raises NotAllowed, also for a team of the office."""
    require(actor, Permission.TEAM_CREATE)
    if founding.kind is not TeamKind.FOCAL:
        raise NotAllowed(Permission.TEAM_CREATE)
    team = add_team(session, founding)
    record(session, actor, "team.founded", team.id, entity=founding.entity, kind=founding.kind.value)
    return team


def add_team(session: Session, founding: Founding) -> Team:
    """The rows of a team."""
    team = Team(
        kind=founding.kind,
        name=founding.name,
        entity=founding.entity,
        duty_station=founding.duty_station,
        weekend=founding.weekend,
        created_at=clock.now(),
    )
    session.add(team)
    session.flush()
    session.add_all([TeamState(team_id=team.id, iso3=iso3) for iso3 in founding.states])
    return team


def may_admit(session: Session, actor: Actor, keyring: Keyring, membership: Membership, team: Team) -> bool:
    """Whether it is this person who admits to this place; the chain of trust has the last word.

    A team without keys gets one first lead, who makes them; everybody after that is given them by a lead of the team. A
    further lead of the central or the alternate team needs both: the site root's signature, and the team's secret.
    """
    has_keys = current_generation(session, team.id) > 0
    if membership.role == "LEAD" and team.kind in ROOT_ONLY:
        can_seal = not has_keys or actor.may(Permission.TEAM_ADMIT, team.id)
        return keyring.root is not None and actor.may(Permission.CERTIFY) and can_seal
    if not has_keys:
        is_first = membership.role == "LEAD" and not queries.has_first_lead(session, team.id)
        return is_first and Role.CENTRAL_LEAD in actor.roles
    return actor.may(Permission.TEAM_ADMIT, team.id)


def admit(session: Session, actor: Actor, keyring: Keyring, membership: Membership, fingerprint: str) -> None:
    """Admit somebody to a team: certify their keys, and seal the team's secret to them where it exists.

    Raises NotAllowed, RuleBroken for other digits or a person without keys, NotTrusted where the chain does not reach.
    """
    team = queries.find_team(session, membership.team_id)
    if team is None or not may_admit(session, actor, keyring, membership, team):
        raise NotAllowed(Permission.TEAM_ADMIT)
    if membership.admitted_at is not None:
        raise RuleBroken(_("This person has been admitted already."))
    key = check_newcomer(session, actor, membership.person_id, fingerprint)
    generation = current_generation(session, team.id)
    standing = Standing.LEAD if membership.role == "LEAD" else Standing.MEMBER
    root = keyring.root if standing == Standing.LEAD and team.kind in ROOT_ONLY else None
    certify(session, keyring, key, Vouching(standing, clock.now(), identity_of(team), generation), root)
    if generation and actor.may(Permission.TEAM_ADMIT, team.id):
        seal_to_member(session, keyring, team.id, key)
    membership.admitted_at = clock.now()
    _settle(session, membership.person_id)
    record(session, actor, "person.admitted", membership.person_id, team=str(team.id), role=membership.role)


def may_certify(actor: Actor, keyring: Keyring, role: SiteRole) -> bool:
    """Whether it is this person who confirms the role: whoever holds the root, and a central lead where that is enough."""
    if not actor.may(Permission.CERTIFY):
        return False
    return keyring.root is not None or (role.role not in ROOT_ONLY_ROLES and Role.CENTRAL_LEAD in actor.roles)


def certify_role(session: Session, actor: Actor, keyring: Keyring, role: SiteRole, fingerprint: str) -> None:
    """Confirm a role of the site. Raises NotAllowed, RuleBroken, NotTrusted."""
    if not may_certify(actor, keyring, role):
        raise NotAllowed(Permission.CERTIFY)
    if role.admitted_at is not None:
        raise RuleBroken(_("This person has been admitted already."))
    key = check_newcomer(session, actor, role.person_id, fingerprint)
    root: SigningKey | None = keyring.root
    certify(session, keyring, key, Vouching(Standing.ROLE, clock.now(), role=role.role), root)
    role.admitted_at = clock.now()
    _settle(session, role.person_id)
    record(session, actor, "role.certified", role.person_id, role=role.role)


def make_keys(session: Session, settings: Settings, actor: Actor, keyring: Keyring, team: Team) -> None:
    """A first lead makes the keys of their team, in their own session. Raises NotAllowed, RuleBroken, NotTrusted."""
    require(actor, Permission.TEAM_MAKE_KEYS, team.id)
    if current_generation(session, team.id):
        raise RuleBroken(_("This team has keys already."))
    recovery = BoxPublic(bytes.fromhex(settings.keys.recovery_public))
    make_team_keys(session, keyring, identity_of(team), recovery, clock.now())
    record(session, actor, "team.keys-made", team.id, generation=1)


def check_newcomer(session: Session, actor: Actor, person_id: UUID, fingerprint: str) -> PersonKey:
    """The newcomer's keys, if the digits are theirs and they are somebody else who is not suspended. Raises RuleBroken.

    The person is locked, so that a suspension at the same time is not undone by the admission.
    """
    if person_id == actor.person_id:
        raise RuleBroken(_("Somebody else has to admit you."))
    person = session.get(Person, person_id, with_for_update=True, populate_existing=True)
    if person is not None and person.state == PersonState.SUSPENDED:
        raise RuleBroken(_("This account is suspended."), field="fingerprint")
    key = current_key(session, person_id)
    if key is None:
        raise RuleBroken(_("This person has not made their keys yet."), field="fingerprint")
    check_fingerprint(fingerprint, make_fingerprint(person_id, key.signing_public, key.box_public))
    return key


def _settle(session: Session, person_id: UUID) -> None:
    person = session.get(Person, person_id)
    if person is not None and person.state == PersonState.AWAITING:
        person.state = PersonState.ADMITTED
