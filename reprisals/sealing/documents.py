"""Documents: the confidential fields of a row as one frozen dataclass, and as the bytes that are sealed.

JSON in UTF-8, keys in the order of the fields. A field that a stored document lacks takes its default, so a new
confidential field needs no migration; a field that the class no longer knows is left out when the row is next written.
"""

import json
from typing import TypeVar
from uuid import UUID

import cattrs
from cattrs.preconf.json import make_converter

T = TypeVar("T")


def _converter() -> cattrs.Converter:
    converter = make_converter()
    converter.register_unstructure_hook(bytes, bytes.hex)
    converter.register_structure_hook(bytes, lambda text, _type: bytes.fromhex(text))
    converter.register_unstructure_hook(UUID, str)
    converter.register_structure_hook(UUID, lambda text, _type: UUID(text))
    return converter


_CONVERTER = _converter()


def to_bytes(document: object) -> bytes:
    """The bytes of a frozen dataclass. Bytes stand as hexadecimal, dates in ISO 8601, identifiers as text."""
    return json.dumps(_CONVERTER.unstructure(document), separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def from_bytes(kind: type[T], raw: bytes) -> T:
    """The dataclass that `to_bytes` wrote. Raises cattrs' errors where the bytes are of another kind."""
    return _CONVERTER.structure(json.loads(raw), kind)


def canonical(value: object) -> bytes:
    """JSON with sorted keys and no blanks: one value, one string of bytes. What is hashed and signed is written so."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )
