"""Finding cases, narrowed in SQL to what the actor may read: another team's case is not there."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from reprisals.access import Actor
from reprisals.cases.models.case import Case
from reprisals.cases.rules.stages import Stage
from reprisals.sealing.boxes import CaseCode, CaseFile
from reprisals.sealing.grants import Grant

PAGE = 50
COUNT_UP_TO = 1_000


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of a list begins: behind this case, in the order of the list."""

    urgency: int
    sort_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to. Codes only."""

    iso3: str = ""
    stage: str = ""
    priority: str = ""
    record_type: str = ""


def find_case(session: Session, actor: Actor, case_id: UUID) -> Case | None:
    """A case that somebody granted to the actor or one of their teams."""
    return session.scalars(_readable(select(Case), actor).where(Case.id == case_id)).first()


def find_case_by_reference(session: Session, actor: Actor, reference: str) -> Case | None:
    """The same, by its reference in the usual form."""
    return session.scalars(_readable(select(Case), actor).where(Case.reference == reference)).first()


def list_team_cases(
    session: Session, actor: Actor, filters: Filters, after: After | None = None
) -> list[Case]:
    """A page of the cases that the actor's teams logged: danger first, then the next deadline.

    One more than fits a page, to tell whether another follows. Each team is read along its own index, whatever the number of
    cases, and the pages are merged.
    """
    found: list[Case] = []
    for team_id in sorted(actor.team_ids):
        wanted = _filtered(select(Case).where(Case.owning_team_id == team_id), filters)
        if after is not None:
            wanted = wanted.where(
                tuple_(Case.urgency, Case.sort_at, Case.id) > (after.urgency, after.sort_at, after.id)
            )
        found += session.scalars(wanted.order_by(Case.urgency, Case.sort_at, Case.id).limit(PAGE + 1))
    return sorted(found, key=lambda case: (case.urgency, case.sort_at, case.id))[: PAGE + 1]


def count_team_cases(session: Session, actor: Actor, filters: Filters) -> int:
    """How many there are, counted up to 1,000."""
    some = _filtered(select(Case.id).where(Case.owning_team_id.in_(actor.team_ids)), filters).limit(
        COUNT_UP_TO + 1
    )
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def count_drafts(session: Session, actor: Actor) -> int:
    """How many drafts wait to be finished."""
    wanted = select(Case.id).where(Case.owning_team_id.in_(actor.team_ids), Case.stage == Stage.DRAFT)
    return session.scalar(select(func.count()).select_from(wanted.limit(COUNT_UP_TO + 1).subquery())) or 0


def states_of(session: Session, case_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The States concerned of each case, ISO 3166-1 alpha-3."""
    wanted = select(CaseCode.case_id, CaseCode.code).where(
        CaseCode.row_id.in_(case_ids), CaseCode.list_name == "states"
    )
    found: dict[UUID, list[str]] = {}
    # Sorted here: asked to sort, SQLite walks all codes of the list in their order.
    for case_id, code in sorted(session.execute(wanted), key=lambda row: row.code):
        found.setdefault(case_id, []).append(code)
    return found


def holders_of(session: Session, case_id: UUID) -> list[Grant]:
    """Everybody who was granted the case, in the order of the grants."""
    return list(
        session.scalars(select(Grant).where(Grant.case_id == case_id).order_by(Grant.made_at, Grant.id))
    )


def list_old_drafts(session: Session, before: datetime) -> list[Case]:
    """Drafts of which nothing was touched since."""
    wanted = select(Case).join(CaseFile, CaseFile.id == Case.id)
    return list(session.scalars(wanted.where(Case.stage == Stage.DRAFT, CaseFile.touched_at < before)))


def _readable(wanted: Select[Any], actor: Actor) -> Select[Any]:
    held = select(Grant.id).where(
        Grant.case_id == Case.id,
        or_(
            and_(Grant.holder_kind == "team", Grant.holder_id.in_(actor.team_ids)),
            and_(Grant.holder_kind == "person", Grant.holder_id == actor.person_id),
        ),
    )
    return wanted.where(held.exists())


def _filtered(wanted: Select[Any], filters: Filters) -> Select[Any]:
    for column, value in ((Case.stage, filters.stage), (Case.priority, filters.priority)):
        if value:
            wanted = wanted.where(column == value)
    if filters.record_type:
        wanted = wanted.where(Case.record_type == filters.record_type)
    if filters.iso3:
        concerned = select(CaseCode.row_id).where(
            CaseCode.list_name == "states", CaseCode.code == filters.iso3
        )
        wanted = wanted.where(Case.id.in_(concerned))
    return wanted
