"""The title that is proposed for a case, in any language of the site: from codes and numbers alone."""

from babel.numbers import format_decimal

from reprisals.cases.actions.work import Work
from reprisals.cases.models.account import Act, PersonConcerned
from reprisals.cases.models.case import CaseContent
from reprisals.cases.persons.rules import Unit
from reprisals.cases.rules.outline import RecordType, TitleFacts, propose_title
from reprisals.codes.lists import label
from reprisals.codes.states import state_name
from reprisals.i18n.catalogues import LANGUAGES, locale_of, translations
from reprisals.i18n.marking import Coded, Marked, Value

BETWEEN = " · "
FLAGS = frozenset({"FAM", "TNR", "ONL"})
"""Codes of acts that say against whom or how, and are therefore not what happened."""


def acts_told(work: Work) -> tuple[str, ...]:
    """The codes of what happened, in their order."""
    return tuple(sorted(row.code for row in work.opened.load(Act) if row.code not in FLAGS))


def title_facts_of(work: Work) -> TitleFacts:
    """What a title is proposed from: codes and numbers alone."""
    return facts_as(work, work.case.record_type)


def facts_as(work: Work, record_type: str | None) -> TitleFacts:
    """The same, where the case is about to become a record of this type."""
    units = [(row.unit, row.number or 1) for row in work.opened.load(PersonConcerned)]
    return TitleFacts(
        record_type=RecordType(record_type) if record_type else None,
        acts=acts_told(work),
        states=work.states(),
        individuals=sum(unit == Unit.IND for unit, _number in units),
        organizations=sum(number for unit, number in units if unit == Unit.ORG),
        groups=sum(unit in {Unit.GRP, Unit.COM} for unit, _number in units),
    )


def title_in(facts: TitleFacts, language: str) -> str:
    """The proposed title in a language."""
    return BETWEEN.join(_show(part, language) for part in propose_title(facts))


def titles_of(facts: TitleFacts) -> list[str]:
    """The proposed title in every language that a site can offer."""
    return [title_in(facts, language) for language in LANGUAGES]


def shown_title(content: CaseContent, language: str) -> str:
    """The title as somebody reads it: what a person wrote as it stands, what was only proposed in their language."""
    return title_in(content.proposed, language) if content.proposed else content.title


def _show(value: Value, language: str) -> str:
    if isinstance(value, Marked):
        known = translations(language)
        return value.translate(known.ugettext, known.ungettext, lambda part: _show(part, language))
    if isinstance(value, Coded):
        is_state = value.list_name == "states"
        return state_name(value.code, language) if is_state else label(value.list_name, value.code, language)
    return format_decimal(value, locale=locale_of(language)) if isinstance(value, int) else str(value)
