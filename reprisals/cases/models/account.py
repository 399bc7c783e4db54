"""What happened, to whom, why it is linked to the United Nations, and what the person wants."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy.orm import Mapped, mapped_column

from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow


@dataclass(frozen=True)
class AccountContent:
    """What happened, or what is feared. Dates in their written form (`2024-05`, `~2024`), countries as ISO 3166-1 alpha-3.

    `happened` is None until somebody said which of the two it is.
    """

    happened: bool | None = None
    words: str = field(default="", repr=False)
    since: str = field(default="", repr=False)
    until: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    place_country: str = field(default="", repr=False)
    coming: str = field(default="", repr=False)
    coming_kind: str = field(default="", repr=False)
    coming_on: str = field(default="", repr=False)


class Account(SealedRow, Base):
    """The story of a case, one row."""

    __tablename__ = "account"
    DOCUMENT = AccountContent


@dataclass(frozen=True)
class ActContent:
    """The details of one act."""

    since: str = field(default="", repr=False)
    until: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    place_country: str = field(default="", repr=False)
    description: str = field(default="", repr=False)
    perpetrators: str = field(default="", repr=False)
    law: str = field(default="", repr=False)
    charges: str = field(default="", repr=False)
    court: str = field(default="", repr=False)
    sentence: str = field(default="", repr=False)
    detention: str = field(default="", repr=False)
    persons: tuple[UUID, ...] = field(default=(), repr=False)
    ongoing: bool = False


class Act(SealedRow, Base):
    """One act, measure, effect or flag, with its pretexts and perpetrators as codes."""

    __tablename__ = "act"
    DOCUMENT = ActContent
    FACETS = ("code",)

    code: Mapped[str]


@dataclass(frozen=True)
class PersonContent:
    """Who a person or group is. A legal name only with consent to keep it."""

    alias: str = field(default="", repr=False)
    legal_name: str = field(default="", repr=False)
    other_names: tuple[str, ...] = field(default=(), repr=False)
    nationality: str = field(default="", repr=False)
    occupation: str = field(default="", repr=False)
    organization: str = field(default="", repr=False)
    official: str = field(default="", repr=False)
    relation: str = field(default="", repr=False)
    representative: str = field(default="", repr=False)
    situation: str = field(default="", repr=False)
    note: str = field(default="", repr=False)


class PersonConcerned(SealedRow, Base):
    """A person, organization, group or community concerned. `person_ref` links the same one over cases and years."""

    __tablename__ = "person_concerned"
    DOCUMENT = PersonContent
    FACETS = ("person_ref", "unit", "number", "qualifier", "gender", "age_group")

    unit: Mapped[str]
    gender: Mapped[str] = mapped_column(default="N")
    age_group: Mapped[str] = mapped_column(default="UNK")
    number: Mapped[int | None] = mapped_column(default=None)
    qualifier: Mapped[str | None] = mapped_column(default=None)
    person_ref: Mapped[UUID] = mapped_column(default_factory=uuid4)


@dataclass(frozen=True)
class CooperationContent:
    """How somebody cooperated, and why it is believed to be the reason."""

    since: str = field(default="", repr=False)
    until: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    capacity: str = field(default="", repr=False)
    words: str = field(default="", repr=False)
    document: str = field(default="", repr=False)
    evidence: str = field(default="", repr=False)


class Cooperation(SealedRow, Base):
    """One link to the United Nations: with whom, in which form, actual, attempted or perceived; its grounds as codes."""

    __tablename__ = "cooperation"
    DOCUMENT = CooperationContent
    FACETS = ("entity", "form", "status", "strength")

    entity: Mapped[str]
    form: Mapped[str]
    status: Mapped[str]
    strength: Mapped[str] = mapped_column(default="POS")


@dataclass(frozen=True)
class WishContent:
    """What the person wants."""

    wishes: tuple[str, ...] = field(default=(), repr=False)
    words: str = field(default="", repr=False)


class Wish(SealedRow, Base):
    """What the person wants, one row."""

    __tablename__ = "wish"
    DOCUMENT = WishContent


@dataclass(frozen=True)
class ReachContent:
    """How to reach back safely, and what never to do."""

    channel: str = field(default="", repr=False)
    how: str = field(default="", repr=False)
    times: str = field(default="", repr=False)
    never: str = field(default="", repr=False)


class Reach(SealedRow, Base):
    """The safe way back, one row."""

    __tablename__ = "reach"
    DOCUMENT = ReachContent


@dataclass(frozen=True)
class ConsentContent:
    """Who gave an answer, how, and the text agreed to."""

    giver: str = field(default="", repr=False)
    means: str = field(default="", repr=False)
    obtained_by: str = field(default="", repr=False)
    language: str = field(default="", repr=False)
    text: str = field(default="", repr=False)
    recheck_on: str = field(default="", repr=False)


class ConsentAnswer(SealedRow, Base):
    """One entry of the consent ledger. Never changed and never removed; the latest by sequence counts.

    The entities that sharing is about stand as codes.
    """

    __tablename__ = "consent_answer"
    DOCUMENT = ConsentContent
    FACETS = ("person_id", "scope", "answer", "given_on", "sequence")

    person_id: Mapped[UUID]
    scope: Mapped[str]
    answer: Mapped[str]
    given_on: Mapped[date]
    sequence: Mapped[int]
