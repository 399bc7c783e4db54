"""Signing in: opening one's own bundle, slowly after failures, never locked out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.audit.actions import Recorder, attach, commit, commit_notes, record, record_refusal
from reprisals.config import Settings
from reprisals.database.engine import is_postgresql
from reprisals.database.session import Database
from reprisals.identity import queries
from reprisals.identity.actions.sessions import end_session, record_too_soon
from reprisals.identity.actions.told import BEGUN, mark_of
from reprisals.identity.actions.turns import Turns
from reprisals.identity.models import Attempt, LiveSession, Person, PersonState
from reprisals.identity.rules import (
    FORGET_AFTER,
    FREE_ATTEMPTS,
    LONGEST_WAIT_BY_ACCOUNT,
    LONGEST_WAIT_BY_ADDRESS,
    TELL_EVERY,
    neighbourhood_of,
    network_of,
    normal_email,
    shares_turn,
    wait_after,
    wait_for,
)
from reprisals.sealing.bundle import Bundle, SessionToken, WeakParameters, open_bundle, spend_as_much
from reprisals.sealing.envelope import CannotOpen, label
from reprisals.sealing.keys import BoxSecret, SigningKey, derive

CROWDED = timedelta(seconds=1)
_TURNS = Turns()


class WrongPassphrase(Exception):
    """The passphrase does not open this account's bundle, or there is no such account: nobody is told which."""


class Suspended(Exception):
    """The passphrase is right and the account is suspended."""


class TooSoon(Exception):
    """The next attempt has to wait. `seconds` says how long."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Turn:
    """An attempt that was counted: when, when its address had tried before, and its place among those that wait."""

    at: datetime
    address_before: datetime
    rank: int


class Subjects(NamedTuple):
    """Under what an attempt is counted: keyed hashes of the account, the network, and the account with the neighbourhood."""

    account: bytes
    address: bytes
    pair: bytes


@dataclass(frozen=True, slots=True)
class Knock:
    """An attempt to sign in: what was typed, from which address, with which kind of device."""

    email: str
    passphrase: str
    address: str
    device: str = ""

    def __repr__(self) -> str:
        return "Knock(...)"


def service_key(settings: Settings) -> SigningKey:
    """The key that signs entries where nobody is signed in."""
    return SigningKey(bytes.fromhex(settings.keys.service_seed))


def service_recorder(settings: Settings) -> Recorder:
    """A recorder that signs as the service."""
    return Recorder(service_key(settings), is_person=False)


def sign_in(database: Database, settings: Settings, knock: Knock) -> SessionToken:
    """Open the person's bundle and begin a session. Commits by itself, because the derivation must hold no lock.

    Keys that were replaced while these were opened are as a wrong passphrase. Raises TooSoon, WrongPassphrase, Suspended, and
    WeakParameters where the stored parameters were lowered.
    """
    subjects = _subjects(settings, knock)
    turn = _take_turn(database, settings, subjects, knock.email)
    with _TURNS.turn(turn.rank):
        bundle, person = open_account(database, settings, knock.email, knock.passphrase)
    token = SessionToken.draw()
    with database.writing() as session:
        attach(session, service_recorder(settings))
        found = session.get(Person, person.id, with_for_update=True)
        is_theirs = found is not None and found.bundle == person.bundle
        if found is not None and is_theirs and found.state != PersonState.SUSPENDED:
            _forgive(session, subjects, turn)
            begin_session(session, settings, token, bundle, knock.device)
            record(session, None, BEGUN, person.id, lookup=mark_of(token.lookup))
            commit(session)
            return token
    _refuse(database, settings, "session.refused" if is_theirs else "session.failed", person)
    raise Suspended if is_theirs else WrongPassphrase


def open_account(
    database: Database, settings: Settings, email: str, passphrase: str
) -> tuple[Bundle, Person]:
    """The bundle and the person. Takes as long for an unknown account. Raises WrongPassphrase, WeakParameters."""
    secret = bytes.fromhex(settings.keys.site_secret)
    with database.reading() as session:
        person = queries.find_person_by_email(session, normal_email(email))
    if person is None or person.bundle is None:
        spend_as_much(passphrase, secret)
        _refuse(database, settings, "session.failed", None)
        raise WrongPassphrase
    try:
        return open_bundle(person.bundle, person.id, passphrase, secret), person
    except WeakParameters:
        _refuse(database, settings, "bundle.weakened", person)
        raise
    except CannotOpen:
        _refuse(database, settings, "session.failed", person)
        raise WrongPassphrase from None


def begin_session(
    session: Session, settings: Settings, token: SessionToken, bundle: Bundle, device: str
) -> LiveSession:
    """Keep the bundle under the token until the absolute end of the session."""
    now = clock.now()
    expires = now + timedelta(hours=settings.sessions.absolute_hours)
    live = LiveSession(
        lookup=token.lookup,
        person_id=bundle.person,
        wrapped_bundle=token.seal_bundle(bundle, expires),
        receipt=token.receipt(bundle.person, BoxSecret(bundle.box_seeds).public.raw),
        started_at=now,
        seen_at=now,
        expires_at=expires,
        device=device[:60],
    )
    session.add(live)
    return live


def end_by_token(database: Database, settings: Settings, token: SessionToken, reason: str) -> bool:
    """End the session of a token, used up or not: its row and bundle are gone with this commit. Whether there was one.

    Nobody's keys are needed for it, so the service signs the entry, and it works for a session that no longer opens.
    """
    with database.writing() as session:
        attach(session, service_recorder(settings))
        live = session.get(LiveSession, token.lookup, with_for_update=True)
        if live is None:
            return False
        end_session(session, settings, live, None, reason)
        commit(session)
    return True


def _subjects(settings: Settings, knock: Knock) -> Subjects:
    key = derive(bytes.fromhex(settings.keys.site_secret), label("attempts"))
    email = normal_email(knock.email).encode("utf-8", "replace")
    network = network_of(knock.address).encode("utf-8", "replace")
    account = derive(key + email, label("attempt-account"))
    around = neighbourhood_of(knock.address).encode("utf-8", "replace")
    return Subjects(
        account,
        address=derive(key + network, label("attempt-address")),
        pair=derive(account + around, label("attempt-pair")),
    )


def _take_turn(database: Database, settings: Settings, subjects: Subjects, email: str) -> Turn:
    """Count the attempt before it is made, so that many at once do not slip through together. Raises TooSoon.

    One that comes too soon is recorded: under what it has to wait for, the account or the address.
    """
    now = clock.now()
    with database.writing() as session:
        attach(session, service_recorder(settings))
        pair = _lock_attempt(session, subjects.pair, now)
        account = _lock_attempt(session, subjects.account, now) if shares_turn(pair, now) else None
        address = _lock_attempt(session, subjects.address, now)
        rank = min(pair.failures, FREE_ATTEMPTS)
        wait = wait_for(now, address, pair, account)
        if _TURNS.is_crowded(rank):
            wait = max(wait, CROWDED)
        if timedelta(0) < wait <= LONGEST_WAIT_BY_ADDRESS:
            _tell_too_soon(session, [pair, *([account] if account else []), address], email, now)
            commit(session)
            raise TooSoon(max(1, -(-wait // timedelta(seconds=1))))
        turn = Turn(now, address.last_at, rank)
        for attempt in (pair, account) if account else (pair,):
            _count(attempt, LONGEST_WAIT_BY_ACCOUNT, now)
        _count(address, LONGEST_WAIT_BY_ADDRESS, now)
        commit(session)
    return turn


def _lock_attempt(session: Session, subject: bytes, now: datetime) -> Attempt:
    """The row of a subject, made if it is new, and locked: one statement, so that two first attempts cannot miss each other.

    Pairs are locked before accounts and these before addresses, everywhere, so that nobody waits in a circle.
    """
    insert = postgresql.insert if is_postgresql(session.get_bind()) else sqlite.insert
    made = insert(Attempt).values(subject=subject, failures=0, last_at=now, next_at=now, untold=0)
    same = {"failures": Attempt.failures}
    session.execute(made.on_conflict_do_update(index_elements=[Attempt.subject], set_=same))
    return session.get_one(Attempt, subject, populate_existing=True)


def _tell_too_soon(session: Session, found: list[Attempt], email: str, now: datetime) -> None:
    """One entry a minute for each account or address that is waited for, and how many more there were since the last.

    An account that was only named has not failed: nothing is kept of it, so that nobody fills the table with names.
    """
    waited_for = max(found, key=lambda attempt: attempt.next_at)
    if waited_for.told_at is None or now - waited_for.told_at >= TELL_EVERY:
        is_account = waited_for is not found[-1]
        person = queries.find_person_by_email(session, normal_email(email)) if is_account else None
        record_too_soon(session, str(person.id) if person else "", waited_for.untold)
        waited_for.told_at, waited_for.untold = now, 0
    else:
        waited_for.untold += 1
    for attempt in found:
        if not attempt.failures:
            session.delete(attempt)


def _forgive(session: Session, subjects: Subjects, turn: Turn) -> None:
    """Forget the failures at the account, those from here and those that are shared. Of the address only this attempt is taken
    back: whoever has one good account there must not wipe out with it what they failed at with others.
    """
    for subject in (subjects.pair, subjects.account):
        session.execute(delete(Attempt).where(Attempt.subject == subject))
    attempt = _lock_attempt(session, subjects.address, turn.at)
    attempt.failures -= 1
    if attempt.failures <= 0:
        session.delete(attempt)
    elif attempt.last_at == turn.at:
        attempt.last_at, attempt.next_at = turn.address_before, turn.at


def _count(attempt: Attempt, longest: timedelta, now: datetime) -> None:
    attempt.failures = 1 if now - attempt.last_at > FORGET_AFTER else attempt.failures + 1
    attempt.last_at = now
    attempt.next_at = now + wait_after(attempt.failures, longest)


def _refuse(database: Database, settings: Settings, action: str, person: Person | None) -> None:
    recorder = service_recorder(settings)
    record_refusal(recorder, None, action, str(person.id) if person else "")
    commit_notes(database, recorder)
