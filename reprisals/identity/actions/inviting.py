"""Inviting people, and making one's own keys. The administrator invites and suspends, and can do no more."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor, Permission, require
from reprisals.audit.actions import record
from reprisals.config import Settings
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.sessions import end_sessions_of
from reprisals.identity.models import Invitation, Membership, Person, PersonState, SiteRole
from reprisals.identity.rules import check_place, normal_email
from reprisals.sealing.bundle import Bundle, seal_bundle
from reprisals.sealing.holders import PersonKey
from reprisals.sealing.keys import BoxSecret, SigningKey, draw_passphrase, make_fingerprint


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
    email = normal_email(inviting.email)
    person = queries.find_person_by_email(session, email)
    if person is None:
        person = Person(
            email=email, name=inviting.name.strip(), language=inviting.language, created_at=clock.now()
        )
        session.add(person)
        session.flush()
    elif person.state == PersonState.SUSPENDED:
        raise RuleBroken(_("This account is suspended."), field="email")
    _ask_for_place(session, person, inviting)
    record(
        session, actor, "person.invited", person.id, team=str(inviting.team_id or ""), role=_role(inviting)
    )
    if person.bundle is not None:
        return ""
    return make_invitation(session, settings, person.id, actor.person_id)


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
    if person.state not in {PersonState.INVITED, PersonState.AWAITING}:
        raise RuleBroken(_("This person has been admitted. An invitation would replace their keys."))
    record(session, actor, "person.invited-again", person.id)
    return make_invitation(session, settings, person.id, actor.person_id)


def hash_code(code: str) -> bytes:
    """What is kept of an invitation's code."""
    return hashlib.sha256(b"reprisals/v1|invitation|" + code.strip().encode("utf-8", "replace")).digest()


def accept_invitation(session: Session, settings: Settings, code: str) -> NewKeys:
    """Draw a person's keys and passphrase. The invitation is used up. Raises RuleBroken where it no longer works."""
    now = clock.now()
    invitation = queries.find_open_invitation(session, hash_code(code), now)
    if invitation is not None:
        session.refresh(invitation, with_for_update=True)
    person = queries.find_person(session, invitation.person_id) if invitation else None
    if (
        invitation is None
        or invitation.used_at
        or person is None
        or person.state not in {PersonState.INVITED, PersonState.AWAITING}
    ):
        raise RuleBroken(
            _("This invitation has been used or has run out. Ask the administrator for a new one.")
        )
    invitation.used_at = now
    passphrase = draw_passphrase()
    bundle = Bundle.draw(person.id, bytes.fromhex(settings.keys.root_public))
    fingerprint = set_keys(session, settings, person, bundle, passphrase)
    person.state = PersonState.AWAITING
    record(session, None, "person.keys-made", person.id)
    return NewKeys(person.id, passphrase, fingerprint)


def set_keys(session: Session, settings: Settings, person: Person, bundle: Bundle, passphrase: str) -> str:
    """Give a person this bundle under this passphrase. Their fingerprint."""
    person.bundle = seal_bundle(bundle, passphrase, bytes.fromhex(settings.keys.site_secret))
    box, signing = BoxSecret(bundle.box_seeds).public.raw, SigningKey(bundle.signing_seed).public
    session.add(PersonKey(person_id=person.id, signing_public=signing, box_public=box, made_at=clock.now()))
    session.flush()
    return make_fingerprint(person.id, signing, box)


def suspend(session: Session, settings: Settings, actor: Actor, person: Person) -> None:
    """Suspend somebody at once: their sessions end in the same transaction. Raises NotAllowed, RuleBroken."""
    require(actor, Permission.PERSON_SUSPEND)
    if person.id == actor.person_id:
        raise RuleBroken(_("You cannot suspend yourself."))
    person.state = PersonState.SUSPENDED
    end_sessions_of(session, settings, person.id, actor, "suspended")
    record(session, actor, "person.suspended", person.id)


def reinstate(session: Session, actor: Actor, person: Person) -> None:
    """End a suspension. Raises NotAllowed, RuleBroken."""
    require(actor, Permission.PERSON_SUSPEND)
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
    if inviting.team_id is None or queries.find_team(session, inviting.team_id) is None:
        raise RuleBroken(_("Choose a team or a role."), field="place")
    if queries.find_membership(session, person.id, inviting.team_id) is not None:
        raise RuleBroken(_("This person is in this team already."), field="place")
    session.add(
        Membership(person_id=person.id, team_id=inviting.team_id, role=inviting.team_role, asked_at=now)
    )


def _role(inviting: Inviting) -> str:
    return inviting.site_role or inviting.team_role
