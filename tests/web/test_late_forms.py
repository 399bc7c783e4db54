"""A session that ends in the middle of a form loses nothing: it is sealed to its author and offered after signing in again."""

import pytest
from sqlalchemy import select, text

from reprisals.identity.models import KeptForm, LiveSession, Person
from tests.client import Client
from tests.makers import EMAIL

STORY = "They came at night.\nThey asked about the report to Geneva. \u0642\u0627\u0644\u0648\u0627"
TYPED = [("language", "ar"), ("story", STORY), ("acts", "ARREST"), ("acts", "THREAT"), ("note", "")]


@pytest.fixture
def late(first, clock):
    """A page that was posted after the session had run out."""
    first.form_token()
    clock.advance(minutes=31)
    return first.post("/account", TYPED, status=401)


@pytest.fixture
def back(late, browser_of, committing):
    """The browser of the same person, signed in again."""
    with committing() as make:
        who = make.founder
    return browser_of(who)


def kept_address(client):
    return next(link for link in client.get("/kept").links if link.startswith("/kept/"))


def test_what_came_too_late_is_kept_and_nothing_of_it_is_done(late, database):
    assert "is kept for you" in late.words
    with database.reading() as session:
        assert len(list(session.scalars(select(KeptForm)))) == 1
        assert session.scalars(select(Person.language).where(Person.email == EMAIL)).one() == "en"


def test_what_is_kept_lies_sealed(late, database):
    with database.reading() as session:
        stored = str(list(session.execute(text("SELECT * FROM kept_form"))))

    assert "Geneva" not in stored
    assert b"Geneva".hex() not in stored


def test_after_signing_in_again_what_was_kept_comes_first(back):
    first_page = back.follow(back.get("/", status=302))

    assert first_page.heading == "Forms that were not saved"
    assert "/work" in first_page.links


def test_every_field_stands_there_as_it_was_typed(back):
    page = back.get(kept_address(back))

    sent = [
        (name, value.lstrip("\n"))
        for name, value in page.fields("/account")
        if name not in {"form_token", "kept_id"}
    ]
    assert sorted(sent) == sorted(TYPED)


def test_what_was_kept_can_be_sent_and_deleted(back, database):
    address = kept_address(back)

    back.submit(back.get(address), action="/account", status=303)
    deleted = back.submit(back.get(f"{address}/delete"), status=303)

    assert deleted.headers["Location"] == "/?said=form-deleted"
    with database.reading() as session:
        assert session.scalars(select(Person.language).where(Person.email == EMAIL)).one() == "ar"
        assert not list(session.scalars(select(KeptForm)))
    assert "No form is kept" in back.get("/kept?language=en").words


def test_nobody_else_finds_what_was_kept(back, browser_of, committing):
    address = kept_address(back)
    with committing() as make:
        who = make.team().lead
    other = browser_of(who)

    assert "No form is kept" in other.get("/kept").words
    other.get(address, status=404)
    other.get(f"{address}/delete", status=404)
    other.post(f"{address}/delete", status=404)


def test_what_was_kept_is_gone_after_seven_days(back, clock, browser_of, committing):
    address = kept_address(back)
    clock.advance(days=7, seconds=1)
    with committing() as make:
        who = make.founder
    later = browser_of(who)

    later.get(address, status=404)


def test_a_person_whose_session_was_ended_by_a_suspension_loses_nothing(
    browser_of, committing, first, database
):
    with committing() as make:
        who = make.team().lead
    client = browser_of(who)
    client.form_token()
    first.submit(first.get(f"/people/{who.person.id}/suspend"), status=303)

    refused = client.post("/account", TYPED, status=401)

    assert "is kept for you" in refused.words
    with database.reading() as session:
        assert not list(session.scalars(select(LiveSession).where(LiveSession.person_id == who.person.id)))


def test_where_nothing_can_be_kept_the_words_stand_on_the_page(app, database):
    client = Client(app)
    client.form_token()

    refused = client.post("/account", TYPED, status=401)

    assert "leave this page open" in refused.words
    sent = [(name, value.lstrip("\n")) for name, value in refused.fields("/account") if name != "form_token"]
    assert sorted(sent) == sorted(TYPED)
