"""Admitting people, by the fingerprint that they read out. Each admission is a certificate, signed by whoever heard it."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor, NotAllowed, Permission, Role, require
from reprisals.audit.actions import record
from reprisals.config import Settings
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.locking import lock
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team, TeamState
from reprisals.identity.rules import Weekend, check_apart, check_fingerprint
from reprisals.sealing.holders import PersonKey, Standing, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic, SigningKey, make_fingerprint
from reprisals.sealing.teams import (
    Subject,
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
    weekend: str = Weekend.SATURDAY_SUNDAY


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


@dataclass(frozen=True, slots=True)
class Ground:
    """How far a team has come: whether it has keys, and whether a first lead was admitted who can make them."""

    has_keys: bool
    has_first_lead: bool


def grounds_of(session: Session, teams: Iterable[UUID]) -> dict[UUID, Ground]:
    """How far each of these teams has come, in two queries however many there are."""
    asked = set(teams)
    if not asked:
        return {}
    keyed, led = queries.list_teams_with_keys(session, asked), queries.list_teams_with_lead(session, asked)
    return {team_id: Ground(team_id in keyed, team_id in led) for team_id in asked}


def may_admit(actor: Actor, keyring: Keyring, role: str, team: Team, ground: Ground) -> bool:
    """Whether it is this person who admits to this role in a team (`MEMBER`, `LEAD`); the chain of trust has the last word.

    A team without keys gets one first lead, who makes them; everybody after that is given them by a lead of the team. A
    further lead of the central or the alternate team needs both: the site root's signature, and the team's secret.
    """
    if role == "LEAD" and team.kind in ROOT_ONLY:
        can_seal = not ground.has_keys or actor.may(Permission.TEAM_ADMIT, team.id)
        return keyring.root is not None and actor.may(Permission.CERTIFY) and can_seal
    if not ground.has_keys:
        is_first = role == "LEAD" and not ground.has_first_lead
        return is_first and Role.CENTRAL_LEAD in actor.roles
    return actor.may(Permission.TEAM_ADMIT, team.id)


@dataclass(frozen=True, slots=True)
class Heard:
    """The keys of a newcomer whose digits were read out by voice, and were right. Only `hear` makes one."""

    keys: Subject


def keys_to_hear(session: Session, person_id: UUID) -> Subject:
    """The newest public keys of a person, before anybody has vouched for them. Raises RuleBroken where there are none."""
    key = current_key(session, person_id)
    if key is None:
        raise RuleBroken(_("This person has not made their keys yet."), field="fingerprint")
    return Subject(person_id, key.signing_public, key.box_public)


def hear(keys: Subject, typed: str) -> Heard:
    """Whether the digits that were typed are those of the keys. Slow by design: hold no lock. Raises RuleBroken."""
    check_fingerprint(typed, make_fingerprint(keys.person_id, keys.signing_public, keys.box_public))
    return Heard(keys)


def admit(session: Session, actor: Actor, keyring: Keyring, membership: Membership, heard: Heard) -> None:
    """Admit somebody to a team: certify their keys, and seal the team's secret to them where it exists.

    Person, team and place are locked in this order and read anew, so that what is decided on holds until the commit.
    Raises NotAllowed, RuleBroken where the person cannot be admitted now, NotTrusted where the chain does not reach.
    """
    person = lock(session, Person, membership.person_id)
    team = lock(session, Team, membership.team_id)
    _check_is_there(lock(session, Membership, (membership.person_id, membership.team_id)))
    if team is None or not may_admit(
        actor, keyring, membership.role, team, grounds_of(session, [team.id])[team.id]
    ):
        raise NotAllowed(Permission.TEAM_ADMIT)
    if membership.admitted_at is not None:
        raise RuleBroken(_("This person has been admitted already."))
    key = check_newcomer(session, actor, person, heard)
    check_apart(team.kind, queries.kinds_of_teams(session, key.person_id, is_admitted=True))
    generation = current_generation(session, team.id)
    standing = Standing.LEAD if membership.role == "LEAD" else Standing.MEMBER
    root = keyring.root if standing == Standing.LEAD and team.kind in ROOT_ONLY else None
    certify(session, keyring, key, Vouching(standing, clock.now(), identity_of(team), generation), root)
    if generation and actor.may(Permission.TEAM_ADMIT, team.id):
        seal_to_member(session, keyring, team.id, key)
    membership.admitted_at = clock.now()
    _settle(person)
    record(session, actor, "person.admitted", membership.person_id, team=str(team.id), role=membership.role)


def may_certify(actor: Actor, keyring: Keyring, role: str) -> bool:
    """Whether it is this person who confirms the role: whoever holds the root, and a central lead where that is enough."""
    if not actor.may(Permission.CERTIFY):
        return False
    return keyring.root is not None or (role not in ROOT_ONLY_ROLES and Role.CENTRAL_LEAD in actor.roles)


def certify_role(session: Session, actor: Actor, keyring: Keyring, role: SiteRole, heard: Heard) -> None:
    """Confirm a role of the site. Person and role are locked in this order. Raises NotAllowed, RuleBroken, NotTrusted."""
    person = lock(session, Person, role.person_id)
    _check_is_there(lock(session, SiteRole, (role.person_id, role.role)))
    if not may_certify(actor, keyring, role.role):
        raise NotAllowed(Permission.CERTIFY)
    if role.admitted_at is not None:
        raise RuleBroken(_("This person has been admitted already."))
    key = check_newcomer(session, actor, person, heard)
    root: SigningKey | None = keyring.root
    certify(session, keyring, key, Vouching(Standing.ROLE, clock.now(), role=role.role), root)
    role.admitted_at = clock.now()
    _settle(person)
    record(session, actor, "role.certified", role.person_id, role=role.role)


def make_keys(session: Session, settings: Settings, actor: Actor, keyring: Keyring, team: Team) -> None:
    """A first lead makes the keys of their team, in their own session; the team is locked, so that they are made once.

    Raises NotAllowed, RuleBroken, NotTrusted.
    """
    require(actor, Permission.TEAM_MAKE_KEYS, team.id)
    lock(session, Team, team.id)
    if current_generation(session, team.id):
        raise RuleBroken(_("This team has keys already."))
    recovery = BoxPublic(bytes.fromhex(settings.keys.recovery_public))
    make_team_keys(session, keyring, identity_of(team), recovery, clock.now())
    record(session, actor, "team.keys-made", team.id, generation=1)


def check_newcomer(session: Session, actor: Actor, person: Person | None, heard: Heard) -> PersonKey:
    """The newcomer's keys, if they are still those that were read out, of somebody else and not suspended. Raises RuleBroken.

    The person is locked, so that a suspension at the same time is not undone by the admission.
    """
    if heard.keys.person_id == actor.person_id:
        raise RuleBroken(_("Somebody else has to admit you."))
    if person is not None and person.state == PersonState.SUSPENDED:
        raise RuleBroken(_("This account is suspended."), field="fingerprint")
    key = current_key(session, person.id) if person is not None else None
    if key is None or Subject(key.person_id, key.signing_public, key.box_public) != heard.keys:
        raise RuleBroken(
            _("This person's keys have changed meanwhile. Ask them to read the fingerprint again."),
            field="fingerprint",
        )
    return key


def _check_is_there(place: Membership | SiteRole | None) -> None:
    if place is None:
        raise RuleBroken(_("This place was taken back meanwhile. Nobody waits for it any more."))


def _settle(person: Person | None) -> None:
    if person is not None and person.state == PersonState.AWAITING:
        person.state = PersonState.ADMITTED
