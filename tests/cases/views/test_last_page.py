"""Several of a team type on the page that submits: nothing that a colleague said there is destroyed unseen, and a case that
somebody says concerns the central team does not go there by a page that stood open.
"""

from collections.abc import Callable
from uuid import UUID

import pytest

from reprisals.cases.models.case import Exclusion, Unfinished
from reprisals.cases.rules.stages import Stage
from tests.cases.views.office import Focal, send
from tests.cases.views.test_checking import leave_out_office
from tests.cases.views.test_nothing_is_lost import autosave
from tests.client import Client, Page

REASON = "It is about one of them."
TICKED = (("office_concerned", "y"), ("office_reason", REASON))


def check(browser: Client, case_id: UUID) -> Page:
    """The last page."""
    return browser.get(f"/cases/{case_id}/check")


def untick(browser: Client, page: Page, *filled: tuple[str, str], status: int | None = None) -> Page:
    """Send the last page without saying that the case concerns the office, or why."""
    names = {"office_concerned", "office_reason", *(name for name, _value in filled)}
    pairs = [pair for pair in page.fields() if pair[0] not in names]
    return browser.send(page.response.request.path, [*pairs, ("office_reason", ""), *filled], status)


def saves_itself(focal: Focal, case_id: UUID, page: Page) -> None:
    """The lead's page saves itself with the tick."""
    autosave(focal.other, page, *TICKED)


def asks_once_more(focal: Focal, case_id: UUID, page: Page) -> None:
    """The lead sends the tick, and leaves at the question that follows."""
    send(focal.other, page, *TICKED, status=302)


@pytest.mark.parametrize("say", [saves_itself, asks_once_more])
def test_what_a_colleague_says_of_the_office_stops_a_page_that_stood_open(
    focal: Focal, say: Callable[[Focal, UUID, Page], None]
) -> None:
    case_id = focal.ready()
    mine, theirs = check(focal.browser, case_id), check(focal.other, case_id)
    say(focal, case_id, theirs)
    stopped = send(focal.browser, mine, status=422)

    assert "said that the case concerns the reprisals team" in stopped.errors()["office_concerned"]
    assert set(TICKED) <= set(stopped.fields())
    assert "Submit to the alternate team" in stopped.words
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT
    asked = focal.browser.follow(send(focal.browser, stopped, status=302))
    assert asked.heading == "Send it to the alternate team?"
    assert REASON in asked.words
    send(focal.browser, asked, status=302)
    with focal.opened(case_id, focal.office.alternate()) as work:
        assert [content.reason for _row, content in work.rows(Exclusion)] == [REASON]


def test_the_same_stops_who_comes_back_to_words_of_their_own(focal: Focal) -> None:
    case_id = focal.ready()
    autosave(focal.browser, check(focal.browser, case_id), ("title", "A title of mine"))
    autosave(focal.other, check(focal.other, case_id), *TICKED)
    page = check(focal.browser, case_id)

    assert {("title", "A title of mine"), *TICKED} <= set(page.fields())
    assert focal.lead.person.name in page.words
    stopped = untick(focal.browser, page, status=422)
    assert "begun and not finished" in stopped.errors()["leave_out"]
    assert REASON in stopped.words
    assert focal.kept(case_id, "check")["office_reason"] == REASON


def test_whoever_has_seen_what_a_colleague_says_may_know_better_and_says_so(focal: Focal) -> None:
    case_id = focal.ready()
    mine = check(focal.browser, case_id)
    autosave(focal.other, check(focal.other, case_id), *TICKED)
    stopped = send(focal.browser, mine, status=422)
    sent = untick(focal.browser, stopped, ("leave_out", "y"), status=302)

    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    with focal.opened(case_id, focal.office.central()) as work:
        assert work.opened.manifest.exclusions == frozenset()
        assert work.opened.load(Unfinished) == []
    assert [e.details["unfinished"] for e in focal.entries(case_id=case_id, action="case.submitted")] == [1]


def test_a_colleague_who_unticks_what_was_said_is_not_followed_by_a_page_that_says_it(focal: Focal) -> None:
    case_id = focal.ready()
    mine = leave_out_office(focal, case_id)
    theirs = check(focal.other, case_id)
    pairs = [pair for pair in theirs.fields() if pair[0] != "office_concerned"]
    focal.other.send(f"/cases/{case_id}/check", pairs, 200, headers={"X-Autosave": "1"})
    stopped = send(focal.browser, mine, status=422)

    assert focal.lead.person.name in stopped.words
    assert "It is not said that the case concerns the reprisals team." in stopped.words
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT


def test_a_title_that_a_colleague_typed_on_the_last_page_is_not_destroyed_unseen(focal: Focal) -> None:
    case_id = focal.ready()
    mine = check(focal.browser, case_id)
    autosave(focal.other, check(focal.other, case_id), ("title", "A title of theirs"))
    stopped = send(focal.browser, mine, status=422)

    assert "begun and not finished" in stopped.errors()["leave_out"]
    assert "A title of theirs" in stopped.words
    send(focal.browser, stopped, ("leave_out", "y"), status=302)
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.SUBMITTED


def test_who_finds_what_a_colleague_typed_on_the_last_page_goes_on_from_it_and_sends_it(focal: Focal) -> None:
    case_id = focal.ready()
    autosave(focal.other, check(focal.other, case_id), ("title", "A title of theirs"))
    page = check(focal.browser, case_id)

    assert "Not finished" not in page.words
    send(focal.browser, page, ("title", "A title of ours"), status=302)
    assert focal.value(case_id, lambda work: work.content.title) == "A title of ours"
    assert focal.value(case_id, lambda work: work.opened.load(Unfinished)) == []


def test_who_finds_the_tick_of_a_colleague_and_takes_it_off_is_asked_before_it_is_destroyed(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    autosave(focal.other, check(focal.other, case_id), *TICKED)
    stopped = untick(focal.browser, check(focal.browser, case_id), status=422)

    assert "begun and not finished" in stopped.errors()["leave_out"]
    assert REASON in stopped.words
    untick(focal.browser, stopped, ("leave_out", "y"), status=302)
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.SUBMITTED


def test_ones_own_words_on_the_last_page_are_named_where_the_question_that_follows_is_answered(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    asked = leave_out_office(focal, case_id)
    autosave(focal.browser, check(focal.browser, case_id), ("office_reason", "A better reason."))
    stopped = send(focal.browser, asked, status=422)

    assert "A better reason." in stopped.words
    assert f"/cases/{case_id}/check" in stopped.links
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT


def test_what_a_colleague_typed_on_the_last_page_can_be_dropped_after_asking(focal: Focal) -> None:
    case_id = focal.ready()
    autosave(focal.browser, check(focal.browser, case_id), ("title", "A title of mine"))
    autosave(focal.other, check(focal.other, case_id), *TICKED)
    address = next(link for link in check(focal.browser, case_id).links if link.endswith("/drop"))
    asked = focal.browser.get(address)

    assert REASON in asked.words
    send(focal.browser, asked, status=302)
    assert "office_concerned" not in focal.kept(case_id, "check")


def test_ones_own_tick_in_another_tab_stops_a_page_that_stood_open(focal: Focal) -> None:
    case_id = focal.ready()
    older, newer = (check(focal.browser, case_id) for _tab in range(2))
    autosave(focal.browser, newer, *TICKED)
    stopped = send(focal.browser, older, status=422)

    assert "You said in another tab" in stopped.errors()["office_concerned"]
    assert set(TICKED) <= set(stopped.fields())
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT
    asked = focal.browser.follow(send(focal.browser, stopped, status=302))
    assert REASON in asked.words
    send(focal.browser, asked, status=302)
    with focal.opened(case_id, focal.office.alternate()) as work:
        assert [content.reason for _row, content in work.rows(Exclusion)] == [REASON]


def test_ones_own_title_in_another_tab_is_not_destroyed_unseen(focal: Focal) -> None:
    case_id = focal.ready()
    older, newer = (check(focal.browser, case_id) for _tab in range(2))
    autosave(focal.browser, newer, ("title", "A title of the other tab"))
    stopped = send(focal.browser, older, status=422)

    assert "begun and not finished" in stopped.errors()["leave_out"]
    assert "A title of the other tab" in stopped.words


def test_why_it_concerns_the_office_without_saying_that_it_does_stops_the_submission(focal: Focal) -> None:
    case_id = focal.ready()
    stopped = check(focal.browser, case_id)
    for _click in range(2):
        stopped = send(focal.browser, stopped, ("office_reason", REASON), status=422)
        assert "Tick that it does, or delete the words." in stopped.errors()["office_concerned"]
        assert ("office_reason", REASON) in stopped.fields()
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT
    assert focal.kept(case_id, "check")["office_reason"] == REASON
    sent = send(focal.browser, stopped, ("office_concerned", "y"), status=302)
    assert sent.headers["Location"] == f"/cases/{case_id}/check/alternate"


def test_why_a_colleague_believes_that_it_concerns_the_office_stops_a_page_that_stood_open(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    mine = check(focal.browser, case_id)
    autosave(focal.other, check(focal.other, case_id), ("office_reason", REASON))
    stopped = send(focal.browser, mine, status=422)

    assert "said that the case concerns the reprisals team" in stopped.errors()["office_concerned"]
    assert set(TICKED) <= set(stopped.fields())


def test_why_it_concerns_the_office_is_shown_to_whoever_sent_the_case_in_another_tab(focal: Focal) -> None:
    case_id = focal.ready()
    late = check(focal.browser, case_id)
    send(focal.browser, check(focal.browser, case_id), status=302)
    again = send(focal.browser, late, ("office_reason", REASON), status=409)

    assert REASON in again.words
