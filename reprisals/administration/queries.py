"""Reading the log for the auditor, and the list of people for the administrator."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy import Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from reprisals.administration.rules.words import actions_of
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.identity.models import Person, Team

PAGE = 50
BATCH = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What the log is narrowed to. `actor_id` is the nil identifier for what the service did by itself; both days count."""

    group: str = ""
    actor_id: UUID | None = None
    outcome: str = ""
    first_day: date | None = None
    last_day: date | None = None
    case_id: UUID | None = None


NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class EntryPage:
    """A page of the log, newest first; `newer` and `older` say where the pages beside it begin."""

    entries: list[AuditEntry]
    newer: int | None
    older: int | None


def list_entries(
    session: Session, filters: Filters, before: int | None = None, after: int | None = None
) -> EntryPage:
    """The newest entries, or those next below `before`, or next above `after`."""
    wanted = _filtered(filters)
    if after is not None:
        upwards = wanted.where(AuditEntry.seq > after).order_by(AuditEntry.seq)
        found = list(session.scalars(upwards.limit(PAGE + 1)))
        page = list(reversed(found[:PAGE]))
        return EntryPage(page, page[0].seq if len(found) > PAGE else None, page[-1].seq if page else None)
    downwards = wanted.order_by(AuditEntry.seq.desc())
    if before is not None:
        downwards = downwards.where(AuditEntry.seq < before)
    found = list(session.scalars(downwards.limit(PAGE + 1)))
    page = found[:PAGE]
    newer = page[0].seq if page and before is not None else None
    return EntryPage(page, newer, page[-1].seq if len(found) > PAGE else None)


def find_entry(session: Session, seq: int) -> AuditEntry | None:
    """An entry by its number."""
    return session.get(AuditEntry, seq)


def last_number(session: Session) -> int:
    """The number of the last entry."""
    return session.scalars(select(AuditHead.seq)).one()


def count_entries(session: Session, filters: Filters, up_to: int) -> int:
    """How many entries there are, up to a number."""
    counted = _filtered(filters).where(AuditEntry.seq <= up_to).with_only_columns(func.count())
    return session.scalars(counted).one()


def walk_entries(session: Session, filters: Filters, up_to: int) -> Iterator[AuditEntry]:
    """The entries up to a number, oldest first, a batch at a time."""
    wanted = _filtered(filters).where(AuditEntry.seq <= up_to).order_by(AuditEntry.seq)
    yield from session.scalars(wanted.execution_options(yield_per=BATCH))


def names_in(session: Session, entries: list[AuditEntry]) -> dict[str, str]:
    """The names of the people and teams that entries speak of, by their identifiers as text."""
    known = {str(entry.actor_id) for entry in entries} | {entry.subject for entry in entries}
    ids = [found for text in known if (found := _identifier(text))]
    people = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids)))
    teams = session.execute(select(Team.id, Team.name).where(Team.id.in_(ids)))
    return {str(key): name for key, name in [*people, *teams]}


def last_sign_ins(session: Session) -> dict[str, datetime]:
    """When each person last signed in, by their identifier as text."""
    wanted = select(AuditEntry.subject, func.max(AuditEntry.at)).where(AuditEntry.action == "session.begun")
    return dict(session.execute(wanted.group_by(AuditEntry.subject)).all())


def _filtered(filters: Filters) -> Select[AuditEntry]:
    wanted = select(AuditEntry)
    if filters.group:
        wanted = wanted.where(AuditEntry.action.in_(actions_of(filters.group)))
    if filters.actor_id is not None:
        nobody = filters.actor_id == NOBODY
        wanted = wanted.where(
            AuditEntry.actor_id.is_(None) if nobody else AuditEntry.actor_id == filters.actor_id
        )
    if filters.outcome:
        wanted = wanted.where(AuditEntry.outcome == filters.outcome)
    if filters.first_day:
        wanted = wanted.where(AuditEntry.at >= datetime.combine(filters.first_day, time.min, UTC))
    if filters.last_day:
        wanted = wanted.where(AuditEntry.at <= datetime.combine(filters.last_day, time.max, UTC))
    return wanted if filters.case_id is None else _of_case(wanted, filters.case_id)


def _of_case(wanted: Select[AuditEntry], case_id: UUID) -> Select[AuditEntry]:
    """What was done to a case, and the lists that opened its title among others."""
    listed = cast(AuditEntry.details, String).contains(str(case_id))
    return wanted.where(or_(AuditEntry.case_id == case_id, and_(AuditEntry.action == "cases.listed", listed)))


def _identifier(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
