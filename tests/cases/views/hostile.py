"""Hostile input for every field of every form, found by walking the forms, so that no new field can be left out."""

import inspect
import pkgutil
from collections.abc import Iterator
from importlib import import_module
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from wtforms import BooleanField, FieldList, FormField, SelectField, SelectMultipleField, StringField

from reprisals.cases import forms
from reprisals.cases.forms import fields as shared
from reprisals.web.forms import AtMost, Form, Required

ALL_AT_ONCE = (
    "\u202dlrow\u202c \u2066\u202bolleh\u2069 a\x00b\ud800c\udfff \U0001f5e1\ufe0f\U0001f468\u200d\U0001f469 "
    "Z\u0301\u0301\u0301 a\r\nb\rc\x0bd e\u2028f\tg <script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    "</textarea></select><!-- {{7*7}} {%print(7*7)%} ${7*7} %(x)s %s {0} '; DROP TABLE case_record; -- \\ ../../etc"
)
"""Directions, half and joined signs, marks, line ends, markup, templates, statements, paths, in one line of text."""

HOSTILE = {
    "all at once": ALL_AT_ONCE,
    "200 kB": "x" * 200_000,
    "short and odd": "\x00²\u202e\U0001f5e1",
    "zero width": "\u200b\u200c\u200d\ufeff",
    "a name of nothing": "None",
    "huge number": "9" * 290,
    "negative": "-1",
    "exponent": "1e9",
}
DATES = {
    "year 1": ("1", "1", "1", ""),
    "year 9999": ("31", "12", "9999", ""),
    "31 February": ("31", "2", "2025", ""),
    "29 February of no leap year": ("29", "2", "2025", ""),
    "no year": ("1", "1", "", ""),
    "a day without a month": ("1", "", "2025", ""),
    "about nothing": ("", "", "", "EST"),
    "month 13": ("", "13", "2025", ""),
    "day 0": ("0", "1", "2025", ""),
    "two digits": ("", "", "25", ""),
    "words": ("first", "May", "twenty", ""),
    "unknown precision": ("1", "1", "2025", "ZZZ"),
}
TYPED_DATES = {
    "Arabic-Indic": (("٧", "٥", "٢٠٢٤", ""), "2024-05-07"),
    "Persian": (("۷", "۵", "۲۰۲۴", ""), "2024-05-07"),
    "Devanagari": (("७", "५", "२०२४", ""), "2024-05-07"),
    "full width": (("７", "５", "２０２４", ""), "2024-05-07"),
    "with marks of direction": (("\u200f7", " 5 ", "2024\u200e", ""), "2024-05-07"),
    "a year, about": (("", "", "2024", "EST"), "~2024"),
    "a leap day": (("29", "2", "2024", ""), "2024-02-29"),
}
SHOWN = ("all at once", "short and odd", "zero width")
NUMBERS = {"number", "reference"}
DATE_PARTS = ("day", "month", "year", "precision")


class Leaf(NamedTuple):
    """A field that a browser sends: its name, and what it is."""

    name: str
    field: Any
    part_of: Any = None

    @property
    def is_text(self) -> bool:
        """Whether it takes any text that is short enough."""
        checks = {type(check) for check in self.field.validators}
        is_free = self.part_of is None and self.name not in NUMBERS
        return isinstance(self.field, StringField) and is_free and checks <= {AtMost, Required}

    @property
    def is_typed(self) -> bool:
        """Whether what was typed can be shown again, whatever it is."""
        return isinstance(self.field, StringField)

    @property
    def most(self) -> int:
        """So many characters fit."""
        return min(check.most for check in self.field.validators if isinstance(check, AtMost))

    @property
    def is_code(self) -> bool:
        """Whether it takes codes of a list alone."""
        return isinstance(self.field, (SelectField, SelectMultipleField))

    @property
    def is_flag(self) -> bool:
        """Whether it is either there or not."""
        return isinstance(self.field, BooleanField)


def form_classes() -> set[type[Form]]:
    """Every form of a case, those within forms left out."""
    found: set[type[Form]] = set()
    for module in pkgutil.iter_modules(forms.__path__, f"{forms.__name__}."):
        for _name, kind in inspect.getmembers(import_module(module.name), inspect.isclass):
            if issubclass(kind, Form) and kind.__module__.startswith(forms.__name__):
                found.add(kind)
    return {kind for kind in found if not issubclass(kind, shared.DateForm)}


def leaves(form: Any, part_of: Any = None) -> Iterator[Leaf]:
    """Every field of a form that a browser sends."""
    for field in form:
        if isinstance(field, FormField):
            yield from leaves(field.form, field)
        elif isinstance(field, FieldList):
            yield from (Leaf(entry.name, entry) for entry in field.entries)
        else:
            yield Leaf(field.name, field, part_of)


def arrived(text: str) -> str:
    """What arrives of a text: the bytes of half a character stay as they were sent, as signs of percent."""
    halves = {sign: quote_plus(sign, errors="surrogatepass") for sign in text if "\ud800" <= sign <= "\udfff"}
    return "".join(halves.get(sign, sign) for sign in text)
