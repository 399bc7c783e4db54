"""Clearing away: whichever process does it, each thing goes once and is recorded once."""

import threading
import time
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from reprisals.audit.actions import NotRecorded
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen
from reprisals.identity.actions.sessions import purge
from reprisals.identity.models import LiveSession, Person
from reprisals.web import tidying
from reprisals.web.tidying import EVERY_SECONDS, tidy, tidy_now_and_then
from tests.makers import EMAIL

PATIENCE = 60


@pytest.fixture
def ended(committing, clock):
    """Three sessions that have run out and were not cleared away yet."""
    with committing() as make:
        people = [make.founder, *(make.team().lead for _again in range(2))]
        for who in people:
            make.live(who)
    clock.advance(hours=11)
    return len(people)


def recorded(database):
    with database.reading() as session:
        wanted = select(AuditEntry.subject).where(AuditEntry.action == "session.ended")
        return sorted(session.scalars(wanted))


def test_two_processes_at_once_clear_each_thing_away_once_and_record_it_once(database, site, ended):
    inside, onwards = threading.Event(), threading.Event()
    gone = []

    def slowly(session, settings):
        cleared = purge(session, settings)
        inside.set()
        assert onwards.wait(PATIENCE)
        return cleared

    first = threading.Thread(target=lambda: gone.append(tidy(database, site.settings, (slowly,))))
    second = threading.Thread(target=lambda: gone.append(tidy(database, site.settings, (purge,))))
    first.start()
    assert inside.wait(PATIENCE)
    second.start()
    second.join(timeout=0.5)  # on PostgreSQL it goes away at once, on SQLite it waits for its turn
    onwards.set()
    for running in (first, second):
        running.join(PATIENCE)

    assert sorted(gone) == [0, ended]
    assert len(recorded(database)) == len(set(recorded(database))) == ended
    with database.reading() as session:
        assert list(session.scalars(select(LiveSession))) == []


def test_the_turn_ends_with_the_transaction_whatever_becomes_of_it(database, site, ended):
    def fail(_session, _settings):
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - it has no words
        tidy(database, site.settings, (fail,))

    assert tidy(database, site.settings, (purge,)) == ended


def test_a_process_clears_away_once_in_ten_minutes_however_many_ask(app, site, database, monkeypatch):
    times, began = [], threading.Barrier(4)

    def slowly():
        time.sleep(0.05)  # long enough for another to look at the same moment
        return time.monotonic()

    monkeypatch.setattr(tidying, "time", SimpleNamespace(monotonic=slowly))
    app.extensions["tidiers"] = ()
    monkeypatch.setattr(tidying, "tidy", lambda *_given: times.append(1))

    def ask():
        with app.app_context():
            began.wait(PATIENCE)
            tidy_now_and_then(database, site.settings)

    askers = [threading.Thread(target=ask) for _again in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(PATIENCE)
    assert times == [1]

    app.extensions["tidied"] -= EVERY_SECONDS
    with app.app_context():
        tidy_now_and_then(database, site.settings)
    assert times == [1, 1]


@pytest.mark.parametrize("kind", [OSError, KeyError, NotRecorded, CannotOpen])
def test_what_cannot_be_cleared_away_is_told_by_its_kind_and_never_refuses_what_was_stored_before_it(
    app, first, database, caplog, kind
):
    def fail(*_given):
        raise kind("a-secret-word")

    first.form_token()
    app.extensions["tidiers"] = (fail,)
    app.extensions["tidied"] -= EVERY_SECONDS

    first.post("/account", {"language": "ar"}, status=303)

    assert f"{kind.__name__} while clearing away" in caplog.text
    assert "a-secret-word" not in caplog.text
    with database.reading() as session:
        assert session.scalars(select(Person.language).where(Person.email == EMAIL)).one() == "ar"
