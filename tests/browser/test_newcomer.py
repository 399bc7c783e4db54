"""What somebody meets who fills in the pages for the first time, on a telephone: errors, going back, and names of States."""

import pytest

from tests.browser.conftest import VisitorOf
from tests.browser.offices import with_passphrase
from tests.browser.visitor import NO_SCRIPTS, Mode, Visitor
from tests.cases.actions.desk import Desk
from tests.crash.sites import RealSite

pytestmark = pytest.mark.browser
GO_ON = "form[data-autosave] .buttons .main"
SMALL = Mode("at 360 px", width=360)
FREE = """() => {
  const focused = document.activeElement, strip = document.querySelector(".leave");
  if (focused === document.body || strip.contains(focused)) return true;
  const box = focused.getBoundingClientRect(), limit = strip.getBoundingClientRect().top;
  return box.bottom <= limit || box.height > limit - 100;
}"""
WIDE = Mode("at 1280 px", width=1280)


@pytest.fixture
def desk(real: RealSite) -> Desk:
    with real.committing() as make:
        made = make.team()
        return Desk(make, made.team, made.lead, with_passphrase(make, make.member(made.team)))


@pytest.fixture
def draft(real: RealSite, desk: Desk) -> str:
    """The address of a draft that says only that nobody is in danger."""
    with real.committing() as make:
        return f"/cases/{Desk(make, desk.team, desk.lead, desk.member).begin()}"


def test_after_an_error_was_put_right_back_and_forward_show_pages_and_send_nothing_again(
    visitor_of: VisitorOf, desk: Desk, draft: str
) -> None:
    member: Visitor = visitor_of(desk.member, SMALL)
    member.open(f"{draft}/states")
    member.fill("states-0", "Korea")
    member.press(GO_ON, 422)
    member.fill("states-0", "South Korea")
    member.press(GO_ON)
    asked: list[str] = []
    member.page.on("request", lambda request: asked.append(request.method))

    for step in (member.page.go_back, member.page.go_back, member.page.go_forward, member.page.reload):
        step()
        member.arrived()
        assert member.heading == "To which State is it addressed?"
    assert set(asked) == {"GET"}


def test_what_was_refused_stands_there_when_the_page_is_loaded_again(
    visitor_of: VisitorOf, desk: Desk, draft: str
) -> None:
    member: Visitor = visitor_of(desk.member, SMALL)
    member.open(f"{draft}/states")
    member.fill("states-0", "Korea")
    member.press(GO_ON, 422)

    member.page.reload()

    assert member.find("input[name=states-0]").input_value() == "Korea"


@pytest.mark.parametrize("mode", [SMALL, WIDE], ids=lambda mode: mode.name)
def test_a_refused_state_stands_under_its_error_at_its_full_width(
    visitor_of: VisitorOf, desk: Desk, draft: str, mode: Mode
) -> None:
    member: Visitor = visitor_of(desk.member, mode)
    member.open(f"{draft}/states")
    before = member.find("[name=states-0][type=text]").bounding_box()
    member.fill("states-0", "Korea")
    member.press(GO_ON, 422)
    after = member.find("[name=states-0][type=text]").bounding_box()
    error = member.find(".entry .error").bounding_box()

    assert before is not None
    assert after is not None
    assert error is not None
    assert after["width"] >= before["width"] - 40
    assert after["y"] >= error["y"] + error["height"]
    assert abs(after["x"] - error["x"]) < 2


@pytest.mark.parametrize("mode", [SMALL, NO_SCRIPTS], ids=lambda mode: mode.name)
def test_one_press_takes_the_state_that_was_meant(
    visitor_of: VisitorOf, desk: Desk, draft: str, mode: Mode
) -> None:
    member: Visitor = visitor_of(desk.member, mode)
    member.open(f"{draft}/states")
    member.fill("states-0", "Korea")
    member.press(GO_ON, 422)
    member.press("main button[value='Republic of Korea']")
    member.open(f"{draft}/states")

    assert member.find("[name=states-0]").input_value() == "Republic of Korea"


@pytest.mark.parametrize("step", ["what", "reach", "check"])
def test_no_field_that_gets_the_focus_is_covered_by_the_strip_to_leave(
    visitor_of: VisitorOf, desk: Desk, draft: str, step: str
) -> None:
    member: Visitor = visitor_of(desk.member, SMALL)
    member.page.set_viewport_size({"width": 360, "height": 640})
    member.open(f"{draft}/{step}")

    for _press in range(60):
        member.page.keyboard.press("Tab")
        assert member.page.evaluate(FREE), member.page.evaluate("() => document.activeElement.outerHTML")


def test_the_passphrase_can_be_looked_at_while_it_is_typed(visitor_of: VisitorOf) -> None:
    stranger: Visitor = visitor_of(None, SMALL)
    stranger.open("/sign-in")
    show, field = stranger.find("[data-show]"), stranger.find("[name=passphrase]")
    for shown, kind in (("true", "text"), ("false", "password")):
        show.click()
        assert (show.get_attribute("aria-pressed"), field.get_attribute("type")) == (shown, kind)

    without: Visitor = visitor_of(None, NO_SCRIPTS)
    without.open("/sign-in")
    assert not without.find("[data-show]").is_visible()
