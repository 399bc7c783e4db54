"""The details of an entry in words: what each field is called, and what stands in it. Plain Python.

Details hold codes and identifiers alone. A code becomes its label, an identifier a `Named`, which whoever shows it looks up.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from reprisals.administration.rules.values import (
    DISBELIEFS,
    FAILURES,
    FORMS,
    PARTS,
    PERMISSIONS,
    PURPOSES,
    REASONS,
    ROWS,
)
from reprisals.administration.rules.words import BREAKS, GROUPS, OUTCOMES
from reprisals.codes.entities import has_entity
from reprisals.codes.lists import get_list
from reprisals.i18n.marking import Coded, Marked, Value, _, verbatim


@dataclass(frozen=True, slots=True)
class Named:
    """A case, or a person or team (`somebody`), by the identifier that stands in the log."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Raw:
    """What has no words: it stands as it was recorded, and is read from left to right in every language."""

    text: str


Told: TypeAlias = "Value | Named | Raw"
Reader: TypeAlias = Callable[[str], Told]


def _raw(text: str) -> Told:
    return Raw(text)


def _case(text: str) -> Told:
    return Named("case", text)


def _somebody(text: str) -> Told:
    return Named("somebody", text)


def _words(known: Mapping[str, Marked]) -> Reader:
    return lambda text: known.get(text) or Raw(text)


def _code(*lists: str) -> Reader:
    def read(text: str) -> Told:
        return next((Coded(name, text) for name in lists if get_list(name).has(text)), Raw(text))

    return read


def _entity(text: str) -> Told:
    return Coded("entities", text) if has_entity(text) else Raw(text)


def _kind(text: str) -> Told:
    """The kind of a team, or of a record that was refused."""
    return FAILURES.get(text) or _code("team_kinds")(text)


def _answer(text: str) -> Told:
    """A scope and its answer, as `SCOPE=ANSWER`."""
    scope, _equals, answer = text.partition("=")
    if not (get_list("consent_scopes").has(scope) and get_list("consent_answers").has(answer)):
        return Raw(text)
    return _(
        "%(scope)s: %(answer)s", scope=Coded("consent_scopes", scope), answer=Coded("consent_answers", answer)
    )


FIELDS: dict[str, tuple[Marked, Reader]] = {
    "about": (_("Narrowed to"), _somebody),
    "after": (_("After"), _raw),
    "answers": (_("Answers"), _answer),
    "before": (_("Before"), _raw),
    "broken": (_("First entry that does not hold"), _raw),
    "by": (_("Done by"), _words({"service": _("The service, by itself")})),
    "case": (_("Case"), _case),
    "cases": (_("Cases"), _case),
    "entity": (_("Entity"), _entity),
    "entries": (_("Number of entries"), _raw),
    "failed": (_("Did not open"), _case),
    "form": (_("Form"), _words(FORMS)),
    "first_day": (_("From this day"), _raw),
    "forgotten": (_("Earlier versions of the draft that were deleted"), _raw),
    "forms": (_("Forms"), _raw),
    "generation": (_("Generation of the key"), _raw),
    "group": (_("What was done"), _words(GROUPS)),
    "hash": (_("Hash of the last one that holds"), _raw),
    "kept": (_("Number of the head that was kept"), _raw),
    "key": (_("Mark of the case key"), _raw),
    "kind": (_("Kind"), _kind),
    "language": (_("Language"), _code("languages")),
    "last": (_("Last entry at that time"), _raw),
    "last_day": (_("To this day"), _raw),
    "last_of_session": (_("The last form that is kept of this session"), _words({"True": _("Yes")})),
    "left_out": (_("More of the same that were only counted"), _raw),
    "lookup": (_("Mark of the session"), _raw),
    "outcome": (_("Outcome"), _words(OUTCOMES)),
    "page": (_("Page"), _words(PARTS)),
    "part": (_("Part of the case"), _words(PARTS)),
    "unfinished": (_("Unfinished pages that were left out"), _raw),
    "permission": (_("What it takes"), _words(PERMISSIONS)),
    "purpose": (_("Opened for"), _words({**PARTS, **PURPOSES})),
    "reason": (_("Reason"), _words({**REASONS, **BREAKS})),
    "role": (_("Role"), _code("site_roles", "team_roles")),
    "route": (_("Address asked for"), _raw),
    "row": (_("Entry in the tables"), _words(ROWS)),
    "sealed": (_("Mark of what was sealed"), _raw),
    "start": (_("Walked from behind entry"), _raw),
    "team": (_("Team"), _somebody),
    "up_to": (_("Up to entry"), _raw),
    "what": (_("Record"), _raw),
    "why": (_("Why"), _words(DISBELIEFS)),
}


def tell_details(details: Mapping[str, Any]) -> list[tuple[Marked, tuple[Told, ...]]]:
    """Each field's name in words with its values, in the order of the alphabet. What is blank is left out."""
    told = []
    for name, value in sorted(details.items()):
        words, read = FIELDS.get(name) or (verbatim(name), _raw)
        values = tuple(_tell(read, item) for item in _items(value) if item not in ("", None))
        if values:
            told.append((words, values))
    return told


def _items(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _tell(read: Reader, item: Any) -> Told:
    if isinstance(item, bool) or not isinstance(item, int):
        return read(str(item))
    return item
