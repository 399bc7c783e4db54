"""Pages that are begun and not finished have a bound. Beyond it the words stay on the page, and it says why."""

from typing import Any
from uuid import uuid4

import pytest

from reprisals.cases.actions import unfinished
from reprisals.cases.models.case import Unfinished
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import AUTOSAVE, autosave
from tests.client import Page

BOUND = 3
ENOUGH = "pages of this kind are begun and not finished"


@pytest.fixture(autouse=True)
def _little_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "MOST_BEGUN", BOUND)


def begun(focal: Focal, case_id: Any) -> int:
    """How many pages of the case are begun and not finished."""
    return int(focal.value(case_id, lambda work: len(work.opened.load(Unfinished))))


def full(focal: Focal) -> tuple[Any, list[str]]:
    """A case in which as many persons are begun as can be, with their addresses."""
    case_id = focal.begin()
    addresses = [f"/cases/{case_id}/persons/{uuid4()}" for _one in range(BOUND)]
    for address in addresses:
        autosave(focal.browser, focal.browser.get(address), ("alias", "Blue"))
    return case_id, addresses


def typed_on(page: Page, *typed: tuple[str, str]) -> list[tuple[str, str]]:
    """What the form of a page sends with some fields filled."""
    names = {name for name, _text in typed}
    return [*(pair for pair in page.fields() if pair[0] not in names), *typed]


def test_a_page_that_saves_itself_beyond_the_bound_is_told_why(focal: Focal) -> None:
    case_id, addresses = full(focal)
    one_more = f"/cases/{case_id}/persons/{uuid4()}"
    page = focal.browser.get(one_more)
    refused = focal.browser.browser.post(
        one_more, data=dict(typed_on(page, ("alias", "Green"))), headers=AUTOSAVE
    )

    assert refused.status_code == 422
    assert ENOUGH in refused.get_json()["text"]
    assert begun(focal, case_id) == BOUND
    autosave(focal.browser, focal.browser.get(addresses[0]), ("alias", "Blue, again"))
    autosave(focal.other, focal.other.get(addresses[0]), ("alias", "Blue of the lead"))


def test_what_does_not_hold_beyond_the_bound_stays_on_the_page_to_be_sent_again(focal: Focal) -> None:
    case_id, addresses = full(focal)
    one_more = f"/cases/{case_id}/persons/{uuid4()}"
    refused = send(
        focal.browser, focal.browser.get(one_more), ("alias", "Green"), ("unit", "GRP"), ("number", "many")
    )

    assert (refused.status, ENOUGH in refused.words) == (422, True)
    sent = dict(refused.fields(one_more))
    assert (sent["alias"], sent["number"]) == ("Green", "many")
    send(focal.browser, focal.browser.get(addresses[0]), ("unit", "IND"), status=302)
    kept = focal.browser.send(one_more, refused.fields(one_more), 422)
    assert ENOUGH not in kept.words
    assert begun(focal, case_id) == BOUND


def test_a_new_item_that_holds_is_saved_however_many_are_begun(focal: Focal) -> None:
    case_id, _addresses = full(focal)
    one_more = f"/cases/{case_id}/persons/{uuid4()}"

    send(focal.browser, focal.browser.get(one_more), ("alias", "Green"), ("unit", "IND"), status=302)
    autosave(focal.browser, focal.browser.get(one_more), ("alias", "Green and changed"))


def test_other_pages_have_room_of_their_own(focal: Focal) -> None:
    case_id, _addresses = full(focal)

    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/links/{uuid4()}"), ("entity", "UNDP"))
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/what"), ("words", "They came."))


@pytest.mark.parametrize("step", ["check", "new"])
def test_a_page_that_is_too_long_to_be_kept_is_shown_whole(
    focal: Focal, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    monkeypatch.setattr(unfinished, "MOST_TYPED", 1_000)
    long = "They came at night. " * 100
    case_id = focal.begin()
    field = {"check": "title", "new": "danger_words"}[step]
    page = focal.browser.follow(focal.browser.get("/cases/new", 302)) if step == "new" else None
    page = page or focal.browser.get(f"/cases/{case_id}/{step}")
    filled = [(name, "" if name == "danger" else text) for name, text in typed_on(page, (field, long))]
    address = page.response.request.path
    refused = focal.browser.send(address, filled, 422)

    assert long.strip() in refused.text
    assert begun(focal, case_id) == 0
    assert focal.cases() == 1


def test_a_page_that_saves_itself_and_is_too_long_is_told_so(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unfinished, "MOST_TYPED", 1_000)
    case_id = focal.begin()
    address = f"/cases/{case_id}/what"
    typed = dict(typed_on(focal.browser.get(address), ("words", "They came at night. " * 100)))
    refused = focal.browser.browser.post(address, data=typed, headers=AUTOSAVE)

    assert refused.status_code == 422
    assert "at most 1,000 fit" in refused.get_json()["text"].replace("1000", "1,000")
    assert begun(focal, case_id) == 0
