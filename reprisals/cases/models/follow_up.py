"""What is learned and done after a case was logged. The pages for these come with triage, routing and the report."""

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow


@dataclass(frozen=True)
class SourceContent:
    """Where information came from, and what was promised."""

    kind: str = field(default="", repr=False)
    connection: str = field(default="", repr=False)
    reliability: str = field(default="", repr=False)
    received_on: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    contact: str = field(default="", repr=False)
    promised: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


class Source(SealedRow, Base):
    """A source."""

    __tablename__ = "source"
    DOCUMENT = SourceContent


@dataclass(frozen=True)
class TriageContent:
    """Why a decision was taken."""

    reason: str = field(default="", repr=False)
    scope: str = field(default="", repr=False)
    link: str = field(default="", repr=False)
    credibility: str = field(default="", repr=False)


class Triage(SealedRow, Base):
    """One decision of triage."""

    __tablename__ = "triage"
    DOCUMENT = TriageContent
    FACETS = ("decision",)

    decision: Mapped[str]


@dataclass(frozen=True)
class UnActionContent:
    """What was done, with whom, and where it was published."""

    words: str = field(default="", repr=False)
    done_on: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)
    published_on: str = field(default="", repr=False)
    source: str = field(default="", repr=False)
    impact: str = field(default="", repr=False)


class UnAction(SealedRow, Base):
    """An action of the United Nations. Confidential until it has a publication date and a source."""

    __tablename__ = "un_action"
    DOCUMENT = UnActionContent
    FACETS = ("entity", "kind", "year", "visibility")

    entity: Mapped[str]
    kind: Mapped[str]
    year: Mapped[int]
    visibility: Mapped[str] = mapped_column(default="confidential")


@dataclass(frozen=True)
class CommunicationContent:
    """A communication's reference, date and mandates, and when a reply was due and came."""

    reference: str = field(default="", repr=False)
    sent_on: str = field(default="", repr=False)
    mandates: tuple[str, ...] = field(default=(), repr=False)
    reply_due: str = field(default="", repr=False)
    replied_on: str = field(default="", repr=False)
    words: str = field(default="", repr=False)


class Communication(SealedRow, Base):
    """A communication of special procedures. The number is sealed: it is the key to a published letter."""

    __tablename__ = "communication"
    DOCUMENT = CommunicationContent
    FACETS = ("kind", "year", "addressee")

    kind: Mapped[str]
    year: Mapped[int]
    addressee: Mapped[str]


@dataclass(frozen=True)
class ResponseContent:
    """What a Government answered."""

    words: str = field(default="", repr=False)
    asked_on: str = field(default="", repr=False)
    due_on: str = field(default="", repr=False)
    received_on: str = field(default="", repr=False)
    reference: str = field(default="", repr=False)


class GovernmentResponse(SealedRow, Base):
    """A Government's response to a note verbale or a communication."""

    __tablename__ = "government_response"
    DOCUMENT = ResponseContent
    FACETS = ("iso3", "to_what", "code")

    iso3: Mapped[str]
    to_what: Mapped[str]
    code: Mapped[str]


@dataclass(frozen=True)
class WordsContent:
    """A text with its date."""

    words: str = field(default="", repr=False)
    on: str = field(default="", repr=False)
    channel: str = field(default="", repr=False)


class CaseDevelopment(SealedRow, Base):
    """What happened since."""

    __tablename__ = "case_development"
    DOCUMENT = WordsContent


class ToldBack(SealedRow, Base):
    """What the person and the source were told, by which channel."""

    __tablename__ = "told_back"
    DOCUMENT = WordsContent


class CaseNote(SealedRow, Base):
    """A note of those who work on the case."""

    __tablename__ = "case_note"
    DOCUMENT = WordsContent


@dataclass(frozen=True)
class DocumentContent:
    """A document's names and the key that it is sealed under."""

    file_name: str = field(default="", repr=False)
    media_type: str = field(default="", repr=False)
    sha256: str = field(default="", repr=False)
    key: bytes = field(default=b"", repr=False)
    words: str = field(default="", repr=False)


class Document(SealedRow, Base):
    """A document, kept as it came under a key of its own, which stands sealed in its content."""

    __tablename__ = "document"
    DOCUMENT = DocumentContent

    sealed_bytes: Mapped[bytes]


@dataclass(frozen=True)
class ReportUseContent:
    """Why a case is placed so, and its paragraphs."""

    reason: str = field(default="", repr=False)
    paragraphs: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


class ReportUse(SealedRow, Base):
    """How a case stands in the report of a year; for one person where `person_id` names them."""

    __tablename__ = "report_use"
    DOCUMENT = ReportUseContent
    FACETS = ("report_year", "placement", "reported_as", "naming", "person_id")

    report_year: Mapped[int]
    placement: Mapped[str]
    reported_as: Mapped[str | None] = mapped_column(default=None)
    naming: Mapped[str | None] = mapped_column(default=None)
    person_id: Mapped[UUID | None] = mapped_column(default=None)
