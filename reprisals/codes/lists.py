"""Code lists: what a facet may hold, in the order in which it is offered, with labels in six languages.

Each list is one file, `data/lists/NAME.csv`: code, a label per language, the languages reviewed, then
attributes.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources.abc import Traversable
from types import MappingProxyType

from reprisals.codes.languages import LANGUAGES, pick_name
from reprisals.codes.tables import Row, check_unique, data_file, read_table

_COLUMNS = ("code", *LANGUAGES, "reviewed")


class UnknownList(LookupError):
    """There is no list of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("there is no such code list")
        self.name = name


class UnknownCode(LookupError):
    """The list has no such code. The message leaves the code out, because a person may have typed anything
    there.
    """

    def __init__(self, list_name: str, code: str) -> None:
        super().__init__(f"no such code in the list {list_name}")
        self.list_name = list_name
        self.code = code


@dataclass(frozen=True, slots=True)
class Code:
    """One code: its labels by language, the languages a person has reviewed, and the list's other columns."""

    code: str
    labels: Mapping[str, str] = field(hash=False)
    reviewed: frozenset[str]
    attributes: Mapping[str, str] = field(hash=False)

    def label(self, language: str) -> str:
        """The label in the language, in English where the language has none."""
        return pick_name(self.labels, language)

    def is_reviewed(self, language: str) -> bool:
        """Whether a person has reviewed the label in this language."""
        return language in self.reviewed


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of codes in the order of its file."""

    name: str
    codes: tuple[Code, ...]
    _by_code: Mapping[str, Code] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_code", MappingProxyType({code.code: code for code in self.codes}))

    def __iter__(self) -> Iterator[Code]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def has(self, code: str) -> bool:
        """Whether the list has this code, letter for letter."""
        return code in self._by_code

    def get(self, code: str) -> Code:
        """The code. Raises `UnknownCode`."""
        if code not in self._by_code:
            raise UnknownCode(self.name, code)
        return self._by_code[code]

    def choices(self, language: str) -> list[tuple[str, str]]:
        """Pairs of code and label, in the order of the list, as a form field takes them."""
        return [(code.code, code.label(language)) for code in self.codes]


@cache
def list_names() -> tuple[str, ...]:
    """The names of all lists, in the order of the alphabet."""
    found = (each.name for each in data_file("lists").iterdir())
    return tuple(sorted(name.removesuffix(".csv") for name in found if name.endswith(".csv")))


@cache
def get_list(name: str) -> CodeList:
    """The list of this name. Raises `UnknownList`, and `DamagedTable` where its file is not sound."""
    if name not in list_names():
        raise UnknownList(name)
    return load_list(data_file("lists", f"{name}.csv"))


def label(list_name: str, code: str, language: str) -> str:
    """The label of a code. Raises `UnknownList` or `UnknownCode`."""
    return get_list(list_name).get(code).label(language)


def load_list(source: Traversable) -> CodeList:
    """Read one list. Raises `DamagedTable` for a double code, a blank label in any language, or a malformed
    file.
    """
    rows = read_table(source, _COLUMNS)
    check_unique(rows, "code")
    return CodeList(source.name.removesuffix(".csv"), tuple(_make_code(row) for row in rows))


def _make_code(row: Row) -> Code:
    attributes = {column: cell for column, cell in row.cells.items() if column not in _COLUMNS}
    return Code(row.required("code"), row.names(complete=True), row.reviewed(), MappingProxyType(attributes))
