"""The invented people of the demonstration, who come in as real ones do: invited, with own keys, admitted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals.access import Actor
from reprisals.audit.actions import Recorder, attach, commit
from reprisals.cli.refusals import Refused
from reprisals.config import Settings
from reprisals.database.session import Database
from reprisals.identity import queries
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.admitting import (
    Founding,
    Heard,
    admit,
    certify_role,
    found_team,
    hear,
    keys_to_hear,
    make_keys,
)
from reprisals.identity.actions.inviting import Inviting, NewKeys, accept_invitation, invite
from reprisals.identity.actions.signing_in import open_account
from reprisals.identity.models import SiteRole, Team
from reprisals.sealing.holders import TeamKind
from reprisals.sealing.keyring import Keyring

FOUNDER = "custodian@demo.example"


@dataclass(frozen=True, slots=True)
class Account:
    """Who can be signed in as. Its `repr` leaves the passphrase out."""

    email: str
    passphrase: str = field(repr=False)
    role: str


@dataclass(frozen=True)
class Somebody:
    """A person at work in the demonstration."""

    actor: Actor
    keyring: Keyring = field(repr=False)


@dataclass(frozen=True, slots=True)
class Guest:
    """An invented person: address, name, and what they are, in words."""

    email: str
    name: str
    role: str


LEADS = {
    Guest("lead@demo.example", "Samir Nasser", "lead of the focal team in Amman"): Founding(
        TeamKind.FOCAL, "UNDP Amman", "UNDP", "Amman", ("IRQ", "JOR", "LBN", "SYR", "YEM"), "FRIDAY_SATURDAY"
    ),
    Guest("juba@demo.example", "Grace Lado", "lead of the focal team in Juba"): Founding(
        TeamKind.FOCAL, "UNMISS Juba", "UNMISS", "Juba", ("SSD",)
    ),
    Guest("santiago@demo.example", "Matías Rojas", "lead of the focal team in Santiago"): Founding(
        TeamKind.FOCAL, "OHCHR South America", "OHCHR-ROSAM", "Santiago", ("ARG", "BOL", "CHL", "PER", "URY")
    ),
}
FIELD = Guest("field@demo.example", "Amina Haddad", "member of the focal team in Amman")
TEAM = Guest("team@demo.example", "Elena Marchetti", "member of the reprisals team")
DRAFTER = Guest("drafter@demo.example", "Thomas Okafor", "member of the drafting team")
ALTERNATE = Guest("alternate@demo.example", "Mei Tanaka", "lead of the alternate team")
AUDITOR = Guest("auditor@demo.example", "Ingrid Solberg", "auditor")
ADMINISTRATOR = Guest("admin@demo.example", "Paul Mensah", "administrator")


class Settling:
    """Brings the people in. Each step commits by itself, in the name of whoever takes it."""

    def __init__(self, settings: Settings, database: Database, founder: NewKeys) -> None:
        self.settings = settings
        self.database = database
        self.founder = self._enter(FOUNDER, founder)
        founding = "administrator and custodian, lead of the central and the drafting team"
        self.accounts = [Account(FOUNDER, founder.passphrase, founding)]
        self.authors: list[Somebody] = []

    def settle(self) -> list[Account]:
        """Everybody, the ones to begin with first."""
        leads = {guest: self._lead(guest, self._found(team)) for guest, team in LEADS.items()}
        amman = next(iter(leads.values()))
        member = self._member(FIELD, next(iter(amman.actor.teams)), amman)
        self.authors = [member, *leads.values()]
        self._member(TEAM, self._office_team(TeamKind.CENTRAL).id, self.founder)
        self._member(DRAFTER, self._office_team(TeamKind.DRAFTING).id, self.founder)
        self._lead(ALTERNATE, self._office_team(TeamKind.ALTERNATE))
        self._role(AUDITOR, "AUDITOR")
        self._role(ADMINISTRATOR, "ADMINISTRATOR")
        first = [guest.email for guest in (FIELD, *list(LEADS)[:1], TEAM, DRAFTER, AUDITOR, ADMINISTRATOR)]
        return sorted(self.accounts, key=lambda account: [*first, account.email].index(account.email))

    def _found(self, founding: Founding) -> Team:
        with self._acting(self.founder) as session:
            return found_team(session, self.founder.actor, founding)

    def _lead(self, guest: Guest, team: Team) -> Somebody:
        """Invited and admitted by the founder; then they make the keys of their team themselves."""
        keys = self._invite(guest, team_id=team.id, team_role="LEAD")
        self._admit(self.founder, keys, team.id)
        lead = self._enter(guest.email, keys)
        with self._acting(lead) as session:
            make_keys(session, self.settings, lead.actor, lead.keyring, team)
        return lead

    def _member(self, guest: Guest, team_id: UUID, lead: Somebody) -> Somebody:
        keys = self._invite(guest, team_id=team_id)
        self._admit(lead, keys, team_id)
        return self._enter(guest.email, keys)

    def _role(self, guest: Guest, role: str) -> None:
        keys = self._invite(guest, site_role=role)
        heard = self._hear(keys)
        with self._acting(self.founder) as session:
            asked = session.get_one(SiteRole, (keys.person_id, role))
            certify_role(session, self.founder.actor, self.founder.keyring, asked, heard)

    def _hear(self, keys: NewKeys) -> Heard:
        with self.database.reading() as session:
            newcomer = keys_to_hear(session, keys.person_id)
        return hear(newcomer, keys.fingerprint)

    def _invite(self, guest: Guest, **place: Any) -> NewKeys:
        inviting = Inviting(guest.email, guest.name, "en", **place)
        with self._acting(self.founder) as session:
            code = invite(session, self.settings, self.founder.actor, inviting)
        keys = accept_invitation(self.database, self.settings, code)
        self.accounts.append(Account(guest.email, keys.passphrase, guest.role))
        return keys

    def _admit(self, by: Somebody, keys: NewKeys, team_id: UUID) -> None:
        heard = self._hear(keys)
        with self._acting(by) as session:
            place = queries.find_membership(session, keys.person_id, team_id)
            if place is None:
                raise Refused("The demonstration could not be made: a place was not asked for.")
            admit(session, by.actor, by.keyring, place, heard)

    def _enter(self, email: str, keys: NewKeys) -> Somebody:
        bundle, _person = open_account(self.database, self.settings, email, keys.passphrase)
        with self.database.reading() as session:
            keyring = Keyring(bundle)
            return Somebody(find_actor(session, keyring), keyring)

    def _office_team(self, kind: TeamKind) -> Team:
        with self.database.reading() as session:
            team = queries.find_site_team(session, kind)
        if team is None:
            raise Refused("The demonstration could not be made: a team of the office is missing.")
        return team

    @contextmanager
    def _acting(self, somebody: Somebody) -> Iterator[Session]:
        with self.database.writing() as session:
            attach(session, Recorder(somebody.keyring.signing, is_person=True))
            yield session
            commit(session)
