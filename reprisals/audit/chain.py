"""The chain: how an entry becomes a hash over itself and its predecessor. Standard library only."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

LABEL = b"reprisals/v1|audit-entry\n"
GENESIS = bytes(32)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as it is hashed. Moments and identifiers are texts, hashes hexadecimal.

    `details` holds codes and identifiers only.
    """

    seq: int
    at: str
    actor: str
    action: str
    outcome: str
    case: str
    subject: str
    details: dict[str, Any]
    manifest_number: int | None
    manifest_hash: str
    previous: str


@dataclass(frozen=True, slots=True)
class Link:
    """An entry with the hash and the signature that are stored beside it."""

    entry: Entry
    hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """The first entry that does not hold, and what is wrong with it."""

    seq: int
    reason: str


def hash_entry(entry: Entry) -> bytes:
    """SHA-256 over the label and the entry as canonical JSON (sorted keys, no blanks, UTF-8)."""
    text = json.dumps(asdict(entry), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(LABEL + text.encode("utf-8", "surrogatepass")).digest()


def find_break(
    links: Iterable[Link], is_signed: Callable[[Link], bool], start: tuple[int, bytes] = (0, GENESIS)
) -> tuple[Broken | None, int, bytes]:
    """Walk the chain on from an entry. The first break, or None; and the number and hash of the last entry that holds."""
    seq, previous = start
    for link in links:
        broken = _check(link, seq, previous, is_signed)
        if broken:
            return broken, seq, previous
        seq, previous = link.entry.seq, link.hash
    return None, seq, previous


def _check(link: Link, seq: int, previous: bytes, is_signed: Callable[[Link], bool]) -> Broken | None:
    entry = link.entry
    if entry.seq != seq + 1:
        return Broken(seq + 1, "missing")
    if entry.previous != previous.hex():
        return Broken(entry.seq, "order")
    if hash_entry(entry) != link.hash:
        return Broken(entry.seq, "altered")
    if not is_signed(link):
        return Broken(entry.seq, "signature")
    return None
