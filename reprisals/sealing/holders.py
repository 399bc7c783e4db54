"""Holders of keys: persons and teams, their public keys, and the statements that vouch for them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from reprisals.database.base import Base
from reprisals.sealing.documents import canonical
from reprisals.sealing.envelope import label


class HolderKind(StrEnum):
    """Who can hold a case key. The recovery key holds those of restricted cases."""

    TEAM = "team"
    PERSON = "person"
    RECOVERY = "recovery"


class TeamKind(StrEnum):
    """Kinds of team. The central team triages; the alternate one holds what concerns the central team."""

    FOCAL = "FOCAL"
    CENTRAL = "CENTRAL"
    ALTERNATE = "ALTERNATE"
    DRAFTING = "DRAFTING"


class Standing(StrEnum):
    """What a certificate vouches for."""

    LEAD = "lead"
    MEMBER = "member"
    ROLE = "role"


class PersonKey(Base):
    """The public keys of a person. Replacing them leaves the old ones, so that old signatures can still be checked."""

    __tablename__ = "person_key"

    person_id: Mapped[UUID] = mapped_column(index=True)
    signing_public: Mapped[bytes]
    box_public: Mapped[bytes]
    made_at: Mapped[datetime]
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


class TeamKey(Base):
    """One generation of a team's public key, signed by a lead. The secret is sealed to each member and to the recovery key."""

    __tablename__ = "team_key"

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    team_kind: Mapped[str]
    entity: Mapped[str]
    box_public: Mapped[bytes]
    signer_id: Mapped[UUID]
    made_at: Mapped[datetime]
    sealed_to_recovery: Mapped[bytes]
    sealed_index_key: Mapped[bytes]
    sealed_previous: Mapped[bytes | None] = mapped_column(default=None)
    signature: Mapped[bytes] = mapped_column(default=b"")

    def statement(self) -> bytes:
        """What the lead signs."""
        return statement(
            "team-key",
            team=self.team_id,
            generation=self.generation,
            kind=self.team_kind,
            entity=self.entity,
            box=self.box_public.hex(),
            signer=self.signer_id,
            made_at=self.made_at,
            recovery=self.sealed_to_recovery.hex(),
            index=self.sealed_index_key.hex(),
            previous=(self.sealed_previous or b"").hex(),
        )


class SiteSeal(Base):
    """A secret of the site that only the recovery key opens: the seed of the site root."""

    __tablename__ = "site_seal"

    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]

    def context(self) -> bytes:
        """The HPKE context."""
        return label("site-seal", self.name)


class MemberKey(Base):
    """A team's secret of one generation, sealed to one member. Checked against the team's public key when it is opened."""

    __tablename__ = "member_key"

    team_id: Mapped[UUID] = mapped_column(primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    sealed_secret: Mapped[bytes]

    @staticmethod
    def context(team_id: UUID, generation: int, person_id: UUID) -> bytes:
        """The HPKE context."""
        return label("member", team_id, generation, person_id)


class Certificate(Base):
    """Vouches for a person's keys and standing, signed by the site root (no signer) or by a lead.

    `team_generation` is the generation of the team's secret in which it holds; 0 for a first lead, whose team has none yet.
    """

    __tablename__ = "certificate"
    __table_args__ = (
        CheckConstraint("(team_id IS NULL) = (standing = 'role')", name="team_or_role"),
        Index("ix_certificate_subject_id_standing", "subject_id", "standing"),
        Index("ix_certificate_team_id", "team_id"),
    )

    subject_id: Mapped[UUID]
    signing_public: Mapped[bytes]
    box_public: Mapped[bytes]
    standing: Mapped[str]
    issued_at: Mapped[datetime]
    signer_id: Mapped[UUID | None] = mapped_column(default=None)
    team_id: Mapped[UUID | None] = mapped_column(default=None)
    team_kind: Mapped[str | None] = mapped_column(default=None)
    team_generation: Mapped[int | None] = mapped_column(default=None)
    role: Mapped[str | None] = mapped_column(default=None)
    signature: Mapped[bytes] = mapped_column(default=b"")
    ended_at: Mapped[datetime | None] = mapped_column(default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)

    def statement(self) -> bytes:
        """What the signer signs."""
        return statement(
            "certificate",
            id=self.id,
            subject=self.subject_id,
            signing=self.signing_public.hex(),
            box=self.box_public.hex(),
            standing=self.standing,
            team=self.team_id,
            kind=self.team_kind,
            generation=self.team_generation,
            role=self.role,
            signer=self.signer_id,
            issued_at=self.issued_at,
        )


def statement(purpose: str, **fields: str | int | UUID | datetime | None) -> bytes:
    """The bytes that are signed: the label of the purpose, a line feed, and the fields as canonical JSON."""
    texts = {name: _plain(value) for name, value in fields.items()}
    return label(purpose) + b"\n" + canonical(texts)


def _plain(value: str | int | UUID | datetime | None) -> str | int | None:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, UUID):
        return str(value)
    return value
