"""The log and its head."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from reprisals.audit.chain import Entry, Link
from reprisals.database.base import Base


class AuditEntry(Base):
    """One entry. `actor_id` is empty where the service acted without anybody signed in."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_case_id_manifest_number", "case_id", "manifest_number"),
        Index("ix_audit_entry_actor_id_seq", "actor_id", "seq"),
        Index("ix_audit_entry_action_seq", "action", "seq"),
        Index("ix_audit_entry_at_seq", "at", "seq"),
        Index("ix_audit_entry_outcome_seq", "outcome", "seq"),
        Index("ix_audit_entry_subject_action_seq", "subject", "action", "seq"),
        CheckConstraint("outcome IN ('done', 'refused')", name="outcome"),
    )

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    outcome: Mapped[str]
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[bytes]
    actor_id: Mapped[UUID | None] = mapped_column(default=None)
    case_id: Mapped[UUID | None] = mapped_column(default=None)
    subject: Mapped[str] = mapped_column(default="")
    manifest_number: Mapped[int | None] = mapped_column(default=None)
    manifest_hash: Mapped[bytes | None] = mapped_column(default=None)
    hash: Mapped[bytes] = mapped_column(default=b"")
    signature: Mapped[bytes] = mapped_column(default=b"")

    def as_entry(self) -> Entry:
        """The entry as it is hashed."""
        return Entry(
            seq=self.seq,
            at=self.at.isoformat(timespec="microseconds"),
            actor=str(self.actor_id or "service"),
            action=self.action,
            outcome=self.outcome,
            case=str(self.case_id or ""),
            subject=self.subject,
            details=self.details,
            manifest_number=self.manifest_number,
            manifest_hash=(self.manifest_hash or b"").hex(),
            previous=self.previous_hash.hex(),
        )

    def as_link(self) -> Link:
        """The entry with its hash and signature."""
        return Link(self.as_entry(), self.hash, self.signature)


class AuditHead(Base):
    """The number and hash of the last entry. One row; whoever writes entries holds its lock until the commit."""

    __tablename__ = "audit_head"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    hash: Mapped[bytes]
    seq: Mapped[int] = mapped_column(default=0)
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=1)
