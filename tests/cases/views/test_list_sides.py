"""The list of cases: drafts to go on with, what was sent to a team that triages, and the filter by State."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from reprisals.cases import queries
from reprisals.cases.models.case import Case
from reprisals.identity import queries as identity
from tests.cases.views.office import Focal, Office
from tests.cases.views.test_list import all_pages, begin_many, order_of, references
from tests.client import Page, words_of


def reference(focal: Focal, case_id: UUID) -> str:
    """The reference of a case, whoever may read it."""
    with focal.office.database.reading() as session:
        return session.get_one(Case, case_id).reference


def going_on(page: Page) -> Any:
    """The part of the page that leads back into drafts."""
    return page.tree.find(".//section[@aria-labelledby='go-on']")


def test_the_drafts_touched_last_stand_above_the_list_and_lead_on(focal: Focal, clock: Any) -> None:
    made = []
    for _draft in range(4):
        made.append(focal.begin())
        clock.advance(minutes=1)
    focal.fill(made[0], "title", ("title", "About somebody"))
    box = going_on(focal.browser.get("/cases"))
    links = [a.get("href") for a in box.iter("a")]

    assert links[:3] == [f"/cases/{case_id}/check" for case_id in (made[0], made[3], made[2])]
    assert links[3] == "/cases?stage=DRAFT"
    assert "About somebody" in words_of(box)
    assert "Last touched 2 March 2026, 09:04 UTC" in words_of(box)
    assert len(references(focal.browser.get(links[3]))) == 4


def test_drafts_stand_above_the_whole_list_alone_and_are_opened_once(focal: Focal) -> None:
    case_id = focal.begin()
    before = len(focal.entries(actor_id=focal.member.person.id, action="cases.listed"))
    assert going_on(focal.browser.get("/cases")) is not None
    assert going_on(focal.browser.get("/cases?stage=DRAFT")) is None
    listed = focal.entries(actor_id=focal.member.person.id, action="cases.listed")[before:]

    assert [entry.details["cases"] for entry in listed] == [[str(case_id)]] * 2
    submitted = Focal(focal.office)
    submitted.submitted()
    assert going_on(submitted.browser.get("/cases")) is None


def test_a_team_that_triages_sees_what_was_sent_to_it_by_title_with_the_stage(
    focal: Focal, office: Office
) -> None:
    case_id, draft = focal.submitted(danger="YES"), focal.begin()
    central = office.browser(office.central())
    page = central.get("/cases")

    assert page.heading == "Cases sent to my team"
    assert reference(focal, case_id) in references(page)
    assert reference(focal, draft) not in references(page)
    assert "A title" in page.words
    assert f"/cases/{case_id}" in page.links
    assert references(central.get("/cases?side=received&stage=SUBMITTED&state=Kenya"))
    assert reference(focal, case_id) not in references(central.get("/cases?side=logged"))
    narrowed = central.get("/cases?state=Kenya")
    assert narrowed.tree.find(".//input[@name='side']").get("value") == "received"
    for address in [link for link in narrowed.links if link != "/cases?side=logged"]:
        assert "side=received" in address or not address.startswith("/cases?"), address


def test_what_was_sent_to_another_team_is_in_no_list_of_the_alternate_team(
    focal: Focal, office: Office
) -> None:
    case_id = focal.submitted()
    page = office.browser(office.alternate()).get("/cases")

    assert reference(focal, case_id) not in page.text
    assert page.heading == "Cases sent to my team"
    empty = office.browser(office.alternate()).get("/cases?side=logged")
    assert "has not logged a case yet" in empty.words


def test_a_focal_team_has_one_list_and_cannot_ask_for_the_other(focal: Focal) -> None:
    case_id = focal.submitted()

    for address in ("/cases", "/cases?side=received"):
        page = focal.browser.get(address)
        assert page.heading == "Cases of my team"
        assert references(page) == [reference(focal, case_id)]
        assert "Sent to my team" not in page.words


def test_a_state_that_is_not_known_is_said_beside_its_field_with_what_was_typed(focal: Focal) -> None:
    begin_many(focal, 1)
    page = focal.browser.get("/cases?state=Atlantis")

    assert page.errors()["state"].startswith("This is not the name of a State")
    field = page.tree.find(".//input[@id='state']")
    assert (field.get("value"), field.get("aria-describedby")) == ("Atlantis", "state-error")
    assert page.tree.find(".//form[@role='search']/details").get("open") is not None
    assert "because the State is not known here" in page.words
    assert "state" not in focal.browser.get("/cases?state=Kenya").errors()


@pytest.mark.parametrize("few", [0, 2, 1_000])
def test_a_state_of_few_cases_and_one_of_many_are_listed_in_the_same_order(
    focal: Focal, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    begin_many(focal, 7)
    begin_many(Focal(focal.office), 2)
    begin_many(focal, 3, "PER")
    monkeypatch.setattr(queries, "FEW", few)
    monkeypatch.setattr(queries, "PAGE", 3)
    with focal.office.database.reading() as session:
        peruvian = _of_state(session, focal, "PER")
    pages = all_pages(focal.browser, "/cases?state=Kenya")

    assert [len(page) for page in pages] == [3, 3, 1]
    assert [one for page in pages for one in page] == [one for one in order_of(focal) if one not in peruvian]
    assert "7 results" in focal.browser.get("/cases?state=Kenya").words
    assert "7 results" in focal.browser.get("/cases?state=Kenya&stage=DRAFT").words
    assert references(focal.browser.get("/cases?state=Kenya&stage=CLOSED")) == []


def _of_state(session: Session, focal: Focal, iso3: str) -> set[str]:
    filters = queries.Filters(iso3)
    return {case.reference for case in queries.list_team_cases(session, focal.member.actor, filters)}


def test_on_an_arabic_page_teams_and_states_have_arabic_names_and_places_say_their_language(
    focal: Focal, office: Office
) -> None:
    case_id = focal.submitted()
    page = focal.browser.get("/cases?language=ar")
    assert "كينيا" in page.words
    assert "فريق الأعمال الانتقامية" in page.words
    page = focal.browser.get(f"/cases/{case_id}?language=ar")
    holders = page.tree.find(".//section[@aria-labelledby='who-can-read']")

    assert focal.team.name not in words_of(holders)
    assert "برنامج الأمم المتحدة الإنمائي" in words_of(holders)
    (place,) = [bdi for bdi in holders.iter("bdi") if bdi.get("lang") == "en"]
    assert (place.text, place.get("dir")) == (focal.team.duty_station, "auto")


def test_no_page_of_a_case_loads_the_teams_of_the_whole_site(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = focal.submitted()

    def fail(_session: Any) -> None:
        raise AssertionError("all teams were loaded")

    monkeypatch.setattr(identity, "list_teams", fail)

    focal.browser.get(f"/cases/{case_id}/history")
    assert focal.team.name in focal.browser.get(f"/cases/{case_id}").words
    assert focal.team.name in focal.office.browser(focal.office.central()).get("/cases").words
