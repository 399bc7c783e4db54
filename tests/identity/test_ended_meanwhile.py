"""Somebody whose session ends while they act: it ends before what they do is stored, or waits until it is."""

from concurrent.futures import ThreadPoolExecutor, wait

import pytest

from reprisals.access import Actor, NotAllowed, Permission
from reprisals.audit.actions import attach, commit
from reprisals.database.engine import is_postgresql
from reprisals.identity.actions.inviting import suspend
from reprisals.identity.actions.sessions import (
    end_other_sessions,
    end_own_session,
    end_session,
    hold_session,
    purge,
    resume,
)
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import LiveSession, Membership, Person, PersonState, SessionStub

MOMENT, PATIENCE = 0.5, 30


@pytest.fixture
def lead(committing):
    """A lead who is signed in, and the token of their session."""
    with committing() as make:
        who = make.team().lead
        return who, make.live(who)


@pytest.fixture
def suspended(database, committing, settings):
    """Suspend somebody on a connection of its own."""
    with committing() as make:
        admin = make.officer("ADMINISTRATOR")

    def suspending(who):
        with database.writing() as session:
            attach(session, service_recorder(settings))
            suspend(session, settings, admin.actor, session.get_one(Person, who.person.id))
            commit(session)

    return suspending


@pytest.fixture
def meanwhile():
    """Something that runs beside the test, and how it ended."""
    with ThreadPoolExecutor(1) as pool:
        yield pool.submit


def test_nothing_is_stored_for_somebody_whose_suspension_was_acknowledged(
    database, settings, lead, suspended, meanwhile, rows
):
    who, token = lead
    with database.writing() as session:
        attach(session, service_recorder(settings))
        found = resume(session, settings, token)
        assert found is not None
        session.get_one(Membership, (who.person.id, *found.actor.team_ids)).role = "MEMBER"
        suspending = meanwhile(suspended, who)
        # SQLite lets one write at a time: there the suspension waits for what was begun before it.
        wait([suspending], PATIENCE if is_postgresql(database.engine) else MOMENT)
        was_acknowledged = suspending.done()
        if hold_session(session, found.live):
            commit(session)
    suspending.result(PATIENCE)

    assert was_acknowledged == is_postgresql(database.engine)
    [place] = [place for place in rows(Membership) if place.person_id == who.person.id]
    assert place.role == ("LEAD" if was_acknowledged else "MEMBER")


def test_a_suspension_waits_for_what_somebody_is_about_to_store(
    database, settings, lead, suspended, meanwhile, rows
):
    who, token = lead
    with database.writing() as session:
        attach(session, service_recorder(settings))
        found = resume(session, settings, token)
        assert found is not None
        assert hold_session(session, found.live)
        suspending = meanwhile(suspended, who)
        wait([suspending], MOMENT)
        assert not suspending.done()
        commit(session)
    suspending.result(PATIENCE)

    [person] = [person for person in rows(Person) if person.id == who.person.id]
    assert person.state == PersonState.SUSPENDED


def test_a_session_that_the_request_itself_ended_is_no_reason_to_undo_it(session, settings, make):
    who = make.founder
    live = session.get_one(LiveSession, make.live(who).lookup)

    end_session(session, settings, live, who.actor, "signed-out")

    assert hold_session(session, live)
    session.expunge_all()
    assert session.get(LiveSession, live.lookup) is None


def ending(settings, actor, key):
    return (lambda _session: None, lambda session, _seen: end_own_session(session, settings, actor, key))


def id_of(make, token):
    return make.session.get_one(LiveSession, token.lookup).id


def test_a_session_ended_by_two_clicks_ends_once(at_once, committing, settings, rows):
    with committing() as make:
        who = make.team().lead
        key = id_of(make, make.live(who))

    assert at_once(*[ending(settings, who.actor, key)] * 2) == {"done": 2}

    assert rows(LiveSession) == []
    assert len(rows(SessionStub)) == 1


def test_a_session_that_is_ended_while_what_ran_out_is_cleared_away_ends_once(
    at_once, committing, settings, rows, clock
):
    with committing() as make:
        who = make.team().lead
        key = id_of(make, make.live(who))
    clock.advance(days=2)

    clearing = (lambda _session: None, lambda session, _seen: purge(session, settings))

    assert at_once(clearing, ending(settings, who.actor, key)) == {"done": 2}
    assert rows(LiveSession) == []
    assert len(rows(SessionStub)) == 1


def test_nobody_ends_the_session_of_another_by_its_identifier(session, settings, make):
    lead, other = make.team().lead, make.team().lead
    key = id_of(make, make.live(other))

    end_own_session(session, settings, lead.actor, key)

    assert session.query(LiveSession).filter_by(id=key).count() == 1


def test_two_who_suspend_each_other_do_not_wait_in_a_circle(at_once, committing, settings, rows):
    with committing() as make:
        pair = [make.officer("ADMINISTRATOR") for _number in range(2)]
        lives = [make.session.get_one(LiveSession, make.live(who).lookup) for who in pair]

    def suspending(by, other, live):
        def act(session, seen):
            suspend(session, settings, by.actor, seen)
            if not hold_session(session, live):
                raise NotAllowed(Permission.ACCOUNT)

        return (lambda session: session.get_one(Person, other.person.id), act)

    first, second = pair

    ended = at_once(suspending(first, second, lives[0]), suspending(second, first, lives[1]))

    assert ended == {"done": 1, "NotAllowed": 1}
    states = {person.state for person in rows(Person) if person.id in {first.person.id, second.person.id}}
    assert states == {PersonState.ADMITTED, PersonState.SUSPENDED}


def test_two_browsers_that_end_each_other_do_not_wait_in_a_circle(at_once, committing, settings, rows):
    with committing() as make:
        who = make.team().lead
        lives = [make.session.get_one(LiveSession, make.live(who).lookup) for _number in range(2)]

    def ending_others(live):
        def act(session, _seen):
            end_other_sessions(session, settings, Actor(who.person.id), live)
            if not hold_session(session, live):
                raise NotAllowed(Permission.ACCOUNT)

        return (lambda _session: None, act)

    assert at_once(*map(ending_others, lives)) == {"done": 1, "NotAllowed": 1}
    assert len(rows(LiveSession)) == 1
