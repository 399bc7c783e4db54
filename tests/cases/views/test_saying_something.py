"""A page of which nothing was filled adds nobody, and what is to come lies ahead."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest

from reprisals.cases.models.account import Account, PersonConcerned
from tests.cases.views.office import Focal, send


def test_an_empty_page_adds_no_person(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/persons/{uuid4()}")

    for unit in ("IND", "ORG", "GRP", "COM"):
        refused = send(focal.browser, page, ("unit", unit), status=422)
        assert refused.errors() == {"alias": "Say something about this person or group, or go back."}
    assert focal.value(case_id, lambda work: work.opened.load(PersonConcerned)) == []


@pytest.mark.parametrize(
    "said",
    [
        ("alias", "Blue"),
        ("gender", "W"),
        ("age_group", "CHI"),
        ("situation", "In hiding."),
        ("groups", "HRD"),
    ],
    ids=lambda pair: pair[0],
)
def test_one_thing_said_is_enough(focal: Focal, said: tuple[str, str]) -> None:
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", said)

    assert len(focal.value(case_id, lambda work: work.opened.load(PersonConcerned))) == 1


def test_a_group_without_a_number_is_said_to_have_none_that_is_known(focal: Focal) -> None:
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("unit", "GRP"), ("alias", "The village"))

    assert "How many not known" in focal.browser.get(f"/cases/{case_id}/check").words


def coming(day: date) -> list[tuple[str, str]]:
    return [
        ("coming_on-day", str(day.day)),
        ("coming_on-month", str(day.month)),
        ("coming_on-year", str(day.year)),
    ]


def test_what_is_to_come_cannot_have_passed(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    today = clock.now().date()
    page = focal.browser.get(f"/cases/{case_id}/what")
    for passed in (coming(today - timedelta(days=2)), [("coming_on-year", str(today.year - 1))]):
        refused = send(focal.browser, page, ("words", "A trial."), *passed, status=422)
        assert "This date has passed" in " ".join(refused.errors().values())

    focal.fill(case_id, "what", ("words", "A trial."), *coming(today - timedelta(days=1)))


def test_what_was_to_come_stays_once_its_day_has_passed_and_the_rest_can_be_changed(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    focal.fill(case_id, "what", ("words", "A trial."), *coming(clock.now().date() + timedelta(days=2)))
    held = focal.value(case_id, lambda work: work.one(Account)[1].coming_on)
    clock.advance(days=6)
    later = focal.office.browser(focal.member)
    focal.fill(case_id, "what", ("words", "A trial, and it was held."), browser=later)

    assert focal.value(case_id, lambda work: work.one(Account)[1].coming_on) == held
