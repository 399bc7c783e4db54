"""What the application takes from here."""

from flask import Blueprint

from reprisals.access import Permission
from reprisals.administration.forms.log import AuditForm, HeadForm
from reprisals.administration.forms.people import InviteForm, PeopleForm
from reprisals.administration.views import audit, people, taking, verifying
from reprisals.i18n.marking import Marked, _
from reprisals.web.forms import Form
from reprisals.web.pages import Place

BLUEPRINTS: tuple[Blueprint, ...] = (people.bp, audit.bp)
MODULES = (taking, verifying)
PLACES: tuple[Place, ...] = (
    Place(_("People"), "people.index", Permission.PERSON_INVITE),
    Place(_("Audit"), "audit.index", Permission.AUDIT_READ),
)
TITLES: dict[str, Marked] = {"people.new": _("Invite a person"), "people.again": _("Invite again")}
FORMS: dict[str, type[Form]] = {
    "people.index": PeopleForm,
    "people.new": InviteForm,
    "audit.index": AuditForm,
    "audit.verify": HeadForm,
}
NOTICES: dict[str, Marked] = {
    "suspended": _("The account is suspended, and its sessions have ended."),
    "reinstated": _("The suspension has ended."),
}
