"""What the application takes from here."""

from flask import Blueprint

from reprisals.access import Permission
from reprisals.accounts.forms import FingerprintForm, LanguageForm, SignInForm, TeamForm
from reprisals.accounts.views import account, admitting, certifying, home, invitations, kept, signing, teams
from reprisals.i18n.marking import Marked, _
from reprisals.web.forms import Form
from reprisals.web.pages import Place

_MODULES = (home, signing, account, invitations, kept, teams, admitting, certifying)
BLUEPRINTS: tuple[Blueprint, ...] = tuple(dict.fromkeys(module.bp for module in _MODULES))
PLACES: tuple[Place, ...] = (
    Place(_("Teams"), "teams.index", Permission.TEAM_SEE, teams.count_waiting),
    Place(_("Invitations"), "invitations.index", Permission.PERSON_INVITE),
    Place(_("Admit"), "certifying.index", Permission.CERTIFY, certifying.count_waiting),
)
TITLES: dict[str, Marked] = {
    "accounts.show": _("Your account"),
    "teams.new": _("New team"),
    "admitting.member": _("Admit by fingerprint"),
    "certifying.lead": _("Admit by fingerprint"),
    "certifying.role": _("Admit by fingerprint"),
}
FORMS: dict[str, type[Form]] = {
    "accounts.sign_in": SignInForm,
    "accounts.show": LanguageForm,
    "teams.new": TeamForm,
    "admitting.member": FingerprintForm,
    "certifying.lead": FingerprintForm,
    "certifying.role": FingerprintForm,
}
NOTICES: dict[str, Marked] = {
    "signed-out": _("You are signed out."),
    "language-chosen": _("Saved. This is the language of your pages from now on."),
    "session-ended": _("The session has ended."),
    "others-ended": _("All your other sessions have ended."),
    "form-deleted": _("The form is deleted."),
    "team-made": _(
        "The team is made. It can receive nothing until its first lead has been admitted and has made its keys."
    ),
    "keys-made": _("The keys of the team are made. You can now admit its members."),
    "admitted": _("Admitted."),
    "invitation-cancelled": _("The invitation is taken back."),
    "newcomers-wait": _(
        "Somebody waits for you to admit them. The number stands beside the page where you do."
    ),
}
