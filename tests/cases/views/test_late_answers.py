"""Who confirmed something as the session ended is not asked once more, as long as what they confirmed is still the same."""

from typing import Any
from uuid import UUID, uuid4

from reprisals.cases.models.account import ConsentAnswer
from tests.cases.views.office import Focal, send
from tests.cases.views.test_last_page import TICKED, check, untick
from tests.cases.views.test_late_pages import Late
from tests.cases.views.test_nothing_is_lost import autosave

SELF = (("giver", "SELF"), ("means", "PHONE"))


def unfinished_person(focal: Focal, case_id: UUID, alias: str) -> None:
    """A colleague has begun with somebody, and it does not hold."""
    page = focal.other.get(f"/cases/{case_id}/persons/{uuid4()}")
    send(focal.other, page, ("alias", alias), ("unit", "GRP"), ("number", "many"), status=422)


def agreed(focal: Focal) -> UUID:
    """A draft with somebody who agreed to two uses."""
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    focal.fill(case_id, "consent", ("RECORD", "GIVEN"), ("CONTACT", "GIVEN"), *SELF)
    return case_id


def late_withdrawal(focal: Focal, clock: Any, case_id: UUID) -> Late:
    """A withdrawal that was confirmed after the session had ended."""
    page = focal.browser.get(f"/cases/{case_id}/consent")
    asked = send(focal.browser, page, ("RECORD", "WITHDRAWN"), *SELF, status=200)
    assert asked.heading == "Record the withdrawal?"
    return Late(focal, clock, asked)


def answers(focal: Focal, case_id: UUID) -> list[str]:
    """What was answered, in its order."""

    def asked(work: Any) -> list[str]:
        rows = sorted(work.opened.load(ConsentAnswer), key=lambda row: row.sequence)
        return [f"{row.scope} {row.answer}" for row in rows]

    found: list[str] = focal.value(case_id, asked)
    return found[2:]


def test_what_was_to_be_left_out_of_a_case_stays_ticked(focal: Focal, clock: Any) -> None:
    case_id = focal.ready()
    unfinished_person(focal, case_id, "Blue")
    late = Late(focal, clock, check(focal.browser, case_id), ("leave_out", "y"))

    page = late.page()
    assert ("leave_out", "y") in page.fields()
    assert send(late.browser, page).headers["Location"] == f"/cases/{case_id}/submitted"


def test_it_is_asked_once_more_where_something_else_would_be_left_out(focal: Focal, clock: Any) -> None:
    case_id = focal.ready()
    unfinished_person(focal, case_id, "Blue")
    late = Late(focal, clock, check(focal.browser, case_id), ("leave_out", "y"))
    focal.other = focal.office.browser(focal.lead)
    unfinished_person(focal, case_id, "Green")

    assert ("leave_out", "y") not in late.page().fields()


def test_who_knew_better_of_the_office_does_not_find_it_ticked_again(focal: Focal, clock: Any) -> None:
    case_id = focal.ready()
    mine = check(focal.browser, case_id)
    autosave(focal.other, check(focal.other, case_id), *TICKED)
    stopped = send(focal.browser, mine, status=422)
    clock.advance(minutes=31)
    untick(focal.browser, stopped, ("leave_out", "y"), status=401)
    late = object.__new__(Late)
    late.browser = focal.office.browser(focal.member)

    again = late.page()
    assert "office_concerned" not in dict(again.fields())
    assert untick(late.browser, again).headers["Location"] == f"/cases/{case_id}/submitted"


def test_a_withdrawal_that_was_confirmed_is_recorded_without_another_question(
    focal: Focal, clock: Any
) -> None:
    case_id = agreed(focal)
    late = late_withdrawal(focal, clock, case_id)
    send(late.browser, late.page(), status=302)

    assert answers(focal, case_id) == ["RECORD WITHDRAWN"]


def test_a_confirmation_counts_for_nothing_but_what_was_confirmed(focal: Focal, clock: Any) -> None:
    case_id = agreed(focal)
    late = late_withdrawal(focal, clock, case_id)
    asked = send(late.browser, late.page(), ("CONTACT", "WITHDRAWN"), status=200)

    assert asked.heading == "Record the withdrawal?"
    assert answers(focal, case_id) == []
    send(late.browser, asked, status=302)
    assert answers(focal, case_id) == ["RECORD WITHDRAWN", "CONTACT WITHDRAWN"]
