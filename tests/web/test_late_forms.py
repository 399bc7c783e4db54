"""A session that ends in the middle of a form loses nothing: it is sealed to its author and offered after signing in again."""

import pytest
from sqlalchemy import select, text

from reprisals.audit.models import AuditEntry
from reprisals.identity.models import KeptForm, LiveSession, Person
from tests.client import Client
from tests.client import _sent as sent_by
from tests.makers import EMAIL

STORY = "They came at night.\nThey asked about the report to Geneva. \u0642\u0627\u0644\u0648\u0627"
TYPED = [("language", "ar"), ("story", STORY), ("kinds", "ARREST"), ("kinds", "THREAT"), ("note", "")]


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


def page_fields(page):
    """What the form with the language on a page would send."""
    forms = [
        f for f in page.tree.find(".//main").iter("form") if f.find(".//*[@name='language']") is not None
    ]
    return [pair for element in forms[0].iter() for pair in sent_by(element)]


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


def typed_on(page):
    rows = page.tree.find(".//section[@class='box']/dl")
    return [
        ("".join(row.find("dt").itertext()), "".join(text.itertext()))
        for row in rows
        for text in row.iter("dd")
    ]


def kept_of(database):
    with database.reading() as session:
        return list(session.scalars(select(KeptForm)))


def test_what_was_kept_is_listed_by_the_title_of_its_page_with_day_and_hour(back):
    listed = back.get("/kept")

    assert "Your account Sent on 2 March 2026, 09:31 UTC" in listed.words
    assert "/account" not in listed.words


def test_every_field_stands_there_as_it_was_typed_under_its_label_where_one_is_known(back):
    typed = typed_on(back.get(kept_address(back)))

    assert typed == [
        ("Language of your pages", "ar"),
        ("story", STORY),
        ("kinds", "ARREST"),
        ("kinds", "THREAT"),
    ]


def test_what_was_kept_fills_its_own_page_and_is_gone_once_that_page_was_sent(back, database):
    kept = back.get(kept_address(back))
    page = back.get(next(link for link in kept.links if link.startswith("/account?")))

    back.send("/account", page_fields(page), status=303)

    assert ("language", "ar") in page_fields(page)
    assert kept_of(database) == []
    with database.reading() as session:
        assert session.scalars(select(Person.language).where(Person.email == EMAIL)).one() == "ar"
        last = session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq.desc())).first()
    assert last == "form.dropped"


def test_what_was_kept_stays_when_its_page_is_refused(back, database):
    kept_id = kept_of(database)[0].id

    refused = back.post("/account", [("language", "xx"), ("kept_form", str(kept_id))], status=422)

    assert ("kept_form", str(kept_id)) in page_fields(refused)
    assert len(kept_of(database)) == 1


def test_what_was_kept_goes_with_the_page_that_was_sent_again_from_an_error(back, database):
    kept_id = str(kept_of(database)[0].id)
    refused = back.send("/account", {"language": "ar", "kept_form": kept_id, "form_token": "old"}, status=400)

    back.submit(refused, action="/account", status=303)

    assert kept_of(database) == []


def test_looking_at_what_was_kept_or_at_its_page_sends_and_deletes_nothing(back, database):
    address = kept_address(back)
    back.get(address)
    back.get(f"/account?kept_form={address.removeprefix('/kept/')}")

    assert len(kept_of(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(Person.language).where(Person.email == EMAIL)).one() == "en"


def test_a_page_that_is_not_asked_to_be_filled_is_not(back):
    assert ("language", "en") in page_fields(back.get("/account"))


def test_what_was_kept_can_be_deleted(back, database):
    deleted = back.submit(back.get(f"{kept_address(back)}/delete"), status=303)

    assert deleted.headers["Location"] == "/?said=form-deleted"
    assert kept_of(database) == []
    assert "No form is kept" in back.get("/kept").words


def test_where_a_form_cannot_fill_a_page_its_words_are_there_to_be_copied(
    first, clock, browser_of, committing
):
    first.form_token()
    clock.advance(minutes=31)
    first.post("/account/sessions/end-others", TYPED, status=401)
    with committing() as make:
        who = make.founder
    again = browser_of(who)

    shown = again.get(kept_address(again))

    assert ("story", STORY) in typed_on(shown)
    assert not [link for link in shown.links if "kept_form" in link]
    assert "A page that cannot be filled again" in again.get("/kept").words


def test_a_kept_form_that_was_altered_is_not_offered_and_does_not_open(back, database):
    address = kept_address(back)
    with database.writing() as session:
        kept = session.scalars(select(KeptForm)).one()
        kept.sealed = kept.sealed[:-1] + bytes([kept.sealed[-1] ^ 1])
        session.commit()

    assert "No form is kept" in back.get("/kept").words
    assert back.get(address, status=409).heading == "This record is not as it was written"


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


def test_nothing_is_kept_of_somebody_suspended_and_what_they_typed_stands_on_the_page(
    browser_of, committing, first, database
):
    with committing() as make:
        who = make.team().lead
    client = browser_of(who)
    client.form_token()
    first.submit(first.get(f"/people/{who.person.id}/suspend"), status=303)

    refused = client.post("/account", TYPED, status=401)

    assert "is kept for you" not in refused.words
    assert STORY.splitlines()[0] in refused.text
    with database.reading() as session:
        assert not list(session.scalars(select(LiveSession).where(LiveSession.person_id == who.person.id)))


def test_where_nothing_can_be_kept_the_words_stand_on_the_page(app, database):
    client = Client(app)
    client.form_token()

    refused = client.post("/account", TYPED, status=401)

    assert "leave this page open" in refused.words
    sent = [(name, value.lstrip("\n")) for name, value in refused.fields("/account") if name != "form_token"]
    assert sorted(sent) == sorted(TYPED)
