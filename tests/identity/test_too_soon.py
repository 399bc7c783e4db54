"""Attempts to sign in that came too soon stand in the log: once a minute for what they wait for, the others counted."""

import pytest
from sqlalchemy import select

from reprisals.audit.actions import attach, commit
from reprisals.audit.models import AuditEntry
from reprisals.identity.actions.sessions import purge
from reprisals.identity.actions.signing_in import TooSoon, WrongPassphrase, service_recorder, sign_in
from reprisals.identity.models import Attempt


@pytest.fixture
def told(database):
    """The entries of attempts that came too soon: whose account, how many more."""

    def reading():
        wanted = select(AuditEntry).where(AuditEntry.action == "session.too-soon").order_by(AuditEntry.seq)
        with database.reading() as session:
            return [(entry.subject, entry.details.get("left_out", 0)) for entry in session.scalars(wanted)]

    return reading


@pytest.fixture
def knock(database, site, clock):
    """Knock a number of times with a wrong passphrase. How each attempt ended."""

    def knocking(knocks):
        ended = []
        for one in knocks:
            try:
                sign_in(database, site.settings, one)
            except (TooSoon, WrongPassphrase) as refusal:
                ended.append(type(refusal).__name__)
        return ended

    return knocking


def addresses(account, first, number):
    return [account.knock("wrong", f"192.0.2.{place}") for place in range(first, first + number)]


def test_an_account_tried_too_soon_has_one_entry_a_minute_with_the_number_of_the_others(
    account, knock, told, clock
):
    person = str(account.who.person.id)

    assert knock(addresses(account, 1, 7)) == ["WrongPassphrase"] * 3 + ["TooSoon"] * 4
    assert told() == [(person, 0)]

    clock.advance(seconds=61)
    for place in range(20, 26):
        knock(addresses(account, place, 1))
    assert told() == [(person, 0), (person, 3)]


def test_an_address_that_tries_many_names_too_soon_fills_neither_the_log_nor_the_table(
    account, knock, told, rows
):
    names = [account.knock("wrong", email=f"person{number}@field.example") for number in range(40)]

    assert knock(names).count("TooSoon") > 30

    assert told() == [("", 0)]
    assert len(rows(Attempt)) < 10


def test_attempts_that_were_only_counted_are_told_when_nothing_else_has_told_of_them(
    account, knock, told, clock, database, settings
):
    knock(addresses(account, 1, 7))
    clock.advance(minutes=2)

    for _time in range(2):
        with database.writing() as session:
            attach(session, service_recorder(settings))
            purge(session, settings)
            commit(session)

    assert told() == [(str(account.who.person.id), 0), ("", 2)]
