"""The type of a sealed column: bytes that nothing prints by accident."""

from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator


class Sealed:
    """A sealed value. It has no text: printing or formatting it raises, so it cannot slip into a page or a log."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __repr__(self) -> str:
        return "Sealed(...)"

    def __str__(self) -> str:
        raise TypeError("a sealed value has no text")

    def __format__(self, _spec: str) -> str:
        raise TypeError("a sealed value has no text")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class SealedColumn(TypeDecorator[Sealed]):
    """Stores a `Sealed` as bytes."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, _dialect: Dialect) -> bytes | None:
        """To bytes. Anything that is not sealed is refused."""
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError("only sealed values are stored in a sealed column")
        return value.raw

    def process_result_value(self, value: bytes | None, _dialect: Dialect) -> Sealed | None:
        """From bytes."""
        return None if value is None else Sealed(bytes(value))
