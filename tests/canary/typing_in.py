"""Somebody who fills in pages as they stand: a mark in every field that takes words, so that a new field gets one by itself."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from tests.canary.marks import Found, Marks
from tests.crash.sites import Answer, Caller
from tests.pages import parse

IDENTIFIER = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
LISTS = re.compile("<datalist.*?</datalist>", re.DOTALL)  # long, and nothing to fill in
FIRST_DAY, APART, FAR_OFF = date(1931, 2, 3), 397, 2093
GIVEN = {
    "number": "", "qualifier": "", "precision": "", "states": "KEN", "place_country": "NOR",
    "nationality": "PER", "entity": "UNDP", "entities": "UNHCR", "given_on": "", "office_concerned": "", "language": "en",
    "same": "UNCHANGED",
}  # fmt: skip
"""What goes into fields that take no words. Keys are names without the number of a line."""
SCOPES = ("RECORD", "SHARE_UN", "RAISE_CONF", "PUBLIC_ANON", "DETAILS", "PUBLIC_NAMED", "CONTACT")
ALL_OF = "persons"
Fields = list[tuple[str, str]]


@dataclass
class Witness:
    """Looks at every answer: no mark in its headers and addresses, in its title, or before somebody who may not read it."""

    marks: Marks
    seen: int = 0
    found: list[Found] = field(default_factory=list)

    def look_at(self, where: str, answer: Answer, may_show: bool, typed: Iterable[str] = ()) -> None:
        """`may_show`: the person may read the case. `typed`: the fields whose marks they have just typed themselves."""
        self.seen += 1
        headers = "\n".join(f"{name}: {value}" for name, value in answer.headers).encode()
        self.found += [Found(f"headers of {where}", "", label) for label in self.marks.fields_in(headers)]
        title = re.search(rb"<title>(.*?)</title>", answer.body, re.DOTALL)
        self.found += self.marks.find(f"title of {where}", title[1] if title else b"")
        if not may_show:
            foreign = self.marks.fields_in(answer.body) - set(typed)
            self.found += [Found(where, "", label) for label in sorted(foreign)]


@dataclass
class Typist:
    """Fills in pages for one person. Remembers the names of all fields that it met."""

    caller: Caller
    marks: Marks
    witness: Witness
    who: str
    may_show: bool = True
    names: set[str] = field(default_factory=set)
    received: Mapping[str, frozenset[str]] = field(default_factory=dict)
    _days: int = 0

    def get(self, path: str, status: int | None = 200) -> Answer:
        """Look at a page."""
        return self._seen("GET", path, self.caller.get(path), status, self.marks.fields_in(path.encode()))

    def post(
        self, path: str, fields: Fields, status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post fields with a form token."""
        typed = self.marks.fields_in(urlencode(fields).encode())
        return self._seen("POST", path, self.caller.post(path, fields, headers), status, typed)

    def fill(self, path: str, status: int = 302, **given: Any) -> Answer:
        """Fill in the form of a page and send it. `given` are fields that take something of their own."""
        return self.post(path, self.typed(path, **given), status)

    def typed(self, path: str, **given: Any) -> Fields:
        """The fields of a page as it stands, each filled in."""
        forms = list(parse(LISTS.sub("", self.get(path).text)).find(".//main").iter("form"))
        form = max(forms, key=lambda one: len(list(one.iter("input"))) + len(list(one.iter("textarea"))))
        fields: Fields = []
        taken: set[str] = set()
        for element in form.iter():
            name = element.get("name")
            if not name or name == "form_token" or element.tag == "button":
                continue
            fields += [(name, value) for value in self._values(path, element, given, taken)]
            taken.add(name)
        self.names.update(name for name, _value in fields)
        return fields

    def _values(self, path: str, element: Any, given: Mapping[str, Any], taken: set[str]) -> list[str]:
        name = element.get("name")
        kind = element.get("type", "text") if element.tag == "input" else element.tag
        plain = re.sub(r"-\d+$", "", name)
        if plain in given:
            wanted = given[plain]
            if name in taken and kind in {"radio", "checkbox"}:
                return []
            return list(wanted) if isinstance(wanted, list) else [wanted]
        if kind == "hidden":
            return [element.get("value", "")]
        if kind in {"radio", "checkbox"}:
            return self._choice(element, plain, taken)
        if kind == "select":
            return [self._option(element, plain)]
        return [self._words(path, name, plain)]

    def _choice(self, element: Any, plain: str, taken: set[str]) -> list[str]:
        if plain in GIVEN or (plain in taken and plain != ALL_OF):
            return []
        return [element.get("value", "")]

    def _option(self, element: Any, plain: str) -> str:
        if plain in SCOPES:
            return "GIVEN"
        last = plain.rpartition("-")[2]
        return GIVEN[last] if last in GIVEN else str(list(element.iter("option"))[-1].get("value", ""))

    def _words(self, path: str, name: str, plain: str) -> str:
        group, _dash, part = plain.rpartition("-")
        if part in {"day", "month", "year"}:
            return "" if group in GIVEN else self._day(path, group, part)
        if plain in GIVEN:
            return GIVEN[plain]
        return self.marks.make(f"{page_of(path)} {name}")

    def _day(self, path: str, group: str, part: str) -> str:
        if part == "day":
            self._days += 1
        day = FIRST_DAY + timedelta(days=APART * self._days)
        day = day.replace(year=FAR_OFF, day=28) if group == "coming_on" else day
        self.marks.keep(f"{page_of(path)} {group}", day.isoformat())
        return str(getattr(day, part))

    def _seen(
        self, method: str, path: str, answer: Answer, status: int | None, typed: Iterable[str] = ()
    ) -> Answer:
        where = f"{self.who}: {method} {page_of(path)}"
        assert status is None or answer.status == status, f"{where}: {answer.status} {_errors_in(answer)}"
        shown = self.received.get(page_of(path), frozenset())
        self.witness.look_at(where, answer, self.may_show, {*typed, *shown})
        return answer


def _errors_in(answer: Answer) -> str:
    beside = re.findall(r'class="error"[^>]*>(.*?)</p>', answer.text, re.DOTALL)
    return " / ".join([*re.findall(r"<h1>(.*?)</h1>", answer.text), *beside])


def page_of(path: str) -> str:
    """A path without the identifiers in it."""
    return IDENTIFIER.sub("*", path)
