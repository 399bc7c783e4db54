"""The fields of a case's parts in words: what each is called, and how its value is written in the reader's language."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reprisals.cases.views.holders import list_kept_out
from reprisals.i18n.marking import Marked, _
from reprisals.identity.models import Team
from reprisals.web.filters import (
    show,
    show_code,
    show_date,
    show_datetime,
    show_entity,
    show_list,
    show_loose,
    show_number,
    show_state,
    show_team,
)


@dataclass(frozen=True, slots=True)
class Said:
    """A field: its name, what it is called, and how it is written: a kind of `_KINDS`, or the name of a code list."""

    name: str
    label: Marked
    kind: str = "text"
    is_facet: bool = False


PARTS: dict[str, Marked] = {
    "case_record": _("Case"),
    "account": _("What happened"),
    "act": _("Act"),
    "person_concerned": _("Person concerned"),
    "cooperation": _("Link to the UN"),
    "wish": _("What they want"),
    "reach": _("Reaching back"),
    "exclusion": _("Who is kept out"),
    "consent_answer": _("Consent"),
}


def _facet(name: str, label: Marked, kind: str) -> Said:
    return Said(name, label, kind, is_facet=True)


_WHEN_AND_WHERE = (
    Said("since", _("Since"), "loose"),
    Said("until", _("Until"), "loose"),
    Said("place", _("Where")),
)
_COUNTRY = Said("place_country", _("Country"), "states")

FIELDS: dict[str, tuple[Said, ...]] = {
    "case_record": (
        Said("title", _("Title")),
        _facet("stage", _("Stage"), "case_stages"),
        _facet("states", _("State concerned"), "states"),
        _facet("danger", _("Danger now"), "danger"),
        Said("danger_words", _("Danger")),
        _facet("priority", _("Priority"), "priorities"),
        _facet("record_type", _("Kind of record"), "record_types"),
        _facet("received_on", _("Received on"), "date"),
        _facet("report_year", _("Report year"), "text"),
        Said("is_general", _("It concerns nobody in particular"), "yes"),
        _facet("owning_team_id", _("Logged by"), "team"),
        _facet("triage_team_id", _("Team that triages"), "team"),
        _facet("submitted_at", _("Submitted"), "datetime"),
        _facet("verification", _("Verification"), "verification"),
        _facet("outcome", _("Outcome"), "case_outcomes"),
    ),
    "account": (
        Said("happened", _("It has happened"), "yes"),
        Said("words", _("What happened")),
        *_WHEN_AND_WHERE,
        _COUNTRY,
        Said("coming", _("What is feared to come")),
        Said("coming_kind", _("Kind"), "upcoming_events"),
        Said("coming_on", _("When"), "loose"),
    ),
    "act": (
        _facet("code", _("Act"), "acts"),
        *_WHEN_AND_WHERE,
        _COUNTRY,
        Said("description", _("What happened")),
        _facet("perpetrators", _("Said to have done it"), "perpetrators"),
        Said("perpetrators", _("Who, in words")),
        _facet("pretexts", _("Reason given"), "pretexts"),
        Said("law", _("Law")),
        Said("charges", _("Charges")),
        Said("court", _("Court")),
        Said("sentence", _("Sentence")),
        Said("detention", _("Detention")),
        Said("ongoing", _("It goes on"), "yes"),
    ),
    "person_concerned": (
        Said("alias", _("Called")),
        Said("legal_name", _("Legal name")),
        Said("other_names", _("Other spellings of the name"), "lines"),
        _facet("unit", _("Who"), "counting_units"),
        _facet("number", _("How many"), "number"),
        _facet("qualifier", _("Is the number exact?"), "number_qualifiers"),
        _facet("gender", _("Gender"), "genders"),
        _facet("age_group", _("Age"), "age_groups"),
        _facet("groups", _("Groups"), "victim_groups"),
        Said("nationality", _("Nationality"), "states"),
        Said("occupation", _("Occupation")),
        Said("organization", _("Organization")),
        Said("official", _("Official function")),
        Said("relation", _("Relation")),
        Said("representative", _("Representative")),
        Said("situation", _("Their situation now")),
        Said("note", _("Note")),
    ),
    "cooperation": (
        _facet("entity", _("Entity"), "entities"),
        _facet("form", _("Form"), "cooperation_forms"),
        _facet("status", _("Status"), "cooperation_status"),
        _facet("strength", _("Strength of the link"), "link_strength"),
        _facet("grounds", _("Ground"), "grounds"),
        *_WHEN_AND_WHERE,
        Said("capacity", _("In which capacity")),
        Said("words", _("In words")),
        Said("document", _("Document")),
        Said("evidence", _("Evidence")),
    ),
    "wish": (Said("wishes", _("What they want"), "wishes"), Said("words", _("In words"))),
    "reach": (
        Said("channel", _("Channel"), "contact_channels"),
        Said("how", _("How to reach back")),
        Said("times", _("When it is safe")),
        Said("never", _("What must never be done")),
    ),
    "exclusion": (
        _facet("kind", _("Kind"), "holder"),
        _facet("target", _("Who is kept out"), "kept_out"),
        Said("reason", _("Why")),
    ),
    "consent_answer": (
        _facet("scope", _("Asked about"), "consent_scopes"),
        _facet("answer", _("Answer"), "consent_answers"),
        _facet("entities", _("Entities"), "entities"),
        _facet("given_on", _("Answered on"), "date"),
        Said("giver", _("Given by"), "consent_givers"),
        Said("means", _("How"), "consent_means"),
        Said("obtained_by", _("Asked by")),
        Said("text", _("What exactly was agreed to?")),
        Said("language", _("Language"), "languages"),
        Said("recheck_on", _("Ask again on"), "loose"),
    ),
}

UNTOLD: dict[str, dict[str, str]] = {
    "case_record": {
        "reference": "stands above the page and never changes",
        "stage_since": "moves with the stage, and the change has its moment",
        "duplicate_of": "is an identifier, and nothing writes it yet",
        "title_is_own": "moves with the title",
        "proposed": "is what the title was made of",
        "language": "nothing writes it yet",
    },
    "act": {"persons": "are identifiers, and no page writes them yet"},
    "person_concerned": {"person_ref": "is an identifier that never changes"},
    "consent_answer": {"person_id": "stands in the heading", "sequence": "is the order of the page"},
}
"""What is not told of a part, and why."""


def say(said: Said, value: Any, teams: Mapping[str, Team]) -> str:
    """The value of a field in the language of the request; empty where there is none."""
    if value is None or value in ("", [], ()):
        return ""
    if said.kind == "team":
        return show_team(teams.get(str(value)))
    if said.kind in _KINDS:
        return _KINDS[said.kind](value)
    codes = [value] if isinstance(value, str) else list(value)
    return show_list(_label(said.kind, code) for code in codes)


def _label(list_name: str, code: str) -> str:
    named = {"states": show_state, "entities": show_entity}.get(list_name)
    return named(code) if named else show_code(code, list_name)


_HOLDERS = {"team": _("Team"), "entity": _("Entity"), "person": _("Person")}


def _lines(values: Iterable[str]) -> str:
    return "\n".join(values)


_KINDS: dict[str, Callable[[Any], str]] = {
    "text": str,
    "number": show_number,
    "lines": _lines,
    "holder": lambda kind: show(_HOLDERS[kind]),
    "kept_out": lambda name: show_list(list_kept_out(frozenset({name}))),
    "loose": show_loose,
    "date": lambda value: show_date(date.fromisoformat(value)),
    "datetime": lambda value: show_datetime(datetime.fromisoformat(value)),
    "yes": lambda value: show(_("Yes") if value else _("No")),
}
