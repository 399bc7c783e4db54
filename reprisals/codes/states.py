"""States and territories, by ISO 3166-1 alpha-3, under the names that the United Nations uses in its six
languages.

Names, M49 numbers and regions: "Standard Country or Area Codes for Statistical Use" of the United Nations
Statistics Division. A State that changed its name keeps the old one for earlier dates, so that an old report
prints as it was. Kosovo is not in that table; its row carries the footnote of the United Nations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable
from types import MappingProxyType

from reprisals.codes.folding import fold, index_names
from reprisals.codes.languages import LANGUAGES, pick_name
from reprisals.codes.lists import get_list
from reprisals.codes.nearness import nearest
from reprisals.codes.tables import Row, check_unique, data_file, read_ranks, read_table

_COLUMNS = (
    *("iso3", "iso2", "m49", *LANGUAGES, "reviewed", "region", "subregion", "status", "counts_as", "note"),
    *(f"rank_{language}" for language in LANGUAGES),
)
_COMMON_COLUMNS = ("iso3", "language", "name")
_FORMER_COLUMNS = ("iso3", "until", *LANGUAGES, "reviewed")
_LISTED = {"region": "regions", "subregion": "subregions", "status": "state_statuses", "note": "state_notes"}


class UnknownState(LookupError):
    """There is no such State or territory. The message leaves out what was asked for."""

    def __init__(self, iso3: str) -> None:
        super().__init__("no such State or territory")
        self.iso3 = iso3


@dataclass(frozen=True, slots=True)
class State:
    """A State or territory.

    `m49`, `region` and `subregion` are M49 numbers as text ("" where there is none), the latter two codes
    of the lists `regions` and `subregions`; `status` is a code of `state_statuses`; `counts_as` is the ISO
    3166-1 alpha-3 code under which tables count it, its own unless it counts under another; `note` is "" or
    a code of `state_notes`, a footnote that stands wherever the name is published; `ranks` is the place in
    the order of each language.
    """

    iso3: str
    iso2: str
    m49: str
    names: Mapping[str, str] = field(hash=False)
    reviewed: frozenset[str]
    region: str
    subregion: str
    status: str
    counts_as: str
    note: str
    ranks: Mapping[str, int] = field(hash=False, repr=False)

    def name(self, language: str) -> str:
        """The name of today in the language."""
        return pick_name(self.names, language)

    def is_member(self) -> bool:
        """Whether it is a Member State of the United Nations."""
        return self.status == "member"


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that a State had before the day `until`."""

    iso3: str
    until: date
    names: Mapping[str, str] = field(hash=False)
    reviewed: frozenset[str]


@dataclass(frozen=True, slots=True)
class CommonName:
    """What people call a State, which is neither its name nor a former one. It is understood, and never shown."""

    iso3: str
    language: str
    name: str


def get_state(iso3: str) -> State:
    """The State or territory with this ISO 3166-1 alpha-3 code, in capitals. Raises `UnknownState`."""
    if iso3 not in _states():
        raise UnknownState(iso3)
    return _states()[iso3]


def has_state(iso3: str) -> bool:
    """Whether there is a State or territory with this code, in capitals."""
    return iso3 in _states()


@cache
def list_states(language: str) -> tuple[State, ...]:
    """All States and territories in the language's own order. The annual report takes the English one in
    every language.
    """
    order = language if language in LANGUAGES else "en"
    return tuple(sorted(_states().values(), key=lambda state: state.ranks[order]))


def state_name(iso3: str, language: str, on: date | None = None) -> str:
    """The name in the language, of today or as it was on a day. Raises `UnknownState`."""
    state = get_state(iso3)
    if on is not None:
        for former in _former_names_of(iso3):
            if on < former.until:
                return pick_name(former.names, language)
    return state.name(language)


def list_former_names() -> tuple[FormerName, ...]:
    """All former names on file, the oldest first."""
    return _former_names()


def find_state(text: str) -> State | None:
    """The State or territory that a person typed: its ISO code (two or three letters) or its name, a former
    name, or what it is commonly called, in any of the six languages. Case, accents and blanks do not matter;
    otherwise the whole name must agree.
    """
    iso3 = _index().get(fold(text))
    return None if iso3 is None else _states()[iso3]


def near_states(text: str) -> tuple[State, ...]:
    """The few that a person may have meant whose text is no name on file, the likeliest first."""
    return tuple(_states()[iso3] for iso3 in nearest(text, _index()))


def list_common_names() -> tuple[CommonName, ...]:
    """All common names on file, in the order of the file."""
    return _common_names()


def load_common_names(source: Traversable) -> tuple[CommonName, ...]:
    """Read the table of common names. Raises `DamagedTable`, also for a name that another State has."""
    rows = read_table(source, _COMMON_COLUMNS)
    taken = dict(_official_names())
    for row in rows:
        if row.cells["iso3"] not in _states():
            raise row.damaged("iso3 is not the code of a State")
        if row.cells["language"] not in LANGUAGES:
            raise row.damaged("language is not one of the six")
        if taken.setdefault(fold(row.required("name")), row.cells["iso3"]) != row.cells["iso3"]:
            raise row.damaged("name is that of another State")
    return tuple(CommonName(row.cells["iso3"], row.cells["language"], row.cells["name"]) for row in rows)


def load_states(source: Traversable) -> Mapping[str, State]:
    """Read the table of States. Raises `DamagedTable`."""
    rows = read_table(source, _COLUMNS)
    check_unique(rows, "iso3")
    check_unique(rows, "iso2")
    ranks = read_ranks(rows)
    states = {row.cells["iso3"]: _make_state(row, rank) for row, rank in zip(rows, ranks, strict=True)}
    for row in rows:
        if states[row.cells["iso3"]].counts_as not in states:
            raise row.damaged("counts_as is not the code of a State")
    return MappingProxyType(states)


def load_former_names(source: Traversable) -> tuple[FormerName, ...]:
    """Read the table of former names. Raises `DamagedTable`."""
    rows = read_table(source, _FORMER_COLUMNS)
    check_unique(rows, "iso3", "until")
    return tuple(sorted((_make_former_name(row) for row in rows), key=lambda former: former.until))


def _make_state(row: Row, ranks: Mapping[str, int]) -> State:
    for column, list_name in _LISTED.items():
        if row.cells[column] and row.cells[column] not in get_list(list_name):
            raise row.damaged(f"{column} is not a code of the list {list_name}")
    return State(
        iso3=row.required("iso3"),
        iso2=row.required("iso2"),
        m49=row.cells["m49"],
        names=row.names(complete=True),
        reviewed=row.reviewed(),
        region=row.cells["region"],
        subregion=row.cells["subregion"],
        status=row.required("status"),
        counts_as=row.cells["counts_as"] or row.cells["iso3"],
        note=row.cells["note"],
        ranks=ranks,
    )


def _make_former_name(row: Row) -> FormerName:
    until = row.day("until")
    if until is None:
        raise row.damaged("until is blank")
    if row.cells["iso3"] not in _states():
        raise row.damaged("iso3 is not the code of a State")
    return FormerName(row.cells["iso3"], until, row.names(complete=True), row.reviewed())


@cache
def _states() -> Mapping[str, State]:
    return load_states(data_file("states.csv"))


@cache
def _former_names() -> tuple[FormerName, ...]:
    return load_former_names(data_file("state_names.csv"))


@cache
def _former_names_of(iso3: str) -> tuple[FormerName, ...]:
    return tuple(former for former in _former_names() if former.iso3 == iso3)


@cache
def _common_names() -> tuple[CommonName, ...]:
    return load_common_names(data_file("common_names.csv"))


@cache
def _official_names() -> Mapping[str, str]:
    """Folded names of today and before, and the codes; what two share is in doubt, and left out."""
    pairs = [(name, state.iso3) for state in _states().values() for name in state.names.values()]
    pairs += [(name, former.iso3) for former in _former_names() for name in former.names.values()]
    pairs += [(code, state.iso3) for state in _states().values() for code in (state.iso3, state.iso2)]
    return index_names(pairs)


@cache
def _index() -> Mapping[str, str]:
    common = index_names((common.name, common.iso3) for common in _common_names())
    return MappingProxyType({**common, **_official_names()})
