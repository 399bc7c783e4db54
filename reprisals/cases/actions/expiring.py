"""Drafts that nobody touches any more: destroyed after their days, where the log says the same of them as the tables."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.audit.actions import record, record_refusal, recorder_of
from reprisals.audit.queries import holds_changes
from reprisals.cases import queries
from reprisals.cases.actions.drafts import destroy
from reprisals.config import Settings
from reprisals.sealing.boxes import CaseFile, Tampered
from reprisals.sealing.trust import Trust

MOST_DESTROYED = 20
"""So many old drafts go at once: somebody's request does it in passing, and must not wait. The rest goes the next time."""
MOST_ENTRIES = 2_000
"""So many entries of the log are checked at once, beyond the first draft. Each costs a signature."""


def tidy_drafts(session: Session, settings: Settings) -> int:
    """Destroy drafts that nobody has touched for as long as the site keeps them, a few at a time. Says how many.

    Whoever writes the database can make any case look like an old draft. So the log is asked, which needs no key: what was
    ever sent, was changed since, or has not all its changes there, stays, and that is recorded once in as many days.
    """
    before = clock.now() - timedelta(days=settings.sessions.draft_days)
    trust = Trust(session, bytes.fromhex(settings.keys.root_public))
    refused = queries.list_false_drafts(session, before, MOST_DESTROYED)
    expired: list[UUID] = []
    for file in _untouched(session, before):
        is_whole = holds_changes(session, trust, file.id, (file.manifest_number, file.manifest_hash()))
        (expired if is_whole else refused).append(file.id)
    if expired:
        destroy(session, expired)
    for case_id in expired:
        record(session, None, "case.draft-expired", case_id).case_id = case_id
    for case_id in refused:
        _refuse(session, case_id)
    return len(expired)


def _untouched(session: Session, since: datetime) -> list[CaseFile]:
    """The old drafts whose turn it is, looked at again once nobody else can change them."""
    case_ids = queries.list_old_drafts(session, since, MOST_DESTROYED)
    wanted = select(CaseFile).where(CaseFile.id.in_(case_ids)).order_by(CaseFile.id).with_for_update()
    locked = session.scalars(wanted.execution_options(populate_existing=True)).all()
    found: list[CaseFile] = []
    for file in sorted((file for file in locked if file.touched_at < since), key=lambda f: f.touched_at):
        if found and sum(earlier.manifest_number for earlier in [*found, file]) > MOST_ENTRIES:
            break
        found.append(file)
    return found


def _refuse(session: Session, case_id: UUID) -> None:
    recorder, kind = recorder_of(session), Tampered.__name__
    record_refusal(recorder, None, "case.expiry-refused", str(case_id), kind=kind).case_id = case_id
