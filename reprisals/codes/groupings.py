"""Groupings of States, such as the regional groups of the United Nations, and who belongs to which since
when.

A grouping is a code of the list `groupings`, a group a code of the list `state_groups`.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable

from reprisals.codes.lists import UnknownCode, get_list
from reprisals.codes.states import has_state
from reprisals.codes.tables import Row, check_unique, data_file, read_table

_COLUMNS = ("grouping", "group", "iso3", "from", "to")


@dataclass(frozen=True, slots=True)
class Belonging:
    """A State belongs to a group from its first day to its last day, both counted; None is open."""

    grouping: str
    group: str
    iso3: str
    first_day: date | None
    last_day: date | None

    def holds_on(self, day: date) -> bool:
        """Whether the State belongs to the group on a day."""
        started = self.first_day is None or self.first_day <= day
        return started and (self.last_day is None or day <= self.last_day)


def list_groupings() -> tuple[str, ...]:
    """The codes of all groupings, in the order of their list."""
    return tuple(code.code for code in get_list("groupings"))


def groups_of(grouping: str, iso3: str, on: date | None = None) -> tuple[str, ...]:
    """The groups of a grouping to which a State belongs: on a day, or, without one, those that have not
    ended.

    Empty where it belongs to none. Raises `UnknownCode` for a grouping that is not on file.
    """
    if grouping not in get_list("groupings"):
        raise UnknownCode("groupings", grouping)
    mine = (each for each in _belongings() if each.grouping == grouping and each.iso3 == iso3)
    return tuple(each.group for each in mine if (each.last_day is None if on is None else each.holds_on(on)))


def load_belongings(source: Traversable) -> tuple[Belonging, ...]:
    """Read who belongs where. Raises `DamagedTable`."""
    rows = read_table(source, _COLUMNS)
    check_unique(rows, "grouping", "group", "iso3", "from")
    return tuple(_make_belonging(row) for row in rows)


def _make_belonging(row: Row) -> Belonging:
    groups = get_list("state_groups")
    grouping, group, iso3 = row.required("grouping"), row.required("group"), row.required("iso3")
    if group not in groups or groups.get(group).attributes["grouping"] != grouping:
        raise row.damaged("group is not a group of this grouping")
    if not has_state(iso3):
        raise row.damaged("iso3 is not the code of a State")
    return Belonging(grouping, group, iso3, row.day("from"), row.day("to"))


@cache
def _belongings() -> tuple[Belonging, ...]:
    return load_belongings(data_file("groupings.csv"))
