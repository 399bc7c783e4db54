"""The auditor has the chain walked: step by step, each one recorded, bounded, and gone on from."""

import pytest
from sqlalchemy import select, update

from reprisals.administration import actions
from reprisals.administration.rules.entries import write_head
from reprisals.administration.views import verifying
from reprisals.audit import queries
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.identity.models import Person, PersonState


@pytest.fixture
def auditor(browser_of, committing):
    with committing() as make:
        who = make.officer("AUDITOR")
    return browser_of(who)


@pytest.fixture
def steps_of(monkeypatch):
    """Let a step walk so many entries."""
    return lambda most: monkeypatch.setattr(actions, "MOST_AT_ONCE", most)


def log(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def head(database):
    with database.reading() as session:
        stored = session.get_one(AuditHead, 1)
        return write_head(stored.seq, stored.hash)


def make_entries(first, number):
    for _again in range(number):
        first.get("/audit", status=403)


def fill_log(first, database, number):
    """Entries until the log has this many."""
    make_entries(first, number - len(log(database)))


def walked(auditor, head="", walk="on"):
    """The page after a step."""
    fields = [("head", head), ("walk", walk)]
    return auditor.follow(auditor.post("/audit/verify", fields, status=303))


def test_a_log_that_holds_is_shown_with_the_head_to_keep(auditor, first, database):
    make_entries(first, 3)
    known = head(database)

    page = walked(auditor)

    number, _colon, digest = known.partition(":")
    assert f"The log holds: {number} entries" in page.words
    assert known in page.words
    entry = log(database)[-1]
    assert (entry.action, entry.actor_id is not None) == ("audit.verified", True)
    assert entry.details == {"start": 0, "up_to": int(number), "hash": digest, "last": int(number)}
    assert f"The log holds: {int(number) + 1} entries" in walked(auditor, known).words
    assert log(database)[-1].details["kept"] == int(number)


def test_the_page_says_when_and_up_to_where_it_was_walked_last_and_by_whom(auditor, first, database):
    page = auditor.get("/audit/verify")
    assert "Nobody has had the chain checked" in page.words
    last = len(log(database))

    walked(auditor)

    page = auditor.get("/audit/verify")
    name = next(row for row in page.tree.iter("bdi") if "Person" in (row.text or "")).text
    assert f"2 March 2026, 09:00 UTC {name} All entries hold, up to {last}" in page.words


def test_a_long_log_is_walked_in_steps_that_go_on_from_each_other(auditor, first, database, steps_of):
    fill_log(first, database, 10)
    steps_of(4)

    assert (
        "Entries hold up to 4 of 10. The rest has not been looked at." in walked(auditor, walk="anew").words
    )
    assert "Go on from entry 4" in words_of_buttons(auditor)
    assert "Entries hold up to 8 of 11." in walked(auditor).words
    page = walked(auditor)
    assert "The log holds: 12 entries" in page.words
    assert [entry.details["start"] for entry in log(database) if entry.action == "audit.verified"] == [
        0,
        4,
        8,
    ]


def words_of_buttons(auditor):
    return auditor.get("/audit/verify").words


def test_a_break_in_a_later_step_is_found_and_the_next_step_begins_at_the_first(
    auditor, first, database, steps_of, committing
):
    make_entries(first, 9)
    steps_of(4)
    walked(auditor, walk="anew")
    with committing() as make:
        make.session.get_one(AuditEntry, 6).action = "page.not-found"

    page = walked(auditor)

    assert "Entry 6 is the first that does not hold. It is not as it was written." in page.words
    assert log(database)[-1].details | {"broken": 6, "reason": "altered"} == log(database)[-1].details
    assert "Go on from entry" not in page.words
    walked(auditor)
    assert log(database)[-1].details["start"] == 0


def test_nobody_goes_on_from_the_step_of_another(auditor, browser_of, committing, first, database, steps_of):
    make_entries(first, 9)
    steps_of(4)
    walked(auditor)
    with committing() as make:
        who = make.officer("AUDITOR")
    other = browser_of(who)

    page = other.get("/audit/verify")

    assert "Entries hold up to 4" in page.words
    assert "Go on from entry" not in page.words
    walked(other)
    assert log(database)[-1].details["start"] == 0


def test_nobody_goes_on_from_a_step_that_was_altered(auditor, first, database, steps_of, committing):
    make_entries(first, 9)
    steps_of(4)
    walked(auditor)
    with committing() as make:
        entry = make.session.scalars(select(AuditEntry).where(AuditEntry.action == "audit.verified")).one()
        entry.details = {**entry.details, "up_to": 8}

    assert "Go on from entry" not in auditor.get("/audit/verify").words


def test_entries_rewritten_where_a_step_ended_are_found_by_the_next(
    auditor, first, database, steps_of, committing
):
    make_entries(first, 9)
    steps_of(4)
    walked(auditor)
    with committing() as make:
        make.session.get_one(AuditEntry, 5).previous_hash = bytes(32)

    assert "Entry 5 is the first that does not hold. It does not follow" in walked(auditor).words


def test_a_step_that_finds_a_gap_at_its_end_says_so(auditor, first, committing, steps_of):
    make_entries(first, 9)
    steps_of(4)
    with committing() as make:
        make.session.delete(make.session.get_one(AuditEntry, 4))

    assert "Entry 4 is the first that does not hold. It is missing" in walked(auditor).words


def test_with_a_head_that_was_kept_a_cut_tail_is_found(auditor, first, committing, database):
    make_entries(first, 3)
    kept = head(database)
    with committing() as make:
        last = make.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
        stored = make.session.get_one(AuditHead, 1)
        stored.seq, stored.hash = last.seq - 1, last.previous_hash
        make.session.delete(last)

    found = walked(auditor, kept)

    assert "The log does not hold" in found.words
    assert "Entries at the end were removed" in found.words
    assert "The log holds" in walked(auditor).words


def test_an_entry_that_was_altered_is_named(auditor, first, committing):
    make_entries(first, 3)
    with committing() as make:
        make.session.get_one(AuditEntry, 2).action = "page.not-found"

    page = walked(auditor)

    assert "Entry 2 is the first that does not hold. It is not as it was written." in page.words


@pytest.mark.parametrize("typed", ["12", "x:y", "1_0:" + "a" * 64, "1:" + "g" * 64])
def test_a_head_that_is_none_is_told_beside_its_field_and_nothing_is_walked(auditor, database, typed):
    before = len(log(database))

    refused = auditor.post("/audit/verify", {"head": typed}, status=422)

    assert refused.errors().keys() == {"head"}
    assert dict(refused.fields())["head"] == typed
    assert len(log(database)) == before


def test_to_open_the_page_walks_nothing(auditor, database):
    before = len(log(database))

    auditor.get("/audit/verify")

    assert len(log(database)) == before


def test_others_write_while_a_step_walks(auditor, database, monkeypatch, committing):
    walk = queries.walk_chain

    def meanwhile(*arguments):
        found = walk(*arguments)
        with committing() as make:
            make.founder.person.name = "Somebody else wrote"
        return found

    monkeypatch.setattr(actions, "walk_chain", meanwhile)

    assert "The log holds" in walked(auditor).words


def test_an_auditor_who_is_suspended_while_the_chain_is_walked_records_nothing(
    auditor, database, committing, monkeypatch
):
    walk, number = actions.walk_log, len(log(database))

    def meanwhile(*said, **how):
        step = walk(*said, **how)
        with committing() as make:
            make.session.execute(update(Person).values(state=PersonState.SUSPENDED))
        return step

    monkeypatch.setattr(verifying, "walk_log", meanwhile)

    auditor.post("/audit/verify", [("head", ""), ("walk", "on")], status=401)

    assert "audit.verified" not in {entry.action for entry in log(database)[number:]}
