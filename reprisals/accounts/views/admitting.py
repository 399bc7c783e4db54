"""Admitting: typing the digits that a newcomer reads out by voice. A lead admits to their team."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import NotAllowed, Permission
from reprisals.accounts.forms import FingerprintForm
from reprisals.i18n.marking import Coded, Marked, RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.admitting import admit, may_admit
from reprisals.identity.models import Membership, Person, Team
from reprisals.web.current import actor, db, keyring, or_404, requires
from reprisals.web.forms import posted
from reprisals.web.pages import say

bp = Blueprint("admitting", __name__)


@bp.route("/teams/<uuid:team_id>/admit/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.TEAM_ADMIT)
def member(team_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Admit somebody to one's own team."""
    or_404(queries.find_team_for(db(), actor(), team_id))
    return admit_to_team(team_id, person_id, url_for("teams.show", team_id=team_id, **say("admitted")))


def admit_to_team(team_id: UUID, person_id: UUID, afterwards: str) -> ResponseReturnValue:
    """Ask for the digits, and admit to the place that waits. Sent twice, it is done once."""
    place = or_404(queries.find_membership(db(), person_id, team_id))
    team, person = or_404(queries.find_team(db(), team_id)), or_404(queries.find_person(db(), person_id))
    if place.admitted_at is not None:
        return redirect(afterwards, 303)
    if not may_admit(db(), actor(), keyring(), place, team):
        raise NotAllowed(Permission.TEAM_ADMIT)
    return ask_for_digits(
        person,
        role_in_team(place, team),
        lambda digits: admit(db(), actor(), keyring(), place, digits),
        afterwards,
    )


def ask_for_digits(
    person: Person, place: Marked, act: Callable[[str], None], afterwards: str
) -> ResponseReturnValue:
    """The page with the one field, and what is done with digits that are right."""
    form = FingerprintForm(posted())
    if form.validate_on_submit():
        try:
            act(form.fingerprint.data or "")
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return redirect(afterwards, 303)
    page = render_template("accounts/admit.html", form=form, person=person, place=place)
    return page, 422 if form.errors else 200


def role_in_team(place: Membership, team: Team) -> Marked:
    """A place in words."""
    return _("%(role)s of %(team)s", role=Coded("team_roles", place.role), team=team.name)
