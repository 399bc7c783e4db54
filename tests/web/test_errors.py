"""Errors in plain words; nothing typed is lost, nothing confidential is told, nothing half is stored."""

import pytest
from flask import request
from sqlalchemy import select

from reprisals.access import Permission
from reprisals.app import create_app
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen, NotTrusted, Tampered
from reprisals.identity.models import Membership, Person
from reprisals.web import errors
from reprisals.web.current import db, me, requires
from tests.client import Client
from tests.makers import EMAIL
from tests.pages import check_headers

WORDS = "He said his name.\nIt stands here."
PAGE = "<!doctype html><html lang=en dir=ltr><title>x</title><h1>Answer</h1>"


@pytest.fixture
def served(site, database, committing):
    """Makes a browser of the first person on an application with one more view."""

    def with_view(view):
        app = create_app(site.settings, database)
        app.add_url_rule(
            "/added/<name>", "added", requires(Permission.ACCOUNT)(view), methods=["GET", "POST"]
        )
        with committing() as make:
            token = make.live(make.founder)
        return Client(app, token)

    return with_view


def entries(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry).order_by(AuditEntry.seq)))


def name_of_first(database):
    with database.reading() as session:
        return session.scalars(select(Person.name).where(Person.email == EMAIL)).one()


@pytest.mark.parametrize("path", ["/nothing", "/teams/1", "/people/abc/suspend", "/%00", "/%ff"])
def test_an_address_that_leads_nowhere_says_so(first, path):
    assert first.get(path, status=404).heading == "There is nothing here that you can read"


def test_a_method_that_a_page_does_not_take_is_answered_like_an_address_that_leads_nowhere(first):
    assert first.post("/teams", status=405).heading == "There is nothing here that you can read"


def test_what_is_too_large_is_refused_with_a_page_that_one_can_leave(first):
    refused = first.send("/account", {"words": "x" * 5_000_000}, status=413)

    assert refused.heading == "This is too large"
    assert refused.tree.find(".//form[@class='leave']").get("method") == "post"


def test_a_failure_tells_the_log_its_kind_and_nothing_of_what_was_asked(served, caplog):
    def fail(name):
        raise RuntimeError(f"{name} and {WORDS}")

    failed = served(fail).get("/added/somebody?q=secret", status=500)

    assert failed.heading == "Something went wrong on our side"
    assert "RuntimeError at GET /added/<name>" in caplog.text
    for hidden in ("somebody", "secret", "his name"):
        assert hidden not in caplog.text
        assert hidden not in failed.text


def test_a_failure_of_the_page_that_says_so_tells_the_log_no_more(served, caplog, monkeypatch):
    def fail(*_args, **_kwargs):
        raise RuntimeError(WORDS)

    client = served(fail)
    monkeypatch.setattr(errors, "render_template", fail)
    answer = client.browser.get("/added/somebody?q=secret")

    assert (answer.status_code, answer.mimetype) == (500, "text/plain")
    check_headers(answer)
    assert "RuntimeError at GET /added/<name>" in caplog.text
    for hidden in ("somebody", "secret", "his name", "Traceback"):
        assert hidden not in caplog.text
        assert hidden not in answer.get_data(as_text=True)


def test_what_was_typed_into_a_form_that_failed_can_be_sent_again(served):
    tries = []

    def fail_once(name):
        tries.append(request.form["words"])
        if len(tries) == 1:
            raise RuntimeError
        return PAGE

    client = served(fail_once)
    failed = client.post("/added/x", {"words": WORDS, "passphrase": "abacus"}, status=503)
    client.submit(failed, action="/added/x", status=200)

    assert "abacus" not in failed.text
    assert [words.replace("\r\n", "\n").lstrip("\n") for words in tries] == [WORDS, WORDS]


def test_what_the_database_refuses_at_the_commit_is_not_acknowledged(served, database):
    def clash(name):
        place = db().scalars(select(Membership)).all()[0]
        me().person.name = "Changed"
        db().add(
            Membership(person_id=me().person.id, team_id=me().person.id, role="LEAD", asked_at=place.asked_at)
        )
        return PAGE

    failed = served(clash).post("/added/x", {"words": WORDS}, status=503)

    assert failed.heading == "This was not saved"
    assert WORDS in failed.text
    assert name_of_first(database) == "Founder"


def test_an_answer_that_refuses_stores_nothing(served, database):
    def refuse(name):
        me().person.name = "Changed"
        return PAGE, 422

    served(refuse).post("/added/x", status=422)

    assert name_of_first(database) == "Founder"


@pytest.mark.parametrize("found", [Tampered("row 1"), NotTrusted("team key 1"), CannotOpen()])
def test_a_record_that_is_not_as_it_was_written_is_neither_shown_nor_passed_over(served, database, found):
    def open_it(name):
        raise found

    refused = served(open_it).get("/added/x", status=409)

    entry = entries(database)[-1]
    assert refused.heading == "This record is not as it was written"
    assert (entry.action, entry.outcome) == ("record.refused", "refused")
    assert entry.details["kind"] == type(found).__name__


def test_what_may_not_be_done_is_refused_and_recorded_with_its_route_alone(browser_of, committing, database):
    with committing() as make:
        who = make.officer("APPROVER")

    refused = browser_of(who).get("/people?name=somebody", status=403)

    entry = entries(database)[-1]
    assert refused.heading == "You may not do this"
    assert (entry.action, entry.actor_id, entry.outcome) == ("page.not-allowed", who.person.id, "refused")
    assert entry.details == {"permission": "person.invite", "route": "/people"}


def test_a_page_that_one_may_not_see_and_one_that_is_not_there_look_alike(browser_of, committing, database):
    with committing() as make:
        who, other = make.team().lead, make.team()
    client = browser_of(who)

    theirs = client.get(f"/teams/{other.team.id}", status=404)
    nowhere = client.get(f"/teams/{who.person.id}", status=404)

    assert theirs.words == nowhere.words
    assert [entry.action for entry in entries(database)][-2:] == ["page.not-found"] * 2


def test_a_link_from_another_place_asks_before_it_goes_on(app):
    asked = Client(app).get("/teams", headers={"Sec-Fetch-Site": "cross-site"})

    assert asked.heading == "Continue to this site"
    assert asked.links == ["/teams"]


def test_nobody_sees_a_page_without_signing_in_and_finds_back_to_it_afterwards(stranger):
    assert stranger.get("/teams/new", status=302).headers["Location"] == "/sign-in?next=/teams/new"
    assert stranger.get("/", status=302).headers["Location"] == "/sign-in"
