"""The first byte of an answer leaves after the commit: what it opens is in the log by then, for everybody to see.

A server of our own looks into the log through a second connection at the moment the application hands over the status, and
again with the first byte. Where the entry cannot be committed, nothing that was opened is in the answer.
"""

from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError
from werkzeug.test import EnvironBuilder

from reprisals.audit.models import AuditEntry
from reprisals.cases.models.account import Act, PersonConcerned
from reprisals.database.engine import is_postgresql, make_engine
from reprisals.database.session import Database
from reprisals.identity.models import KeptForm
from reprisals.web.tokens import FIELD, make_form_token
from tests.client import Client
from tests.crash.addresses import list_addresses
from tests.crash.writers import ASKED_ABOUT, LAST, STEPS, brought_along, confirmed_on, person_of

TYPED_LATE = "typed after the session had ended"
FAILURE = "the log takes nothing"


@dataclass
class Told:
    """What there is to open: a submitted case, a draft of it in the middle of a page, and a form that came too late."""

    who: object
    token: object
    case_id: object
    known: dict[str, Any]

    @property
    def content(self):
        """What stands in the case and in no address of it."""
        return f" of {self.case_id}"


class Probe:
    """A server that looks into the log when an answer begins."""

    def __init__(self, app, settings):
        self.app = app
        self.other = Database(make_engine(settings.database_url(), settings.database_key()))

    def entries(self, after=0):
        with self.other.reading() as session:
            return list(
                session.scalars(select(AuditEntry).where(AuditEntry.seq > after).order_by(AuditEntry.seq))
            )

    def ask(self, method, path, token, fields=()):
        """Status, body, and what had been logged of this request with the status and with the first byte."""
        with self.other.reading() as session:
            before = session.scalar(select(func.max(AuditEntry.seq)))
        client = Client(self.app, token)
        builder = EnvironBuilder(path=path, method=method, data=dict(fields))
        builder.headers["Cookie"] = f"session={client.cookie('session')}"
        seen = {}

        def start_response(status, headers, _failure=None):
            seen["status"], seen["at start"] = int(status[:3]), self.entries(before)
            return lambda _data: None

        body = bytearray()
        for part in (answer := self.app.wsgi_app(builder.get_environ(), start_response)):
            seen.setdefault("at first byte", self.entries(before))
            body += part
        if hasattr(answer, "close"):
            answer.close()
        return (
            seen["status"],
            body.decode("utf-8", "replace"),
            seen["at start"],
            seen.get("at first byte", []),
        )


@pytest.fixture
def probe(app, settings):
    app.config["COMPRESS_ALGORITHM"] = []
    made = Probe(app, settings)
    yield made
    made.other.engine.dispose()


@pytest.fixture
def told(app, committing, browser_of, database, clock):
    """A case told step by step and submitted; then a form that comes too late; then a new session."""
    with committing() as make:
        team = make.team()
        who = make.member(team.team)
    client, case_id = browser_of(who), uuid4()
    for step in STEPS.values():
        path = step.page.format(case=case_id, person=person_of(case_id))
        fields = [*step.fields(case_id), ("team", str(team.team.id))]
        if step is STEPS[LAST]:
            fields += brought_along(client.get(f"/cases/{path}").text)
        elif step is STEPS[ASKED_ABOUT]:
            fields += confirmed_on(client.post(f"/cases/{path}", fields).text)
        client.post(f"/cases/{path}", fields, status=302)
    late = client.form_token()
    clock.advance(hours=11)
    client.send(f"/cases/{case_id}/what", {"words": f"{TYPED_LATE} of {case_id}", FIELD: late}, status=401)
    with committing() as make, database.reading() as session:
        token = make.live(who)
        act = session.scalars(select(Act.id).where(Act.case_id == case_id)).first()
        kept = session.scalars(select(KeptForm.id)).one()
        person = session.scalars(select(PersonConcerned.id).where(PersonConcerned.case_id == case_id)).one()
    known = {
        "case_id": case_id, "person_id": person, "row_id": uuid4(), "act_id": act, "kept_id": kept, "team_id": team.team.id,
        "session_id": uuid4(), "seq": 1, "kind": "csv", "role": "auditor",
    }  # fmt: skip
    return Told(who, token, case_id, known)


def opens(entry, told):
    """Whether an entry says that this case, or the form that came too late, was opened by whom."""
    named = entry.case_id == told.case_id or str(told.case_id) in entry.details.get("cases", ())
    is_opening = entry.action in {"case.opened", "cases.listed"} and named
    is_form = entry.action == "form.opened" and entry.details["form"] == str(told.known["kept_id"])
    return (is_opening or is_form) and entry.actor_id == told.who.person.id


def test_what_an_answer_opens_is_in_the_log_before_its_first_byte(app, probe, told):
    showing = []
    for address in list_addresses(app, "GET", told.known):
        _status, body, at_start, at_first_byte = probe.ask("GET", address, told.token)
        if told.content in body:
            showing.append(address)
            assert any(opens(entry, told) for entry in at_start), (
                f"{address} begins before its opening is committed"
            )
            assert [entry.seq for entry in at_start] == [entry.seq for entry in at_first_byte]

    case = f"/cases/{told.case_id}"
    pages = {
        case,
        "/cases",
        f"{case}/history",
        f"{case}/what",
        f"{case}/danger",
        f"{case}/title",
        f"{case}/reach",
    }
    assert pages | {f"{case}/persons/{told.known['person_id']}", f"/kept/{told.known['kept_id']}"} <= set(
        showing
    )


def test_what_was_saved_is_stored_before_the_answer_says_so(probe, told):
    fields = {"how": f"by letter of {told.case_id}", "revision": "1", FIELD: make_form_token(told.token)}

    status, _body, at_start, _first = probe.ask("POST", f"/cases/{told.case_id}/reach", told.token, fields)

    assert status == 302
    assert [(entry.action, entry.case_id) for entry in at_start][-1] == ("case.changed", told.case_id)


def test_a_clash_shows_the_other_text_only_once_its_opening_is_committed(probe, told):
    fields = {"how": "mine", "revision": "7", FIELD: make_form_token(told.token)}

    status, body, at_start, _first = probe.ask("POST", f"/cases/{told.case_id}/reach", told.token, fields)

    assert (status, told.content in body) == (409, True)
    assert any(opens(entry, told) for entry in at_start)


@contextmanager
def no_entry(engine):
    """The database refuses each new entry of the log."""
    if is_postgresql(engine):
        refuse = f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{FAILURE}'; END $$"
        orders = [refuse, "CREATE TRIGGER refusing BEFORE INSERT ON audit_entry EXECUTE FUNCTION refuse()"]
        after = "DROP FUNCTION refuse() CASCADE"
    else:
        orders = [
            f"CREATE TRIGGER refusing BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, '{FAILURE}'); END"
        ]
        after = "DROP TRIGGER refusing"
    with engine.execution_options(writing=True).begin() as connection:
        for order in orders:
            connection.exec_driver_sql(order)
    yield
    with engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql(after)


@contextmanager
def no_commit(engine):
    """The database refuses at the very end."""

    def refuse(_connection):
        raise OperationalError("COMMIT", None, Exception(FAILURE))

    event.listen(engine, "commit", refuse)
    yield
    event.remove(engine, "commit", refuse)


@pytest.mark.parametrize("failing", [no_entry, no_commit])
def test_nothing_that_was_opened_is_in_an_answer_whose_entry_cannot_be_committed(
    failing, app, probe, told, database
):
    writing = database._writing if failing is no_commit else database.engine
    refused = 0
    with failing(writing):
        for address in list_addresses(app, "GET", told.known):
            status, body, _start, _first = probe.ask("GET", address, told.token)
            assert told.content not in body, address
            refused += status == 500
        fields = {"how": "mine", "revision": "7", FIELD: make_form_token(told.token)}
        status, body, _start, _first = probe.ask("POST", f"/cases/{told.case_id}/reach", told.token, fields)
        assert (status, told.content in body, "mine" in body) == (503, False, True)
    assert refused >= 10

    _status, body, _start, _first = probe.ask("GET", f"/cases/{told.case_id}", told.token)
    assert told.content in body
