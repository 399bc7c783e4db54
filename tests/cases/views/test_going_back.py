"""The way back through the steps, which saves what holds, keeps what does not, and holds nobody on a page."""

from typing import Any
from uuid import uuid4

import pytest

from reprisals.cases.actions import parts
from reprisals.cases.actions.work import Clash
from reprisals.cases.models.account import PersonConcerned, Reach, Wish
from reprisals.i18n.marking import RuleBroken, _
from tests.cases.views.office import Focal, send
from tests.cases.views.test_journey import PAGES, STEPS, path
from tests.cases.views.test_nothing_is_lost import ONE, TWO, autosave
from tests.client import Client, Page

BACK = ("go", "back")


def back(browser: Client, page: Page, *filled: tuple[str, str], status: int = 302) -> Page:
    """Press "Back" on a page that was filled."""
    return send(browser, page, *filled, BACK, status=status)


@pytest.mark.parametrize("step", ["what", "states", "wish", "reach"])
def test_going_back_saves_what_was_told_and_leads_to_the_step_before(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    sent = back(focal.browser, focal.browser.get(f"/cases/{case_id}/{step}"), *PAGES[step])

    assert sent.headers["Location"] == f"/cases/{case_id}/{STEPS[STEPS.index(step) - 1]}"
    shown = focal.browser.get(f"/cases/{case_id}/{step}")
    assert set(PAGES[step][:1]) <= set(shown.fields())
    assert "not finished" not in shown.words


@pytest.mark.parametrize(("page", "lists"), [("persons", "who"), ("links", "link")])
def test_going_back_from_a_person_or_a_link_leads_to_its_list(focal: Focal, page: str, lists: str) -> None:
    case_id = focal.begin()
    sent = back(focal.browser, focal.browser.get(f"/cases/{case_id}/{page}/{uuid4()}"), *PAGES[page])

    assert path(sent.headers["Location"]) == f"/cases/{case_id}/{lists}"


def test_going_back_from_a_page_that_does_not_hold_keeps_what_was_typed_and_leads_on(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    sent = back(focal.browser, page, ("words", ONE), ("since-month", "13"))

    assert sent.headers["Location"] == f"/cases/{case_id}/danger"
    offered = focal.browser.get(f"/cases/{case_id}/what")
    assert {("words", ONE), ("since-month", "13")} <= set(offered.fields())
    assert "Not finished" in focal.browser.get(f"/cases/{case_id}/check").words


def test_going_back_from_a_page_on_which_nothing_was_typed_keeps_nothing(focal: Focal) -> None:
    case_id = focal.begin()
    before = focal.number(case_id)
    for page in ("reach", f"links/{uuid4()}"):
        back(focal.browser, focal.browser.get(f"/cases/{case_id}/{page}"))

    assert focal.number(case_id) == before
    assert focal.value(case_id, lambda work: work.opened.load(Reach)) == []
    assert "Not finished" not in focal.browser.get(f"/cases/{case_id}/check").words


def test_a_page_that_a_rule_refuses_is_left_as_well_and_kept(focal: Focal) -> None:
    case_id = focal.begin()
    address = f"/cases/{case_id}/persons/{uuid4()}"
    typed = (("unit", "GRP"), ("number", "many"), ("alias", "Blue"))
    sent = back(focal.browser, focal.browser.get(address), *typed)

    assert path(sent.headers["Location"]) == f"/cases/{case_id}/who"
    assert set(typed) <= set(focal.browser.get(address).fields())
    assert focal.value(case_id, lambda work: work.opened.load(PersonConcerned)) == []


def test_going_back_from_a_page_that_somebody_else_changed_shows_both_texts(focal: Focal) -> None:
    case_id = focal.begin()
    mine, theirs = (browser.get(f"/cases/{case_id}/wish") for browser in (focal.browser, focal.other))
    send(focal.other, theirs, ("wish_words", ONE), status=302)
    clash = back(focal.browser, mine, ("wish_words", TWO), status=409)

    assert ONE in clash.words
    assert ("wish_words", TWO) in clash.fields()


@pytest.mark.parametrize("step", ["danger", "wish", "states", "title"])
def test_ones_own_second_tab_is_told_so_and_nobody_else_is_blamed(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    name = {"danger": "danger_words", "wish": "wish_words", "states": "states-0", "title": "title"}[step]
    first, second = (focal.browser.get(f"/cases/{case_id}/{step}") for _tab in range(2))
    send(focal.browser, first, (name, "Kenya"), status=302)
    clash = send(focal.browser, second, (name, "Peru"), status=409)

    assert "You changed this elsewhere" in clash.words
    assert "Somebody else" not in clash.words


def test_a_page_left_open_in_a_second_tab_is_told_so_when_it_is_opened_again(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/wish")
    send(focal.browser, page, ("wish_words", ONE), status=302)
    autosave(focal.browser, page, ("wish_words", TWO), status=409)

    assert "You changed this elsewhere" in focal.browser.get(f"/cases/{case_id}/wish").words
    assert focal.value(case_id, lambda work: work.one(Wish)[1].words) == ONE


@pytest.mark.parametrize(("title", "kept"), [("A title of my own", True), (None, False)])
def test_going_back_from_the_last_page_keeps_what_was_typed_there_and_no_title_that_was_only_proposed(
    focal: Focal, title: str | None, kept: bool
) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/check")
    sent = back(focal.browser, page, *((("title", title),) if title else ()))

    assert sent.headers["Location"] == f"/cases/{case_id}/reach"
    assert bool(focal.kept(case_id, "check")) is kept
    assert not title or ("title", title) in focal.browser.get(f"/cases/{case_id}/check").fields()


def test_the_first_step_has_no_way_back_and_the_lists_have_one(focal: Focal) -> None:
    case_id = focal.begin()

    assert "Back" not in focal.browser.get(f"/cases/{case_id}/danger").words
    for page, before in (("who", "states"), ("link", "who")):
        assert f"/cases/{case_id}/{before}" in focal.browser.get(f"/cases/{case_id}/{page}").links


@pytest.mark.parametrize("refusal", [RuleBroken(_("Choose from the list.")), Clash(None)])
def test_what_was_undone_on_the_way_is_not_in_the_log(
    focal: Focal, monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    """An action that has recorded its change already when something refuses it."""
    case_id, save = focal.begin(), parts.save_wish

    def save_and_refuse(*given: Any) -> None:
        save(*given)
        raise refusal

    monkeypatch.setattr(parts, "save_wish", save_and_refuse)
    before = len(focal.entries(case_id=case_id, action="case.changed"))
    is_clash = isinstance(refusal, Clash)
    page = focal.browser.get(f"/cases/{case_id}/wish")
    back(focal.browser, page, ("wish_words", ONE), status=409 if is_clash else 302)

    assert focal.value(case_id, lambda work: work.opened.load(Wish)) == []
    assert len(focal.entries(case_id=case_id, action="case.changed")) == before
    assert ("wish_words", ONE) in focal.browser.get(f"/cases/{case_id}/wish").fields()
