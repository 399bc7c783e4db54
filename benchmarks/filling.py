"""Filling an office with many cases at once: sealed one by one, stored in bulk, chained in the log one entry a case.

The other kind of database gets the same office row by row, so that nothing is sealed twice.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select

from benchmarks.offices import Office, on_engine
from benchmarks.sealed_cases import Batch, Job, Logged, bind_row, find_binders, seal_batch
from reprisals.audit.chain import hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.database.base import Base
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import BoxSecret
from reprisals.sealing.teams import current_generation
from tests.stores import Store, make_tables

BATCH, PROCESSES, GIVE_WAY = 1_000, 2, 10
QUICK = ("cache_size=-262144", "synchronous=OFF")
"""For the connection that fills a file, and for no other: nothing of it is measured."""


def fill(office: Office, numbers: range) -> None:
    """Store so many cases of the focal team. What is stored opens and checks as if it had been logged one by one."""
    keyring = Keyring(office.member)
    with office.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _hurry(connection)
        for batch in _seal(office, keyring, numbers):
            _store(connection, keyring, batch)
            connection.commit()
        _tidy(connection)


def transfer(office: Office, store: Store) -> Office:
    """The same office in a database of another kind, every row of it."""
    engine = store.create()
    make_tables(engine)
    with office.database.engine.connect() as source, engine.connect() as target:
        for table in Base.metadata.sorted_tables:
            binds = [bind for _name, bind in find_binders(table.name, target.dialect)]
            for rows in source.execution_options(yield_per=BATCH).execute(select(table)).partitions():
                plain = (tuple(bind(value) for bind, value in zip(binds, row, strict=True)) for row in rows)
                _insert(target, table.name, list(plain))
        target.commit()
        _tidy(target)
    return on_engine(replace(office, store=store), engine)


def _tidy(connection: Connection) -> None:
    """Let PostgreSQL know what it holds, as it would by itself after a while, and forget a hurried connection."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("ANALYZE")
        connection.commit()
    connection.invalidate()


def _seal(office: Office, keyring: Keyring, numbers: range) -> Iterator[Batch]:
    """The batches in their order, a few of them ahead of what is stored."""
    with office.database.reading() as session:
        opened = keyring.team_secret(session, office.team, current_generation(session, office.team))
    secret = replace(opened, box=BoxSecret(opened.box.seeds))  # its seeds alone go to another process
    starts = range(numbers.start, numbers.stop, BATCH)
    driver = office.database.engine.url.drivername
    jobs = [
        Job(office.member, secret, range(start, min(start + BATCH, numbers.stop)), driver) for start in starts
    ]
    waiting: deque[Future[Batch]] = deque()
    with ProcessPoolExecutor(PROCESSES, multiprocessing.get_context("spawn"), os.nice, (GIVE_WAY,)) as pool:
        for job in jobs:
            waiting.append(pool.submit(seal_batch, job))
            if len(waiting) > PROCESSES:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _hurry(connection: Connection) -> None:
    cursor = connection.connection.cursor()
    for pragma in QUICK:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _store(connection: Connection, keyring: Keyring, batch: Batch) -> None:
    seq, previous = connection.execute(select(AuditHead.seq, AuditHead.hash)).one()
    entries = list(_chain(keyring, batch.logged, seq, previous))
    parents_first = sorted(batch.rows.items(), key=lambda named: named[0] != "case_file")
    for table, rows in parents_first:
        _insert(connection, table, rows)
    _insert(connection, "audit_entry", [bind_row(entry, connection.dialect)[1] for entry in entries])
    head = Base.metadata.tables["audit_head"].update()
    connection.execute(head.values(seq=entries[-1].seq, hash=entries[-1].hash))


def _chain(keyring: Keyring, logged: Sequence[Logged], seq: int, previous: bytes) -> Iterator[AuditEntry]:
    for number, case in enumerate(logged, start=seq + 1):
        entry = AuditEntry(
            seq=number, at=case.at, action="case.logged", outcome="done", details={"key": case.key},
            previous_hash=previous,
            actor_id=keyring.person, case_id=case.case_id, manifest_number=case.number, manifest_hash=case.hash,
        )  # fmt: skip
        entry.hash = previous = hash_entry(entry.as_entry())
        entry.signature = keyring.signing.sign(entry.hash)
        yield entry


def _insert(connection: Connection, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
    names = [column.name for column in Base.metadata.tables[table].columns]
    columns = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
                for values in rows:
                    copy.write_row(values)
        else:
            places = ", ".join("?" for _name in names)
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({places})', rows)
    finally:
        cursor.close()
