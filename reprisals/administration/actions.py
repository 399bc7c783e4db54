"""What the auditor does with the log is recorded in it."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from reprisals.access import Actor, Permission, require
from reprisals.administration import queries
from reprisals.administration.queries import Filters
from reprisals.audit.actions import record_opening
from reprisals.audit.chain import Broken
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.config import Settings
from reprisals.database.session import Database
from reprisals.identity.actions.signing_in import service_key

Head = tuple[int, bytes]


def take_away(
    session: Session, actor: Actor, database: Database, filters: Filters, form: str
) -> Iterator[AuditEntry]:
    """The entries of a download, oldest first, as they stand now; recorded at once. Raises NotAllowed.

    They are read in a transaction of their own while the answer leaves; what is recorded meanwhile is not among them.
    """
    require(actor, Permission.AUDIT_READ)
    up_to = queries.last_number(session)
    number = queries.count_entries(session, filters, up_to)
    record_opening(
        session, actor, "audit.downloaded", None, form=form, entries=number, up_to=up_to, **_told(filters)
    )
    return _walk(database, filters, up_to)


def walk_chain(
    session: Session, settings: Settings, actor: Actor, head: Head | None
) -> tuple[Broken | None, int, bytes]:
    """Check the whole log with its signatures, and record what came of it. Raises NotAllowed.

    The first break or None, and the number and hash of the last entry that holds.
    """
    require(actor, Permission.AUDIT_READ)
    root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
    broken, seq, digest = verify(session, root, service, head)
    record_opening(session, actor, "audit.verified", None, broken=broken.seq if broken else 0, entries=seq)
    return broken, seq, digest


def _walk(database: Database, filters: Filters, up_to: int) -> Iterator[AuditEntry]:
    with database.reading() as session:
        yield from queries.walk_entries(session, filters, up_to)


def _told(filters: Filters) -> dict[str, Any]:
    told = {
        "group": filters.group,
        "actor": filters.actor_id,
        "outcome": filters.outcome,
        "from": filters.first_day,
        "to": filters.last_day,
        "case": filters.case_id,
    }
    return {name: str(value) for name, value in told.items() if value}
