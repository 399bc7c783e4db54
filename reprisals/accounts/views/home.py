"""The first page: it leads everybody to their work."""

from uuid import UUID

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.accounts.rules import SITE_DUTIES
from reprisals.accounts.views import certifying, teams
from reprisals.accounts.views.account import own_fingerprint
from reprisals.accounts.views.blueprint import bp
from reprisals.identity import queries
from reprisals.identity.actions.sessions import list_kept
from reprisals.identity.models import PersonState
from reprisals.web.current import actor, db, me, requires, settings
from reprisals.web.pages import say

WORKPLACES = ("cases.index", "people.index", "audit.index", "certifying.index", "teams.index")


@bp.get("/")
@requires(Permission.ACCOUNT)
def home() -> ResponseReturnValue:
    """What was typed too late comes first, then one's work. Whoever is not yet admitted is told what to do."""
    if list_kept(db(), settings(), actor().person_id):
        return redirect(url_for("kept.index"))
    return redirect(url_for("accounts.work"))


@bp.get("/work")
@requires(Permission.ACCOUNT)
def work() -> ResponseReturnValue:
    """One's work, or what it waits for."""
    if me().person.state == PersonState.AWAITING:
        return render_template(
            "accounts/awaiting.html",
            fingerprint_groups=own_fingerprint(),
            places=queries.list_places_of(db(), actor().person_id),
            roles=queries.list_roles_of(db(), actor().person_id),
            duties=SITE_DUTIES,
        )
    keyless = _team_without_keys()
    if keyless is not None:
        return redirect(url_for("teams.show", team_id=keyless))
    waiting = say("newcomers-wait") if _newcomers_wait() else {}
    return redirect(url_for(_workplace(), **waiting))


def _newcomers_wait() -> bool:
    certifies = actor().may(Permission.CERTIFY)
    return bool(teams.count_waiting() or (certifies and certifying.count_waiting()))


def _workplace() -> str:
    """The first of these pages that the actor may see, by what each page itself declares."""
    views = current_app.view_functions
    allowed = (
        page for page in WORKPLACES if page in views and actor().may(getattr(views[page], "permission", ""))
    )
    return next(allowed, "accounts.show")


def _team_without_keys() -> UUID | None:
    with_keys = queries.list_teams_with_keys(db(), actor().teams)
    waiting = (team for team in sorted(actor().teams) if team not in with_keys)
    return next((team for team in waiting if actor().may(Permission.TEAM_MAKE_KEYS, team)), None)
