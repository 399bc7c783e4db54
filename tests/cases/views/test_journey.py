"""Logging a case without scripts, from the first page to the last: forth, back, twice, and in two windows."""

from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import Account, Act, Cooperation, PersonConcerned, Wish
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from tests.cases.views.office import Focal, press, send
from tests.client import Client, Page

STEPS = [step.value for step in Step]


def path(page_url: str) -> str:
    """An address without what an action says on the page after it."""
    return page_url.partition("?")[0]


TOLD: list[tuple[str, list[tuple[str, str]]]] = [
    ("Is anyone in danger now?", [("danger", "YES"), ("danger_words", "A car follows him.")]),
    (
        "What happened?",
        [
            ("happened", "YES"),
            ("words", "They came at night."),
            ("acts", "DET"),
            ("acts", "THR"),
            ("since-month", "٢"),
            ("since-year", "٢٠٢٦"),
            ("place", "Nakuru"),
            ("place_country", "Kenya"),
        ],
    ),
    ("To which State is it addressed?", [("states-0", "kenya")]),
    ("Who is concerned? /persons/", [("unit", "IND"), ("alias", "Blue"), ("gender", "W"), ("groups", "HRD")]),
    ("Who is concerned? /link", []),
    (
        "What is the link to the United Nations? /links/",
        [
            ("entity", "UNDP"),
            ("status", "ACTUAL"),
            ("form", "MTG"),
            ("words", "He met them."),
            ("grounds", "A"),
        ],
    ),
    ("What is the link to the United Nations? /wish", []),
    ("What does the person want?", [("wishes", "PROTECT"), ("wish_words", "To be left alone.")]),
    ("What may we do with it?", [("RECORD", "GIVEN"), ("giver", "SELF"), ("means", "PHONE")]),
    ("How can we reach back safely?", [("how", "through the sister"), ("channel", "PHONE")]),
    ("Check and submit", []),
]
"""The pages of a case in their order, each with the link that is followed on it, if any, and what is told."""


def tell_everything(browser: Client) -> tuple[UUID, Page]:
    """Log a case as a person does who has no scripts. Returns the case and the last page."""
    page = browser.get("/cases/new", follow_redirects=True)
    case_id = UUID(dict(page.fields())["case_id"])
    for told, filled in TOLD:
        heading, _blank, link = told.partition(" /")
        assert page.heading == heading
        if link:
            page = browser.get(next(found for found in page.links if f"/{link}" in found))
        if filled or not link:
            page = browser.follow(send(browser, page, *filled))
    return case_id, page


def test_a_case_is_logged_from_the_first_page_to_the_reference(focal: Focal) -> None:
    case_id, page = tell_everything(focal.browser)

    with focal.opened(case_id) as work:
        assert work.case.stage == Stage.SUBMITTED
        assert work.case.reference in page.words
        assert (work.case.danger, work.case.priority, work.states()) == ("YES", "URGENT", ("KEN",))
        account = work.one(Account)[1]
        assert (account.words, account.since, account.place_country) == (
            "They came at night.",
            "2026-02",
            "KEN",
        )
        assert sorted(row.code for row in work.opened.load(Act)) == ["DET", "THR"]
        assert [content.alias for _row, content in work.rows(PersonConcerned)] == ["Blue"]
        links = [(row.entity, content.words) for row, content in work.rows(Cooperation)]
        assert links == [("UNDP", "He met them.")]
        assert work.one(Wish)[1].wishes == ("PROTECT",)
    assert "within 4 hours" in page.words
    assert "A car follows him." in focal.browser.get(f"/cases/{case_id}").words


def test_only_what_is_required_is_needed(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/check")
    assert "Still needed" in page.words

    focal.fill(case_id, "what", ("happened", "YES"), ("words", "They came."))
    focal.fill(case_id, "states", ("states-0", "KEN"))
    focal.fill(case_id, "reach", ("how", "through me"))
    sent = focal.fill(case_id, "check")

    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    assert focal.value(case_id, lambda work: work.content.title) != ""


@pytest.mark.parametrize("step", ["what", "states", "wish", "consent"])
def test_a_step_that_may_stay_empty_is_passed_by(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    if step == "consent":
        focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    sent = focal.fill(case_id, step)

    assert sent.headers["Location"] == f"/cases/{case_id}/{STEPS[STEPS.index(step) + 1]}"


@pytest.mark.parametrize("step", ["danger", "what", "states", "wish", "reach", "title"])
def test_saving_and_checking_goes_to_the_last_page_and_keeps_what_was_told(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    told = {
        "danger": "danger_words",
        "what": "words",
        "states": "states-0",
        "wish": "wish_words",
        "reach": "how",
    }
    page = focal.browser.get(f"/cases/{case_id}/{step}")
    sent = press(focal.browser, page, "stop", (told.get(step, "title"), "Kenya"))

    assert path(sent.headers["Location"]) == f"/cases/{case_id}/check"
    assert focal.browser.get(f"/cases/{case_id}/{step}").text.count("Kenya") >= 1


def test_going_back_shows_what_was_told_and_sending_it_again_changes_nothing(focal: Focal) -> None:
    case_id = focal.ready()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    before = focal.number(case_id)
    for step in ("danger", "what", "states", "reach"):
        focal.fill(case_id, step)

    assert focal.number(case_id) == before
    page = focal.browser.get(f"/cases/{case_id}/what")
    assert ("words", "They came at night.") in page.fields()
    assert ("acts", "DET") in page.fields()


def test_an_earlier_page_sent_from_the_browsers_history_clashes_and_loses_nothing(focal: Focal) -> None:
    case_id = focal.begin()
    first = focal.browser.get(f"/cases/{case_id}/wish")
    send(focal.browser, first, ("wish_words", "to be safe"), status=302)
    sent = send(focal.browser, first, ("wish_words", "to be left alone"), status=409)

    assert "to be safe" in sent.words
    assert ("wish_words", "to be left alone") in sent.fields()


def test_a_double_click_on_the_first_page_begins_one_case(focal: Focal) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    for _click in range(2):
        sent = send(focal.browser, page, ("danger", "NO"), ("danger_words", "once"), status=302)
        assert sent.headers["Location"].endswith("/what")
    assert focal.cases() == 1


def test_the_first_page_sent_again_with_another_text_shows_both(focal: Focal) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    send(focal.browser, page, ("danger", "NO"), ("danger_words", "calm"), status=302)
    sent = send(focal.browser, page, ("danger", "YES"), ("danger_words", "they are at the door"))
    shown = focal.browser.follow(sent)

    assert "calm" in shown.words
    assert ("danger_words", "they are at the door") in shown.fields()
    assert send(focal.browser, shown).status == 302
    case_id = UUID(dict(page.fields())["case_id"])
    assert focal.value(case_id, lambda work: work.content.danger_words) == "they are at the door"
    assert focal.cases() == 1


def test_a_double_click_on_submit_submits_once(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/check")
    answers = [send(focal.browser, page, ("title", "A title")) for _click in range(2)]

    assert [answer.headers["Location"] for answer in answers] == [f"/cases/{case_id}/submitted"] * 2
    assert len(focal.entries(case_id=case_id, action="case.submitted")) == 1


PAGES = {
    "danger": [("danger", "YES"), ("danger_words", "followed")],
    "what": [("happened", "YES"), ("words", "They came."), ("acts", "DET"), ("since-year", "2025")],
    "states": [("states-0", "Kenya")],
    "wish": [("wish_words", "to be safe"), ("wishes", "PROTECT")],
    "reach": [("how", "through the sister")],
    "title": [("title", "A title")],
    "persons": [("unit", "GRP"), ("number", "600"), ("qualifier", "ABOUT"), ("alias", "Blue")],
    "links": [
        ("entity", "UNDP"),
        ("status", "ACTUAL"),
        ("since-day", "1"),
        ("since-month", "2"),
        ("since-year", "2025"),
    ],
}


@pytest.mark.parametrize("step", PAGES)
def test_a_double_click_on_continue_saves_once_and_goes_on(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    page = focal.browser.get(
        f"/cases/{case_id}/{step}" + (f"/{uuid4()}" if step in {"persons", "links"} else "")
    )
    first = send(focal.browser, page, *PAGES[step], status=302)
    number = focal.number(case_id)
    second = send(focal.browser, page, *PAGES[step], status=302)

    assert second.headers["Location"] == first.headers["Location"]
    assert focal.number(case_id) == number


def test_a_double_click_on_an_answer_adds_it_once(focal: Focal) -> None:
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    given = [
        ("RECORD", "GIVEN"),
        ("SHARE_UN", "GIVEN"),
        ("entities-0", "UNHCR"),
        ("giver", "SELF"),
        ("means", "PHONE"),
    ]
    page = focal.browser.get(f"/cases/{case_id}/consent")
    for _click in range(2):
        send(focal.browser, page, *given, status=302)
    withdrawing = focal.browser.get(f"/cases/{case_id}/consent")
    said = (("RECORD", "WITHDRAWN"), ("giver", "SELF"), ("means", "PHONE"))
    asked = send(focal.browser, withdrawing, *said, status=200)
    for _click in range(2):
        send(focal.browser, asked, status=302)

    assert [e.details["answers"] for e in focal.entries(case_id=case_id, action="consent.answered")] == [
        ["RECORD=GIVEN", "SHARE_UN=GIVEN"]
    ]
    assert len(focal.entries(case_id=case_id, action="consent.withdrawn")) == 1


def test_a_double_click_on_remove_removes_once(focal: Focal) -> None:
    case_id, person_id = focal.begin(), uuid4()
    focal.fill(case_id, f"persons/{person_id}", ("alias", "Blue"))
    page = focal.browser.get(f"/cases/{case_id}/persons/{person_id}/remove")
    for _click in range(2):
        assert path(send(focal.browser, page, status=302).headers["Location"]) == f"/cases/{case_id}/who"
    assert "Blue" not in focal.browser.get(f"/cases/{case_id}/who").words


def test_another_entry_is_added_without_scripts_and_nothing_is_saved_yet(focal: Focal) -> None:
    case_id = focal.begin()
    before = focal.number(case_id)
    page = focal.browser.get(f"/cases/{case_id}/states")
    page = send(focal.browser, page, ("states-0", "Kenya"), ("add", "states"), status=200)
    assert focal.number(case_id) == before
    page = send(focal.browser, page, ("states-1", "Peru"), status=302)

    assert focal.value(case_id, lambda work: work.states()) == ("KEN", "PER")


def test_a_draft_is_discarded_by_typing_its_reference(focal: Focal) -> None:
    case_id = focal.ready()
    reference = focal.value(case_id, lambda work: work.case.reference)
    page = focal.browser.get(f"/cases/{case_id}/discard")
    refused = send(focal.browser, page, ("reference", "REP-0000000000"), status=422)
    assert refused.errors()["reference"]
    listed = focal.browser.follow(
        send(focal.browser, page, ("reference", reference.removeprefix("REP-").lower()))
    )

    assert "The draft is discarded." in listed.words
    assert focal.cases() == 0
    focal.browser.get(f"/cases/{case_id}", status=404)
    assert len(focal.entries(subject=str(case_id), action="case.discarded")) == 1


def test_a_correction_after_submitting_goes_back_to_the_case_and_keeps_what_stood_there(focal: Focal) -> None:
    case_id = focal.submitted(words="They came at nigt.")
    sent = focal.fill(case_id, "what", ("words", "They came at night."))

    page = focal.browser.follow(sent)
    assert "Saved." in page.words
    assert "They came at night." in page.words
    assert "They came at nigt." in focal.browser.get(f"/cases/{case_id}/history").words
