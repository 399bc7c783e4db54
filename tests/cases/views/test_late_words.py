"""Each page of a case that came too late is told in the words of its own form."""

from typing import Any
from uuid import UUID

import pytest

from reprisals.cases.models.account import Act
from reprisals.cases.views.feature import FORMS
from reprisals.web.labels import CARRIED, labelled
from tests.cases.views.office import Focal, names_on, send


def address_of(focal: Focal, endpoint: str) -> str:
    """A page that asks for something, in a case that has what it is about."""
    page = endpoint.removeprefix("cases.")
    if page == "new":
        return "/cases/new"
    case_id = focal.ready()
    if page == "act":
        act_id: UUID = focal.value(case_id, lambda work: work.opened.load(Act)[0].id)
        return f"/cases/{case_id}/acts/{act_id}"
    if page == "cooperation":
        return next(link for link in focal.browser.get(f"/cases/{case_id}/link").links if "/links/" in link)
    person = next(link for link in focal.browser.get(f"/cases/{case_id}/who").links if "/persons/" in link)
    if page == "consent":
        send(focal.browser, focal.browser.get(person), ("alias", "Blue"), status=302)
    return person if page == "person" else f"/cases/{case_id}/{page}"


@pytest.mark.parametrize("endpoint", FORMS)
def test_what_a_page_of_a_case_asks_for_is_in_the_form_of_its_endpoint_and_told_by_it(
    focal: Focal, endpoint: str
) -> None:
    page = focal.browser.get(address_of(focal, endpoint), None)
    page = focal.browser.follow(page) if page.status == 302 else page
    asked = names_on(page) - CARRIED - {"form_token", "confirmed"}
    form: Any = FORMS[endpoint]
    with focal.office.app.test_request_context("/"):
        told = labelled([(name, "x") for name in asked], page.response.request.path)

    assert asked
    assert {name.partition("-")[0] for name in asked} <= set(dir(form))
    assert not [typed.label for typed in told if typed.label == typed.name.replace("_", " ")]
