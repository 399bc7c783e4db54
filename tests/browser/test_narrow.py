"""A telephone without scripts: nothing that has the focus lies under the strip to leave, and the long pages are short."""

import pytest

from tests.browser.places import PLACES
from tests.browser.visitor import Mode

PHONE = Mode("without scripts, at 320 px", scripts=False, width=320)
LOW = {"width": 320, "height": 640}
LONG = (
    "what",
    "danger",
    "consent",
    "cooperation",
    "person",
    "act",
    "wish",
    "reach",
    "check",
    "show",
    "states",
)
MOST_STOPS = 400
UNFOLD = "() => document.querySelectorAll('main details').forEach(one => { one.open = true; })"
AT_FOCUS = """() => {
  const at = document.activeElement, leave = document.querySelector(".leave").getBoundingClientRect();
  if (at === document.body) return null;
  const box = at.getBoundingClientRect(), inLeave = Boolean(at.closest(".leave"));
  return { what: at.outerHTML.slice(0, 100), inLeave, isField: Boolean(at.name) && !inLeave,
           covered: !inLeave && box.bottom > leave.top + 1 && box.top < leave.bottom, box: [box.top, box.bottom, leave.top] };
}"""
"""What has the focus, and whether any of it lies under the strip."""

WRITE = """() => document.querySelectorAll("main textarea").forEach(one => {
  one.value = "They came at night. ".repeat(80);
  one.setSelectionRange(0, 0);
})"""


@pytest.mark.parametrize("is_written", [False, True], ids=["empty", "written"])
@pytest.mark.parametrize("page", LONG)
def test_without_scripts_nothing_that_has_the_focus_is_covered_on_a_narrow_screen(
    office, visitor_of, page, is_written
):
    place = PLACES[f"cases.{page}"]
    visitor = visitor_of(getattr(office, place.who), PHONE)
    visitor.page.set_viewport_size(LOW)
    visitor.open(place.address(office))
    visitor.page.evaluate(UNFOLD)
    if is_written:
        visitor.page.evaluate(WRITE)
    stops = []
    for key in ("Tab", "Shift+Tab"):
        for _stop in range(MOST_STOPS):
            visitor.page.keyboard.press(key)
            stop = visitor.page.evaluate(AT_FOCUS)
            if stop is None:
                break
            stops.append(stop)
        else:
            pytest.fail(f"more than {MOST_STOPS} stops")

    assert any(stop["isField"] for stop in stops) or page == "show"
    assert [stop for stop in stops if stop["covered"]] == []


def test_the_answers_of_a_person_are_asked_for_on_two_screens_of_a_telephone(office, visitor_of):
    visitor = visitor_of(office.member, Mode("without scripts, at 360 px", scripts=False, width=360))
    visitor.page.set_viewport_size({"width": 360, "height": 640})
    visitor.open(PLACES["cases.consent"].address(office))
    box = visitor.find("form[data-autosave]").bounding_box()

    assert box["height"] <= 2 * 640
    assert not visitor.find("[name=entities-0]").is_visible()
    visitor.pick("SHARE_UN", "GIVEN")
    visitor.fill("entities-0", "UNHCR")
