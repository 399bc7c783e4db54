"""Whoever admits is told who waits: on the first page, beside the place in the navigation, and in lists that stay short."""

import pytest
from sqlalchemy import event

from reprisals import clock
from reprisals.identity.actions.admitting import Founding, add_team
from reprisals.identity.models import Membership, SiteRole
from reprisals.sealing.holders import TeamKind
from tests.accounts.joining import waiting


@pytest.fixture
def statements(database):
    """How many statements a thing takes."""
    seen = []
    event.listen(database.engine, "before_cursor_execute", lambda *said: seen.append(said[2]))

    def counting(act):
        seen.clear()
        act()
        return len(seen)

    return counting


def counted(page, address):
    """The number that stands beside a page in the navigation."""
    nav = page.tree.find(".//nav[@class='side-start']")
    [link] = [a for a in nav.iter("a") if a.get("href") == address]
    return "".join(link.itertext()).strip()


def test_a_lead_is_told_on_the_first_page_that_newcomers_wait_and_where(committing, browser_of, database):
    with committing() as make:
        team, lead = make.team()
        member = make.member(team)
        for name in ("Amina Haddad", "Omar Saleh"):
            waiting(make, name, f"{name[:4]}@field.example", team_id=team.id, role="MEMBER")
        bare = make.person()
        make.session.add(
            Membership(person_id=bare.person.id, team_id=team.id, role="MEMBER", asked_at=clock.now())
        )
    browser = browser_of(lead)

    page = browser.follow(browser.get("/work", status=302))

    assert "Somebody waits for you to admit them." in page.text
    assert counted(page, "/teams") == "Teams 2 waiting for you", "one of them has not made keys yet"
    assert "2 wait for you" in browser.get("/teams").words
    other = browser_of(member)
    page = other.follow(other.get("/work", status=302))
    assert "waits for you" not in page.text
    assert counted(page, "/teams") == "Teams"


def test_whoever_certifies_is_told_on_the_first_page_too(first, committing):
    assert "waits for you" not in first.follow(first.get("/work", status=302)).text
    with committing() as make:
        waiting(make, "Ingrid Solberg", "ingrid@site.example", role="AUDITOR")

    page = first.follow(first.get("/work", status=302))

    assert "Somebody waits for you to admit them." in page.text
    assert counted(page, "/certify") == "Admit 1 waiting for you"


def test_however_many_wait_a_page_takes_as_many_statements(first, committing, statements):
    def crowd(make, number):
        for _one in range(number):
            who, team = (
                make.person(),
                add_team(make.session, Founding(TeamKind.FOCAL, "T", "UNDP", "Nairobi")),
            )
            make.session.add(
                Membership(person_id=who.person.id, team_id=team.id, role="LEAD", asked_at=clock.now())
            )
            make.session.add(SiteRole(person_id=who.person.id, role="AUDITOR", asked_at=clock.now()))

    with committing() as make:
        crowd(make, 2)
    pages = ("/certify", "/teams", "/invitations")
    first.get("/account")
    few = [statements(lambda page=page: first.get(page)) for page in pages]
    with committing() as make:
        crowd(make, 30)

    assert [statements(lambda page=page: first.get(page)) for page in pages] == few


def test_teams_are_shown_fifty_a_page(first, committing):
    with committing() as make:
        for number in range(60):
            add_team(
                make.session, Founding(TeamKind.FOCAL, f"Team {number:02d}", "UNDP", "Nairobi", ("KEN",))
            )

    page = first.get("/teams")
    assert "Team 46" in page.words
    assert "Team 47" not in page.words
    [after] = [a.get("href") for a in page.tree.iter("a") if a.get("rel") == "next"]
    behind = first.get(after)

    assert "Team 47" in behind.words
    assert "Team 59" in behind.words
    assert "Kenya" in behind.words
    [before] = [a.get("href") for a in behind.tree.iter("a") if a.get("rel") == "prev"]
    assert first.get(before).words == page.words
