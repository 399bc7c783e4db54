"""What the service said in the log of somebody's sessions and late forms, and whether a row of the tables is what it said.

Neither a stub nor a kept form carries a signature, and both are made from what stands in the clear. The entry that the service
signed as it made one names it, so that nobody plants another.
"""

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, String, cast, select
from sqlalchemy.orm import Session

from reprisals.audit.actions import record_refusal, recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import check_service_entry
from reprisals.config import Settings
from reprisals.identity.models import KeptForm
from reprisals.sealing.keys import SigningKey

BEGUN, KEPT, REFUSED = "session.begun", "form.kept", "record.refused"
SLACK = timedelta(minutes=1)


def mark_of(raw: bytes) -> str:
    """SHA-256, hexadecimal: what an entry says of the row that it is about."""
    return hashlib.sha256(raw).hexdigest()


def has_begun(session: Session, settings: Settings, person_id: UUID, lookup: bytes) -> bool:
    """Whether the service began a session of this person that is found by this lookup."""
    mark = mark_of(lookup)
    wanted = select(AuditEntry).where(
        AuditEntry.subject == str(person_id),
        AuditEntry.action == BEGUN,
        cast(AuditEntry.details, String).contains(mark),
    )
    return any(entry.details.get("lookup") == mark for entry in _signed(session, settings, wanted))


def list_genuine(
    session: Session, settings: Settings, person_id: UUID, found: Sequence[KeptForm]
) -> list[KeptForm]:
    """Those of the forms that the service kept for this person, as it kept them. Each other is refused in the log, once."""
    if not found:
        return []
    wanted = select(AuditEntry).where(
        AuditEntry.subject == str(person_id),
        AuditEntry.action == KEPT,
        AuditEntry.at >= min(kept.kept_at for kept in found) - SLACK,
    )
    named = {
        (entry.details.get("form"), entry.details.get("sealed"))
        for entry in _signed(session, settings, wanted)
    }
    genuine = [kept for kept in found if (str(kept.id), mark_of(kept.sealed)) in named]
    for kept in found:
        if kept not in genuine:
            _refuse_once(session, person_id, kept)
    return genuine


def _signed(session: Session, settings: Settings, wanted: Select[Any]) -> list[AuditEntry]:
    public = SigningKey(bytes.fromhex(settings.keys.service_seed)).public
    return [entry for entry in session.scalars(wanted) if check_service_entry(public, entry)]


def _refuse_once(session: Session, person_id: UUID, kept: KeptForm) -> None:
    subject, recorder = str(kept.id), recorder_of(session)
    told = select(AuditEntry.seq).where(AuditEntry.subject == subject, AuditEntry.action == REFUSED).limit(1)
    if subject in {note.subject for note in recorder.notes} or session.scalar(told) is not None:
        return
    what = f"kept form {kept.id}"
    record_refusal(recorder, person_id, REFUSED, subject, kind="NotTrusted", what=what)
