import hashlib
from uuid import uuid4

import pytest
from sqlalchemy import select

from reprisals.access import Actor
from reprisals.audit.actions import (
    NotRecorded,
    Recorder,
    attach,
    begin_log,
    commit,
    commit_notes,
    forget_case,
    record,
    record_case,
    record_opening,
    record_refusal,
    recorder_of,
    undo,
)
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.opening import create_case, open_case
from reprisals.audit.queries import check_entry, verify
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import Person
from reprisals.sealing.boxes import CaseFile
from reprisals.sealing.holders import TeamKind
from reprisals.sealing.keys import SigningKey
from reprisals.sealing.trust import Trust
from tests.makers import act_as
from tests.rows import Page, PageContent


def entries(session, after=0):
    return list(session.scalars(select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq)))


def last(session):
    return session.scalars(select(AuditHead)).one().seq


@pytest.fixture
def whole(site):
    """Say whether the chain holds."""

    def check(session):
        session.expire_all()
        return verify(session, site.root.public, site.secrets.service.public)[0] is None

    return check


def test_entries_are_numbered_chained_and_signed_at_the_commit(session, founder, clock, whole):
    before, about = last(session), uuid4()

    record(session, founder.actor, "team.founded", about, kind="FOCAL")
    record(session, None, "backup.made")
    assert last(session) == before
    commit(session)

    one, two = entries(session, before)
    assert (one.seq, one.action, one.subject, one.details) == (
        before + 1,
        "team.founded",
        str(about),
        {"kind": "FOCAL"},
    )
    assert (one.actor_id, two.actor_id, one.outcome) == (founder.person.id, None, "done")
    assert (two.seq, two.previous_hash, two.subject) == (before + 2, one.hash, "")
    assert one.at == clock.now()
    assert recorder_of(session).notes == []


def test_an_entry_names_nobody_where_the_service_signs(session, site, founder, whole):
    before = last(session)
    attach(session, service_recorder(site.settings))

    record(session, founder.actor, "session.ended", founder.person.id)
    commit(session)

    [entry] = entries(session, before)
    assert entry.actor_id is None
    assert not check_entry(Trust(session, site.root.public), entry)
    assert whole(session)


def test_an_entry_of_a_person_is_theirs_alone(session, site, founder):
    before = last(session)
    record(session, founder.actor, "a")
    commit(session)
    [entry] = entries(session, before)

    assert check_entry(Trust(session, site.root.public), entry)
    entry.action = "b"
    assert not check_entry(Trust(session, site.root.public), entry)


def test_the_change_of_a_case_carries_number_and_hash_of_its_manifest(session, make):
    team, lead = make.team()
    case_id = make.case_file(lead, team, "one")
    before = last(session)
    case = make.opened(lead, case_id)
    case.change(case.load(Page)[0], PageContent("two"))

    record_case(session, lead.actor, "case.prepared", case_id)
    record(session, lead.actor, "team.founded")
    record_case(session, lead.actor, "case.changed", case_id, part="account")
    commit(session)

    told = [(entry.action, entry.case_id, entry.manifest_number) for entry in entries(session, before)]
    assert told == [
        ("case.opened", case_id, None),
        ("case.prepared", case_id, None),
        ("team.founded", None, None),
        ("case.changed", case_id, 2),
    ]
    sealed = session.get_one(CaseFile, case_id).manifest.raw
    assert entries(session)[-1].manifest_hash == hashlib.sha256(sealed).digest()


@pytest.mark.parametrize("said", ["nothing", "about another case", "that it was opened"])
def test_a_case_that_was_changed_without_an_entry_is_not_stored(session, make, said):
    team, lead = make.team()
    case_id = make.case_file(lead, team, "one")
    before = last(session)
    case = make.opened(lead, case_id)
    case.change(case.load(Page)[0], PageContent("two"))
    if said == "about another case":
        record_case(session, lead.actor, "case.changed", uuid4())
    if said == "that it was opened":
        record_opening(session, lead.actor, "case.opened", case_id)

    with pytest.raises(NotRecorded, match=str(case_id)):
        commit(session)
    session.rollback()

    assert last(session) == before
    case = make.opened(lead, case_id)
    assert case.read(case.load(Page)[0]) == PageContent("one")


def test_a_new_case_without_an_entry_is_not_stored(session, make, site, founder):
    case = create_case(session, founder.keyring, uuid4())
    case.grant(identity_of(site.team(session, TeamKind.CENTRAL)), own=True)

    with pytest.raises(NotRecorded, match=str(case.id)):
        commit(session)


def test_what_was_undone_is_not_told_as_done_and_what_was_opened_or_refused_stays(session, founder):
    recorder = recorder_of(session)
    record(session, founder.actor, "person.invited")
    record_case(session, founder.actor, "case.changed", uuid4())
    record_opening(session, founder.actor, "case.opened", uuid4(), purpose="page")
    record_refusal(recorder, founder.actor.person_id, "case.refused", "about", permission="case.edit")

    recorder.forget_changes()

    assert [(note.action, note.outcome) for note in recorder.notes] == [
        ("case.opened", "done"),
        ("case.refused", "refused"),
    ]


def test_undoing_takes_back_what_was_written_with_its_entries_and_opens_cases_anew(session, make):
    team, lead = make.team()
    case_id = make.case_file(lead, team, "one")
    before = last(session)
    case = make.opened(lead, case_id)
    case.change(case.load(Page)[0], PageContent("two"))
    record_case(session, lead.actor, "case.changed", case_id)

    undo(session)
    again = open_case(session, lead.keyring, lead.actor, case_id, "test")
    assert again.read(again.load(Page)[0]) == PageContent("one")
    again.change(again.load(Page)[0], PageContent("three"))
    record_case(session, lead.actor, "case.kept", case_id)
    commit(session)

    told = [(entry.action, entry.manifest_number) for entry in entries(session, before)]
    assert [action for action, _number in told] == ["case.opened", "case.opened", "case.kept"]
    assert told[-1] == ("case.kept", 2)


def test_a_case_that_was_forgotten_is_neither_sealed_nor_told_of_and_others_are(session, make):
    team, lead = make.team()
    gone, kept = make.case_file(lead, team, "one"), make.case_file(lead, team, "one")
    before = last(session)
    act_as(session, lead)
    for case_id in (gone, kept):
        case = open_case(session, lead.keyring, lead.actor, case_id, "test")
        case.change(case.load(Page)[0], PageContent("two"))
        record_case(session, lead.actor, "case.changed", case_id)

    forget_case(session, gone)
    commit(session)

    told = [(entry.action, entry.case_id) for entry in entries(session, before)]
    assert told == [("case.opened", gone), ("case.opened", kept), ("case.changed", kept)]
    assert [session.get_one(CaseFile, case_id).manifest_number for case_id in (gone, kept)] == [1, 2]


def test_a_refusal_is_committed_while_the_request_is_undone(database, committing, site, whole):
    with committing() as make:
        admin = make.officer("ADMINISTRATOR")
    recorder = Recorder(admin.keyring.signing, is_person=True)
    with database.writing() as session:
        attach(session, recorder)
        before = last(session)
        session.get_one(Person, admin.person.id).name = "Somebody else"
        record(session, admin.actor, "person.renamed", admin.person.id)
        record_refusal(recorder, admin.person.id, "case.refused", permission="case.read")
        session.flush()
        session.rollback()
    recorder.forget_changes()
    commit_notes(database, recorder)

    with database.reading() as session:
        [entry] = entries(session, before)
        assert (entry.action, entry.outcome, entry.actor_id) == ("case.refused", "refused", admin.person.id)
        assert entry.details == {"permission": "case.read"}
        assert session.get_one(Person, admin.person.id).name != "Somebody else"
        assert whole(session)
    assert recorder.notes == []


def test_a_request_without_entries_writes_nothing(database, site):
    with database.reading() as session:
        before = last(session)

    commit_notes(database, service_recorder(site.settings))
    with database.writing() as session:
        commit(attach(session, service_recorder(site.settings)))

    with database.reading() as session:
        assert last(session) == before


def test_sessions_that_commit_in_turn_continue_one_chain(database, site, whole):
    with database.writing() as one, database.writing() as two:
        held = []
        for session in (one, two, one, two, one):
            attach(session, service_recorder(site.settings))
            record(session, None, "a")
            held.append(session.get_one(AuditHead, 1))
            commit(session)
    assert len({id(head) for head in held}) == 2, "each session knows the head from before"

    with database.reading() as session:
        assert last(session) == len(entries(session))
        assert whole(session)


def test_the_first_entry_of_a_new_log_follows_the_genesis(empty_database):
    key = SigningKey(bytes(32))
    with empty_database.writing() as session:
        attach(session, Recorder(key, is_person=False))
        begin_log(session)
        record(session, Actor(uuid4()), "site.founded")
        commit(session)
        [entry] = entries(session)

    assert (entry.seq, entry.previous_hash) == (1, bytes(32))
    with empty_database.reading() as session:
        assert verify(session, bytes(32), key.public) == (None, 1, entry.hash)
