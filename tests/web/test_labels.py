"""What was posted is told in the words of the form of its address, whatever other form has fields of the same names."""

import re

import pytest

from reprisals.app import FEATURES
from reprisals.web.labels import CARRIED, forms_of, labelled
from tests.accounts.joining import waiting
from tests.web.test_matrix import NOWHERE, VALUES

FORMS = {endpoint: form for feature in FEATURES for endpoint, form in feature.FORMS.items()}
WITHOUT = {
    *("accounts.end", "accounts.end_others", "accounts.leave", "accounts.sign_out"),
    *("invitations.accept", "invitations.cancel", "kept.delete", "teams.keys"),
    *("people.again", "people.reinstate_one", "people.suspend_one"),
    *("cases.alternate", "cases.drop", "cases.remove_link", "cases.remove_person"),
}
"""Endpoints whose form asks again, and has no field that anybody types into."""


def heads(page):
    """The names of what somebody fills in on a page, without the places in a list and the parts of a field."""
    forms = [form for form in page.tree.find(".//main").iter("form") if form.get("method") == "post"]
    kinds = ("input", "select", "textarea")
    fields = [
        element
        for form in forms
        for element in form.iter()
        if element.tag in kinds and element.get("type") != "hidden"
    ]
    return {element.get("name").partition("-")[0] for element in fields if element.get("name")} - CARRIED


def path_of(app, endpoint):
    rule = next(rule for rule in app.url_map.iter_rules() if rule.endpoint == endpoint)
    values = {name: VALUES.get(name, NOWHERE) for name in rule.arguments}
    with app.test_request_context():
        return app.url_map.bind("localhost").build(endpoint, values, method="POST")


def test_every_endpoint_that_is_sent_a_form_names_it(app):
    posted = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in rule.methods}

    assert forms_of(app) == FORMS
    assert posted - WITHOUT == FORMS.keys()


@pytest.mark.parametrize("endpoint", FORMS)
def test_every_field_has_the_label_of_the_form_of_its_endpoint(app, endpoint):
    with app.test_request_context("/"):
        form = FORMS[endpoint]()
        kinds = {field.type for field in form}
        names = [field.name for field in form if field.type not in {"FormField", "HiddenField"}]
        sent = labelled([(name, "x") for name in names], path_of(app, endpoint))

        assert kinds - {"HiddenField"}
        assert [typed.label for typed in sent] == [str(form[name].label.text) for name in names]


@pytest.mark.parametrize(
    "path", ["/teams/new", "/account", "/people", "/people/invite", "/audit", "/audit/verify"]
)
def test_what_a_page_asks_for_is_in_the_form_of_its_endpoint(app, browser_of, committing, path):
    with committing() as make:
        who = make.officer("AUDITOR" if path.startswith("/audit") else "ADMINISTRATOR")
    page = browser_of(who).get(path)
    endpoint, _values = app.url_map.bind("").match(path, method="POST")

    assert heads(page)
    assert heads(page) <= set(FORMS[endpoint]()._fields)


def test_what_is_asked_of_a_stranger_and_of_whoever_admits_is_in_the_form_of_its_endpoint(
    app, stranger, first, committing
):
    with committing() as make:
        waiting(make, "Amina Haddad", "amina@field.example", role="AUDITOR")
    page = first.get("/certify")
    link = next(link for link in page.links if re.match(r"/certify/roles/", link))

    assert (
        heads(stranger.get("/sign-in")) == {"email", "passphrase"} <= set(FORMS["accounts.sign_in"]()._fields)
    )
    assert heads(first.get(link)) == {"fingerprint"} == set(FORMS["certifying.role"]()._fields)
    for endpoint in ("admitting.member", "certifying.lead"):
        assert FORMS[endpoint] is FORMS["certifying.role"]


def test_a_form_that_came_too_late_is_told_in_its_own_words_and_not_in_those_of_a_form_that_has_more_of_its_names(
    first, clock, browser_of, committing
):
    first.form_token()
    clock.advance(minutes=31)
    typed = [("name", "Field office"), ("states-0", "Kenya"), ("language", "ar"), ("email", "x")]
    first.post("/teams/new", typed, status=401)
    with committing() as make:
        who = make.founder
    again = browser_of(who)
    kept = again.get(next(link for link in again.get("/kept").links if link.startswith("/kept/")))

    assert "States that the team covers 1 Kenya" in kept.words
    assert "language ar email x" in kept.words


def test_what_is_sent_where_no_page_is_takes_the_form_that_has_most_of_its_names(app):
    with app.test_request_context("/nothing", method="POST"):
        [typed] = labelled([("duty_station", "Nairobi")])

    assert typed.label == "Duty station"


def test_the_words_of_a_refusal_are_those_of_the_form_that_was_sent(committing, browser_of):
    with committing() as make:
        who = make.officer("APPROVER")
    client = browser_of(who)

    refused = client.post("/teams/new", {"states-0": "Kenya"}, status=403)

    assert "States that the team covers 1 Kenya" in refused.words
