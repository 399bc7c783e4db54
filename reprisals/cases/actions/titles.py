"""The title that is proposed for a case, in any language of the site: from codes and numbers alone."""

from babel.numbers import format_decimal

from reprisals.cases.models.case import CaseContent
from reprisals.cases.rules.outline import TitleFacts, propose_title
from reprisals.codes.lists import label
from reprisals.codes.states import state_name
from reprisals.i18n.catalogues import LANGUAGES, locale_of, translations
from reprisals.i18n.marking import Coded, Marked, Value

BETWEEN = " · "


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
