"""Attacks on the log by somebody who can write the database: the first broken entry is named, and why."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, update

from reprisals.audit.actions import attach, commit, record
from reprisals.audit.chain import Broken, hash_entry
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.queries import verify
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.sealing.keys import SigningKey
from tests.makers import act_as
from tests.sealing.world import table_of

LOG, HEAD = table_of(AuditEntry), table_of(AuditHead)


@pytest.fixture
def first(session, make, site, founder):
    """The number of the first of six entries: three of a person, two of the service, one of a person."""
    start = session.get_one(AuditHead, 1).seq + 1
    lead = make.team().lead
    for who in (lead, None, founder):
        attach(session, service_recorder(site.settings)) if who is None else act_as(session, who)
        for number in range(2):
            record(session, who.actor if who else None, "test.done", number=number)
        commit(session)
    return start


@pytest.fixture
def walk(session, site):
    def walking(head=None):
        session.expire_all()
        return verify(session, site.root.public, site.secrets.service.public, head)

    return walking


def forge(session, seq, signer, **changes):
    """Change an entry and make hash and signature anew, as far as one has the key."""
    entry = session.get_one(AuditEntry, seq)
    hashed = hash_entry(replace(entry.as_entry(), **changes))
    columns = {"previous": "previous_hash", "actor": "actor_id"}
    values = {columns.get(name, name): value for name, value in changes.items()}
    if "previous" in changes:
        values["previous_hash"] = bytes.fromhex(changes["previous"])
    if changes.get("actor") == "service":
        values["actor_id"] = None
    signature = signer.sign(hashed) if signer else entry.signature
    session.execute(update(LOG).where(LOG.c.seq == seq).values(hash=hashed, signature=signature, **values))
    session.expire_all()
    return hashed


def rewrite(session, seq, signer, **changes):
    """Forge an entry, and every later one to fit."""
    last = session.get_one(AuditHead, 1).seq
    hashed = forge(session, seq, signer, **changes)
    for later in range(seq + 1, last + 1):
        hashed = forge(session, later, signer, previous=hashed.hex())
    session.execute(update(HEAD).values(hash=hashed))


def cut(session, after):
    """Cut the tail and make the head fit."""
    session.execute(delete(LOG).where(LOG.c.seq > after))
    kept = session.get_one(AuditEntry, after)
    session.execute(update(HEAD).values(seq=after, hash=kept.hash))
    session.expire_all()


def test_the_log_holds_and_says_where_it_ends(first, walk, session):
    broken, seq, last = walk()

    assert broken is None
    assert (seq, last) == (first + 5, session.get_one(AuditHead, 1).hash)
    assert (
        walk((seq, last))
        == walk((first, session.get_one(AuditEntry, first).hash))
        == walk((0, b""))
        == (None, seq, last)
    )


@pytest.mark.parametrize("column", ["action", "subject", "details", "outcome"])
def test_an_edited_entry_is_named(first, walk, session, column):
    value = {"details": {"number": 9}, "outcome": "refused"}.get(column, "other")

    session.execute(update(LOG).where(LOG.c.seq == first + 1).values({column: value}))

    assert walk()[0] == Broken(first + 1, "altered")


def test_an_edited_entry_with_its_hash_made_anew_is_named(first, walk, session):
    forge(session, first + 1, None, action="other")

    assert walk()[0] == Broken(first + 1, "signature")


def test_a_log_rewritten_from_an_entry_on_is_named_at_the_first_that_was_not_signed_by_its_actor(
    first, walk, session, site
):
    rewrite(session, first + 1, SigningKey.draw(), action="other")
    assert walk()[0] == Broken(first + 1, "signature")

    rewrite(session, first + 2, site.secrets.service, action="other")
    assert walk()[0] == Broken(first + 1, "signature")


def test_whoever_has_the_servers_configuration_still_cannot_rewrite_what_people_did(
    first, walk, session, site
):
    rewrite(session, first + 2, site.secrets.service, action="other")

    assert walk()[0] == Broken(first + 4, "signature")


def test_a_person_cannot_be_put_in_anothers_place(first, walk, session, make):
    forge(session, first + 1, make.team().lead.keyring.signing)

    assert walk()[0] == Broken(first + 1, "signature")


def test_an_entry_of_a_person_shown_as_the_services_is_named(first, walk, session, make):
    forge(session, first + 1, SigningKey.draw(), actor="service")

    assert walk()[0] == Broken(first + 1, "signature")


def test_an_entry_by_somebody_nobody_vouches_for_is_named(session, walk, make):
    outsider = make.person()
    act_as(session, outsider)
    record(session, outsider.actor, "test.done")
    commit(session)

    assert walk()[0] == Broken(session.get_one(AuditHead, 1).seq, "signature")


def test_a_removed_entry_is_named(first, walk, session):
    session.execute(delete(LOG).where(LOG.c.seq == first + 1))

    assert walk()[0] == Broken(first + 1, "missing")


def test_an_entry_removed_with_the_rest_numbered_anew_and_hashes_recomputed_is_named(
    first, walk, session, founder
):
    session.execute(delete(LOG).where(LOG.c.seq == first + 1))
    hashed = session.get_one(AuditEntry, first).hash
    for seq in range(first + 1, first + 5):
        session.execute(update(LOG).where(LOG.c.seq == seq + 1).values(seq=seq))
        hashed = forge(session, seq, None, previous=hashed.hex())
    session.execute(update(HEAD).values(seq=first + 4, hash=hashed))

    assert walk()[0] == Broken(first + 1, "signature")


def test_two_entries_swapped_are_named(first, walk, session):
    for old, new in ((first, 10**6), (first + 1, first), (10**6, first + 1)):
        session.execute(update(LOG).where(LOG.c.seq == old).values(seq=new))

    assert walk()[0] == Broken(first, "order")


def test_a_tail_cut_clumsily_is_named(first, walk, session):
    session.execute(delete(LOG).where(LOG.c.seq > first + 3))

    assert walk()[0] == Broken(first + 4, "tail")


def test_a_tail_cut_with_the_head_put_back_is_found_only_with_a_head_kept_elsewhere(first, walk, session):
    _none, seq, kept = walk()

    cut(session, first + 3)

    assert walk()[0] is None
    assert walk((seq, kept))[0] == Broken(seq, "tail")


def test_a_tail_cut_and_written_anew_is_found_with_a_head_kept_elsewhere(first, walk, session, site):
    _none, seq, kept = walk()
    cut(session, first + 3)
    attach(session, service_recorder(site.settings))
    for _number in range(2):
        record(session, None, "nothing.happened")
    commit(session)

    assert walk()[0] is None
    assert walk((seq, kept))[0] == Broken(seq, "head")


@pytest.mark.parametrize("how", ["number", "hash", "both", "removed"])
def test_a_head_that_was_rolled_back_or_removed_is_named(first, walk, session, how):
    earlier = session.get_one(AuditEntry, first + 3)
    values = {"number": {"seq": earlier.seq}, "hash": {"hash": earlier.hash}}

    if how == "removed":
        session.execute(delete(HEAD))
    else:
        session.execute(update(HEAD).values(values.get(how) or values["number"] | values["hash"]))

    assert walk()[0] == Broken(first + 6, "tail")


def test_a_long_log_is_walked_in_batches_and_stopped_at_the_first_break(first, walk, session, monkeypatch):
    monkeypatch.setattr("reprisals.audit.queries.BATCH", 2)
    assert walk()[0] is None

    session.execute(update(LOG).where(LOG.c.seq == first).values(action="other"))

    assert walk()[0] == Broken(first, "altered")
