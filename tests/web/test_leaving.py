"""Leave now: whatever the state of the browser, the session is gone at once and an empty page stands there."""

from dataclasses import replace

import pytest
from sqlalchemy import select

from reprisals.accounts.views import signing
from reprisals.app import create_app
from reprisals.audit.models import AuditEntry
from reprisals.identity.models import LiveSession, SessionStub
from tests.client import Client


def sessions(database):
    with database.reading() as session:
        return len(list(session.scalars(select(LiveSession)))), len(
            list(session.scalars(select(SessionStub)))
        )


def set_cookies(page):
    return {cookie.split("=")[0]: cookie for cookie in page.headers.getlist("Set-Cookie")}


def is_empty(page):
    """Whether it is the page that says nothing."""
    return page.heading == "This page is empty" and "Test" not in page.text and "eprisal" not in page.text


def test_the_button_on_every_page_ends_the_session_and_shows_an_empty_page(first, database):
    button = first.get("/account").tree.find(".//form[@class='leave']")
    assert button.get("method") == "post"

    left = first.send(button.get("action"), {"form_token": button.find("input").get("value")}, status=303)

    assert is_empty(first.follow(left))
    assert sessions(database) == (0, 1)
    assert first.cookie("session") is None
    assert left.headers["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("token", [{}, {"form_token": ""}, {"form_token": "of another session"}])
def test_leaving_is_never_refused_for_its_form_token(first, database, token):
    first.send("/leave", token, status=303)

    assert sessions(database) == (0, 1)


def test_leaving_is_recorded_with_the_person_it_concerns(first, database):
    first.send("/leave", status=303)

    with database.reading() as session:
        entry = session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (entry.action, entry.details) == ("session.ended", {"reason": "left"})


def test_a_session_that_ran_out_leaves_no_bundle_behind_either(first, database, clock):
    clock.advance(hours=1)

    first.send("/leave", status=303)

    assert sessions(database) == (0, 1)


def test_leaving_twice_does_no_harm(first):
    first.send("/leave", status=303)

    assert is_empty(first.follow(first.send("/leave", status=303)))


def test_a_visitor_who_is_not_signed_in_can_leave(stranger):
    stranger.get("/sign-in")

    assert is_empty(stranger.follow(stranger.send("/leave", status=303)))


def test_another_site_can_neither_end_a_session_nor_take_cookies_back(app):
    left = Client(app).send("/leave", status=303, headers={"Sec-Fetch-Site": "cross-site"})

    assert set_cookies(left).keys() <= {"visit"}
    assert "Clear-Site-Data" not in left.headers


def test_after_leaving_the_back_button_finds_an_empty_page(first):
    first.send("/leave", status=303)

    for path in ("/", "/account", "/cases", "/people"):
        assert is_empty(first.get(path))
    assert first.get("/sign-in").heading == "Sign in"


def test_the_empty_page_gives_way_after_five_minutes(first):
    left = first.send("/leave", status=303)

    assert "Max-Age=300" in set_cookies(left)["left"]
    first.browser.delete_cookie("left")
    assert first.get("/account", status=302).headers["Location"].startswith("/sign-in")


def test_the_empty_page_works_where_cookies_are_pinned_to_the_host(site, database):
    secure = replace(site.settings, site=replace(site.settings.site, address="https://reprisals.example"))
    client = Client(create_app(secure, database))
    client.get("/sign-in", base_url="https://localhost")

    left = client.send("/leave", status=303, base_url="https://localhost")

    assert "Secure" in set_cookies(left)["__Host-left"]
    assert is_empty(client.get("/account", base_url="https://localhost"))


def test_a_full_disk_keeps_nobody_here(first, monkeypatch):
    def fail(*_args):
        raise OSError("disk full")

    monkeypatch.setattr(signing, "end_by_token", fail)

    assert is_empty(first.follow(first.send("/leave", status=303)))
    assert first.cookie("session") is None


def test_signing_out_needs_a_form_of_ours_and_ends_the_session(first, database):
    first.send("/sign-out", status=400)
    assert sessions(database) == (1, 0)

    page = first.follow(first.post("/sign-out", status=303))

    assert page.heading == "Sign in"
    assert "You are signed out." in page.words
    assert sessions(database) == (0, 1)
    assert first.get("/account", status=302).headers["Location"].startswith("/sign-in")
