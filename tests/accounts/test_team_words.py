"""Teams by one name everywhere, and a State or entity that was typed wrongly on the page of a new team."""

import pytest

from reprisals.identity.models import Team, TeamState
from tests.accounts.test_joining import TEAM
from tests.client import words_of

REPRISALS_TEAM = "فريق الأعمال الانتقامية"


def meant(page, name):
    """What the buttons beside a field offer."""
    return [b.get("value") for b in page.tree.iter("button") if b.get("name") == f"{name}-meant"]


@pytest.mark.parametrize(
    ("name", "typed", "wanted"),
    [("states-0", "Tunesia", "Tunisia"), ("entity", "UN Development Program", "United Nations Development")],
)
def test_what_may_have_been_meant_is_offered_and_never_taken(first, database, name, typed, wanted):
    refused = first.submit(first.get("/teams/new"), {**TEAM, name: typed}, status=422)
    offered = [each for each in meant(refused, name) if wanted in each]

    assert "Did you mean:" in refused.words
    assert offered
    with database.reading() as session:
        assert session.query(Team).filter_by(name=TEAM["name"]).count() == 0
    first.send("/teams/new", [*refused.fields(), (f"{name}-meant", offered[0])], 303)


def test_the_state_that_was_meant_is_the_one_that_the_team_covers(first, database):
    refused = first.submit(first.get("/teams/new"), {**TEAM, "states-0": "Tunesia"}, status=422)
    first.send("/teams/new", [*refused.fields(), ("states-0-meant", "Tunisia")], 303)

    with database.reading() as session:
        assert [each.iso3 for each in session.query(TeamState)] == ["TUN"]


def test_on_arabic_pages_a_team_of_the_site_is_called_by_what_it_is(first):
    pages = [first.get(f"/{place}?language=ar") for place in ("teams", "account", "people/invite")]
    link = next(
        a for a in pages[0].tree.iter("a") if words_of(a) == REPRISALS_TEAM and "/teams/" in a.get("href")
    )
    pages.append(first.get(link.get("href")))

    assert pages[-1].heading == REPRISALS_TEAM
    for page in pages:
        assert REPRISALS_TEAM in words_of(page.tree)
        assert f"{REPRISALS_TEAM} ({REPRISALS_TEAM})" not in words_of(page.tree)
        assert "OHCHR reprisals team" not in words_of(page.tree)
