"""Each role against each route, by a table that is written by hand: a route without its line fails, so does a line too many."""

from uuid import UUID

import pytest
from sqlalchemy import text

from reprisals.database.base import Base
from reprisals.sealing.holders import TeamKind

NOWHERE = UUID(int=7)

FOCAL = {"focal.member", "focal.lead"}
CENTRAL = {"central.member", "central.lead"}
ALTERNATE = {"alternate.member", "alternate.lead"}
DRAFTING = {"drafting.member", "drafting.lead"}
LOGGERS = FOCAL | CENTRAL | ALTERNATE
READERS = LOGGERS | DRAFTING
LEADS = {"focal.lead", "central.lead", "alternate.lead", "drafting.lead"}
CERTIFIERS = {"central.lead", "custodian"}
ADMINISTRATOR = {"administrator"}
AUDITOR = {"auditor"}
PEOPLE = READERS | ADMINISTRATOR | AUDITOR | {"custodian", "approver", "awaiting"}
ALL = PEOPLE | {"stranger"}

WHO_MAY = {
    "accounts.end": PEOPLE,
    "accounts.end_others": PEOPLE,
    "accounts.home": PEOPLE,
    "accounts.leave": ALL,
    "accounts.neutral": ALL,
    "accounts.show": PEOPLE,
    "accounts.sign_in": ALL,
    "accounts.sign_out": ALL,
    "accounts.work": PEOPLE,
    "admitting.member": LEADS,
    "audit.download": AUDITOR,
    "audit.index": AUDITOR,
    "audit.show": AUDITOR,
    "audit.verify": AUDITOR,
    "cases.act": LOGGERS,
    "cases.alternate": LOGGERS,
    "cases.check": LOGGERS,
    "cases.consent": LOGGERS,
    "cases.cooperation": LOGGERS,
    "cases.danger": LOGGERS,
    "cases.discard": LOGGERS,
    "cases.drop": LOGGERS,
    "cases.history": READERS,
    "cases.index": LOGGERS,
    "cases.link": LOGGERS,
    "cases.new": LOGGERS,
    "cases.person": LOGGERS,
    "cases.person_consent": READERS,
    "cases.reach": LOGGERS,
    "cases.remove_link": LOGGERS,
    "cases.remove_person": LOGGERS,
    "cases.show": READERS,
    "cases.states": LOGGERS,
    "cases.submitted": READERS,
    "cases.title": LOGGERS,
    "cases.what": LOGGERS,
    "cases.who": LOGGERS,
    "cases.wish": LOGGERS,
    "certifying.index": CERTIFIERS,
    "certifying.lead": CERTIFIERS,
    "certifying.role": CERTIFIERS,
    "invitations.accept": ALL,
    "invitations.cancel": ADMINISTRATOR,
    "invitations.index": ADMINISTRATOR,
    "kept.delete": PEOPLE,
    "kept.index": PEOPLE,
    "kept.show": PEOPLE,
    "people.again": ADMINISTRATOR,
    "people.index": ADMINISTRATOR,
    "people.new": ADMINISTRATOR,
    "people.reinstate_one": ADMINISTRATOR,
    "people.show": ADMINISTRATOR,
    "people.suspend_one": ADMINISTRATOR,
    "teams.index": READERS | ADMINISTRATOR,
    "teams.keys": LEADS,
    "teams.new": {"central.lead"} | ADMINISTRATOR,
    "teams.show": READERS | ADMINISTRATOR,
}

ENDS_THE_SESSION = {"accounts.leave", "accounts.sign_out"}
VALUES = {"role": "auditor", "kind": "csv", "seq": 1, "filename": "style.css"}


def routes(app):
    """Every route as address and method, those that end the session last."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        values = {name: VALUES.get(name, NOWHERE) for name in rule.arguments}
        with app.test_request_context():
            path = app.url_map.bind("localhost").build(rule.endpoint, values)
        found += [(rule.endpoint, path, method) for method in ("GET", "POST") if method in rule.methods]
    return sorted(found, key=lambda route: (route[0] in ENDS_THE_SESSION, route))


def somebody(make, role):
    """Somebody who has this role and no other."""
    if role == "awaiting":
        return make.person()
    kind, _dot, place = role.partition(".")
    if not place:
        return make.officer(kind.upper())
    if kind == "focal":
        team = make.team()
        return team.lead if place == "lead" else make.member(team.team)
    return make.member(make.site.team(make.session, TeamKind(kind.upper())), place.upper())


def answer(client, path, method):
    """What the route answers, with a true form token where something is posted."""
    asked = client.get(path, status=None) if method == "GET" else client.post(path)
    return asked.status, asked.headers.get("Location", "")


def is_let_in(status, location):
    return status not in {401, 403} and not location.startswith("/sign-in?next=") and location != "/sign-in"


def test_every_route_has_its_line_in_the_table(app):
    endpoints = {rule.endpoint for rule in app.url_map.iter_rules()} - {"static"}

    assert endpoints == WHO_MAY.keys()


@pytest.mark.parametrize("role", sorted(ALL - {"stranger"}))
def test_a_role_is_let_in_where_the_table_says_so_and_nowhere_else(app, browser_of, committing, role):
    with committing() as make:
        who = somebody(make, role)
    client = browser_of(who)

    let_in = {(e, m) for e, path, m in routes(app) if is_let_in(*answer(client, path, m))}

    assert let_in == {(e, m) for e, _path, m in routes(app) if role in WHO_MAY[e]}


def test_somebody_who_is_not_signed_in_is_let_in_only_where_everybody_is(app, stranger):
    let_in = set()
    for endpoint, path, method in routes(app):
        status, location = answer(stranger, path, method)
        if is_let_in(status, location) or endpoint in ENDS_THE_SESSION:
            let_in.add(endpoint)
        else:
            assert status == 302 if method == "GET" else status == 401, (endpoint, status)
        stranger.browser.delete_cookie("left")

    assert let_in == {endpoint for endpoint, roles in WHO_MAY.items() if "stranger" in roles}


def test_somebody_who_was_suspended_is_let_in_no_longer(app, browser_of, committing):
    with committing() as make:
        who = make.officer("ADMINISTRATOR")
    client = browser_of(who)
    client.get("/people")
    with committing() as make:
        make.session.get_one(type(who.person), who.person.id).state = "SUSPENDED"

    assert client.get("/people", status=302).headers["Location"].startswith("/sign-in")


def test_looking_at_any_page_changes_nothing_but_the_log_and_when_one_was_last_seen(
    app, browser_of, database, first
):
    def rows():
        with database.reading() as session:
            return {
                table.name: sorted(map(str, session.execute(text(f'SELECT * FROM "{table.name}"'))))
                for table in Base.metadata.sorted_tables
                if table.name not in {"audit_entry", "audit_head", "live_session"}
            }

    before = rows()
    for _endpoint, path, method in routes(app):
        if method == "GET":
            first.get(path, status=None)

    assert rows() == before
