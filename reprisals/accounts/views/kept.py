"""What was posted after a session had ended: kept for its author, to be sent again or deleted."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.rules import local_path
from reprisals.identity import queries
from reprisals.identity.actions.sessions import drop_kept, list_kept, open_kept
from reprisals.web.current import actor, db, keyring, or_404, requires
from reprisals.web.pages import say

bp = Blueprint("kept", __name__)


@bp.get("/kept")
@requires(Permission.ACCOUNT)
def index() -> ResponseReturnValue:
    """The forms that are kept, the newest first."""
    return render_template("accounts/kept.html", forms=list_kept(db(), actor().person_id))


@bp.get("/kept/<uuid:kept_id>")
@requires(Permission.ACCOUNT)
def show(kept_id: UUID) -> ResponseReturnValue:
    """Every field as it was typed, in a form that goes to the address that it was meant for."""
    kept = or_404(queries.find_kept(db(), actor().person_id, kept_id, clock.now()))
    late = open_kept(db(), actor(), keyring(), kept)
    return render_template(
        "accounts/kept_form.html", kept=kept, fields=late.fields, address=local_path(late.path)
    )


@bp.route("/kept/<uuid:kept_id>/delete", methods=["GET", "POST"])
@requires(Permission.ACCOUNT)
def delete(kept_id: UUID) -> ResponseReturnValue:
    """Ask again, and delete a kept form."""
    kept = or_404(queries.find_kept(db(), actor().person_id, kept_id, clock.now()))
    if request.method == "POST":
        drop_kept(db(), actor(), kept)
        return redirect(url_for("accounts.home", **say("form-deleted")), 303)
    return render_template("accounts/delete_kept.html", kept=kept)
