"""Founding a site: its root, its first person, and the central, drafting and alternate teams."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.audit.actions import begin_log, record
from reprisals.config import Settings
from reprisals.identity.actions.admitting import Founding, add_team, identity_of
from reprisals.identity.actions.inviting import NewKeys, draw_keys, give_keys
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team
from reprisals.identity.rules import normal_email
from reprisals.sealing.bundle import Bundle
from reprisals.sealing.envelope import KEY_BYTES
from reprisals.sealing.holders import SiteSeal, Standing, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic, SigningKey
from reprisals.sealing.shares import backup_box, make_shares, recovery_box
from reprisals.sealing.teams import Subject, Vouching, certify, make_team_keys

OFFICE = "OHCHR"


@dataclass(frozen=True)
class SiteSecrets:
    """What is drawn once for a site. Only `site_secret` and `service` stay on the server. Its `repr` shows nothing."""

    site_secret: bytes = field(repr=False)
    service: SigningKey = field(repr=False)
    root: SigningKey = field(repr=False)
    recovery_seed: bytes = field(repr=False)
    backup_seed: bytes = field(repr=False)

    @classmethod
    def draw(cls) -> "SiteSecrets":
        """New secrets."""
        seeds = [secrets.token_bytes(KEY_BYTES) for _seed in range(3)]
        return cls(seeds[0], SigningKey.draw(), SigningKey.draw(), seeds[1], seeds[2])

    def shares(self) -> tuple[str, ...]:
        """The three recovery shares, on paper alone."""
        return make_shares(self.recovery_seed)

    def settings(self) -> dict[str, str]:
        """The section `keys` of the configuration."""
        return {
            "site_secret": self.site_secret.hex(),
            "service_seed": self.service.seed.hex(),
            "root_public": self.root.public.hex(),
            "recovery_public": recovery_box(self.recovery_seed).public.raw.hex(),
            "backup_public": backup_box(self.backup_seed).public.raw.hex(),
        }


@dataclass(frozen=True, slots=True)
class Founder:
    """The first person. `passphrase` is given for automation only; otherwise one is drawn."""

    email: str
    name: str
    language: str = "en"
    passphrase: str | None = field(default=None, repr=False)


def found_site(session: Session, settings: Settings, founder: Founder, root: SigningKey) -> NewKeys:
    """Fill an empty database: the log, the root's seal, the first person, and the three teams of the office.

    The first person leads the central and the drafting team, and is administrator and custodian; the alternate team is
    reserved, and its lead makes its keys later.
    """
    begin_log(session)
    recovery = BoxPublic(bytes.fromhex(settings.keys.recovery_public))
    seal = SiteSeal(name="root", sealed=b"")
    seal.sealed = recovery.seal(root.seed, seal.context())
    session.add(seal)
    record(session, None, "site.founded")
    now = clock.now()
    person, keyring, keys = _first_person(session, settings, founder, root)
    teams = [
        _office_team(session, kind) for kind in (TeamKind.CENTRAL, TeamKind.DRAFTING, TeamKind.ALTERNATE)
    ]
    subject = Subject(person.id, keyring.signing.public, keyring.box.public.raw)
    for team in teams[:2]:
        certify(session, keyring, subject, Vouching(Standing.LEAD, now, identity_of(team), 0), root)
        session.flush()
        make_team_keys(session, keyring, identity_of(team), recovery, now)
        session.add(_lead(person.id, team, now))
    for role in ("ADMINISTRATOR", "CUSTODIAN"):
        certify(session, keyring, subject, Vouching(Standing.ROLE, now, role=role), root)
        session.add(SiteRole(person_id=person.id, role=role, asked_at=now, admitted_at=now))
    session.flush()
    return keys


def _first_person(
    session: Session, settings: Settings, founder: Founder, root: SigningKey
) -> tuple[Person, Keyring, NewKeys]:
    person = Person(
        email=normal_email(founder.email),
        name=founder.name,
        language=founder.language,
        created_at=clock.now(),
        state=PersonState.ADMITTED,
        is_automation=founder.passphrase is not None,
    )
    session.add(person)
    session.flush()
    bundle = Bundle.draw(person.id, root.public, root.seed)
    drawn = draw_keys(settings, bundle, founder.passphrase)
    give_keys(session, person, drawn)
    return person, Keyring(bundle), drawn.shown


def _office_team(session: Session, kind: TeamKind) -> Team:
    names = {
        TeamKind.CENTRAL: "OHCHR reprisals team",
        TeamKind.DRAFTING: "Drafting team",
        TeamKind.ALTERNATE: "Alternate team",
    }
    return add_team(session, Founding(kind, names[kind], OFFICE, "Geneva"))


def _lead(person_id: UUID, team: Team, now: datetime) -> Membership:
    return Membership(person_id=person_id, team_id=team.id, role="LEAD", asked_at=now, admitted_at=now)
