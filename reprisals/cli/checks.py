"""What `reprisals check` looks at. Each check says what it found; none shows a secret or a name.

What was not looked at is never called in order: it is unknown, and the line says so.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import Connection, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.administration.queries.log import list_walks
from reprisals.audit.chain import hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.queries import walk_chain
from reprisals.cli.folders import CONFIG
from reprisals.codes.entities import list_all_entities
from reprisals.codes.groupings import groups_of, list_groupings
from reprisals.codes.lists import get_list, list_names
from reprisals.codes.periods import list_periods
from reprisals.codes.states import list_former_names, list_states
from reprisals.config import Settings
from reprisals.database.migrate import Version
from reprisals.identity.actions.acting import list_disbelieved
from reprisals.identity.actions.signing_in import service_key
from reprisals.identity.models import Person, PersonState, SiteRole
from reprisals.identity.queries import find_site_team
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.holders import Certificate, TeamKind
from reprisals.sealing.keys import BadSignature, BoxPublic, check_signature
from reprisals.sealing.trust import NotTrusted, Trust
from reprisals.web.cookies import hides_clients, is_loopback

OTHERS = 0o077
PLAIN_HEADER = b"SQLite format 3\x00"
KEY_BYTES = 32
CLOCK_TOLERANCE = timedelta(seconds=5)
KEY_WRONG = "a key is wrong"


class Verdict(IntEnum):
    """How a finding is meant; the worst one decides."""

    OK = 0
    UNKNOWN = 1
    WARNING = 2
    WRONG = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found."""

    verdict: Verdict
    words: str


Findings = Iterator[Finding]


def _wrong(words: str) -> Finding:
    return Finding(Verdict.WRONG, words)


def _warning(words: str) -> Finding:
    return Finding(Verdict.WARNING, words)


def not_looked_at(why: str) -> Findings:
    """One finding: nothing was looked at, and why."""
    yield Finding(Verdict.UNKNOWN, f"not looked at: {why}")


def check_configuration(settings: Settings, config: Path) -> Findings:
    """The files and who may read them. That every key is known was found when they were read."""
    if config.stat().st_mode & OTHERS:
        yield _wrong(f"{config.name} can be read by others: chmod 600")
    if settings.site.demonstration:
        yield _warning("this is a demonstration: log no real case")
    if not settings.site.address.startswith("https://") and not _is_loopback(settings.site.address):
        yield _wrong("site.address is neither https nor on the loopback")
    if hides_clients(settings):
        yield _warning(
            "the address is https and the server listens on the loopback, but site.trusted_proxies is 0: everybody "
            "seems to come from one address, and one person's failures to sign in slow all others down"
        )
    if settings.database.key_file:
        key = settings.folder / settings.database.key_file
        if key.exists() and key.stat().st_mode & OTHERS:
            yield _wrong("the file of the database key can be read by others: chmod 600")
        if key.resolve().parent == _database_file(settings).resolve().parent:
            yield _warning("the key lies beside the database: it protects only copies of the file")


def check_keys(settings: Settings) -> Findings:
    """That every key has its shape."""
    keys = settings.keys
    for name in ("site_secret", "service_seed", "root_public"):
        if len(_from_hex(getattr(keys, name))) != KEY_BYTES:
            yield _wrong(f"keys.{name} is not 32 bytes in hexadecimal")
    for name in ("recovery_public", "backup_public"):
        try:
            BoxPublic(_from_hex(getattr(keys, name))).seal(b"", b"check")
        except (CannotOpen, ValueError):
            yield _wrong(f"keys.{name} is not a public key")


def check_keys_stored(settings: Settings, session: Session) -> Findings:
    """That the database was founded under these keys."""
    if any(check_keys(settings)):
        yield from not_looked_at(KEY_WRONG)
        return
    first = session.get(AuditEntry, 1)
    certificate = session.scalars(select(Certificate).where(Certificate.signer_id.is_(None)).limit(1)).first()
    if first is None or certificate is None:
        yield _wrong("nothing was founded in this database")
        return
    try:
        check_signature(service_key(settings).public, first.signature, first.hash)
    except BadSignature:
        yield _wrong("keys.service_seed is not the one that this site was founded with")
    try:
        Trust(session, bytes.fromhex(settings.keys.root_public)).check_certificate(certificate)
    except NotTrusted:
        yield _wrong("keys.root_public is not the root that this site was founded with")


def check_file(settings: Settings, connection: Connection) -> Findings:
    """An SQLCipher file: encrypted, closed to others, whole, durable."""
    path = _database_file(settings)
    with path.open("rb") as file:
        if file.read(len(PLAIN_HEADER)) == PLAIN_HEADER:
            yield _wrong("the file is not encrypted")
    if path.stat().st_mode & OTHERS:
        yield _warning("the file can be read by others: chmod 600")
    if connection.exec_driver_sql("PRAGMA synchronous").scalar() != 2:  # noqa: PLR2004 - FULL, by SQLite's own number
        yield _wrong("commits are not durable: synchronous is not FULL")
    said = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
    if said != "ok":
        yield _wrong("the file is damaged: bring back a backup")


def check_server(connection: Connection) -> Findings:
    """A PostgreSQL server: durable."""
    wanted = {"fsync": {"on"}, "synchronous_commit": {"on", "remote_apply"}, "full_page_writes": {"on"}}
    for name, good in wanted.items():
        if connection.exec_driver_sql(f"SHOW {name}").scalar() not in good:
            yield _wrong(f"commits are not durable: {name} is not on")


def check_migrations(version: Version) -> Findings:
    """That the tables are those of this version of the code."""
    if not version.is_newest:
        yield _wrong(f"at {version.current or 'none'}, needed is {version.newest}: run `reprisals upgrade`")


def check_places(settings: Settings, session: Session) -> Findings:
    """That each place in a team and each role that somebody has would be believed, by the rule that decides it in a request."""
    if any(check_keys(settings)):
        yield from not_looked_at(KEY_WRONG)
        return
    unbacked = len(list_disbelieved(session, bytes.fromhex(settings.keys.root_public)))
    if unbacked:
        yield _wrong(
            f"places or roles in the tables that no certificate backs, or that are not as they were signed: {unbacked}; "
            "they are not believed, and the log names each that was tried"
        )


def check_log(settings: Settings, session: Session, *, quick: bool) -> Findings:
    """That the chain holds with its signatures up to its head; of a quick look, what was left out and since when."""
    head, last = session.get(AuditHead, 1), _last_entry(session)
    if head is None or last is None:
        yield _wrong("there is no log: this is no site, or its log was removed")
    elif (head.seq, head.hash) != (last.seq, last.hash) or hash_entry(last.as_entry()) != last.hash:
        yield _wrong("the head and the last entry do not agree: run `reprisals audit verify`")
    elif any(check_keys(settings)):
        yield from not_looked_at(KEY_WRONG)
    elif quick:
        yield Finding(Verdict.UNKNOWN, f"{head.seq} entries, not walked; {_last_walk(session)}")
    else:
        root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
        walk = walk_chain(session, root, service)
        if walk.broken:
            yield _wrong(f"entry {walk.broken.seq} is the first that does not hold: `reprisals audit verify`")
        else:
            kept = "whether its end was cut off shows only with a head kept elsewhere"
            yield Finding(Verdict.OK, f"all {walk.seq} entries hold; {kept}")


def _last_walk(session: Session) -> str:
    walks = list_walks(session, 1)
    if not walks:
        return "no auditor has walked it on their page yet"
    told = walks[0].details
    if "broken" in told:
        return f"an auditor found on {walks[0].at:%Y-%m-%d} that entry {told['broken']} does not hold"
    return f"an auditor walked it last up to entry {told['up_to']}, on {walks[0].at:%Y-%m-%d}"


def check_people(session: Session) -> Findings:
    """What about the people weakens the site."""
    both = (
        select(SiteRole.person_id)
        .where(SiteRole.role.in_(("ADMINISTRATOR", "CUSTODIAN")), SiteRole.admitted_at.is_not(None))
        .group_by(SiteRole.person_id)
        .having(func.count() > 1)
    )
    if session.scalars(both).first() is not None:
        yield _warning("somebody is administrator and custodian: give one of the roles to somebody else")
    working = select(func.count(Person.id)).where(Person.is_automation, Person.state != PersonState.SUSPENDED)
    automation = session.scalar(working) or 0
    if automation:
        yield _warning(f"accounts for automation, whose passphrases were chosen: {automation}")
    alternate = find_site_team(session, TeamKind.ALTERNATE)
    if alternate is None or not team_has_keys(session, alternate.id):
        yield _warning("the alternate team has no keys: a case that excludes the central team stays a draft")


def check_clock(session: Session) -> Findings:
    """That time has not gone back since the last entry."""
    last = _last_entry(session)
    if last is not None and last.at > clock.now() + CLOCK_TOLERANCE:
        yield _wrong("the clock is behind the last entry of the log")


def check_reference_data() -> Findings:
    """That every list is there and whole. Raises ValueError or LookupError otherwise."""
    for name in list_names():
        get_list(name)
    list_former_names()
    for grouping in list_groupings():
        groups_of(grouping, "FRA")
    if not (list_states("en") and list_all_entities() and list_periods()):
        yield _wrong("a list of the reference data is empty")


def _database_file(settings: Settings) -> Path:
    return Path(make_url(settings.database_url()).database or CONFIG)


def _is_loopback(address: str) -> bool:
    place = urlsplit(address)
    return place.scheme == "http" and is_loopback(place.hostname or "")


def _from_hex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _last_entry(session: Session) -> AuditEntry | None:
    return session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).first()
