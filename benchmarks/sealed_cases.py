"""Sealing many cases without storing them one by one: each under its own key, with its manifest, as the application seals.

The document of each row goes through `OpenCase`, the code that the application seals with; only what it would have stored is
collected instead. The key is wrapped for the team that logged the case. Batches are sealed in processes of their own.
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Dialect
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from benchmarks.telling import story
from reprisals.audit.opening import OpenCase
from reprisals.cases.models.account import Account, AccountContent
from reprisals.cases.models.case import Case, CaseContent, SearchContent, SearchText
from reprisals.cases.references.rules import make_reference
from reprisals.cases.search.rules.lines import compose
from reprisals.codes.states import list_states
from reprisals.database.base import Base
from reprisals.sealing.boxes import CaseFile
from reprisals.sealing.bundle import Bundle
from reprisals.sealing.envelope import KEY_BYTES, wrap
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import HolderKind
from reprisals.sealing.keyring import Keyring, TeamSecret

FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
STATES = tuple(state.iso3 for state in list_states("en") if state.is_member())
STAGES = ("SUBMITTED", "ACCEPTED", "ACTION", "MONITORED", "CLOSED")
ONE_DRAFT_IN, ONE_DANGER_IN = 250, 10
MINUTES_OF_TWO_YEARS = 730 * 24 * 60

Bind = Callable[[Any], Any]


class Logged(NamedTuple):
    """What the log is to say of a case: when it was logged, and the number and hash of its manifest."""

    case_id: UUID
    at: datetime
    number: int
    hash: bytes
    key: str


@dataclass(frozen=True)
class Job:
    """A batch to be sealed, by somebody of a team, for a kind of database."""

    member: Bundle = field(repr=False)
    secret: TeamSecret = field(repr=False)
    numbers: range
    driver: str


@dataclass(frozen=True)
class Batch:
    """Sealed cases: their rows by table, as the driver takes them, and what the log is to say."""

    rows: dict[str, list[tuple[Any, ...]]]
    logged: list[Logged]


@dataclass
class Collected:
    """Stands for the database session while a case is sealed: keeps what would be stored."""

    rows: list[Any] = field(default_factory=list)

    def add(self, row: object) -> None:
        """Keep a row."""
        self.rows.append(row)

    def execute(self, _statement: object) -> None:
        """A new case has nothing to delete."""


class Unstored(OpenCase):
    """A new case file that is collected."""

    @classmethod
    def begin(cls, keyring: Keyring, at: datetime) -> "Unstored":
        """A new case file under a new key."""
        key, file = secrets.token_bytes(KEY_BYTES), CaseFile(created_at=at, touched_at=at)
        made = cast(Unstored, cls.create(cast(Session, Collected()), keyring, file, key))
        made.now = at
        made.give_codes(())
        return made

    def wrap_for(self, secret: TeamSecret) -> None:
        """Grant the case to one's own team."""
        grant = Grant(
            case_id=self.id, generation=self.file.generation, holder_kind=HolderKind.TEAM, holder_id=secret.team,
            holder_generation=secret.generation, signer_id=self.keyring.person, made_at=self.now, wrapped=True,
            sealed_key=b"",
        )  # fmt: skip
        grant.sealed_key = wrap(secret.wrap_key, self._key, grant.context())
        self.session.add(grant)
        self._update(holders=self.manifest.holders | {grant.holder})

    def finish(self) -> tuple[list[Any], Logged]:
        """Seal the manifest: all rows, and what the log is to say."""
        manifest = self.close()
        assert manifest is not None
        return cast(Collected, self.session).rows, Logged(self.id, self.now, *manifest, self.commitment())


def seal_batch(job: Job) -> Batch:
    """Cases of every stage, with deadlines over two years, one in ten with somebody in danger."""
    keyring, dialect = Keyring(job.member), make_url(f"{job.driver}://").get_dialect()()
    batch = Batch({}, [])
    for number in job.numbers:
        rows, logged = _seal_case(keyring, job.secret, number)
        batch.logged.append(logged)
        for row in rows:
            table, plain = bind_row(row, dialect)
            batch.rows.setdefault(table, []).append(plain)
    return batch


def title_of(number: int) -> str:
    """The title of one of the cases."""
    return f"Case {number} after a meeting"


def bind_row(row: Base, dialect: Dialect) -> tuple[str, tuple[Any, ...]]:
    """The table of a row, and its values in the order of the columns, as the driver takes them."""
    table = row.__tablename__
    return table, tuple(bind(getattr(row, name)) for name, bind in find_binders(table, dialect))


@cache
def find_binders(table: str, dialect: Dialect) -> list[tuple[str, Bind]]:
    """The attribute of each column of a table, and what makes its value one that the driver takes."""
    columns = Base.metadata.tables[table].columns
    mapper = next(each for each in Base.registry.mappers if each.local_table.name == table)  # type: ignore[attr-defined]
    return [(mapper.get_property_by_column(column).key, _bind(column.type, dialect)) for column in columns]


def _seal_case(keyring: Keyring, secret: TeamSecret, number: int) -> tuple[list[Any], Logged]:
    case = Unstored.begin(keyring, FIRST_DAY + timedelta(minutes=number))
    words, title = story(300 + number % 90 * 10), title_of(number)
    states = frozenset({STATES[number % len(STATES)], STATES[number * 7 % len(STATES)]})
    content = CaseContent(title=title, title_is_own=True)
    case.add(_case_row(case, secret.team, number), content, {"states": states})
    case.add(Account(), AccountContent(happened=True, words=words, since="2026-01"))
    case.add(SearchText(), SearchContent(f"{compose([('title', title)])}\n{_folded(words)}"))
    case.wrap_for(secret)
    return case.finish()


def _case_row(case: Unstored, team: UUID, number: int) -> Case:
    spread = int.from_bytes(hashlib.sha256(str(number).encode()).digest()[:4]) % MINUTES_OF_TWO_YEARS
    due, is_danger = FIRST_DAY + timedelta(minutes=spread), number % ONE_DANGER_IN == 0
    is_draft = number % ONE_DRAFT_IN == 0
    return Case(
        id=case.id,
        reference=make_reference(secrets.randbelow),
        stage="DRAFT" if is_draft else STAGES[number % len(STAGES)],
        record_type="PERSONS",
        priority="URGENT" if is_danger else "NORMAL",
        received_on=case.now.date(),
        owning_team_id=team,
        stage_since=case.now,
        sort_at=due,
        due_at=due,
        urgency=0 if is_danger else 1,
        danger="YES" if is_danger else "NO",
        report_year=2026,
        submitted_at=None if is_draft else case.now,
    )


def _bind(kind: Any, dialect: Dialect) -> Bind:
    found: Bind | None = kind.dialect_impl(dialect).bind_processor(dialect)
    return found or (lambda value: value)


@cache
def _folded(words: str) -> str:
    return compose([("account", words)])
