"""Recording what is done, and committing it. Nothing else in the application commits."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.chain import hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.queries import FIRST_MANIFEST
from reprisals.database.session import Database
from reprisals.sealing.envelope import Refusal
from reprisals.sealing.keys import SigningKey

RECORDER = "audit.recorder"
OPEN_CASES = "audit.open_cases"
TELL_OPENING = frozenset({"case.kept"})
"""What pages do by themselves every few seconds. The entry of such a change says that the case was opened, too."""


class NotRecorded(Exception):
    """A case was changed and no entry says so. A mistake in an action, found before anything is stored."""


@dataclass
class Note:
    """An entry that waits for the commit. `stays` marks an opening or a refusal, which is kept when the rest is undone."""

    action: str
    actor_id: UUID | None
    case_id: UUID | None
    subject: str
    details: dict[str, Any]
    outcome: str
    stays: bool
    manifest: tuple[int, bytes] | None = None


@dataclass
class Recorder:
    """Collects a request's entries, and signs them: as the acting session, or as the service."""

    signer: SigningKey
    is_person: bool
    notes: list[Note] = field(default_factory=list)

    def note(self, note: Note) -> None:
        """Keep an entry until the commit."""
        self.notes.append(note)

    def forget_changes(self) -> None:
        """What was not stored is not recorded as done; what was opened or refused stays."""
        self.notes = [note for note in self.notes if note.stays]


def attach(session: Session, recorder: Recorder) -> Session:
    """Let a session record through this recorder."""
    session.info[RECORDER] = recorder
    session.info[OPEN_CASES] = {}
    return session


def recorder_of(session: Session) -> Recorder:
    """The session's recorder."""
    recorder: Recorder = session.info[RECORDER]
    return recorder


def record(
    session: Session, actor: Actor | None, action: str, subject: UUID | None = None, **details: Any
) -> Note:
    """Record that something is done to a person, a team or nothing in particular. Details are codes and identifiers only."""
    note = Note(
        action, actor.person_id if actor else None, None, str(subject or ""), details, "done", stays=False
    )
    recorder_of(session).note(note)
    return note


def record_case(session: Session, actor: Actor, action: str, case_id: UUID, **details: Any) -> Note:
    """Record that a case is changed. The entry will carry the number and hash of the case's manifest."""
    note = Note(action, actor.person_id, case_id, "", details, "done", stays=False)
    recorder_of(session).note(note)
    return note


def record_opening(session: Session, actor: Actor, action: str, case_id: UUID | None, **details: Any) -> Note:
    """Record that content is opened. Stays even when the request is undone."""
    note = Note(action, actor.person_id, case_id, "", details, "done", stays=True)
    recorder_of(session).note(note)
    return note


def record_refusal(
    recorder: Recorder, actor_id: UUID | None, action: str, subject: str = "", **details: Any
) -> Note:
    """Record that something was refused. Stays."""
    note = Note(action, actor_id, None, subject, details, "refused", stays=True)
    recorder.note(note)
    return note


def record_refused_content(
    recorder: Recorder, actor_id: UUID | None, refusal: Refusal, **details: Any
) -> None:
    """Record that a record does not open or is not as it was written: of which case, and what was named. Stays."""
    found = {"kind": type(refusal).__name__, "what": refusal.what} | details
    recorder.note(Note("record.refused", actor_id, refusal.case, "", found, "refused", stays=True))


def undo(session: Session) -> None:
    """Take back all that the session has written, and the entries that would tell of it. What was opened or refused stays
    recorded, and each case is opened anew, as it is stored.
    """
    session.rollback()
    recorder_of(session).forget_changes()
    session.info[OPEN_CASES] = {}


def forget_case(session: Session, case_id: UUID) -> None:
    """A case that has not come to be, or is destroyed, is not sealed at the commit, and no change of it is recorded."""
    recorder = recorder_of(session)
    recorder.notes = [note for note in recorder.notes if note.stays or note.case_id != case_id]
    session.info[OPEN_CASES].pop(case_id, None)


def commit(session: Session) -> None:
    """Seal the manifests of changed cases, number, chain and sign the entries, and commit all of it at once."""
    recorder = recorder_of(session)
    for case in session.info[OPEN_CASES].values():
        manifest = case.close()
        if manifest is not None:
            note = _attach_manifest(recorder, case.id, manifest)
            if manifest[0] == FIRST_MANIFEST:
                note.details = note.details | {"key": case.commitment()}
    session.flush()
    recorder.notes = _said_once(recorder.notes)
    _write(session, recorder)
    session.commit()
    recorder.notes = []
    for case in session.info[OPEN_CASES].values():
        case.end()
    session.info[OPEN_CASES] = {}


def commit_notes(database: Database, recorder: Recorder) -> None:
    """Commit the entries of a request that changed nothing, in a transaction of their own."""
    if not recorder.notes:
        return
    with database.writing() as session:
        _write(session, recorder)
        session.commit()
    recorder.notes = []


def begin_log(session: Session) -> None:
    """Make the head of a new log."""
    session.add(AuditHead(hash=bytes(32)))
    session.flush()


def _attach_manifest(recorder: Recorder, case_id: UUID, manifest: tuple[int, bytes]) -> Note:
    for note in reversed(recorder.notes):
        if note.case_id == case_id and not note.stays:
            note.manifest = manifest
            return note
    raise NotRecorded(str(case_id))


def _said_once(notes: list[Note]) -> list[Note]:
    """The entries without openings that another entry of the same commit tells of: to change, and not to show a page."""
    told = {(note.actor_id, note.case_id) for note in notes if note.action in TELL_OPENING}
    return [note for note in notes if not _is_to_change(note) or (note.actor_id, note.case_id) not in told]


def _is_to_change(note: Note) -> bool:
    return note.action == "case.opened" and note.details.get("purpose") == "change"


def _unsigned_actor(recorder: Recorder, note: Note) -> str:
    """Who acted where the service signs for them, as for somebody who is not admitted yet: the entry is about them."""
    return "" if recorder.is_person else str(note.actor_id or "")


def _write(session: Session, recorder: Recorder) -> None:
    if not recorder.notes:
        return
    head = session.scalars(
        select(AuditHead).with_for_update().execution_options(populate_existing=True)
    ).one()
    at = clock.now()
    for note in recorder.notes:
        entry = AuditEntry(
            seq=head.seq + 1,
            at=at,
            action=note.action,
            outcome=note.outcome,
            details=note.details,
            previous_hash=head.hash,
            actor_id=note.actor_id if recorder.is_person else None,
            case_id=note.case_id,
            subject=note.subject or _unsigned_actor(recorder, note),
            manifest_number=note.manifest[0] if note.manifest else None,
            manifest_hash=note.manifest[1] if note.manifest else None,
        )
        entry.hash = hash_entry(entry.as_entry())
        entry.signature = recorder.signer.sign(entry.hash)
        session.add(entry)
        head.seq, head.hash = entry.seq, entry.hash
    session.flush()
