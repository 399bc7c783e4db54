"""The day of a focal point: signing in, logging a case, submitting it, correcting it, recording a withdrawal of consent."""

import re

import pytest

from tests.browser.offices import PASSPHRASE, with_passphrase
from tests.browser.visitor import ARABIC, KEYBOARD, NO_SCRIPTS, PHONE, SCRIPTS, Mode, Visitor

pytestmark = pytest.mark.browser
MODES = (SCRIPTS, NO_SCRIPTS, KEYBOARD, PHONE, ARABIC)
GO_ON = "form[data-autosave] .buttons .main"
STORY = (
    "Summoned after a side event. \u0633\u0623\u0644\u0648\u0647\u0627 \u0639\u0646 \u062c\u0646\u064a\u0641."
)
MORE = "They asked for the names of the others, too."


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.name)
def test_a_case_is_logged_submitted_opened_corrected_and_a_consent_withdrawn(real, visitor_of, mode: Mode):
    with real.committing() as make:
        who = with_passphrase(make, make.member(make.team().team))
    visitor = visitor_of(mode=mode)

    sign_in(visitor, who.person.email)
    tell_what_happened(visitor)
    tell_whom_it_concerns(visitor)
    tell_why_and_what_may_be_done(visitor)
    case = submit(visitor)
    correct(visitor, case)
    withdraw(visitor, case)


def sign_in(visitor: Visitor, email: str) -> None:
    visitor.open("/")
    visitor.fill("email", email)
    visitor.fill("passphrase", PASSPHRASE)
    visitor.press("main form .buttons .main")
    assert visitor.path == "/cases"


def tell_what_happened(visitor: Visitor) -> None:
    visitor.press("main p.buttons a.main")
    visitor.press(GO_ON, 422)
    assert visitor.find("#danger-error").is_visible()
    visitor.tick("danger", "YES")
    visitor.fill("danger_words", "Two men wait outside.")
    visitor.press(GO_ON)
    visitor.tick("happened", "YES")
    visitor.fill("words", STORY)
    visitor.tick("acts", "THR")
    visitor.fill("since-month", "13")
    visitor.fill("since-year", "\u0662\u0660\u0662\u0666")
    visitor.press(GO_ON, 422)
    assert visitor.find("#since-error").is_visible()
    assert visitor.find("[name=words]").input_value() == STORY
    assert visitor.find("[name=acts][value=THR]").is_checked()
    assert visitor.find("[name=since-year]").input_value() == "\u0662\u0660\u0662\u0666"
    visitor.fill("since-month", "5")
    visitor.press(GO_ON)
    visitor.fill("states-0", "jordan")
    visitor.press("main button[name=add]")
    visitor.fill("states-1", "\u0645\u0635\u0631")
    visitor.press(GO_ON)


def tell_whom_it_concerns(visitor: Visitor) -> None:
    visitor.press("main p.buttons a.main")
    visitor.tick("unit", "IND")
    visitor.fill("alias", "Falcon")
    visitor.pick("gender", "W")
    visitor.press(GO_ON)
    visitor.press("main p.buttons a.main")


def tell_why_and_what_may_be_done(visitor: Visitor) -> None:
    visitor.press("main p.buttons a.main")
    visitor.fill("entity", "HRC")
    visitor.tick("status", "ACTUAL")
    visitor.pick("form", "SID")
    visitor.press(GO_ON)
    visitor.press("main p.buttons a.main")
    visitor.tick("wishes", "QUIET")
    visitor.press(GO_ON)
    visitor.pick("RECORD", "GIVEN")
    visitor.pick("SHARE_UN", "GIVEN")
    visitor.fill("entities-0", "UNHCR")
    visitor.pick("RAISE_CONF", "UNSAFE")
    visitor.pick("PUBLIC_ANON", "GIVEN")
    visitor.pick("PUBLIC_NAMED", "REFUSED")
    visitor.pick("giver", "SELF")
    visitor.pick("means", "PHONE")
    visitor.press(GO_ON)
    visitor.fill("how", "By a messenger, after nine.")
    visitor.press(GO_ON)


def submit(visitor: Visitor) -> str:
    """Send it off. The address of the case."""
    visitor.press(GO_ON)
    assert visitor.path.endswith("/submitted")
    assert re.search(r"REP-[0-9A-HJKMNP-TV-Z]{10}", visitor.words)
    visitor.press("main p.buttons a.main")
    assert STORY in visitor.words
    assert "Falcon" in visitor.words
    return visitor.path


def correct(visitor: Visitor, case: str) -> None:
    visitor.press(f"main a[href='{case}/what']")
    visitor.fill("words", f"{STORY} {MORE}")
    visitor.press(GO_ON)
    assert visitor.path == case
    assert MORE in visitor.words
    visitor.press(f"aside a[href='{case}/history']")
    assert visitor.words.count(STORY) == 2
    assert visitor.words.count(MORE) == 1


def withdraw(visitor: Visitor, case: str) -> None:
    visitor.open(case)
    assert may(visitor, 1)
    visitor.press(f"main a[href='{case}/consent']")
    visitor.pick("SHARE_UN", "WITHDRAWN")
    visitor.pick("giver", "SELF")
    visitor.pick("means", "MESSAGE")
    visitor.press(GO_ON)
    assert visitor.find("input[name='confirmed']").count() == 1
    visitor.press("main form .buttons .main")
    assert not may(visitor, 1)
    visitor.open(case)
    assert not may(visitor, 1)
    assert may(visitor, 0)


def may(visitor: Visitor, place: int) -> bool:
    """Whether the use at this place of the list is allowed: 0 keeping the name, 1 sharing."""
    return visitor.find(".uses .consent").nth(place).get_attribute("class") == "consent given"
