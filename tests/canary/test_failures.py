"""What fails with words in its mouth: the page and the log say the kind of failure and the route, never the words."""

import logging

import pytest
from sqlalchemy import select, text

from reprisals.audit.models import AuditEntry
from reprisals.sealing.envelope import CannotOpen
from reprisals.web.current import open_to_all
from tests.canary.marks import Marks
from tests.canary.places import search_database
from tests.client import app, browser_of, stranger

__all__ = ["app", "browser_of", "stranger"]


@pytest.fixture
def marks():
    return Marks()


@pytest.fixture
def client(committing, browser_of):
    with committing() as make:
        who = make.member(make.team().team)
    return browser_of(who)


@pytest.mark.parametrize("kind", [ValueError, KeyError, CannotOpen, OSError])
@pytest.mark.parametrize("is_form", [False, True])
def test_a_failure_is_logged_by_its_kind_and_route_alone(
    kind, is_form, app, client, database, marks, caplog, capfd
):
    @open_to_all
    def fail():
        raise kind(marks.make("failure"))

    app.view_functions["cases.index" if not is_form else "cases.new"] = fail

    with caplog.at_level(logging.DEBUG):
        page = client.post("/cases/new", {"words": "typed"}, None) if is_form else client.get("/cases", None)

    assert page.status >= 400
    said = "\n".join([page.text, str(page.headers), caplog.text, *capfd.readouterr()])
    assert marks.find("answer and log", said.encode()) == []
    assert search_database(database.engine, marks) == []
    assert kind is CannotOpen or f"{kind.__name__} at {'POST' if is_form else 'GET'} /cases" in caplog.text


def test_a_row_that_the_database_refuses_is_not_repeated_in_its_error(
    app, client, database, marks, caplog, capfd
):
    @open_to_all
    def fail():
        with database.write() as session:
            session.execute(
                text("INSERT INTO team_state (team_id, iso3) VALUES (NULL, :iso3)"),
                {"iso3": marks.make("row")},
            )

    app.view_functions["cases.index"] = fail

    with caplog.at_level(logging.DEBUG):
        page = client.get("/cases", 500)

    assert "IntegrityError at GET /cases" in caplog.text
    assert (
        marks.find("answer and log", "\n".join([page.text, caplog.text, *capfd.readouterr()]).encode()) == []
    )
    with database.reading() as session:
        assert (
            marks.find("log", str([entry.details for entry in session.scalars(select(AuditEntry))]).encode())
            == []
        )
