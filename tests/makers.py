"""Makers: invented people, teams and case files with real keys, without deriving anything from a passphrase.

What is made is signed and sealed as the actions do it, so that the chain of trust holds from the site's root down.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from itertools import count
from typing import NamedTuple
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.actions import Recorder, attach, commit, record, record_case
from reprisals.audit.opening import OpenCase, create_case, open_case
from reprisals.config import Settings
from reprisals.identity import queries
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.admitting import Founding, add_team, identity_of
from reprisals.identity.actions.founding import Founder, SiteSecrets, found_site
from reprisals.identity.actions.sessions import LateForm, keep_form
from reprisals.identity.actions.signing_in import begin_session, service_recorder
from reprisals.identity.actions.told import BEGUN, mark_of
from reprisals.identity.models import Membership, Person, PersonState, SiteRole, Team
from reprisals.sealing.boxes import CaseFile
from reprisals.sealing.bundle import Bundle, SessionToken, open_bundle
from reprisals.sealing.holders import PersonKey, Standing, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic, SigningKey
from reprisals.sealing.teams import Vouching, certify, current_generation, make_team_keys, seal_to_member
from reprisals.sealing.trust import ROOT_ONLY, ROOT_ONLY_ROLES
from tests.rows import Page, PageContent

EMAIL = "founder@site.example"
FOUNDED = (TeamKind.CENTRAL, TeamKind.DRAFTING)


class Somebody(NamedTuple):
    """A person with their opened keys and what they may do."""

    person: Person
    keyring: Keyring
    actor: Actor


class MadeTeam(NamedTuple):
    """A team and its first lead."""

    team: Team
    lead: Somebody


@dataclass(frozen=True)
class Site:
    """A founded site: its settings and secrets, its first person's passphrase and keys, and its teams."""

    settings: Settings
    secrets: SiteSecrets
    passphrase: str
    founder: Bundle = field(repr=False)
    alternate: Bundle = field(repr=False)

    @property
    def root(self) -> SigningKey:
        """The site root."""
        return self.secrets.root

    def team(self, session: Session, kind: TeamKind) -> Team:
        """The central, alternate or drafting team."""
        team = queries.find_site_team(session, kind)
        assert team is not None
        return team

    def first_person(self, session: Session) -> Somebody:
        """Lead of the central and the drafting team, administrator and custodian."""
        return somebody(session, self.founder)


def somebody(session: Session, bundle: Bundle) -> Somebody:
    """A person with the keys of their bundle."""
    person = session.get_one(Person, bundle.person)
    keyring = Keyring(bundle)
    return Somebody(person, keyring, find_actor(session, keyring))


def bundle_of(keyring: Keyring) -> Bundle:
    """The bundle that a keyring was made from."""
    root = keyring.root.seed if keyring.root else None
    return Bundle(keyring.person, keyring.box.seeds, keyring.signing.seed, keyring.root_public, root)


def fill_site(session: Session, settings: Settings, secrets: SiteSecrets) -> Site:
    """Found a site in an empty database, with an alternate team that has keys, too. Commits."""
    attach(session, service_recorder(settings))
    keys = found_site(session, settings, Founder(EMAIL, "Founder"), secrets.root)
    sealed = session.get_one(Person, keys.person_id).bundle
    assert sealed is not None
    bundle = open_bundle(sealed, keys.person_id, keys.passphrase, secrets.site_secret)
    site = Site(settings, secrets, keys.passphrase, bundle, bundle)
    makers = Makers(session, site)
    lead = makers.lead(site.team(session, TeamKind.ALTERNATE))
    commit(session)
    return replace(site, alternate=bundle_of(lead.keyring))


def act_as(session: Session, who: Somebody) -> Session:
    """Begin anew as somebody: what happens next is recorded and signed by them, and nothing is remembered as loaded."""
    return act_with(session, who.keyring)


def act_with(session: Session, keyring: Keyring) -> Session:
    """The same, as whoever has these keys."""
    session.expire_all()
    return attach(session, Recorder(keyring.signing, is_person=True))


class Makers:
    """Makes people, teams and case files in one database session."""

    def __init__(self, session: Session, site: Site) -> None:
        self.session, self.site = session, site
        self._made_here: dict[UUID, Somebody] = {}
        self._number = count(1)

    @cached_property
    def founder(self) -> Somebody:
        """Lead of the central and the drafting team, administrator and custodian."""
        return self.site.first_person(self.session)

    def lead_of(self, team_id: UUID) -> Somebody:
        """Whoever made the keys of a team: one that was made here, or one of the site's own."""
        return self._made_here.get(team_id) or self._leads_of_site[team_id]

    @cached_property
    def _leads_of_site(self) -> dict[UUID, Somebody]:
        leads = {self.site.team(self.session, kind).id: self.founder for kind in FOUNDED}
        if self.site.alternate is not self.site.founder:
            alternate = self.site.team(self.session, TeamKind.ALTERNATE)
            leads[alternate.id] = somebody(self.session, self.site.alternate)
        return leads

    def person(self, name: str = "", email: str = "", state: PersonState = PersonState.AWAITING) -> Somebody:
        """Somebody with keys whom nobody has vouched for yet."""
        name = name or f"Person {next(self._number)}"
        email = email or f"{name.lower().replace(' ', '.')}.{uuid4().hex[:6]}@field.example"
        person = Person(email=email, name=name, language="en", created_at=clock.now(), state=state)
        self.session.add(person)
        self.session.flush()
        keyring = Keyring(Bundle.draw(person.id, self.site.root.public))
        key = PersonKey(
            person_id=person.id,
            signing_public=keyring.signing.public,
            box_public=keyring.box.public.raw,
            made_at=clock.now(),
        )
        self.session.add(key)
        self.session.flush()
        return Somebody(person, keyring, find_actor(self.session, keyring))

    def team(
        self, kind: TeamKind = TeamKind.FOCAL, entity: str = "UNDP", states: tuple[str, ...] = ()
    ) -> MadeTeam:
        """A team with keys, and its first lead."""
        founding = Founding(kind, f"{entity} {next(self._number)}", entity, "Nairobi", states)
        team = add_team(self.session, founding)
        return MadeTeam(team, self.lead(team))

    def lead(self, team: Team) -> Somebody:
        """The first lead of a team that has none, who makes its keys."""
        who = self.person()
        root = self.site.root if team.kind in ROOT_ONLY else None
        self._certify(self.founder, who, Vouching(Standing.LEAD, clock.now(), identity_of(team), 0), root)
        recovery = BoxPublic(bytes.fromhex(self.site.settings.keys.recovery_public))
        make_team_keys(self.session, who.keyring, identity_of(team), recovery, clock.now())
        who = self._admitted(who, Membership, team_id=team.id, role="LEAD")
        self._made_here[team.id] = who
        return who

    def member(self, team: Team, role: str = "MEMBER") -> Somebody:
        """One more member or lead of a team that has keys."""
        who, lead = self.person(), self.lead_of(team.id)
        standing = Standing.LEAD if role == "LEAD" else Standing.MEMBER
        root = self.site.root if role == "LEAD" and team.kind in ROOT_ONLY else None
        generation = current_generation(self.session, team.id)
        key = self._certify(lead, who, Vouching(standing, clock.now(), identity_of(team), generation), root)
        seal_to_member(self.session, lead.keyring, team.id, key)
        return self._admitted(who, Membership, team_id=team.id, role=role)

    def officer(self, role: str) -> Somebody:
        """Somebody with a role of the site: `AUDITOR`, `ADMINISTRATOR`, `CUSTODIAN`, `APPROVER`."""
        who = self.person()
        root = self.site.root if role in ROOT_ONLY_ROLES else None
        self._certify(self.founder, who, Vouching(Standing.ROLE, clock.now(), role=role), root)
        return self._admitted(who, SiteRole, role=role)

    def live(self, who: Somebody) -> SessionToken:
        """The token of a session in use."""
        token = SessionToken.draw()
        with self.service():
            begin_session(self.session, self.site.settings, token, bundle_of(who.keyring), "test")
            record(self.session, None, BEGUN, who.person.id, lookup=mark_of(token.lookup))
        return token

    def late(self, token: SessionToken, form: LateForm) -> bool:
        """Whether a form that came with the token of an ended session was kept. Committed, as the page does it."""
        with self.service():
            return keep_form(self.session, self.site.settings, token, form)

    @contextmanager
    def service(self) -> Iterator[None]:
        """What is done inside is committed and signed by the service; afterwards whoever acted before acts again."""
        held = dict(self.session.info)
        attach(self.session, service_recorder(self.site.settings))
        try:
            yield
            commit(self.session)
        finally:
            self.session.info.update(held)

    def case_file(self, who: Somebody, team: Team, *titles: str) -> UUID:
        """A committed case file of this team with one page for each title. Afterwards `who` acts."""
        act_as(self.session, who)
        case = create_case(self.session, who.keyring, uuid4())
        case.grant(identity_of(team), own=True)
        for title in titles:
            case.add(Page(), PageContent(title))
        record_case(self.session, who.actor, "case.logged", case.id)
        commit(self.session)
        act_as(self.session, who)
        return case.id

    def opened(self, who: Somebody, case_id: UUID) -> OpenCase:
        """The case file, opened anew by somebody. Raises what the door raises."""
        act_as(self.session, who)
        return open_case(self.session, who.keyring, who.actor, case_id, "test")

    def written(self, who: Somebody, case: OpenCase, action: str = "case.changed") -> CaseFile:
        """Commit what was changed in an opened case."""
        record_case(self.session, who.actor, action, case.id)
        commit(self.session)
        return case.file

    def _certify(self, by: Somebody, who: Somebody, vouching: Vouching, root: SigningKey | None) -> PersonKey:
        key = self.session.query(PersonKey).filter_by(person_id=who.person.id).one()
        certify(self.session, by.keyring, key, vouching, root)
        self.session.flush()
        return key

    def _admitted(self, who: Somebody, place: type[Membership] | type[SiteRole], **where: object) -> Somebody:
        now = clock.now() - timedelta(seconds=1)
        self.session.add(place(person_id=who.person.id, asked_at=now, admitted_at=now, **where))  # type: ignore[arg-type]
        who.person.state = PersonState.ADMITTED
        self.session.flush()
        return who._replace(actor=find_actor(self.session, who.keyring))
