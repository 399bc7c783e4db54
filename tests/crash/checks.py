"""What must hold of a database however its server ended: everything acknowledged is there, and nothing is half there."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from reprisals.audit.actions import Recorder, attach
from reprisals.audit.queries import verify
from reprisals.cases.actions.work import Work, read_case
from reprisals.cases.models.account import PersonConcerned
from reprisals.cases.models.case import Case, SearchText
from reprisals.cases.rules.stages import Stage
from reprisals.config import Settings
from reprisals.database.base import Base
from reprisals.database.engine import is_postgresql
from reprisals.identity.actions.signing_in import service_key
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision, SealedRow
from reprisals.sealing.grants import Grant
from tests.crash.sites import RealSite
from tests.crash.writers import STEPS, Acknowledged
from tests.makers import Somebody

KINDS: list[Any] = [kind for kind in SealedRow.__subclasses__() if issubclass(kind, Base)]


def check_site(
    real: RealSite, readers: tuple[Somebody, Somebody], fresh: Collection[UUID] | None = None
) -> int:
    """Check a database that was opened anew: all as a whole, and each case of `fresh` (None: each case) row by row.

    `readers` are a member of the team that logs and one of the team that triages. Returns how many cases there are.
    """
    with real.opened() as database:
        with database.engine.connect() as connection:
            check_integrity(connection)
        with database.reading() as session:
            check_chain(real.settings, session)
            cases = check_whole(session)
            for case in cases:
                if fresh is None or case.id in fresh:
                    check_case(session, case, readers)
    return len(cases)


def check_acknowledged(
    real: RealSite, acknowledged: Acknowledged, reader: Somebody, common: UUID, fresh: Collection[UUID]
) -> None:
    """Everything that was acknowledged is there, in the cases of `fresh` and in the one that all wrote to."""
    with real.opened() as database, database.reading() as session:
        cases = {case.id: case for case in session.scalars(select(Case))}
        for case_id, steps in acknowledged.steps.items():
            assert case_id in cases, f"case {case_id} is gone, of which {steps} were acknowledged"
            if case_id in fresh:
                work = _read(session, reader, cases[case_id])
                lost = [name for name in steps if not STEPS[name].stands(work)]
                assert not lost, f"{lost} of {case_id} are gone, of which {steps} were acknowledged"
        guests = {row.id for row in _read(session, reader, cases[common]).opened.load(PersonConcerned)}
        assert set(acknowledged.guests) <= guests


def check_integrity(connection: Connection) -> None:
    """The database's own view of itself: pages, references and indexes."""
    if is_postgresql(connection.engine):
        check_indexes(connection)
        return
    assert connection.exec_driver_sql("PRAGMA cipher_integrity_check").all() == []
    assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
    assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []


def check_indexes(connection: Connection) -> None:
    """Each table of PostgreSQL has as many rows by its indexes as by itself, and can be read to the end."""
    assert connection.exec_driver_sql("SHOW data_checksums").scalar() == "on"
    for table in inspect(connection).get_table_names():
        counts = set()
        for how in ("seqscan", "indexscan"):
            for other in ("seqscan", "indexscan", "indexonlyscan", "bitmapscan"):
                switch = "on" if other.startswith(how[:5]) else "off"
                connection.exec_driver_sql(f"SET LOCAL enable_{other} = {switch}")
            counts.add(connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar())
        assert len(counts) == 1, table
        connection.exec_driver_sql(f"SELECT md5(string_agg(t::text, '')) FROM {table} t")


def check_chain(settings: Settings, session: Session) -> None:
    """The log verifies from its first entry to its head."""
    root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
    broken, seq, _last = verify(session, root, service)
    assert broken is None, broken
    assert seq > 0


def check_whole(session: Session) -> list[Case]:
    """Every case file has its case, a grant and its search text, and no row belongs to none. Returns the cases."""
    cases = list(session.scalars(select(Case)))
    files = set(session.scalars(select(CaseFile.id)))
    assert {case.id for case in cases} == files, "a case file without its case, or the reverse"
    assert set(session.scalars(select(Grant.case_id))) == files, "a case file without a grant, or the reverse"
    assert set(session.scalars(select(SearchText.case_id))) == files, "a case without its search text"
    kinds: list[Any] = [CaseCode, Revision, *KINDS]
    for kind in kinds:
        assert set(session.scalars(select(kind.case_id))) <= files, (
            f"{kind.__tablename__} without a case file"
        )
    return cases


def check_case(session: Session, case: Case, readers: tuple[Somebody, Somebody]) -> None:
    """The case opens for its team, agrees row by row with its manifest and its history; submitted, it opens for who triages."""
    work = _read(session, readers[0], case)
    for kind in KINDS:
        for row in work.opened.load(kind):
            work.opened.read(row)
    for revision in work.opened.revisions():
        kind = next(kind for kind in KINDS if kind.__tablename__ == revision.table)
        work.opened.read_revision(kind, revision)
    assert (
        (case.stage == Stage.SUBMITTED)
        == (case.submitted_at is not None)
        == (case.triage_team_id is not None)
    )
    if case.stage == Stage.SUBMITTED:
        _read(session, readers[1], case)


def _read(session: Session, reader: Somebody, case: Case) -> Work:
    attach(session, Recorder(reader.keyring.signing, is_person=True))
    return read_case(session, reader.keyring, reader.actor, case, "check")
