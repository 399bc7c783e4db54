"""A session that somebody ends while its last form is worked on: nothing of it is stored, and it stands on the page."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from reprisals.accounts.views import admitting
from reprisals.audit.actions import attach, commit
from reprisals.database.engine import is_postgresql
from reprisals.identity.actions.admitting import admit
from reprisals.identity.actions.inviting import suspend
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import KeptForm, Membership, Person
from tests.accounts.joining import waiting

PATIENCE = 30


@pytest.fixture
def office(committing):
    """A lead, an administrator, and somebody who waits for the lead with their digits."""
    with committing() as make:
        team, lead = make.team()
        admin = make.officer("ADMINISTRATOR")
        who, digits = waiting(make, "Amina Haddad", "amina@field.example", team_id=team.id, role="MEMBER")
    return lead, admin, f"/teams/{team.id}/admit/{who.person.id}", who, digits


def test_a_lead_suspended_before_an_admission_is_stored_admits_nobody_and_stores_nothing(
    office, browser_of, database, settings, monkeypatch
):
    lead, admin, address, who, digits = office
    client, done = browser_of(lead), admit
    page = client.get(address)
    waits = not is_postgresql(
        database.engine
    )  # SQLite lets one write at a time: the suspension comes after it

    def suspending():
        with database.writing() as session:
            attach(session, service_recorder(settings))
            suspend(session, settings, admin.actor, session.get_one(Person, lead.person.id))
            commit(session)

    with ThreadPoolExecutor(1) as pool:

        def admit_and_be_suspended(*asked):
            done(*asked)
            ending = pool.submit(suspending)
            if not waits:
                ending.result(PATIENCE)

        monkeypatch.setattr(admitting, "admit", admit_and_be_suspended)
        answer = client.submit(page, {"fingerprint": digits}, status=303 if waits else 401)

    with database.reading() as session:
        [place] = session.scalars(select(Membership).where(Membership.person_id == who.person.id))
        assert bool(place.admitted_at) == waits
        assert session.scalars(select(KeptForm)).all() == []
    assert waits or digits in answer.text, "what was typed stands on the page"


def test_a_session_is_ended_by_a_second_click_as_by_the_first(first, browser_of, committing):
    with committing() as make:
        who = make.founder
    browser_of(who)
    page = first.get("/account")
    actions = {str(form.get("action")) for form in page.tree.iter("form")}
    [address] = [action for action in actions if action.endswith("/end")]

    for _click in range(2):
        ended = first.follow(first.submit(page, action=address, status=303))
        assert "The session has ended." in ended.words
