"""People, as the administrator sees them: state, places, when they last signed in. Never what they work on."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.rules import SITE_DUTIES, TEAM_DUTIES
from reprisals.administration.forms.people import STATES, InviteForm, PeopleForm
from reprisals.administration.queries import people
from reprisals.i18n.marking import RuleBroken
from reprisals.identity import queries
from reprisals.identity.actions.inviting import invite, invite_again, reinstate, suspend
from reprisals.identity.models import Person
from reprisals.web.current import actor, db, or_404, requires, settings
from reprisals.web.filters import show as in_words
from reprisals.web.filters import team_words
from reprisals.web.forms import posted
from reprisals.web.kept import words_stored
from reprisals.web.pages import say

bp = Blueprint("people", __name__)


@bp.route("/people", methods=["GET", "POST"])
@requires(Permission.PERSON_INVITE)
def index() -> ResponseReturnValue:
    """Everybody with an account, fifty a page. A name that is looked for is posted, and stands in no address."""
    form = PeopleForm.offering(posted() or request.args)
    if not form.validate():
        return render_template("administration/people.html", form=form, page=None, states=STATES), 422
    state, text = form.state.data or "", form.text.data or ""
    more = False
    if request.method == "POST" and text:
        page, more = people.search(db(), text, state)
    elif request.method == "POST":
        return redirect(url_for("people.index", state=state or None), 303)
    else:
        page = people.list_page(db(), state, _somebody("after"), _somebody("before"))
    asked: dict[str, Any] = {"state": state} if state else {}
    return render_template(
        "administration/people.html",
        form=form,
        page=page,
        more=more,
        searched=bool(text),
        states=STATES,
        previous=url_for("people.index", **asked, before=page.before) if page.before else None,
        next=url_for("people.index", **asked, after=page.after) if page.after else None,
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
            form.refuse_place(refusal)
        else:
            words_stored()
            return _invited(code, form.email.data)
    team_roles = {code: in_words(words) for code, words in TEAM_DUTIES.items()}
    return render_template(
        "administration/invite.html", form=form, site_roles=SITE_DUTIES, team_roles=team_roles
    ), 422 if form.errors else 200


@bp.get("/people/<uuid:person_id>")
@requires(Permission.PERSON_INVITE)
def show(person_id: UUID) -> ResponseReturnValue:
    """One person: state, places, and what the administrator can do."""
    person = _find(person_id)
    places = queries.list_places_of(db(), person.id)
    roles = queries.list_roles_of(db(), person.id)
    return render_template(
        "administration/person.html",
        person=person,
        state=STATES[person.state],
        places=places,
        roles=roles,
        waits=None
        in {*(place.admitted_at for place, _team in places), *(role.admitted_at for role in roles)},
        site_roles=SITE_DUTIES,
        signed_in_at=people.last_sign_ins(db(), [person]).get(str(person.id)),
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
        "administration/suspend.html",
        person=person,
        refused=refused,
        sessions=people.count_sessions(db(), person.id, clock.now()),
        led_alone=[team_words(team) for team in people.list_led_alone(db(), person.id)],
        is_last_but_one=people.is_one_of_two_administrators(db(), person.id),
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


def _somebody(name: str) -> UUID | None:
    return request.args.get(name, type=UUID)


def _known() -> Person | None:
    """Somebody with an account, for whom one more place is asked for."""
    asked = _somebody("person")
    return queries.find_person(db(), asked) if asked else None


def _invited(code: str, email: str | None) -> str:
    link = settings().site.address.rstrip("/") + url_for("invitations.accept", code=code) if code else ""
    hours = settings().sessions.invitation_hours
    return render_template("administration/invited.html", link=link, email=email, hours=hours)
