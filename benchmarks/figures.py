"""Figures: what was measured, against which goal, and the table that shows them."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.timing import Times

HEADS = ("figure", "database", "measured", "goal", "reached", "how")


@dataclass(frozen=True)
class Figure:
    """One figure. `goal` is the most that it may be, None where it only says what a floor is; `form` writes value and goal."""

    name: str
    value: float
    form: str
    goal: float | None = None
    database: str = ""
    how: str = ""

    @property
    def is_reached(self) -> bool:
        """Whether the figure stays within its goal."""
        return self.goal is None or self.value <= self.goal

    def cells(self) -> tuple[str, ...]:
        """The figure as a row of the table."""
        goal = "" if self.goal is None else f"<= {self.form.format(self.goal)}"
        reached = "" if self.goal is None else ("yes" if self.is_reached else "NO")
        return self.name, self.database, self.form.format(self.value), goal, reached, self.how


def milliseconds(times: Times) -> str:
    """Median and 95th percentile, in words, and how much of the median was computing."""
    computed = statistics.median(times.computed)
    return (
        f"median {times.median * 1e3:.1f} ms (computing {computed * 1e3:.1f}), p95 {times.p95 * 1e3:.1f} ms"
    )


def write_table(figures: Sequence[Figure]) -> str:
    """All figures as a table in Markdown, columns aligned."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], _line(["-" * width for width in widths], widths), *lines[1:]])


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return f"| {' | '.join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))} |"
