"""Two tables of sealed rows that belong to the tests alone, with a facet of every kind.

They have metadata of their own, so that the tables of the project stay what they are.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column

from reprisals.database.base import NAMING, Base
from reprisals.sealing.boxes import CaseFile, SealedRow


class Rows(MappedAsDataclass, DeclarativeBase, kw_only=True):
    """The base of the tables below."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = Base.type_annotation_map


@dataclass(frozen=True)
class PageContent:
    """A confidential document."""

    title: str = field(default="", repr=False)
    words: tuple[str, ...] = field(default=(), repr=False)


class Page(SealedRow, Rows):
    """A row with history."""

    __tablename__ = "test_page"
    DOCUMENT = PageContent
    FACETS = ("kind", "seen_at", "day", "other", "count", "is_open", "absent")

    case_id: Mapped[UUID] = mapped_column(ForeignKey(CaseFile.__table__.c.id), init=False)
    kind: Mapped[str] = mapped_column(default="ARR")
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    day: Mapped[date | None] = mapped_column(default=None)
    other: Mapped[UUID | None] = mapped_column(default=None)
    count: Mapped[int] = mapped_column(default=1)
    is_open: Mapped[bool] = mapped_column(default=True)
    absent: Mapped[str | None] = mapped_column(default=None)


class Scrap(SealedRow, Rows):
    """A row without history."""

    __tablename__ = "test_scrap"
    DOCUMENT = PageContent
    KEEPS_HISTORY = False

    case_id: Mapped[UUID] = mapped_column(ForeignKey(CaseFile.__table__.c.id), init=False)
