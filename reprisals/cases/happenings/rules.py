"""Dates as people know them, read from what they typed.

A loose date is a day, a month or a year, or an estimate of one. It covers the days from its first to its
last. Digits may be typed in any script. The written form is `2024`, `2024-05` or `2024-05-07`, with a `~`
before an estimate.
"""

import re
import unicodedata
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import total_ordering

from reprisals.i18n.marking import Marked, RuleBroken, _

FIRST_YEAR = 1900
LAST_YEAR = 2200
LAST_MONTH = 12

_WRITTEN = re.compile(r"(~?)([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Precision(StrEnum):
    """How exactly a date is known. The codes of the list `date_precisions`."""

    DAY = "DAY"
    MONTH = "MONTH"
    YEAR = "YEAR"
    EST = "EST"


@total_ordering
@dataclass(frozen=True, slots=True)
class LooseDate:
    """A day, a month or a year of the Gregorian calendar, or an estimate of one.

    Sorted by the first day it covers, then by the last, an estimate after the same date without doubt. Raises
    ValueError for a day that does not exist, a year before 1900 or after 2200, or a precision that does not
    fit the parts.
    """

    year: int
    month: int | None
    day: int | None
    precision: Precision

    def __post_init__(self) -> None:
        if not FIRST_YEAR <= self.year <= LAST_YEAR:
            raise ValueError("year out of range")
        if self.month is None and self.day is not None:
            raise ValueError("a day without a month")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)
        if self.precision not in (Precision.EST, _precision(self.month, self.day)):
            raise ValueError("the precision does not fit the parts")

    def __lt__(self, other: "LooseDate") -> bool:
        return self._key() < other._key()

    def _key(self) -> tuple[date, date, bool]:
        return self.earliest, self.latest, self.precision is Precision.EST

    @property
    def earliest(self) -> date:
        """The first day it may mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it may mean. An estimate is not widened: nobody knows by how much."""
        month = self.month or LAST_MONTH
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    @property
    def iso(self) -> str:
        """The written form, which `from_iso` reads back."""
        text = f"{self.year:04}"
        if self.month is not None:
            text += f"-{self.month:02}"
        if self.day is not None:
            text += f"-{self.day:02}"
        return f"~{text}" if self.precision is Precision.EST else text


@dataclass(frozen=True, slots=True)
class TypedDate:
    """What was typed in the three small fields, and whether "about" was chosen."""

    day: str = ""
    month: str = ""
    year: str = ""
    about: bool = False


TOO_EARLY = _("This date is too early here. Check it.")


@dataclass(frozen=True, slots=True)
class Within:
    """The days between which a date must be able to fall, both included. None: no limit. `too_early` is said before it."""

    not_before: date | None = None
    not_after: date | None = None
    too_early: Marked = TOO_EARLY


def parse(typed: TypedDate, prefix: str = "", within: Within | None = None) -> LooseDate | None:
    """Return the date that was typed, or None if all three fields are blank.

    Raises RuleBroken at the field `prefix` + `day`, `month` or `year` if it is no date, or cannot fall
    `within` the limits. A month or a year that lies partly within them is allowed.
    """
    parts = {name: _clean(getattr(typed, name)) for name in ("day", "month", "year")}
    if not any(parts.values()) and not typed.about:
        return None
    found = _read(parts, typed.about, prefix)
    _check_within(found, within or Within(), prefix)
    return found


def from_iso(text: str, field: str | None = None) -> LooseDate:
    """Return the date written as `2024`, `2024-05`, `2024-05-07` or the same after `~`. Raises RuleBroken."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise RuleBroken(_("Write the date as 2024, 2024-05 or 2024-05-07."), field)
    month = int(match[3]) if match[3] else None
    day = int(match[4]) if match[4] else None
    precision = Precision.EST if match[1] else _precision(month, day)
    try:
        return LooseDate(int(match[2]), month, day, precision)
    except ValueError:
        raise RuleBroken(_("This date does not exist or is out of range. Check it."), field) from None


def check_period(start: LooseDate | None, end: LooseDate | None, field: str = "to") -> None:
    """Raise RuleBroken at `field` if the end is certainly before the beginning. Either may be unknown."""
    if start is not None and end is not None and end.latest < start.earliest:
        raise RuleBroken(_("The end is before the beginning. Check both dates."), field)


def _precision(month: int | None, day: int | None) -> Precision:
    if day is not None:
        return Precision.DAY
    return Precision.YEAR if month is None else Precision.MONTH


def _clean(text: str) -> str:
    """Return the text without blanks and invisible direction signs at its ends or within."""
    return "".join(sign for sign in text if not sign.isspace() and unicodedata.category(sign) != "Cf")


def _number(text: str, digits: int, refusal: Marked, field: str) -> int:
    if not text.isdecimal() or len(text) > digits:
        raise RuleBroken(refusal, field)
    return int(text)


def _read(parts: dict[str, str], about: bool, prefix: str) -> LooseDate:
    if not parts["year"]:
        raise RuleBroken(_("Write the year. The day and the month can stay empty."), f"{prefix}year")
    if parts["day"] and not parts["month"]:
        raise RuleBroken(_("Write the month, or leave the day empty."), f"{prefix}month")
    year = _read_year(parts["year"], f"{prefix}year")
    month = _read_month(parts["month"], f"{prefix}month")
    day = _read_day(parts["day"], year, month, f"{prefix}day")
    return LooseDate(year, month, day, Precision.EST if about else _precision(month, day))


def _read_year(text: str, field: str) -> int:
    year = _number(text, 4, _("Write the year with four digits, for example 2024."), field)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise RuleBroken(_("Write the year of the Gregorian calendar, with four digits."), field)
    return year


def _read_month(text: str, field: str) -> int | None:
    if not text:
        return None
    refusal = _("Write the month as a number from 1 to 12.")
    month = _number(text, 2, refusal, field)
    if not 1 <= month <= LAST_MONTH:
        raise RuleBroken(refusal, field)
    return month


def _read_day(text: str, year: int, month: int | None, field: str) -> int | None:
    if not text or month is None:
        return None
    day = _number(text, 2, _("Write the day as a number from 1 to 31."), field)
    last = monthrange(year, month)[1]
    if not 1 <= day <= last:
        raise RuleBroken(_("This month has days 1 to %(last)s. Check the day.", last=last), field)
    return day


def _check_within(found: LooseDate, within: Within, prefix: str) -> None:
    if within.not_after is not None and found.earliest > within.not_after:
        field = prefix + _where(found, within.not_after)
        raise RuleBroken(_("This date has not come yet. Check it."), field)
    if within.not_before is not None and found.latest < within.not_before:
        field = prefix + _where(found, within.not_before)
        raise RuleBroken(within.too_early, field)


def _where(found: LooseDate, limit: date) -> str:
    """Return the field that is wrong: the first of year, month and day that differs from the limit."""
    if found.year != limit.year:
        return "year"
    return "month" if found.month != limit.month else "day"
