"""An invitation works once; what it shows, it shows once, and nothing of it is stored or told to a log."""

import pytest
from sqlalchemy import select, text

from reprisals.database.base import Base
from reprisals.identity.models import Person
from tests.accounts.joining import invite, sign_in
from tests.client import Client

EMAIL = "amina@field.example"


@pytest.fixture
def link(first):
    return invite(first, EMAIL, "Amina Haddad", "role:AUDITOR")


def bundle(database):
    with database.reading() as session:
        return session.scalars(select(Person.bundle).where(Person.email == EMAIL)).one()


def test_looking_at_an_invitation_changes_nothing_and_tells_nothing(stranger, link, database):
    page = stranger.get(link)
    made_up = stranger.get("/invitation?code=made-up")

    assert "Three things happen now" in page.words
    assert page.words == made_up.words
    assert "Amina" not in page.text
    assert bundle(database) is None


def test_eight_words_and_twenty_digits_are_shown(stranger, link, app, clock):
    page = stranger.submit(stranger.get(link), action="/invitation", status=200)

    words = [item.text for item in page.tree.find(".//ol[@class='words']").iter("li")]
    digits = "".join(page.tree.find(".//p[@class='digits']").itertext()).split()
    assert len(words) == 8
    assert [len(group) for group in digits] == [4] * 5
    assert "shown once" in page.words
    assert sign_in(app, EMAIL, " ".join(words)).get("/work").heading == "You are not admitted yet"


def test_nothing_of_what_is_shown_is_stored_or_logged(stranger, link, database, caplog):
    page = stranger.submit(stranger.get(link), action="/invitation", status=200)
    words = [item.text for item in page.tree.find(".//ol[@class='words']").iter("li")]
    code = link.partition("code=")[2]

    with database.reading() as session:
        rows = [
            str(list(session.execute(text(f'SELECT * FROM "{table.name}"'))))
            for table in Base.metadata.sorted_tables
        ]
    stored = "\n".join(rows)
    for secret in (" ".join(words), code):
        assert secret not in stored
        assert secret not in caplog.text


def test_sent_again_or_loaded_again_it_says_that_it_was_used(stranger, link, database, clock):
    page = stranger.get(link)
    stranger.submit(page, action="/invitation", status=200)
    made = bundle(database)

    again = stranger.submit(page, action="/invitation", status=422)

    assert "has been used or has run out" in again.words
    assert bundle(database) == made


@pytest.mark.parametrize("code", ["", "made-up", "x" * 5_000, "\u0000\ud7ff\u202e"])
def test_a_code_that_is_none_does_not_work(stranger, code):
    stranger.post("/invitation", {"code": code}, status=422)


def test_an_invitation_runs_out_after_three_days(stranger, link, clock, database):
    page = stranger.get(link)
    clock.advance(hours=72)

    stranger.submit(page, action="/invitation", status=422)

    assert bundle(database) is None


def test_a_new_invitation_ends_the_one_before(app, first, link, database):
    with database.reading() as session:
        person = session.scalars(select(Person.id).where(Person.email == EMAIL)).one()
    first.submit(first.get(f"/people/{person}/invite"), status=200)

    visitor = Client(app)
    visitor.submit(visitor.get(link), action="/invitation", status=422)
