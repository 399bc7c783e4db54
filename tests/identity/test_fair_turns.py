"""Signing in under siege: whoever fails in somebody's name, from however many networks, does not keep that person out."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.identity.actions import signing_in
from reprisals.identity.actions.signing_in import TooSoon, WrongPassphrase, sign_in
from reprisals.identity.actions.turns import MOST_WAITING, MOST_WAITING_WHO_FAILED, Turns
from reprisals.identity.models import Attempt
from reprisals.identity.rules import (
    FORGET_AFTER,
    FREE_ATTEMPTS,
    LONGEST_WAIT_BY_ACCOUNT,
    LONGEST_WAIT_BY_ADDRESS,
    neighbourhood_of,
    network_of,
    shares_turn,
    wait_after,
    wait_for,
)

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
PATIENCE = 30
HERE = "203.0.113.9"


@dataclass
class Count:
    """What the table of attempts would hold."""

    failures: int = 0
    last_at: datetime = BEGAN
    next_at: datetime = BEGAN

    def fail(self, now, longest):
        self.failures += 1
        self.last_at, self.next_at = now, now + wait_after(self.failures, longest)


class Model:
    """One account under siege, by the rule alone."""

    def __init__(self):
        self.pairs, self.networks, self.account = defaultdict(Count), defaultdict(Count), Count()
        self.derived = 0

    def wait(self, now, address):
        around, network = neighbourhood_of(address), network_of(address)
        return wait_for(now, self.networks[network], self.pairs[around], self.account)

    def try_wrong(self, now, address):
        if self.wait(now, address) > timedelta(0):
            return
        self.derived += 1
        pair = self.pairs[neighbourhood_of(address)]
        if shares_turn(pair, now):
            self.account.fail(now, LONGEST_WAIT_BY_ACCOUNT)
        pair.fail(now, LONGEST_WAIT_BY_ACCOUNT)
        self.networks[network_of(address)].fail(now, LONGEST_WAIT_BY_ADDRESS)


strangers = st.one_of(
    st.tuples(st.integers(0, 40), st.integers(0, 3)).map(lambda n: f"2001:db8:{n[0]}:{n[1]}::{n[1] + 1}"),
    st.integers(0, 99).map(lambda n: f"198.51.{n}.7"),
)
sieges = st.lists(st.tuples(strangers, st.floats(0, 5)), max_size=150)


@given(siege=sieges, mine=st.sampled_from([HERE, "2001:db9::1"]))
def test_who_has_not_failed_waits_for_no_stranger_at_any_time(siege, mine):
    model, now = Model(), BEGAN
    for address, seconds in siege:
        now += timedelta(seconds=seconds)
        model.try_wrong(now, address)
        assert model.wait(now, mine) <= timedelta(0)


@given(siege=sieges, slips=st.integers(0, FREE_ATTEMPTS - 1))
def test_who_has_mistyped_once_or_twice_waits_for_no_stranger_either(siege, slips):
    model, now = Model(), BEGAN
    for _slip in range(slips):
        model.try_wrong(now, HERE)
    for address, seconds in siege:
        now += timedelta(seconds=seconds)
        model.try_wrong(now, address)
    assert model.wait(now, HERE) <= timedelta(0)


@given(siege=sieges)
def test_all_that_strangers_have_derived_is_three_for_each_neighbourhood_and_then_one_in_four_seconds(siege):
    model, now = Model(), BEGAN
    for address, seconds in siege:
        now += timedelta(seconds=seconds)
        model.try_wrong(now, address)

    around = {neighbourhood_of(address) for address, _seconds in siege}
    warm_up = FREE_ATTEMPTS + 3  # the shared turn begins with three at once, then after 1 and 2 seconds
    lasted = (now - BEGAN) / LONGEST_WAIT_BY_ACCOUNT
    assert model.derived <= FREE_ATTEMPTS * len(around) + warm_up + lasted


def test_what_was_failed_a_day_ago_binds_nobody_to_the_turn_of_strangers():
    pair = Count(failures=9)

    assert shares_turn(pair, BEGAN + FORGET_AFTER)
    assert not shares_turn(pair, BEGAN + FORGET_AFTER + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("address", "network", "around"),
    [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/64", "fe80::/48"),
        ("", "", ""),
        ("unix:", "unix:", "unix:"),
    ],
)
def test_an_address_stands_for_its_network_and_its_neighbourhood(address, network, around):
    assert (network_of(address), neighbourhood_of(address)) == (network, around)


@pytest.fixture
def enter(database, site, clock):
    """Try to sign in. `TooSoon`, `WrongPassphrase`, or the token."""

    def entering(knock):
        try:
            return sign_in(database, site.settings, knock)
        except (TooSoon, WrongPassphrase) as refusal:
            return type(refusal).__name__

    return entering


def besiege(enter, clock, account, seconds, address, email=""):
    """Two tries a second, each from the next address."""
    for number in range(seconds * 2):
        clock.advance(seconds=0.5)
        enter(account.knock("wrong", address(number), email))


SIEGES = {
    "80 addresses of one network": lambda number: f"2001:db8:1:2::{number % 80 + 1:x}",
    "80 networks of one holder": lambda number: f"2001:db8:1:{number % 80 + 1:x}::1",
    "80 networks of 80 holders": lambda number: f"2001:db8:{number % 80 + 1:x}::1",
    "a town of addresses": lambda number: f"198.51.{number % 80}.7",
}


@pytest.mark.parametrize("siege", SIEGES)
def test_the_owner_signs_in_at_the_first_try_in_the_middle_of_a_siege(account, enter, clock, siege, derived):
    for _time in range(3):
        besiege(enter, clock, account, 20, SIEGES[siege])
        assert not isinstance(enter(account.knock(address=HERE)), str)

    clock.advance(seconds=0.5)
    assert enter(account.knock("slip", HERE)) == "WrongPassphrase"
    besiege(enter, clock, account, 20, SIEGES[siege])
    assert not isinstance(enter(account.knock(address=HERE)), str)


def test_many_addresses_of_one_network_are_derived_no_more_than_one(account, enter, clock, derived):
    derived.clear()
    besiege(enter, clock, account, 60, SIEGES["80 addresses of one network"])

    assert derived["wrong"] <= 9, "after 0, 0, 0, 1, 2, 4, 8, 16 and 32 seconds"


def test_an_account_that_nobody_has_is_slowed_down_in_the_same_way(account, enter, clock, derived):
    told = []
    for email in (account.who.person.email, "nobody@field.example"):
        derived.clear()
        besiege(enter, clock, account, 15, SIEGES["80 networks of one holder"], email)
        told.append(derived["wrong"])
        clock.advance(days=2)
    known, unknown = told

    assert known == unknown == 7, "after 0, 0, 0, 1, 2, 4 and 4 seconds"


def hold(turns, order, name, rank):
    """Somebody who waits, and says so when it is their turn."""

    def wait():
        with turns.turn(rank):
            order.append(name)

    before = len(turns._waiting)
    thread = Thread(target=wait)
    thread.start()
    gate = Event()
    for _time in range(PATIENCE * 100):
        if len(turns._waiting) > before:
            return thread
        gate.wait(0.01)
    raise AssertionError(f"{name} does not wait")


def test_who_has_failed_least_goes_first_and_one_at_a_time():
    order: list[str] = []
    turns, came = Turns(), [("often", 3), ("once", 1), ("never", 0), ("never too", 0)]
    with turns.turn(0):
        threads = [hold(turns, order, name, rank) for name, rank in came]
        assert order == []
    for thread in threads:
        thread.join(PATIENCE)

    assert order == ["never", "never too", "once", "often"]


@pytest.mark.parametrize(("rank", "places"), [(0, MOST_WAITING), (1, MOST_WAITING_WHO_FAILED)])
def test_only_so_many_wait_as_leave_threads_for_everybody_else(rank, places):
    turns, threads = Turns(), []
    with turns.turn(0):
        for _place in range(places):
            assert not turns.is_crowded(rank)
            threads.append(hold(turns, [], "somebody", 3))
        assert turns.is_crowded(rank)
    for thread in threads:
        thread.join(PATIENCE)

    assert not turns.is_crowded(rank)


def test_who_finds_too_many_waiting_is_told_to_come_again_and_has_not_failed(
    account, enter, derived, rows, monkeypatch
):
    enter(account.knock("slip"))
    derived.clear()
    turns, threads = Turns(), []
    monkeypatch.setattr(signing_in, "_TURNS", turns)
    with turns.turn(0):
        threads = [hold(turns, [], "somebody", 3) for _place in range(MOST_WAITING_WHO_FAILED)]
        assert enter(account.knock("slip")) == "TooSoon"
    for thread in threads:
        thread.join(PATIENCE)

    assert derived.total() == 0
    assert {attempt.failures for attempt in rows(Attempt)} == {1}
    assert not isinstance(enter(account.knock()), str)


def test_a_turn_that_fails_is_over():
    turns = Turns()
    with pytest.raises(ValueError, match="broken"), turns.turn(0):
        raise ValueError("broken")

    with turns.turn(0):
        pass
