"""What the pages offer while a case is told: what folds, what is chosen before anybody chose, which days may be written."""

from typing import Any
from uuid import uuid4

import pytest

from tests.cases.views.office import Focal, send
from tests.client import Page


def folds(page: Page) -> dict[str, bool]:
    """What folds in the form, by its words, and whether it stands open."""
    found = page.tree.find(".//main").find(".//form[@data-autosave]").iter("details")
    return {"".join(fold.find("summary").itertext()).strip(): "open" in fold.attrib for fold in found}


def test_of_the_kinds_of_act_only_the_usual_ones_stand_open_and_those_in_which_something_is_chosen(
    focal: Focal,
) -> None:
    case_id = focal.begin()
    shown = folds(focal.browser.get(f"/cases/{case_id}/what"))
    assert [words for words, is_open in shown.items() if is_open] == ["Most often"]
    assert len(shown) > 6
    focal.fill(case_id, "what", ("acts", "DET"), ("acts", "TOR"))
    shown = folds(focal.browser.get(f"/cases/{case_id}/what"))

    assert sum(shown.values()) == 3  # the usual ones, all others, and the family of the one that was chosen


def test_what_is_feared_stands_right_after_the_choice_and_opens_where_something_is_said_there(
    focal: Focal,
) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    names = [element.get("name") for element in page.form().iter() if element.get("name")]
    assert names.index("happened") < names.index("coming") < names.index("words")
    refused = send(focal.browser, page, ("coming_on-month", "13"), ("coming_on-year", "2027"), status=422)
    assert folds(refused)["Is something feared, or still to come?"]
    send(focal.browser, refused, ("happened", "NO"), ("coming_on-month", ""), ("coming_on-year", ""))

    assert folds(focal.browser.get(f"/cases/{case_id}/what"))["Is something feared, or still to come?"]


def test_nobody_is_taken_to_have_said_that_it_has_happened(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    assert "happened" not in dict(page.fields())
    send(focal.browser, page, ("words", "They came."), status=302)
    assert "happened" not in dict(focal.browser.get(f"/cases/{case_id}/what").fields())

    check = focal.browser.get(f"/cases/{case_id}/check")
    assert "What happened: Say whether it has happened, or is feared." in check.words
    assert "It is not said yet whether it has happened." in check.words
    assert "Say whether it has happened" in send(focal.browser, check, status=422).words


def test_what_was_said_to_have_happened_is_not_unsaid_by_a_form_without_the_answer(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/what")
    pairs = [pair for pair in page.fields() if pair[0] not in {"happened", "acts"}]
    refused = focal.browser.send(f"/cases/{case_id}/what", pairs, status=422)

    assert "Say whether it has happened" in refused.errors()["happened"]
    assert focal.value(case_id, lambda work: work.case.record_type) == "PERSONS"


def test_age_not_known_is_a_choice_like_any_other_and_made_until_somebody_makes_another(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/persons/{uuid4()}")
    choices = [option.text for option in page.tree.find(".//select[@name='age_group']").iter("option")]

    assert {("age_group", "UNK"), ("gender", "N")} <= set(page.fields())
    assert choices[-1] == "Age not known"
    assert "Choose" not in choices


@pytest.mark.parametrize(("day", "status"), [("2", 302), ("3", 302), ("4", 422)])
def test_today_may_be_written_by_those_east_of_greenwich_whose_day_has_begun(
    focal: Focal, clock: Any, day: str, status: int
) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    written = (("since-day", day), ("since-month", "3"), ("since-year", "2026"))

    send(focal.browser, page, *written, status=status)


def test_an_approximate_date_is_shown_in_words_where_two_texts_stand_side_by_side(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.other.get(f"/cases/{case_id}/what")
    focal.fill(case_id, "what", ("since-year", "2025"), ("since-precision", "EST"))
    clash = send(focal.other, page, ("since-year", "2024"), status=409)
    theirs = "".join(clash.tree.find(".//section[@aria-labelledby='theirs']").itertext())

    assert "2025" in theirs
    assert "EST" not in theirs


@pytest.mark.parametrize("page", ["who", "check"])
def test_a_name_keeps_its_own_direction_beside_text_of_the_other(focal: Focal, page: str) -> None:
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "\u0627\u0644\u0635\u0642\u0631"))
    shown = focal.browser.get(f"/cases/{case_id}/{page}")

    isolated = ["".join(element.itertext()) for element in shown.tree.iter("bdi")]
    assert isolated.count("\u0627\u0644\u0635\u0642\u0631") >= 1
