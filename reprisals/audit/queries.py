"""Reading the log and walking its chain."""

from collections.abc import Collection, Generator
from contextlib import closing
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from reprisals.audit.chain import GENESIS, Broken, Link, find_break, hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.sealing.boxes import CaseFile, SealedRow
from reprisals.sealing.keys import BadSignature
from reprisals.sealing.trust import NotTrusted, Trust, check_once

BATCH = 1_000
SERVICE = "service"
OURS = "reprisals."
FIRST_MANIFEST = 1
"""The number of the manifest that a case begins with. The entry that carries it commits to the case key."""
Head = tuple[int, bytes]
BEGINNING: Head = (0, GENESIS)


def check_entry(trust: Trust, entry: AuditEntry) -> bool:
    """Whether the entry of a person is as they signed it."""
    if entry.actor_id is None or hash_entry(entry.as_entry()) != entry.hash:
        return False
    return _signed_by_person(trust, entry.actor_id, entry.signature, entry.hash)


def check_service_entry(public: bytes, entry: AuditEntry) -> bool:
    """Whether the entry of the service is as it signed it."""
    if entry.actor_id is not None or hash_entry(entry.as_entry()) != entry.hash:
        return False
    return _signed_by_service(public, entry.as_link())


def is_logged(session: Session, case_id: UUID) -> bool:
    """Whether the log knows a change of this case, even one that was destroyed. Its identifier is not used again.

    The first entry of a case says which key it began with, so a second case of the same name would not open.
    """
    wanted = select(AuditEntry.seq).where(
        AuditEntry.case_id == case_id, AuditEntry.manifest_number.is_not(None)
    )
    return session.scalar(wanted.limit(1)) is not None


def find_case_of(session: Session, identifiers: Collection[UUID]) -> UUID | None:
    """The case that one of these identifiers, or a record under one of them, belongs to; None where they are made up.

    All tables are asked the same whether there is such a case or not, so that no answer is quicker than the other.
    """
    if not identifiers:
        return None
    kinds = [kind for kind in SealedRow.__subclasses__() if kind.__module__.startswith(OURS)]
    parts = [select(CaseFile.id.label("case_id")).where(CaseFile.id.in_(identifiers))]
    parts += [select(kind.case_id).where(kind.id.in_(identifiers)) for kind in kinds]
    with session.no_autoflush:
        found = set(session.scalars(union_all(*parts)))
    return next(iter(sorted(found.intersection(identifiers)) or sorted(found)), None)


def holds_changes(session: Session, trust: Trust, case_id: UUID, manifest: tuple[int, bytes]) -> bool:
    """Whether the log has every change of a case up to this manifest, number and hash, each as its person signed it.

    Needs no key of the case. An entry that was altered, taken out or given to another case leaves a gap in the numbers.
    """
    changes = list_all_changes(session, case_id)
    numbers = [entry.manifest_number for entry in changes]
    if not changes or numbers != list(range(FIRST_MANIFEST, manifest[0] + 1)):
        return False
    return changes[-1].manifest_hash == manifest[1] and all(check_entry(trust, entry) for entry in changes)


def list_all_changes(session: Session, case_id: UUID) -> list[AuditEntry]:
    """The entries of a case that carry a manifest, in the order of its numbers."""
    wanted = select(AuditEntry).where(
        AuditEntry.case_id == case_id, AuditEntry.manifest_number.is_not(None), AuditEntry.seq > 0
    )
    return list(session.scalars(wanted.order_by(AuditEntry.manifest_number, AuditEntry.seq)))


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk came: from behind the entry `start` up to the entry `seq` with its hash, of `last` entries then there.

    `broken` is the first entry that does not hold, None where all that was walked does.
    """

    broken: Broken | None
    start: int
    seq: int
    digest: bytes
    last: int

    @property
    def is_whole(self) -> bool:
        """Whether it holds and came to the end."""
        return self.broken is None and self.seq == self.last


def verify(
    session: Session, root_public: bytes, service_public: bytes, head: Head | None = None
) -> tuple[Broken | None, int, bytes]:
    """Walk the whole chain with its signatures: the first break or None, and the last entry that holds.

    `head` is a number and hash kept elsewhere: with it a tail that was cut or written anew is found, too.
    """
    walk = walk_chain(session, root_public, service_public)
    return walk.broken or check_kept_head(session, head), walk.seq, walk.digest


def walk_chain(
    session: Session,
    root_public: bytes,
    service_public: bytes,
    start: Head = BEGINNING,
    most: int | None = None,
) -> Walk:
    """Walk the chain with its signatures on from an entry that was found to hold, at most so many entries.

    Whatever is claimed of that entry is checked against the one behind it, which carries its hash.
    """
    trust = Trust(session, root_public)

    def is_signed(link: Link) -> bool:
        if link.entry.actor == SERVICE:
            return _signed_by_service(service_public, link)
        return _signed_by_person(trust, UUID(link.entry.actor), link.signature, link.hash)

    head = session.get(AuditHead, 1)
    last = head.seq if head else 0
    until = None if most is None or start[0] + most >= last else start[0] + most
    with closing(_links(session, start[0], until)) as links:
        broken, seq, digest = find_break(links, is_signed, start)
    if broken is None and until is None and (head is None or (head.seq, head.hash) != (seq, digest)):
        broken = Broken(seq + 1, "tail")
    elif broken is None and until is not None and seq != until:
        broken = Broken(seq + 1, "missing")
    return Walk(broken, start[0], seq, digest, last)


def check_kept_head(session: Session, head: Head | None) -> Broken | None:
    """Whether a head that was kept elsewhere still stands in the log; None where it does, or there is none."""
    if head is None or head[0] == 0:
        return None
    entry = session.get(AuditEntry, head[0])
    if entry is None:
        return Broken(head[0], "tail")
    return None if entry.hash == head[1] else Broken(head[0], "head")


def list_changes(session: Session, case_id: UUID, after: int, actions: Collection[str]) -> list[AuditEntry]:
    """The entries of a case with these actions since the manifest with this number, the oldest first."""
    before = select(func.max(AuditEntry.seq)).where(
        AuditEntry.case_id == case_id, AuditEntry.manifest_number <= after
    )
    wanted = select(AuditEntry).where(AuditEntry.case_id == case_id, AuditEntry.action.in_(actions))
    since = AuditEntry.seq > func.coalesce(before.scalar_subquery(), 0)
    return list(session.scalars(wanted.where(since).order_by(AuditEntry.seq)))


def find_last(session: Session, case_id: UUID, action: str) -> AuditEntry | None:
    """The newest entry of a case with this action."""
    wanted = select(AuditEntry).where(AuditEntry.case_id == case_id, AuditEntry.action == action)
    return session.scalars(wanted.order_by(AuditEntry.seq.desc()).limit(1)).first()


def _links(session: Session, after: int, until: int | None) -> Generator[Link, None, None]:
    wanted = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=BATCH)
    wanted = wanted.where(AuditEntry.seq > after) if after else wanted
    wanted = wanted if until is None else wanted.where(AuditEntry.seq <= until)
    entries = session.scalars(wanted)
    try:
        for entry in entries:
            yield entry.as_link()
    finally:
        entries.close()


def _signed_by_service(public: bytes, link: Link) -> bool:
    try:
        check_once(public, link.signature, link.hash)
    except BadSignature:
        return False
    return True


def _signed_by_person(trust: Trust, person: UUID, signature: bytes, statement: bytes) -> bool:
    try:
        trust.check_signed_by(person, signature, statement)
    except NotTrusted:
        return False
    return True
