"""Teams: who is in them, who waits, and the keys that their first lead makes."""

from collections import Counter
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.forms import WEEKENDS, TeamForm, entity_options
from reprisals.codes.entities import list_entities
from reprisals.codes.states import list_states
from reprisals.i18n.marking import Coded, RuleBroken
from reprisals.identity import queries
from reprisals.identity.actions.admitting import Ground, found_team, grounds_of, make_keys, may_admit
from reprisals.identity.models import Membership, Team
from reprisals.identity.rules import Weekend
from reprisals.web.current import actor, db, keyring, or_404, requires, settings
from reprisals.web.filters import show as in_words
from reprisals.web.forms import language, posted
from reprisals.web.kept import words_stored
from reprisals.web.pages import say

bp = Blueprint("teams", __name__)


@bp.get("/teams")
@requires(Permission.TEAM_SEE)
def index() -> ResponseReturnValue:
    """The teams that one may see, fifty a page, and how many wait in each for the actor to admit them."""
    page = queries.list_teams_for(db(), actor(), _asked("after"), _asked("before"))
    shown = [team.id for team in page.teams]
    states = queries.list_states_by_team(db(), shown)
    return render_template(
        "accounts/teams.html",
        teams=page.teams,
        states={team_id: _in_words(codes) for team_id, codes in states.items()},
        members=queries.count_members(db(), shown),
        waiting=_waiting_by_team(),
        with_keys=queries.list_teams_with_keys(db(), shown),
        previous=url_for("teams.index", before=page.before) if page.before else None,
        next=url_for("teams.index", after=page.after) if page.after else None,
    )


def count_waiting() -> int:
    """How many newcomers have made their keys and wait for the actor as a lead of their team."""
    return _waiting_by_team().total()


@bp.route("/teams/new", methods=["GET", "POST"])
@requires(Permission.TEAM_CREATE)
def new() -> ResponseReturnValue:
    """Make a team of focal points. It has no keys until its first lead makes them."""
    form = TeamForm(posted())
    if request.form.get("add") == form.states.name:
        form.one_more()
    elif form.validate_on_submit():
        team = found_team(db(), actor(), form.founding())
        words_stored()
        return redirect(url_for("teams.show", team_id=team.id, **say("team-made")), 303)
    page = render_template(
        "accounts/new_team.html",
        form=form,
        entities=entity_options(list_entities(language(), clock.today())),
        states=[state.name(language()) for state in list_states(language())],
    )
    return page, 422 if form.errors else 200


@bp.get("/teams/<uuid:team_id>")
@requires(Permission.TEAM_SEE)
def show(team_id: UUID) -> ResponseReturnValue:
    """A team: what it covers, who is in it, who waits to be admitted and by whom."""
    team = or_404(queries.find_team_for(db(), actor(), team_id))
    people = queries.list_members(db(), team.id)
    ground = grounds_of(db(), [team.id])[team.id]
    return render_template(
        "accounts/team.html",
        team=team,
        states=_in_words(queries.list_states(db(), team.id)),
        members=[(place, person) for place, person in people if place.admitted_at],
        waiting=[
            (place, person, _admitting(place, team, ground))
            for place, person in people
            if not place.admitted_at
        ],
        has_keys=ground.has_keys,
        may_make_keys=not ground.has_keys and actor().may(Permission.TEAM_MAKE_KEYS, team.id),
        weekend=WEEKENDS[Weekend(team.weekend)],
    )


@bp.route("/teams/<uuid:team_id>/keys", methods=["GET", "POST"])
@requires(Permission.TEAM_MAKE_KEYS)
def keys(team_id: UUID) -> ResponseReturnValue:
    """A first lead makes the keys of their team, after being asked again."""
    team = or_404(queries.find_team_for(db(), actor(), team_id))
    if request.method != "POST":
        return render_template("accounts/make_keys.html", team=team, refused=None)
    try:
        make_keys(db(), settings(), actor(), keyring(), team)
    except RuleBroken as refusal:
        return render_template("accounts/make_keys.html", team=team, refused=in_words(refusal.message)), 409
    return redirect(url_for("teams.show", team_id=team.id, **say("keys-made")), 303)


def _in_words(codes: list[str]) -> str:
    return in_words(tuple(Coded("states", iso3) for iso3 in codes))


def _asked(name: str) -> UUID | None:
    return request.args.get(name, type=UUID)


def _waiting_by_team() -> Counter[UUID]:
    """How many newcomers the actor can admit now as the lead of each team."""
    led = [team_id for team_id in actor().teams if actor().may(Permission.TEAM_ADMIT, team_id)]
    found: Counter[UUID] = Counter()
    if led:
        grounds = grounds_of(db(), led)
        for team, role, number in queries.count_waiting_places(db(), actor().person_id, led):
            if may_admit(actor(), keyring(), role, team, grounds[team.id]):
                found[team.id] += number
    return found


def _admitting(place: Membership, team: Team, ground: Ground) -> str | None:
    """Where the actor admits to this place, or None where somebody else does."""
    if not may_admit(actor(), keyring(), place.role, team, ground):
        return None
    endpoint = "admitting.member" if actor().may(Permission.TEAM_ADMIT, team.id) else "certifying.lead"
    return url_for(endpoint, team_id=team.id, person_id=place.person_id)
