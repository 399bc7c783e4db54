"""Sealed rows: facets in the clear beside at most one sealed document, under the key of a case file.

Every row names its revision and key generation. The manifest of the case file, itself sealed, names the latest revision of each
row with a digest over facets and sealed bytes, the holders and the exclusions: a row put back, moved, altered or left out is
found before it is used.
"""

import hashlib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import JSON, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, MappedAsDataclass, mapped_column

from reprisals.database.base import Base
from reprisals.sealing.column import Sealed, SealedColumn
from reprisals.sealing.documents import canonical
from reprisals.sealing.envelope import Cell, Refusal, label

Codes = Mapping[str, frozenset[str]]
"""Facets of a row with several values: the name of a code list, and the codes."""


class Tampered(Refusal):
    """The database does not hold what was last written. `what` names the first thing found."""


class CaseFile(Base):
    """A case file: its key's generation and its manifest. The row that is locked by whoever changes the case."""

    __tablename__ = "case_file"

    created_at: Mapped[datetime]
    touched_at: Mapped[datetime] = mapped_column(index=True)
    generation: Mapped[int] = mapped_column(default=1)
    manifest_number: Mapped[int] = mapped_column(default=0)
    manifest: Mapped[Sealed | None] = mapped_column(SealedColumn, default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)

    def manifest_context(self) -> bytes:
        """The associated data of the manifest."""
        return label("manifest", self.id, self.generation, self.manifest_number)

    def manifest_hash(self) -> bytes:
        """SHA-256 of the sealed manifest, as it stands in the audit entry of the change that wrote it. Needs no key."""
        return hashlib.sha256(self.manifest.raw if self.manifest else b"").digest()


class CaseCode(Base):
    """One code of a facet with several values. Bound through the digest of the row of the case that it belongs to."""

    __tablename__ = "case_code"
    __table_args__ = (Index("ix_case_code_list_code", "list_name", "code", "case_id"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"), primary_key=True)
    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    list_name: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)


class Revision(Base):
    """What a row was before a change: its facets, so that tables can be cut as of a date, and its content, still sealed."""

    __tablename__ = "revision"
    __table_args__ = (
        UniqueConstraint("case_id", "number"),
        Index("ix_revision_row_id_revision", "row_id", "revision"),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"))
    table: Mapped[str] = mapped_column("table_name")
    row_id: Mapped[UUID]
    revision: Mapped[int]
    generation: Mapped[int]
    facets: Mapped[dict[str, Any]] = mapped_column(JSON)
    content: Mapped[Sealed | None] = mapped_column(SealedColumn)
    valid_from: Mapped[datetime]
    valid_until: Mapped[datetime]
    changed_by: Mapped[UUID]
    ended_by: Mapped[UUID]
    number: Mapped[int]
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)

    def cell(self) -> Cell:
        """Where the content stood, in which version."""
        return Cell(self.table, self.row_id, "content", self.case_id, self.generation, self.revision)

    def digest(self) -> bytes:
        """Binds everything that the revision says."""
        facts = [self.number, self.table, self.row_id.hex, self.revision, self.generation, self.facets]
        facts += [_plain(self.valid_from), _plain(self.valid_until), self.changed_by.hex, self.ended_by.hex]
        hashed = hashlib.sha256(canonical(facts))
        hashed.update(self.content.raw if self.content else b"")
        return hashed.digest()


def chain(history: str, revision: Revision) -> str:
    """The history after one more revision."""
    return hashlib.sha256(history.encode() + revision.digest()).hexdigest()


class SealedRow(MappedAsDataclass, kw_only=True):
    """A row of a case file. A subclass names its document class and its facets.

    A row that is only derived from others, or holds what is not finished, keeps no history.
    """

    DOCUMENT: ClassVar[type[Any]]
    FACETS: ClassVar[tuple[str, ...]] = ()
    KEEPS_HISTORY: ClassVar[bool] = True

    case_id: Mapped[UUID] = mapped_column(ForeignKey("case_file.id"), index=True, init=False)
    changed_at: Mapped[datetime] = mapped_column(init=False)
    changed_by: Mapped[UUID] = mapped_column(init=False)
    revision: Mapped[int] = mapped_column(default=1)
    generation: Mapped[int] = mapped_column(default=1)
    content: Mapped[Sealed | None] = mapped_column(SealedColumn, default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)

    @property
    def table(self) -> str:
        """The name of the table, as it stands in the cell."""
        return str(self.__tablename__)  # type: ignore[attr-defined]

    def cell(self) -> Cell:
        """Where the content stands, in which version."""
        return Cell(self.table, self.id, "content", self.case_id, self.generation, self.revision)

    def facets(self, codes: Codes) -> dict[str, Any]:
        """The facets as plain values, with the codes of those that have several."""
        values = {name: _plain(getattr(self, name)) for name in self.FACETS}
        return values | {name: sorted(held) for name, held in codes.items() if held}

    def digest(self, codes: Codes) -> str:
        """Binds facets, version and sealed bytes: 128 bits of SHA-256, base64."""
        facts = [
            self.table,
            self.id.hex,
            self.case_id.hex,
            self.revision,
            self.generation,
            self.facets(codes),
        ]
        facts += [self.changed_at.isoformat(timespec="microseconds"), self.changed_by.hex]
        hashed = hashlib.sha256(canonical(facts))
        hashed.update(self.content.raw if self.content else b"")
        return b64encode(hashed.digest()[:16]).decode()


@dataclass(frozen=True, slots=True)
class Written:
    """What a row said in the clear when it was last written, by whom and when: it becomes the revision."""

    facets: dict[str, Any]
    at: datetime
    by: UUID


@dataclass(frozen=True)
class Manifest:
    """What a case file consists of. `rows` maps a table to its rows' identifiers, each with revision and digest.

    `history` chains the digests of all revisions kept so far, `kept` counts them.
    """

    number: int
    generation: int
    rows: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    holders: frozenset[str] = frozenset()
    exclusions: frozenset[str] = frozenset()
    kept: int = 0
    history: str = ""


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    return value
