"""Finding cases, narrowed in SQL to what the actor may read: another team's case is not there."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, literal, or_, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from reprisals.access import Actor
from reprisals.audit.models import AuditEntry
from reprisals.cases.models.case import Case, Exclusion
from reprisals.cases.rules.stages import Stage
from reprisals.sealing.boxes import CaseCode, CaseFile
from reprisals.sealing.exclusions import names_of_person
from reprisals.sealing.grants import Grant

PAGE = 50
COUNT_UP_TO = 1_000
FEW = 2_000
"""A State that concerns so many cases at most is looked up from its own side; else the team's cases are walked in order."""
DRAFTS_LOOKED_AT = 200
SUBMITTED = "case.submitted"
EXPIRY_REFUSED = "case.expiry-refused"
ENDS = ("case.discarded", "case.draft-expired")
"""The actions of the log after which a case has no rows any more."""
_IN_ORDER = (Case.urgency, Case.sort_at, Case.id)


@dataclass(frozen=True, slots=True)
class After:
    """Where a page of a list begins: behind this case, in the order of the list."""

    urgency: int
    sort_at: datetime
    id: UUID

    @property
    def place(self) -> tuple[int, datetime, UUID]:
        """The same, to compare with."""
        return self.urgency, self.sort_at, self.id


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to: codes, and whether it lists what was sent to one's teams in place of what they logged."""

    iso3: str = ""
    stage: str = ""
    priority: str = ""
    record_type: str = ""
    is_received: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list, with one case more than it holds where another page follows, and the number of all up to 1,000."""

    cases: list[Case]
    total: int


def find_case(session: Session, actor: Actor, case_id: UUID) -> Case | None:
    """A case that somebody granted to the actor or one of their teams, and that keeps nobody out to whom they belong."""
    return session.scalars(_readable(select(Case), actor).where(Case.id == case_id)).first()


def find_page(session: Session, actor: Actor, filters: Filters, after: After | None = None) -> Page:
    """A page of the list, and how many cases there are in all. A State that few cases concern is looked up from its side."""
    if filters.iso3 and _is_rare(session, filters.iso3):
        return _page_of_few(session, actor, filters, after)
    cases = list_team_cases(session, actor, filters, after)
    is_all = after is None and len(cases) <= PAGE
    return Page(cases, len(cases) if is_all else count_team_cases(session, actor, filters))


def list_team_cases(
    session: Session, actor: Actor, filters: Filters, after: After | None = None
) -> list[Case]:
    """A page of the cases that the actor's teams logged, or that were sent to them: danger first, then the next deadline.

    One more than fits a page, to tell whether another follows. Each team is read along its own index, whatever the number of
    cases, and the pages are merged.
    """
    found: list[Case] = []
    for team_id in sorted(actor.team_ids):
        wanted = _filtered(select(Case).where(_side(filters) == team_id, _not_kept_out(actor)), filters)
        if after is not None:
            wanted = wanted.where(tuple_(*_IN_ORDER) > after.place)
        found += session.scalars(wanted.order_by(*_IN_ORDER).limit(PAGE + 1))
    return sorted(found, key=lambda case: (case.urgency, case.sort_at, case.id))[: PAGE + 1]


def count_team_cases(session: Session, actor: Actor, filters: Filters) -> int:
    """How many there are, counted up to 1,000."""
    theirs = select(Case.id).where(_side(filters).in_(actor.team_ids), _not_kept_out(actor))
    some = _filtered(theirs, filters).limit(COUNT_UP_TO + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def _concerned(iso3: str) -> Select[Any]:
    return select(CaseCode.case_id).where(CaseCode.list_name == "states", CaseCode.code == iso3)


def _is_rare(session: Session, iso3: str) -> bool:
    some = _concerned(iso3).limit(FEW + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW


def _page_of_few(session: Session, actor: Actor, filters: Filters, after: After | None) -> Page:
    """The page and the number of all in one walk over the cases of a State."""
    # The team is asked in a way that no index serves: else all its cases are walked in order, and each asked for its States.
    team = func.coalesce(_side(filters), Case.id)
    columns: list[Any] = [*_IN_ORDER, func.count().over().label("total")]
    theirs = select(*columns).where(
        Case.id.in_(_concerned(filters.iso3)), team.in_(actor.team_ids), _not_kept_out(actor)
    )
    few = _filtered(theirs, replace(filters, iso3="")).subquery()
    order = (few.c.urgency, few.c.sort_at, few.c.id)
    wanted = select(few.c.id, few.c.total).order_by(*order).limit(PAGE + 1)
    rows = session.execute(wanted if after is None else wanted.where(tuple_(*order) > after.place)).all()
    cases = {c.id: c for c in session.scalars(select(Case).where(Case.id.in_([row.id for row in rows])))}
    return Page([cases[row.id] for row in rows], min(rows[0].total, COUNT_UP_TO + 1) if rows else 0)


def _side(filters: Filters) -> InstrumentedAttribute[Any]:
    """The team that logged a case, or the one that it was sent to."""
    return Case.triage_team_id if filters.is_received else Case.owning_team_id


def list_drafts(session: Session, actor: Actor, most: int) -> list[tuple[Case, datetime]]:
    """The drafts of the actor's teams that were touched last, each with the moment. Of more than 200, among 200 of them."""
    theirs = select(Case.id).where(Case.owning_team_id.in_(actor.team_ids), _not_kept_out(actor))
    some = theirs.where(Case.stage == Stage.DRAFT).limit(DRAFTS_LOOKED_AT).subquery()
    wanted = (
        select(Case, CaseFile.touched_at)
        .join(some, some.c.id == Case.id)
        .join(CaseFile, CaseFile.id == Case.id)
        .order_by(CaseFile.touched_at.desc(), Case.id)
    )
    return [(case, at) for case, at in session.execute(wanted.limit(most))]


def count_drafts(session: Session, actor: Actor) -> int:
    """How many drafts wait to be finished."""
    theirs = select(Case.id).where(Case.owning_team_id.in_(actor.team_ids), _not_kept_out(actor))
    some = theirs.where(Case.stage == Stage.DRAFT).limit(COUNT_UP_TO + 1)
    return session.scalar(select(func.count()).select_from(some.subquery())) or 0


def states_of(session: Session, case_ids: list[UUID]) -> dict[UUID, list[str]]:
    """The States concerned of each case, ISO 3166-1 alpha-3."""
    wanted = select(CaseCode.case_id, CaseCode.code).where(
        CaseCode.case_id.in_(case_ids), CaseCode.row_id == CaseCode.case_id, CaseCode.list_name == "states"
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


def list_old_drafts(session: Session, before: datetime, most: int) -> list[UUID]:
    """Drafts of which nothing was touched since, by the tables and by the log, those that lie longest first."""
    old = _old_drafts(before).where(~_logged_otherwise(before), ~_refused(before))
    return list(session.scalars(old.limit(most)))


def list_false_drafts(session: Session, before: datetime, most: int) -> list[UUID]:
    """What the tables call an old draft and the log does not, unless the service has said so since."""
    return list(
        session.scalars(_old_drafts(before).where(_logged_otherwise(before), ~_refused(before)).limit(most))
    )


def _old_drafts(before: datetime) -> Select[Any]:
    # The stage is written out, so that the index of drafts serves; the moment is asked in a way that no index does: else all
    # cases are walked in the order in which they were touched.
    is_draft = Case.stage == literal(Stage.DRAFT.value, literal_execute=True)
    touched_at = func.coalesce(CaseFile.touched_at, CaseFile.created_at)
    old = select(Case.id).join(CaseFile, CaseFile.id == Case.id).where(is_draft, touched_at < before)
    return old.order_by(touched_at, Case.id)


def _logged_otherwise(before: datetime) -> ColumnElement[bool]:
    """Whether the log has the case sent at any time, or changed since."""
    changed = and_(AuditEntry.manifest_number.is_not(None), AuditEntry.at >= before)
    known = or_(AuditEntry.action == SUBMITTED, changed)
    return select(AuditEntry.seq).where(AuditEntry.case_id == Case.id, known).exists()


def _refused(since: datetime) -> ColumnElement[bool]:
    said = and_(AuditEntry.action == EXPIRY_REFUSED, AuditEntry.at >= since)
    return select(AuditEntry.seq).where(AuditEntry.case_id == Case.id, said).exists()


def _readable(wanted: Select[Any], actor: Actor) -> Select[Any]:
    held = select(Grant.id).where(
        Grant.case_id == Case.id,
        or_(
            and_(Grant.holder_kind == "team", Grant.holder_id.in_(actor.team_ids)),
            and_(Grant.holder_kind == "person", Grant.holder_id == actor.person_id),
        ),
    )
    return wanted.where(held.exists(), _not_kept_out(actor))


def _not_kept_out(actor: Actor) -> ColumnElement[bool]:
    """Leaves out cases that keep the actor out, whatever they hold. Opening asks the manifest again."""
    names = names_of_person(actor.person_id, actor.team_ids, actor.entities)
    kept_out = select(Exclusion.id).where(Exclusion.case_id == Case.id, Exclusion.target.in_(sorted(names)))
    return ~kept_out.exists()


def _filtered(wanted: Select[Any], filters: Filters) -> Select[Any]:
    for column, value in ((Case.stage, filters.stage), (Case.priority, filters.priority)):
        if value:
            wanted = wanted.where(column == value)
    if filters.record_type:
        wanted = wanted.where(Case.record_type == filters.record_type)
    if filters.iso3:
        concerned = select(CaseCode.case_id).where(
            CaseCode.case_id == Case.id, CaseCode.list_name == "states", CaseCode.code == filters.iso3
        )
        wanted = wanted.where(concerned.exists())
    return wanted


@dataclass(frozen=True, slots=True)
class Unlike:
    """Cases of which the tables and the log tell different things: some of them, and how many in all."""

    cases: tuple[UUID, ...]
    total: int


def find_lost(session: Session, most: int) -> Unlike:
    """Cases with a change in the log, no entry that they were destroyed, and no rows any more."""
    newest = _newest_logged()
    # Listed once, along the index of actions: asked case by case, each would cost a look into the log.
    ended = select(AuditEntry.case_id).where(AuditEntry.action.in_(ENDS), AuditEntry.case_id.is_not(None))
    wanted = (
        select(newest.c.case_id.label("id"))
        .outerjoin(CaseFile, CaseFile.id == newest.c.case_id)
        .outerjoin(Case, Case.id == newest.c.case_id)
        .where(or_(CaseFile.id.is_(None), Case.id.is_(None)), newest.c.case_id.not_in(ended))
    )
    return _unlike(session, wanted, most)


def find_set_back(session: Session, most: int) -> Unlike:
    """Cases whose manifest is not that of their newest change in the log, or that have none there."""
    newest = _newest_logged()
    wanted = (
        select(CaseFile.id)
        .outerjoin(newest, newest.c.case_id == CaseFile.id)
        .where(CaseFile.manifest_number != func.coalesce(newest.c.number, -1))
    )
    return _unlike(session, wanted, most)


def find_false_drafts(session: Session, before: datetime, most: int) -> Unlike:
    """What the tables call a draft though it was sent, or an old one though it was changed since."""
    draft = select(Case.id).join(CaseFile, CaseFile.id == Case.id).where(Case.stage == Stage.DRAFT)
    sent = select(AuditEntry.seq).where(AuditEntry.case_id == Case.id, AuditEntry.action == SUBMITTED)
    is_called_old = and_(CaseFile.touched_at < before, _logged_otherwise(before))
    return _unlike(session, draft.where(or_(sent.exists(), is_called_old)), most)


def _newest_logged() -> Subquery:
    """The number of the newest manifest in the log, by case. The index of the log alone answers it."""
    wanted = select(AuditEntry.case_id, func.max(AuditEntry.manifest_number).label("number"))
    logged = wanted.where(AuditEntry.manifest_number.is_not(None), AuditEntry.case_id.is_not(None))
    return logged.group_by(AuditEntry.case_id).subquery()


def _unlike(session: Session, wanted: Select[Any], most: int) -> Unlike:
    """The first of them by their identifiers, and the number of all, in one walk."""
    found = wanted.subquery()
    rows = session.execute(select(found.c.id, func.count().over()).order_by(found.c.id).limit(most)).all()
    return Unlike(tuple(case_id for case_id, _total in rows), rows[0][1] if rows else 0)
