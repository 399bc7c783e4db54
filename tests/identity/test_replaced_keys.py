"""A link in the wrong hands: whoever made keys with it first is out as soon as the right person has made theirs."""

from uuid import UUID

import pytest
from sqlalchemy import select

from reprisals.app import create_app
from reprisals.audit.actions import attach, commit, record
from reprisals.audit.models import AuditEntry
from reprisals.identity import queries
from reprisals.identity.actions import signing_in
from reprisals.identity.actions.inviting import Inviting, accept_invitation, invite, invite_again
from reprisals.identity.actions.sessions import LateForm, end_session, keep_form, resume
from reprisals.identity.actions.signing_in import (
    Knock,
    WrongPassphrase,
    open_account,
    service_recorder,
    sign_in,
)
from reprisals.identity.actions.told import mark_of
from reprisals.identity.models import KeptForm, LiveSession, SessionStub
from reprisals.sealing.holders import PersonKey
from tests.client import Client
from tests.makers import act_as

EMAIL = "amina@field.example"


class Link:
    """An administrator who invites, and invites again."""

    def __init__(self, database, settings, committing):
        self.database, self.settings = database, settings
        with committing() as make:
            self.admin, self.team = make.officer("ADMINISTRATOR"), make.team()

    def first(self):
        with self.database.writing() as session:
            act_as(session, self.admin)
            asked = Inviting(EMAIL, "Amina Haddad", "en", team_id=self.team.team.id)
            code = invite(session, self.settings, self.admin.actor, asked)
            commit(session)
        return code

    def again(self):
        with self.database.writing() as session:
            act_as(session, self.admin)
            person = queries.find_person_by_email(session, EMAIL)
            assert person is not None
            code = invite_again(session, self.settings, self.admin.actor, person)
            commit(session)
        return code

    def enter(self, code):
        """Make keys with a link, and sign in with them."""
        keys = accept_invitation(self.database, self.settings, code)
        return keys, sign_in(self.database, self.settings, Knock(EMAIL, keys.passphrase, "192.0.2.1"))

    def late(self, token, path="/account"):
        """Whether a form is kept that comes with the cookie of a session."""
        with self.database.writing() as session:
            attach(session, service_recorder(self.settings))
            is_kept = keep_form(session, self.settings, token, LateForm(path, (("language", "ar"),)))
            commit(session)
        return is_kept

    def end(self, token):
        """End a session, so that what comes with it is late."""
        with self.database.writing() as session:
            attach(session, service_recorder(self.settings))
            end_session(session, self.settings, session.get_one(LiveSession, token.lookup), None, "left")
            commit(session)

    def is_in(self, token):
        with self.database.reading() as session:
            attach(session, service_recorder(self.settings))
            return resume(session, self.settings, token) is not None


@pytest.fixture
def app(settings, database):
    return create_app(settings, database)


@pytest.fixture
def link(database, settings, committing, clock, derived):
    return Link(database, settings, committing)


def test_a_session_begun_with_the_first_keys_ends_as_new_ones_are_made(link, clock, rows):
    _keys, wrong = link.enter(link.first())
    _keys, other = link.enter(link.again())
    link.end(other)
    assert len(rows(LiveSession)) + len(rows(SessionStub)) == 1, "the first is gone without a stub"

    clock.advance(minutes=1)
    _keys, right = link.enter(link.again())

    assert (link.is_in(wrong), link.is_in(other), link.is_in(right)) == (False, False, True)
    assert [live.lookup for live in rows(LiveSession)] == [right.lookup]
    assert rows(SessionStub) == []
    assert not link.late(wrong)
    assert not link.late(other)


def test_the_log_says_that_the_session_ended_because_new_keys_were_made(link, clock, rows):
    link.enter(link.first())
    clock.advance(minutes=1)
    link.enter(link.again())

    [entry] = [entry for entry in rows(AuditEntry) if entry.action == "session.ended"]
    assert (entry.details, entry.actor_id) == ({"reason": "keys-replaced"}, None)


def test_what_was_kept_for_the_first_keys_goes_with_them(link, clock, rows):
    _keys, wrong = link.enter(link.first())
    link.end(wrong)
    assert link.late(wrong)

    clock.advance(minutes=1)
    _keys, right = link.enter(link.again())
    assert rows(KeptForm) == []
    link.end(right)
    assert link.late(right), "there is room for what the right person sends"


def test_a_session_whose_keys_were_replaced_is_none_even_where_its_row_stays(link, clock, database, rows):
    """As where somebody puts the row back that the making of new keys has deleted."""
    _keys, wrong = link.enter(link.first())
    with database.writing() as session:
        [key] = session.scalars(
            select(PersonKey).where(PersonKey.person_id == rows(LiveSession)[0].person_id)
        )
        made = {"signing_public": bytes(32), "made_at": clock.advance(seconds=1)}
        session.add(PersonKey(person_id=key.person_id, box_public=key.box_public, **made))
        session.commit()

    assert len(rows(LiveSession)) == 1
    assert not link.is_in(wrong)


def test_keys_replaced_while_the_first_passphrase_is_tried_begin_no_session(link, clock, monkeypatch, rows):
    keys = accept_invitation(link.database, link.settings, link.first())
    code = link.again()

    def replaced_meanwhile(*asked):
        found = open_account(*asked)
        clock.advance(seconds=1)
        accept_invitation(link.database, link.settings, code)
        return found

    monkeypatch.setattr(signing_in, "open_account", replaced_meanwhile)
    with pytest.raises(WrongPassphrase):
        sign_in(link.database, link.settings, Knock(EMAIL, keys.passphrase, "192.0.2.1"))

    assert rows(LiveSession) == []
    assert [entry.action for entry in rows(AuditEntry)][-1] == "session.failed"


def test_whoever_had_the_link_first_sees_no_page_and_ends_nothing_of_the_owner(link, app, clock, rows):
    _keys, wrong = link.enter(link.first())
    clock.advance(minutes=1)
    _keys, right = link.enter(link.again())
    theirs, mine = Client(app, wrong), Client(app, right)

    assert theirs.get("/account", status=302).headers["Location"].startswith("/sign-in")
    [live] = rows(LiveSession)
    theirs.form_token()
    theirs.post(f"/account/sessions/{live.id}/end", status=401)
    theirs.post("/account/sessions/end-others", status=401)
    assert [row.lookup for row in rows(LiveSession)] == [right.lookup]
    mine.get("/account")


@pytest.fixture
def kept(link, database, rows):
    """Forms that came too late to two pages, by the path of each, and the token of the same person, who is signed in again."""
    keys, token = link.enter(link.first())
    link.end(token)
    assert link.late(token)
    assert link.late(token, path="/work")
    told = [entry.details["form"] for entry in rows(AuditEntry) if entry.action == "form.kept"]
    again = sign_in(database, link.settings, Knock(EMAIL, keys.passphrase, "192.0.2.1"))
    return dict(zip(("/account", "/work"), told, strict=True)), again


def test_a_page_lets_go_only_of_a_form_that_was_sent_to_it(kept, app, rows):
    forms, token = kept
    client = Client(app, token)

    client.post("/account", [("language", "ar"), ("kept_form", forms["/work"])], status=303)
    assert {str(form.id) for form in rows(KeptForm)} == set(forms.values())

    client.post("/account", [("language", "ar"), ("kept_form", forms["/account"])], status=303)
    assert {str(form.id) for form in rows(KeptForm)} == {forms["/work"]}


def test_a_page_lets_go_of_no_form_that_does_not_open(kept, app, link, database, rows):
    """As one that the service kept for other keys of the same person."""
    forms, token = kept
    with database.writing() as session:
        attach(session, service_recorder(link.settings))
        form = session.get_one(KeptForm, UUID(forms["/account"]))
        form.sealed = bytes(len(form.sealed))
        told = {"form": forms["/account"], "sealed": mark_of(form.sealed)}
        record(session, None, "form.kept", form.person_id, **told)
        commit(session)

    Client(app, token).post("/account", [("language", "ar"), ("kept_form", forms["/account"])], status=303)
    assert {str(form.id) for form in rows(KeptForm)} == set(forms.values())
