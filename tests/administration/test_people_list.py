"""The list of people: fifty a page, found by name, address or status, and as quick with many as with few."""

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from reprisals.administration.queries import people
from reprisals.identity.models import PersonState
from tests.client import words_of


@pytest.fixture
def administrator(browser_of, committing):
    with committing() as make:
        who = make.officer("ADMINISTRATOR")
    return browser_of(who)


@pytest.fixture
def crowd(committing):
    """So many people of this state, by number."""

    def made(number, state=PersonState.AWAITING):
        with committing() as make:
            for each in range(number):
                make.person(f"Name {each:03}", f"{state.lower()}.{each:03}@field.example", state)

    return made


def names(page):
    return [words_of(row.find("th")) for row in page.tree.find(".//tbody").iter("tr")]


def turned(administrator, page, word):
    return administrator.get(next(link for link in page.links if f"{word}=" in link))


@contextmanager
def statements(database):
    """Count what is asked of the database."""
    asked = []

    def note(_connection, _cursor, statement, *_rest):
        asked.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield asked
    event.remove(database.engine, "before_cursor_execute", note)


def test_fifty_stand_on_a_page_and_everybody_on_one_of_them(administrator, crowd):
    crowd(120)
    pages = [administrator.get("/people")]

    while any("after=" in link for link in pages[-1].links):
        pages.append(turned(administrator, pages[-1], "after"))

    listed = [name for page in pages for name in names(page)]
    assert [len(names(page)) for page in pages[:-1]] == [50, 50]
    addresses = [
        words_of(row).split("@")[0] for page in pages for row in page.tree.find(".//tbody").iter("tr")
    ]
    assert len(addresses) == len(set(addresses)) == 123
    assert listed == sorted(listed)
    assert names(turned(administrator, pages[2], "before")) == names(pages[1])
    assert names(turned(administrator, pages[1], "before")) == names(pages[0])


def test_people_of_one_name_stand_on_one_page_each(administrator, committing, monkeypatch):
    monkeypatch.setattr(people, "PAGE", 2)
    with committing() as make:
        for number in range(5):
            make.person("Amina Haddad", f"amina.{number}@field.example")
    seen, page = [], administrator.get("/people")

    while True:
        seen += [words_of(row) for row in page.tree.find(".//tbody").iter("tr")]
        if not any("after=" in link for link in page.links):
            break
        page = turned(administrator, page, "after")

    assert [sum(f"amina.{number}@" in row for row in seen) for number in range(5)] == [1] * 5


def test_more_people_are_no_more_questions_to_the_database(administrator, crowd, database):
    crowd(5)
    administrator.get("/people")
    with statements(database) as few:
        administrator.get("/people")
    crowd(40, PersonState.ADMITTED)
    with statements(database) as many:
        administrator.get("/people")

    assert len(few) == len(many)


@pytest.mark.parametrize("typed", ["haddad", "AMINA", "ámina hàddad", "amina.one@field", " Amina  Haddad "])
def test_somebody_is_found_by_name_or_address_which_stand_in_no_address(administrator, committing, typed):
    with committing() as make:
        make.person("Amina Haddad", "amina.one@field.example")

    page = administrator.submit(administrator.get("/people"), {"text": typed}, status=200)

    assert names(page) == ["Amina Haddad"]
    assert page.response.request.query_string == b""
    assert dict(page.fields())["text"] == typed.strip()


def test_the_list_is_narrowed_to_a_state_and_keeps_it_from_page_to_page(administrator, crowd):
    crowd(60, PersonState.INVITED)
    crowd(3, PersonState.SUSPENDED)

    sent = administrator.submit(administrator.get("/people"), {"state": "INVITED"}, status=303)
    page = administrator.follow(sent)

    assert len(names(page)) == 50
    behind = turned(administrator, page, "after")
    assert len(names(behind)) == 10
    assert "Suspended" not in words_of(behind.tree.find(".//tbody"))
    found = administrator.submit(page, {"text": "name 001", "state": "SUSPENDED"}, status=200)
    assert names(found) == ["Name 001"]


def test_more_than_fifty_hits_are_told(administrator, crowd):
    crowd(51)

    page = administrator.submit(administrator.get("/people"), {"text": "name"}, status=200)

    assert len(names(page)) == 50
    assert "These are the first 50 that fit." in page.words


def test_an_empty_list_says_why_and_leads_back(administrator):
    page = administrator.submit(administrator.get("/people"), {"text": "nobody of this name"}, status=200)

    assert "Nobody fits." in page.words
    assert "/people" in page.links


@pytest.mark.parametrize(
    ("typed", "field"), [({"text": "x" * 200_000}, "text"), ({"state": "KING"}, "state")]
)
def test_what_cannot_be_looked_for_is_told_beside_its_field(administrator, typed, field):
    assert administrator.submit(administrator.get("/people"), typed, status=422).errors().keys() == {field}


@pytest.mark.parametrize(
    "place", ["after=x", "before=x", "after=00000000-0000-0000-0000-000000000007", "said=nothing"]
)
def test_odd_places_to_begin_at_show_the_first_page(administrator, place):
    assert names(administrator.get(f"/people?{place}")) == names(administrator.get("/people"))
