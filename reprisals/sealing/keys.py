"""Keys: key pairs of people and teams, derivations, drawn passphrases, fingerprints.

A box key pair (X-Wing) is kept as its seeds: ML-KEM-768 seed (64 bytes) and X25519 private key (32); public 1,184 and 32.
"""

import secrets
import threading
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ed25519, mlkem, x25519
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from shamir_mnemonic.wordlist import WORDLIST

from reprisals.sealing.envelope import KEY_BYTES, CannotOpen, label

SUITE = hpke.Suite(hpke.KEM.MLKEM768_X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
SEALED_VERSION = b"\x01"
MLKEM_SEED, MLKEM_PUBLIC, X25519_BYTES = 64, 1184, 32
BOX_SECRET_BYTES = MLKEM_SEED + X25519_BYTES
BOX_PUBLIC_BYTES = MLKEM_PUBLIC + X25519_BYTES
PASSPHRASE_WORDS = 8
FINGERPRINT_DIGITS = 20
_one_derivation = threading.Lock()


class BadSignature(Exception):
    """A signature does not belong to this statement and signer."""


@dataclass(frozen=True, slots=True)
class Argon2Parameters:
    """What Argon2id costs. `FLOOR` is the least that is accepted from a stored bundle."""

    memory_kib: int
    passes: int
    lanes: int

    def reaches(self, floor: "Argon2Parameters") -> bool:
        """Whether no parameter lies below the floor. One lane exactly: more deadlock when two threads derive at once."""
        return self.memory_kib >= floor.memory_kib and self.passes >= floor.passes and self.lanes == 1


FLOOR = Argon2Parameters(memory_kib=64 * 1024, passes=3, lanes=1)
CEILING_KIB, CEILING_PASSES = 1024 * 1024, 20


def derive(secret: bytes, info: bytes, length: int = KEY_BYTES, salt: bytes | None = None) -> bytes:
    """HKDF-SHA256 of a secret under a label."""
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def stretch(passphrase: str, salt: bytes, parameters: Argon2Parameters) -> bytes:
    """Argon2id of a passphrase, 32 bytes. One derivation at a time in a process, which also bounds memory."""
    with _one_derivation:
        return Argon2id(
            salt=salt,
            length=KEY_BYTES,
            iterations=parameters.passes,
            lanes=parameters.lanes,
            memory_cost=parameters.memory_kib,
        ).derive(" ".join(passphrase.split()).encode("utf-8", "surrogatepass"))


def draw_passphrase() -> str:
    """Eight words of a list of 1,024: 80 bits, drawn by the system."""
    return " ".join(secrets.choice(WORDLIST) for _word in range(PASSPHRASE_WORDS))


@dataclass(frozen=True, slots=True)
class BoxPublic:
    """The public half of a box key pair: anything can be sealed to it."""

    raw: bytes

    def seal(self, content: bytes, context: bytes) -> bytes:
        """HPKE single shot, base mode: `01 | encapsulated key (1,120) | ciphertext and tag`. The context goes into `info`."""
        return SEALED_VERSION + SUITE.encrypt(content, self._key(), info=context)

    def _key(self) -> hpke.MLKEM768X25519PublicKey:
        if len(self.raw) != BOX_PUBLIC_BYTES:
            raise CannotOpen
        return hpke.MLKEM768X25519PublicKey(
            mlkem.MLKEM768PublicKey.from_public_bytes(self.raw[:MLKEM_PUBLIC]),
            x25519.X25519PublicKey.from_public_bytes(self.raw[MLKEM_PUBLIC:]),
        )


@dataclass(frozen=True)
class BoxSecret:
    """The private half of a box key pair, as its 96 bytes of seeds. Its `repr` shows nothing."""

    seeds: bytes

    def __repr__(self) -> str:
        return "BoxSecret(...)"

    @classmethod
    def draw(cls) -> "BoxSecret":
        """A new key pair."""
        return cls(secrets.token_bytes(BOX_SECRET_BYTES))

    @cached_property
    def _halves(self) -> tuple[mlkem.MLKEM768PrivateKey, x25519.X25519PrivateKey]:
        return (
            mlkem.MLKEM768PrivateKey.from_seed_bytes(self.seeds[:MLKEM_SEED]),
            x25519.X25519PrivateKey.from_private_bytes(self.seeds[MLKEM_SEED:]),
        )

    @cached_property
    def public(self) -> BoxPublic:
        """The public half."""
        lattice, curve = self._halves
        return BoxPublic(lattice.public_key().public_bytes_raw() + curve.public_key().public_bytes_raw())

    def open(self, sealed: bytes, context: bytes) -> bytes:
        """What was sealed to the public half in this context. Raises CannotOpen."""
        if sealed[:1] != SEALED_VERSION:
            raise CannotOpen
        try:
            return SUITE.decrypt(
                bytes(sealed[1:]), hpke.MLKEM768X25519PrivateKey(*self._halves), info=context
            )
        except (InvalidTag, ValueError):
            raise CannotOpen from None


@dataclass(frozen=True)
class SigningKey:
    """An Ed25519 signing key, as its 32-byte seed. Its `repr` shows nothing."""

    seed: bytes

    def __repr__(self) -> str:
        return "SigningKey(...)"

    @classmethod
    def draw(cls) -> "SigningKey":
        """A new signing key."""
        return cls(secrets.token_bytes(KEY_BYTES))

    @cached_property
    def _key(self) -> ed25519.Ed25519PrivateKey:
        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)

    @cached_property
    def public(self) -> bytes:
        """The 32-byte public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, statement: bytes) -> bytes:
        """The 64-byte signature over a statement."""
        return self._key.sign(statement)


def check_signature(public: bytes, signature: bytes, statement: bytes) -> None:
    """Raise BadSignature unless the signature is the signer's over exactly this statement."""
    try:
        ed25519.Ed25519PublicKey.from_public_bytes(public).verify(signature, statement)
    except (InvalidSignature, ValueError):
        raise BadSignature from None


def make_fingerprint(person: UUID, signing_public: bytes, box_public: bytes) -> str:
    """The 20 digits that a newcomer reads out, over both public keys and the person.

    Stretched with Argon2id at the floor, so that keys with the same 20 digits cannot be searched for.
    """
    salt = derive(signing_public + box_public, label("fingerprint", person), 16)
    stretched = stretch((signing_public + box_public).hex(), salt, FLOOR)
    return str(int.from_bytes(stretched, "big") % 10**FINGERPRINT_DIGITS).zfill(FINGERPRINT_DIGITS)
