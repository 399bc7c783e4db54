"""Finding people, teams and who acts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from reprisals.access import Actor, Permission, Role
from reprisals.identity.models import (
    Invitation,
    KeptForm,
    LiveSession,
    Membership,
    Person,
    PersonState,
    SiteRole,
    Team,
    TeamState,
)
from reprisals.sealing.holders import TeamKey, TeamKind

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


def find_person(session: Session, person_id: UUID) -> Person | None:
    """A person by identifier."""
    return session.get(Person, person_id)


def find_person_by_email(session: Session, email: str) -> Person | None:
    """A person by normal address. What no database can hold as text belongs to nobody."""
    if not email.isprintable():
        return None
    return session.scalars(select(Person).where(Person.email == email)).first()


def find_actor(session: Session, person_id: UUID) -> Actor:
    """Who acts, with the teams and roles that they were admitted to. Nobody but an admitted person has any."""
    person = session.get(Person, person_id)
    if person is None or person.state != PersonState.ADMITTED:
        return Actor(person_id)
    wanted = (
        select(Membership.team_id, Membership.role, Team.kind, Team.entity)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.person_id == person_id, Membership.admitted_at.is_not(None), Team.closed_at.is_(None)
        )
    )
    rows = session.execute(wanted).all()
    roles = select(SiteRole.role).where(SiteRole.person_id == person_id, SiteRole.admitted_at.is_not(None))
    return Actor(
        person_id,
        teams={team: _TEAM_ROLES[TeamKind(kind), role] for team, role, kind, _entity in rows},
        site_roles=frozenset(Role(role.lower()) for role in session.scalars(roles)),
        entities=frozenset(entity for *_rest, entity in rows),
    )


def find_team(session: Session, team_id: UUID) -> Team | None:
    """A team by identifier."""
    return session.get(Team, team_id)


def find_site_team(session: Session, kind: TeamKind) -> Team | None:
    """The central, alternate or drafting team of the site."""
    return session.scalars(select(Team).where(Team.kind == kind, Team.closed_at.is_(None)).limit(1)).first()


def list_teams(session: Session) -> list[Team]:
    """All open teams by name."""
    return list(session.scalars(select(Team).where(Team.closed_at.is_(None)).order_by(Team.name)))


def list_teams_for(session: Session, actor: Actor) -> list[Team]:
    """The open teams that the actor may see, by name: all for the central team and those who make teams, else their own."""
    return list(session.scalars(_seen_by(actor).order_by(Team.name, Team.id)))


def find_team_for(session: Session, actor: Actor, team_id: UUID) -> Team | None:
    """An open team that the actor may see."""
    return session.scalars(_seen_by(actor).where(Team.id == team_id)).first()


def _seen_by(actor: Actor) -> Select[Team]:
    wanted = select(Team).where(Team.closed_at.is_(None))
    sees_all = actor.may(Permission.TEAM_CREATE) or Role.CENTRAL_MEMBER in actor.roles
    return wanted if sees_all else wanted.where(Team.id.in_(actor.team_ids))


def list_states_by_team(session: Session) -> dict[UUID, list[str]]:
    """The States that each team covers, ISO 3166-1 alpha-3."""
    found: dict[UUID, list[str]] = {}
    for team_id, iso3 in session.execute(select(TeamState.team_id, TeamState.iso3).order_by(TeamState.iso3)):
        found.setdefault(team_id, []).append(iso3)
    return found


def count_members(session: Session) -> dict[UUID, int]:
    """How many people were admitted to each team."""
    wanted = select(Membership.team_id, func.count()).where(Membership.admitted_at.is_not(None))
    return dict(session.execute(wanted.group_by(Membership.team_id)).all())


def list_teams_with_keys(session: Session) -> set[UUID]:
    """The teams that have made their keys."""
    return set(session.scalars(select(TeamKey.team_id).distinct()))


def list_states(session: Session, team_id: UUID) -> list[str]:
    """The States that a team covers, ISO 3166-1 alpha-3."""
    return sorted(session.scalars(select(TeamState.iso3).where(TeamState.team_id == team_id)))


def list_members(session: Session, team_id: UUID) -> list[tuple[Membership, Person]]:
    """The members of a team, admitted and waiting, by name."""
    wanted = (
        select(Membership, Person)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.team_id == team_id)
        .order_by(Person.name)
    )
    return [(membership, person) for membership, person in session.execute(wanted)]


def find_membership(session: Session, person_id: UUID, team_id: UUID) -> Membership | None:
    """A person's place in a team."""
    return session.get(Membership, (person_id, team_id))


def list_places(session: Session) -> list[tuple[Membership, Person, Team]]:
    """Everybody's places in open teams, admitted and waiting, by the person's name and the team's."""
    wanted = (
        select(Membership, Person, Team)
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(Team.closed_at.is_(None))
        .order_by(Person.name, Team.name)
    )
    return [(membership, person, team) for membership, person, team in session.execute(wanted)]


def list_waiting_places(session: Session) -> list[tuple[Membership, Person, Team]]:
    """Places in open teams that wait for an admission, of people who are not suspended, the longest wait first."""
    wanted = (
        select(Membership, Person, Team)
        .join(Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.admitted_at.is_(None), Team.closed_at.is_(None), Person.state != PersonState.SUSPENDED
        )
        .order_by(Membership.asked_at, Person.name)
    )
    return [(membership, person, team) for membership, person, team in session.execute(wanted)]


def list_waiting_roles(session: Session) -> list[tuple[SiteRole, Person]]:
    """Roles of the site that wait for a confirmation, of people who are not suspended, the longest wait first."""
    wanted = (
        select(SiteRole, Person)
        .join(Person, Person.id == SiteRole.person_id)
        .where(SiteRole.admitted_at.is_(None), Person.state != PersonState.SUSPENDED)
        .order_by(SiteRole.asked_at, Person.name)
    )
    return [(role, person) for role, person in session.execute(wanted)]


def list_places_of(session: Session, person_id: UUID) -> list[tuple[Membership, Team]]:
    """A person's places in open teams, admitted and waiting, by the team's name."""
    wanted = (
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(Membership.person_id == person_id, Team.closed_at.is_(None))
        .order_by(Team.name)
    )
    return [(membership, team) for membership, team in session.execute(wanted)]


def list_roles_of(session: Session, person_id: UUID) -> list[SiteRole]:
    """A person's roles for the site, admitted and waiting."""
    return list(
        session.scalars(select(SiteRole).where(SiteRole.person_id == person_id).order_by(SiteRole.role))
    )


def find_site_role(session: Session, person_id: UUID, role: str) -> SiteRole | None:
    """A role of a person for the site."""
    return session.get(SiteRole, (person_id, role))


def has_first_lead(session: Session, team_id: UUID) -> bool:
    """Whether somebody was admitted as a lead of the team who can act: then it is they who make its keys."""
    wanted = (
        select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.team_id == team_id,
            Membership.role == "LEAD",
            Membership.admitted_at.is_not(None),
            Person.state == PersonState.ADMITTED,
        )
    )
    return session.scalars(wanted.limit(1)).first() is not None


def list_site_roles(session: Session) -> list[tuple[SiteRole, Person]]:
    """Roles for the site, admitted and waiting."""
    wanted = (
        select(SiteRole, Person)
        .join(Person, Person.id == SiteRole.person_id)
        .order_by(Person.name, SiteRole.role)
    )
    return [(role, person) for role, person in session.execute(wanted)]


def list_people(session: Session) -> list[Person]:
    """Everybody with an account, by name."""
    return list(session.scalars(select(Person).order_by(Person.name, Person.email)))


def list_sessions(session: Session, person_id: UUID, now: datetime) -> list[LiveSession]:
    """A person's sessions in use, the newest first."""
    wanted = select(LiveSession).where(LiveSession.person_id == person_id, LiveSession.expires_at > now)
    return list(session.scalars(wanted.order_by(LiveSession.started_at.desc())))


def find_session_of(session: Session, person_id: UUID, session_id: UUID) -> LiveSession | None:
    """One of a person's own sessions, by the identifier that pages may show."""
    wanted = select(LiveSession).where(LiveSession.person_id == person_id, LiveSession.id == session_id)
    return session.scalars(wanted).first()


def find_kept(session: Session, person_id: UUID, kept_id: UUID, now: datetime) -> KeptForm | None:
    """A form that is kept for this person."""
    wanted = select(KeptForm).where(
        KeptForm.id == kept_id, KeptForm.person_id == person_id, KeptForm.until > now
    )
    return session.scalars(wanted).first()


def find_open_invitation(session: Session, code_hash: bytes, now: datetime) -> Invitation | None:
    """An invitation that can still be accepted."""
    wanted = select(Invitation).where(
        Invitation.code_hash == code_hash, Invitation.used_at.is_(None), Invitation.expires_at > now
    )
    return session.scalars(wanted).first()


def names_of(session: Session, people: set[UUID]) -> dict[UUID, str]:
    """The names of people who work with the system, for lists and the log."""
    wanted = select(Person.id, Person.name).where(Person.id.in_(people))
    return dict(session.execute(wanted).all())
