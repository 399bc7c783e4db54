"""What the application takes from here."""

from flask import Blueprint

from reprisals.access import Permission
from reprisals.cases import queries
from reprisals.cases.views import consent, logging, people, reading, telling
from reprisals.cases.views.blueprint import bp
from reprisals.i18n.marking import Marked, _
from reprisals.web.current import actor, db
from reprisals.web.pages import Place


def _drafts() -> int | None:
    return queries.count_drafts(db(), actor()) or None


BLUEPRINTS: tuple[Blueprint, ...] = (bp,)
PLACES: tuple[Place, ...] = (
    Place(_("Cases"), "cases.index", Permission.CASE_LOG, _drafts),
    Place(_("Log a case"), "cases.new", Permission.CASE_LOG),
)
NOTICES: dict[str, Marked] = {
    "case-saved": _("Saved."),
    "case-removed": _("Removed. What stood there is kept in the history."),
    "case-changed": _("Somebody else changed this in the meantime. Look at it again before you remove it."),
    "draft-discarded": _("The draft is discarded."),
}
MODULES = (consent, logging, people, reading, telling)
