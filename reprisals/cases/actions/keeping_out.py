"""Whom a case keeps out, as far as it decides where the case goes."""

from reprisals.cases.actions.work import Work
from reprisals.identity import queries as people
from reprisals.identity.models import Team
from reprisals.sealing.exclusions import names_of_team


def keeps_out_team(work: Work, team: Team) -> bool:
    """Whether the case keeps out the team, its entity, or what its entity belongs to: then it can never be granted the case."""
    return bool(work.opened.manifest.exclusions & names_of_team(team.id, team.entity))


def concerns_team(work: Work, team: Team) -> bool:
    """Whether the case keeps out the team or anybody who was admitted to it, so that another team has to triage it."""
    members = {
        f"person:{membership.person_id}"
        for membership, _person in people.list_members(work.session, team.id)
        if membership.admitted_at is not None
    }
    return keeps_out_team(work, team) or bool(work.opened.manifest.exclusions & members)
