"""Every column of every table: bound by a seal, a signature or a hash, or free for a reason that stands here.

A new table or column fails here until somebody has said which.
"""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    String,
    Uuid,
    and_,
    select,
    type_coerce,
)
from sqlalchemy.exc import IntegrityError

from reprisals import clock
from reprisals.audit.actions import commit, record_case
from reprisals.audit.opening import CannotOpen, NotTrusted, Tampered
from reprisals.database.base import Base
from reprisals.sealing.boxes import SealedRow
from reprisals.sealing.column import SealedColumn
from tests.sealing.world import USES, Refused, flip, make_world, put, table_of
from tests.stores import import_models

import_models()

SEALED_ROWS = {table_of(kind).name: kind for kind in SealedRow.__subclasses__()}
TABLES = dict(Base.metadata.tables) | {name: table_of(kind) for name, kind in SEALED_ROWS.items()}

REFUSALS = (CannotOpen, NotTrusted, Tampered, Refused)
FREE = {
    "audit_head": {"id": "one row, by a constraint"},
    "case_file": {
        "created_at": "shown nowhere; the log has the true moment",
        "touched_at": "when an abandoned draft is cleared away; who can change it can delete the draft, too",
        "id": "referred to by every row",
    },
    "case_grant": {
        "wrapped": "a constraint ties it to the signature; turning both is tried below",
        "signer_id": "free in a wrap alone, which only a member can have made; the log says who",
        "made_at": "free in a wrap alone, where it orders",
    },
    "case_record": {
        "urgency": "orders lists",
        "sort_at": "orders lists",
        "due_at": "moved by the clocks, which have no key; computed from bound facets",
    },
    "certificate": {"ended_at": "can take a seat away and give none; what ends trust is a new generation"},
    "document": {"sealed_bytes": "sealed under the document's own key; its SHA-256 stands in the sealed content"},
    "kept_form": {
        "kept_at": "shown in a list",
        "until": "when it is deleted",
        "lookup": "counts what came from one session, so that nobody who has its cookie fills all the room",
    },
    "live_session": {
        "device": "shown in a list",
        "started_at": "shown in a list",
        "seen_at": "the idle limit; the absolute one is bound",
        "id": "names the session in a list",
    },
    "revision": {"id": "nothing refers to it"},
}  # fmt: skip

OPEN = {
    "attempt": "slows attempts; under a keyed hash, so that it names nobody",
    "invitation": "brings keys, which a lead still has to admit by their fingerprint",
    "membership": "counts with a certificate alone: tests/identity/test_acting.py",
    "person": "the bundle is tried with the bundles; the rest names people, no case",
    "person_key": "checked by fingerprint at admission, by a receipt for late forms; certificates bind what counts",
    "session_stub": "the receipt is tried with the sessions; can only receive",
    "site_role": "counts with a certificate alone: tests/identity/test_acting.py",
    "team": "a seal goes by the kind and entity that a lead signed; tried below",
    "team_state": "what a team covers proposes, and decides nothing",
}


@pytest.fixture
def world(session, make, site):
    return make_world(session, make, site)


def another(session, column, value):
    """A value of the same type that the column does not hold."""
    for key in column.foreign_keys:
        target = key.column
        return session.scalars(select(target).where(target != value)).first()
    made = {
        LargeBinary: lambda: flip(value or b"\x00"),
        Boolean: lambda: not value,
        Integer: lambda: (value or 0) + 1000,
        JSON: lambda: {**(value or {}), "more": 1},
        Date: lambda: value + timedelta(days=1) if value else clock.today(),
        DateTime: lambda: value + timedelta(seconds=1, microseconds=1) if value else clock.now(),
        Uuid: lambda: UUID(int=(value or UUID(int=1)).int ^ 1),
        String: lambda: {"done": "refused"}.get(value, f"{value or ''}x"),
    }
    kind = next(kind for kind in made if isinstance(plain(column), kind))
    return made[kind]()


def plain(column):
    """The type as the database knows it."""
    return getattr(column.type, "impl_instance", column.type)


def stored(column):
    return type_coerce(column, LargeBinary) if isinstance(column.type, SealedColumn) else column


def rows_of(session, table):
    found = session.execute(select(*[stored(column).label(column.name) for column in table.columns]))
    return [row._asdict() for row in found]


def test_every_table_is_sealed_tried_or_open_for_a_reason():
    said = set(SEALED_ROWS) | set(USES) | set(OPEN)

    assert set(TABLES) - said == set(), "say in this file how each of these tables is protected"
    assert said - set(TABLES) == set()
    assert {
        (table, name) for table, names in FREE.items() for name in names if name not in TABLES[table].c
    } == set()


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if name not in SEALED_ROWS])
def test_what_is_called_sealed_or_signed_stands_in_a_table_that_is_tried(name):
    told = {
        column.name
        for column in TABLES[name].columns
        if column.name.startswith(("sealed", "signature", "wrapped_"))
    }

    assert name in USES or not told


def test_the_world_is_in_order_before_anybody_tampers_with_it(world):
    for use in USES.values():
        use(world)


def belongs(world, name, row):
    """Whether a row is one that the uses come across: of the case, of the team, of the member."""
    if name in {"case_file", "case_code", "revision", "case_grant"}:
        return row.get("case_id", row.get("id")) == world.case
    if name in {"team_key", "member_key"}:
        return row["team_id"] == world.team.id and row.get("person_id") in {None, world.member.person.id}
    return True


def refusal(world, table, row, column):
    """What is said when a column was changed. Fails where nobody noticed."""
    changed = another(world.session, column, row[column.name])
    try:
        put(
            world.session,
            table,
            and_(*(key == row[key.name] for key in table.primary_key)),
            **{column.name: changed},
        )
        USES[table.name](world)
    except (*REFUSALS, IntegrityError) as refused:
        return str(refused)
    return pytest.fail(f"{table.name}.{column.name} was changed and nobody noticed")


@pytest.mark.parametrize("name", USES)
def test_a_changed_value_in_any_bound_column_is_refused_and_named(world, session, name):
    table = TABLES[name]
    bound = [column for column in table.columns if column.name not in FREE.get(name, {})]
    found = [row for row in rows_of(session, table) if belongs(world, name, row)]

    for row in found:
        for column in bound:
            with session.begin_nested() as attack:
                assert refusal(world, table, row, column), f"{name}.{column.name} is refused without a name"
                attack.rollback()
            session.expire_all()
    assert found


def filled(kind):
    """A row of this kind with something in every column that asks for it."""
    by_type = {
        "str": "X", "int": 1, "datetime": clock.now(), "date": clock.today(), "UUID": UUID(int=5), "bytes": b"x", "bool": True
    }  # fmt: skip
    own = {"changed_at", "changed_by", "revision", "generation", "content", "id", "case_id"}
    values = {
        column.name: by_type[plain(column).python_type.__name__]
        for column in table_of(kind).columns
        if column.name not in own
    }
    return kind(**values)


@pytest.mark.parametrize("name", SEALED_ROWS)
def test_a_changed_value_in_any_column_of_a_sealed_row_is_refused_and_named(make, session, name):
    kind, table = SEALED_ROWS[name], TABLES[name]
    team, lead = make.team()
    case_id = make.case_file(lead, team)
    make.case_file(lead, team)
    case = make.opened(lead, case_id)
    row = filled(kind)
    case.add(row, kind.DOCUMENT(), {"states": frozenset({"AFG"})})
    record_case(session, lead.actor, "case.changed", case_id)
    commit(session)
    [before] = [found for found in rows_of(session, table) if found["id"] == row.id]

    for column in table.columns:
        if column.name in FREE.get(name, {}):
            continue
        with session.begin_nested() as attack:
            put(
                session,
                table,
                table.c.id == before["id"],
                **{column.name: another(session, column, before[column.name])},
            )
            with pytest.raises(Tampered) as refused:
                make.opened(lead, case_id).load(kind)
            assert refused.value.what.startswith(f"{name} "), column.name
            attack.rollback()
        session.expire_all()
    [kept] = make.opened(lead, case_id).load(kind)
    assert kept.id == row.id


@pytest.mark.parametrize("name", SEALED_ROWS)
def test_every_column_of_a_sealed_row_is_sealed_a_facet_or_free_for_a_reason(name):
    kind = SEALED_ROWS[name]
    structure = {"id", "case_id", "revision", "generation", "changed_at", "changed_by", "content"}
    columns = {column.name for column in TABLES[name].columns}

    assert columns - structure - set(kind.FACETS) == set(FREE.get(name, {}))
    assert isinstance(TABLES[name].c.content.type, SealedColumn)
    assert [column.name for column in TABLES[name].columns if isinstance(column.type, SealedColumn)] == [
        "content"
    ]
