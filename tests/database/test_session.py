import threading

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from reprisals.database.engine import is_postgresql
from reprisals.database.session import is_writing
from reprisals.identity.models import Membership, Person


def rename(session, name):
    session.execute(update(Person).values(name=name))


def names(session):
    return set(session.scalars(select(Person.name)))


@pytest.mark.parametrize(
    "attempt",
    ["UPDATE person SET name = 'Other'", "DELETE FROM membership", "CREATE TABLE more (id INTEGER)"],
)
def test_a_reading_session_writes_nothing_in_either_database(database, attempt):
    with database.reading() as session, pytest.raises(DBAPIError, match=r"(?i)read.?only|readonly"):
        session.execute(text(attempt))

    with database.reading() as session:
        assert "Other" not in names(session)
        assert session.scalar(select(func.count()).select_from(Membership)) == 3


def test_a_connection_that_was_read_from_can_be_written_to_afterwards(database):
    with database.reading() as session:
        names(session)

    with database.writing() as session:
        rename(session, "Other")
        session.commit()

    with database.reading() as session:
        assert names(session) == {"Other"}


def test_a_reading_session_sees_one_moment_throughout(database):
    with database.reading() as reading:
        before = names(reading)
        with database.writing() as writing:
            rename(writing, "Other")
            writing.commit()
        assert names(reading) == before

    with database.reading() as reading:
        assert names(reading) == {"Other"}


def test_what_is_not_committed_is_undone(database):
    with database.writing() as session:
        rename(session, "Other")

    with database.reading() as session:
        assert "Other" not in names(session)


def test_a_session_says_whether_it_takes_its_turn_to_write(database):
    with database.reading() as reading, database.writing() as writing:
        assert (is_writing(reading), is_writing(writing)) == (False, True)


def test_writers_of_a_database_file_take_turns_from_the_start(database):
    if is_postgresql(database.engine):
        with database.writing() as one, database.writing() as two:
            assert names(one) == names(two)
        return
    order = []
    inside = threading.Event()

    def second():
        inside.wait(timeout=60)
        with database.writing() as session:
            order.append(names(session))

    thread = threading.Thread(target=second)
    thread.start()
    with database.writing() as session:
        rename(session, "First")
        inside.set()
        thread.join(timeout=0.2)
        assert order == [], "it waits before it has read anything"
        session.commit()
    thread.join(timeout=60)

    assert order == [{"First"}]
