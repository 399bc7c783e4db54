"""Never lose a word: two editors, pages that save themselves, sessions that end in the middle of a form."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import Account, PersonConcerned, Wish
from reprisals.cases.models.case import Unfinished
from reprisals.sealing.boxes import SealedRow
from tests.cases.views.office import Focal, names_on, send
from tests.client import Client, Page

AUTOSAVE = {"X-Autosave": "1", "Accept": "application/json"}
ONE, TWO = "what the first one writes", "what the second one writes"

TEXTS = {"danger": "danger_words", "what": "words", "wish": "wish_words", "reach": "how", "title": "title"}


def autosave(browser: Client, page: Page, *filled: tuple[str, str], status: int = 200) -> Any:
    """Send a page as a script does that saves it by itself."""
    names = {name for name, _value in filled}
    pairs = [pair for pair in page.fields() if pair[0] not in names]
    answer = browser.send(page.response.request.path, [*pairs, *filled], status, headers=AUTOSAVE)
    return answer.response.get_json()


def wish_of(focal: Focal, case_id: UUID) -> str:
    """What stands in the case as the person's wish."""
    return str(focal.value(case_id, lambda work: work.one(Wish)[1].words))


@pytest.mark.parametrize("step", TEXTS)
def test_two_editors_see_both_texts_and_saving_again_wins_and_loses_nothing(focal: Focal, step: str) -> None:
    case_id, name = focal.begin(), TEXTS[step]
    address = f"/cases/{case_id}/{step}"
    first, second = focal.browser.get(address), focal.other.get(address)
    send(focal.browser, first, (name, ONE), status=302)
    clash = send(focal.other, second, (name, TWO), status=409)

    assert ONE in clash.words
    assert (name, TWO) in clash.fields()
    assert "Somebody else changed this in the meantime" in clash.words
    assert focal.kept(case_id, step)[name] == TWO

    send(focal.other, clash, (name, TWO), status=302)
    assert (name, TWO) in focal.browser.get(address).fields()
    assert focal.kept(case_id, step) == {}
    with focal.opened(case_id) as work:
        old = [r for r in work.opened.revisions() if r.ended_by == focal.lead.person.id]
        kinds: dict[str, Any] = {
            str(vars(kind)["__tablename__"]): kind for kind in SealedRow.__subclasses__()
        }
        assert any(ONE in vars(work.opened.read_revision(kinds[r.table], r)).values() for r in old)


def test_a_clash_shows_only_what_differs(focal: Focal) -> None:
    case_id = focal.begin()
    focal.fill(
        case_id,
        "what",
        ("words", "same"),
        ("since-year", "2025"),
        ("place_country", "Kenya"),
        ("acts", "DET"),
    )
    page = focal.other.get(f"/cases/{case_id}/what")
    focal.fill(case_id, "what", ("place", "Nakuru"))
    clash = send(focal.other, page, ("coming", "a trial"), status=409)
    shown = clash.tree.find(".//section[@aria-labelledby='theirs']")

    assert [dt.text for dt in shown.iter("dt")] == ["Where did it happen?", "What is feared to come?"]


def test_a_person_whom_somebody_else_removed_is_not_lost_to_the_one_who_writes(focal: Focal) -> None:
    case_id, person_id = focal.begin(), uuid4()
    focal.fill(case_id, f"persons/{person_id}", ("alias", "Blue"))
    page = focal.browser.get(f"/cases/{case_id}/persons/{person_id}")
    remove = focal.other.get(f"/cases/{case_id}/persons/{person_id}/remove")
    send(focal.other, remove, status=302)
    clash = send(focal.browser, page, ("alias", "Green"), status=409)
    send(focal.browser, clash, ("alias", "Green"), status=302)

    assert focal.value(case_id, lambda work: [c.alias for _r, c in work.rows(PersonConcerned)]) == ["Green"]


def test_removing_somebody_who_was_changed_meanwhile_asks_again(focal: Focal) -> None:
    case_id, person_id = focal.begin(), uuid4()
    focal.fill(case_id, f"persons/{person_id}", ("alias", "Blue"))
    remove = focal.other.get(f"/cases/{case_id}/persons/{person_id}/remove")
    focal.fill(case_id, f"persons/{person_id}", ("alias", "Green"))
    asked = focal.other.follow(send(focal.other, remove, status=302))

    assert "Green" in asked.words
    assert "This was changed in the meantime" in asked.words


def test_what_does_not_hold_is_kept_and_offered_again_to_the_team(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    before = focal.value(case_id, lambda work: work.opened.manifest.rows)
    refused = send(
        focal.browser, page, ("words", ONE), ("since-month", "13"), ("since-year", "2025"), status=422
    )
    assert refused.errors()["since"]
    assert ("words", ONE) in refused.fields()

    rows = focal.value(case_id, lambda work: work.opened.manifest.rows)
    assert {table: row for table, row in rows.items() if table != "unfinished"} == before
    for browser in (focal.browser, focal.other):
        offered = browser.get(f"/cases/{case_id}/what")
        assert {("words", ONE), ("since-month", "13")} <= set(offered.fields())
        assert "typed here and not finished" in offered.words
    assert "Not finished" in focal.browser.get(f"/cases/{case_id}/check").words


def test_a_page_saves_itself_as_it_stands_and_is_offered_again(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    answer = autosave(focal.browser, page, ("words", ONE), ("since-month", "1"))
    assert answer["saved_at"] == "09:00 UTC"
    assert answer["revision"] == dict(page.fields())["revision"]
    assert answer["session_ends"] > 0
    assert focal.value(case_id, lambda work: work.one(Account)[0]) is None

    offered = focal.browser.get(f"/cases/{case_id}/what")
    assert {("words", ONE), ("since-month", "1")} <= set(offered.fields())
    send(focal.browser, offered, ("words", ONE), ("since-month", ""), status=302)
    assert focal.value(case_id, lambda work: work.opened.load(Unfinished)) == []
    assert "not finished" not in focal.browser.get(f"/cases/{case_id}/what").words


def test_the_first_page_saves_itself_as_one_draft(focal: Focal) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    for words in ("a", "a c", "a car"):
        autosave(focal.browser, page, ("danger_words", words))
    case_id = UUID(dict(page.fields())["case_id"])
    assert focal.cases() == 1
    assert ("danger_words", "a car") in focal.browser.get(f"/cases/{case_id}/danger").fields()

    send(focal.browser, page, ("danger", "YES"), ("danger_words", "a car follows"), status=302)
    assert focal.value(case_id, lambda work: (work.case.danger, work.content.danger_words)) == (
        "YES",
        "a car follows",
    )
    assert focal.cases() == 1


def test_words_on_a_first_page_that_is_refused_are_kept_in_a_draft(focal: Focal) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    refused = send(focal.browser, page, ("danger_words", "a car follows"), status=422)
    assert refused.errors()["danger"]
    assert ("danger_words", "a car follows") in refused.fields()
    case_id = UUID(dict(page.fields())["case_id"])

    assert focal.kept(case_id, "danger")["danger_words"] == "a car follows"
    send(focal.browser, refused, ("danger", "NO"), status=302)
    assert focal.cases() == 1
    assert focal.kept(case_id, "danger") == {}


def test_the_last_page_that_saves_itself_does_not_submit(focal: Focal) -> None:
    case_id = focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/check")
    autosave(
        focal.browser,
        page,
        ("title", "A title that is being wri"),
        ("office_concerned", "y"),
        ("office_reason", "because"),
    )

    assert focal.value(case_id, lambda work: work.case.stage) == "DRAFT"
    offered = focal.browser.get(f"/cases/{case_id}/check").fields()
    assert {
        ("title", "A title that is being wri"),
        ("office_concerned", "y"),
        ("office_reason", "because"),
    } <= set(offered)


def test_answers_that_are_being_recorded_are_kept_without_counting(focal: Focal) -> None:
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    page = focal.browser.get(f"/cases/{case_id}/consent")
    autosave(focal.browser, page, ("RECORD", "GIVEN"), ("text", ONE))

    offered = focal.browser.get(f"/cases/{case_id}/consent")
    assert {("RECORD", "GIVEN"), ("text", ONE)} <= set(offered.fields())
    assert focal.entries(case_id=case_id, action="consent.answered") == []
    send(focal.browser, offered, ("giver", "SELF"), ("means", "PHONE"), status=302)
    assert focal.kept(case_id, "consent") == {}


def test_a_page_that_saves_itself_late_does_not_take_back_what_was_saved(focal: Focal) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/wish")
    send(focal.browser, page, ("wish_words", ONE), status=302)

    autosave(focal.browser, page, ("wish_words", ONE))
    assert focal.kept(case_id, "wish") == {}
    autosave(focal.browser, page, ("wish_words", TWO), status=409)
    offered = focal.browser.get(f"/cases/{case_id}/wish")
    assert ONE in offered.words
    assert ("wish_words", TWO) in offered.fields()
    assert wish_of(focal, case_id) == ONE


def test_what_one_is_typing_stays_when_another_saves_the_same_page(focal: Focal) -> None:
    case_id = focal.begin()
    mine, theirs = (browser.get(f"/cases/{case_id}/wish") for browser in (focal.browser, focal.other))
    autosave(focal.browser, mine, ("wish_words", ONE))
    autosave(focal.other, theirs, ("wish_words", TWO))
    send(focal.other, theirs, ("wish_words", TWO), status=302)

    assert focal.kept(case_id, "wish")["wish_words"] == ONE
    offered = focal.browser.get(f"/cases/{case_id}/wish")
    assert TWO in offered.words
    assert ("wish_words", ONE) in offered.fields()
    send(focal.browser, offered, ("wish_words", f"{TWO}, {ONE}"), status=302)
    assert wish_of(focal, case_id) == f"{TWO}, {ONE}"
    assert focal.kept(case_id, "wish") == {}


def test_who_goes_on_from_what_another_left_unfinished_takes_it_over(focal: Focal) -> None:
    case_id = focal.begin()
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/wish"), ("wish_words", ONE))
    offered = focal.other.get(f"/cases/{case_id}/wish")
    assert ("wish_words", ONE) in offered.fields()
    send(focal.other, offered, ("wish_words", f"{ONE}, and more"), status=302)

    assert focal.kept(case_id, "wish") == {}
    assert "not finished" not in focal.browser.get(f"/cases/{case_id}/wish").words


def test_taking_over_what_says_the_same_as_the_case_is_recorded(focal: Focal) -> None:
    case_id = focal.begin()
    focal.fill(case_id, "wish", ("wish_words", ONE))
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/wish"), ("wish_words", ONE))
    send(focal.other, focal.other.get(f"/cases/{case_id}/wish"), status=302)

    assert focal.kept(case_id, "wish") == {}


def end_by_idling(focal: Focal, clock: Any) -> None:
    clock.advance(minutes=focal.office.site.settings.sessions.idle_minutes + 1)


def end_by_signing_out(focal: Focal, _clock: Any) -> None:
    twin = Client(focal.office.app)
    twin.browser.set_cookie("session", str(focal.browser.cookie("session")))
    twin.post("/sign-out", status=None)


def go_on(browser: Client) -> Page:
    """The page of the form that was kept, filled with it."""
    kept = browser.get(next(link for link in browser.get("/kept").links if link.startswith("/kept/")))
    return browser.get(next(link for link in kept.links if "kept_form=" in link), follow_redirects=True)


@pytest.mark.parametrize("end", [end_by_idling, end_by_signing_out])
def test_a_session_that_ends_in_the_middle_of_a_form_keeps_it_and_offers_it(
    focal: Focal, clock: Any, end: Callable[[Focal, Any], None]
) -> None:
    case_id = focal.begin()
    page = focal.browser.get(f"/cases/{case_id}/what")
    end(focal, clock)
    late = send(focal.browser, page, ("words", ONE), ("acts", "DET"), ("acts", "THR"))
    assert late.status == 401
    assert "is kept for you" in late.words
    assert focal.value(case_id, lambda work: work.one(Account)[0]) is None

    again = focal.office.browser(focal.member)
    offered = go_on(again)
    assert offered.response.request.path == f"/cases/{case_id}/what"
    assert ("words", ONE) in offered.fields()
    assert send(again, offered, status=302).headers["Location"].endswith("/states")
    assert not [link for link in again.get("/kept").links if link.startswith("/kept/")]
    assert focal.value(case_id, lambda work: work.one(Account)[1].words) == ONE
    assert focal.value(case_id, lambda work: len(work.opened.manifest.rows["act"])) == 2


def test_a_first_page_that_comes_too_late_is_kept_and_begins_the_case_later(focal: Focal, clock: Any) -> None:
    page = focal.browser.get("/cases/new", follow_redirects=True)
    end_by_idling(focal, clock)
    assert send(focal.browser, page, ("danger", "YES"), ("danger_words", ONE)).status == 401
    assert focal.cases() == 0

    again = focal.office.browser(focal.member)
    offered = go_on(again)
    assert ("danger_words", ONE) in offered.fields()
    for _click in range(2):
        send(again, offered, status=302)
    assert focal.cases() == 1


@pytest.mark.parametrize("step", ["danger", "what", "consent", "check", "discard", "new"])
def test_asking_for_the_head_of_a_page_keeps_nothing(focal: Focal, step: str) -> None:
    case_id = focal.begin()
    before = focal.number(case_id)
    first = f"/cases/new?case={uuid4()}"
    answer = focal.browser.browser.head(first if step == "new" else f"/cases/{case_id}/{step}")

    assert answer.status_code == 200
    assert focal.number(case_id) == before
    assert focal.cases() == 1


def test_every_form_that_is_told_can_be_saved_by_itself(focal: Focal) -> None:
    case_id = focal.ready()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Blue"))
    for step in (
        "danger",
        "what",
        "states",
        "wish",
        "reach",
        "title",
        "consent",
        "check",
        f"persons/{uuid4()}",
        f"links/{uuid4()}",
    ):
        page = focal.browser.get(f"/cases/{case_id}/{step}")
        assert "revision" in names_on(page) or step == "check"
        before = focal.number(case_id)
        autosave(focal.browser, page, status=200)
        assert focal.number(case_id) == before + 1, step
        assert focal.value(case_id, lambda work: work.case.stage) == "DRAFT"


def test_a_name_in_an_unfinished_page_is_shown_to_nobody_once_the_consent_for_it_is_withdrawn(
    focal: Focal,
) -> None:
    case_id, person_id = focal.ready(), uuid4()
    step = f"persons/{person_id}"
    focal.fill(case_id, step, ("unit", "IND"), ("alias", "Blue"))
    said = (("giver", "SELF"), ("means", "PHONE"))
    focal.fill(case_id, "consent", ("RECORD", "GIVEN"), *said)
    autosave(focal.other, focal.other.get(f"/cases/{case_id}/{step}"), ("legal_name", "Voorbeeldnaam"))
    assert "Voorbeeldnaam" in focal.other.get(f"/cases/{case_id}/{step}").text

    focal.fill(case_id, "consent", ("RECORD", "WITHDRAWN"), *said)

    for browser in (focal.browser, focal.other):
        assert "Voorbeeldnaam" not in browser.get(f"/cases/{case_id}/{step}").text
