"""The chain of trust: from a statement through its signers up to the site root, whose key is in every person's bundle.

The root signs leads of the central and alternate teams, custodians, and the first leads that `init` makes. Central leads sign
other first leads and the site's roles. A lead signs the keys and the members of their team.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals.sealing.envelope import Refusal
from reprisals.sealing.holders import Certificate, PersonKey, Standing, TeamKey, TeamKind
from reprisals.sealing.keys import BadSignature, check_signature

ROOT_ONLY = frozenset({TeamKind.CENTRAL, TeamKind.ALTERNATE})
ROOT_ONLY_ROLES = frozenset({"CUSTODIAN"})


class NotTrusted(Refusal):
    """A key, a certificate or a grant does not lead back to the site root."""


@dataclass(frozen=True, slots=True)
class PublicKeys:
    """A person with both of their public keys, as their own bundle has them."""

    person: UUID
    signing: bytes
    box: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody claims to be: in a team of this kind, whose keys are at this generation (0: none yet), or for the site."""

    standing: Standing
    team: UUID | None = None
    kind: str | None = None
    generation: int | None = None
    role: str | None = None

    def is_given_by(self, certificate: Certificate) -> bool:
        """Whether the certificate says so. One of another generation is over, except that of a lead whom the root made."""
        said = (certificate.standing, certificate.team_id, certificate.team_kind, certificate.role)
        if said != (self.standing, self.team, self.kind, self.role):
            return False
        if self.standing == Standing.LEAD and self.kind in ROOT_ONLY:
            return (certificate.team_generation or 0) <= (self.generation or 0)
        return certificate.team_generation == self.generation


_GOOD: set[bytes] = set()
MOST_REMEMBERED = 50_000


def check_once(public: bytes, signature: bytes, statement: bytes) -> None:
    """Check a signature over a public statement, remembering those that were good. Raises BadSignature."""
    digest = _digest(public, signature, statement)
    if digest in _GOOD:
        return
    check_signature(public, signature, statement)
    if len(_GOOD) >= MOST_REMEMBERED:
        _GOOD.clear()
    _GOOD.add(digest)


def _digest(*fields: bytes) -> bytes:
    """Each field goes in with its length, so that none can run over into the next."""
    return hashlib.sha256(b"".join(len(field).to_bytes(8, "big") + field for field in fields)).digest()


class Trust:
    """Checks statements in one database session against one site root."""

    def __init__(self, session: Session, root_public: bytes) -> None:
        self.session = session
        self.root_public = root_public
        self._known: dict[UUID, tuple[Certificate, ...]] = {}
        self._leads: dict[UUID, tuple[Certificate, ...]] = {}
        self._keys: dict[UUID, tuple[bytes, ...]] = {}

    def prepare(self, person_id: UUID, teams: Collection[UUID]) -> None:
        """Read at once what checking this person in these teams asks for: their certificates, and those of leads who may sign.

        Nobody but leads of the same team and central leads vouches for a place, so no other certificate is missed by it.
        """
        leads = (Certificate.standing == Standing.LEAD) & (
            Certificate.team_id.in_(teams) | (Certificate.team_kind == TeamKind.CENTRAL)
        )
        wanted = select(Certificate).where((Certificate.subject_id == person_id) | leads)
        found = list(self.session.scalars(wanted.order_by(Certificate.issued_at)))
        self._known[person_id] = tuple(c for c in found if c.subject_id == person_id)
        for subject in {c.subject_id for c in found} - {person_id}:
            self._leads[subject] = tuple(c for c in found if c.subject_id == subject)

    def check_team_key(self, key: TeamKey) -> TeamKey:
        """The key, where a lead of this team signed it. Raises NotTrusted."""
        what = f"team key {key.team_id} {key.generation}"
        for lead in self._lead_certificates(key.signer_id):
            may = self._may_sign_team(lead, key.team_id, key.team_kind, key.generation)
            if (
                may
                and self._signed(lead.signing_public, key.signature, key.statement())
                and self._holds(lead)
            ):
                return key
        raise NotTrusted(what)

    def check_certificate(self, certificate: Certificate) -> Certificate:
        """The certificate, where some chain of signers leads from it to the root. Raises NotTrusted.

        Every signer is looked at once, so that leads who vouch for each other end nowhere instead of going round.
        """
        seen, waiting = {certificate.id}, [certificate]
        while waiting:
            current = waiting.pop()
            if current.signer_id is None:
                if self._signed(self.root_public, current.signature, current.statement()):
                    return certificate
                continue
            for lead in self._lead_certificates(current.signer_id):
                if lead.id not in seen and self._vouches(lead, current):
                    seen.add(lead.id)
                    waiting.append(lead)
        raise NotTrusted(f"certificate {certificate.id}")

    def signing_keys(self, person_id: UUID) -> tuple[bytes, ...]:
        """The public signing keys of somebody whom the site vouches for, newest first. Raises NotTrusted for anybody else."""
        if person_id not in self._keys:
            keys = [c.signing_public for c in self._certificates(person_id) if self._holds(c)]
            self._keys[person_id] = tuple(dict.fromkeys(reversed(keys)))
        if not self._keys[person_id]:
            raise NotTrusted(f"person {person_id}")
        return self._keys[person_id]

    def check_signed_by(self, person_id: UUID, signature: bytes, statement: bytes) -> None:
        """Raise NotTrusted unless a person whom the site vouches for signed the statement."""
        if not any(self._signed(public, signature, statement) for public in self.signing_keys(person_id)):
            raise NotTrusted(f"person {person_id}")

    def check_seated(
        self, person_id: UUID, signature: bytes, statement: bytes, holders: Collection[str]
    ) -> None:
        """Raise NotTrusted unless it is signed by one of the holders of a case (`team:...`, `person:...`).

        For a team that is whoever was ever certified as its lead or member, with the keys of then. A role is no seat.
        """
        if f"person:{person_id}" in holders:
            self.check_signed_by(person_id, signature, statement)
            return
        keys = {
            c.signing_public
            for c in self._certificates(person_id)
            if c.standing != Standing.ROLE and f"team:{c.team_id}" in holders and self._holds(c)
        }
        if not any(self._signed(public, signature, statement) for public in keys):
            raise NotTrusted(f"person {person_id}")

    def vouches_for(self, keys: PublicKeys, place: Place) -> bool:
        """Whether a certificate over exactly these keys gives this place now, is not ended, and leads to the root."""
        return any(
            certificate.ended_at is None
            and (certificate.signing_public, certificate.box_public) == (keys.signing, keys.box)
            and place.is_given_by(certificate)
            and self._holds(certificate)
            for certificate in self._certificates(keys.person)
        )

    def _holds(self, certificate: Certificate) -> bool:
        try:
            self.check_certificate(certificate)
        except NotTrusted:
            return False
        return True

    def _vouches(self, lead: Certificate, subject: Certificate) -> bool:
        return self._may_certify(lead, subject) and self._signed(
            lead.signing_public, subject.signature, subject.statement()
        )

    def _may_certify(self, lead: Certificate, subject: Certificate) -> bool:
        if subject.standing == Standing.ROLE:
            return lead.team_kind == TeamKind.CENTRAL and subject.role not in ROOT_ONLY_ROLES
        if subject.standing == Standing.LEAD:
            if subject.team_kind in ROOT_ONLY:
                return False
            if subject.team_generation == 0:
                return lead.team_kind == TeamKind.CENTRAL
        return self._may_sign_team(lead, subject.team_id, subject.team_kind, subject.team_generation or 0)

    @staticmethod
    def _may_sign_team(lead: Certificate, team_id: UUID | None, kind: str | None, generation: int) -> bool:
        if lead.team_id != team_id or lead.team_kind != kind:
            return False
        return kind in ROOT_ONLY or lead.team_generation in (generation - 1, generation)

    @staticmethod
    def _signed(public: bytes, signature: bytes, statement: bytes) -> bool:
        try:
            check_once(public, signature, statement)
        except BadSignature:
            return False
        return True

    def _lead_certificates(self, person_id: UUID) -> tuple[Certificate, ...]:
        if person_id not in self._leads:
            self._leads[person_id] = tuple(
                c for c in self._certificates(person_id) if c.standing == Standing.LEAD
            )
        return self._leads[person_id]

    def _certificates(self, person_id: UUID) -> tuple[Certificate, ...]:
        if person_id not in self._known:
            wanted = select(Certificate).where(Certificate.subject_id == person_id)
            self._known[person_id] = tuple(self.session.scalars(wanted.order_by(Certificate.issued_at)))
        return self._known[person_id]


def current_key(session: Session, person_id: UUID) -> PersonKey | None:
    """The person's newest public keys, not yet vouched for."""
    wanted = select(PersonKey).where(PersonKey.person_id == person_id).order_by(PersonKey.made_at.desc())
    return session.scalars(wanted.limit(1)).first()
