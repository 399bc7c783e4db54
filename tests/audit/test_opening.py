from collections.abc import Sequence
from contextlib import closing
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from reprisals.audit.actions import Note, commit_notes, recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen, Tampered, create_case, open_case, open_titles
from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing.boxes import CaseCode, CaseFile
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import TeamKind
from tests.makers import Somebody, act_as
from tests.rows import Page, PageContent
from tests.sealing.world import put, table_of


@pytest.fixture
def team(make):
    return make.team()


@pytest.fixture
def cases(make, team):
    return [make.case_file(team.lead, team.team, f"title {number}") for number in range(3)]


@pytest.fixture
def listed(session, make, team):
    """The titles of these cases as a list shows them, and the entry that says so."""

    def listing(cases: Sequence[UUID], who: Somebody | None = None) -> tuple[dict[UUID, str], list[Note]]:
        who = who or team.lead
        act_as(session, who)
        rows = list(session.scalars(select(Page).where(Page.case_id.in_(cases)).order_by(Page.case_id)))
        titles = open_titles(session, who.keyring, who.actor, rows, "list")
        told = {
            case: document.title for case, document in titles.items() if isinstance(document, PageContent)
        }
        return told, recorder_of(session).notes

    return listing


def test_an_opening_is_recorded_with_its_purpose_before_anything_is_read(session, team, cases):
    case = open_case(session, team.lead.keyring, team.lead.actor, cases[0], "export")

    [note] = recorder_of(session).notes
    assert (note.action, note.case_id, note.actor_id) == ("case.opened", cases[0], team.lead.person.id)
    assert (note.details, note.stays, note.outcome) == ({"purpose": "export"}, True, "done")
    assert case.id == cases[0]


def test_a_case_that_does_not_open_leaves_no_entry_that_it_was_opened(session, make, cases):
    stranger = make.team().lead
    act_as(session, stranger)

    with pytest.raises(CannotOpen):
        open_case(session, stranger.keyring, stranger.actor, cases[0], "page")

    assert recorder_of(session).notes == []


def test_a_case_without_its_file_is_named(session, team):
    nowhere = uuid4()

    with pytest.raises(Tampered, match=f"case file {nowhere} is missing"):
        open_case(session, team.lead.keyring, team.lead.actor, nowhere, "page")


def test_a_list_is_one_entry_that_names_all_it_opened(listed, cases):
    titles, [note] = listed(cases)

    assert titles == {case: f"title {number}" for number, case in enumerate(cases)}
    assert (note.action, note.case_id, note.stays) == ("cases.listed", None, True)
    assert note.details == {"purpose": "list", "cases": [str(case) for case in sorted(cases)]}


def test_an_empty_list_leaves_no_entry(listed):
    assert listed([]) == ({}, [])


def test_a_title_with_codes_is_checked_against_them(make, session, team, cases, listed):
    case = make.opened(team.lead, cases[0])
    case.change(case.load(Page)[0], PageContent("with codes"), {"states": frozenset({"AFG", "ALB"})})
    make.written(team.lead, case)

    assert listed(cases)[0][cases[0]] == "with codes"
    session.query(CaseCode).filter_by(code="ALB").delete()
    assert cases[0] not in listed(cases)[0]


NAMED = {
    "content": "test_page ",
    "manifest": "manifest of ",
    "grant": "grant ",
    "log": "manifest of ",
    "file": "case file ",
    "signature": "audit entry ",
}


@pytest.mark.parametrize("damage", NAMED)
def test_one_damaged_case_does_not_hide_the_others_and_is_named(session, team, cases, listed, damage):
    page, file, grant, log = table_of(Page), table_of(CaseFile), table_of(Grant), table_of(AuditEntry)
    damaged = cases[1]
    if damage == "content":
        put(session, page, page.c.case_id == damaged, kind="KILL")
    elif damage == "manifest":
        put(session, file, file.c.id == damaged, manifest_number=7)
    elif damage == "grant":
        put(session, grant, grant.c.case_id == damaged, sealed_key=bytes(61))
    elif damage == "log":
        put(
            session,
            log,
            (log.c.case_id == damaged) & log.c.manifest_number.is_not(None),
            manifest_hash=bytes(32),
        )
    elif damage == "signature":
        changing = (log.c.case_id == damaged) & log.c.manifest_number.is_not(None)
        put(session, log, changing, signature=bytes(64))

    if damage == "file":
        damaged = cases[1] = uuid4()
        act_as(session, team.lead)
        rows = list(session.scalars(select(Page)))
        stray = Page()
        stray.case_id = damaged
        titles = open_titles(session, team.lead.keyring, team.lead.actor, [*rows, stray], "list")
        refusal, note = recorder_of(session).notes
        assert damaged not in titles
    else:
        titles, [refusal, note] = listed(cases)
        assert titles == {cases[0]: "title 0", cases[2]: "title 2"}
    assert (note.action, note.outcome, note.details["failed"]) == ("cases.listed", "done", [str(damaged)])
    assert str(damaged) not in note.details["cases"]
    assert (refusal.action, refusal.outcome, refusal.stays) == ("record.refused", "refused", True)
    assert (refusal.case_id, refusal.actor_id) == (damaged, team.lead.person.id)
    assert refusal.details["what"].startswith(NAMED[damage])
    assert refusal.details["purpose"] == "list"


def test_a_list_shows_nothing_of_cases_that_the_person_has_no_grant_for(make, cases, listed):
    titles, [*refusals, note] = listed(cases, make.team().lead)

    assert titles == {}
    assert note.details["cases"] == []
    assert {refusal.case_id for refusal in refusals} == set(cases)
    assert note.details["failed"] == [str(case) for case in sorted(cases)]


def test_reading_in_one_session_and_recording_in_another_leaves_both_in_order(database, committing, site):
    with committing() as make:
        team, lead = make.team()
        case_id = make.case_file(lead, team, "title")

    with database.reading() as session:
        act_as(session, lead)
        case = open_case(session, lead.keyring, lead.actor, case_id, "page")
        assert case.read(case.load(Page)[0]) == PageContent("title")
        commit_notes(database, recorder_of(session))

    with database.reading() as session:
        newest = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc()).limit(1)).one()
        assert (newest.action, newest.case_id, newest.actor_id) == ("case.opened", case_id, lead.person.id)


def test_what_a_session_loaded_before_somebody_elses_change_is_not_taken_for_tampering(database, committing):
    with committing() as make:
        team, lead = make.team()
        member = make.member(team)
        case_id = make.case_file(lead, team, "one")

    with database.writing() as early:
        act_as(early, member)
        if early.get_bind().dialect.name == "postgresql":  # on SQLite the turn to write is taken at the start
            held = [early.get_one(CaseFile, case_id), *early.scalars(select(Page))]
            assert len(held) == 2
        with committing() as make:
            if early.get_bind().dialect.name == "postgresql":
                case = make.opened(lead, case_id)
                case.change(case.load(Page)[0], PageContent("two"))
                make.written(lead, case)
        case = open_case(early, member.keyring, member.actor, case_id, "page")
        [page] = case.load(Page)
        assert page.revision == case.file.manifest_number


def test_a_case_is_locked_by_whoever_opens_it_to_write(database, committing):
    with committing() as make:
        team, lead = make.team()
        case_id = make.case_file(lead, team, "one")

    with database.writing() as session, closing(database.engine.raw_connection()) as other:
        act_as(session, lead)
        open_case(session, lead.keyring, lead.actor, case_id, "page")
        cursor = other.cursor()
        taking = "BEGIN IMMEDIATE"
        if database.engine.dialect.name == "postgresql":
            taking = "SELECT * FROM case_file FOR UPDATE NOWAIT"
        else:
            cursor.execute("PRAGMA busy_timeout=10")
        with pytest.raises(Exception, match="lock"):
            cursor.execute(taking)
        other.rollback()


def test_a_grant_that_the_manifest_names_must_be_there(make, session, site, team, cases):
    case = make.opened(team.lead, cases[0])
    case.grant(identity_of(site.team(session, TeamKind.DRAFTING)))
    make.written(team.lead, case)
    session.query(Grant).filter_by(case_id=cases[0], wrapped=False).delete()

    with pytest.raises(Tampered, match=f"grant of {cases[0]} to team:.* is missing"):
        make.opened(team.lead, cases[0])


def test_a_new_case_is_known_to_the_session_that_makes_it(session, founder):
    case = create_case(session, founder.keyring, uuid4())

    assert open_case(session, founder.keyring, founder.actor, case.id, "page") is case
    assert recorder_of(session).notes == []
