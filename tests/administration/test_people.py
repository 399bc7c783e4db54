"""What the administrator can do: invite, suspend at once, end a suspension. Nothing else, and nothing of a case."""

import pytest
from sqlalchemy import select

from reprisals.audit.models import AuditEntry
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.models import Invitation, LiveSession, Membership, Person, PersonState, SiteRole
from reprisals.sealing.holders import TeamKind
from tests.accounts.joining import invite, waiting

EMAIL = "amina@field.example"


@pytest.fixture
def administrator(browser_of, committing):
    with committing() as make:
        who = make.officer("ADMINISTRATOR")
    return browser_of(who)


@pytest.fixture
def member(committing):
    """Somebody admitted to a team."""
    with committing() as make:
        lead = make.team().lead
        lead.person.bundle = b"sealed"
    return lead


def found(database, kind, **where):
    with database.reading() as session:
        return list(session.scalars(select(kind).filter_by(**where)))


def state_of(database, who):
    return found(database, Person, id=who.person.id)[0].state


def test_everybody_is_listed_with_state_and_places(administrator, member, committing):
    with committing() as make:
        waiting(make, "Amina Haddad", EMAIL, role="AUDITOR")

    page = administrator.get("/people")

    assert f"{member.person.name} {member.person.email} Admitted" in page.words
    assert (
        "Amina Haddad amina@field.example Waiting to be admitted Auditor not admitted yet Never" in page.words
    )


def test_the_link_is_shown_once_with_how_to_hand_it_over(administrator, database):
    link = invite(administrator, EMAIL, "Amina Haddad", "role:AUDITOR")

    assert link.startswith("/invitation?code=")
    invited = found(database, Person, email=EMAIL)[0]
    assert (invited.name, invited.state, invited.language) == ("Amina Haddad", PersonState.INVITED, "en")
    assert len(found(database, Invitation, person_id=invited.id)) == 1
    assert [role.role for role in found(database, SiteRole, person_id=invited.id)] == ["AUDITOR"]


def test_somebody_can_be_invited_to_lead_a_team(administrator, database, member):
    team = found(database, Membership, person_id=member.person.id)[0].team_id

    invite(administrator, EMAIL, "Amina Haddad", f"team:{team}", "LEAD")

    invited = found(database, Person, email=EMAIL)[0]
    place = found(database, Membership, person_id=invited.id)[0]
    assert (place.team_id, place.role, place.admitted_at) == (team, "LEAD", None)


def test_somebody_who_has_keys_is_asked_for_one_more_place_without_a_link(
    administrator, database, committing
):
    with committing() as make:
        who, _digits = waiting(make, "Amina Haddad", EMAIL, role="AUDITOR")

    page = administrator.submit(
        administrator.get(f"/people/invite?person={who.person.id}"), {"place": "role:APPROVER"}, status=200
    )

    assert "no link is needed" in page.words
    assert {role.role for role in found(database, SiteRole, person_id=who.person.id)} == {
        "AUDITOR",
        "APPROVER",
    }


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "no address"}, "email"),
        ({"email": "x" * 200 + "@field.example"}, "email"),
        ({"email": "a@\u202e.example"}, "email"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 200_000}, "name"),
        ({"language": "xx"}, "language"),
        ({"place": ""}, "place"),
        ({"place": "role:EMPEROR"}, "place"),
        ({"place": "team:00000000-0000-0000-0000-000000000007"}, "place"),
        ({"team_role": "KING"}, "team_role"),
    ],
)
def test_what_does_not_hold_is_told_beside_its_field_and_everything_stays(
    administrator, database, wrong, field
):
    right = {
        "email": EMAIL,
        "name": "Amina Haddad",
        "language": "en",
        "place": "role:AUDITOR",
        "team_role": "MEMBER",
    }
    page = administrator.get("/people/invite")
    token = dict(page.fields())["form_token"]

    refused = administrator.send("/people/invite", {**right, **wrong, "form_token": token}, 422)

    kept = dict(refused.fields())
    assert refused.errors().keys() == {field}
    assert all(kept[name] == value for name, value in right.items() if name != field)
    assert not found(database, Person, email=EMAIL)


def test_nobody_is_invited_twice_to_the_same_place(administrator, database, committing):
    with committing() as make:
        waiting(make, "Amina Haddad", EMAIL, role="AUDITOR")
    page = administrator.get("/people/invite")

    refused = administrator.submit(
        page, {"email": EMAIL, "name": "Amina", "place": "role:AUDITOR"}, status=422
    )

    assert refused.errors() == {"place": "This person has this role already."}


def test_a_suspension_holds_at_once(administrator, member, browser_of, database):
    theirs = browser_of(member)
    theirs.get("/account")

    page = administrator.submit(administrator.get(f"/people/{member.person.id}/suspend"), status=303)

    assert "The account is suspended" in administrator.follow(page).words
    assert state_of(database, member) == PersonState.SUSPENDED
    assert not found(database, LiveSession, person_id=member.person.id)
    theirs.get("/account", status=302)


def test_to_look_at_the_question_suspends_nobody(administrator, member, database):
    administrator.get(f"/people/{member.person.id}/suspend")

    assert state_of(database, member) == PersonState.ADMITTED


def test_a_suspension_can_be_ended(administrator, member, browser_of, database):
    administrator.submit(administrator.get(f"/people/{member.person.id}/suspend"), status=303)

    administrator.submit(administrator.get(f"/people/{member.person.id}/reinstate"), status=303)

    assert state_of(database, member) == PersonState.ADMITTED
    browser_of(member).get("/account")


def test_nobody_suspends_themselves(first, site, database):
    with database.reading() as session:
        own = site.first_person(session)

    refused = first.post(f"/people/{own.person.id}/suspend", status=409)

    assert "You cannot suspend yourself." in refused.words
    assert state_of(database, own) == PersonState.ADMITTED


def test_nobody_is_reinstated_who_is_not_suspended(administrator, member):
    assert "is not suspended" in administrator.post(f"/people/{member.person.id}/reinstate", status=409).words


def test_a_suspended_person_is_not_invited(administrator, member):
    administrator.submit(administrator.get(f"/people/{member.person.id}/suspend"), status=303)
    page = administrator.get("/people/invite")
    asked = {"email": member.person.email, "name": "X", "place": "role:AUDITOR"}

    assert administrator.submit(page, asked, status=422).errors() == {"email": "This account is suspended."}


def test_keys_of_somebody_who_was_admitted_are_not_replaced_by_an_invitation(administrator, member):
    refused = administrator.post(f"/people/{member.person.id}/invite", status=409)

    assert "This person has been admitted." in refused.words


def test_the_administrator_can_neither_admit_nor_make_keys_nor_read_a_case_or_the_log(
    administrator, member, database
):
    team = found(database, Membership, person_id=member.person.id)[0].team_id

    for path in (
        f"/teams/{team}/admit/{member.person.id}",
        f"/teams/{team}/keys",
        "/certify",
        "/cases",
        "/audit",
    ):
        administrator.get(path, status=403)
    assert "Admit " not in administrator.get(f"/teams/{team}").words


@pytest.mark.parametrize("page", ["", "/suspend", "/reinstate", "/invite"])
def test_a_person_who_is_not_there_is_not_found(administrator, page):
    administrator.get(f"/people/00000000-0000-0000-0000-000000000007{page}", status=404)


def test_what_the_administrator_does_is_recorded_with_codes_alone(administrator, database, member):
    invite(administrator, EMAIL, "Amina Haddad", "role:AUDITOR")
    administrator.submit(administrator.get(f"/people/{member.person.id}/suspend"), status=303)

    done = found(database, AuditEntry)
    assert [entry.action for entry in done][-2:] == ["person.invited", "person.suspended"]
    assert not any("Amina" in str(entry.details) or EMAIL in str(entry.details) for entry in done)


def test_the_pages_say_what_the_administrator_cannot_do(administrator, member):
    assert (
        "You read no case, admit nobody, confirm no role, make no team's secret"
        in administrator.get("/people").words
    )

    page = administrator.get(f"/people/{member.person.id}")
    for words in ("You cannot admit anybody", "You cannot see or set anew a passphrase", "You cannot read"):
        assert words in page.words


def test_each_role_is_explained_where_it_is_chosen(administrator):
    words = administrator.get("/people/invite").words

    for role, explained in (
        ("Administrator", "Opens accounts, makes teams, suspends. Reads no case and admits nobody."),
        ("Auditor", "Reads who opened and changed what, and checks that the log holds. Reads no case."),
        ("Custodian", "Holds a share of the recovery key, and confirms leads of the central"),
        ("Approver", "Clears letters and texts before they leave."),
        ("Member", "Reads and writes the cases of the team."),
        ("Lead", "Does the same, and admits people to the team after hearing their fingerprint."),
    ):
        assert f"{role} {explained}" in words


def test_before_a_suspension_is_said_what_happens_at_once_and_what_does_not(
    administrator, member, browser_of
):
    browser_of(member)
    browser_of(member)

    words = administrator.get(f"/people/{member.person.id}/suspend").words

    at_once, not_by_this = words.split("Not by this")
    assert "2 sessions in use end." in at_once
    assert "They cannot sign in" in at_once
    assert "What they opened before stays known to them." in not_by_this
    assert "the secrets of their teams are not replaced" in not_by_this


def test_before_a_suspension_is_said_whom_a_team_would_miss(administrator, committing):
    with committing() as make:
        alone, together = make.team(entity="UNHCR"), make.team(entity="UNDP")
        make.member(alone.team)
        make.member(together.team, "LEAD")

    assert (
        f"Nobody else leads {alone.team.name}:"
        in administrator.get(f"/people/{alone.lead.person.id}/suspend").words
    )
    assert "Nobody else leads" not in administrator.get(f"/people/{together.lead.person.id}/suspend").words


def test_before_the_last_other_administrator_is_suspended_that_is_said(
    administrator, site, committing, database
):
    with database.reading() as session:
        other = site.first_person(session)
    path = f"/people/{other.person.id}/suspend"
    assert "Afterwards no administrator but you can act." in administrator.get(path).words

    with committing() as make:
        make.officer("ADMINISTRATOR")

    assert "Afterwards no administrator but you" not in administrator.get(path).words


def test_before_a_suspension_is_ended_is_said_what_comes_back(administrator, member):
    administrator.submit(administrator.get(f"/people/{member.person.id}/suspend"), status=303)

    words = administrator.get(f"/people/{member.person.id}/reinstate").words

    assert "They can sign in with the passphrase that they had." in words
    assert "Sessions that were ended stay ended." in words


def test_nobody_is_offered_to_suspend_themselves(first, site, database):
    with database.reading() as session:
        own = site.first_person(session)

    page = first.get(f"/people/{own.person.id}")

    assert "This is you. Nobody suspends themselves" in page.words
    assert not any(link.endswith("/suspend") for link in page.links)


def test_an_invitation_that_nobody_has_admitted_yet_can_be_taken_back_from_the_persons_page(
    administrator, committing, member
):
    with committing() as make:
        who, _digits = waiting(make, "Amina Haddad", EMAIL, role="AUDITOR")
    page = administrator.get(f"/people/{who.person.id}")

    asked = administrator.get(next(link for link in page.links if link.endswith("/cancel")))

    assert "Amina Haddad" in asked.words
    assert not any(
        link.endswith("/cancel") for link in administrator.get(f"/people/{member.person.id}").links
    )


def test_a_member_of_a_team_without_a_lead_is_refused_and_lead_is_chosen_instead(
    administrator, database, committing
):
    with committing() as make:
        new = add_team(make.session, Founding(TeamKind.FOCAL, "UNHCR Amman", "UNHCR", "Amman", ("JOR",)))
    page = administrator.get("/people/invite")
    told = {"email": EMAIL, "name": "Amina", "place": f"team:{new.id}", "team_role": "MEMBER"}

    refused = administrator.submit(page, told, status=422)

    assert "no lead yet" in refused.errors()["team_role"]
    assert dict(refused.fields())["team_role"] == "LEAD"
    administrator.submit(refused, {}, status=200)
    assert [place.role for place in found(database, Membership, team_id=new.id)] == ["LEAD"]
