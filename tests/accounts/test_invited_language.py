"""Whoever is invited reads the first pages, with the passphrase that is shown once, in the language chosen for them."""

import re

import pytest

from tests.client import Client

NEW = {"email": "amina@field.example", "name": "Amina Haddad", "team_role": "MEMBER"}


@pytest.fixture
def link(first, committing):
    """The link of an invitation in Arabic."""
    with committing() as make:
        team = make.team()
    page = first.get("/people/invite")
    typed = NEW | {"place": f"team:{team.team.id}", "language": "ar"}
    offered = [option.get("value") for option in page.tree.iter("option")]
    typed["place"] = next(value for value in offered if str(team.team.id) in (value or ""))
    done = first.submit(page, typed, status=200)
    return re.findall(r"http://127\.0\.0\.1:8000(/invitation\?code=\S+)", done.words)[0]


def spoken(page):
    return page.tree.get("lang"), page.tree.get("dir")


def test_every_page_from_the_link_on_is_in_the_language_chosen_for_the_person(app, link):
    visitor = Client(app)

    offered = visitor.get(link)
    shown = visitor.submit(offered, action="/invitation", status=200)
    [further] = [address for address in shown.links if address.startswith("/sign-in")]
    asked = visitor.get(further)

    assert [spoken(page) for page in (offered, shown, asked)] == [("ar", "rtl")] * 3
    assert spoken(visitor.get("/sign-in")) == ("ar", "rtl"), "and the address alone, later"


def test_another_language_can_be_chosen_on_the_page_and_stays(app, link):
    visitor = Client(app)
    offered = visitor.get(link)
    [english] = [a.get("href") for a in offered.tree.iter("a") if "language=en" in (a.get("href") or "")]

    chosen = visitor.get(english)
    shown = visitor.submit(chosen, action="/invitation", status=200)

    assert spoken(chosen) == spoken(shown) == ("en", "ltr")


def test_a_link_that_does_not_work_tells_nothing_of_anybody(app, link):
    visitor = Client(app)
    visitor.submit(visitor.get(link), action="/invitation", status=200)

    used = Client(app).get(link, status=410)
    made_up = Client(app).get("/invitation?code=made-up", status=410)

    assert spoken(used) == spoken(made_up) == ("en", "ltr")
    assert used.words == made_up.words
