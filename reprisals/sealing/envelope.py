"""Envelopes: how content becomes bytes that open only with their key, in the cell they were written for.

Version 1: `01 | nonce (12) | AES-256-GCM ciphertext and tag`. The associated data is the label of the cell. The plaintext is
padded (Padmé, at least 512 bytes), so that the length of an envelope says little of the length of a text.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = b"\x01"
NONCE_BYTES = 12
KEY_BYTES = 32
LEAST_PADDED = 512
_HEADER = len(VERSION) + NONCE_BYTES
_TAG_BYTES = 16
_NAMES = re.compile(r"[A-Za-z0-9 _:.-]{0,200}")


class Refusal(Exception):
    """Something is not opened or not relied on. `what` names it, `case` the case that it belongs to: identifiers alone.

    The log takes `what` over, so whatever does not look like words and identifiers of ours is left out.
    """

    def __init__(self, what: str = "", case: UUID | None = None) -> None:
        self.what, self.case = what if _NAMES.fullmatch(what) else "", case
        super().__init__(self.what)

    def __str__(self) -> str:
        return self.what


class CannotOpen(Refusal):
    """The bytes do not open here: another key, another cell, or they were altered. Says nothing of the content."""


@contextmanager
def naming(case: UUID, what: str = "") -> Iterator[None]:
    """Whatever is refused inside names the case, and `what` where it named nothing itself."""
    try:
        yield
    except Refusal as refusal:
        refusal.case, refusal.what = refusal.case or case, refusal.what or what
        raise


@dataclass(frozen=True, slots=True)
class Cell:
    """Where a sealed value stands, and in which version: part of what is authenticated, so a moved value does not open."""

    table: str
    row: UUID
    column: str
    case: UUID
    generation: int
    revision: int

    def label(self) -> bytes:
        """The associated data: `reprisals/v1|cell|table|row|column|case|generation|revision`."""
        return label("cell", self.table, self.row, self.column, self.case, self.generation, self.revision)


def label(purpose: str, *parts: str | int | UUID) -> bytes:
    """The label of a derivation or a context: `reprisals/v1|purpose|part|...`, UTF-8.

    Raises ValueError where a part holds the separator, because two contexts could then have one label.
    """
    texts = [purpose, *(str(part) for part in parts)]
    if any("|" in text for text in texts):
        raise ValueError("a part of a label holds the separator")
    return "|".join(["reprisals/v1", *texts]).encode()


def padded_length(length: int) -> int:
    """The length after padding: at least 512 bytes, then Padmé, which adds at most 12 %.

    Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4.
    """
    if length <= LEAST_PADDED:
        return LEAST_PADDED
    exponent = length.bit_length() - 1
    kept = exponent.bit_length()
    mask = (1 << (exponent - kept)) - 1
    return (length + mask) & ~mask


def pad(content: bytes) -> bytes:
    """The content, one byte 0x80, and zeros up to the padded length."""
    marked = content + b"\x80"
    return marked.ljust(padded_length(len(marked)), b"\x00")


def unpad(padded: bytes) -> bytes:
    """The content without its padding. Raises CannotOpen where the padding is not one."""
    content, mark, rest = padded.rpartition(b"\x80")
    if not mark or rest.strip(b"\x00"):
        raise CannotOpen
    return content


def seal(key: bytes, content: bytes, context: bytes) -> bytes:
    """Pad and seal `content` under a 32-byte key, bound to `context`. A new nonce is drawn each time."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, pad(content), context)


def unseal(key: bytes, envelope: bytes, context: bytes) -> bytes:
    """The content of an envelope. Raises CannotOpen for another key, context or version, and for altered bytes."""
    return unpad(_decrypt(key, envelope, context))


def wrap(key: bytes, secret: bytes, context: bytes) -> bytes:
    """Seal a key under another, without padding: keys have one length."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return VERSION + nonce + AESGCM(key).encrypt(nonce, secret, context)


def unwrap(key: bytes, envelope: bytes, context: bytes) -> bytes:
    """A key sealed by `wrap`. Raises CannotOpen."""
    return _decrypt(key, envelope, context)


def _decrypt(key: bytes, envelope: bytes, context: bytes) -> bytes:
    if envelope[:1] != VERSION or len(envelope) < _HEADER + _TAG_BYTES:
        raise CannotOpen
    nonce = bytes(envelope[1:_HEADER])
    try:
        return AESGCM(key).decrypt(nonce, bytes(envelope[_HEADER:]), context)
    except InvalidTag:
        raise CannotOpen from None
