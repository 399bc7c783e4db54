"""A consent form that is shown without its page stands in the language of the reader, question by question."""

from typing import Any

import pytest

from reprisals.codes.lists import label
from tests.cases.views.office import Focal
from tests.client import Page

CODES = ("RECORD", "PUBLIC_NAMED", "CONTACT")
TYPED = [*((code, "REFUSED") for code in CODES), ("giver", "SELF"), ("means", "PHONE")]
ARABIC = "language=ar"


def check_told(page: Page) -> None:
    """Each question stands there in Arabic, and none in English."""
    assert page.tree.get("lang") == "ar"
    for code in CODES:
        assert label("consent_scopes", code, "ar") in page.words
        assert label("consent_scopes", code, "en") not in page.words
    assert label("consent_answers", "REFUSED", "ar") in page.words


@pytest.mark.parametrize("status", [400, 404])
def test_the_questions_of_a_refused_consent_form_are_in_the_language_of_the_reader(
    focal: Focal, status: int
) -> None:
    send = focal.browser.send if status == 400 else focal.browser.post
    address = f"/cases/{focal.begin()}/consent" if status == 400 else "/people/new"

    check_told(send(f"{address}?{ARABIC}", TYPED, status))


def test_the_questions_of_a_consent_form_that_came_too_late_are_in_the_language_of_the_reader(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/reach")
    token = [pair for pair in page.fields() if pair[0] == "form_token"]
    clock.advance(minutes=31)
    refused = focal.browser.send(f"/cases/{case_id}/consent?{ARABIC}", [*token, *TYPED], 401)
    browser = focal.office.browser(focal.member)
    kept = next(link for link in browser.get("/kept").links if link.startswith("/kept/"))

    assert refused.tree.get("lang") == "ar"
    check_told(browser.get(f"{kept.partition('?')[0]}?{ARABIC}"))
