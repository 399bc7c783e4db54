"""What was typed on a draft's page and comes after the case was submitted is given back: nothing of it is sealed to the team
that reads the case by then.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.audit.actions import Recorder
from reprisals.cases.models.account import ConsentAnswer, Wish
from reprisals.cases.models.case import Unfinished
from reprisals.cases.rules.stages import Stage
from reprisals.sealing.holders import TeamKind
from tests.cases.views.office import Focal, send
from tests.cases.views.test_last_page import REASON, TICKED, check
from tests.cases.views.test_late_pages import Late
from tests.cases.views.test_nothing_is_lost import AUTOSAVE, ONE, autosave
from tests.client import Page

PATIENCE = 30


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Let something happen after a request was refused and undone, before what was typed is kept in a second transaction."""
    forget = Recorder.forget_changes

    def happening(happen: Callable[[], Any]) -> None:
        waiting = [happen]

        def forget_and_happen(recorder: Recorder) -> None:
            forget(recorder)
            if waiting:
                with ThreadPoolExecutor(1) as pool:  # a request of its own, as of another browser
                    pool.submit(waiting.pop()).result(PATIENCE)

        monkeypatch.setattr(Recorder, "forget_changes", forget_and_happen)

    return happening


def submit(focal: Focal, page: Page) -> None:
    """The lead submits the case by a page that stood open."""
    sent = send(focal.other, page, status=302)
    assert sent.headers["Location"].endswith("/submitted")


def check_given_back(focal: Focal, case_id: UUID, page: Page, words: str) -> None:
    """The page says who sent the case, and to which team, and has the words; the central team has nothing of them."""
    assert page.heading == "This case has been sent already"
    assert f"{focal.lead.person.name} sent it on" in page.words
    with focal.opened(case_id, focal.office.central()) as work:
        assert work.opened.load(Unfinished) == []
        assert work.case.stage == Stage.SUBMITTED
    with focal.office.database.reading() as session:
        assert focal.office.site.team(session, TeamKind.CENTRAL).name in page.words
    assert words in page.words
    central = focal.office.browser(focal.office.central()).get(f"/cases/{case_id}")
    assert "Begun and not saved" not in central.words
    assert words not in central.words


def test_what_was_to_be_kept_from_the_central_team_is_not_kept_in_a_case_that_it_received_meanwhile(
    focal: Focal, between: Any
) -> None:
    case_id = focal.ready()
    mine, theirs = check(focal.browser, case_id), check(focal.other, case_id)
    between(lambda: submit(focal, theirs))
    answer = send(focal.browser, mine, ("title", ""), *TICKED, status=409)

    check_given_back(focal, case_id, answer, REASON)


def test_a_part_that_was_refused_is_not_kept_in_a_case_that_was_submitted_meanwhile(
    focal: Focal, between: Any
) -> None:
    case_id = focal.ready()
    mine, theirs = focal.browser.get(f"/cases/{case_id}/what"), check(focal.other, case_id)
    between(lambda: submit(focal, theirs))
    answer = send(focal.browser, mine, ("words", ONE), ("since-month", "13"), status=409)

    check_given_back(focal, case_id, answer, ONE)


def test_a_page_that_saves_itself_beside_what_was_changed_keeps_nothing_once_the_case_was_submitted(
    focal: Focal, between: Any
) -> None:
    case_id = focal.ready()
    mine = focal.browser.get(f"/cases/{case_id}/wish")
    focal.fill(case_id, "wish", ("wish_words", "of the lead"), browser=focal.other)
    theirs = check(focal.other, case_id)
    between(lambda: submit(focal, theirs))
    autosave(focal.browser, mine, ("wish_words", ONE), status=409)

    with focal.opened(case_id, focal.office.central()) as work:
        assert work.opened.load(Unfinished) == []


@pytest.mark.parametrize("headers", [{}, AUTOSAVE], ids=["sent", "saved by itself"])
@pytest.mark.parametrize(
    ("step", "typed"),
    [
        ("what", ("words", ONE)),
        ("wish", ("wish_words", ONE)),
        ("title", ("title", ONE)),
        ("consent", ("text", ONE)),
        ("person", ("alias", ONE)),
        ("check", ("title", ONE)),
    ],
)
def test_a_page_of_a_draft_that_comes_after_the_case_was_submitted_is_given_back_whole(
    focal: Focal, step: str, typed: tuple[str, str], headers: dict[str, str]
) -> None:
    case_id = focal.ready()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    address = f"/cases/{case_id}/{step}" if step != "person" else f"/cases/{case_id}/persons/{uuid4()}"
    mine = focal.browser.get(address)
    submit(focal, check(focal.other, case_id))
    pairs = [pair for pair in mine.fields() if pair[0] != typed[0]]
    answer = focal.browser.send(address, [*pairs, typed], 409, headers=headers)

    check_given_back(focal, case_id, answer, ONE)
    assert focal.value(case_id, lambda work: (work.opened.load(Wish), work.opened.load(ConsentAnswer))) == (
        [],
        [],
    )


def test_a_page_of_a_draft_that_says_nothing_new_leads_on_as_a_second_click_does(focal: Focal) -> None:
    case_id = focal.ready()
    mine = focal.browser.get(f"/cases/{case_id}/what")
    submit(focal, check(focal.other, case_id))

    assert send(focal.browser, mine, status=302).headers["Location"].startswith(f"/cases/{case_id}")
    assert autosave(focal.browser, mine)["saved_at"]


def test_the_page_on_which_a_case_was_begun_is_given_back_as_well(focal: Focal) -> None:
    first = focal.browser.get("/cases/new", follow_redirects=True)
    autosave(focal.browser, first, ("danger_words", "a car"))
    case_id = UUID(dict(first.fields())["case_id"])
    send(focal.browser, first, ("danger", "NO"), ("danger_words", "a car"), status=302)
    focal.fill(case_id, "what", ("happened", "YES"), ("words", "They came."), ("acts", "DET"))
    focal.fill(case_id, "states", ("states-0", "Kenya"))
    focal.fill(case_id, "reach", ("how", "through the sister"))
    submit(focal, check(focal.other, case_id))
    typed = (("danger", "YES"), ("danger_words", ONE))
    pairs = [pair for pair in first.fields() if pair[0] not in dict(typed)]

    for headers in ({}, AUTOSAVE):
        answer = focal.browser.send("/cases/new", [*pairs, *typed], 409, headers=headers)
        check_given_back(focal, case_id, answer, ONE)


def test_what_does_not_hold_on_the_page_of_a_submitted_case_is_kept_as_before(focal: Focal) -> None:
    case_id = focal.submitted()
    page = focal.browser.get(f"/cases/{case_id}/what")
    send(focal.browser, page, ("words", ONE), ("since-month", "13"), status=422)

    assert focal.kept(case_id, "what")["words"] == ONE


@pytest.mark.parametrize(("step", "typed"), [("wish", ("wish_words", ONE)), ("consent", ("text", ONE))])
def test_a_form_that_was_kept_when_the_session_ended_fills_no_page_of_a_case_that_was_submitted_since(
    focal: Focal, clock: Any, step: str, typed: tuple[str, str]
) -> None:
    case_id = focal.ready()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/{step}"), typed)
    focal.other = focal.office.browser(focal.lead)
    submit(focal, check(focal.other, case_id))

    check_given_back(focal, case_id, late.page(), ONE)
