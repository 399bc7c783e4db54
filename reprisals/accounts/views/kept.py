"""What was posted after a session had ended: kept for its author, to go on from on its own page, or to be deleted."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.rules import local_path
from reprisals.i18n.marking import Marked
from reprisals.identity import queries
from reprisals.identity.actions.sessions import LateForm, drop_kept, open_all_kept, open_kept
from reprisals.web.current import actor, db, keyring, or_404, requires
from reprisals.web.kept import KEPT
from reprisals.web.pages import say, titles_of

bp = Blueprint("kept", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept form in the list. `title` is that of its page; None where that page is not there, or the form does not open."""

    id: UUID
    title: Marked | None
    kept_at: datetime
    until: datetime


@bp.get("/kept")
@requires(Permission.ACCOUNT)
def index() -> ResponseReturnValue:
    """The forms that are kept, the newest first, each under the title of its page."""
    found = open_all_kept(db(), actor(), keyring())
    forms = [Waiting(kept.id, _title(late), kept.kept_at, kept.until) for kept, late in found]
    return render_template("accounts/kept.html", forms=forms)


@bp.get("/kept/<uuid:kept_id>")
@requires(Permission.ACCOUNT)
def show(kept_id: UUID) -> ResponseReturnValue:
    """Every field as it was typed, and the way to its own page, which it fills again."""
    kept = or_404(queries.find_kept(db(), actor().person_id, kept_id, clock.now()))
    late = open_kept(db(), actor(), keyring(), kept)
    title = _title(late)
    return render_template(
        "accounts/kept_form.html",
        kept=kept,
        title=title,
        fields=late.fields,
        address=f"{late.path}?{KEPT}={kept.id}" if title else None,
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


def _title(late: LateForm | None) -> Marked | None:
    """The title of the page that a form was sent to, where it is a page of this site that can be filled again."""
    if late is None or local_path(late.path) != late.path:
        return None
    try:
        endpoint, _values = current_app.url_map.bind("").match(late.path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return titles_of(current_app).get(endpoint)
