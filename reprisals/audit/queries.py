"""Reading the log and walking its chain."""

from collections.abc import Generator
from contextlib import closing
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.audit.chain import Broken, Link, find_break, hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.sealing.keys import BadSignature
from reprisals.sealing.trust import NotTrusted, Trust, check_once

BATCH = 1_000


def check_entry(session: Session, root_public: bytes, entry: AuditEntry) -> bool:
    """Whether the entry of a person is as they signed it."""
    if entry.actor_id is None or hash_entry(entry.as_entry()) != entry.hash:
        return False
    return _signed_by_person(Trust(session, root_public), entry.actor_id, entry.signature, entry.hash)


def verify(
    session: Session, root_public: bytes, service_public: bytes, head: tuple[int, bytes] | None = None
) -> tuple[Broken | None, int, bytes]:
    """Walk the whole chain with its signatures: the first break or None, and the last entry that holds.

    `head` is a number and hash kept elsewhere: with it a tail that was cut or written anew is found, too.
    """
    trust = Trust(session, root_public)
    at_head: list[bytes] = []

    def is_signed(link: Link) -> bool:
        if head and link.entry.seq == head[0]:
            at_head.append(link.hash)
        if link.entry.actor == "service":
            return _signed_by_service(service_public, link)
        return _signed_by_person(trust, UUID(link.entry.actor), link.signature, link.hash)

    with closing(_links(session)) as links:
        broken, seq, last = find_break(links, is_signed)
    if broken is None:
        broken = _check_head(session, seq, last) or _check_kept_head(head, at_head)
    return broken, seq, last


def _check_head(session: Session, seq: int, last: bytes) -> Broken | None:
    stored = session.get(AuditHead, 1)
    if stored is None or (stored.seq, stored.hash) != (seq, last):
        return Broken(seq + 1, "tail")
    return None


def _check_kept_head(head: tuple[int, bytes] | None, found: list[bytes]) -> Broken | None:
    if head is None or head[0] == 0:
        return None
    if not found:
        return Broken(head[0], "tail")
    return None if found[0] == head[1] else Broken(head[0], "head")


def _links(session: Session) -> Generator[Link, None, None]:
    wanted = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=BATCH)
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
