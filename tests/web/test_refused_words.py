"""Whatever refuses a form shows what was typed into it: to be copied, or to be sent again. Nothing is dropped unseen."""

import pytest
from flask import abort, request
from werkzeug.exceptions import TooManyRequests

from reprisals.access import NotAllowed, Permission
from reprisals.audit.opening import Tampered
from reprisals.web.requests import MOST_FIELDS
from tests.web.test_errors import served
from tests.web.test_matrix import ENDS_THE_SESSION, routes

__all__ = ["served"]
STORY = "They came at night.\nThey asked about the report to Geneva. \u0642\u0627\u0644\u0648\u0627"
TYPED = [("story", STORY), ("kinds", "ARREST"), ("kinds", "THREAT"), ("passphrase", "abacus"), ("note", "")]


def aborting(code):
    def view(name):
        abort(code)

    return view


def refusing(refusal):
    def view(name):
        raise refusal

    return view


def words_typed(page):
    """Field and text of everything that stands on the page to be copied."""
    rows = page.tree.find(".//section[@class='box']/dl")
    return [
        ("".join(row.find("dt").itertext()), "".join(text.itertext()))
        for row in rows
        for text in row.iter("dd")
    ]


@pytest.mark.parametrize(
    ("refusal", "status"),
    [(NotAllowed(Permission.CASE_LOG), 403), (Tampered("row 1"), 409)],
    ids=["403", "sealed"],
)
def test_what_may_not_be_done_leaves_what_was_typed_to_be_copied(served, refusal, status):
    refused = served(refusing(refusal)).post("/added/x", TYPED, status=status)

    assert words_typed(refused) == [("story", STORY), ("kinds", "ARREST"), ("kinds", "THREAT")]
    assert "abacus" not in refused.text


@pytest.mark.parametrize("code", [403, 404, 409])
def test_every_refusal_of_the_protocol_leaves_what_was_typed_to_be_copied(served, code):
    refused = served(aborting(code)).post("/added/x", TYPED, status=code)

    assert ("story", STORY) in words_typed(refused)


@pytest.mark.parametrize("code", [400, 422, 429])
def test_what_can_be_sent_again_stands_in_a_form_as_it_was_typed(served, code):
    sent = []

    def view(name):
        sent.append(request.form.getlist("story") + request.form.getlist("kinds"))
        abort(code)

    client = served(view)
    refused = client.post("/added/x", TYPED, status=code)
    client.submit(refused, action="/added/x", status=code)

    assert [[text.replace("\r\n", "\n") for text in texts] for texts in sent] == [
        [STORY, "ARREST", "THREAT"]
    ] * 2


def test_a_form_of_ours_is_shown_again_in_its_own_words(first):
    refused = first.send("/teams/new", [("name", "Blue"), ("weekend", "FRI_SAT"), ("states-1", "Kenya")], 400)

    labels = ["".join(label.itertext()) for label in refused.tree.find(".//main").iter("label")]
    assert labels == ["Name of the team", "Days off at the duty station", "States that the team covers 2"]


def test_a_code_is_shown_in_words_and_sent_as_it_was(first):
    refused = first.send("/cases/new", [("danger", "YES"), ("danger_words", "now")], status=400)

    assert "YES" not in refused.words
    assert ("danger", "YES") in refused.fields("/cases/new")


def test_what_was_typed_on_a_page_that_is_not_there_is_not_lost(first):
    refused = first.post("/no/such/page", TYPED, status=404)

    assert ("story", STORY) in words_typed(refused)


def test_what_another_site_posted_is_shown_by_no_refusal(served):
    refused = served(refusing(TooManyRequests())).post(
        "/added/x", TYPED, status=429, headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert "Geneva" not in refused.text


def test_of_what_is_too_large_the_beginning_is_shown_and_the_page_says_so(first):
    refused = first.send("/account", [("story", STORY), ("words", "x" * 5_000_000)], status=413)

    assert ("story", STORY) in words_typed(refused)
    assert "the beginning of it" in refused.words


def test_of_too_many_fields_nothing_is_done_and_the_first_are_shown(first, database):
    few = [("story", STORY), *((f"x{number}", "y") for number in range(MOST_FIELDS - 2))]
    first.post("/account", few, status=303)
    refused = first.post("/account", [*few, ("one", "too many")], status=413)

    assert ("story", STORY) in words_typed(refused)


def test_a_late_form_keeps_every_field_that_a_form_can_have(first, clock, browser_of, committing):
    first.form_token()
    clock.advance(minutes=31)
    many = [(f"x{number}", "y") for number in range(1_500)]
    first.post("/account", [*many, ("story", STORY)], status=401)
    with committing() as make:
        who = make.founder
    again = browser_of(who)

    kept = again.get(next(link for link in again.get("/kept").links if link.startswith("/kept/")))

    assert len(words_typed(kept)) == 1_501
    assert words_typed(kept)[-1] == ("story", STORY)


def test_no_answer_to_a_form_offers_a_language_that_would_lead_away_from_it(app, first, stranger):
    answered = 0
    for endpoint, path, method in routes(app):
        for client in (first, stranger):
            if method == "POST" and endpoint not in ENDS_THE_SESSION:
                page = client.post(path)
                answered += page.tree is not None
                if page.tree is not None:
                    assert not [link for link in page.tree.iter("a") if link.get("hreflang")], (
                        endpoint,
                        page.status,
                    )

    assert answered > 40
    assert [link for link in first.get("/account").tree.iter("a") if link.get("hreflang")]
