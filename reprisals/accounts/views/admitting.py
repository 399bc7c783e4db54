"""Admitting: typing the digits that a newcomer reads out by voice. A lead admits to their team."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import NotAllowed, Permission
from reprisals.accounts.forms import FingerprintForm
from reprisals.i18n.marking import Coded, Marked, RuleBroken, _
from reprisals.identity import queries
from reprisals.identity.actions.admitting import Heard, admit, grounds_of, hear, keys_to_hear, may_admit
from reprisals.identity.models import Membership, SiteRole, Team
from reprisals.web.current import actor, db, keyring, or_404, requires, without_lock
from reprisals.web.filters import team_words
from reprisals.web.forms import posted
from reprisals.web.kept import words_stored
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
    place, team = _find(team_id, person_id)
    if place.admitted_at is not None:
        return redirect(afterwards, 303)
    if not may_admit(actor(), keyring(), place.role, team, grounds_of(db(), [team_id])[team_id]):
        raise NotAllowed(Permission.TEAM_ADMIT)

    def act(heard: Heard) -> None:
        admit(db(), actor(), keyring(), _find(team_id, person_id)[0], heard)

    return ask_for_digits(person_id, lambda: role_in_team(*_find(team_id, person_id)), act, afterwards)


def ask_for_digits(
    person_id: UUID, place: Callable[[], Marked], act: Callable[[Heard], None], afterwards: str
) -> ResponseReturnValue:
    """The page with the one field, and what is done with digits that are right. They are stretched without a lock."""
    form = FingerprintForm(posted())
    if form.validate_on_submit():
        try:
            keys = keys_to_hear(db(), person_id)
            act(without_lock(lambda: hear(keys, form.fingerprint.data or "")))
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            words_stored()
            return redirect(afterwards, 303)
    person = or_404(queries.find_person(db(), person_id))
    page = render_template("accounts/admit.html", form=form, person=person, place=place())
    return page, 422 if form.errors else 200


def _find(team_id: UUID, person_id: UUID) -> tuple[Membership, Team]:
    place = or_404(queries.find_membership(db(), person_id, team_id))
    return place, or_404(queries.find_team(db(), team_id))


def role_of_site(asked: SiteRole) -> Marked:
    """A role of the site in words."""
    return _("%(role)s of the site", role=Coded("site_roles", asked.role))


def role_in_team(place: Membership, team: Team) -> Marked:
    """A place in words."""
    return _("%(role)s of %(team)s", role=Coded("team_roles", place.role), team=team_words(team))
