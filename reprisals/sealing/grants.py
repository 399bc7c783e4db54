"""Grants: a case key sealed to a holder. A team can read a case only because of one.

A grant to a public key is signed over all its fields by whoever made it, and checked up to the site root before use. A grant
wrapped under a team's symmetric key carries no signature: only a member can have made it.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from reprisals.database.base import Base
from reprisals.sealing.envelope import CannotOpen, label, unwrap, wrap
from reprisals.sealing.holders import HolderKind, TeamKey, statement
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxPublic, derive
from reprisals.sealing.teams import trusted_key
from reprisals.sealing.trust import NotTrusted, Trust


class Grant(Base):
    """The key of a case file and generation, sealed to one holder."""

    __tablename__ = "case_grant"
    __table_args__ = (
        UniqueConstraint("case_id", "holder_kind", "holder_id", "generation"),
        Index("ix_case_grant_holder", "holder_id", "case_id"),
        CheckConstraint("(signature IS NULL) = wrapped", name="signed_or_wrapped"),
    )

    case_id: Mapped[UUID]
    generation: Mapped[int]
    holder_kind: Mapped[str]
    holder_id: Mapped[UUID]
    holder_generation: Mapped[int]
    signer_id: Mapped[UUID]
    made_at: Mapped[datetime]
    wrapped: Mapped[bool]
    sealed_key: Mapped[bytes]
    signature: Mapped[bytes | None] = mapped_column(default=None)
    id: Mapped[UUID] = mapped_column(primary_key=True, default_factory=uuid4)

    @property
    def holder(self) -> str:
        """The holder as the manifest names it."""
        return f"{self.holder_kind}:{self.holder_id}"

    def context(self) -> bytes:
        """The HPKE context, or the associated data of a wrap: every field that says what the key is for."""
        return label(
            "grant",
            self.id,
            self.case_id,
            self.generation,
            self.holder_kind,
            self.holder_id,
            self.holder_generation,
            "wrap" if self.wrapped else "hpke",
        )

    def statement(self) -> bytes:
        """What the signer signs."""
        return statement(
            "grant",
            id=self.id,
            case=self.case_id,
            generation=self.generation,
            holder_kind=self.holder_kind,
            holder=self.holder_id,
            holder_generation=self.holder_generation,
            signer=self.signer_id,
            made_at=self.made_at,
            key=self.sealed_key.hex(),
        )


class GrantedTo:
    """Case and moment of the grants that an action makes."""

    def __init__(self, case_id: UUID, generation: int, key: bytes, at: datetime) -> None:
        self.case_id, self.generation, self.key, self.at = case_id, generation, key, at

    def __repr__(self) -> str:
        return "GrantedTo(...)"

    def own_team(self, session: Session, keyring: Keyring, team_id: UUID) -> Grant:
        """A wrap under the symmetric key of a team that the signed-in person belongs to, its public key checked as below.

        Raises CannotOpen, NotTrusted: whoever swaps key and sealed secret together could otherwise read what is sealed next.
        """
        key = trusted_key(session, keyring, team_id)
        secret = keyring.team_secret(session, team_id, key.generation)
        grant = self._blank(keyring, HolderKind.TEAM, team_id, secret.generation, wrapped=True)
        grant.sealed_key = wrap(secret.wrap_key, self.key, grant.context())
        session.add(grant)
        return grant

    def team(self, session: Session, keyring: Keyring, team_id: UUID) -> Grant:
        """A signed grant to a team's public key, checked up to the site root first. Raises NotTrusted."""
        key = trusted_key(session, keyring, team_id)
        grant = self._blank(keyring, HolderKind.TEAM, team_id, key.generation, wrapped=False)
        grant.sealed_key = BoxPublic(key.box_public).seal(self.key, grant.context())
        grant.signature = keyring.signing.sign(grant.statement())
        session.add(grant)
        return grant

    def _blank(
        self, keyring: Keyring, kind: HolderKind, holder: UUID, generation: int, *, wrapped: bool
    ) -> Grant:
        return Grant(
            case_id=self.case_id,
            generation=self.generation,
            holder_kind=kind,
            holder_id=holder,
            holder_generation=generation,
            signer_id=keyring.person,
            made_at=self.at,
            wrapped=wrapped,
            sealed_key=b"",
        )


def commit_to(key: bytes, case_id: UUID, generation: int) -> str:
    """What the log says of a case key, hexadecimal: it tells nothing of the key, and no other key has the same."""
    return derive(key, label("case-key", case_id, generation)).hex()


def open_grant(trust: Trust, keyring: Keyring, grant: Grant) -> bytes:
    """The case key of a grant to the signed-in person or one of their teams.

    Raises CannotOpen where it is sealed to somebody else or was altered, NotTrusted where its signer is not vouched for; both
    name the grant.
    """
    try:
        return _open(trust, keyring, grant)
    except CannotOpen as refusal:
        raise CannotOpen(str(refusal) or f"grant {grant.id}") from None


def _open(trust: Trust, keyring: Keyring, grant: Grant) -> bytes:
    session = trust.session
    if grant.wrapped:
        secret = keyring.team_secret(session, grant.holder_id, grant.holder_generation)
        return unwrap(secret.wrap_key, grant.sealed_key, grant.context())
    _check_signature(trust, grant)
    if grant.holder_kind == HolderKind.PERSON and grant.holder_id == keyring.person:
        return keyring.box.open(grant.sealed_key, grant.context())
    if grant.holder_kind == HolderKind.TEAM:
        secret = keyring.team_secret(session, grant.holder_id, grant.holder_generation)
        return secret.box.open(grant.sealed_key, grant.context())
    raise CannotOpen


def check_granter(trust: Trust, grant: Grant, holders: Collection[str]) -> None:
    """Raise NotTrusted unless one of the holders of the case made the grant. A wrap can have been made by nobody else."""
    if grant.wrapped:
        return
    try:
        trust.check_seated(grant.signer_id, grant.signature or b"", grant.statement(), holders)
    except NotTrusted:
        raise NotTrusted(f"signer of grant {grant.id}") from None


def _check_signature(trust: Trust, grant: Grant) -> None:
    try:
        trust.check_signed_by(grant.signer_id, grant.signature or b"", grant.statement())
    except NotTrusted:
        raise NotTrusted(f"grant {grant.id}") from None


def rewrap(session: Session, keyring: Keyring, grant: Grant, key: bytes) -> None:
    """Replace a signed grant to a team of the signed-in person by a wrap, which opens fifty times faster."""
    if grant.wrapped or grant.holder_kind != HolderKind.TEAM:
        return
    secret = keyring.team_secret(session, grant.holder_id, grant.holder_generation)
    grant.wrapped, grant.signature, grant.signer_id = True, None, keyring.person
    grant.sealed_key = wrap(secret.wrap_key, key, grant.context())


def grants_of(
    session: Session, case_ids: list[UUID], teams: frozenset[UUID], person: UUID
) -> dict[UUID, list[Grant]]:
    """The grants through which a person in these teams may open the cases, wraps first."""
    wanted = (
        select(Grant)
        .where(Grant.case_id.in_(case_ids), Grant.holder_id.in_([*teams, person]))
        .order_by(Grant.wrapped.desc(), Grant.made_at)
    )
    found: dict[UUID, list[Grant]] = {case_id: [] for case_id in case_ids}
    for grant in session.scalars(wanted):
        found[grant.case_id].append(grant)
    return found


def team_has_keys(session: Session, team_id: UUID) -> bool:
    """Whether something can be sealed to the team at all."""
    return session.scalar(select(TeamKey.team_id).where(TeamKey.team_id == team_id).limit(1)) is not None
