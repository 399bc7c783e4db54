"""Who waits for a central lead or a custodian: first leads, leads of the central and alternate teams, roles of the site."""

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
from reprisals.identity.actions.admitting import Heard, certify_role, grounds_of, may_admit, may_certify
from reprisals.identity.models import Person, SiteRole
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
    if not may_certify(actor(), keyring(), asked):
        raise NotAllowed(Permission.CERTIFY)

    def act(heard: Heard) -> None:
        certify_role(db(), actor(), keyring(), _find(role, person_id), heard)

    return ask_for_digits(person_id, lambda: role_of_site(_find(role, person_id)), act, afterwards)


def count_waiting() -> int:
    """How many can be admitted by the actor now."""
    return sum(waiting.href is not None for waiting in (*_waiting_leads(), *_waiting_roles()))


def _waiting_leads() -> list[Waiting]:
    rows = queries.list_waiting_places(db())
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
        if person.id != actor().person_id
        and may_admit(actor(), keyring(), place, team, grounds[team.id])
        and not actor().may(Permission.TEAM_ADMIT, team.id)
    ]


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
        if person.id != actor().person_id and may_certify(actor(), keyring(), asked)
    ]


def _find(role: str, person_id: UUID) -> SiteRole:
    return or_404(queries.find_site_role(db(), person_id, role.upper()))


def _link(person: Person, endpoint: str, **values: Any) -> str | None:
    return url_for(endpoint, **values) if person.bundle is not None else None
