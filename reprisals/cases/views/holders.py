"""Who holds a case, for the pages that say so."""

from typing import Any
from uuid import UUID

from reprisals.cases import queries
from reprisals.identity import queries as people
from reprisals.web.current import db
from reprisals.web.filters import show_entity, show_team


def list_holders(case_id: UUID) -> list[dict[str, Any]]:
    """The teams that a case is sealed to, each with the moment since when."""
    grants = queries.holders_of(db(), case_id)
    teams = people.teams_named(db(), {grant.holder_id for grant in grants})
    return [{"team": teams.get(grant.holder_id), "since": grant.made_at} for grant in grants]


def list_kept_out(names: frozenset[str]) -> list[str]:
    """Who may never read a case, by the names of its manifest: teams, entities and persons in words."""
    told = [tuple(name.split(":", 1)) for name in sorted(names)]
    teams = people.teams_named(db(), {UUID(target) for kind, target in told if kind == "team"})
    persons = people.names_of(db(), {UUID(target) for kind, target in told if kind == "person"})
    found = [show_team(teams.get(UUID(target))) for kind, target in told if kind == "team"]
    found += [show_entity(target) for kind, target in told if kind == "entity"]
    return found + [persons.get(UUID(target), "") for kind, target in told if kind == "person"]
