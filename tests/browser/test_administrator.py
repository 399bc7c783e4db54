"""The administrator invites and suspends, and sees no case; the newcomer makes their own keys."""

import re

import pytest

from tests.browser.offices import PASSPHRASE, with_passphrase
from tests.browser.visitor import KEYBOARD, OLD_PHONE, SCRIPTS, Mode, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def administrator(real):
    with real.committing() as make:
        return make.officer("ADMINISTRATOR")


@pytest.mark.parametrize("mode", [SCRIPTS, KEYBOARD, OLD_PHONE], ids=lambda mode: mode.name)
def test_a_person_is_invited_makes_their_keys_signs_in_and_is_suspended(
    real, visitor_of, administrator, mode: Mode
):
    with real.committing() as make:
        team = make.team().team
    office, newcomer = visitor_of(administrator, mode), visitor_of(mode=mode)
    email = f"new.{team.id.hex[:8]}@field.example"

    link = invite(office, email, f"team:{team.id}")
    passphrase = make_keys(newcomer, link)
    sign_in(newcomer, email, passphrase)
    assert newcomer.path == "/work"
    assert newcomer.find(".digits").is_visible()

    office.press("main a.button.main")
    office.press("main .filters summary", navigates=False)
    office.fill("text", email)
    office.press("main .filters .buttons .main")
    office.press(f"main tr:has-text('{email}') th a")
    office.press("main a[href$='/suspend']")
    office.press("main form .buttons .main")
    newcomer.open("/")
    assert newcomer.path == "/sign-in"
    sign_in(newcomer, email, passphrase, 403)


def invite(office: Visitor, email: str, place: str) -> str:
    """Invite somebody, at first without a name. The address that is shown once."""
    office.open("/people")
    office.press(".head a.button.main")
    office.fill("email", email)
    office.press("main form .buttons .main", 422)
    assert office.find("[name=email]").input_value() == email
    office.fill("name", "Newly Invited")
    office.pick("place", place)
    office.press("main form .buttons .main")
    link = re.search(r"/invitation\?code=[\w-]+", office.words)
    assert link
    return link[0]


def make_keys(newcomer: Visitor, link: str) -> str:
    """Accept an invitation. The passphrase that is shown once."""
    newcomer.open(link)
    newcomer.press("main form .buttons .main")
    passphrase = " ".join(newcomer.find(".words li").all_inner_texts())
    assert len(passphrase.split()) == 8
    newcomer.press("main a.button.main")
    return passphrase


def sign_in(visitor: Visitor, email: str, passphrase: str, status: int = 200) -> None:
    visitor.fill("email", email)
    visitor.fill("passphrase", passphrase)
    visitor.press("main form .buttons .main", status)


def test_the_administrator_sees_no_case(visitor_of, administrator, office):
    visitor = visitor_of(administrator)
    visitor.watch.expected |= {403, 404}

    visitor.open("/")
    links = [link.get_attribute("href") for link in visitor.find("a").all()]
    assert not [link for link in links if link and link.startswith("/cases")]
    for path in (
        "/cases",
        "/cases/new",
        f"/cases/{office.submitted.case_id}",
        f"/cases/{office.draft.case_id}/check",
    ):
        visitor.open(path)
        assert "Falcon" not in visitor.page.content()
        assert office.submitted.reference not in visitor.page.content()
        assert visitor.find("main a.button").get_attribute("href") == "/"


def test_whoever_is_suspended_loses_the_page_that_stands_open(real, visitor_of, administrator):
    with real.committing() as make:
        who = with_passphrase(make, make.member(make.team().team))
    member, office = visitor_of(who), visitor_of(administrator)
    member.open("/cases")

    office.open(f"/people/{who.person.id}/suspend")
    office.press("main form .buttons .main")
    member.page.reload()

    assert member.path == "/sign-in"
    sign_in(member, who.person.email, PASSPHRASE, 403)
