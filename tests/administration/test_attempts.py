"""Whatever somebody tried to open and may not: the log says who tried, and at which case, so that the auditor finds it."""

from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import event, select

from reprisals.audit.actions import commit
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.cases.actions.drafts import begin_draft
from reprisals.cases.actions.unfinished import keep_unfinished
from reprisals.cases.models.case import Unfinished
from reprisals.identity.actions.signing_in import service_key
from tests.client import Client
from tests.makers import act_as


@pytest.fixture
def office(committing):
    """A case of one team, a record of it, a member of another team, somebody not admitted, and the auditor."""
    with committing() as make:
        team, other = make.team(), make.team()
        case_id = uuid4()
        act_as(make.session, team.lead)
        work = begin_draft(make.session, team.lead.keyring, team.lead.actor, case_id, team.team.id)
        keep_unfinished(work, "what", (("words", "begun"),))
        record = work.rows(Unfinished)[0][0].id
        commit(make.session)
        act_as(make.session, make.founder)
        newcomer = make.person("Nadia Waiting")
        return {
            "case": case_id,
            "record": record,
            "stranger": other.lead,
            "newcomer": newcomer,
            "auditor": make.officer("AUDITOR"),
        }


@pytest.fixture
def refused(database):
    """The entries of what was refused since."""

    def reading():
        wanted = select(AuditEntry).where(AuditEntry.action.in_(("page.not-found", "page.not-allowed")))
        with database.reading() as session:
            return list(session.scalars(wanted.order_by(AuditEntry.seq)))

    return reading


PLACES = {
    "its page": "/cases/{case}",
    "a part of it": "/cases/{case}/what",
    "a record under a made-up case": "/cases/{made_up}/persons/{record}",
    "a made-up record": "/cases/{case}/persons/{made_up}",
    "a first page": "/cases/new?case={case}",
}


@pytest.mark.parametrize("place", PLACES)
def test_an_attempt_at_a_case_that_there_is_names_it(office, browser_of, refused, place):
    address = PLACES[place].format(made_up=uuid4(), **office)

    browser_of(office["stranger"]).get(address, status=404)

    [entry] = refused()
    assert (entry.case_id, entry.actor_id) == (office["case"], office["stranger"].person.id)
    assert str(office["record"]) not in str(entry.details)


@pytest.mark.parametrize("address", ["/cases/{}", "/cases/{}/what", "/cases/{}/persons/{}"])
def test_a_made_up_address_leaves_nothing_of_itself(office, browser_of, refused, address):
    made_up = uuid4()

    browser_of(office["stranger"]).get(address.format(made_up, made_up), status=404)

    [entry] = refused()
    assert entry.case_id is None
    assert str(made_up) not in str(entry.as_entry())


def test_a_form_sent_to_a_case_of_others_names_it_as_well(office, browser_of, refused):
    browser_of(office["stranger"]).post(f"/cases/{office['case']}/what", {"words": "x"}, status=404)

    [entry] = refused()
    assert entry.case_id == office["case"]


def test_the_visitor_is_answered_the_same_with_as_much_work(office, browser_of, database):
    client = browser_of(office["stranger"])
    asked: list[str] = []
    client.get(f"/cases/{uuid4()}", status=404)
    told = []
    for case_id in (office["case"], uuid4()):
        asked.clear()

        def note(_connection, _cursor, statement, *_rest):
            asked.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        answer = client.get(f"/cases/{case_id}", status=404)
        event.remove(database.engine, "before_cursor_execute", note)
        told.append((answer.words, len(answer.text), list(asked)))

    assert told[0] == told[1]


def test_the_auditor_finds_every_attempt_at_one_case(office, browser_of, refused):
    client = browser_of(office["stranger"])
    for _time in range(5):
        client.get(f"/cases/{office['case']}", status=404)
        client.get(f"/cases/{uuid4()}", status=404)

    page = browser_of(office["auditor"]).get(f"/audit?group=refusals&case={office['case']}")

    assert page.words.count("asked for something that is not there or that they may not read") == 5


def test_an_attempt_of_somebody_not_admitted_names_them_though_the_service_signs(
    office, browser_of, refused, database, settings
):
    newcomer = browser_of(office["newcomer"])
    newcomer.get(f"/cases/{office['case']}", status=403)
    newcomer.get("/audit", status=403)

    entries = refused()
    assert [(e.actor_id, e.subject) for e in entries] == [(None, str(office["newcomer"].person.id))] * 2
    assert [e.case_id for e in entries] == [office["case"], None]
    with database.reading() as session:
        root = bytes.fromhex(settings.keys.root_public)
        assert verify(session, root, service_key(settings).public)[0] is None


def test_the_auditor_reads_who_it_was_and_finds_them_by_name(office, browser_of, refused):
    browser_of(office["newcomer"]).get(f"/cases/{office['case']}", status=403)
    auditor, who = browser_of(office["auditor"]), office["newcomer"].person

    listed = auditor.get(f"/audit?group=refusals&about={who.id}")
    [entry] = refused()
    shown = auditor.get(f"/audit/{entry.seq}")

    for page in (listed, shown):
        assert "for somebody signed in and not admitted: Nadia Waiting" in page.words
    assert f"/audit?about={who.id}" in shown.links


def test_what_somebody_failed_to_sign_in_to_is_not_told_as_if_they_were_signed_in(office, browser_of, app):
    who = office["newcomer"].person
    with suppress(AssertionError):
        Client(app).post("/sign-in", {"email": who.email, "passphrase": "wrong"})

    listed = browser_of(office["auditor"]).get(f"/audit?group=refusals&about={who.id}")
    assert "signed in and not admitted" not in listed.words
