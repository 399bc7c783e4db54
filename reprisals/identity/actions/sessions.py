"""Sessions: resuming one by its token, ending it, and receiving what was posted after it ended."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, inspect, select, update
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.actions import record, record_opening, record_refusal, recorder_of
from reprisals.config import Settings
from reprisals.identity.actions.acting import find_standings, record_refused
from reprisals.identity.actions.locking import lock
from reprisals.identity.actions.told import KEPT, has_begun, list_genuine, mark_of
from reprisals.identity.models import Attempt, KeptForm, LiveSession, Person, PersonState, SessionStub
from reprisals.identity.rules import FORGET_AFTER, TELL_EVERY, is_over
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.documents import from_bytes, to_bytes
from reprisals.sealing.envelope import CannotOpen, label
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic
from reprisals.sealing.trust import current_key

MOST_KEPT, MOST_KEPT_OF_ONE = 20, 10
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """Somebody signed in, for one request."""

    person: Person
    actor: Actor
    live: LiveSession
    keyring: Keyring = field(repr=False)
    token: SessionToken = field(repr=False)


@dataclass(frozen=True, slots=True)
class LateForm:
    """What was posted: where to, and the fields in their order."""

    path: str
    fields: tuple[tuple[str, str], ...]


def resume(session: Session, settings: Settings, token: SessionToken) -> SignedIn | None:
    """The session of a token, or None where it has ended, its person is suspended, or it does not open.

    One that opens keys which the person has replaced since has ended, too: somebody else may have made those. This, and a
    seat or a role that no certificate backs and that is left out, is named in the log once a session.
    """
    wanted = select(LiveSession, Person).join(Person, Person.id == LiveSession.person_id)
    row = session.execute(wanted.where(LiveSession.lookup == token.lookup)).first()
    if row is None:
        return None
    live, person = row
    idle = timedelta(minutes=settings.sessions.idle_minutes)
    if is_over(clock.now(), live.seen_at, live.expires_at, idle):
        return None
    if person.state == PersonState.SUSPENDED:
        return None
    try:
        bundle = token.open_bundle(live.wrapped_bundle, live.person_id, live.expires_at)
    except CannotOpen:
        return None
    keyring = Keyring(bundle)
    found = find_standings(session, keyring)
    record_refused(session, found, since=live.started_at)
    return SignedIn(person, found.actor, live, keyring, token) if found.has_current_keys else None


def hold_session(session: Session, live: LiveSession) -> bool:
    """Hold a session until the commit, so that nobody ends it underneath. False where somebody has ended it meanwhile.

    It is the last row that is taken: whoever ends a session has locked its person before, so nobody waits in a circle.
    """
    session.flush()
    if inspect(live).deleted:
        return True  # ended by this transaction itself
    return hold_session_of(session, live.lookup)


def hold_session_of(session: Session, lookup: bytes) -> bool:
    """The same by the lookup of its token, for a transaction that comes after the one that the session was resumed in."""
    session.flush()
    wanted = select(LiveSession.lookup).where(LiveSession.lookup == lookup)
    return session.scalars(wanted.with_for_update(read=True, key_share=True)).first() is not None


def is_in_use(session: Session, lookup: bytes) -> bool:
    """Whether nobody has ended a session yet. Holds nothing: somebody may end it in the next moment."""
    return session.scalars(select(LiveSession.lookup).where(LiveSession.lookup == lookup)).first() is not None


def touch(session: Session, lookup: bytes, now: datetime) -> None:
    """Remember that a session is in use."""
    session.execute(
        update(LiveSession)
        .where(LiveSession.lookup == lookup, LiveSession.seen_at < now)
        .values(seen_at=now)
        .execution_options(synchronize_session=False)
    )


def end_session(
    session: Session, settings: Settings, live: LiveSession, actor: Actor | None, reason: str
) -> None:
    """Delete a session with its wrapped bundle at once. A stub stays that can only receive."""
    now = clock.now()
    session.add(
        SessionStub(
            lookup=live.lookup,
            person_id=live.person_id,
            receipt=live.receipt,
            until=now + timedelta(days=settings.sessions.late_days),
        )
    )
    session.delete(live)
    record(session, actor, "session.ended", live.person_id, reason=reason)


def end_own_session(session: Session, settings: Settings, actor: Actor, session_id: UUID) -> None:
    """End one of the actor's own sessions. Asked for twice, or of one that has run out meanwhile, it is ended once."""
    lock(session, Person, actor.person_id)
    wanted = select(LiveSession).where(LiveSession.id == session_id, LiveSession.person_id == actor.person_id)
    for live in session.scalars(wanted.with_for_update()):
        end_session(session, settings, live, actor, "ended-elsewhere")


def end_sessions_of(session: Session, settings: Settings, person_id: UUID, actor: Actor, reason: str) -> int:
    """End every session of a person, whom the caller has locked. Says how many."""
    theirs = select(LiveSession).where(LiveSession.person_id == person_id)
    lives = list(session.scalars(theirs.with_for_update()))
    for live in lives:
        end_session(session, settings, live, actor, reason)
    return len(lives)


def forget_sessions_of(session: Session, person_id: UUID) -> None:
    """End every session of a person, whom the caller has locked, and leave nothing that could receive: their keys are replaced.

    What was kept for the old keys goes, too. Nobody who is meant can open it, and it would take up the room of what can be.
    """
    for live in session.scalars(
        select(LiveSession).where(LiveSession.person_id == person_id).with_for_update()
    ):
        session.delete(live)
        record(session, None, "session.ended", person_id, reason="keys-replaced")
    session.execute(delete(SessionStub).where(SessionStub.person_id == person_id))
    for kept in session.scalars(select(KeptForm).where(KeptForm.person_id == person_id)):
        session.delete(kept)
        record(session, None, "form.dropped", person_id)


def end_other_sessions(session: Session, settings: Settings, actor: Actor, kept: LiveSession) -> int:
    """End every session of the actor but this one. Says how many."""
    lock(session, Person, actor.person_id)
    mine = select(LiveSession).where(
        LiveSession.person_id == actor.person_id, LiveSession.lookup != kept.lookup
    )
    lives = list(session.scalars(mine.with_for_update()))
    for live in lives:
        end_session(session, settings, live, actor, "ended-elsewhere")
    return len(lives)


def find_stub(session: Session, token: SessionToken) -> SessionStub | LiveSession | None:
    """What is left of an ended session: its stub, or its row where nobody has cleared it away yet."""
    stub = session.get(SessionStub, token.lookup)
    if stub is not None:
        return stub if stub.until > clock.now() else None
    return session.get(LiveSession, token.lookup)


def keep_form(session: Session, settings: Settings, token: SessionToken, form: LateForm) -> bool:
    """Seal what was posted too late to the person. False where the token belongs to nobody, or too much is kept already.

    The person's public key is checked against the receipt that their session left, so no other key can stand in its place; and
    the session must be one that the log says was theirs, because whoever writes the database can make a receipt for any key.
    Whoever has an old cookie fills at most half of the room, and the entry of the last form that it takes says so. Nothing is
    kept of whoever is suspended; their row is locked, so that a suspension comes wholly before or after.
    """
    stub = find_stub(session, token)
    person = lock(session, Person, stub.person_id) if stub else None
    if stub is None or person is None or person.state == PersonState.SUSPENDED:
        return False
    key = current_key(session, person.id)
    if key is None or token.receipt(person.id, key.box_public) != stub.receipt:
        return False
    if not has_begun(session, settings, stub.person_id, token.lookup):
        return False
    held = list(session.scalars(select(KeptForm.lookup).where(KeptForm.person_id == stub.person_id)))
    of_one = held.count(token.lookup)
    if len(held) >= MOST_KEPT or of_one >= MOST_KEPT_OF_ONE:
        return False
    now = clock.now()
    kept = KeptForm(
        person_id=stub.person_id,
        lookup=token.lookup,
        sealed=b"",
        kept_at=now,
        until=now + timedelta(days=settings.sessions.late_days),
    )
    kept.sealed = BoxPublic(key.box_public).seal(to_bytes(form), _kept_context(kept))
    session.add(kept)
    told: dict[str, Any] = {"form": str(kept.id), "sealed": mark_of(kept.sealed)}
    if of_one + 1 == MOST_KEPT_OF_ONE:
        told["last_of_session"] = True
    record(session, None, KEPT, stub.person_id, **told)
    return True


def list_kept(session: Session, settings: Settings, person_id: UUID) -> list[KeptForm]:
    """What is kept for a person, the newest first. A form that the service did not keep is left out, and refused in the log."""
    wanted = select(KeptForm).where(KeptForm.person_id == person_id, KeptForm.until > clock.now())
    found = list(session.scalars(wanted.order_by(KeptForm.kept_at.desc())))
    return list_genuine(session, settings, person_id, found)


def open_kept(
    session: Session, settings: Settings, actor: Actor, keyring: Keyring, kept: KeptForm
) -> LateForm:
    """What somebody posted themselves; the opening is recorded. Raises CannotOpen for anybody else, and for a planted form."""
    if kept.person_id != actor.person_id:
        raise CannotOpen
    if not list_genuine(session, settings, actor.person_id, [kept]):
        raise CannotOpen(f"kept form {kept.id}")
    record_opening(session, actor, "form.opened", None, form=str(kept.id))
    try:
        return from_bytes(LateForm, keyring.box.open(kept.sealed, _kept_context(kept)))
    except CannotOpen:
        raise CannotOpen(f"kept form {kept.id}") from None


def open_all_kept(
    session: Session, settings: Settings, actor: Actor, keyring: Keyring
) -> list[tuple[KeptForm, LateForm | None]]:
    """All that is kept for the actor, the newest first; None for what their keys do not open. Recorded as one opening."""
    found = list_kept(session, settings, actor.person_id)
    if found:
        record_opening(session, actor, "form.opened", None, forms=[str(kept.id) for kept in found])
    return [(kept, _late_of(keyring, kept)) for kept in found]


def _late_of(keyring: Keyring, kept: KeptForm) -> LateForm | None:
    try:
        return from_bytes(LateForm, keyring.box.open(kept.sealed, _kept_context(kept)))
    except CannotOpen:
        return None


def drop_kept(session: Session, actor: Actor, kept: KeptForm) -> None:
    """Delete a kept form: it was used, or is not wanted."""
    session.delete(kept)
    record(session, actor, "form.dropped", kept.person_id)


def record_too_soon(session: Session, subject: str, left_out: int) -> None:
    """Record an attempt to sign in that came too soon, and how many more were only counted since the last entry."""
    details: dict[str, Any] = {"left_out": left_out} if left_out else {}
    record_refusal(recorder_of(session), None, "session.too-soon", subject, **details)


def purge(session: Session, settings: Settings) -> int:
    """Clear away what has run out: bundles of ended sessions (a stub stays), stubs, kept forms, old attempts. Says how many.

    Attempts that were only counted are recorded by then, if nothing else has told of them.
    """
    now = clock.now()
    idle = timedelta(minutes=settings.sessions.idle_minutes)
    over = select(LiveSession).where((LiveSession.expires_at <= now) | (LiveSession.seen_at <= now - idle))
    lives = list(session.scalars(over.with_for_update(skip_locked=True)))
    for live in lives:
        end_session(session, settings, live, None, "expired")
    counted = select(Attempt).where(Attempt.untold > 0, Attempt.told_at <= now - TELL_EVERY)
    for attempt in session.scalars(counted.with_for_update(skip_locked=True)):
        record_too_soon(session, "", attempt.untold - 1)
        attempt.untold = 0
    gone = len(lives)
    for clearing in (
        delete(SessionStub).where(SessionStub.until <= now),
        delete(KeptForm).where(KeptForm.until <= now),
        delete(Attempt).where(Attempt.last_at <= now - FORGET_AFTER),
    ):
        gone += int(getattr(session.execute(clearing), "rowcount", 0))
    return gone


def _kept_context(kept: KeptForm) -> bytes:
    return label("kept-form", kept.id, kept.person_id)
