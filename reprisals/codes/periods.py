"""Reporting periods of the Secretary-General's annual report to the Human Rights Council.

The period is data: it began in June until 2019, was cut short in 2020, and has run from 1 May to 30 April
since.
"""

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources.abc import Traversable

from reprisals.codes.tables import Row, check_unique, data_file, read_table

_COLUMNS = ("report_year", "symbol", "session", "period_from", "period_to", "submissions_by")
_FIRST_MONTH = 5  # May, with which the periods of the last rule begin


@dataclass(frozen=True, slots=True)
class ReportingPeriod:
    """A report and the period it covers; both days belong to it, None where the period is not on file.

    `symbol` is "" until the document has one; `session` is that of the Human Rights Council;
    `submissions_by` is the last day for contributions, None where it is not on file.
    """

    report_year: int
    symbol: str
    session: int
    period_from: date | None
    period_to: date | None
    submissions_by: date | None

    def covers(self, day: date) -> bool:
        """Whether the day falls in the period."""
        if self.period_from is None or self.period_to is None:
            return False
        return self.period_from <= day <= self.period_to


@cache
def list_periods() -> tuple[ReportingPeriod, ...]:
    """All periods on file, the earliest first."""
    return load_periods(data_file("periods.csv"))


def period_of(day: date) -> ReportingPeriod | None:
    """The period on file in which a day falls."""
    return next((period for period in list_periods() if period.covers(day)), None)


def report_year_of(day: date) -> int:
    """The year of the report in which an act of this day belongs.

    Where no period is on file, the last rule goes on in both directions: 1 May to 30 April, named for the
    year of its end.
    """
    if period := period_of(day):
        return period.report_year
    return day.year + 1 if day.month >= _FIRST_MONTH else day.year


def load_periods(source: Traversable) -> tuple[ReportingPeriod, ...]:
    """Read the periods. Raises `DamagedTable`, also for a year that stands twice and for periods that
    overlap.
    """
    rows = read_table(source, _COLUMNS)
    check_unique(rows, "report_year")
    last: date | None = None
    periods = []
    for row in sorted(rows, key=lambda row: row.number("report_year")):
        period = _make_period(row)
        if period.period_from and last and period.period_from <= last:
            raise row.damaged("the period begins before the one of the year before has ended")
        last = period.period_to or last
        periods.append(period)
    return tuple(periods)


def _make_period(row: Row) -> ReportingPeriod:
    period_from, period_to = row.day("period_from"), row.day("period_to")
    if (period_from is None) != (period_to is None):
        raise row.damaged("a period needs both its first and its last day")
    if period_from and period_to and period_to < period_from:
        raise row.damaged("period_to is before period_from")
    return ReportingPeriod(
        report_year=row.number("report_year"),
        symbol=row.cells["symbol"],
        session=row.number("session"),
        period_from=period_from,
        period_to=period_to,
        submissions_by=row.day("submissions_by"),
    )
