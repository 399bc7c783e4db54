"""An invitation works once; what it shows, it shows once, and nothing of it is stored or told to a log."""

import pytest
from sqlalchemy import select, text

from reprisals.audit.models import AuditEntry
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


def test_looking_at_an_invitation_changes_nothing_and_does_not_say_whose_it_is(stranger, link, database):
    for _time in range(2):
        page = stranger.get(link)

        assert "Three things happen now" in page.words
        assert "Amina" not in page.text
        assert bundle(database) is None


def test_a_link_that_was_used_has_run_out_or_never_was_is_told_so_at_once(stranger, link, clock, first):
    later = invite(first, "other@field.example", "Grace Lado", "role:AUDITOR")
    stranger.submit(stranger.get(link), action="/invitation", status=200)
    used = stranger.get(link, status=410)
    made_up = stranger.get("/invitation?code=made-up", status=410)
    clock.advance(hours=72)
    run_out = stranger.get(later, status=410)

    assert "has been used or has run out" in used.words
    assert used.words == made_up.words == run_out.words
    assert used.tree.find(".//main").find(".//form") is None


def test_an_invitation_is_taken_back_by_the_administrator_after_being_asked_again(
    first, link, stranger, database
):
    listed = first.get("/invitations")
    assert "Amina Haddad" in listed.words
    assert "Auditor of the site" in listed.words
    asked = first.get(next(href for href in listed.links if href.endswith("/cancel")))
    assert "Take this invitation back?" in asked.words
    assert "Three things happen now" in stranger.get(link).words

    done = first.follow(first.submit(asked, status=303))

    assert "The invitation is taken back." in done.words
    assert "Nobody waits." in done.words
    stranger.get(link, status=410)
    assert bundle(database) is None
    again = first.submit(asked, status=409)
    assert "Nothing waits for this person any more." in again.words
    with database.reading() as session:
        person = session.scalars(select(Person).where(Person.email == EMAIL)).one()
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == "person.invitation-cancelled")
        ).one()
        assert (entry.subject, entry.outcome) == (str(person.id), "done")
    assert invite(first, EMAIL, "Amina Haddad", "role:AUDITOR")


def test_a_list_without_invitations_says_so(first):
    assert "Nobody waits." in first.get("/invitations").words


def test_who_has_made_keys_or_let_the_link_run_out_is_listed_so(
    first, link, stranger, clock, committing, browser_of
):
    assert "Works until" in first.get("/invitations").words
    invite(first, "other@field.example", "Grace Lado", "role:AUDITOR")
    stranger.submit(stranger.get(link), action="/invitation", status=200)
    assert "They have made their keys" in first.get("/invitations").words
    assert "Has run out" not in first.get("/invitations").words
    clock.advance(hours=72)
    with committing() as make:
        who = make.founder
    assert "Has run out" in browser_of(who).get("/invitations").words


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

    Client(app).get(link, status=410)
