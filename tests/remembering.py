"""What the tests of one process work out once, exactly as the site does: derivations, compiled templates, compiled routes.

A derivation that was made before gives the same bytes; one that was not costs what it costs. Only tests can get here:
a server that a test starts is a process of its own.
"""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from reprisals.sealing import keys


class Derivation:
    """Argon2id, whose results are kept under everything that they follow from."""

    made: dict[tuple[object, ...], bytes] = {}  # noqa: RUF012 - one for the process

    def __init__(self, **cost: Any) -> None:
        self.cost = cost

    def derive(self, secret: bytes) -> bytes:
        """The bytes that Argon2id gives for this secret, salt and cost."""
        known = (secret, *sorted(self.cost.items()))
        if known not in self.made:
            self.made[known] = Argon2id(**self.cost).derive(secret)
        return self.made[known]


class Templates(BytecodeCache):
    """Compiled templates, so that each application of this process need not compile them anew."""

    def __init__(self) -> None:
        self.compiled: dict[tuple[str, str], bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Bring what was compiled from exactly this source."""
        known = self.compiled.get((bucket.key, bucket.checksum))
        if known is not None:
            bucket.bytecode_from_string(known)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self.compiled[bucket.key, bucket.checksum] = bucket.bytecode_to_string()


_compile = Rule._compile_builder
_builders: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}


def compile_builder(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
    """What makes the address of a route, compiled once for all applications: it follows from these alone."""
    key = (rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown)
    if key not in _builders:
        _builders[key] = _compile(rule, append_unknown)
    return _builders[key]


def remember(patch: pytest.MonkeyPatch) -> None:
    """Work things out once for as long as the patch holds."""
    patch.setattr(Rule, "_compile_builder", compile_builder)
    patch.setattr(keys, "Argon2id", Derivation)
    patch.setattr(Flask, "jinja_options", {"bytecode_cache": Templates()})
