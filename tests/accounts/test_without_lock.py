"""What is slow by design, stretching a passphrase or a fingerprint, keeps nobody else waiting for a turn to write."""

import pytest
from sqlalchemy import select

from reprisals.access import Permission
from reprisals.identity.actions.inviting import Inviting, invite
from reprisals.identity.models import Invitation, Membership, Person, PersonState, SiteRole, Team
from reprisals.sealing import bundle as bundles
from reprisals.sealing import keys
from tests.accounts.joining import waiting


@pytest.fixture
def stretched(monkeypatch, database):
    """How often something was stretched; each time somebody else writes and commits in the meantime."""
    times = []
    stretch = keys.stretch

    def meanwhile(*said):
        with database.writing() as session:
            for kind in (Person, Team, Membership, SiteRole, Invitation):
                session.scalars(select(kind).with_for_update(nowait=True)).all()
            session.commit()
        times.append(len(said))
        return stretch(*said)

    monkeypatch.setattr(keys, "stretch", meanwhile)
    monkeypatch.setattr(bundles, "stretch", meanwhile)
    return times


@pytest.fixture
def office(committing, browser_of):
    """A team with its lead's browser, and somebody who waits for it."""
    with committing() as make:
        team, lead = make.team()
        who, digits = waiting(make, "Amina Haddad", "amina@field.example", team_id=team.id, role="MEMBER")
    return browser_of(lead), f"/teams/{team.id}/admit/{who.person.id}", who, digits


def test_nobody_waits_while_the_digits_of_a_newcomer_are_checked(office, stretched, database):
    lead, address, who, digits = office
    page = lead.get(address)

    wrong = lead.submit(page, {"fingerprint": "1" * 20}, status=422)
    assert "not the digits" in wrong.words
    assert "Amina Haddad" in wrong.words
    lead.submit(wrong, {"fingerprint": digits}, status=303)

    assert len(stretched) == 2
    with database.reading() as session:
        assert session.get_one(Person, who.person.id).state == PersonState.ADMITTED


@pytest.fixture
def auditor(committing):
    """Somebody who waits for a role, and their digits."""
    with committing() as make:
        return waiting(make, "Ingrid Solberg", "ingrid@site.example", role="AUDITOR")


def test_nobody_waits_while_a_role_is_confirmed(first, auditor, stretched, database):
    who, digits = auditor
    first.submit(first.get(f"/certify/roles/auditor/{who.person.id}"), {"fingerprint": digits}, status=303)

    assert len(stretched) == 1
    with database.reading() as session:
        assert session.get_one(SiteRole, (who.person.id, "AUDITOR")).admitted_at


def test_nobody_waits_while_an_invitation_is_accepted(stranger, committing, settings, stretched):
    with committing() as make:
        admin = make.officer("ADMINISTRATOR")
        inviting = Inviting("new@field.example", "New", "en", site_role="AUDITOR")
        code = invite(make.session, settings, admin.actor, inviting)

    page = stranger.submit(stranger.get(f"/invitation?code={code}"), status=200)

    assert page.heading == "Write this down now"
    assert len(stretched) == 2, "the passphrase and the fingerprint"


def test_nobody_waits_while_an_account_page_is_made_and_its_digits_are_derived_once(
    office, stretched, browser_of
):
    lead, _address, who, digits = office
    lead.get("/account")
    refused = lead.post("/account", {"language": "xx"}, status=422)
    assert len(stretched) == 1
    assert "Choose from the list" in refused.words

    newcomer = browser_of(who)
    assert newcomer.post("/account", {"language": "xx"}, status=422).words.count(digits) == 1
    assert digits in newcomer.get("/work").words
    assert len(stretched) == 2


def test_a_lead_who_is_suspended_while_the_digits_are_checked_admits_nobody(office, database, monkeypatch):
    lead, address, who, digits = office
    page, stretch = lead.get(address), keys.stretch

    def meanwhile(*said):
        with database.writing() as session:
            wanted = select(Person).join(Membership, Membership.person_id == Person.id)
            for person in session.scalars(wanted.where(Membership.role == "LEAD")):
                person.state = PersonState.SUSPENDED
            session.commit()
        return stretch(*said)

    monkeypatch.setattr(keys, "stretch", meanwhile)

    lead.submit(page, {"fingerprint": digits}, status=401)

    with database.reading() as session:
        assert session.get_one(Person, who.person.id).state == PersonState.AWAITING


def test_a_lead_who_lost_their_seat_while_the_digits_are_checked_admits_nobody(office, database, monkeypatch):
    lead, address, who, digits = office
    page, stretch = lead.get(address), keys.stretch

    def meanwhile(*said):
        with database.writing() as session:
            for seat in session.scalars(select(Membership).where(Membership.role == "LEAD")):
                session.delete(seat)
            session.commit()
        return stretch(*said)

    monkeypatch.setattr(keys, "stretch", meanwhile)

    refused = lead.submit(page, {"fingerprint": digits}, status=403)

    assert Permission.TEAM_ADMIT.value not in refused.words
    with database.reading() as session:
        assert session.get_one(Person, who.person.id).state == PersonState.AWAITING
