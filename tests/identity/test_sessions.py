from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reprisals import clock as real_clock
from reprisals.audit.actions import recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen
from reprisals.identity.actions.sessions import (
    MOST_KEPT,
    LateForm,
    drop_kept,
    end_other_sessions,
    end_session,
    end_sessions_of,
    find_stub,
    list_kept,
    open_kept,
    purge,
    resume,
    touch,
)
from reprisals.identity.models import Attempt, KeptForm, LiveSession, PersonState, SessionStub
from reprisals.identity.queries import list_sessions
from reprisals.identity.rules import is_over
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.documents import from_bytes, to_bytes
from reprisals.sealing.holders import PersonKey
from reprisals.sealing.keys import BoxSecret

FORM = LateForm("/cases/new/what", (("words", "كلمة"), ("kind", "ARR"), ("kind", "KILL")))
IDLE, START = timedelta(minutes=30), real_clock.now()


@pytest.fixture
def who(make):
    return make.member(make.team().team)


@pytest.fixture
def token(make, who):
    return make.live(who)


@pytest.fixture
def going(session, settings, token):
    """Whether the session goes on."""

    def check():
        session.expire_all()
        return resume(session, settings, token) is not None

    return check


def live_of(session, token):
    return session.get_one(LiveSession, token.lookup)


def notes(session):
    return [(note.action, note.details) for note in recorder_of(session).notes]


def test_a_session_gives_back_its_person_their_keys_and_what_they_may_do(session, settings, token, who):
    me = resume(session, settings, token)

    assert me is not None
    assert (me.person.id, me.actor, me.token) == (who.person.id, who.actor, token)
    assert me.keyring.signing.public == who.keyring.signing.public
    assert "keyring" not in repr(me)
    assert "token" not in repr(me)


@pytest.mark.parametrize("after", [{"minutes": 30}, {"hours": 10}, {"days": 2}, {"minutes": -6}])
def test_a_session_ends_when_it_is_idle_at_its_absolute_end_or_with_the_clock_set_back(going, clock, after):
    assert going()

    clock.advance(**after)

    assert not going()


def test_a_session_in_use_goes_on_until_its_absolute_end(session, going, clock, token):
    for _time in range(23):
        clock.advance(minutes=26)
        assert going()
        touch(session, token.lookup, clock.now())
        session.flush()
    clock.advance(minutes=2)

    assert not going(), "ten hours"


def test_a_session_is_never_touched_back_in_time_nor_one_that_is_gone(session, clock, token):
    before = live_of(session, token).seen_at

    touch(session, token.lookup, before - timedelta(seconds=1))
    touch(session, bytes(32), clock.advance(minutes=1))

    assert live_of(session, token).seen_at == before


@given(
    idle=st.timedeltas(timedelta(seconds=1), timedelta(hours=1)),
    since=st.timedeltas(timedelta(0), timedelta(days=1)),
    left=st.timedeltas(timedelta(days=-1), timedelta(days=1)),
)
def test_a_session_is_over_exactly_when_idle_or_at_its_end(idle, since, left):
    assert is_over(START, START - since, START + left, idle) == (since >= idle or left <= timedelta(0))


def test_another_token_or_one_of_another_person_resumes_nothing(session, settings, make, token, who):
    other = make.live(make.member(make.team().team))
    assert resume(session, settings, SessionToken.draw()) is None

    live_of(session, token).wrapped_bundle = live_of(session, other).wrapped_bundle
    session.flush()

    assert resume(session, settings, token) is None


def test_a_suspended_person_has_no_session(session, going, who):
    who.person.state = PersonState.SUSPENDED
    session.flush()

    assert not going()


def test_an_ended_session_leaves_a_stub_that_can_only_receive(session, settings, clock, token, who, going):
    live = live_of(session, token)
    receipt = live.receipt

    end_session(session, settings, live, who.actor, "signed-out")
    session.flush()

    assert not going()
    assert session.get(LiveSession, token.lookup) is None
    [stub] = session.scalars(select(SessionStub))
    assert (stub.lookup, stub.person_id, stub.receipt) == (token.lookup, who.person.id, receipt)
    assert stub.until - clock.now() == timedelta(days=7)
    assert {column.name for column in SessionStub.__table__.columns} == {
        "lookup",
        "person_id",
        "receipt",
        "until",
    }
    assert notes(session) == [("session.ended", {"reason": "signed-out"})]


def test_all_sessions_of_a_person_are_ended_and_nobody_elses(session, settings, make, token, who):
    make.live(who)
    other = make.live(make.founder)

    assert end_sessions_of(session, settings, who.person.id, make.founder.actor, "suspended") == 2
    session.flush()

    assert [live.lookup for live in session.scalars(select(LiveSession))] == [other.lookup]


def test_all_other_sessions_of_a_person_are_ended(session, settings, make, token, who):
    make.live(who)
    other = make.live(make.founder)

    assert end_other_sessions(session, settings, who.actor, live_of(session, token)) == 1
    session.flush()

    assert {live.lookup for live in session.scalars(select(LiveSession))} == {token.lookup, other.lookup}


def test_sessions_in_use_are_listed_the_newest_first(session, make, clock, token, who):
    clock.advance(hours=1)
    newer = make.live(who)

    assert [live.lookup for live in list_sessions(session, who.person.id, clock.now())] == [
        newer.lookup,
        token.lookup,
    ]
    clock.advance(hours=9, minutes=30)
    assert [live.lookup for live in list_sessions(session, who.person.id, clock.now())] == [newer.lookup]


# what is posted too late


@pytest.fixture
def ended(session, settings, token):
    end_session(session, settings, live_of(session, token), None, "idle")
    session.flush()
    return token


def test_what_is_posted_too_late_is_sealed_to_the_person_and_offered_to_them_alone(
    session, settings, make, ended, who
):
    assert make.late(ended, FORM)
    session.flush()

    [kept] = list_kept(session, settings, who.person.id)
    assert open_kept(session, settings, who.actor, who.keyring, kept) == FORM
    assert b"ARR" not in kept.sealed
    assert "كلمة" not in str(notes(session))
    for other in (make.founder, make.person()):
        with pytest.raises(CannotOpen):
            open_kept(session, settings, other.actor, other.keyring, kept)
        assert list_kept(session, settings, other.person.id) == []
    assert [action for action, _details in notes(session)] == ["session.ended", "form.opened"]


def test_a_session_that_ran_out_and_was_not_cleared_away_yet_receives_too(
    session, settings, make, clock, token, who
):
    clock.advance(hours=11)

    assert find_stub(session, token) is live_of(session, token)
    assert make.late(token, FORM)


def test_a_token_of_nobody_keeps_nothing(session, make):
    assert not make.late(SessionToken.draw(), FORM)
    assert session.scalars(select(KeptForm)).all() == []


def test_nothing_is_sealed_to_a_key_that_was_put_in_the_persons_place(session, make, clock, ended, who):
    planted = BoxSecret.draw().public.raw
    session.add(
        PersonKey(
            person_id=who.person.id, signing_public=who.keyring.signing.public, box_public=planted,
            made_at=clock.now() + timedelta(seconds=1),
        )
    )  # fmt: skip
    session.flush()

    assert not make.late(ended, FORM)


@pytest.mark.parametrize("column", ["receipt", "person_id"])
def test_a_stub_with_another_receipt_or_person_keeps_nothing(session, settings, make, ended, column):
    stub = session.get_one(SessionStub, ended.lookup)
    setattr(stub, column, bytes(32) if column == "receipt" else make.founder.person.id)
    session.flush()

    assert not make.late(ended, FORM)


def test_an_old_session_fills_at_most_half_of_the_room_and_the_last_entry_says_so(
    session, settings, make, ended, who
):
    assert [make.late(ended, FORM) for _time in range(12)] == [True] * 10 + [False] * 2
    session.flush()

    assert len(list_kept(session, settings, who.person.id)) == 10
    wanted = select(AuditEntry.details).where(AuditEntry.action == "form.kept").order_by(AuditEntry.seq)
    told = [details.get("last_of_session") for details in session.scalars(wanted)]
    assert told == [None] * 9 + [True]


def test_at_most_twenty_are_kept_for_one_person(session, settings, make, ended, who):
    tokens = [ended, make.live(who), make.live(who)]
    assert [make.late(tokens[place // 10], FORM) for place in range(MOST_KEPT + 1)] == [True] * 20 + [False]
    session.flush()

    kept = list_kept(session, settings, who.person.id)
    assert len(kept) == MOST_KEPT
    drop_kept(session, who.actor, kept[0])
    session.flush()
    assert make.late(tokens[2], FORM)


def test_what_is_kept_is_offered_for_seven_days(session, settings, make, clock, ended, who):
    make.late(ended, FORM)
    session.flush()

    clock.advance(days=7, seconds=-1)
    assert len(list_kept(session, settings, who.person.id)) == 1
    clock.advance(seconds=1)
    assert list_kept(session, settings, who.person.id) == []
    assert not make.late(ended, FORM), "and the stub receives no longer"


def test_what_is_kept_comes_the_newest_first(session, settings, make, clock, ended, who):
    for path in ("/one", "/two"):
        make.late(ended, LateForm(path, ()))
        session.flush()
        clock.advance(minutes=1)

    assert [
        open_kept(session, settings, who.actor, who.keyring, kept).path
        for kept in list_kept(session, settings, who.person.id)
    ] == [
        "/two",
        "/one",
    ]


def test_a_form_keeps_its_fields_in_their_order_and_as_often_as_they_came():
    assert from_bytes(LateForm, to_bytes(FORM)) == FORM


# what has run out


def test_what_has_run_out_is_cleared_away_and_nothing_else(session, settings, make, clock, who):
    ended, idle, used = make.live(who), make.live(who), make.live(make.founder)
    for subject, hours in ((b"old", 24), (b"new", 23)):
        at = clock.now() - timedelta(hours=hours)
        session.add(Attempt(subject=subject, failures=3, last_at=at, next_at=at))
    end_session(session, settings, live_of(session, ended), who.actor, "signed-out")
    session.flush()
    make.late(ended, FORM)
    clock.advance(minutes=29)
    touch(session, used.lookup, clock.now())
    clock.advance(minutes=1)

    assert purge(session, settings) == 2
    session.flush()
    assert [live.lookup for live in session.scalars(select(LiveSession))] == [used.lookup]
    assert {stub.lookup for stub in session.scalars(select(SessionStub))} == {ended.lookup, idle.lookup}
    assert [attempt.subject for attempt in session.scalars(select(Attempt))] == [b"new"]
    assert purge(session, settings) == 0

    clock.advance(days=7)
    assert purge(session, settings) == 1 + 1 + 2 + 1, "the last session, its form, two stubs, an attempt"
    session.flush()
    assert [stub.lookup for stub in session.scalars(select(SessionStub))] == [used.lookup]
    assert session.scalars(select(KeptForm)).all() == []


def test_a_session_that_ran_out_is_recorded_as_ended_by_nobody(session, settings, clock, token, who):
    clock.advance(hours=11)

    purge(session, settings)

    [note] = recorder_of(session).notes
    assert (note.action, note.actor_id, note.subject, note.details) == (
        "session.ended", None, str(who.person.id), {"reason": "expired"},
    )  # fmt: skip
