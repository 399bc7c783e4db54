"""A cipher that hides nothing: the rival of the real one, for the figures alone.

While it is on, sealing gives back what it was given, every signature holds, and derivations are one plain hash. All else stays
as it is: digests, manifest, grants and log are written and compared as ever. A site that is measured with it was founded and
written with it, so its rows lie in the clear.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from types import FunctionType
from typing import Any

from reprisals.sealing import envelope, keys, trust
from reprisals.sealing.keys import BoxPublic, BoxSecret, SigningKey

SIGNATURE = bytes(64)
Change = tuple[Any, str, Any, Any]


def _same(_key: bytes, content: bytes, _context: bytes) -> bytes:
    return content


def _derive(secret: bytes, info: bytes, length: int = 32, salt: bytes | None = None) -> bytes:
    return hashlib.shake_128(secret + info + (salt or b"")).digest(length)


def _stretch(passphrase: str, salt: bytes, _parameters: object) -> bytes:
    return hashlib.sha256(salt + passphrase.encode()).digest()


def _accept(_public: bytes, _signature: bytes, _statement: bytes) -> None:
    """Every signature holds."""


FUNCTIONS: dict[Callable[..., Any], Callable[..., Any]] = {
    envelope.seal: _same,
    envelope.unseal: _same,
    envelope.wrap: _same,
    envelope.unwrap: _same,
    keys.derive: _derive,
    keys.stretch: _stretch,
    keys.check_signature: _accept,
    trust.check_once: _accept,
}
METHODS: tuple[tuple[type, str, Any], ...] = (
    (BoxPublic, "seal", lambda _self, content, _context: content),
    (BoxSecret, "open", lambda _self, sealed, _context: sealed),
    (BoxSecret, "public", property(lambda self: BoxPublic(self.seeds))),
    (SigningKey, "public", property(lambda self: self.seed)),
    (SigningKey, "sign", lambda _self, _statement: SIGNATURE),
)


@contextmanager
def hiding_nothing() -> Iterator[None]:
    """Use the null cipher inside. Every module of the application must have been imported before the first time."""
    for owner, name, _real, null in _changes():
        setattr(owner, name, null)
    try:
        yield
    finally:
        for owner, name, real, _null in _changes():
            setattr(owner, name, real)


@cache
def _changes() -> tuple[Change, ...]:
    found: list[Change] = [(owner, name, vars(owner)[name], null) for owner, name, null in METHODS]
    modules = [module for name, module in sys.modules.items() if name.startswith(("reprisals.", "tests."))]
    for module in modules:
        for name, value in vars(module).items():
            null = FUNCTIONS.get(value) if isinstance(value, FunctionType) else None
            if null is not None:
                found.append((module, name, value, null))
    return tuple(found)
