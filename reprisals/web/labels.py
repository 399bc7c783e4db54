"""What was posted, in the words of the form that it was typed into: for pages that show it without that form."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException
from wtforms import Form as WTForm
from wtforms.fields.core import UnboundField

from reprisals.web.forms import Form, Lazy

CARRIED = frozenset(
    {
        "add",
        "beside",
        "case_id",
        "go",
        "kept",
        "more",
        "next",
        "of_draft",
        "of_office",
        "revision",
        "stop",
        "tab",
        "team",
        "unfinished",
    }
)
Fields = dict[str, Any]
"""The fields of a form as its class has them, not yet bound to one."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A field that was posted. `words` say what a chosen code means; None where the text itself is what was typed."""

    name: str
    text: str = field(repr=False)
    label: str
    words: str | None = field(default=None, repr=False)

    @property
    def is_told(self) -> bool:
        """Whether somebody typed or chose it. The rest is empty, or carried by the form itself, such as what names a row."""
        if self.name in CARRIED or not self.text.strip():
            return False
        try:
            UUID(self.text)
        except ValueError:
            return True
        return False


def forms_of(app: Flask) -> dict[str, type[Form]]:
    """The form that each endpoint is sent, as the features say."""
    known: dict[str, type[Form]] = app.extensions.setdefault("forms", {})
    return known


def labelled(fields: Iterable[tuple[str, str]], path: str = "") -> list[Typed]:
    """The fields in their order, each with its label in the form that is sent to this path, or to that of the request.

    A path that is sent no form of its own, or leads nowhere, takes the form that has most of the fields. What no form
    has stands under its own name.
    """
    pairs = list(fields)
    form = _form_sent_to(path or request.path)
    known = _fields_of(form) if form else _best_form({name.partition("-")[0] for name, _text in pairs})
    return [Typed(name, text, *_in_words(known, name, text)) for name, text in pairs]


def readable(fields: Iterable[tuple[str, str]], path: str = "") -> list[tuple[str, list[str]]]:
    """What somebody told, in words: each label with its texts. What follows under the same label stands together."""
    told = [typed for typed in labelled(fields, path) if typed.is_told]
    return [
        (label, [typed.text if typed.words is None else typed.words for typed in group])
        for label, group in groupby(told, key=lambda typed: typed.label)
    ]


def _in_words(known: Fields, name: str, text: str) -> tuple[str, str | None]:
    head, *rest = name.split("-")
    found = known.get(head)
    if found is None:
        return name.replace("_", " ").replace("-", " "), None
    inner = _fields_of(_inner_form(found)).get(rest[0]) if rest else None
    label = _label(found) or head.replace("_", " ")
    if inner is not None:
        return f"{label}: {_label(inner)}", _choices(inner).get(text)
    number = f" {int(rest[0]) + 1}" if rest and rest[0].isascii() and rest[0].isdecimal() else ""
    return f"{label}{number}", _choices(found).get(text)


def _form_sent_to(path: str) -> type[Form] | None:
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, method="POST")
    except HTTPException:
        return None
    return forms_of(current_app).get(endpoint)


def _best_form(names: set[str]) -> Fields:
    return max(_forms(), key=lambda fields: len(names & fields.keys()), default={})


@cache
def _forms() -> list[Fields]:
    return [_fields_of(form) for form in _subclasses(Form)]


def _subclasses(form: type[WTForm]) -> Iterator[type[WTForm]]:
    for below in form.__subclasses__():
        yield below
        yield from _subclasses(below)


def _fields_of(form: type[WTForm] | None) -> Fields:
    members = {name: getattr(form, name, None) for name in dir(form)} if form is not None else {}
    return {name: member for name, member in members.items() if isinstance(member, UnboundField)}


def _inner_form(unbound: Any) -> type[WTForm] | None:
    first = unbound.args[0] if unbound.args else None
    return first if isinstance(first, type) and issubclass(first, WTForm) else None


def _label(unbound: Any) -> str:
    given = (*unbound.args, unbound.kwargs.get("label"))
    return next((str(text) for text in given if isinstance(text, Lazy)), "")


def _choices(unbound: Any) -> dict[str, str]:
    """The codes of a field with their labels, without the headings that they stand under."""
    given = unbound.kwargs.get("choices") or ()
    offered = given() if callable(given) else given
    groups = offered.values() if isinstance(offered, dict) else [offered]
    return {str(code): str(label) for group in groups for code, label, *_rest in group if code}
