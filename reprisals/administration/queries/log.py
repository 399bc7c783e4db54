"""Reading the log, narrowed down, a page at a time or as a whole."""

from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from reprisals.administration.rules.words import REFUSALS, actions_of
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.queries import check_entry
from reprisals.sealing.trust import Trust

PAGE = 50
BATCH = 500
SERVICE = "service"
WALKED = "audit.verified"
NAME_CASES = ("cases.listed",)
NAME_TEAMS = ("case.submitted", "person.admitted", "person.invited", "role.refused")
"""The actions whose details name cases, or a team, beside what the entry itself is about."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What the log is narrowed to. Both days count. `about`: a person or a team, where they acted or were acted on.

    `by`: blank for anybody, `service` for what was done with nobody signed in.
    """

    group: str = ""
    about: UUID | None = None
    by: str = ""
    outcome: str = ""
    first_day: date | None = None
    last_day: date | None = None
    case_id: UUID | None = None

    def asked(self) -> dict[str, Any]:
        """What is not blank, as an address carries it: codes, identifiers and days."""
        told = {
            "group": self.group,
            "about": self.about,
            "by": self.by,
            "outcome": self.outcome,
            "first_day": self.first_day,
            "last_day": self.last_day,
            "case": self.case_id,
        }
        return {name: str(value) for name, value in told.items() if value}


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


def walk_entries(session: Session, filters: Filters, up_to: int) -> Generator[AuditEntry, None, None]:
    """The entries up to a number, oldest first, a batch at a time. Whoever stops in the middle closes it."""
    wanted = _filtered(filters).where(AuditEntry.seq <= up_to).order_by(AuditEntry.seq)
    with closing(session.scalars(wanted.execution_options(yield_per=BATCH))) as entries:
        yield from entries


def list_walks(session: Session, most: int) -> list[AuditEntry]:
    """The last times that somebody had the chain walked, newest first."""
    wanted = select(AuditEntry).where(AuditEntry.action == WALKED).order_by(AuditEntry.seq.desc())
    return list(session.scalars(wanted.limit(most)))


def find_own_place(session: Session, root_public: bytes, person_id: UUID) -> tuple[int, bytes] | None:
    """Up to where somebody's own last walk came, with the hash there; None where it found a break, or there is none.

    Nobody goes on from the word of another: the entry counts only as its own person signed it.
    """
    wanted = select(AuditEntry).where(AuditEntry.action == WALKED, AuditEntry.actor_id == person_id)
    entry = session.scalars(wanted.order_by(AuditEntry.seq.desc()).limit(1)).first()
    if entry is None or "broken" in entry.details or not check_entry(Trust(session, root_public), entry):
        return None
    return int(entry.details["up_to"]), bytes.fromhex(entry.details["hash"])


def _filtered(filters: Filters) -> Select[AuditEntry]:
    wanted = select(AuditEntry)
    if filters.group:
        wanted = wanted.where(_is_of_group(filters.group))
    if filters.by == SERVICE:
        wanted = wanted.where(AuditEntry.actor_id.is_(None))
    if filters.outcome:
        wanted = wanted.where(AuditEntry.outcome == filters.outcome)
    if filters.first_day:
        wanted = wanted.where(AuditEntry.at >= datetime.combine(filters.first_day, time.min, UTC))
    if filters.last_day:
        wanted = wanted.where(AuditEntry.at <= datetime.combine(filters.last_day, time.max, UTC))
    if filters.about:
        wanted = wanted.where(_is_about(filters.about))
    if filters.case_id:
        wanted = wanted.where(_is_of_case(filters.case_id))
    return wanted


def _is_of_group(group: str) -> ColumnElement[bool]:
    """Whatever was refused is in one group; anything else in that of its action."""
    if group == REFUSALS:
        return AuditEntry.outcome == "refused"
    return AuditEntry.action.in_(actions_of(group))


def _is_about(somebody: UUID) -> ColumnElement[bool]:
    """What a person did, what was done to a person or a team, and what else names the team."""
    return or_(
        AuditEntry.actor_id == somebody,
        AuditEntry.subject == str(somebody),
        and_(AuditEntry.action.in_(NAME_TEAMS), _names(somebody)),
    )


def _is_of_case(case_id: UUID) -> ColumnElement[bool]:
    """What was done to a case, and the lists that opened its title among others."""
    return or_(AuditEntry.case_id == case_id, and_(AuditEntry.action.in_(NAME_CASES), _names(case_id)))


def _names(key: UUID) -> ColumnElement[Any]:
    return cast(AuditEntry.details, String).contains(str(key))
