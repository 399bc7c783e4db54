"""The lead of a team admits a newcomer, by the digits that the newcomer reads out."""

import pytest

from tests.browser.offices import fingerprint_of, waiting_for
from tests.browser.visitor import KEYBOARD, OLD_PHONE, SCRIPTS, Mode

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("mode", [SCRIPTS, KEYBOARD, OLD_PHONE], ids=lambda mode: mode.name)
def test_a_lead_admits_a_member_by_the_fingerprint_and_by_no_other(real, visitor_of, mode: Mode):
    with real.committing() as make:
        made = make.team()
        newcomer = waiting_for(make, made.team)
    digits = fingerprint_of(newcomer)
    lead = visitor_of(made.lead, mode)

    lead.open(f"/teams/{made.team.id}")
    lead.press(f"main a[href$='/admit/{newcomer.person.id}']")
    lead.fill("fingerprint", digits[::-1])
    lead.press("main form .buttons .main", 422)
    assert lead.find("#fingerprint-error").is_visible()
    lead.fill("fingerprint", f"{digits[:10]} {digits[10:]}")
    lead.press("main form .buttons .main")

    assert lead.path == f"/teams/{made.team.id}"
    assert newcomer.person.name in lead.words
    assert lead.find("main a[href*='/admit/']").count() == 0


def test_a_member_who_was_admitted_finds_the_cases_of_the_team(real, visitor_of):
    with real.committing() as make:
        made = make.team()
        newcomer = waiting_for(make, made.team)
    member, lead = visitor_of(newcomer), visitor_of(made.lead)

    member.open("/")
    assert fingerprint_of(newcomer)[:4] in member.words
    lead.open(f"/teams/{made.team.id}/admit/{newcomer.person.id}")
    lead.fill("fingerprint", fingerprint_of(newcomer))
    lead.press("main form .buttons .main")
    member.press("main a.button.main")

    assert member.path == "/cases"
