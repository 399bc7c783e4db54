"""What is sent is what the sender saw: a case that a colleague changed comes back, and one that they sent is not sent into."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import Account
from reprisals.cases.rules.stages import Stage
from tests.cases.views.office import Focal, send
from tests.cases.views.test_checking import OUT, leave_out_office
from tests.cases.views.test_late_pages import Late
from tests.cases.views.test_nothing_is_lost import autosave
from tests.client import Page


def stage(focal: Focal, case_id: UUID) -> Any:
    """Where the case stands."""
    return focal.value(case_id, lambda work: work.case.stage)


def lead_says(focal: Focal, case_id: UUID, step: str, *typed: tuple[str, str]) -> None:
    """The lead changes a part of the case in the meantime."""
    focal.fill(case_id, step, *typed, browser=focal.other)


def last_page(focal: Focal, case_id: UUID) -> Page:
    """The member opens the last page."""
    return focal.browser.get(f"/cases/{case_id}/check")


def test_words_that_the_sender_never_saw_are_not_sent(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, "what", ("words", "She was named as a source."))
    again = send(focal.browser, page, ("title", "A title of mine"), status=409)

    assert stage(focal, case_id) == Stage.DRAFT
    assert f"The case was changed by {focal.lead.person.name} since you opened this page." in again.words
    assert "What was changed: What happened" in again.words
    assert "She was named as a source." in again.words
    assert ("title", "A title of mine") in again.fields()
    sent = send(focal.browser, again, status=302)
    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    assert focal.value(case_id, lambda work: work.content.title) == "A title of mine"


@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("danger", ("danger", "YES")),
        ("states", ("states-0", "Uganda")),
        ("wish", ("wish_words", "To be left alone.")),
        ("reach", ("never", "Never call his mother.")),
    ],
)
def test_any_part_that_a_colleague_changed_brings_the_page_back(
    focal: Focal, step: str, typed: tuple[str, str]
) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, step, typed)

    send(focal.browser, page, status=409)

    assert stage(focal, case_id) == Stage.DRAFT


def test_a_title_that_nobody_touched_gives_way_to_that_of_a_colleague(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, "title", ("title", "The lead's own"))
    again = send(focal.browser, page, status=409)
    send(focal.browser, again, status=302)

    assert focal.value(case_id, lambda work: work.content.title) == "The lead's own"


def test_a_title_that_the_page_saved_by_itself_untouched_gives_way_too(focal: Focal) -> None:
    case_id = focal.ready()
    autosave(focal.browser, last_page(focal, case_id), ("office_reason", "They know him."))
    lead_says(focal, case_id, "title", ("title", "The lead's own"))

    assert ("title", "The lead's own") in last_page(focal, case_id).fields()


def test_beside_a_title_that_was_typed_stands_what_a_colleague_wrote(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, "title", ("title", "The lead's own"))
    again = send(focal.browser, page, ("title", "Mine"), status=409)

    assert ("title", "Mine") in again.fields()
    assert "In the case the title is now: The lead's own" in again.words


def test_what_a_page_saves_by_itself_does_not_make_it_old(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    autosave(focal.browser, page, ("title", "Mine"))
    refused = focal.other.get(f"/cases/{case_id}/wish")
    autosave(focal.other, refused, ("words", "Something begun."))
    left_out = send(focal.browser, page, ("title", "Mine"), status=422)

    sent = send(focal.browser, left_out, ("leave_out", "y"), status=302)

    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"


def test_a_page_that_was_refused_for_something_else_can_be_sent_again(focal: Focal) -> None:
    case_id = focal.ready()
    refused_page = focal.other.get(f"/cases/{case_id}/persons/{uuid4()}")
    send(focal.other, refused_page, ("alias", "Blue"), ("unit", "GRP"), ("number", "many"), status=422)
    refused = send(focal.browser, last_page(focal, case_id), ("title", "Mine"), status=422)

    send(focal.browser, refused, ("leave_out", "y"), status=302)

    assert stage(focal, case_id) == Stage.SUBMITTED


@pytest.mark.parametrize("typed", [(("title", "Mine"),), OUT], ids=["title", "office"])
def test_a_second_click_submits_once_and_lands_where_the_first_did(
    focal: Focal, typed: tuple[tuple[str, str], ...]
) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    first, second = (send(focal.browser, page, *typed, status=302) for _click in range(2))

    assert first.headers["Location"] == second.headers["Location"]
    if typed is OUT:
        asked = focal.browser.follow(second)
        first, second = (send(focal.browser, asked, status=302) for _click in range(2))
    assert second.headers["Location"] == f"/cases/{case_id}/submitted"
    assert len(focal.entries(case_id=case_id, action="case.submitted")) == 1


def test_what_changed_after_the_question_about_the_alternate_team_is_shown_before_it_goes_there(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    asked = leave_out_office(focal, case_id)
    lead_says(focal, case_id, "what", ("words", "She was named as a source."))
    again = send(focal.browser, asked, status=409)

    assert stage(focal, case_id) == Stage.DRAFT
    assert "She was named as a source." in again.words
    assert focal.lead.person.name in again.words
    asked = focal.browser.follow(send(focal.browser, again, status=302))
    assert asked.heading == "Send it to the alternate team?"
    send(focal.browser, asked, status=302)
    assert stage(focal, case_id) == Stage.SUBMITTED


def test_words_that_come_after_a_colleague_sent_the_case_stand_there_to_be_copied(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, "check", ("title", "The lead's own"))

    late = send(focal.browser, page, ("title", "Mine"), ("office_reason", "They know him."), status=409)

    assert f"{focal.lead.person.name} sent it on" in late.words
    for word in ("Mine", "They know him."):
        assert word in late.words
    assert focal.value(case_id, lambda work: work.content.title) == "The lead's own"


def test_other_words_of_ones_own_after_the_case_was_sent_are_not_thrown_away(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    send(focal.browser, page, ("title", "First"), status=302)

    late = send(focal.browser, page, ("title", "Second"), status=409)

    assert "You sent it on" in late.words
    assert "Second" in late.words


def test_a_page_that_saves_itself_after_the_case_was_sent_is_told_so(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    lead_says(focal, case_id, "check", ("title", "The lead's own"))

    focal.browser.send(f"/cases/{case_id}/check", page.fields(), 409, headers={"X-Autosave": "1"})


@pytest.mark.parametrize("place", ["check/alternate", "discard"])
def test_the_pages_that_ask_once_more_say_that_the_case_has_been_sent(focal: Focal, place: str) -> None:
    case_id = focal.ready()
    leave_out_office(focal, case_id)
    page = focal.browser.get(f"/cases/{case_id}/{place}")
    lead_says(focal, case_id, "check/alternate")

    late = send(focal.browser, page, status=409)

    assert f"{focal.lead.person.name} sent it on" in late.words


def test_a_late_form_for_a_case_that_was_sent_meanwhile_shows_its_words_and_stays_kept(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.ready()
    late = Late(focal, clock, last_page(focal, case_id), ("title", "A title of my own"))
    filled = late.page()
    lead = focal.office.browser(focal.lead)
    focal.fill(case_id, "check", ("title", "The lead's own"), browser=lead)

    refused = send(late.browser, filled, status=409)
    shown = late.page()

    assert "A title of my own" in refused.words
    assert shown.heading == "This case has been sent already"
    assert "A title of my own" in shown.words
    assert late.titles() == ["Check and submit"]


def test_a_form_that_says_nothing_of_what_its_page_showed_is_not_sent(focal: Focal) -> None:
    case_id = focal.ready()
    page = last_page(focal, case_id)
    for said in ("", "x", "1", "1.x.y", "\u0661.x.y"):
        send(focal.browser, page, ("revision", said), status=409)

    assert stage(focal, case_id) == Stage.DRAFT
    assert focal.value(case_id, lambda work: work.one(Account)[1].words) == "They came at night."


def test_an_answer_that_stores_nothing_of_a_late_form_leaves_it_kept(focal: Focal, clock: Any) -> None:
    case_id = focal.ready()
    late = Late(focal, clock, last_page(focal, case_id), ("title", "A title of my own"))
    kept = next(link for link in late.browser.get("/kept").links if link.startswith("/kept/"))
    dropping = focal.begin(browser=late.browser)
    begun = f"/cases/{dropping}/persons/{uuid4()}"
    autosave(late.browser, late.browser.get(begun), ("alias", "Blue"))
    shown = late.browser.get(f"/cases/{dropping}/check")
    drop = next(link for link in shown.links if link.endswith("/drop"))

    late.browser.post(drop, [("kept_form", kept.removeprefix("/kept/"))], 302)

    assert late.titles() == ["Check and submit"]
