"""The only door to content: opens case files, and records that they were opened."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.actions import (
    OPEN_CASES,
    record_opening,
    record_refused_content,
    recorder_of,
)
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import FIRST_MANIFEST, check_entry
from reprisals.database.session import is_writing
from reprisals.sealing.boxes import CaseCode, CaseFile, SealedRow, Tampered
from reprisals.sealing.envelope import KEY_BYTES, CannotOpen, Refusal, naming
from reprisals.sealing.exclusions import Excluded, signed_names_of
from reprisals.sealing.grants import Grant, check_granter, grants_of, open_grant
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.opening import OpenCase
from reprisals.sealing.trust import NotTrusted, Trust

__all__ = [
    "CannotOpen",
    "Excluded",
    "NotTrusted",
    "OpenCase",
    "Refusal",
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
    Raises CannotOpen where no grant opens, NotTrusted for a forged one, Tampered where the database was altered, Excluded for
    whoever is kept out; each names the case.
    """
    known = session.info[OPEN_CASES].get(case_id)
    if isinstance(known, OpenCase):
        return known
    wanted = select(CaseFile).where(CaseFile.id == case_id).execution_options(populate_existing=True)
    file = session.scalars(wanted.with_for_update() if is_writing(session) else wanted).first()
    grants = grants_of(session, [case_id], actor.team_ids, actor.person_id)[case_id]
    reader = _Reader(session, keyring, actor)
    with naming(case_id):
        case, grant = reader.open(case_id, file, grants)
        reader.check_logged(case, _logged(session, [case_id]).get(case_id))
        _check_holders(session, case)
        if is_writing(session):
            case.rewrap(grant)
    session.info[OPEN_CASES][case_id] = case
    record_opening(session, actor, "case.opened", case_id, purpose=purpose)
    return case


def open_titles(
    session: Session, keyring: Keyring, actor: Actor, rows: Sequence[SealedRow], purpose: str
) -> Mapping[UUID, object]:
    """The documents of one row each of many cases, as one entry that names them all.

    A case that does not open or is not as it was written is left out, so that one damaged case does not hide the others. It is
    named in the entry as failed, and each refusal is recorded with what was refused.
    """
    ids = [row.case_id for row in rows]
    files = {f.id: f for f in session.scalars(select(CaseFile).where(CaseFile.id.in_(ids)))}
    grants = grants_of(session, ids, actor.team_ids, actor.person_id)
    logged, codes = _logged(session, ids), _codes_by_case(session, rows)
    reader = _Reader(session, keyring, actor)
    opened: dict[UUID, object] = {}
    failed: list[str] = []
    for row in rows:
        try:
            with naming(row.case_id):
                case, _grant = reader.open(row.case_id, files.get(row.case_id), grants[row.case_id])
                reader.check_logged(case, logged.get(row.case_id))
                case.give_codes(codes.get(row.case_id, ()))
                case.check(type(row), [row])
                opened[row.case_id] = case.read(row)
        except Refusal as refusal:
            failed.append(str(row.case_id))
            record_refused_content(recorder_of(session), actor.person_id, refusal, purpose=purpose)
    if rows:
        found = {"cases": [str(i) for i in ids if i in opened]} | ({"failed": failed} if failed else {})
        record_opening(session, actor, "cases.listed", None, purpose=purpose, **found)
    return opened


@dataclass(slots=True)
class _Logged:
    """What the log has of a case: the entry that began it, and that of its last change."""

    first: AuditEntry | None
    last: AuditEntry


class _Reader:
    """Somebody who opens cases in one request. What vouches for signers, and who the reader is, is looked up once."""

    def __init__(self, session: Session, keyring: Keyring, actor: Actor) -> None:
        self.session, self.keyring, self.actor = session, keyring, actor
        self._trust = Trust(session, keyring.root_public)

    @cached_property
    def _names(self) -> frozenset[str]:
        actor = self.actor
        return signed_names_of(self.session, actor.person_id, actor.team_ids, actor.entities)

    def open(self, case_id: UUID, file: CaseFile | None, grants: Iterable[Grant]) -> tuple[OpenCase, Grant]:
        """The case by the first grant that opens it, unless it keeps the reader out."""
        if file is None:
            raise Tampered(f"case file {case_id} is missing")
        last: Exception = CannotOpen(f"case {case_id}")
        for grant in grants:
            if grant.generation != file.generation:
                continue
            try:
                key = open_grant(self._trust, self.keyring, grant)
            except (CannotOpen, NotTrusted) as reason:
                last = reason
                continue
            case = OpenCase(self.session, self.keyring, file, key)
            if case.manifest.exclusions:
                case.refuse(self._names)
            check_granter(self._trust, grant, case.manifest.holders)
            return case, grant
        raise last

    def check_logged(self, case: OpenCase, logged: _Logged | None) -> None:
        """Raise Tampered unless the manifest is that of the last change in the log, one of the holders signed that entry, and
        the key is the one with which the case was begun; NotTrusted where a stranger signed the last change.

        Whoever can write the database can replace a case whole, with a key of their own; what began it stays in the log.
        """
        if logged is None or (logged.last.manifest_number, logged.last.manifest_hash) != (
            case.manifest.number,
            case.manifest_hash(),
        ):
            raise Tampered(f"manifest of {case.id} is not the one in the log")
        first, last = logged.first, logged.last
        for entry in (last, first):
            if entry is not None and not check_entry(self._trust, entry):
                raise Tampered(f"audit entry {entry.seq}")
        if first is None or first.details.get("key") != case.commitment():
            raise Tampered(f"key of {case.id} is not the one that it began with")
        if last.actor_id is not None:
            with naming(case.id):
                self._check_seat(last, last.actor_id, case)

    def _check_seat(self, entry: AuditEntry, signer: UUID, case: OpenCase) -> None:
        try:
            self._trust.check_seated(signer, entry.signature, entry.hash, case.manifest.holders)
        except NotTrusted:
            raise NotTrusted(f"signer of audit entry {entry.seq}") from None


def _check_holders(session: Session, case: OpenCase) -> None:
    held = {g.holder for g in session.scalars(select(Grant).where(Grant.case_id == case.id))}
    for missing in case.manifest.holders - held:
        raise Tampered(f"grant of {case.id} to {missing} is missing")


def _logged(session: Session, ids: Sequence[UUID]) -> dict[UUID, _Logged]:
    """For each case its first and its newest entry with a manifest. Of two that claim to be first, the one that stood there
    first; an entry before the beginning of the log is none.
    """
    newest = (
        select(AuditEntry.case_id, func.max(AuditEntry.manifest_number).label("number"))
        .where(AuditEntry.case_id.in_(ids), AuditEntry.manifest_number.is_not(None))
        .group_by(AuditEntry.case_id)
        .subquery()
    )
    either = AuditEntry.manifest_number.in_((newest.c.number, FIRST_MANIFEST))
    wanted = select(AuditEntry).join(newest, (AuditEntry.case_id == newest.c.case_id) & either)
    found: dict[UUID, _Logged] = {}
    for entry in session.scalars(wanted.where(AuditEntry.seq > 0).order_by(AuditEntry.seq)):
        if entry.case_id is None:
            continue
        known = found.setdefault(entry.case_id, _Logged(None, entry))
        if entry.manifest_number == FIRST_MANIFEST and known.first is None:
            known.first = entry
        if (entry.manifest_number or 0) >= (known.last.manifest_number or 0):
            known.last = entry
    return found


def _codes_by_case(session: Session, rows: Sequence[SealedRow]) -> dict[UUID, list[CaseCode]]:
    wanted = select(CaseCode).where(
        CaseCode.case_id.in_([row.case_id for row in rows]), CaseCode.row_id.in_([row.id for row in rows])
    )
    found: dict[UUID, list[CaseCode]] = {}
    for code in session.scalars(wanted):
        found.setdefault(code.case_id, []).append(code)
    return found
