"""From an empty site to a team at work, through the pages alone: found, invite, make keys, admit by voice."""

import pytest
from sqlalchemy import select

from reprisals.accounts.forms import MOST_STATES
from reprisals.audit.models import AuditEntry
from reprisals.audit.queries import verify
from reprisals.identity.actions.signing_in import service_key
from reprisals.identity.models import Membership, Person, SiteRole, TeamState
from reprisals.sealing.holders import MemberKey
from reprisals.sealing.teams import current_generation
from tests.accounts.joining import accept, admit, invite, person_id, sign_in, team_id, waiting
from tests.client import words_of

LEAD, MEMBER, AUDITOR = "lead@field.example", "amina@field.example", "auditor@site.example"
TEAM = {"name": "UNDP Nairobi", "entity": "UNDP", "duty_station": "Nairobi", "states-0": "Kenya"}


@pytest.fixture
def team(first, database):
    """A team without keys, made by its page."""
    first.submit(first.get("/teams/new"), TEAM, status=303)
    return team_id(database, TEAM["name"])


@pytest.fixture
def lead(browser_of, committing, team):
    """Its first lead, who has made keys and waits: their browser, and their digits."""
    with committing() as make:
        who, digits = waiting(make, "Grace Lado", LEAD, team_id=team, role="LEAD")
    return browser_of(who), digits


@pytest.fixture
def admitted(first, lead):
    """The lead, admitted by a central lead."""
    admit(first, first.get("/certify"), "Grace Lado", lead[1])
    return lead[0]


@pytest.fixture
def ready(admitted, team):
    """The lead of a team that has its keys."""
    admitted.submit(admitted.get(f"/teams/{team}/keys"), status=303)
    return admitted


def test_a_team_comes_to_life(app, first, ready, team, database):
    passphrase, digits = accept(app, invite(first, MEMBER, "Amina Haddad", f"team:{team}"))
    member = sign_in(app, MEMBER, passphrase)
    assert member.get("/work").heading == "You are not admitted yet"

    admitted = ready.follow(admit(ready, ready.get(f"/teams/{team}"), "Amina Haddad", digits))

    assert "Admitted." in admitted.words
    assert "Nobody waits." in admitted.words
    assert member.follow(member.get("/", status=302), status=302).headers["Location"] == "/cases"
    with database.reading() as session:
        sealed = session.scalars(select(MemberKey.person_id).where(MemberKey.team_id == team))
        assert set(sealed) == {person_id(database, LEAD), person_id(database, MEMBER)}
        settings = app.extensions["settings"]
        root, service = bytes.fromhex(settings.keys.root_public), service_key(settings).public
        broken, _seq, _head = verify(session, root, service)
    assert broken is None


def test_a_first_lead_is_led_to_make_the_keys_and_then_to_the_work(admitted, team, database):
    page = admitted.follow(admitted.follow(admitted.get("/", status=302), status=302))

    assert "You are the first lead" in page.words
    admitted.submit(admitted.get(f"/teams/{team}/keys"), status=303)
    assert admitted.get("/work", status=302).headers["Location"] == "/cases"
    with database.reading() as session:
        assert current_generation(session, team) == 1


def test_keys_are_made_once_whoever_asks_again(ready, team, database):
    refused = ready.post(f"/teams/{team}/keys", status=409)

    assert "This team has keys already." in refused.words
    with database.reading() as session:
        assert current_generation(session, team) == 1


def test_the_digits_have_to_be_those_that_were_read_out(first, lead, database):
    wrong = lead[1][:-1] + str((int(lead[1][-1]) + 1) % 10)

    refused = admit(first, first.get("/certify"), "Grace Lado", wrong, status=422)

    assert "not the digits" in refused.errors()["fingerprint"]
    assert dict(refused.fields())["fingerprint"] == wrong
    with database.reading() as session:
        assert (
            session.scalars(select(Membership.admitted_at).where(Membership.role == "LEAD")).all().count(None)
            == 1
        )
        assert session.get_one(Person, person_id(database, LEAD)).state == "AWAITING"


@pytest.mark.parametrize("typed", ["", "12", "x" * 99, "\u0661" * 20, "x" * 101])
def test_other_things_than_digits_are_refused_beside_the_field(first, lead, typed):
    refused = admit(first, first.get("/certify"), "Grace Lado", typed, status=422)

    assert "fingerprint" in refused.errors()


def test_digits_may_be_typed_without_blanks_or_with_others(first, lead):
    admit(first, first.get("/certify"), "Grace Lado", lead[1].replace(" ", "-"))


def test_admitting_twice_does_it_once(first, lead, team, database):
    address = f"/certify/teams/{team}/{person_id(database, LEAD)}"
    for _again in range(2):
        first.post(address, {"fingerprint": lead[1]}, status=303)

    with database.reading() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "person.admitted"))
        assert len(list(done)) == 1


def test_until_the_first_lead_has_made_the_keys_nobody_else_is_admitted(first, admitted, team, committing):
    with committing() as make:
        who, digits = waiting(make, "Amina Haddad", MEMBER, team_id=team, role="LEAD")

    assert "Amina" not in first.get("/certify").words
    assert "Admit Amina Haddad" not in admitted.get(f"/teams/{team}").words
    first.post(f"/certify/teams/{team}/{who.person.id}", {"fingerprint": digits}, status=403)
    admitted.post(f"/teams/{team}/admit/{who.person.id}", {"fingerprint": digits}, status=403)


def test_a_role_of_the_site_is_confirmed_by_a_central_lead(browser_of, committing, database, clock):
    with committing() as make:
        central = make.member(make.site.team(make.session, "CENTRAL"), "LEAD")
        who, digits = waiting(make, "Ingrid Solberg", AUDITOR, role="AUDITOR")
    first, auditor = browser_of(central), browser_of(who)
    assert "Auditor of the site" in first.get("/certify").words

    admit(first, first.get("/certify"), "Ingrid Solberg", digits)

    assert auditor.get("/audit").heading == "Audit"
    with database.reading() as session:
        assert session.get_one(SiteRole, (who.person.id, "AUDITOR")).admitted_at == clock.now()


def test_confirming_a_role_twice_does_it_once(first, committing, database):
    with committing() as make:
        who, digits = waiting(make, "Ingrid Solberg", AUDITOR, role="AUDITOR")
    for _again in range(2):
        first.post(f"/certify/roles/auditor/{who.person.id}", {"fingerprint": digits}, status=303)

    with database.reading() as session:
        done = session.scalars(select(AuditEntry.action).where(AuditEntry.action == "role.certified"))
        assert len(list(done)) == 1


def test_a_team_covers_no_more_lines_than_fit(first):
    typed = [("name", "x"), *((f"states-{line}", "Kenya") for line in range(MOST_STATES)), ("add", "states")]

    page = first.post("/teams/new", typed, status=200)

    assert sum(name.startswith("states-") for name, _value in page.fields()) == MOST_STATES


def test_only_the_holder_of_the_root_confirms_a_custodian(first, browser_of, committing):
    with committing() as make:
        central = make.member(make.site.team(make.session, "CENTRAL"), "LEAD")
        who, digits = waiting(make, "Ingrid Solberg", AUDITOR, role="CUSTODIAN")
    other = browser_of(central)

    assert "Ingrid" not in other.get("/certify").words
    other.post(f"/certify/roles/custodian/{who.person.id}", {"fingerprint": digits}, status=403)
    admit(first, first.get("/certify"), "Ingrid Solberg", digits)


def test_a_custodian_who_leads_no_central_team_admits_no_first_lead(
    lead, team, browser_of, committing, database
):
    with committing() as make:
        custodian = make.officer("CUSTODIAN")
    client = browser_of(custodian)

    assert "Grace" not in client.get("/certify").words
    client.post(f"/certify/teams/{team}/{person_id(database, LEAD)}", {"fingerprint": lead[1]}, status=403)


def test_a_lead_admits_to_no_other_team(lead, team, browser_of, committing, database):
    with committing() as make:
        other = make.team().lead

    browser_of(other).post(
        f"/teams/{team}/admit/{person_id(database, LEAD)}", {"fingerprint": lead[1]}, status=404
    )


def test_who_waits_without_keys_is_listed_without_a_link(first, team):
    invite(first, LEAD, "Grace Lado", f"team:{team}", "LEAD")

    page = first.get("/certify")

    assert "They have not made their keys yet" in page.words
    assert "Admit Grace Lado" not in page.words
    assert "Admit 1" not in words_of(page.tree.find(".//nav[@class='side-start']"))


def test_the_navigation_counts_who_can_be_admitted_now(first, lead):
    nav = first.get("/kept").tree.find(".//nav[@class='side-start']")

    assert "Admit 1 waiting for you" in words_of(nav)


def test_a_team_can_cover_several_states_and_is_found_by_what_was_typed(first, database):
    page = first.send("/teams/new", [*filled(first.get("/teams/new"), TEAM), ("add", "states")], 200)

    first.submit(
        page, {"states-1": "SOM", "entity": "UNDP - United Nations Development Programme"}, status=303
    )

    with database.reading() as session:
        covered = session.scalars(
            select(TeamState.iso3).where(TeamState.team_id == team_id(database, TEAM["name"]))
        )
        assert set(covered) == {"KEN", "SOM"}


def filled(page, values):
    return [(name, values.get(name, value)) for name, value in page.fields()]


def test_what_is_not_in_the_directories_is_refused_beside_its_field_and_everything_stays(first):
    typed = {"name": "", "entity": "Ministry of Truth", "duty_station": "x" * 101, "states-0": "Atlantis"}

    refused = first.submit(first.get("/teams/new"), typed, status=422)

    assert refused.errors().keys() == {"name", "entity", "duty_station", "states-0"}
    assert {**dict(refused.fields()), **typed} == dict(refused.fields())
    assert "Everything you typed is still here." in refused.words


@pytest.mark.parametrize("weekend", ["", "MON-TUE"])
def test_days_off_are_chosen_from_the_list(first, weekend):
    page = first.get("/teams/new")

    refused = first.send("/teams/new", filled(page, {**TEAM, "weekend": weekend}), 422)

    assert "weekend" in refused.errors()


def test_a_team_is_seen_by_its_members_and_by_the_central_team(first, browser_of, committing):
    with committing() as make:
        own, other = make.team(), make.team()
        central = make.member(make.site.team(make.session, "CENTRAL"))

    mine = browser_of(own.lead).get("/teams").words
    assert own.team.name in mine
    assert other.team.name not in mine
    for client in (first, browser_of(central)):
        words = client.get("/teams").words
        assert own.team.name in words
        assert other.team.name in words
