"""A mark in every confidential field there is: made from the document classes, so that a new field cannot be forgotten."""

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from inspect import Parameter, signature
from typing import Any, get_args, get_origin, get_type_hints
from uuid import UUID, uuid4

from sqlalchemy import inspect

from reprisals import clock
from reprisals.cases.actions.work import Work
from reprisals.cases.rules.outline import RecordType
from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow
from tests.canary.marks import Marks

UNMARKED = (bool, int, UUID, RecordType)
"""Types that hold no words."""


def sealed_kinds() -> list[type[SealedRow]]:
    """Every kind of sealed row of the project."""
    return sorted(
        (kind for kind in SealedRow.__subclasses__() if issubclass(kind, Base)),
        key=lambda kind: kind.__name__,
    )


def make_document(kind: type[Any], marks: Marks, label: str) -> Any:
    """A document with a mark in every field. Raises TypeError for a field of a type that nobody has thought of."""
    hints = get_type_hints(kind)
    return kind(**{f.name: _value(hints[f.name], marks, f"{label}.{f.name}") for f in fields(kind)})


def _value(hint: Any, marks: Marks, label: str) -> Any:
    if get_origin(hint) is tuple:
        parts = [part for part in get_args(hint) if part is not ...]
        return tuple(_value(part, marks, label) for part in parts)
    if isinstance(hint, types.UnionType):
        return _value(next(part for part in get_args(hint) if part is not type(None)), marks, label)
    if hint is str:
        return marks.make(label)
    if hint is bytes:
        return marks.make(label).encode()
    if isinstance(hint, type) and is_dataclass(hint):
        return make_document(hint, marks, label)
    if hint in UNMARKED:
        return {bool: True, int: 1, UUID: uuid4(), RecordType: RecordType.PERSONS}[hint]
    raise TypeError(f"{label}: say in this file how a field of type {hint} is marked")


def make_row(kind: type[Any]) -> SealedRow:
    """A row of a kind with something harmless in each facet that has to be given."""
    plain = {str: str(uuid4()), int: 1, UUID: uuid4(), bytes: b"", date: clock.today(), datetime: clock.now()}
    required = [p.name for p in signature(kind).parameters.values() if p.default is Parameter.empty]
    types_of = {name: inspect(kind).columns[name].type for name in required}
    given = {name: plain[getattr(held, "impl_instance", held).python_type] for name, held in types_of.items()}
    row: SealedRow = kind(**given)
    return row


def filled_fields(work: Work) -> dict[str, bool]:
    """Each field of each document of a case, and whether anything stands in it."""
    found: dict[str, bool] = {}
    for kind in sealed_kinds():
        for _row, document in work.rows(kind):
            for f in fields(document):
                name = f"{kind.__name__}.{f.name}"
                found[name] = found.get(name, False) or bool(getattr(document, f.name))
    return found
