"""Who waits to be confirmed: first leads of focal teams by a central lead, leads of the central and the alternate team by a
custodian, roles of the site by either.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import NotAllowed, Permission
from reprisals.accounts.views.admitting import admit_to_team, ask_for_digits, role_in_team, role_of_site
from reprisals.i18n.marking import Marked
from reprisals.identity import queries
from reprisals.identity.actions.admitting import (
    Ground,
    Heard,
    certify_role,
    grounds_of,
    may_admit,
    may_certify,
)
from reprisals.identity.models import Person, SiteRole, Team
from reprisals.web.current import actor, db, keyring, or_404, requires
from reprisals.web.pages import say

bp = Blueprint("certifying", __name__)
ROLES = "any(administrator,auditor,custodian,approver)"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who waits: for what, since when, and where they are admitted (None: they have no keys yet)."""

    name: str
    email: str
    place: Marked
    since: datetime
    href: str | None


@bp.get("/certify")
@requires(Permission.CERTIFY)
def index() -> ResponseReturnValue:
    """Who waits for the actor."""
    return render_template("accounts/certify.html", waiting=[*_waiting_leads(), *_waiting_roles()])


@bp.route("/certify/teams/<uuid:team_id>/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.CERTIFY)
def lead(team_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Admit a first lead, or a lead of the central or alternate team."""
    return admit_to_team(team_id, person_id, url_for("certifying.index", **say("admitted")))


@bp.route(f"/certify/roles/<{ROLES}:role>/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.CERTIFY)
def role(role: str, person_id: UUID) -> ResponseReturnValue:
    """Confirm a role of the site."""
    asked = _find(role, person_id)
    afterwards = url_for("certifying.index", **say("admitted"))
    if asked.admitted_at is not None:
        return redirect(afterwards, 303)
    if not may_certify(actor(), keyring(), asked.role):
        raise NotAllowed(Permission.CERTIFY)

    def act(heard: Heard) -> None:
        certify_role(db(), actor(), keyring(), _find(role, person_id), heard)

    return ask_for_digits(person_id, lambda: role_of_site(_find(role, person_id)), act, afterwards)


def count_waiting() -> int:
    """How many can be admitted by the actor now."""
    places = queries.count_waiting_places(db(), actor().person_id)
    grounds = grounds_of(db(), [team.id for team, _role, _number in places])
    roles = queries.count_waiting_roles(db(), actor().person_id)
    return sum(number for team, role, number in places if _admits(role, team, grounds[team.id])) + sum(
        number for role, number in roles.items() if may_certify(actor(), keyring(), role)
    )


def _waiting_leads() -> list[Waiting]:
    rows = queries.list_waiting_places(db(), leads_only=True)
    grounds = grounds_of(db(), [team.id for _place, _person, team in rows])
    return [
        Waiting(
            person.name,
            person.email,
            role_in_team(place, team),
            place.asked_at,
            _link(person, "certifying.lead", team_id=team.id, person_id=person.id),
        )
        for place, person, team in rows
        if person.id != actor().person_id and _admits(place.role, team, grounds[team.id])
    ]


def _admits(role: str, team: Team, ground: Ground) -> bool:
    """Whether the actor admits to this here: a lead of the team itself does it on the team's page."""
    is_own = actor().may(Permission.TEAM_ADMIT, team.id)
    return may_admit(actor(), keyring(), role, team, ground) and not is_own


def _waiting_roles() -> list[Waiting]:
    return [
        Waiting(
            person.name,
            person.email,
            role_of_site(asked),
            asked.asked_at,
            _link(person, "certifying.role", role=asked.role.lower(), person_id=person.id),
        )
        for asked, person in queries.list_waiting_roles(db())
        if person.id != actor().person_id and may_certify(actor(), keyring(), asked.role)
    ]


def _find(role: str, person_id: UUID) -> SiteRole:
    return or_404(queries.find_site_role(db(), person_id, role.upper()))


def _link(person: Person, endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if person.bundle is not None else None
