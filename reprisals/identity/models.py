"""Tables of people, teams, invitations and sessions. Names of cases never stand here."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from reprisals.database.base import Base
from reprisals.identity.rules import Weekend


class PersonState(StrEnum):
    """Where a person stands. Only an admitted one can open anything."""

    INVITED = "INVITED"
    AWAITING = "AWAITING"
    ADMITTED = "ADMITTED"
    SUSPENDED = "SUSPENDED"


class Person(Base):
    """Somebody who works with the system. `bundle` opens with their passphrase alone."""

    __tablename__ = "person"

    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    language: Mapped[str]
    created_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(default=PersonState.INVITED)
    is_automation: Mapped[bool] = mapped_column(default=False)
    bundle: Mapped[bytes | None] = mapped_column(default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


class Team(Base):
    """A team of one entity and duty station. Whether it can be sealed to is decided by its signed key, not by this row."""

    __tablename__ = "team"

    kind: Mapped[str]
    name: Mapped[str]
    entity: Mapped[str]
    duty_station: Mapped[str]
    created_at: Mapped[datetime]
    weekend: Mapped[str] = mapped_column(default=Weekend.SATURDAY_SUNDAY)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


class TeamState(Base):
    """A State that a team covers."""

    __tablename__ = "team_state"

    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    iso3: Mapped[str] = mapped_column(primary_key=True)


class Membership(Base):
    """A person in a team. Pending until a lead has admitted them."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint("role IN ('MEMBER', 'LEAD')", name="role"),
        Index("ix_membership_team_id", "team_id"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    team_id: Mapped[UUID] = mapped_column(ForeignKey("team.id"), primary_key=True)
    role: Mapped[str]
    asked_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None] = mapped_column(default=None)


class SiteRole(Base):
    """A role for the whole site. Pending until a central lead or a custodian has certified it."""

    __tablename__ = "site_role"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[datetime]
    admitted_at: Mapped[datetime | None] = mapped_column(default=None)


class Invitation(Base):
    """An invitation that was sent. Only the hash of its code is kept; it works once."""

    __tablename__ = "invitation"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    code_hash: Mapped[bytes] = mapped_column(unique=True)
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    invited_by: Mapped[UUID]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


class LiveSession(Base):
    """A session in use. The wrapped bundle opens with the cookie's token alone, and goes when the session ends."""

    __tablename__ = "live_session"

    lookup: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    wrapped_bundle: Mapped[bytes]
    receipt: Mapped[bytes]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    device: Mapped[str] = mapped_column(default="")
    id: Mapped[UUID] = mapped_column(default_factory=uuid4, unique=True)


class SessionStub(Base):
    """What is left of a session that ended: it can only receive what is posted too late."""

    __tablename__ = "session_stub"

    lookup: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    receipt: Mapped[bytes]
    until: Mapped[datetime] = mapped_column(index=True)


class KeptForm(Base):
    """What somebody posted after their session had ended, sealed to them. `lookup` is that of the session."""

    __tablename__ = "kept_form"

    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    lookup: Mapped[bytes]
    sealed: Mapped[bytes]
    kept_at: Mapped[datetime]
    until: Mapped[datetime] = mapped_column(index=True)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)


class Attempt(Base):
    """Failed attempts to sign in, under a keyed hash of the account, the network, or the account with a neighbourhood.

    The table names nobody.

    `untold`: those that came too soon and have no entry of their own yet, since the last that has one, at `told_at`.
    """

    __tablename__ = "attempt"

    subject: Mapped[bytes] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(index=True)
    next_at: Mapped[datetime]
    told_at: Mapped[datetime | None] = mapped_column(default=None)
    untold: Mapped[int] = mapped_column(default=0)
