"""Accepting an invitation: the newcomer's keys are drawn, and what opens them is shown once."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from reprisals.accounts.rules import in_fours
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.inviting import accept_invitation
from reprisals.web.current import db, open_to_all, settings

bp = Blueprint("invitations", __name__)


@bp.route("/invitation", methods=["GET", "POST"])
@open_to_all
def accept() -> ResponseReturnValue:
    """Say what will happen, whatever the code; when asked, draw the keys and show the passphrase in this one answer.

    Nothing tells an open invitation from a used one before the button is pressed, so that looking on reveals nothing.
    """
    if request.method != "POST":
        return render_template("accounts/invitation.html", code=request.args.get("code", ""))
    try:
        made = accept_invitation(db(), settings(), request.form.get("code", ""))
    except RuleBroken as refusal:
        return render_template("accounts/used_invitation.html", message=refusal.message), 422
    return render_template(
        "accounts/new_keys.html", words=made.passphrase.split(), fingerprint_groups=in_fours(made.fingerprint)
    )
