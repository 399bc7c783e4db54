"""The case itself: where it stands, and its title."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from reprisals.cases.rules.outline import TitleFacts
from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow


@dataclass(frozen=True)
class CaseContent:
    """What is sealed of a case itself. `title_is_own`: somebody wrote it, so it is no longer proposed anew.

    `proposed`: what the title was made of as the case was submitted, where nobody wrote one. It is shown in any language.
    `is_general`: somebody said that it concerns nobody in particular.
    """

    title: str = field(default="", repr=False)
    title_is_own: bool = False
    danger_words: str = field(default="", repr=False)
    language: str = ""
    is_general: bool = False
    proposed: TitleFacts | None = None


_IN_ORDER = ("urgency", "sort_at", "id")
_FILTERS = ("stage", "priority", "record_type")
"""What a list is narrowed to stands in its index, too: a rare value is looked for there, without fetching a row."""


_IS_DRAFT = text("stage = 'DRAFT'")
"""Drafts are few among many cases. Those that nobody touches are looked for among them alone."""


class Case(SealedRow, Base):
    """A case. Its identifier is that of its case file.

    `urgency` and `sort_at` order the lists: danger first, then the next deadline. `due_at` is moved by the clocks and therefore
    not bound to the manifest.
    """

    __tablename__ = "case_record"
    __table_args__ = (
        Index("ix_case_record_owning", "owning_team_id", *_IN_ORDER, *_FILTERS),
        Index("ix_case_record_owning_stage", "owning_team_id", "stage", *_IN_ORDER),
        Index("ix_case_record_draft", "id", sqlite_where=_IS_DRAFT, postgresql_where=_IS_DRAFT),
        Index("ix_case_record_triage", "triage_team_id", *_IN_ORDER, *_FILTERS),
    )
    DOCUMENT = CaseContent
    FACETS = (
        "reference",
        "stage",
        "record_type",
        "priority",
        "danger",
        "verification",
        "received_on",
        "report_year",
        "owning_team_id",
        "triage_team_id",
        "submitted_at",
        "stage_since",
        "outcome",
        "duplicate_of",
    )

    reference: Mapped[str] = mapped_column(unique=True)
    stage: Mapped[str]
    priority: Mapped[str]
    received_on: Mapped[date]
    owning_team_id: Mapped[UUID]
    stage_since: Mapped[datetime]
    sort_at: Mapped[datetime]
    record_type: Mapped[str | None] = mapped_column(default=None)
    urgency: Mapped[int] = mapped_column(default=1)
    danger: Mapped[str | None] = mapped_column(default=None)
    verification: Mapped[str] = mapped_column(default="UNVERIFIED")
    report_year: Mapped[int | None] = mapped_column(default=None)
    triage_team_id: Mapped[UUID | None] = mapped_column(default=None)
    submitted_at: Mapped[datetime | None] = mapped_column(default=None)
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    outcome: Mapped[str | None] = mapped_column(default=None)
    duplicate_of: Mapped[UUID | None] = mapped_column(default=None)


@dataclass(frozen=True)
class ExclusionContent:
    """Why somebody is kept out."""

    reason: str = field(default="", repr=False)


class Exclusion(SealedRow, Base):
    """A team, an entity or a person that may never be granted the case. Stands in the manifest, too."""

    __tablename__ = "exclusion"
    DOCUMENT = ExclusionContent
    FACETS = ("kind", "target")

    kind: Mapped[str]
    target: Mapped[str]


@dataclass(frozen=True)
class SearchContent:
    """The folded text of a case, for a search by those who may read it."""

    text: str = field(default="", repr=False)


class SearchText(SealedRow, Base):
    """The sealed search text. Written with every change, because nobody without the key can ever fill it in later."""

    __tablename__ = "search_text"
    DOCUMENT = SearchContent
    KEEPS_HISTORY = False


@dataclass(frozen=True)
class UnfinishedContent:
    """The fields of a page as they were last typed, before they held. `tab` names the page on which they were."""

    fields: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    tab: str = ""


class Unfinished(SealedRow, Base):
    """A page that somebody was filling in: saved by itself, and offered again to the team."""

    __tablename__ = "unfinished"
    DOCUMENT = UnfinishedContent
    FACETS = ("page",)
    KEEPS_HISTORY = False

    page: Mapped[str]
