"""Nothing typed is lost: not when a page is left, a session ends, somebody else is faster, or a button is pressed twice."""

import re

import pytest
from sqlalchemy import func, select

from reprisals.cases.models.case import Case
from tests.browser.conftest import token_of
from tests.browser.offices import PASSPHRASE, with_passphrase
from tests.browser.visitor import NO_SCRIPTS, SCRIPTS, Mode, Visitor
from tests.cases.actions.desk import Desk
from tests.crash.sites import wait_until

pytestmark = pytest.mark.browser
GO_ON = "form[data-autosave] .buttons .main"
SAVED = re.compile(r"^Saved at \d\d:\d\d UTC$")
STORY = "They came at night. \u0642\u0627\u0644\u0648\u0627"
OTHER = "They came in the morning."


@pytest.fixture
def desk(real):
    with real.committing() as make:
        made = make.team()
        return Desk(make, made.team, made.lead, with_passphrase(make, make.member(made.team)))


@pytest.fixture
def draft(real, desk) -> str:
    """The address of a draft of the team that says only that nobody is in danger."""
    with real.committing() as make:
        again = Desk(make, desk.team, desk.lead, desk.member)
        return f"/cases/{again.begin()}"


@pytest.fixture
def member(visitor_of, desk) -> Visitor:
    visitor: Visitor = visitor_of(desk.member)
    return visitor


def wait_until_saved(visitor: Visitor, words: str = "Saved at") -> str:
    """Wait for the page to say so."""
    status = visitor.find("[data-autosave-status]")
    visitor.page.wait_for_function(
        "words => document.querySelector('[data-autosave-status]').textContent.includes(words)", arg=words
    )
    return status.inner_text()


def count_cases(real, desk) -> int:
    with real.opened() as database, database.reading() as session:
        owned = select(func.count()).select_from(Case).where(Case.owning_team_id == desk.team.id)
        return session.scalar(owned) or 0


def test_what_is_typed_saves_itself_and_stands_there_when_the_page_is_opened_again(member, draft):
    member.open(f"{draft}/what")
    member.fill("words", STORY)
    member.tick("acts", "DTH")

    assert SAVED.match(wait_until_saved(member))
    member.page.reload()

    assert member.find("[name=words]").input_value() == STORY
    assert member.find("[name=acts][value=DTH]").is_checked()
    assert "not finished" in member.words


def test_a_new_case_saves_itself_before_any_button_was_pressed(real, desk, member):
    member.open("/cases/new")
    member.fill("danger_words", STORY)
    wait_until_saved(member)
    member.open("/cases")

    member.press("main tbody th a")
    member.press("main nav.steps a[href$='/danger']")

    assert member.find("[name=danger_words]").input_value() == STORY
    assert count_cases(real, desk) == 1


def test_what_is_typed_just_before_the_page_is_left_is_saved_too(member, draft):
    member.open(f"{draft}/what")
    member.fill("words", STORY)
    member.open("/cases")

    def is_saved() -> bool:
        member.open(f"{draft}/what")
        return bool(member.find("[name=words]").input_value() == STORY)

    wait_until(is_saved, "what was typed is there")


def test_the_page_says_when_it_cannot_save_and_saves_as_soon_as_there_is_a_line(member, draft):
    member.open(f"{draft}/what")
    member.context.set_offline(True)
    member.fill("words", STORY)

    assert "Not saved yet" in wait_until_saved(member, "Not saved yet")
    member.context.set_offline(False)

    wait_until_saved(member)
    member.watch.troubles.clear()


@pytest.mark.parametrize("mode", [SCRIPTS, NO_SCRIPTS], ids=lambda mode: mode.name)
def test_what_is_sent_after_the_session_was_ended_is_kept_and_offered_after_signing_in(
    visitor_of, desk, draft, mode: Mode
):
    member, elsewhere = visitor_of(desk.member, mode), visitor_of(desk.member)
    member.open(f"{draft}/what")
    elsewhere.open("/account")
    elsewhere.press("main form[action$='/end-others'] button")

    send_too_late(member, 401)
    member.press("main a.main")
    sign_in(member, desk)
    assert member.path == "/kept"
    member.press("main ul a >> nth=0")
    member.press("main a.main")
    assert member.path == f"{draft}/what"
    assert member.find("main textarea[name=words]").input_value() == STORY
    member.press(GO_ON)
    member.open("/kept")
    assert member.find("main ul a").count() == 0

    member.open(f"{draft}/what")
    assert member.find("[name=words]").input_value() == STORY


@pytest.mark.parametrize("mode", [SCRIPTS, NO_SCRIPTS], ids=lambda mode: mode.name)
def test_what_is_sent_after_signing_out_in_another_tab_comes_back_to_be_sent_again(
    visitor_of, desk, draft, mode: Mode
):
    member = visitor_of(desk.member, mode)
    member.open(f"{draft}/what")
    other = member.another_tab()
    other.open("/account")
    other.press("main form[action='/sign-out'] button")

    send_too_late(member, 401)
    typed = "main textarea[name=words], main input[name=words]"
    assert member.find(typed).input_value() == STORY
    sign_in(other, desk)
    member.press("main form .buttons .main", 400)
    assert member.find(typed).input_value() == STORY
    member.press("main form .buttons .main")

    member.open(f"{draft}/what")
    assert member.find("[name=words]").input_value() == STORY


def send_too_late(member: Visitor, status: int) -> None:
    """Type after the session has ended, see it said where scripts run, and send it all the same."""
    member.watch.expected.add(status)
    member.page.on("dialog", lambda dialog: dialog.accept())
    member.fill("words", STORY)
    if member.mode.scripts:
        wait_until_saved(member, "You have been signed out")
    member.press(GO_ON, status)


def sign_in(visitor: Visitor, desk: Desk) -> None:
    visitor.fill("email", desk.member.person.email)
    visitor.fill("passphrase", PASSPHRASE)
    visitor.press("main form .buttons .main")


@pytest.mark.parametrize(
    ("mode", "wait"),
    [(SCRIPTS, False), (SCRIPTS, True), (NO_SCRIPTS, False)],
    ids=["at once", "after it saved itself", "without scripts"],
)
def test_a_double_click_begins_one_case(real, desk, visitor_of, mode: Mode, wait):
    member = visitor_of(desk.member, mode)
    member.open("/cases/new")
    member.tick("danger", "NO")
    if wait:
        wait_until_saved(member)

    member.press_twice(GO_ON, "what")

    assert count_cases(real, desk) == 1


def test_a_double_click_submits_once(real, desk, member):
    with real.committing() as make:
        case_id = Desk(make, desk.team, desk.lead, desk.member).ready()
    member.open(f"/cases/{case_id}/check")

    member.press_twice(GO_ON, "submitted")

    assert "REP-" in member.words
    assert count_cases(real, desk) == 1


def test_the_back_button_leads_to_the_step_before_with_what_was_told(real, desk, member):
    member.open("/cases")
    member.press("main p.buttons a.main")
    member.tick("danger", "NO")
    member.fill("danger_words", STORY)
    member.press(GO_ON)

    member.page.go_back()
    member.arrived()
    assert member.find("[name=danger_words]").input_value() == STORY
    member.tick("danger", "YES")
    member.press(GO_ON)

    assert count_cases(real, desk) == 1
    member.page.go_back()
    assert member.find("[name=danger][value=YES]").is_checked()


def test_two_tabs_that_change_the_same_part_see_both_texts(member, draft):
    other = member.another_tab()
    member.open(f"{draft}/what")
    other.open(f"{draft}/what")
    member.fill("words", STORY)
    member.press(GO_ON)

    other.fill("words", OTHER)
    other.press(GO_ON, 409)
    assert STORY in other.find("[aria-labelledby=theirs]").inner_text()
    assert other.find("[name=words]").input_value() == OTHER

    other.fill("words", f"{STORY} {OTHER}")
    other.press(GO_ON)
    other.open(f"{draft}/what")
    assert other.find("[name=words]").input_value() == f"{STORY} {OTHER}"


def test_a_colleague_who_was_faster_is_shown_and_nothing_of_either_is_lost(visitor_of, desk, member, draft):
    lead = visitor_of(desk.lead)
    for one in (member, lead):
        one.open(f"{draft}/reach")
    lead.fill("how", OTHER)
    lead.press(GO_ON)
    member.fill("how", STORY)
    member.press(GO_ON, 409)

    assert OTHER in member.find("[aria-labelledby=theirs]").inner_text()
    assert member.find("[name=how]").input_value() == STORY


def test_the_page_says_that_the_session_ends_soon_and_that_it_has_ended(real, visitor_of, desk):
    member = visitor_of()
    member.page.clock.install()
    member.sign_in_as(token_of(real, desk.member))
    member.open("/cases")
    warning = member.find("[data-session-warning]")
    assert not warning.is_visible()

    member.page.clock.fast_forward("09:56:00")
    assert "session ends soon" in warning.inner_text()
    member.page.clock.fast_forward("05:00")
    assert "has ended" in warning.inner_text()


@pytest.mark.parametrize("again", ["in another language", "by a key"])
def test_what_loads_the_same_page_waits_until_what_was_typed_is_saved(member, draft, again):
    member.open(f"{draft}/what")
    member.fill("words", STORY)
    if again == "by a key":
        with member.page.expect_navigation():
            member.page.keyboard.press("F5")
    else:
        member.page.locator("header summary").first.click()
        with member.page.expect_navigation():
            member.page.locator("a[hreflang=en]").click()
    member.arrived()

    assert member.find("[name=words]").input_value() == STORY


def test_a_page_that_was_shown_before_the_last_words_were_saved_shows_both(visitor_of, desk, member, draft):
    other = visitor_of(desk.member)
    member.open(f"{draft}/what")
    other.open(f"{draft}/what")
    other.fill("words", OTHER)
    wait_until_saved(other)
    member.fill("words", STORY)
    wait_until_saved(member)
    member.press(GO_ON, 409)

    assert OTHER in member.find("[aria-labelledby^=beside]").inner_text()
    assert member.find("[name=words]").input_value() == STORY
    member.press(GO_ON)
    other.press(GO_ON, 409)
    assert STORY in other.find("[aria-labelledby=theirs]").inner_text()


@pytest.mark.parametrize("mode", [SCRIPTS, NO_SCRIPTS], ids=lambda mode: mode.name)
def test_why_it_concerns_the_office_without_the_tick_stops_a_double_click_too(
    real, desk, visitor_of, mode: Mode
):
    with real.committing() as make:
        case_id = Desk(make, desk.team, desk.lead, desk.member).ready()
    member = visitor_of(desk.member, mode)
    member.watch.expected.add(422)
    member.open(f"/cases/{case_id}/check")
    member.find("main summary:has-text('concern the reprisals team')").click()
    member.fill("office_reason", "It is about one of them.")
    member.press_twice(GO_ON, "check")

    assert "Tick that it does, or delete the words." in member.words
    assert member.find("[name=office_reason]").input_value() == "It is about one of them."
