"""Making a team's secret, admitting to it, and certifying people. Each is done in the session of whoever vouches."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reprisals.sealing.envelope import KEY_BYTES, label, wrap
from reprisals.sealing.holders import Certificate, MemberKey, PersonKey, Standing, TeamKey, TeamKind
from reprisals.sealing.keyring import Keyring, TeamSecret
from reprisals.sealing.keys import BoxPublic, BoxSecret, SigningKey
from reprisals.sealing.trust import NotTrusted, Trust


@dataclass(frozen=True, slots=True)
class TeamIdentity:
    """What a team's key is bound to, so that it cannot be shown as another team's."""

    id: UUID
    kind: TeamKind
    entity: str


def make_team_keys(
    session: Session, keyring: Keyring, team: TeamIdentity, recovery: BoxPublic, at: datetime
) -> TeamKey:
    """Draw the first secret of a team and seal it to its first lead and to the recovery key.

    Raises NotTrusted where the person holds no trusted certificate as the team's first lead, or keys exist already.
    """
    if current_generation(session, team.id):
        raise NotTrusted(f"team {team.id} has keys")
    secret = TeamSecret(team.id, 1, BoxSecret.draw())
    key = TeamKey(
        team_id=team.id,
        generation=1,
        team_kind=team.kind,
        entity=team.entity,
        box_public=secret.box.public.raw,
        signer_id=keyring.person,
        made_at=at,
        sealed_to_recovery=recovery.seal(secret.box.seeds, label("team-recovery", team.id, 1)),
        sealed_index_key=wrap(
            secret.wrap_key, secrets.token_bytes(KEY_BYTES), label("index-key", team.id, 1)
        ),
    )
    key.signature = keyring.signing.sign(key.statement())
    Trust(session, keyring.root_public).check_team_key(key)
    session.add(key)
    session.add(_member_key(secret, keyring.person, keyring.box.public))
    keyring.keep(secret)
    if team.kind not in {TeamKind.CENTRAL, TeamKind.ALTERNATE}:
        own = Subject(keyring.person, keyring.signing.public, keyring.box.public.raw)
        certify(session, keyring, own, Vouching(Standing.LEAD, at, team, generation=1))
    return key


@dataclass(frozen=True, slots=True)
class Subject:
    """A person and the public keys that a certificate binds to them."""

    person_id: UUID
    signing_public: bytes
    box_public: bytes


@dataclass(frozen=True, slots=True)
class Vouching:
    """What a certificate is to say: a standing in a team and generation, or a role of the site."""

    standing: Standing
    at: datetime
    team: TeamIdentity | None = None
    generation: int | None = None
    role: str | None = None


def certify(
    session: Session,
    keyring: Keyring,
    subject: "Subject | PersonKey",
    vouching: Vouching,
    root: SigningKey | None = None,
) -> Certificate:
    """Sign a certificate over a person's keys: with the site root where it is given, else as the signed-in person.

    Raises NotTrusted where the chain of the signer does not reach that far.
    """
    certificate = Certificate(
        subject_id=subject.person_id,
        signing_public=subject.signing_public,
        box_public=subject.box_public,
        standing=vouching.standing,
        issued_at=vouching.at,
        signer_id=None if root else keyring.person,
        team_id=vouching.team.id if vouching.team else None,
        team_kind=vouching.team.kind if vouching.team else None,
        team_generation=vouching.generation,
        role=vouching.role,
    )
    certificate.signature = (root or keyring.signing).sign(certificate.statement())
    Trust(session, keyring.root_public).check_certificate(certificate)
    session.add(certificate)
    return certificate


def seal_to_member(session: Session, keyring: Keyring, team_id: UUID, newcomer: PersonKey) -> MemberKey:
    """Seal the current secret of a team to a newcomer. Raises CannotOpen where the signed-in person is no member."""
    generation = current_generation(session, team_id)
    secret = keyring.team_secret(session, team_id, generation)
    member = _member_key(secret, newcomer.person_id, BoxPublic(newcomer.box_public))
    session.add(member)
    return member


def current_generation(session: Session, team_id: UUID) -> int:
    """The generation in use, 0 where the team has no keys yet."""
    newest = select(func.max(TeamKey.generation)).where(TeamKey.team_id == team_id)
    return session.scalar(newest) or 0


def trusted_key(session: Session, keyring: Keyring, team_id: UUID) -> TeamKey:
    """The current public key of a team, its chain checked up to the site root. Raises NotTrusted."""
    key = session.get(TeamKey, (team_id, current_generation(session, team_id)))
    if key is None:
        raise NotTrusted(f"team {team_id} has no keys")
    return Trust(session, keyring.root_public).check_team_key(key)


def _member_key(secret: TeamSecret, person_id: UUID, box: BoxPublic) -> MemberKey:
    context = MemberKey.context(secret.team, secret.generation, person_id)
    return MemberKey(
        team_id=secret.team,
        generation=secret.generation,
        person_id=person_id,
        sealed_secret=box.seal(secret.box.seeds, context),
    )
