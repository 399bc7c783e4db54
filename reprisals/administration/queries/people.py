"""The people of the site for the administrator: a page at a time, with their places and when they last signed in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from reprisals.audit.models import AuditEntry
from reprisals.codes.folding import fold
from reprisals.identity.models import LiveSession, Membership, Person, PersonState, SiteRole, Team

PAGE = 50


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """A page of people by name; `before` and `after` say whom the pages beside it end and begin with."""

    people: list[Person]
    before: UUID | None = None
    after: UUID | None = None
    places: dict[UUID, list[tuple[Membership, Team]]] = field(default_factory=dict)
    roles: dict[UUID, list[SiteRole]] = field(default_factory=dict)
    signed_in_at: dict[str, datetime] = field(default_factory=dict)


def list_page(
    session: Session, state: str = "", after: UUID | None = None, before: UUID | None = None
) -> PeoplePage:
    """The first people by name, or those behind one, or those ahead of one."""
    wanted = select(Person).where(Person.state == state) if state else select(Person)
    beside = session.get(Person, after or before) if after or before else None
    place = tuple_(Person.name, Person.email)
    if beside is None:
        rows = list(session.scalars(wanted.order_by(Person.name, Person.email).limit(PAGE + 1)))
        return _told(session, rows[:PAGE], has_before=False, has_after=len(rows) > PAGE)
    if after:
        behind = wanted.where(place > (beside.name, beside.email)).order_by(Person.name, Person.email)
        rows = list(session.scalars(behind.limit(PAGE + 1)))
        return _told(session, rows[:PAGE], has_before=True, has_after=len(rows) > PAGE)
    ahead = wanted.where(place < (beside.name, beside.email)).order_by(
        Person.name.desc(), Person.email.desc()
    )
    rows = list(session.scalars(ahead.limit(PAGE + 1)))
    return _told(session, rows[:PAGE][::-1], has_before=len(rows) > PAGE, has_after=True)


def search(session: Session, text: str, state: str = "") -> tuple[PeoplePage, bool]:
    """The first fifty people whose name or address has a text in it, marks and capitals aside; and whether more have."""
    wanted = select(Person.id, Person.name, Person.email).order_by(Person.name, Person.email)
    if state:
        wanted = wanted.where(Person.state == state)
    folded = fold(text)
    fit = [
        key for key, name, email in session.execute(wanted) if folded in fold(name) or folded in fold(email)
    ]
    found = select(Person).where(Person.id.in_(fit[:PAGE])).order_by(Person.name, Person.email)
    return _told(session, list(session.scalars(found)), has_before=False, has_after=False), len(fit) > PAGE


def last_sign_ins(session: Session, people: Sequence[Person]) -> dict[str, datetime]:
    """When each of these people last signed in, by their identifier as text."""
    newest = (
        select(func.max(AuditEntry.seq))
        .where(
            AuditEntry.action == "session.begun",
            AuditEntry.subject.in_([str(person.id) for person in people]),
        )
        .group_by(AuditEntry.subject)
    )
    wanted = select(AuditEntry.subject, AuditEntry.at).where(AuditEntry.seq.in_(newest))
    return dict(session.execute(wanted).all())


def count_sessions(session: Session, person_id: UUID, now: datetime) -> int:
    """How many sessions of a person are in use."""
    wanted = select(func.count()).where(LiveSession.person_id == person_id, LiveSession.expires_at > now)
    return session.scalar(wanted) or 0


def list_led_alone(session: Session, person_id: UUID) -> list[Team]:
    """The open teams that nobody but this person leads: without them nobody is admitted there."""
    leads = (
        select(Membership.team_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.role == "LEAD",
            Membership.admitted_at.is_not(None),
            Person.state == PersonState.ADMITTED,
        )
    )
    theirs = leads.where(Membership.person_id == person_id)
    others = leads.where(Membership.person_id != person_id)
    wanted = select(Team).where(Team.closed_at.is_(None), Team.id.in_(theirs), Team.id.not_in(others))
    return list(session.scalars(wanted.order_by(Team.name)))


def is_one_of_two_administrators(session: Session, person_id: UUID) -> bool:
    """Whether the site would be left with one administrator, or none, who can act without this person."""
    wanted = (
        select(SiteRole.person_id)
        .join(Person, Person.id == SiteRole.person_id)
        .where(
            SiteRole.role == "ADMINISTRATOR",
            SiteRole.admitted_at.is_not(None),
            Person.state == PersonState.ADMITTED,
        )
    )
    able = set(session.scalars(wanted))
    return person_id in able and len(able) <= 2  # noqa: PLR2004 - themselves and whoever asks


def _told(session: Session, people: list[Person], *, has_before: bool, has_after: bool) -> PeoplePage:
    ids = [person.id for person in people]
    return PeoplePage(
        people,
        people[0].id if people and has_before else None,
        people[-1].id if people and has_after else None,
        _places(session, ids),
        _roles(session, ids),
        last_sign_ins(session, people),
    )


def _places(session: Session, ids: list[UUID]) -> dict[UUID, list[tuple[Membership, Team]]]:
    wanted = (
        select(Membership, Team)
        .join(Team, Team.id == Membership.team_id)
        .where(Team.closed_at.is_(None), Membership.person_id.in_(ids))
        .order_by(Team.name)
    )
    found: dict[UUID, list[tuple[Membership, Team]]] = {}
    for membership, team in session.execute(wanted):
        found.setdefault(membership.person_id, []).append((membership, team))
    return found


def _roles(session: Session, ids: list[UUID]) -> dict[UUID, list[SiteRole]]:
    found: dict[UUID, list[SiteRole]] = {}
    for role in session.scalars(select(SiteRole).where(SiteRole.person_id.in_(ids)).order_by(SiteRole.role)):
        found.setdefault(role.person_id, []).append(role)
    return found
