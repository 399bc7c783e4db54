import traceback

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from reprisals import clock
from reprisals.database.engine import is_postgresql, make_engine
from reprisals.identity.models import Person

MARK = "name.to.find@field.example"


def sqlite(database):
    return not is_postgresql(database.engine)


@pytest.mark.parametrize("key", [None, b"", bytes(31), bytes(33)])
def test_a_database_file_needs_a_key_of_32_bytes(key, tmp_path):
    with pytest.raises(ValueError, match="32 bytes"):
        make_engine(f"sqlite:///{tmp_path / 'new.db'}", key)


@pytest.mark.parametrize("url", ["mysql://host/name", "oracle://host/name"])
def test_no_other_kind_of_database_is_taken(url):
    with pytest.raises(ValueError, match="neither SQLite nor PostgreSQL"):
        make_engine(url, bytes(32))


def test_a_database_file_is_encrypted_and_opens_with_its_key_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'new.db'}"
    engine = make_engine(url, bytes(32))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES ('findable')"))
    engine.dispose()

    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"findable" not in stored
    assert b"SQLite format" not in stored
    other = make_engine(url, bytes(31) + b"\x01")
    with pytest.raises(DatabaseError), other.connect():
        pass
    other.dispose()


def test_the_log_beside_a_database_file_is_encrypted_too(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'new.db'}", bytes(32))
    with engine.connect() as held, engine.begin() as connection:
        held.exec_driver_sql("SELECT 1")
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES ('findable')"))
    [log] = tmp_path.glob("*-wal")

    assert b"findable" not in log.read_bytes()
    engine.dispose()


def test_commits_are_durable_and_what_is_deleted_is_overwritten(database):
    asked = {
        "synchronous": 2,
        "journal_mode": "wal",
        "secure_delete": 1,
        "foreign_keys": 1,
        "temp_store": 2,
        "trusted_schema": 0,
    }
    with database.engine.connect() as connection:
        if sqlite(database):
            told = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked}
            assert told == asked
        else:
            for setting in ("fsync", "synchronous_commit"):
                assert connection.exec_driver_sql(f"SHOW {setting}").scalar() == "on"


def break_uniqueness(database):
    with database.writing() as session:
        for name in ("One", "Two"):
            session.add(Person(email=MARK, name=name, language="en", created_at=clock.now()))
            session.flush()


def test_an_error_says_nothing_of_the_values(database):
    with pytest.raises(IntegrityError) as refused:
        break_uniqueness(database)

    told = "".join(traceback.format_exception(refused.value))
    assert "person" in told
    assert MARK not in told
    assert "Two" not in told


def test_an_error_of_a_statement_by_hand_says_nothing_of_the_row_either(database):
    broken = text("INSERT INTO attempt (subject, failures) VALUES (NULL, 77001)")
    with database.writing() as session, pytest.raises(IntegrityError) as refused:
        session.execute(broken)

    told = "".join(traceback.format_exception(refused.value))
    assert "DETAIL" not in told
    assert "Failing row" not in told


def test_the_key_stands_in_no_error_and_no_address(tmp_path):
    key = bytes(range(32))
    url = f"sqlite:///{tmp_path / 'missing' / 'new.db'}"

    with pytest.raises(DatabaseError) as refused, make_engine(url, key).connect():
        pass

    assert key.hex() not in "".join(traceback.format_exception(refused.value))


def test_a_wrong_key_leaves_nothing_on_standard_error(tmp_path, capfd):
    path = tmp_path / "new.db"
    path.write_bytes(b"no database at all" * 100)

    with pytest.raises(DatabaseError), make_engine(f"sqlite:///{path}", bytes(32)).connect():
        pass

    assert capfd.readouterr().err == ""
