"""What the auditor does with the log is recorded in it."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from reprisals.access import Actor, Permission, require
from reprisals.administration.queries import log
from reprisals.administration.queries.log import Filters
from reprisals.audit.actions import record_opening
from reprisals.audit.chain import Broken
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import BEGINNING, Head, Walk, check_kept_head, walk_chain
from reprisals.config import Settings
from reprisals.database.session import Database
from reprisals.identity.actions.signing_in import service_key

MOST_AT_ONCE = 10_000
"""Entries that one step walks: a second or two, so that no page is waited for longer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a walk, and the head kept elsewhere that was looked for beside it."""

    walk: Walk
    kept: Head | None
    broken: Broken | None


def take_away(
    session: Session, actor: Actor, database: Database, filters: Filters, form: str
) -> Iterator[AuditEntry]:
    """The entries of a download, oldest first, as they stand now; recorded at once. Raises NotAllowed.

    They are read in a transaction of their own while the answer leaves; what is recorded meanwhile is not among them.
    """
    require(actor, Permission.AUDIT_READ)
    up_to = log.last_number(session)
    number = log.count_entries(session, filters, up_to)
    details = {"form": form, "entries": number, "up_to": up_to, **filters.asked()}
    record_opening(session, actor, "audit.downloaded", None, **details)
    return _walk(database, filters, up_to)


def walk_log(database: Database, settings: Settings, actor: Actor, kept: Head | None, *, go_on: bool) -> Step:
    """Walk at most 10,000 entries with their signatures, from the first one or on from the actor's own last step.

    It reads one moment of the database and holds no lock to write. Raises NotAllowed.
    """
    require(actor, Permission.AUDIT_READ)
    root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
    with database.reading() as session:
        own = log.find_own_place(session, root, actor.person_id) if go_on else None
        walk = walk_chain(session, root, service, own or BEGINNING, MOST_AT_ONCE)
        return Step(walk, kept, walk.broken or check_kept_head(session, kept))


def record_step(session: Session, actor: Actor, step: Step) -> None:
    """Record how far a step came, and what it found. Raises NotAllowed."""
    require(actor, Permission.AUDIT_READ)
    walk = step.walk
    details: dict[str, Any] = {
        "start": walk.start,
        "up_to": walk.seq,
        "hash": walk.digest.hex(),
        "last": walk.last,
    }
    if step.kept:
        details["kept"] = step.kept[0]
    if step.broken:
        details |= {"broken": step.broken.seq, "reason": step.broken.reason}
    record_opening(session, actor, "audit.verified", None, **details)


def _walk(database: Database, filters: Filters, up_to: int) -> Iterator[AuditEntry]:
    with database.reading() as session, closing(log.walk_entries(session, filters, up_to)) as entries:
        yield from entries
