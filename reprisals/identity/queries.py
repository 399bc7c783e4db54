"""Finding people, teams, places and sessions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_
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
from reprisals.sealing.trust import ROOT_ONLY

PAGE = 50


def find_person(session: Session, person_id: UUID) -> Person | None:
    """A person by identifier."""
    return session.get(Person, person_id)


def find_person_by_email(session: Session, email: str) -> Person | None:
    """A person by normal address. What no database can hold as text belongs to nobody."""
    if not email.isprintable():
        return None
    return session.scalars(select(Person).where(Person.email == email)).first()


def find_team(session: Session, team_id: UUID) -> Team | None:
    """A team by identifier."""
    return session.get(Team, team_id)


def find_site_team(session: Session, kind: TeamKind) -> Team | None:
    """The central, alternate or drafting team of the site."""
    return session.scalars(select(Team).where(Team.kind == kind, Team.closed_at.is_(None)).limit(1)).first()


def list_teams(session: Session) -> list[Team]:
    """All open teams by name."""
    return list(session.scalars(select(Team).where(Team.closed_at.is_(None)).order_by(Team.name)))


def teams_named(session: Session, team_ids: Iterable[UUID]) -> dict[UUID, Team]:
    """These teams by identifier, closed ones, too."""
    return {team.id: team for team in session.scalars(select(Team).where(Team.id.in_(set(team_ids))))}


@dataclass(frozen=True, slots=True)
class TeamPage:
    """A page of teams by name; `before` and `after` name those with which the pages beside it end and begin."""

    teams: list[Team]
    before: UUID | None = None
    after: UUID | None = None


def list_teams_for(
    session: Session, actor: Actor, after: UUID | None = None, before: UUID | None = None
) -> TeamPage:
    """Open teams that the actor may see, by name, 50 a page: all for the central team and who makes teams, else their own."""
    beside = session.get(Team, after or before) if after or before else None
    wanted, place, back = (
        _seen_by(actor),
        tuple_(Team.name, Team.id),
        beside is not None and before is not None,
    )
    if beside is not None:
        where = tuple_(beside.name, beside.id)
        wanted = wanted.where(place < where if back else place > where)
    order = (Team.name.desc(), Team.id.desc()) if back else (Team.name, Team.id)
    rows = list(session.scalars(wanted.order_by(*order).limit(PAGE + 1)))
    more, teams = len(rows) > PAGE, rows[:PAGE][::-1] if back else rows[:PAGE]
    return TeamPage(
        teams,
        before=teams[0].id if teams and (more if back else beside is not None) else None,
        after=teams[-1].id if teams and (more or back) else None,
    )


def find_team_for(session: Session, actor: Actor, team_id: UUID) -> Team | None:
    """An open team that the actor may see."""
    return session.scalars(_seen_by(actor).where(Team.id == team_id)).first()


def _seen_by(actor: Actor) -> Select[Team]:
    wanted = select(Team).where(Team.closed_at.is_(None))
    sees_all = actor.may(Permission.TEAM_CREATE) or Role.CENTRAL_MEMBER in actor.roles
    return wanted if sees_all else wanted.where(Team.id.in_(actor.team_ids))


def list_states_by_team(session: Session, teams: Iterable[UUID]) -> dict[UUID, list[str]]:
    """The States that each of these teams covers, ISO 3166-1 alpha-3."""
    found: dict[UUID, list[str]] = {}
    wanted = select(TeamState.team_id, TeamState.iso3).where(TeamState.team_id.in_(teams))
    for team_id, iso3 in session.execute(wanted.order_by(TeamState.iso3)):
        found.setdefault(team_id, []).append(iso3)
    return found


def count_members(session: Session, teams: Iterable[UUID]) -> dict[UUID, int]:
    """How many people were admitted to each of these teams."""
    wanted = select(Membership.team_id, func.count()).where(
        Membership.admitted_at.is_not(None), Membership.team_id.in_(teams)
    )
    return dict(session.execute(wanted.group_by(Membership.team_id)).all())


def list_teams_with_keys(session: Session, teams: Iterable[UUID]) -> set[UUID]:
    """Those of these teams that have made their keys."""
    return set(session.scalars(select(TeamKey.team_id).where(TeamKey.team_id.in_(teams)).distinct()))


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


def list_waiting_places(
    session: Session, *, leads_only: bool = False
) -> list[tuple[Membership, Person, Team]]:
    """Places in open teams that wait for an admission, of people who are not suspended, the longest wait first.

    With `leads_only`, only those that no lead of the same team gives alone: first leads, and leads of the office's teams.
    """
    wanted = _waiting(select(Membership, Person, Team)).order_by(Membership.asked_at, Person.name)
    wanted = wanted.where(_is_certified()) if leads_only else wanted
    return [(membership, person, team) for membership, person, team in session.execute(wanted)]


def count_waiting_places(
    session: Session, beside: UUID, teams: Iterable[UUID] | None = None
) -> list[tuple[Team, str, int]]:
    """How many wait for each place of a team who have made their keys, `beside` left out.

    Of these teams; without any, of places that no lead of the same team gives alone.
    """
    narrowed = _is_certified() if teams is None else Team.id.in_(teams)
    wanted = _waiting(select(Team.id, Membership.role, func.count())).where(
        Person.bundle.is_not(None), Person.id != beside, narrowed
    )
    rows = session.execute(wanted.group_by(Team.id, Membership.role)).all()
    found = teams_named(session, {team_id for team_id, _role, _number in rows}) if rows else {}
    return [(found[team_id], role, number) for team_id, role, number in rows]


def count_waiting_roles(session: Session, beside: UUID) -> dict[str, int]:
    """How many wait for each role of the site who have made their keys, `beside` left out."""
    wanted = _waiting_roles(select(SiteRole.role, func.count())).where(
        Person.bundle.is_not(None), Person.id != beside
    )
    return dict(session.execute(wanted.group_by(SiteRole.role)).all())


def _waiting(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return (
        wanted.join_from(Membership, Person, Person.id == Membership.person_id)
        .join(Team, Team.id == Membership.team_id)
        .where(
            Membership.admitted_at.is_(None), Team.closed_at.is_(None), Person.state != PersonState.SUSPENDED
        )
    )


def _waiting_roles(wanted: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    return wanted.join_from(SiteRole, Person, Person.id == SiteRole.person_id).where(
        SiteRole.admitted_at.is_(None), Person.state != PersonState.SUSPENDED
    )


def _is_certified() -> ColumnElement[bool]:
    has_keys = select(TeamKey.team_id).where(TeamKey.team_id == Team.id).exists()
    return and_(Membership.role == "LEAD", or_(Team.kind.in_(ROOT_ONLY), ~has_keys))


def list_waiting_roles(session: Session) -> list[tuple[SiteRole, Person]]:
    """Roles of the site that wait for a confirmation, of people who are not suspended, the longest wait first."""
    wanted = _waiting_roles(select(SiteRole, Person)).order_by(SiteRole.asked_at, Person.name)
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


def kinds_of_teams(session: Session, person_id: UUID, *, is_admitted: bool = False) -> set[str]:
    """The kinds of open teams that a person is in or waits for; with `is_admitted`, only those that they are in."""
    wanted = (
        select(Team.kind)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.person_id == person_id, Team.closed_at.is_(None))
    )
    return set(session.scalars(wanted.where(Membership.admitted_at.is_not(None)) if is_admitted else wanted))


def list_roles_of(session: Session, person_id: UUID) -> list[SiteRole]:
    """A person's roles for the site, admitted and waiting."""
    return list(
        session.scalars(select(SiteRole).where(SiteRole.person_id == person_id).order_by(SiteRole.role))
    )


def find_site_role(session: Session, person_id: UUID, role: str) -> SiteRole | None:
    """A role of a person for the site."""
    return session.get(SiteRole, (person_id, role))


def list_teams_with_lead(session: Session, teams: Iterable[UUID]) -> set[UUID]:
    """Those of these teams in which somebody was admitted as a lead who can act: then it is they who make its keys."""
    wanted = (
        select(Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.team_id.in_(teams),
            Membership.role == "LEAD",
            Membership.admitted_at.is_not(None),
            Person.state == PersonState.ADMITTED,
        )
    )
    return set(session.scalars(wanted.distinct()))


def list_sessions(session: Session, person_id: UUID, now: datetime) -> list[LiveSession]:
    """A person's sessions in use, the newest first."""
    wanted = select(LiveSession).where(LiveSession.person_id == person_id, LiveSession.expires_at > now)
    return list(session.scalars(wanted.order_by(LiveSession.started_at.desc())))


def is_session_of_another(session: Session, person_id: UUID, session_id: UUID) -> bool:
    """Whether a session, by the identifier that pages may show, is in use by somebody else."""
    wanted = select(LiveSession.id).where(LiveSession.person_id != person_id, LiveSession.id == session_id)
    return session.scalars(wanted).first() is not None


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


def list_open_invitations(session: Session, now: datetime) -> dict[UUID, Invitation]:
    """The invitation of each person whose link still works."""
    wanted = select(Invitation).where(Invitation.used_at.is_(None), Invitation.expires_at > now)
    return {invitation.person_id: invitation for invitation in session.scalars(wanted)}


def names_of(session: Session, people: set[UUID]) -> dict[UUID, str]:
    """The names of people who work with the system, for lists and the log."""
    wanted = select(Person.id, Person.name).where(Person.id.in_(people))
    return dict(session.execute(wanted).all())
