"""The page for signing in: clear words, nothing told to a stranger, a new token each time, no lock held meanwhile."""

import pytest
from sqlalchemy import select

from reprisals.identity.models import LiveSession, Person
from reprisals.identity.rules import FREE_ATTEMPTS
from tests.client import Client
from tests.makers import EMAIL

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client, email=EMAIL, passphrase="", status=None, path="/sign-in", **options):
    return client.submit(client.get(path), {"email": email, "passphrase": passphrase}, status=status)


def lives(database):
    with database.reading() as session:
        return list(session.scalars(select(LiveSession)))


def test_the_right_passphrase_opens_a_session(stranger, site, database, clock):
    answer = sign_in(stranger, f"  {EMAIL.upper()} ", site.passphrase, status=303)

    assert answer.headers["Location"] == "/"
    assert stranger.get("/account").heading == "Your account"
    assert stranger.cookie("visit") is None
    assert len(lives(database)) == 1


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_of_other_sites(stranger, site, clock):
    answer = sign_in(stranger, EMAIL, site.passphrase)

    cookie = next(c for c in answer.headers.getlist("Set-Cookie") if c.startswith("session="))
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "Max-Age" not in cookie
    assert "Expires" not in cookie


@pytest.mark.parametrize("email", [EMAIL, "nobody@site.example"])
def test_a_wrong_passphrase_and_an_unknown_account_are_told_the_same(stranger, email, database, clock):
    refused = sign_in(stranger, email, "abacus abdomen abide", status=422)

    assert "do not open an account" in refused.words
    assert dict(refused.fields())["email"] == email
    assert "abdomen" not in refused.text
    assert lives(database) == []


def test_a_field_that_was_left_empty_is_named(stranger):
    refused = sign_in(stranger, "", "", status=422)

    assert refused.errors() == {"email": "Type your e-mail address.", "passphrase": "Type your passphrase."}


def test_after_failed_attempts_one_waits_and_is_told_how_long(stranger, clock):
    for _again in range(FREE_ATTEMPTS):
        sign_in(stranger, EMAIL, "wrong", status=422)

    refused = sign_in(stranger, EMAIL, "wrong", status=429)

    assert "Wait 1 second," in refused.words
    assert refused.headers["Retry-After"] == "1"
    assert dict(refused.fields())["email"] == EMAIL


def test_a_suspended_person_is_told_so_only_by_the_right_passphrase(
    stranger, site, database, committing, clock
):
    with committing() as make:
        make.session.get_one(Person, make.founder.person.id).state = "SUSPENDED"

    wrong = sign_in(stranger, EMAIL, "wrong", status=422)
    right = sign_in(stranger, EMAIL, site.passphrase, status=403)

    assert "suspended" not in wrong.words
    assert "This account is suspended" in right.words
    assert lives(database) == []


def test_a_token_that_was_planted_before_is_not_the_one_afterwards(app, site, clock):
    planted = Client(app)
    planted.browser.set_cookie("session", "A" * 43)
    planted.browser.set_cookie("visit", "B" * 43)

    sign_in(planted, EMAIL, site.passphrase, status=303)

    assert planted.cookie("session") not in {None, "A" * 43, "B" * 43}
    assert planted.cookie("visit") is None


def test_one_signs_in_again_where_the_last_session_has_ended(app, site, first, clock):
    clock.advance(hours=11)

    answer = sign_in(first, EMAIL, site.passphrase, status=303)

    assert first.follow(answer, status=302).headers["Location"] == "/work"


def test_one_goes_on_where_one_wanted_to_go(stranger, site, clock):
    asked = stranger.get("/teams", status=302).headers["Location"]

    assert sign_in(stranger, EMAIL, site.passphrase, path=asked).headers["Location"] == "/teams"


def test_one_is_sent_to_no_other_site(stranger, site, clock):
    answer = sign_in(stranger, EMAIL, site.passphrase, path="/sign-in?next=//evil.example")

    assert answer.headers["Location"] == "/"


def test_somebody_who_is_signed_in_is_not_asked_again(first):
    assert first.get("/sign-in", status=302).headers["Location"] == "/"


def test_signing_in_ends_the_empty_page(first, site):
    first.send("/leave", status=303)
    assert first.cookie("left")

    sign_in(first, EMAIL, site.passphrase, status=303)

    assert first.cookie("left") is None
    assert first.get("/account").heading == "Your account"


def test_of_the_browser_the_family_is_stored_and_of_the_address_nothing(stranger, site, database, clock):
    page = stranger.get("/sign-in")
    fields = [*page.fields(), ("email", EMAIL), ("passphrase", site.passphrase)]
    known = {name: value for name, value in fields if value}

    stranger.send(
        "/sign-in", known, 303, headers={"User-Agent": FIREFOX}, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    )

    assert [live.device for live in lives(database)] == ["Firefox"]
    with database.engine.connect() as connection:
        stored = str(list(connection.exec_driver_sql("SELECT * FROM attempt")))
    assert "198.51" not in stored


@pytest.mark.parametrize(
    "typed", ["x" * 2_000, "\u202eabc\u0000", "\U0001f600 " * 8, "'; DROP TABLE person; --"]
)
def test_odd_and_long_words_are_only_wrong(stranger, typed, clock):
    refused = sign_in(stranger, f"{typed[:150]}@site.example", typed, status=422)

    assert refused.heading == "Sign in"
