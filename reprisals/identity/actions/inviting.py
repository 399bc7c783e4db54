"""Inviting people, and making one's own keys. The administrator invites and suspends, and can do no more."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor, NotAllowed, Permission, require
from reprisals.audit.actions import attach, commit, record
from reprisals.config import Settings
from reprisals.database.engine import is_postgresql
from reprisals.database.session import Database
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.locking import lock, lock_persons
from reprisals.identity.actions.sessions import end_sessions_of, forget_sessions_of
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Invitation, Membership, Person, PersonState, SiteRole
from reprisals.identity.rules import check_apart, check_place, normal_email
from reprisals.sealing.bundle import Bundle, seal_bundle
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.holders import PersonKey
from reprisals.sealing.keys import BoxSecret, SigningKey, draw_passphrase, make_fingerprint

LEAD = "LEAD"
_NOT_ADMITTED = frozenset({PersonState.INVITED, PersonState.AWAITING})


@dataclass(frozen=True, slots=True)
class Inviting:
    """Whom to invite, and for what: a place in a team, or a role of the site."""

    email: str
    name: str
    language: str
    team_id: UUID | None = None
    team_role: str = "MEMBER"
    site_role: str | None = None


@dataclass(frozen=True, slots=True)
class NewKeys:
    """What a person is shown once: their passphrase and the fingerprint to read out. Its `repr` shows nothing."""

    person_id: UUID
    passphrase: str
    fingerprint: str

    def __repr__(self) -> str:
        return "NewKeys(...)"


def invite(session: Session, settings: Settings, actor: Actor, inviting: Inviting) -> str:
    """Invite somebody, or ask for one more place for somebody known. The code of the invitation, shown once.

    Raises NotAllowed, RuleBroken. An empty code means that the person has keys already and only awaits admission.
    """
    require(actor, Permission.PERSON_INVITE)
    person = _locked_by_email(session, inviting)
    if person.state == PersonState.SUSPENDED:
        raise RuleBroken(_("This account is suspended."), field="email")
    _ask_for_place(session, person, inviting)
    record(
        session, actor, "person.invited", person.id, team=str(inviting.team_id or ""), role=_role(inviting)
    )
    if person.bundle is not None:
        return ""
    return make_invitation(session, settings, person.id, actor.person_id)


def _locked_by_email(session: Session, inviting: Inviting) -> Person:
    """The person of the address, made if they are new, and locked: two administrators at once invite one person."""
    email = normal_email(inviting.email)
    insert = postgresql.insert if is_postgresql(session.get_bind()) else sqlite.insert
    made = insert(Person).values(
        id=uuid4(),
        email=email,
        name=inviting.name.strip(),
        language=inviting.language,
        created_at=clock.now(),
        state=PersonState.INVITED,
        is_automation=False,
    )
    session.execute(made.on_conflict_do_nothing(index_elements=[Person.email]))
    wanted = select(Person).where(Person.email == email).with_for_update(key_share=True)
    return session.scalars(wanted.execution_options(populate_existing=True)).one()


def make_invitation(session: Session, settings: Settings, person_id: UUID, by: UUID) -> str:
    """A code that works once within 72 hours; earlier ones of the same person no longer work."""
    session.execute(delete(Invitation).where(Invitation.person_id == person_id, Invitation.used_at.is_(None)))
    code = secrets.token_urlsafe(24)
    now = clock.now()
    session.add(
        Invitation(
            person_id=person_id,
            code_hash=hash_code(code),
            made_at=now,
            expires_at=now + timedelta(hours=settings.sessions.invitation_hours),
            invited_by=by,
        )
    )
    return code


def invite_again(session: Session, settings: Settings, actor: Actor, person: Person) -> str:
    """A new invitation for somebody who lost the first, or their passphrase before anybody admitted them.

    Raises NotAllowed, and RuleBroken for a person who was admitted: their keys are replaced by another way.
    """
    require(actor, Permission.PERSON_INVITE)
    lock(session, Person, person.id)
    if person.state not in _NOT_ADMITTED:
        raise RuleBroken(_("This person has been admitted. An invitation would replace their keys."))
    record(session, actor, "person.invited-again", person.id)
    return make_invitation(session, settings, person.id, actor.person_id)


def cancel_invitation(session: Session, actor: Actor, person: Person) -> None:
    """Take back what somebody was invited to and not yet admitted to; a link that was not used works no more.

    Raises NotAllowed, RuleBroken where nothing waits.
    """
    require(actor, Permission.PERSON_INVITE)
    lock(session, Person, person.id)
    gone = 0
    for clearing in (
        delete(Invitation).where(Invitation.person_id == person.id, Invitation.used_at.is_(None)),
        delete(Membership).where(Membership.person_id == person.id, Membership.admitted_at.is_(None)),
        delete(SiteRole).where(SiteRole.person_id == person.id, SiteRole.admitted_at.is_(None)),
    ):
        gone += int(getattr(session.execute(clearing), "rowcount", 0))
    if not gone:
        raise RuleBroken(_("Nothing waits for this person any more."))
    record(session, actor, "person.invitation-cancelled", person.id)


def hash_code(code: str) -> bytes:
    """What is kept of an invitation's code."""
    return hashlib.sha256(b"reprisals/v1|invitation|" + code.strip().encode("utf-8", "replace")).digest()


@dataclass(frozen=True)
class DrawnKeys:
    """New keys of a person, not yet theirs: what is shown once, the bundle under its passphrase, the public halves."""

    shown: NewKeys
    sealed_bundle: bytes = field(repr=False)
    signing_public: bytes
    box_public: bytes


def accept_invitation(database: Database, settings: Settings, code: str) -> NewKeys:
    """Draw a person's keys and passphrase. The invitation is used up. Raises RuleBroken where it no longer works.

    Commits by itself: the derivations take long and hold no lock.
    """
    with database.reading() as session:
        person_id = find_invitation(session, code).person_id
    drawn = draw_keys(settings, Bundle.draw(person_id, bytes.fromhex(settings.keys.root_public)))
    with database.writing() as session:
        attach(session, service_recorder(settings))
        take_keys(session, code, drawn)
        commit(session)
    return drawn.shown


def find_invitation(session: Session, code: str) -> Invitation:
    """The invitation of a code. Raises RuleBroken where it does not work, or no longer."""
    invitation = queries.find_open_invitation(session, hash_code(code), clock.now())
    person = queries.find_person(session, invitation.person_id) if invitation else None
    if invitation is None or person is None or person.state not in _NOT_ADMITTED:
        raise RuleBroken(
            _("This invitation has been used or has run out. Ask the administrator for a new one.")
        )
    return invitation


def draw_keys(settings: Settings, bundle: Bundle, passphrase: str | None = None) -> DrawnKeys:
    """Seal a new bundle under a passphrase, drawn unless it is given for automation. Slow by design: hold no lock."""
    passphrase = passphrase or draw_passphrase()
    sealed = seal_bundle(bundle, passphrase, bytes.fromhex(settings.keys.site_secret))
    box, signing = BoxSecret(bundle.box_seeds).public.raw, SigningKey(bundle.signing_seed).public
    shown = NewKeys(bundle.person, passphrase, make_fingerprint(bundle.person, signing, box))
    return DrawnKeys(shown, sealed, signing, box)


def take_keys(session: Session, code: str, drawn: DrawnKeys) -> None:
    """Give the keys to the person whose invitation it is, and use it up. Of two at once, one is refused: RuleBroken.

    Sessions that were begun with earlier keys end: a link may have been in the wrong hands before it was in the right ones.
    """
    person = lock(session, Person, drawn.shown.person_id)
    invitation = find_invitation(session, code)
    if person is None or invitation.person_id != person.id:
        raise ValueError("keys drawn for somebody else")
    invitation.used_at = clock.now()
    forget_sessions_of(session, person.id)
    give_keys(session, person, drawn)
    person.state = PersonState.AWAITING
    record(session, None, "person.keys-made", person.id)


def give_keys(session: Session, person: Person, drawn: DrawnKeys) -> None:
    """Store a person's keys."""
    person.bundle = drawn.sealed_bundle
    session.add(
        PersonKey(
            person_id=person.id,
            signing_public=drawn.signing_public,
            box_public=drawn.box_public,
            made_at=clock.now(),
        )
    )
    session.flush()


def suspend(session: Session, settings: Settings, actor: Actor, person: Person) -> None:
    """Suspend somebody at once: their sessions end in the same transaction. Raises NotAllowed, RuleBroken.

    Whoever suspends is locked, too: of two who suspend each other, one succeeds.
    """
    require(actor, Permission.PERSON_SUSPEND)
    if person.id == actor.person_id:
        raise RuleBroken(_("You cannot suspend yourself."))
    acting = lock_persons(session, actor.person_id, person.id)[actor.person_id]
    if acting is None or acting.state == PersonState.SUSPENDED:
        raise NotAllowed(Permission.PERSON_SUSPEND)
    if person.state == PersonState.SUSPENDED:
        raise RuleBroken(_("This account is suspended."))
    person.state = PersonState.SUSPENDED
    end_sessions_of(session, settings, person.id, actor, "suspended")
    record(session, actor, "person.suspended", person.id)


def reinstate(session: Session, actor: Actor, person: Person) -> None:
    """End a suspension. Raises NotAllowed, RuleBroken."""
    require(actor, Permission.PERSON_SUSPEND)
    lock(session, Person, person.id)
    if person.state != PersonState.SUSPENDED:
        raise RuleBroken(_("This account is not suspended."))
    person.state = _state_before(session, person)
    record(session, actor, "person.reinstated", person.id)


def _state_before(session: Session, person: Person) -> PersonState:
    if person.bundle is None:
        return PersonState.INVITED
    actor_known = [m for m in session.query(Membership).filter_by(person_id=person.id) if m.admitted_at]
    roles_known = [r for r in session.query(SiteRole).filter_by(person_id=person.id) if r.admitted_at]
    return PersonState.ADMITTED if actor_known or roles_known else PersonState.AWAITING


def _ask_for_place(session: Session, person: Person, inviting: Inviting) -> None:
    now = clock.now()
    check_place(inviting.site_role, inviting.team_role)
    if inviting.site_role:
        if session.get(SiteRole, (person.id, inviting.site_role)) is not None:
            raise RuleBroken(_("This person has this role already."), field="place")
        session.add(SiteRole(person_id=person.id, role=inviting.site_role, asked_at=now))
        return
    team = queries.find_team(session, inviting.team_id) if inviting.team_id else None
    if inviting.team_id is None or team is None:
        raise RuleBroken(_("Choose a team or a role."), field="place")
    check_apart(team.kind, queries.kinds_of_teams(session, person.id))
    if queries.find_membership(session, person.id, inviting.team_id) is not None:
        raise RuleBroken(_("This person is in this team already."), field="place")
    if inviting.team_role != LEAD and not _can_admit(session, inviting.team_id):
        raise RuleBroken(
            _(
                "Nobody could admit a member: this team has no lead yet. Its first person is invited as its lead."
            ),
            field="team_role",
        )
    session.add(
        Membership(person_id=person.id, team_id=inviting.team_id, role=inviting.team_role, asked_at=now)
    )


def _can_admit(session: Session, team_id: UUID) -> bool:
    """Whether somebody may admit members to the team, or is invited to be its lead."""
    lead = select(Membership.person_id).where(Membership.team_id == team_id, Membership.role == LEAD).limit(1)
    return team_has_keys(session, team_id) or session.scalar(lead) is not None


def _role(inviting: Inviting) -> str:
    return inviting.site_role or inviting.team_role
