"""Marks: words that stand nowhere else, to be found again in whatever form something was written.

All marks of a run begin with the same letters, drawn anew for each run, so that a search looks for one word in every
encoding and still says which field it came from.
"""

import json
import re
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from reprisals.cases.search.rules.folding import fold

LETTERS = "bcdfghjkmnpqrstvwxz"
STEM_LENGTH = 12
TAIL = "é\u00a0<&\"'"  # what each kind of escaping writes in its own way
CONTEXT = 60


@dataclass(frozen=True)
class Found:
    """A mark in a place where it should not be."""

    place: str
    encoding: str
    context: str


def draw_stem() -> str:
    """Twelve letters, the first a capital. No word has them."""
    return "".join(secrets.choice(LETTERS) for _letter in range(STEM_LENGTH)).capitalize()


@dataclass
class Marks:
    """The marks of one run: `make` gives one to a field, `find` looks for any of them."""

    stem: str = field(default_factory=draw_stem)
    labels: list[str] = field(default_factory=list)
    others: dict[str, bytes] = field(default_factory=dict)

    def make(self, label: str, tail: str = TAIL) -> str:
        """A new mark for the field of this name."""
        self.labels.append(label)
        return f"{self.stem}{len(self.labels) - 1:04d}{tail}"

    def keep(self, label: str, secret: bytes | str) -> None:
        """Look for a secret as it is, too: a passphrase, a token, a key."""
        self.others[label] = secret.encode() if isinstance(secret, str) else secret

    def find(self, place: str, content: bytes) -> list[Found]:
        """Every way in which a mark or a secret stands in `content`; at most one for each encoding."""
        return [
            Found(place, f"{label}{encoding}", self._context(content, at))
            for label, secret in [("", self.stem.encode()), *self.others.items()]
            for encoding, needle in _needles(secret)
            if (at := content.find(needle)) >= 0
        ]

    def fields_in(self, content: bytes) -> set[str]:
        """The fields whose marks stand in `content` as they were typed, or in hexadecimal, as documents hold bytes."""
        numbers = re.findall(self.stem.encode() + rb"(\d{4})", content)
        in_hex = re.findall(self.stem.encode().hex().encode() + rb"((?:3\d){4})", content)
        numbers += [bytes.fromhex(number.decode()) for number in in_hex]
        return {self.labels[int(number)] for number in numbers}

    def _context(self, content: bytes, at: int) -> str:
        around = content[max(0, at - CONTEXT) : at + CONTEXT]
        fields = sorted(self.fields_in(content[at : at + CONTEXT]))
        return f"{', '.join(fields)} in {around!r}"


def encodings(secret: bytes) -> Iterator[tuple[str, bytes]]:
    """A secret in every form that something could be written in."""
    yield "", secret
    yield " reversed", secret[::-1]
    yield " in hexadecimal", secret.hex().encode()
    yield " in hexadecimal, capitals", secret.hex().upper().encode()
    for shift in range(3):
        for encode in (b64encode, urlsafe_b64encode):
            yield f" in base64, from byte {shift}", _inner(encode(bytes(shift) + secret), shift)
    text = secret.decode("latin-1")
    yield " in UTF-16", text.encode("utf-16-le")
    yield " in UTF-16, the other way round", text.encode("utf-16-be")
    yield " escaped for an address", "".join(f"%{byte:02X}" for byte in secret).encode()
    yield " escaped for JSON", "".join(f"\\u{byte:04x}" for byte in secret).encode()
    yield " escaped for HTML", "".join(f"&#{byte};" for byte in secret).encode()
    if secret.isascii():
        yield " folded", fold(text).encode()
        yield " in capitals", text.upper().encode()


@cache
def _needles(secret: bytes) -> tuple[tuple[str, bytes], ...]:
    return tuple(encodings(secret))


def _inner(encoded: bytes, shift: int) -> bytes:
    """What of a base64 text depends on the secret alone, and not on what stands before and after it."""
    start = {0: 0, 1: 2, 2: 3}[shift]
    whole = encoded.rstrip(b"=")
    return whole[start : len(whole) - (1 if encoded.endswith(b"=") else 0)]


def as_bytes(value: object) -> bytes:
    """A value of a database as bytes."""
    if isinstance(value, (bytes, memoryview)):
        return bytes(value)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False).encode()
    return str(value).encode("utf-8", "surrogatepass")


def joined(values: Iterable[object]) -> bytes:
    """Values as one run of bytes, apart from each other."""
    return b"\0\xff\0".join(as_bytes(value) for value in values)
