"""Forms are taken from pages of ours alone, and what was typed into an old one is not lost."""

import pytest
from sqlalchemy import select

from reprisals.audit.models import AuditEntry
from reprisals.identity.models import Person
from reprisals.sealing.bundle import SessionToken
from reprisals.web.tokens import FIELD, is_form_token, make_form_token
from tests.makers import EMAIL


def language_of(database):
    with database.reading() as session:
        return session.scalars(select(Person.language).where(Person.email == EMAIL)).one()


def refusals(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).where(AuditEntry.outcome == "refused")))


@pytest.mark.parametrize(
    "token",
    ["", "x", "====", "A" * 64, "\u0661", make_form_token(SessionToken(bytes(32)))],
    ids=["empty", "short", "padding", "letters", "digit", "of nobody"],
)
def test_a_form_with_a_wrong_token_is_refused_and_changes_nothing(first, database, token):
    refused = first.send("/account", {"language": "ar", FIELD: token}, status=400)

    assert "no longer valid" in refused.words
    assert language_of(database) == "en"
    assert refusals(database) == ["form.forged"]


def test_a_form_without_a_token_is_refused(first, database):
    first.send("/account", {"language": "ar"}, status=400)

    assert language_of(database) == "en"


def test_a_token_of_another_session_of_the_same_person_is_refused(first, browser_of, committing, database):
    with committing() as make:
        who = make.founder
    other = browser_of(who)

    first.send("/account", {"language": "ar", FIELD: other.form_token()}, status=400)

    assert language_of(database) == "en"


def test_a_token_from_before_signing_in_is_refused_afterwards(stranger, first):
    before = stranger.form_token()

    first.send("/account", {"language": "ar", FIELD: before}, status=400)


def test_every_page_carries_another_token_and_each_is_good():
    token = SessionToken.draw()

    made = {make_form_token(token) for _again in range(5)}

    assert len(made) == 5
    assert all(is_form_token(token, text) for text in made)


def test_what_was_typed_into_an_old_form_stands_on_the_page_and_can_be_sent_again(first, database):
    words = "One line\nand \u0643\u0644\u0645\u0629 <b>another</b> & one more"
    refused = first.send(
        "/account", [("language", "ar"), ("words", words), ("words", "short"), (FIELD, "old")], status=400
    )

    again = dict(refused.fields("/account"))
    saved = first.submit(refused, action="/account", status=303)

    assert words in [value for name, value in refused.fields("/account") if name == "words"]
    assert again["language"] == "ar"
    assert saved.headers["Location"].startswith("/account")
    assert language_of(database) == "ar"


def test_a_passphrase_is_never_shown_again(stranger):
    refused = stranger.send(
        "/sign-in", {"email": EMAIL, "passphrase": "abacus abdomen", FIELD: "old"}, status=400
    )

    assert EMAIL in refused.text
    assert "abacus" not in refused.text


@pytest.mark.parametrize("sent_from", ["cross-site", "same-site"])
def test_what_another_site_posted_is_not_offered_to_be_sent(first, database, sent_from):
    refused = first.send("/account", {"language": "ar"}, status=400, headers={"Sec-Fetch-Site": sent_from})

    assert "did not come from a page of this site" in refused.words
    assert not list(refused.tree.find(".//main").iter("form"))
    assert language_of(database) == "en"


def test_a_browser_that_holds_no_cookie_yet_can_send_its_form_again(stranger):
    refused = stranger.send("/sign-in", {"email": "nobody@site.example", "passphrase": "x"}, status=400)

    again = stranger.submit(refused, action="/sign-in")

    assert again.status == 422
    assert again.errors() == {"passphrase": "Type your passphrase."}
