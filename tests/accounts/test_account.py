"""One's own account: fingerprint, places, sessions; and the way to one's work."""

import pytest
from sqlalchemy import select, update

from reprisals.identity.models import LiveSession, Membership, Person, SiteRole
from reprisals.sealing.holders import PersonKey, TeamKind
from reprisals.sealing.keys import make_fingerprint
from tests.client import words_of


def in_words(keyring):
    digits = make_fingerprint(keyring.person, keyring.signing.public, keyring.box.public.raw)
    return " ".join(digits[start : start + 4] for start in range(0, 20, 4))


def lives(database):
    with database.reading() as session:
        return {live.id: live for live in session.scalars(select(LiveSession))}


def test_the_account_shows_who_one_is_and_what_one_belongs_to(first, site, database):
    page = first.get("/account")

    with database.reading() as session:
        who = site.first_person(session)
    for words in (
        "Founder",
        who.person.email,
        in_words(who.keyring),
        "OHCHR reprisals team: Lead",
        "Custodian",
        "Holds a share of the recovery key",
    ):
        assert words in page.words


def test_a_fingerprint_of_other_keys_in_the_database_is_shown_to_nobody(first, committing):
    with committing() as make:
        who, key = make.founder, make.person().keyring.signing.public
        make.session.execute(
            update(PersonKey).where(PersonKey.person_id == who.person.id).values(signing_public=key)
        )

    assert first.get("/account", status=302).headers["Location"].startswith("/sign-in")


def test_every_session_is_listed_and_this_one_marked(first, browser_of, committing):
    with committing() as make:
        who = make.founder
    browser_of(who)

    page = first.get("/account")

    rows = [words_of(row) for row in page.tree.find(".//tbody").iter("tr")]
    assert len(rows) == 2
    assert sum("this one" in row for row in rows) == 1


def test_another_of_ones_sessions_can_be_ended(first, browser_of, committing, database):
    with committing() as make:
        who = make.founder
    other = browser_of(who)
    ours = first.get("/account")
    action = next(
        form.get("action") for form in ours.tree.iter("form") if str(form.get("action")).endswith("/end")
    )

    page = first.follow(first.submit(ours, action=action, status=303))

    assert "The session has ended." in page.words
    assert len(lives(database)) == 1
    other.get("/account", status=302)


def test_all_other_sessions_end_at_once_and_this_one_stays(first, browser_of, committing, database):
    with committing() as make:
        who, stranger = make.founder, make.team().lead
    others = [browser_of(who), browser_of(who)]
    somebody_else = browser_of(stranger)

    first.submit(first.get("/account"), action="/end-others", status=303)

    for other in others:
        other.get("/account", status=302)
    first.get("/account")
    somebody_else.get("/account")


def test_nobody_ends_a_session_of_somebody_else(first, browser_of, committing, database):
    with committing() as make:
        who = make.team().lead
    other = browser_of(who)
    theirs = next(live.id for live in lives(database).values() if live.person_id == who.person.id)

    first.post(f"/account/sessions/{theirs}/end", status=404)

    other.get("/account")


def work_of(client):
    return client.follow(client.get("/", status=302), status=None).headers.get("Location")


@pytest.mark.parametrize(
    ("role", "page"),
    [
        ("ADMINISTRATOR", "/people"),
        ("AUDITOR", "/audit"),
        ("CUSTODIAN", "/certify"),
        ("APPROVER", "/account"),
    ],
)
def test_a_role_of_the_site_is_led_to_its_work(browser_of, committing, role, page):
    with committing() as make:
        who = make.officer(role)

    assert work_of(browser_of(who)) == page


@pytest.mark.parametrize(
    ("kind", "page"),
    [(TeamKind.CENTRAL, "/cases"), (TeamKind.ALTERNATE, "/cases"), (TeamKind.DRAFTING, "/teams")],
)
def test_a_member_of_a_team_is_led_to_its_work(browser_of, committing, kind, page):
    with committing() as make:
        who = make.member(make.site.team(make.session, kind))

    assert work_of(browser_of(who)) == page


def test_somebody_who_waits_is_told_what_to_do_and_sees_nothing_else(browser_of, committing, clock):
    with committing() as make:
        team, who = make.team(), make.person()
        make.session.add(
            Membership(person_id=who.person.id, team_id=team.team.id, role="MEMBER", asked_at=clock.now())
        )
        make.session.add(SiteRole(person_id=who.person.id, role="AUDITOR", asked_at=clock.now()))
    client = browser_of(who)

    page = client.get("/work")

    assert "Call the lead of your team and read these digits to them" in page.words
    assert in_words(who.keyring) in page.words
    assert f"{team.team.name}: Member not admitted yet" in page.words
    assert page.navigation == []


def test_the_navigation_lists_only_what_one_may_do(first, browser_of, committing):
    with committing() as make:
        auditor, member = make.officer("AUDITOR"), make.team().lead

    assert browser_of(auditor).get("/kept").navigation == ["/audit"]
    assert {"/people", "/audit", "/certify"}.isdisjoint(browser_of(member).get("/kept").navigation)
    assert {"/people", "/certify", "/teams", "/cases"} <= set(first.get("/kept").navigation)
    assert "/audit" not in first.get("/kept").navigation


def test_a_title_carries_neither_a_name_nor_a_country(first, committing):
    with committing() as make:
        team = make.team(states=("KEN",)).team
        person = make.founder.person

    for path in (f"/teams/{team.id}", f"/people/{person.id}", "/account"):
        title = first.get(path).tree.find(".//title").text
        assert not any(word in title for word in ("Kenya", "UNDP", "Founder"))


def test_somebody_suspended_is_out_with_the_next_request(first, browser_of, committing, database):
    with committing() as make:
        who = make.team().lead
    client = browser_of(who)
    first.submit(first.get(f"/people/{who.person.id}/suspend"), status=303)

    client.get("/account", status=302)
    with database.reading() as session:
        assert session.get_one(Person, who.person.id).state == "SUSPENDED"
