"""Invitations: those that wait, taking one back, and accepting one. What is drawn for a newcomer is shown once."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.rules import in_fours
from reprisals.accounts.views.admitting import role_in_team, role_of_site
from reprisals.i18n.locale_choice import prefer
from reprisals.i18n.marking import Marked, RuleBroken
from reprisals.identity import queries
from reprisals.identity.actions.inviting import accept_invitation, cancel_invitation, find_invitation
from reprisals.identity.models import Person
from reprisals.web.current import actor, database, db, open_to_all, or_404, release, requires, settings
from reprisals.web.filters import show as in_words
from reprisals.web.pages import say

bp = Blueprint("invitations", __name__)


@dataclass(slots=True)
class Pending:
    """Somebody who was invited: to what, since when, and until when their link works (None: it was used or has run out)."""

    person: Person
    since: datetime
    until: datetime | None
    places: list[Marked] = field(default_factory=list)


@bp.get("/invitations")
@requires(Permission.PERSON_INVITE)
def index() -> ResponseReturnValue:
    """Everybody who was invited and is not admitted yet, the longest wait first."""
    return render_template("accounts/invitations.html", pending=list(_pending().values()))


@bp.route("/invitations/<uuid:person_id>/cancel", methods=["GET", "POST"])
@requires(Permission.PERSON_INVITE)
def cancel(person_id: UUID) -> ResponseReturnValue:
    """Ask again, and take an invitation back."""
    person, refused = or_404(queries.find_person(db(), person_id)), None
    if request.method == "POST":
        try:
            cancel_invitation(db(), actor(), person)
        except RuleBroken as refusal:
            refused = in_words(refusal.message)
        else:
            return redirect(url_for("invitations.index", **say("invitation-cancelled")), 303)
    one = _pending().get(person.id)
    page = render_template("accounts/cancel_invitation.html", person=person, one=one, refused=refused)
    return page, 409 if refused else 200


@bp.route("/invitation", methods=["GET", "POST"])
@open_to_all
def accept() -> ResponseReturnValue:
    """Say what will happen; when asked, draw the keys and show the passphrase in this one answer.

    A link that was used, has run out or never was is told so at once; nothing tells these three apart. The pages are in the
    language that the administrator chose for the person, unless another is chosen here.
    """
    if request.method != "POST":
        return _offer(request.args.get("code", ""))
    release()
    code = request.form.get("code", "")
    try:
        with database().reading() as session:
            _speak_to(session, code)
        made = accept_invitation(database(), settings(), code)
    except RuleBroken as refusal:
        return render_template("accounts/used_invitation.html", message=refusal.message), 422
    return render_template(
        "accounts/new_keys.html", words=made.passphrase.split(), fingerprint_groups=in_fours(made.fingerprint)
    )


def _offer(code: str) -> ResponseReturnValue:
    try:
        _speak_to(db(), code)
    except RuleBroken as refusal:
        return render_template("accounts/used_invitation.html", message=refusal.message), 410
    return render_template("accounts/invitation.html", code=code)


def _speak_to(session: Session, code: str) -> None:
    """Answer in the language of whoever was invited. Raises RuleBroken for a link that does not work."""
    invited = queries.find_person(session, find_invitation(session, code).person_id)
    if invited is not None:
        prefer(invited.language)


def _pending() -> dict[UUID, Pending]:
    links = queries.list_open_invitations(db(), clock.now())
    asked = [
        (p, place.asked_at, role_in_team(place, team)) for place, p, team in queries.list_waiting_places(db())
    ]
    asked += [(p, role.asked_at, role_of_site(role)) for role, p in queries.list_waiting_roles(db())]
    found: dict[UUID, Pending] = {}
    for person, since, place in sorted(asked, key=lambda row: (row[1], row[0].name)):
        link = links.get(person.id)
        one = found.setdefault(person.id, Pending(person, since, link.expires_at if link else None))
        one.places.append(place)
    return found
