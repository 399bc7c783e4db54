"""A person's bundle: their private keys, sealed under their passphrase, and during a session under its token.

Bundle, version 1: `01 | memory in KiB (4, big endian) | passes (1) | lanes (1) | salt (16) | content envelope`. Its key is
`HKDF(Argon2id(passphrase, salt), salt=site secret, info=label("bundle", person))`, the header is authenticated, too. The site
secret lives in the configuration alone, so a stolen database gives nothing to guess at.
"""

import secrets
import struct
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from reprisals.sealing.documents import from_bytes, to_bytes
from reprisals.sealing.envelope import CannotOpen, label, seal, unseal
from reprisals.sealing.keys import (
    CEILING_KIB,
    CEILING_PASSES,
    FLOOR,
    Argon2Parameters,
    BoxSecret,
    SigningKey,
    derive,
    stretch,
)

VERSION = b"\x01"
SALT_BYTES = 16
_HEADER = struct.Struct(">cIBB16s")


class WeakParameters(CannotOpen):
    """The stored parameters of Argon2id are below the floor: someone lowered them to make guessing cheap."""


@dataclass(frozen=True)
class Bundle:
    """What a passphrase opens. `root_seed` stands only in a custodian's. Its `repr` shows the person alone."""

    person: UUID
    box_seeds: bytes = field(repr=False)
    signing_seed: bytes = field(repr=False)
    root_public: bytes = field(repr=False)
    root_seed: bytes | None = field(default=None, repr=False)

    @classmethod
    def draw(cls, person: UUID, root_public: bytes, root_seed: bytes | None = None) -> "Bundle":
        """New keys for a person."""
        return cls(person, BoxSecret.draw().seeds, SigningKey.draw().seed, root_public, root_seed)


def seal_bundle(
    bundle: Bundle, passphrase: str, site_secret: bytes, parameters: Argon2Parameters = FLOOR
) -> bytes:
    """The bundle under a passphrase."""
    salt = secrets.token_bytes(SALT_BYTES)
    header = _HEADER.pack(VERSION, parameters.memory_kib, parameters.passes, parameters.lanes, salt)
    key = _bundle_key(bundle.person, passphrase, site_secret, salt, parameters)
    return header + seal(key, to_bytes(bundle), _bundle_context(bundle.person, header))


def open_bundle(sealed: bytes, person: UUID, passphrase: str, site_secret: bytes) -> Bundle:
    """The bundle that the passphrase opens.

    Raises WeakParameters before any derivation where the stored parameters lie below the floor, and CannotOpen where the
    passphrase is another or the bytes were altered.
    """
    if len(sealed) < _HEADER.size:
        raise CannotOpen
    header = sealed[: _HEADER.size]
    version, memory, passes, lanes, salt = _HEADER.unpack(header)
    parameters = Argon2Parameters(memory, passes, lanes)
    if version != VERSION or memory > CEILING_KIB or passes > CEILING_PASSES:
        raise CannotOpen
    if not parameters.reaches(FLOOR):
        raise WeakParameters
    key = _bundle_key(person, passphrase, site_secret, salt, parameters)
    return from_bytes(Bundle, unseal(key, sealed[_HEADER.size :], _bundle_context(person, header)))


def spend_as_much(passphrase: str, site_secret: bytes) -> None:
    """Derive for nobody: an unknown account takes as long as a known one."""
    salt = derive(site_secret, label("nobody"), SALT_BYTES)
    stretch(passphrase, salt, FLOOR)


def _bundle_key(
    person: UUID, passphrase: str, site_secret: bytes, salt: bytes, parameters: Argon2Parameters
) -> bytes:
    return derive(stretch(passphrase, salt, parameters), label("bundle", person), salt=site_secret)


def _bundle_context(person: UUID, header: bytes) -> bytes:
    return label("bundle", person) + b"|" + header


@dataclass(frozen=True)
class SessionToken:
    """The 32 bytes in the cookie, and what is derived from them under separate labels. Its `repr` shows nothing."""

    raw: bytes = field(repr=False)

    @classmethod
    def draw(cls) -> "SessionToken":
        """A new token."""
        return cls(secrets.token_bytes(32))

    @property
    def lookup(self) -> bytes:
        """What finds the session's row. Nothing else can be had from it."""
        return derive(self.raw, label("session-id"))

    @property
    def form_key(self) -> bytes:
        """What form tokens are made with."""
        return derive(self.raw, label("form-token"))

    def seal_bundle(self, bundle: Bundle, expires: datetime) -> bytes:
        """The bundle under this session, bound to the person and the absolute end of the session."""
        return seal(self._wrap_key, to_bytes(bundle), self._context(bundle.person, expires))

    def open_bundle(self, sealed: bytes, person: UUID, expires: datetime) -> Bundle:
        """The bundle of a session that has not ended. Raises CannotOpen for another person, end or token."""
        return from_bytes(Bundle, unseal(self._wrap_key, sealed, self._context(person, expires)))

    def receipt(self, person: UUID, box_public: bytes) -> bytes:
        """Binds the stub of an ended session to the person's public key, so that no other can be put in its place."""
        return derive(self.raw, label("session-stub", person, box_public.hex()))

    @property
    def _wrap_key(self) -> bytes:
        return derive(self.raw, label("session-wrap"))

    def _context(self, person: UUID, expires: datetime) -> bytes:
        return label("session", self.lookup.hex(), person, int(expires.timestamp()))
