"""Many writers at once, on real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from reprisals.audit.actions import attach, commit, commit_notes, record, record_case, record_refusal
from reprisals.audit.models import AuditEntry, AuditHead
from reprisals.audit.opening import open_case
from reprisals.audit.queries import verify
from reprisals.identity.actions.signing_in import service_recorder
from tests.makers import Somebody, act_as
from tests.rows import Page, PageContent
from tests.sealing.world import fresh

WRITERS, TURNS = 8, 4


def together(work):
    """Run the work in eight threads that start at once. What each acknowledges, in any order."""
    start = threading.Barrier(WRITERS)

    def one(number):
        start.wait(timeout=60)
        return [work(number, turn) for turn in range(TURNS)]

    with ThreadPoolExecutor(WRITERS) as pool:
        return [told for done in pool.map(one, range(WRITERS)) for told in done]


def check_whole(database, site):
    with database.reading() as session:
        broken, seq, _hash = verify(session, site.root.public, site.secrets.service.public)
        assert broken is None
        assert (
            seq
            == session.get_one(AuditHead, 1).seq
            == session.scalar(select(func.count()).select_from(AuditEntry))
        )


def test_every_entry_that_was_acknowledged_is_there_once_and_the_chain_holds(database, site):
    turns = {(number, turn): uuid4() for number in range(WRITERS) for turn in range(TURNS)}

    def work(number, turn):
        recorder = service_recorder(site.settings)
        if turn % 2:
            record_refusal(recorder, None, "test.refused", str(turns[number, turn]))
            commit_notes(database, recorder)
        else:
            with database.writing() as session:
                attach(session, recorder)
                record(session, None, "test.done", turns[number, turn])
                commit(session)
        return str(turns[number, turn])

    acknowledged = together(work)

    check_whole(database, site)
    with database.reading() as session:
        stored = list(
            session.scalars(select(AuditEntry.subject).where(AuditEntry.action.startswith("test.")))
        )
    assert sorted(stored) == sorted(acknowledged)
    assert len(stored) == WRITERS * TURNS


@pytest.fixture
def world(committing):
    with committing() as make:
        team, lead = make.team()
        members = [lead, *(make.member(team) for _member in range(WRITERS - 1))]
        return members, make.case_file(lead, team, "one")


def test_eight_people_who_change_one_case_at_once_lose_nothing(database, site, world):
    members, case_id = world

    def work(number, turn):
        who = Somebody(members[number].person, fresh(members[number]), members[number].actor)
        with database.writing() as session:
            act_as(session, who)
            case = open_case(session, who.keyring, who.actor, case_id, "page")
            case.add(Page(), PageContent(f"{number}-{turn}"))
            case.change(case.load(Page)[0], PageContent(f"one, changed by {number}-{turn}"))
            record_case(session, who.actor, "case.changed", case_id)
            commit(session)
        return f"{number}-{turn}"

    acknowledged = together(work)

    check_whole(database, site)
    with database.reading() as session:
        lead = members[0]
        act_as(session, lead)
        case = open_case(session, fresh(lead), lead.actor, case_id, "page")
        first, *others = [case.read(page).title for page in case.load(Page)]
        assert sorted(others) == sorted(acknowledged)
        assert first.startswith("one, changed by")
        assert len(case.revisions()) == WRITERS * TURNS
        assert case.manifest.number == WRITERS * TURNS + 1
