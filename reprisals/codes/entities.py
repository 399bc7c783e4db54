"""The directory of United Nations entities: departments, agencies, missions, mechanisms, mandates and their
parts.

Two ties join them: an entity belongs to its `parent`, and may live inside another that hosts it
(`hosted_by`), as the human rights component of a mission does. Excluding an entity from a case excludes all
that hangs on it by either tie.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources.abc import Traversable
from types import MappingProxyType

from reprisals.codes.folding import fold, index_names
from reprisals.codes.languages import LANGUAGES, pick_name
from reprisals.codes.lists import get_list
from reprisals.codes.nearness import nearest
from reprisals.codes.states import has_state
from reprisals.codes.tables import Row, check_unique, data_file, read_ranks, read_table

_COLUMNS = (
    *("code", *LANGUAGES, "reviewed", "kind", "parent", "hosted_by", "countries", "seat"),
    *("valid_from", "valid_to", "note", *(f"rank_{language}" for language in LANGUAGES)),
)
_YEAR_DIGITS = 4


class UnknownEntity(LookupError):
    """There is no such entity. The message leaves out what was asked for."""

    def __init__(self, code: str) -> None:
        super().__init__("no such entity")
        self.code = code


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity of the directory.

    `names` has English always and other languages where there is a name; `kind` is a code of the list
    `entity_kinds`; `parent` and `hosted_by` are codes of entities; `countries` are the ISO 3166-1 alpha-3
    codes it is concerned with (none: not tied to a country); `valid_from` and `valid_to` are the first and
    the last day it existed, None where open; `ranks` is the place in the order of each language.
    """

    code: str
    names: Mapping[str, str] = field(hash=False)
    reviewed: frozenset[str]
    kind: str
    parent: str | None
    hosted_by: str | None
    countries: tuple[str, ...]
    seat: str
    valid_from: date | None
    valid_to: date | None
    note: str
    ranks: Mapping[str, int] = field(hash=False, repr=False)

    def name(self, language: str) -> str:
        """The name in the language, in English where the language has none."""
        return pick_name(self.names, language)


def get_entity(code: str) -> Entity:
    """The entity with this code. Raises `UnknownEntity`."""
    if code not in _entities():
        raise UnknownEntity(code)
    return _entities()[code]


def has_entity(code: str) -> bool:
    """Whether there is, or was, an entity with this code."""
    return code in _entities()


def list_entities(language: str, on: date) -> tuple[Entity, ...]:
    """The entities that exist on a day, in the order of the language."""
    return tuple(entity for entity in _ordered(language) if is_valid_on(entity, on))


def list_all_entities() -> tuple[Entity, ...]:
    """All entities, those of the past, too, in the order of the file."""
    return tuple(_entities().values())


def entity_name(code: str, language: str) -> str:
    """The name of an entity. Raises `UnknownEntity`."""
    return get_entity(code).name(language)


def is_valid_on(entity: Entity, day: date) -> bool:
    """Whether the entity exists on a day; its first and last day count."""
    started = entity.valid_from is None or entity.valid_from <= day
    return started and (entity.valid_to is None or day <= entity.valid_to)


def find_entity(text: str) -> Entity | None:
    """The entity that a person typed or chose: its code, its name in any language, or "CODE - Name" as a
    list offers it.

    Case, accents and blanks do not matter; otherwise the whole must agree. A name that two entities share
    finds none.
    """
    folded = fold(text)
    found = _index().get(folded)
    if found is None:
        head, dash, tail = folded.partition(" - ")
        found = _index().get(head) if dash else None
        if found is not None and tail not in {fold(name) for name in _entities()[found].names.values()}:
            found = None
    return None if found is None else _entities()[found]


def near_entities(text: str) -> tuple[Entity, ...]:
    """The few that a person may have meant whose text names none: by a part of a name or code, or spelled alike."""
    return tuple(_entities()[code] for code in nearest(text, _index()))


@cache
def descendants(code: str) -> frozenset[str]:
    """The codes of all that belongs to an entity or is hosted by it or by any of these, without itself.

    Raises `UnknownEntity`.
    """
    get_entity(code)
    found: set[str] = set()
    waiting = [code]
    while waiting:
        for child in _children().get(waiting.pop(), ()):
            if child not in found:
                found.add(child)
                waiting.append(child)
    return frozenset(found - {code})


def load_entities(source: Traversable) -> Mapping[str, Entity]:
    """Read the directory, by code. Raises `DamagedTable`, also for a tie to an entity that is not there or
    to itself.
    """
    rows = read_table(source, _COLUMNS)
    check_unique(rows, "code")
    ranks = read_ranks(rows)
    entities = {row.cells["code"]: _make_entity(row, rank) for row, rank in zip(rows, ranks, strict=True)}
    _check_ties(rows, entities)
    return MappingProxyType(entities)


def _check_ties(rows: list[Row], entities: Mapping[str, Entity]) -> None:
    """Raises `DamagedTable` for a tie to nowhere and for one that leads back to where it started."""
    for row in rows:
        for column in ("parent", "hosted_by"):
            if row.cells[column] and row.cells[column] not in entities:
                raise row.damaged(f"{column} is not the code of an entity")
    try:
        TopologicalSorter({entity.code: _ties(entity) for entity in entities.values()}).prepare()
    except CycleError as trouble:
        row = next(row for row in rows if row.cells["code"] in trouble.args[1])
        raise row.damaged("parent and hosted_by lead back to the entity itself") from None


def _ties(entity: Entity) -> set[str]:
    return {code for code in (entity.parent, entity.hosted_by) if code}


def _make_entity(row: Row, ranks: Mapping[str, int]) -> Entity:
    if row.cells["kind"] not in get_list("entity_kinds"):
        raise row.damaged("kind is not a code of the list entity_kinds")
    countries = tuple(filter(None, row.cells["countries"].split(";")))
    if not all(map(has_state, countries)):
        raise row.damaged("countries has a code that is not that of a State")
    valid_from, valid_to = _first_day(row), _last_day(row)
    if valid_from and valid_to and valid_to < valid_from:
        raise row.damaged("valid_to is before valid_from")
    return Entity(
        code=row.required("code"),
        names=row.names(complete=False),
        reviewed=row.reviewed(),
        kind=row.cells["kind"],
        parent=row.cells["parent"] or None,
        hosted_by=row.cells["hosted_by"] or None,
        countries=countries,
        seat=row.cells["seat"],
        valid_from=valid_from,
        valid_to=valid_to,
        note=row.cells["note"],
        ranks=ranks,
    )


def _first_day(row: Row) -> date | None:
    """A year alone means its first day."""
    is_year = len(row.cells["valid_from"]) == _YEAR_DIGITS
    return date(row.number("valid_from"), 1, 1) if is_year else row.day("valid_from")


def _last_day(row: Row) -> date | None:
    """A year alone means its last day."""
    is_year = len(row.cells["valid_to"]) == _YEAR_DIGITS
    return date(row.number("valid_to"), 12, 31) if is_year else row.day("valid_to")


@cache
def _entities() -> Mapping[str, Entity]:
    return load_entities(data_file("entities.csv"))


@cache
def _ordered(language: str) -> tuple[Entity, ...]:
    order = language if language in LANGUAGES else "en"
    return tuple(sorted(_entities().values(), key=lambda entity: entity.ranks[order]))


@cache
def _children() -> Mapping[str, tuple[str, ...]]:
    children: dict[str, tuple[str, ...]] = {}
    for entity in _entities().values():
        for above in _ties(entity):
            children[above] = (*children.get(above, ()), entity.code)
    return MappingProxyType(children)


@cache
def _index() -> Mapping[str, str]:
    return index_names(_names(_entities().values()))


def _names(entities: Iterable[Entity]) -> Iterable[tuple[str, str]]:
    for entity in entities:
        yield entity.code, entity.code
        for name in entity.names.values():
            yield name, entity.code
