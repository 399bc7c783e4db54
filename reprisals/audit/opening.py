"""The only door to content: opens case files, and records that they were opened."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.actions import OPEN_CASES, record_opening
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import check_entry
from reprisals.database.session import is_writing
from reprisals.sealing.boxes import CaseCode, CaseFile, SealedRow
from reprisals.sealing.envelope import KEY_BYTES, CannotOpen
from reprisals.sealing.grants import Grant, grants_of, open_grant
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.opening import Excluded, OpenCase, Tampered
from reprisals.sealing.trust import NotTrusted

__all__ = [
    "CannotOpen",
    "Excluded",
    "NotTrusted",
    "OpenCase",
    "Tampered",
    "create_case",
    "open_case",
    "open_titles",
]


def create_case(session: Session, keyring: Keyring, case_id: UUID) -> OpenCase:
    """A new case file under a new key. The action that makes it records it."""
    now = clock.now()
    file = CaseFile(id=case_id, created_at=now, touched_at=now)
    case = OpenCase.create(session, keyring, file, secrets.token_bytes(KEY_BYTES))
    session.flush()
    session.info[OPEN_CASES][case_id] = case
    return case


def open_case(session: Session, keyring: Keyring, actor: Actor, case_id: UUID, purpose: str) -> OpenCase:
    """Open a case, check it against its manifest and the log, and record the opening with its purpose.

    In a session that writes, the case file is locked first, so that what is decided on holds until the commit, and a signed
    grant to one's own team is replaced by a wrap.
    Raises CannotOpen where no grant opens, NotTrusted for a forged one, Tampered where the database was altered.
    """
    known = session.info[OPEN_CASES].get(case_id)
    if isinstance(known, OpenCase):
        return known
    wanted = select(CaseFile).where(CaseFile.id == case_id).execution_options(populate_existing=True)
    file = session.scalars(wanted.with_for_update() if is_writing(session) else wanted).first()
    if file is None:
        raise Tampered(f"case file {case_id} is missing")
    grants = grants_of(session, [case_id], actor.team_ids, actor.person_id)[case_id]
    case, grant = _open(session, keyring, file, grants)
    _check_against_log(session, keyring, case)
    if is_writing(session):
        case.rewrap(grant)
    session.info[OPEN_CASES][case_id] = case
    record_opening(session, actor, "case.opened", case_id, purpose=purpose)
    return case


def open_titles(
    session: Session, keyring: Keyring, actor: Actor, rows: Sequence[SealedRow], purpose: str
) -> Mapping[UUID, object]:
    """The documents of one row each of many cases, as one entry that names them all.

    A case that does not open or is not as it was written is left out and named in the entry, so that one damaged case does not
    hide the others.
    """
    ids = [row.case_id for row in rows]
    files = {f.id: f for f in session.scalars(select(CaseFile).where(CaseFile.id.in_(ids)))}
    grants = grants_of(session, ids, actor.team_ids, actor.person_id)
    logged = _last_changes(session, ids)
    codes = _codes_by_row(session, [row.id for row in rows])
    opened: dict[UUID, object] = {}
    failed: list[str] = []
    for row in rows:
        try:
            case, _grant = _open(session, keyring, files.get(row.case_id), grants[row.case_id])
            _check_number(case, logged.get(row.case_id))
            case.give_codes(codes.get(row.id, ()))
            case.check(type(row), [row])
            opened[row.case_id] = case.read(row)
        except (CannotOpen, NotTrusted, Tampered):
            failed.append(str(row.case_id))
    if rows:
        details = {"purpose": purpose, "cases": [str(i) for i in ids]} | (
            {"failed": failed} if failed else {}
        )
        record_opening(session, actor, "cases.listed", None, **details)
    return opened


def _open(
    session: Session, keyring: Keyring, file: CaseFile | None, grants: Iterable[Grant]
) -> tuple[OpenCase, Grant]:
    if file is None:
        raise Tampered("case file is missing")
    last: Exception = CannotOpen(f"case {file.id}")
    for grant in grants:
        if grant.generation != file.generation:
            continue
        try:
            return OpenCase(session, keyring, file, open_grant(session, keyring, grant)), grant
        except (CannotOpen, NotTrusted) as reason:
            last = reason
    raise last


def _check_against_log(session: Session, keyring: Keyring, case: OpenCase) -> None:
    wanted = (
        select(AuditEntry)
        .where(AuditEntry.case_id == case.id, AuditEntry.manifest_number.is_not(None))
        .order_by(AuditEntry.manifest_number.desc())
        .limit(1)
    )
    entry = session.scalars(wanted).first()
    _check_number(case, (entry.manifest_number, entry.manifest_hash) if entry else None)
    if entry is not None and not check_entry(session, keyring.root_public, entry):
        raise Tampered(f"audit entry {entry.seq}")
    held = {g.holder for g in session.scalars(select(Grant).where(Grant.case_id == case.id))}
    for missing in case.manifest.holders - held:
        raise Tampered(f"grant of {case.id} to {missing} is missing")


def _check_number(case: OpenCase, logged: tuple[int | None, bytes | None] | None) -> None:
    if logged != (case.manifest.number, case.manifest_hash()):
        raise Tampered(f"manifest of {case.id} is not the one in the log")


def _last_changes(session: Session, ids: Sequence[UUID]) -> dict[UUID, tuple[int | None, bytes | None]]:
    newest = (
        select(AuditEntry.case_id, func.max(AuditEntry.manifest_number).label("number"))
        .where(AuditEntry.case_id.in_(ids), AuditEntry.manifest_number.is_not(None))
        .group_by(AuditEntry.case_id)
        .subquery()
    )
    wanted = select(AuditEntry.case_id, AuditEntry.manifest_number, AuditEntry.manifest_hash).join(
        newest, (AuditEntry.case_id == newest.c.case_id) & (AuditEntry.manifest_number == newest.c.number)
    )
    return {case_id: (number, digest) for case_id, number, digest in session.execute(wanted) if case_id}


def _codes_by_row(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[CaseCode]]:
    found: dict[UUID, list[CaseCode]] = {}
    for code in session.scalars(select(CaseCode).where(CaseCode.row_id.in_(ids))):
        found.setdefault(code.row_id, []).append(code)
    return found
