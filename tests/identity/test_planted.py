"""Late forms and stubs that somebody planted who can write the database: nobody is offered them."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from reprisals.audit.actions import commit, recorder_of
from reprisals.audit.chain import hash_entry
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen
from reprisals.identity.actions.sessions import (
    LateForm,
    end_session,
    keep_form,
    list_kept,
    open_all_kept,
    open_kept,
)
from reprisals.identity.actions.told import mark_of
from reprisals.identity.models import KeptForm, LiveSession, SessionStub
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.documents import to_bytes
from reprisals.sealing.envelope import label
from tests.makers import act_as

FORM = LateForm("/cases/new/what", (("words", "as it was typed"),))
FORGED = LateForm("/cases/new/what", (("words", "never said"),))


@pytest.fixture
def who(make):
    return make.member(make.team().team)


@pytest.fixture
def ended(session, settings, make, who):
    token = make.live(who)
    end_session(session, settings, session.get_one(LiveSession, token.lookup), None, "idle")
    session.flush()
    return token


@pytest.fixture
def plant(session, clock, who):
    """Seal a form to somebody's public key, which stands in the clear."""

    def planting():
        now = clock.now()
        kept = KeptForm(
            person_id=who.person.id, lookup=bytes(32), sealed=b"", kept_at=now, until=now + timedelta(days=6)
        )
        kept.sealed = who.keyring.box.public.seal(
            to_bytes(FORGED), label("kept-form", kept.id, who.person.id)
        )
        session.add(kept)
        session.flush()
        return kept

    return planting


def refused(session):
    """The entries that wait for the commit and refuse something."""
    return [note for note in recorder_of(session).notes if note.outcome == "refused"]


def test_a_form_that_was_planted_is_neither_offered_nor_opened(session, settings, make, who, ended, plant):
    assert make.late(ended, FORM)
    planted = plant()
    act_as(session, who)

    assert [late for _kept, late in open_all_kept(session, settings, who.actor, who.keyring)] == [FORM]
    assert planted not in list_kept(session, settings, who.person.id)
    with pytest.raises(CannotOpen, match=f"kept form {planted.id}"):
        open_kept(session, settings, who.actor, who.keyring, planted)


def test_a_planted_form_is_named_in_the_log_once(session, settings, who, plant):
    planted = plant()
    act_as(session, who)
    for _time in range(2):
        assert list_kept(session, settings, who.person.id) == []

    [note] = refused(session)
    assert (note.action, note.actor_id, note.subject) == (
        "record.refused", who.person.id, str(planted.id),
    )  # fmt: skip
    assert note.details == {"kind": "NotTrusted", "what": f"kept form {planted.id}"}
    commit(session)
    act_as(session, who)
    assert list_kept(session, settings, who.person.id) == []
    assert refused(session) == []


def test_a_kept_form_whose_bytes_were_exchanged_is_not_offered(session, settings, make, who, ended):
    make.late(ended, FORM)
    [kept] = list_kept(session, settings, who.person.id)
    kept.sealed = who.keyring.box.public.seal(to_bytes(FORGED), label("kept-form", kept.id, who.person.id))
    session.flush()

    assert list_kept(session, settings, who.person.id) == []


@pytest.mark.parametrize("signer", ["the person", "nobody"])
def test_an_entry_that_the_service_did_not_sign_makes_no_form_genuine(session, settings, who, plant, signer):
    planted = plant()
    details = {"form": str(planted.id), "sealed": mark_of(planted.sealed)}
    newest = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
    entry = AuditEntry(
        seq=newest.seq + 1, at=planted.kept_at, action="form.kept", outcome="done", details=details,
        previous_hash=newest.hash, subject=str(who.person.id),
    )  # fmt: skip
    entry.hash = hash_entry(entry.as_entry())
    entry.signature = who.keyring.signing.sign(entry.hash) if signer == "the person" else b""
    session.add(entry)
    session.flush()

    assert list_kept(session, settings, who.person.id) == []


def test_a_form_of_somebody_else_is_not_offered_under_another_name(session, settings, make, ended, who):
    make.late(ended, FORM)
    [kept] = session.scalars(select(KeptForm))
    other = make.founder
    kept.person_id = other.person.id
    session.flush()

    assert list_kept(session, settings, other.person.id) == []
    assert list_kept(session, settings, who.person.id) == []


@pytest.mark.parametrize("where", ["a stub", "a session"])
def test_a_stub_that_was_planted_for_somebody_receives_nothing(session, settings, clock, who, where):
    token, now = SessionToken.draw(), clock.now()
    receipt = token.receipt(who.person.id, who.keyring.box.public.raw)
    until = now + timedelta(days=7)
    if where == "a stub":
        session.add(SessionStub(lookup=token.lookup, person_id=who.person.id, receipt=receipt, until=until))
    else:
        live = LiveSession(
            lookup=token.lookup, person_id=who.person.id, wrapped_bundle=b"", receipt=receipt, started_at=now,
            seen_at=now, expires_at=until, device="",
        )  # fmt: skip
        session.add(live)
    session.flush()

    assert not keep_form(session, settings, token, FORGED)
    assert session.scalars(select(KeptForm)).all() == []


def test_the_session_of_one_person_receives_nothing_in_the_name_of_another(session, settings, make, who):
    mine = make.live(make.founder)
    session.delete(session.get_one(LiveSession, mine.lookup))
    receipt = mine.receipt(who.person.id, who.keyring.box.public.raw)
    until = make.founder.person.created_at + timedelta(days=4_000)
    session.add(SessionStub(lookup=mine.lookup, person_id=who.person.id, receipt=receipt, until=until))
    session.flush()

    assert not keep_form(session, settings, mine, FORGED)
