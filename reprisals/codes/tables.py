"""Reading the package's own CSV files strictly: a damaged file is refused with its name and line, never
half read.
"""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import StringIO
from types import MappingProxyType

from reprisals.codes.languages import DEFAULT_LANGUAGE, LANGUAGES


class DamagedTable(Exception):
    """A file of reference data is not as it must be. Says the file, the line (counted from 1) and what is
    wrong.
    """

    def __init__(self, file: str, line: int, problem: str) -> None:
        super().__init__(f"{file}, line {line}: {problem}")
        self.file = file
        self.line = line
        self.problem = problem


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table, that knows where it stands. Each reader raises `DamagedTable` where the cell is
    not fit.
    """

    file: str
    line: int
    cells: Mapping[str, str]

    def damaged(self, problem: str) -> DamagedTable:
        """The refusal of this line, for the caller to raise."""
        return DamagedTable(self.file, self.line, problem)

    def required(self, column: str) -> str:
        """A cell that must not be blank."""
        if value := self.cells[column]:
            return value
        raise self.damaged(f"{column} is blank")

    def number(self, column: str) -> int:
        """A cell that holds a positive whole number."""
        text = self.cells[column]
        if text.isascii() and text.isdigit() and int(text) > 0:
            return int(text)
        raise self.damaged(f"{column} is not a positive whole number")

    def day(self, column: str) -> date | None:
        """A cell that holds a date as YYYY-MM-DD, or None where it is blank."""
        text = self.cells[column]
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise self.damaged(f"{column} is not a date") from None

    def names(self, *, complete: bool) -> Mapping[str, str]:
        """The names by language; English always, all six where `complete`. Blank ones are left out."""
        for language in LANGUAGES if complete else (DEFAULT_LANGUAGE,):
            self.required(language)
        return MappingProxyType({each: self.cells[each] for each in LANGUAGES if self.cells[each]})

    def reviewed(self) -> frozenset[str]:
        """The languages whose name a person has reviewed; only languages that have one."""
        reviewed = frozenset(self.cells["reviewed"].split())
        for language in sorted(reviewed):
            if language not in LANGUAGES or not self.cells[language]:
                raise self.damaged(f"reviewed names {language}, where there is no name")
        return reviewed


def data_file(*path: str) -> Traversable:
    """A file or folder of the package data, by its path below `data`."""
    return files("reprisals.codes").joinpath("data", *path)


def read_table(source: Traversable, columns: Iterable[str]) -> list[Row]:
    """All lines of a CSV file (UTF-8, comma, a header that starts with `columns`; more may follow).

    Raises `DamagedTable` for text that is not UTF-8, a wrong header, a line with too many or too few cells,
    blanks around a cell, and a file without lines.
    """
    text = _decode(source)
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    try:
        header = next(reader, [])
        _check_header(source.name, header, list(columns))
        for cells in reader:
            _check_cells(source.name, reader.line_num, cells, len(header))
            rows.append(Row(source.name, reader.line_num, dict(zip(header, cells, strict=True))))
    except csv.Error as trouble:
        raise DamagedTable(source.name, reader.line_num, f"not well-formed: {trouble}") from None
    if not rows:
        raise DamagedTable(source.name, reader.line_num, "no line follows the header")
    return rows


def check_unique(rows: Iterable[Row], *columns: str) -> None:
    """Raises `DamagedTable` at the second line that has the same cells in these columns."""
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(row.cells[column] for column in columns)
        if key in seen:
            raise row.damaged(f"{' and '.join(columns)} stand in an earlier line, too")
        seen.add(key)


def read_ranks(rows: list[Row]) -> list[Mapping[str, int]]:
    """The place of each line in the order of each language, from the columns `rank_LANGUAGE`: each of 1 to
    n once.
    """
    for language in LANGUAGES:
        check_unique(rows, f"rank_{language}")
    ranks = [{each: row.number(f"rank_{each}") for each in LANGUAGES} for row in rows]
    for row, rank in zip(rows, ranks, strict=True):
        if max(rank.values()) > len(rows):
            raise row.damaged("a rank is higher than the number of lines")
    return [MappingProxyType(rank) for rank in ranks]


def _decode(source: Traversable) -> str:
    raw = source.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as trouble:
        line = raw.count(b"\n", 0, trouble.start) + 1
        raise DamagedTable(source.name, line, "not UTF-8") from None


def _check_header(file: str, header: list[str], columns: list[str]) -> None:
    if header[: len(columns)] != columns or len(set(header)) != len(header):
        raise DamagedTable(
            file, 1, f"the header must start with {','.join(columns)} and name each column once"
        )


def _check_cells(file: str, line: int, cells: list[str], width: int) -> None:
    if len(cells) != width:
        raise DamagedTable(file, line, f"{len(cells)} cells where the header has {width}")
    if any(cell != cell.strip() for cell in cells):
        raise DamagedTable(file, line, "blanks around a cell")
