"""A database that is full, read-only or locked: a clear page with all that was typed, nothing half-saved, and it works on."""

import html
from uuid import uuid4

import pytest
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import IntegrityError

from reprisals.audit.actions import commit
from reprisals.cases.actions.drafts import begin_draft
from reprisals.cases.actions.parts import AccountTold, save_account, save_danger
from reprisals.cases.actions.work import danger_mark
from reprisals.cases.models.account import AccountContent
from reprisals.cases.models.case import Case
from reprisals.cases.rules.outline import Danger
from reprisals.database.engine import LOCK_PATIENCE, is_postgresql, make_engine
from reprisals.identity.models import TeamState
from tests.crash.checks import check_chain, check_integrity, check_whole
from tests.crash.troubles import TROUBLES, full
from tests.makers import act_as

STORY = "They came at night. <And & said nothing> " * 1_000
SECRET = "what stood there before"
LOG = {"audit_entry", "audit_head"}
NOT_SAVED, FAILED = "This was not saved", "Something went wrong on our side"


@pytest.fixture(scope="module")
def database(new_database):
    """One database for all that follows: each trouble must leave it as it was."""
    with new_database() as copied:
        yield copied


@pytest.fixture
def draft(committing):
    """A member of a team and their draft, with a story in it."""
    with committing() as make:
        who = make.member(make.team().team)
        act_as(make.session, who)
        work = begin_draft(make.session, who.keyring, who.actor, uuid4(), next(iter(who.actor.teams)))
        save_danger(work, Danger.NO, "", danger_mark(work))
        save_account(work, AccountTold(content=AccountContent(words=SECRET)), 0)
        commit(make.session)
        return who, work.id


@pytest.fixture(params=TROUBLES)
def trouble(request, app, store):
    """A trouble that lasts as long as its block."""
    return lambda: TROUBLES[request.param](app, store)


def rows(database):
    """Everything that is stored, without the log."""
    with database.engine.connect() as connection:
        tables = set(inspect(connection).get_table_names()) - LOG
        return {
            table: sorted(map(repr, connection.exec_driver_sql(f"SELECT * FROM {table}"))) for table in tables
        }


@pytest.fixture
def checked(database, site):
    """Look after the whole database in the end."""
    yield
    with database.engine.connect() as connection:
        check_integrity(connection)
    with database.reading() as session:
        check_whole(session)
        check_chain(site.settings, session)


def test_what_was_typed_into_a_page_stands_on_the_answer_and_is_saved_when_it_is_sent_again(
    trouble, draft, browser_of, database, checked
):
    who, case_id = draft
    client = browser_of(who)
    before = rows(database)
    fields = {
        "happened": "YES",
        "acts": "ARR",
        "words": STORY,
        "place": "a < b",
        "since-year": "2025",
        "revision": "1",
    }

    with trouble():
        page = client.post(f"/cases/{case_id}/what", fields, status=503)
    assert page.heading == NOT_SAVED
    assert {(name, value.strip()) for name, value in page.fields() if name in fields} == {
        (name, value.strip()) for name, value in fields.items()
    }
    assert rows(database) == before

    assert client.submit(page, status=302).headers["Location"] == f"/cases/{case_id}/states"
    assert html.escape(STORY.strip(), quote=False)[:2000] in client.get(f"/cases/{case_id}/what").text


def test_a_case_that_could_not_be_begun_is_begun_once_when_it_is_sent_again(
    trouble, draft, browser_of, database, checked
):
    who, _case_id = draft
    client, case_id = browser_of(who), uuid4()
    team = next(iter(who.actor.teams))
    before = rows(database)
    fields = {"danger": "YES", "danger_words": STORY, "case_id": str(case_id), "team": str(team)}

    with trouble():
        page = client.post("/cases/new", fields, status=503)
        client.submit(page, status=503)
    assert page.heading == NOT_SAVED
    assert rows(database) == before

    client.submit(page, status=302)
    client.submit(page, status=302)
    with database.reading() as session:
        assert list(session.scalars(select(Case.danger).where(Case.id == case_id))) == ["YES"]


def test_what_saves_itself_says_that_it_did_not(trouble, draft, browser_of, database, checked):
    who, case_id = draft
    client = browser_of(who)
    before = rows(database)

    with trouble():
        client.post(
            f"/cases/{case_id}/what",
            {"words": STORY, "revision": "1"},
            status=503,
            headers={"X-Autosave": "1"},
        )
    assert rows(database) == before

    client.post(
        f"/cases/{case_id}/what", {"words": STORY, "revision": "1"}, status=200, headers={"X-Autosave": "1"}
    )


@pytest.mark.parametrize("name", ["read-only", "locked"])
def test_nothing_of_a_case_is_shown_while_its_opening_cannot_be_recorded(name, draft, browser_of, app, store):
    who, case_id = draft
    client = browser_of(who)

    with TROUBLES[name](app, store):
        page = client.get(f"/cases/{case_id}/what", status=500)
    assert page.heading == FAILED
    assert SECRET not in page.text

    assert SECRET in client.get(f"/cases/{case_id}/what").text


@pytest.mark.parametrize("name", ["read-only", "locked"])
def test_signing_in_says_that_it_failed_and_shows_no_passphrase(name, stranger, app, store):
    passphrase = "eight words that were shown once and twice"
    typed = {"email": "founder@site.example", "passphrase": passphrase}
    token = stranger.form_token()

    with TROUBLES[name](app, store):
        page = stranger.send("/sign-in", {**typed, "form_token": token}, status=503)

    assert page.heading == NOT_SAVED
    assert passphrase not in page.text
    assert ("email", typed["email"]) in page.fields()


def test_leaving_takes_the_cookie_away_whatever_the_database_does(trouble, draft, browser_of):
    client = browser_of(draft[0])

    with trouble():
        client.post("/leave", status=303)

    assert client.cookie("session") is None


def test_a_form_that_came_too_late_stands_on_the_page_where_it_cannot_be_kept(
    draft, browser_of, app, store, database, clock
):
    who, case_id = draft
    client = browser_of(who)
    token, before = client.form_token(), rows(database)
    clock.advance(hours=11)

    with full(app, store):
        fields = {"words": STORY, "revision": "1", "form_token": token}
        page = client.send(f"/cases/{case_id}/what", fields, status=401)

    assert html.escape(STORY.strip(), quote=False)[:2000] in page.text
    assert rows(database) == before


def test_a_commit_that_fails_holds_nothing_afterwards(database):
    later = "PRAGMA defer_foreign_keys=ON"
    if is_postgresql(database.engine):
        later = "ALTER TABLE team_state ALTER CONSTRAINT fk_team_state_team_id DEFERRABLE INITIALLY DEFERRED"
    with database.writing() as session:
        session.execute(text(later))
        session.add(TeamState(team_id=uuid4(), iso3="KEN"))
        session.flush()
        with pytest.raises(IntegrityError):
            session.commit()

    with database.reading() as reading, database.writing() as writing:
        assert reading.get(TeamState, (uuid4(), "KEN")) is None
        writing.execute(text("UPDATE audit_head SET seq = seq"))


def test_nobody_waits_for_a_lock_for_ever(database, settings):
    asked = "SHOW lock_timeout" if is_postgresql(database.engine) else "PRAGMA busy_timeout"
    engine = make_engine(settings.database_url(), settings.database_key())

    with engine.connect() as connection:
        assert connection.exec_driver_sql(asked).scalar() in {"15s", LOCK_PATIENCE}
    engine.dispose()
