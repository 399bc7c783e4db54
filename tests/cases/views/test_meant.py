"""A name that fits nothing: what may have been meant is offered as buttons, which work without scripts."""

from uuid import uuid4

from reprisals.cases.models.account import Cooperation
from tests.cases.views.office import Focal, send
from tests.client import Page


def offered(page: Page, name: str) -> list[str]:
    """What is offered in the place of what was typed into a field."""
    buttons = page.tree.iter("button")
    return [button.get("value") for button in buttons if button.get("name") == name]


def test_the_nearest_states_are_offered_and_one_press_takes_it(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/states")
    refused = send(focal.browser, page, ("states-0", "Korea"), status=422)
    assert offered(refused, "states-0-meant") == [
        "Democratic People's Republic of Korea",
        "Republic of Korea",
    ]
    assert "Did you mean:" in refused.words

    pressed = [*refused.fields(), ("states-0-meant", "Republic of Korea")]
    focal.browser.send(f"/cases/{case_id}/states", pressed, status=302)

    assert focal.value(case_id, lambda work: work.states()) == ("KOR",)


def test_the_nearest_entities_are_offered_and_one_press_takes_it(focal: Focal) -> None:
    case_id = focal.begin()
    address = f"/cases/{case_id}/links/{uuid4()}"
    refused = send(focal.browser, focal.browser.get(address), ("entity", "OHCR"), status=422)
    [meant] = [name for name in offered(refused, "entity-meant") if "High Commissioner" in name]
    kept = [pair for pair in refused.fields() if pair[0] not in {"form", "status"}]

    focal.browser.send(
        address, [*kept, ("form", "SID"), ("status", "ACTUAL"), ("entity-meant", meant)], status=302
    )

    assert [row.entity for row in focal.value(case_id, lambda work: work.opened.load(Cooperation))] == [
        "OHCHR"
    ]


def test_nothing_is_offered_beside_a_name_that_fits(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/states")
    refused = send(focal.browser, page, ("states-0", "Iran"), ("add", "states"))

    assert offered(refused, "states-0-meant") == []


def test_the_danger_of_a_submitted_case_is_shown_and_can_be_changed_without_words_on_it(focal: Focal) -> None:
    case_id = focal.submitted()
    page = focal.browser.get(f"/cases/{case_id}")

    assert f"/cases/{case_id}/danger" in page.links
    assert "Danger now" in page.words
