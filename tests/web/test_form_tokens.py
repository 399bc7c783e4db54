"""Forms are taken from pages of ours alone, and what was typed into an old one is not lost."""

import pytest
from sqlalchemy import select

from reprisals.audit.models import AuditEntry
from reprisals.identity.models import KeptForm, Person
from reprisals.sealing.bundle import SessionToken
from reprisals.web.forged import MOST_NETWORKS, Count, network_of
from reprisals.web.tidying import tidy
from reprisals.web.tokens import FIELD, is_form_token, make_form_token
from tests.client import Client
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


def forged(database):
    with database.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.action == "form.forged").order_by(AuditEntry.seq)
        return [(entry.details["route"], entry.details.get("left_out")) for entry in session.scalars(wanted)]


def test_of_strangers_one_forged_form_a_minute_and_network_is_recorded_and_the_others_are_counted(
    app, database, clock
):
    def send(address, path="/sign-in"):
        Client(app).send(path, {"email": "x"}, status=400, environ_base={"REMOTE_ADDR": address})

    for address in ("192.0.2.1", "192.0.2.77", "192.0.2.1", "198.51.100.1", "2001:db8::1", "2001:db8::2"):
        send(address)
    clock.advance(seconds=61)
    send("192.0.2.3")

    assert forged(database) == [("/sign-in", None), ("/sign-in", 2), ("/sign-in", None), ("/sign-in", 1)]


@pytest.mark.parametrize("token", [None, SessionToken.draw()], ids=["no session", "a made-up session"])
def test_a_page_that_needs_somebody_asks_a_stranger_to_sign_in_at_once_and_accuses_nobody(
    app, database, token
):
    asked = Client(app, token).send("/account", {"language": "ar"}, status=401)

    assert asked.heading == "Sign in to go on"
    assert "/sign-in" in asked.links
    assert ("language", "ar") in asked.fields()
    assert forged(database) == []


def test_what_was_typed_before_the_session_was_lost_is_taken_once_somebody_signed_in_again(first, database):
    token = first.form_token()
    session = first.browser.get_cookie("session").value
    first.browser.delete_cookie("session")
    asked = first.send("/account", [(FIELD, token), ("language", "ar")], status=401)
    first.browser.set_cookie("session", session)
    first.send("/account", asked.fields(), status=303)

    assert language_of(database) == "ar"


def test_what_another_site_posts_is_neither_shown_nor_kept(app, first, database, clock):
    other_site = {"headers": {"Sec-Fetch-Site": "cross-site"}}
    asked = Client(app).send("/account", {"language": "ar"}, status=401, **other_site)
    clock.advance(minutes=31)
    late = first.send("/account", {"language": "ar"}, status=401, **other_site)

    assert "language" not in asked.text.partition("<main")[2]
    assert "is kept for you" not in late.words
    with database.reading() as session:
        assert not list(session.scalars(select(KeptForm)))


def test_each_forged_form_of_somebody_who_is_signed_in_is_recorded(first, database):
    for _again in range(3):
        first.send("/account", {"language": "ar"}, status=400)

    assert forged(database) == [("/account", None)] * 3


def test_from_however_many_networks_forms_come_the_log_takes_a_bounded_number_a_minute(clock):
    count = Count()

    due = [
        count.is_due(network_of(f"10.{number // 256}.{number % 256}.1"), clock.now())
        for number in range(2_000)
    ]

    assert sum(due) == MOST_NETWORKS
    assert count.take() == 2_000 - MOST_NETWORKS
    assert count.take() == 0


def test_what_was_left_out_is_told_when_things_are_cleared_away(app, site, database, clock):
    for _again in range(3):
        Client(app).send("/sign-in", {"email": "x"}, status=400)

    with app.app_context():
        tidy(database, site.settings, app.extensions["tidiers"])
        tidy(database, site.settings, app.extensions["tidiers"])

    with database.reading() as session:
        told = [entry.details for entry in session.scalars(select(AuditEntry)) if "left_out" in entry.details]
    assert told == [{"left_out": 2}]


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.77", "192.0.2.0/24"), ("2001:db8::2", "2001:db8::/64"), ("", ""), ("a name", "a name")],
)
def test_an_address_belongs_to_a_network(address, network):
    assert network_of(address) == network


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
