"""How those concerned are numbered, named and called.

A legal name is kept only with the person's consent to be recorded. Until then an alias stands for it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from reprisals.i18n.marking import Marked, RuleBroken, _


class Unit(StrEnum):
    """What one row counts. The codes of the list `counting_units`."""

    IND = "IND"
    ORG = "ORG"
    GRP = "GRP"
    COM = "COM"


class Qualifier(StrEnum):
    """How a number is meant. The codes of the list `number_qualifiers`."""

    EXACT = "EXACT"
    ABOUT = "ABOUT"
    ATLEAST = "ATLEAST"
    MORETHAN = "MORETHAN"


@dataclass(frozen=True, slots=True)
class Headcount:
    """A number and how it is meant. Both None: the number is not known."""

    number: int | None = None
    qualifier: Qualifier | None = None


LARGEST = 9_999_999
ONE = Headcount(1, Qualifier.EXACT)

_THOUSANDS = re.compile(r"\d{1,3}(?:([ \u00a0\u202f\u2009,\u066c'\u2019])\d{3})(?:\1\d{3})*")


_CALLED: Mapping[Unit, Callable[[int], Marked]] = MappingProxyType(
    {
        Unit.IND: lambda position: _("Person %(position)s", position=position),
        Unit.ORG: lambda position: _("Organization %(position)s", position=position),
        Unit.GRP: lambda position: _("Group %(position)s", position=position),
        Unit.COM: lambda position: _("Community %(position)s", position=position),
    }
)


def parse_count(text: str, field: str = "number") -> int | None:
    """Return the whole number that was typed in the digits of any script, or None if the text is blank.

    Signs between thousands are understood ("1,000", "1 000"). Raises RuleBroken for anything else, for less
    than 1 and for more than 9,999,999.
    """
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf").strip()
    if not seen:
        return None
    if _THOUSANDS.fullmatch(seen):
        seen = "".join(sign for sign in seen if sign.isdecimal())
    if not seen.isdecimal():
        raise RuleBroken(_("Write a whole number in digits, for example 12."), field)
    if len(seen) > len(str(LARGEST)):
        raise RuleBroken(_("This number is too large. The largest is %(largest)s.", largest=LARGEST), field)
    number = int(seen)
    if number < 1:
        raise RuleBroken(_("Write 1 or more. If the number is not known, leave it empty."), field)
    return number


def check_number(unit: Unit, number: int | None, qualifier: Qualifier | None) -> Headcount:
    """Return the headcount to keep for a row. Raises RuleBroken at `number` or `qualifier`.

    An individual is exactly 1. Organizations without a number are 1. A group or community may have no number;
    with a number it needs a qualifier.
    """
    if number is not None and not 1 <= number <= LARGEST:
        raise RuleBroken(_("Write a number from 1 to %(largest)s.", largest=LARGEST), "number")
    if unit is Unit.IND:
        return _check_individual(number, qualifier)
    if number is None:
        return _without_number(unit, qualifier)
    if qualifier is not None:
        return Headcount(number, qualifier)
    if unit is Unit.ORG:
        return Headcount(number, Qualifier.EXACT)
    raise RuleBroken(_("Say whether the number is exact, about, at least or more than."), "qualifier")


def check_naming(legal_name: str, may_keep_name: bool) -> None:
    """Raise RuleBroken if a legal name is given that may not be kept.

    `may_keep_name` is the verdict of the consent rules on keeping the legal name.
    """
    if legal_name.strip() and not may_keep_name:
        raise RuleBroken(
            _(
                "The name can be kept only once the person has agreed to be recorded. "
                "Use an alias here, or add that consent first."
            ),
            "legal_name",
        )


def person_label(unit: Unit, alias: str, position: int) -> Marked | str:
    """Return how a row is called in lists: by its alias, or by its unit and place (from 1)."""
    if alias.strip():
        return alias.strip()
    return _CALLED[unit](position)


def _check_individual(number: int | None, qualifier: Qualifier | None) -> Headcount:
    if number not in (None, 1):
        raise RuleBroken(_("An individual is exactly one person. Choose a group for more."), "number")
    if qualifier not in (None, Qualifier.EXACT):
        raise RuleBroken(_("An individual is exactly one person. Choose a group for more."), "qualifier")
    return ONE


def _without_number(unit: Unit, qualifier: Qualifier | None) -> Headcount:
    if qualifier is not None:
        raise RuleBroken(_("Write the number, or leave out how it is meant."), "number")
    return ONE if unit is Unit.ORG else Headcount()
