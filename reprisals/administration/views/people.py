"""People, as the administrator sees them: state, places, when they last signed in. Never what they work on."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.administration.forms import InviteForm
from reprisals.administration.queries import last_sign_ins
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.inviting import invite, invite_again, reinstate, suspend
from reprisals.identity.models import Person, PersonState
from reprisals.web.current import actor, db, or_404, requires, settings
from reprisals.web.filters import show as in_words
from reprisals.web.forms import posted
from reprisals.web.pages import say

bp = Blueprint("people", __name__)

STATES: dict[str, Marked] = {
    PersonState.INVITED: _("Invited"),
    PersonState.AWAITING: _("Waiting to be admitted"),
    PersonState.ADMITTED: _("Admitted"),
    PersonState.SUSPENDED: _("Suspended"),
}


@bp.get("/people")
@requires(Permission.PERSON_INVITE)
def index() -> ResponseReturnValue:
    """Everybody with an account."""
    places: dict[UUID, list[object]] = {}
    for place, person, team in queries.list_places(db()):
        places.setdefault(person.id, []).append((place, team))
    roles: dict[UUID, list[object]] = {}
    for role, person in queries.list_site_roles(db()):
        roles.setdefault(person.id, []).append(role)
    return render_template(
        "administration/people.html",
        people=queries.list_people(db()),
        places=places,
        roles=roles,
        states=STATES,
        signed_in_at=last_sign_ins(db()),
    )


@bp.route("/people/invite", methods=["GET", "POST"])
@requires(Permission.PERSON_INVITE)
def new() -> ResponseReturnValue:
    """Invite somebody, or ask for one more place for somebody known. The link is in this one answer."""
    form = InviteForm.offering(posted(), queries.list_teams(db()), settings().site.languages, _known())
    if form.validate_on_submit():
        try:
            code = invite(db(), settings(), actor(), form.inviting())
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return _invited(code, form.email.data)
    return render_template("administration/invite.html", form=form), 422 if form.errors else 200


@bp.get("/people/<uuid:person_id>")
@requires(Permission.PERSON_INVITE)
def show(person_id: UUID) -> ResponseReturnValue:
    """One person: state, places, and what the administrator can do."""
    person = _find(person_id)
    return render_template(
        "administration/person.html",
        person=person,
        state=STATES[person.state],
        places=queries.list_places_of(db(), person.id),
        roles=queries.list_roles_of(db(), person.id),
        signed_in_at=last_sign_ins(db()).get(str(person.id)),
        is_self=person.id == actor().person_id,
    )


@bp.route("/people/<uuid:person_id>/suspend", methods=["GET", "POST"])
@requires(Permission.PERSON_SUSPEND)
def suspend_one(person_id: UUID) -> ResponseReturnValue:
    """Ask again, and suspend: the person's sessions end in the same commit."""
    person, refused = _find(person_id), None
    if request.method == "POST":
        try:
            suspend(db(), settings(), actor(), person)
        except RuleBroken as refusal:
            refused = in_words(refusal.message)
        else:
            return redirect(url_for("people.show", person_id=person.id, **say("suspended")), 303)
    return render_template(
        "administration/suspend.html", person=person, refused=refused
    ), 409 if refused else 200


@bp.route("/people/<uuid:person_id>/reinstate", methods=["GET", "POST"])
@requires(Permission.PERSON_SUSPEND)
def reinstate_one(person_id: UUID) -> ResponseReturnValue:
    """Ask again, and end a suspension."""
    person, refused = _find(person_id), None
    if request.method == "POST":
        try:
            reinstate(db(), actor(), person)
        except RuleBroken as refusal:
            refused = in_words(refusal.message)
        else:
            return redirect(url_for("people.show", person_id=person.id, **say("reinstated")), 303)
    return render_template(
        "administration/reinstate.html", person=person, refused=refused
    ), 409 if refused else 200


@bp.route("/people/<uuid:person_id>/invite", methods=["GET", "POST"])
@requires(Permission.PERSON_INVITE)
def again(person_id: UUID) -> ResponseReturnValue:
    """Ask again, and make a new invitation: what was made before no longer works."""
    person, refused = _find(person_id), None
    if request.method == "POST":
        try:
            return _invited(invite_again(db(), settings(), actor(), person), person.email)
        except RuleBroken as refusal:
            refused = in_words(refusal.message)
    return render_template(
        "administration/invite_again.html", person=person, refused=refused
    ), 409 if refused else 200


def _find(person_id: UUID) -> Person:
    return or_404(queries.find_person(db(), person_id))


def _known() -> Person | None:
    """Somebody with an account, for whom one more place is asked for."""
    asked = request.args.get("person", type=UUID)
    return queries.find_person(db(), asked) if asked else None


def _invited(code: str, email: str | None) -> str:
    link = settings().site.address.rstrip("/") + url_for("invitations.accept", code=code) if code else ""
    hours = settings().sessions.invitation_hours
    return render_template("administration/invited.html", link=link, email=email, hours=hours)
