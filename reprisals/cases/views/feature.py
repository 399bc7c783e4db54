"""What the application takes from here."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint

from reprisals.access import Permission
from reprisals.cases import queries
from reprisals.cases.forms.closing import CheckForm, DiscardForm
from reprisals.cases.forms.consent import ConsentForm
from reprisals.cases.forms.people import ActForm, CooperationForm, GeneralForm, PersonForm
from reprisals.cases.views import (
    closing,
    consent,
    history,
    ledger,
    listing,
    lists,
    logging,
    people,
    reading,
    room,
    telling,
    unfinished,
)
from reprisals.cases.views.blueprint import bp
from reprisals.i18n.marking import Marked, _
from reprisals.web.current import actor, db
from reprisals.web.forms import Form
from reprisals.web.pages import Place


def _drafts() -> int | None:
    return queries.count_drafts(db(), actor()) or None


def _reference(case_id: UUID) -> str:
    """The reference of a case that the person may open."""
    case = queries.find_case(db(), actor(), case_id)
    return case.reference if case else ""


BLUEPRINTS: tuple[Blueprint, ...] = (bp,)
PLACES: tuple[Place, ...] = (
    Place(_("Cases"), "cases.index", Permission.CASE_LOG, _drafts, _("drafts to go on with")),
    Place(_("Log a case"), "cases.new", Permission.CASE_LOG),
)
TITLES: dict[str, Marked] = {
    "cases.new": telling.DANGER.title,
    **{f"cases.{page.key}": page.title for page in telling.PAGES},
    "cases.who": _("Who is concerned?"),
    "cases.person": _("Who is concerned?"),
    "cases.cooperation": _("What is the link to the United Nations?"),
    "cases.act": _("Details of an act"),
    "cases.consent": _("What may we do with it?"),
    "cases.check": _("Check and submit"),
}
FORMS: dict[str, type[Form]] = {
    "cases.new": telling.DANGER.form,
    **{f"cases.{page.key}": page.form for page in telling.PAGES},
    "cases.who": GeneralForm,
    "cases.person": PersonForm,
    "cases.cooperation": CooperationForm,
    "cases.act": ActForm,
    "cases.consent": ConsentForm,
    "cases.check": CheckForm,
    "cases.discard": DiscardForm,
}
SUBJECTS: dict[str, Callable[[UUID], str]] = {"case_id": _reference}
NOTICES: dict[str, Marked] = {
    "case-saved": _("Saved."),
    "case-removed": _("Removed. What stood there is kept in the history."),
    "case-changed": _("This was changed in the meantime. Look at it again before you remove it."),
    "case-dropped": _("Dropped. What was typed there is gone."),
    "consent-stands": _("Nothing was added: the ledger already says this, word for word."),
    "draft-discarded": _("The draft is discarded."),
}
MODULES = (
    closing,
    consent,
    history,
    ledger,
    listing,
    lists,
    logging,
    people,
    reading,
    room,
    telling,
    unfinished,
)
