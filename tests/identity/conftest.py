"""Derivations that cost nothing, for tests that are not about what they cost; and accounts to sign in to."""

import hashlib
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from threading import Barrier
from typing import TypeVar

import pytest
from sqlalchemy import select

from reprisals import clock
from reprisals.access import NotAllowed
from reprisals.audit.actions import attach, commit
from reprisals.database.engine import is_postgresql
from reprisals.database.session import Database
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.admitting import hear, keys_to_hear
from reprisals.identity.actions.signing_in import Knock, service_recorder
from reprisals.identity.models import Membership, SiteRole
from reprisals.sealing import bundle as bundles
from reprisals.sealing import keys
from reprisals.sealing.bundle import seal_bundle
from tests.makers import Makers, Site, Somebody, bundle_of

WORDS = "right words"
PATIENCE = 30
Row = TypeVar("Row")
Give = Callable[[Somebody], Somebody]


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Make derivations cheap. Counts them by passphrase."""
    counted: Counter[str] = Counter()

    def cheap(passphrase: str, salt: bytes, parameters: object) -> bytes:
        passphrase = " ".join(passphrase.split())
        counted[passphrase] += 1
        return hashlib.sha256(
            f"{passphrase}|{salt.hex()}|{parameters}".encode("utf-8", "surrogatepass")
        ).digest()

    monkeypatch.setattr(bundles, "stretch", cheap)
    monkeypatch.setattr(keys, "stretch", cheap)
    return counted


@pytest.fixture
def give_passphrase(site: Site, derived: Counter[str]) -> Give:
    """Seal somebody's bundle under `WORDS`."""

    def giving(who: Somebody) -> Somebody:
        secret = bytes.fromhex(site.settings.keys.site_secret)
        who.person.bundle = seal_bundle(bundle_of(who.keyring), WORDS, secret)
        return who

    return giving


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in, and how they knock."""

    who: Somebody

    def knock(self, passphrase: str = WORDS, address: str = "192.0.2.1", email: str = "") -> Knock:
        return Knock(email or self.who.person.email, passphrase, address, "Browser")


@pytest.fixture
def account(committing: Callable[..., AbstractContextManager[Makers]], give_passphrase: Give) -> Account:
    """A member of a team who can sign in, in a database with real commits."""
    with committing() as make:
        team, _lead = make.team()
        return Account(give_passphrase(make.member(team)))


@pytest.fixture
def fingerprint(derived: Counter[str]) -> Callable[[Somebody], str]:
    """The digits that somebody reads out."""
    return lambda who: keys.make_fingerprint(
        who.person.id, who.keyring.signing.public, who.keyring.box.public.raw
    )


@pytest.fixture
def rows(database: Database) -> Callable[[type[Row]], list[Row]]:
    """All rows of a table, seen from a new connection."""

    def reading(model: type[Row]) -> list[Row]:
        with database.reading() as session:
            return list(session.scalars(select(model)))

    return reading


@pytest.fixture
def newcomer(make: Makers) -> Somebody:
    """Somebody who has made their keys and waits."""
    return make.person()


@pytest.fixture
def ask(session):
    """Ask for a place in a team, as an invitation does."""

    def asking(who, team, role="MEMBER"):
        place = Membership(person_id=who.person.id, team_id=team.id, role=role, asked_at=clock.now())
        session.add(place)
        session.flush()
        return place

    return asking


@pytest.fixture
def ask_role(session):
    """Ask for a role of the site."""

    def asking(who, role):
        place = SiteRole(person_id=who.person.id, role=role, asked_at=clock.now())
        session.add(place)
        session.flush()
        return place

    return asking


@pytest.fixture
def at_once(database, settings):
    """Do things at the same time. Each is what it looks at before it begins, and what it then does; how each ended.

    On PostgreSQL both have looked before either begins. SQLite lets one write at a time from the first look on.
    """

    def racing(*tasks):
        meeting = Barrier(len(tasks) if is_postgresql(database.engine) else 1)

        def run(task):
            look, act = task
            with database.writing() as session:
                attach(session, service_recorder(settings))
                seen = look(session)
                meeting.wait(PATIENCE)
                try:
                    act(session, seen)
                    commit(session)
                except (RuleBroken, NotAllowed) as refusal:
                    return type(refusal).__name__
            return "done"

        with ThreadPoolExecutor(len(tasks)) as pool:
            return Counter(pool.map(run, tasks))

    return racing


@pytest.fixture
def heard(database, derived, fingerprint):
    """The keys of somebody who read out the right digits."""

    def hearing(who):
        with database.reading() as session:
            return hear(keys_to_hear(session, who.person.id), fingerprint(who))

    return hearing
