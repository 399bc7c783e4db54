"""A small world to tamper with: teams, two cases, grants of both sorts, a session, a late form, a log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Table, and_, insert, literal, select, update
from sqlalchemy.orm import Session

from reprisals.audit.queries import verify
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.actions.sessions import LateForm, keep_form, list_kept, open_kept, resume
from reprisals.identity.models import Team
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.holders import Certificate, SiteSeal, TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.shares import recovery_box
from reprisals.sealing.teams import trusted_key
from reprisals.sealing.trust import NotTrusted, Trust
from tests.makers import Makers, Site, Somebody, bundle_of
from tests.rows import Page, PageContent, Scrap


class Refused(Exception):
    """A use that is refused by its answer instead of an exception. The text says by what."""


@dataclass
class World:
    """What there is. `lead` opens `case` by a wrap, the founder by a signed grant."""

    session: Session
    site: Site
    make: Makers
    team: Team
    lead: Somebody
    member: Somebody
    outsider: Somebody
    token: SessionToken
    case: UUID
    other: UUID

    def use_case(self) -> None:
        """Open the case as both holders, and read everything."""
        for who in (self.lead, self.make.founder):
            case = self.make.opened(Somebody(who.person, fresh(who), who.actor), self.case)
            for kind in (Page, Scrap):
                for row in case.load(kind):
                    case.read(row)
            for revision in case.revisions():
                case.read_revision(Page, revision)

    def use_team(self) -> None:
        """Check the team's key, and open its secret as a member."""
        self.session.expire_all()
        trusted_key(self.session, fresh(self.member), self.team.id)
        fresh(self.member).team_secret(self.session, self.team.id, 1)

    def use_certificate(self) -> None:
        """Check everything that vouches for the member."""
        self.session.expire_all()
        trust = Trust(self.session, self.site.root.public)
        for certificate in self.session.scalars(select(Certificate)):
            trust.check_certificate(certificate)
        if trust.signing_keys(self.member.person.id) != (self.member.keyring.signing.public,):
            raise NotTrusted(f"person {self.member.person.id}")

    def use_seal(self) -> None:
        """Open the root's seed as those with the recovery shares would."""
        self.session.expire_all()
        [seal] = self.session.scalars(select(SiteSeal))
        try:
            recovery_box(self.site.secrets.recovery_seed).open(seal.sealed, seal.context())
        except CannotOpen:
            raise Refused("site seal") from None

    def use_session(self) -> None:
        """Go on with the member's session, and post something late."""
        self.session.expire_all()
        if resume(self.session, self.site.settings, self.token) is None:
            raise Refused("session")
        with self.session.begin_nested() as undone:
            form = LateForm("/cases", (("words", "typed"),))
            if not keep_form(self.session, self.site.settings, self.token, form):
                raise Refused("late form")
            undone.rollback()

    def use_kept(self) -> None:
        """Read what the member posted too late."""
        self.session.expire_all()
        kept = list_kept(self.session, self.site.settings, self.member.person.id)
        if not kept:
            raise Refused("kept form")
        for form in kept:
            open_kept(self.session, self.site.settings, self.member.actor, self.member.keyring, form)

    def use_log(self) -> None:
        """Walk the chain."""
        self.session.expire_all()
        keys = self.site.root.public, self.site.secrets.service.public
        broken, _seq, _hash = verify(self.session, *keys)
        if broken:
            raise Refused(f"entry {broken.seq} {broken.reason}")


def fresh(who: Somebody) -> Keyring:
    """The person's keys as at the start of a request: no team is open yet."""
    return Keyring(bundle_of(who.keyring))


def make_world(session: Session, make: Makers, site: Site) -> World:
    """Make all of it."""
    team, lead = make.team()
    member, outsider = make.member(team), make.person()
    token = make.live(member)
    make.late(token, LateForm("/cases/new", (("words", "typed late"),)))
    case_id = make.case_file(lead, team, "first", "second")
    other = make.case_file(lead, team, "elsewhere", "beside")
    case = make.opened(lead, case_id)
    case.grant(identity_of(site.team(session, TeamKind.CENTRAL)))
    first, _second = case.load(Page)
    case.change(first, PageContent("first, changed"), {"states": frozenset({"AFG", "ALB"})})
    case.add(Scrap(), PageContent("scrap"))
    make.written(lead, case)
    case = make.opened(lead, case_id)
    case.change(case.load(Page)[0], PageContent("first, changed again"))
    make.written(lead, case)
    return World(session, site, make, team, lead, member, outsider, token, case_id, other)


def put(session: Session, table: Table, where: Any, **values: Any) -> None:
    """Write into a table as somebody would who holds the database."""
    stored = {
        name: literal(value, LargeBinary()) if isinstance(value, bytes) else value
        for name, value in values.items()
    }
    changed: Any = session.execute(update(table).where(where).values(stored))
    assert changed.rowcount
    session.expire_all()


def all_of(session: Session, table: Table, where: Any) -> list[dict[str, Any]]:
    """The rows of a table as they are stored."""
    return [dict(row._mapping) for row in session.execute(select(table).where(where))]


def put_back(session: Session, table: Table, rows: list[dict[str, Any]]) -> None:
    """Bring rows back as they once were."""
    keys = list(table.primary_key)
    for row in rows:
        values = {table.c[name]: value for name, value in row.items()}
        where = and_(*(key == row[key.name] for key in keys))
        changed: Any = session.execute(update(table).where(where).values(values))
        if not changed.rowcount:
            session.execute(insert(table).values(values))
    session.expire_all()


def changed_once_more(world: World, session: Session) -> tuple[list[Table], list[list[dict[str, Any]]]]:
    """What stood in the case's tables before one more change, which is then made."""
    page, file, code, kept = (table_of(kind) for kind in (Page, CaseFile, CaseCode, Revision))
    wheres = [page.c.case_id, file.c.id, code.c.case_id, kept.c.case_id]
    tables = [page, file, code, kept]
    before = [
        all_of(session, table, where == world.case) for table, where in zip(tables, wheres, strict=True)
    ]
    case = world.make.opened(world.lead, world.case)
    case.change(case.load(Page)[0], PageContent("changed once more"))
    world.make.written(world.lead, case)
    return tables, before


def table_of(model: type) -> Table:
    """The table of a model."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def flip(value: bytes, place: int = -1) -> bytes:
    """The bytes with one bit turned."""
    turned = bytearray(value)
    turned[place] ^= 1
    return bytes(turned)


Use = Callable[[World], None]
USES: dict[str, Use] = {
    "case_file": World.use_case,
    "case_code": World.use_case,
    "revision": World.use_case,
    "case_grant": World.use_case,
    "team_key": World.use_team,
    "member_key": World.use_team,
    "certificate": World.use_certificate,
    "site_seal": World.use_seal,
    "live_session": World.use_session,
    "kept_form": World.use_kept,
    "audit_entry": World.use_log,
    "audit_head": World.use_log,
}
