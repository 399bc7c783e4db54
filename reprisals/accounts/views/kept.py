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
from reprisals.identity.models import KeptForm
from reprisals.web.current import actor, db, keyring, or_404, requires, settings
from reprisals.web.kept import KEPT, told_in
from reprisals.web.pages import say, subjects_of, titles_of

bp = Blueprint("kept", __name__)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept form in the list. `title` is that of its page; None where that page is not there, or the form does not open.

    `subject` is what the page is about, such as the reference of a case; empty where the person may not read it.
    """

    id: UUID
    title: Marked | None
    subject: str
    kept_at: datetime
    until: datetime


@bp.get("/kept")
@requires(Permission.ACCOUNT)
def index() -> ResponseReturnValue:
    """The forms that are kept, the newest first, each under the title of its page."""
    found = open_all_kept(db(), settings(), actor(), keyring())
    forms = [Waiting(kept.id, *_page(late), kept.kept_at, kept.until) for kept, late in _once(found)]
    return render_template("accounts/kept.html", forms=forms)


@bp.get("/kept/<uuid:kept_id>")
@requires(Permission.ACCOUNT)
def show(kept_id: UUID) -> ResponseReturnValue:
    """Every field as it was typed, and the way to its own page, which it fills again."""
    kept = or_404(queries.find_kept(db(), actor().person_id, kept_id, clock.now()))
    late = open_kept(db(), settings(), actor(), keyring(), kept)
    title, subject = _page(late)
    return render_template(
        "accounts/kept_form.html",
        kept=kept,
        title=title,
        subject=subject,
        fields=late.fields,
        path=late.path,
        address=f"{late.path}?{KEPT}={kept.id}" if title else None,
    )


@bp.route("/kept/<uuid:kept_id>/delete", methods=["GET", "POST"])
@requires(Permission.ACCOUNT)
def delete(kept_id: UUID) -> ResponseReturnValue:
    """Ask again, and delete a kept form."""
    kept = or_404(queries.find_kept(db(), actor().person_id, kept_id, clock.now()))
    if request.method == "POST":
        told = told_in(open_kept(db(), settings(), actor(), keyring(), kept))
        for same, late in open_all_kept(db(), settings(), actor(), keyring()):
            if same.id == kept.id or (told is not None and told_in(late) == told):
                drop_kept(db(), actor(), same)
        return redirect(url_for("accounts.home", **say("form-deleted")), 303)
    return render_template("accounts/delete_kept.html", kept=kept)


def _page(late: LateForm | None) -> tuple[Marked | None, str]:
    """The title of the page that a form was sent to, where it is a page of this site that can be filled again, and what
    that page is about, where the person may read it.
    """
    if late is None or local_path(late.path) != late.path:
        return None, ""
    try:
        endpoint, values = current_app.url_map.bind("").match(late.path, method="GET")
    except (HTTPException, RequestRedirect):
        return None, ""
    subjects = subjects_of(current_app)
    found = (subjects[name](value) for name, value in values.items() if name in subjects)
    return titles_of(current_app).get(endpoint), next(found, "")


def _once(found: list[tuple[KeptForm, LateForm | None]]) -> list[tuple[KeptForm, LateForm | None]]:
    """Each form once: a page that saves itself just before it is sent leaves two that say the same."""
    seen: list[object] = []
    once = []
    for kept, late in found:
        told = told_in(late) or kept.id
        if told not in seen:
            seen.append(told)
            once.append((kept, late))
    return once
