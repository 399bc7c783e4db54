from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.database.engine import make_engine
from reprisals.database.session import Database
from reprisals.identity.actions import signing_in
from reprisals.identity.actions.sessions import resume
from reprisals.identity.actions.signing_in import (
    Knock,
    Suspended,
    TooSoon,
    WrongPassphrase,
    end_by_token,
    open_account,
    sign_in,
)
from reprisals.identity.models import Attempt, LiveSession, Person, PersonState, SessionStub
from reprisals.sealing.bundle import WeakParameters
from reprisals.sealing.keyring import Keyring
from tests.identity.conftest import WORDS
from tests.makers import EMAIL


@pytest.fixture
def enter(database, site, clock):
    """Try to sign in. The seconds to wait, or the name of the refusal, or the token."""

    def entering(knock, database=database):
        try:
            return sign_in(database, site.settings, knock)
        except TooSoon as refusal:
            return refusal.seconds
        except (WrongPassphrase, Suspended) as refusal:
            return type(refusal).__name__

    return entering


def waits(enter, clock, knock, times):
    """Fail again and again, as early as one may. The waits in seconds before each attempt."""
    waited = []
    for _time in range(times):
        told = enter(knock)
        waited.append(0)
        while isinstance(told, int):
            waited[-1] += told
            clock.advance(seconds=told)
            told = enter(knock)
        assert told == "WrongPassphrase"
    return waited


def told(database, action):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_the_passphrase_of_the_founder_opens_their_own_bundle_and_begins_a_session(database, site, clock):
    token = sign_in(
        database, site.settings, Knock(" Founder@Site.Example ", site.passphrase, "192.0.2.1", "Firefox")
    )

    with database.reading() as session:
        me = resume(session, site.settings, token)
        assert me is not None
        assert (me.person.email, me.live.device) == (EMAIL, "Firefox")
        assert me.keyring.signing.public == Keyring(site.founder).signing.public
        assert me.actor.may("certify")
        assert verify(session, site.root.public, site.secrets.service.public)[0] is None
    [entry] = told(database, "session.begun")
    assert (entry.subject, entry.actor_id) == (str(site.founder.person), None)


def test_a_wrong_passphrase_and_an_unknown_account_are_told_the_same_and_cost_the_same(
    account, enter, derived, database
):
    derived.clear()

    assert enter(account.knock("wrong")) == "WrongPassphrase"
    assert enter(account.knock("unknown", email="nobody@field.example")) == "WrongPassphrase"
    assert derived == {"wrong": 1, "unknown": 1}
    known, unknown = told(database, "session.failed")
    assert (known.subject, unknown.subject) == (str(account.who.person.id), "")
    assert (known.outcome, known.actor_id) == ("refused", None)


def test_somebody_invited_who_has_no_keys_yet_is_told_the_same(account, enter, derived, database):
    with database.writing() as session:
        session.get_one(Person, account.who.person.id).bundle = None
        session.commit()
    derived.clear()

    assert enter(account.knock()) == "WrongPassphrase"
    assert derived.total() == 1


@pytest.mark.parametrize(
    "email", ["", "a\x00b@field.example", "\ud800@field.example", "x" * 300, "a\n@field.example"]
)
@pytest.mark.parametrize("words", ["", "\x00", "\udfff", "w" * 200_000])
def test_odd_input_is_a_wrong_passphrase_and_nothing_worse(enter, derived, email, words):
    assert enter(Knock(email, words, "192.0.2.1")) == "WrongPassphrase"


def test_what_was_typed_is_shown_nowhere(account, database):
    knock = account.knock("secret words")

    assert repr(knock) == "Knock(...)"
    assert not [entry for entry in told(database, "session.failed") if "secret" in repr(entry.details)]


def test_an_account_slows_down_to_four_seconds_and_is_never_locked(account, enter, clock):
    addresses = iter(f"192.0.2.{number}" for number in range(1, 200))

    waited = []
    for _time in range(12):
        told = enter(account.knock("wrong", next(addresses)))
        waited.append(told if isinstance(told, int) else 0)
        clock.advance(seconds=waited[-1])
        if isinstance(told, int):
            assert enter(account.knock("wrong", next(addresses))) == "WrongPassphrase"

    assert waited == [0, 0, 0, 1, 2, 4, 4, 4, 4, 4, 4, 4]
    clock.advance(seconds=4)
    assert not isinstance(enter(account.knock(address=next(addresses))), int | str)


def test_an_address_slows_down_to_five_minutes(account, enter, clock):
    people = iter(f"person{number}@field.example" for number in range(100))
    waited = []
    for _time in range(14):
        email = next(people)
        told = enter(account.knock("wrong", email=email))
        waited.append(told if isinstance(told, int) else 0)
        if isinstance(told, int):
            clock.advance(seconds=told)
            assert enter(account.knock("wrong", email=next(people))) == "WrongPassphrase"

    assert waited == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


def test_whoever_is_slowed_down_elsewhere_does_not_slow_down_the_rest(account, enter, clock):
    waits(enter, clock, account.knock("wrong", email="other@field.example", address="198.51.100.7"), 8)

    assert not isinstance(enter(account.knock()), int | str)


def test_a_wait_is_not_over_before_its_last_moment(account, enter, clock):
    for _time in range(3):
        enter(account.knock("wrong"))

    assert enter(account.knock()) == 1
    clock.advance(seconds=0.999)
    assert enter(account.knock()) == 1
    clock.advance(seconds=0.001)
    assert not isinstance(enter(account.knock()), int | str)


def test_an_attempt_that_came_too_soon_is_neither_derived_nor_counted(account, enter, clock, derived, rows):
    for _time in range(3):
        enter(account.knock("wrong"))
    derived.clear()

    assert [enter(account.knock("wrong")) for _time in range(5)] == [1] * 5
    assert derived.total() == 0
    assert {attempt.failures for attempt in rows(Attempt)} == {3}


def test_failures_survive_a_restart(account, enter, site, clock, database):
    for _time in range(3):
        enter(account.knock("wrong"))
    database.engine.dispose()

    again = Database(make_engine(site.settings.database_url(), site.settings.database_key()))
    try:
        assert enter(account.knock("wrong"), again) == 1
    finally:
        again.engine.dispose()


def test_failures_are_forgotten_after_a_day(account, enter, clock):
    assert waits(enter, clock, account.knock("wrong"), 5) == [0, 0, 0, 1, 2]
    clock.advance(hours=24, seconds=1)
    assert waits(enter, clock, account.knock("wrong"), 4) == [0, 0, 0, 1]


def test_failures_of_an_account_are_forgotten_after_a_success(account, enter, clock, rows):
    assert waits(enter, clock, account.knock("wrong"), 5) == [0, 0, 0, 1, 2]
    clock.advance(seconds=4)
    assert not isinstance(enter(account.knock()), int | str)

    assert [attempt.failures for attempt in rows(Attempt)] == [5], "those of the address stay"
    assert waits(enter, clock, account.knock("wrong", "198.51.100.7"), 5) == [0, 0, 0, 1, 2]


def test_a_success_leaves_nothing_where_nobody_had_failed(account, enter, rows):
    for _time in range(6):
        assert not isinstance(enter(account.knock()), int | str)

    assert rows(Attempt) == []


def test_whoever_signs_in_to_an_account_of_their_own_between_guesses_waits_as_long_as_before(
    account, enter, clock
):
    people = iter(f"person{number}@field.example" for number in range(100))
    waited = []
    for _time in range(8):
        told = enter(account.knock("wrong", email=next(people)))
        if isinstance(told, int):
            waited.append(told)
            clock.advance(seconds=told)
            assert not isinstance(enter(account.knock()), int | str)
            assert enter(account.knock("wrong", email=next(people))) == "WrongPassphrase"

    assert waited == [1, 2, 4, 8, 16]


def test_colleagues_at_one_address_do_not_wait_for_each_others_success_nor_keep_failures_alive(
    account, enter, clock
):
    waits(enter, clock, account.knock("wrong", email="other@field.example"), 6)
    clock.advance(hours=23)
    for _time in range(4):
        assert not isinstance(enter(account.knock()), int | str)
    clock.advance(hours=2)

    assert waits(enter, clock, account.knock("wrong"), 4) == [0, 0, 0, 1]


def test_somebody_suspended_while_their_passphrase_is_tried_gets_no_session(
    account, enter, database, rows, monkeypatch
):
    def suspended_meanwhile(*asked):
        found = open_account(*asked)
        with database.writing() as session:
            session.get_one(Person, account.who.person.id).state = PersonState.SUSPENDED
            session.commit()
        return found

    monkeypatch.setattr(signing_in, "open_account", suspended_meanwhile)

    assert enter(account.knock()) == "Suspended"
    assert rows(LiveSession) == []


def test_a_clock_that_was_set_back_locks_nobody_out(account, enter, clock):
    waits(enter, clock, account.knock("wrong"), 5)

    clock.advance(days=-30)

    assert not isinstance(enter(account.knock()), int | str)


def test_attempts_name_neither_account_nor_address(account, enter, rows):
    enter(account.knock("wrong"))

    attempts = rows(Attempt)

    assert len(attempts) == 2
    for attempt in attempts:
        assert len(attempt.subject) == 32
        assert account.who.person.email.encode() not in attempt.subject


def test_many_attempts_at_once_do_not_slip_through_together(account, enter, derived):
    derived.clear()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _number: enter(account.knock("wrong")), range(8)))

    assert sorted(map(str, answers)) == ["1"] * 5 + ["WrongPassphrase"] * 3
    assert derived == {"wrong": 3}


def test_many_attempts_at_many_accounts_from_one_address_do_not_slip_through_together(
    account, enter, derived
):
    derived.clear()
    with ThreadPoolExecutor(8) as pool:
        knocks = [account.knock("wrong", email=f"person{number}@field.example") for number in range(8)]
        answers = list(pool.map(enter, knocks))

    assert sorted(map(str, answers)) == ["1"] * 5 + ["WrongPassphrase"] * 3


def test_two_who_sign_in_at_once_both_get_in(account, enter, rows):
    with ThreadPoolExecutor(2) as pool:
        tokens = list(pool.map(lambda _number: enter(account.knock()), range(2)))

    assert not [token for token in tokens if isinstance(token, int | str)]
    assert len(rows(LiveSession)) == 2


def test_a_suspended_person_is_told_only_once_the_passphrase_was_right(account, enter, database, rows):
    with database.writing() as session:
        session.get_one(Person, account.who.person.id).state = PersonState.SUSPENDED
        session.commit()

    assert enter(account.knock("wrong")) == "WrongPassphrase"
    assert enter(account.knock()) == "Suspended"
    assert rows(LiveSession) == []
    [entry] = told(database, "session.refused")
    assert (entry.outcome, entry.subject) == ("refused", str(account.who.person.id))


def test_lowered_parameters_are_refused_recorded_and_named(account, database, site, derived):
    with database.writing() as session:
        person = session.get_one(Person, account.who.person.id)
        lowered = person.bundle[:1] + (8).to_bytes(4, "big") + b"\x01\x01" + person.bundle[7:]
        session.execute(update(Person).where(Person.id == person.id).values(bundle=lowered))
        session.commit()
    derived.clear()

    with pytest.raises(WeakParameters):
        sign_in(database, site.settings, account.knock())

    assert derived.total() == 0
    [entry] = told(database, "bundle.weakened")
    assert (entry.outcome, entry.subject) == ("refused", str(account.who.person.id))


def test_a_stored_session_opens_with_the_token_alone_and_ends_within_ten_hours(
    account, enter, rows, clock, site
):
    token = enter(account.knock())

    [live] = rows(LiveSession)
    assert live.lookup == token.lookup
    assert token.raw not in live.wrapped_bundle
    assert live.expires_at - clock.now() == timedelta(hours=10)
    assert (
        token.open_bundle(live.wrapped_bundle, live.person_id, live.expires_at).person
        == account.who.person.id
    )


def test_a_session_ended_by_its_token_is_gone_at_once_with_its_bundle(account, enter, rows, database, site):
    token = enter(account.knock())

    assert end_by_token(database, site.settings, token, "signed-out")
    assert not end_by_token(database, site.settings, token, "signed-out")
    assert rows(LiveSession) == []
    assert [stub.lookup for stub in rows(SessionStub)] == [token.lookup]
    assert [entry.details for entry in told(database, "session.ended")] == [{"reason": "signed-out"}]


def test_blanks_around_the_words_do_not_matter(account, enter):
    assert not isinstance(enter(account.knock(f"\n {WORDS} ")), int | str)
