"""What holds of every page, whoever looks at it: axe finds nothing, nothing scrolls sideways, it is light on the wire."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from reprisals.app import create_app
from reprisals.identity.models import LiveSession
from tests.browser.places import ERRORS, NO_PAGE, PLACES, VISITORS, Place
from tests.browser.visitor import ARABIC, SCRIPTS, Mode, Visitor

pytestmark = pytest.mark.browser
Scheme = Literal["light", "dark"]
FIRST, LATER = 60_000, 20_000
NARROW, WIDE = 320, 1280
LOOKS: dict[str, list[tuple[int, Scheme]]] = {
    "en": [(WIDE, "light"), (NARROW, "dark")],
    "ar": [(NARROW, "dark"), (WIDE, "light")],
}
ALL_RULES = {"resultTypes": ["violations"]}
COLOURS = {**ALL_RULES, "runOnly": ["color-contrast"]}
GO_ON = "form[data-autosave] .buttons .main"
STORY = (
    "\u0633\u0623\u0644\u0648\u0647\u0627 \u0639\u0646 \u062c\u0646\u064a\u0641. They asked about Geneva.\n"
    * 40
)
TEXTS = """() => {
  const page = document.body.cloneNode(true);
  page.querySelectorAll("bdi, [dir=auto], [lang]:not([lang=ar])").forEach(own => own.remove());
  const names = ["title", "aria-label", "placeholder", "data-label"];
  const noted = [...page.querySelectorAll("*")].flatMap(e => names.map(name => e.getAttribute(name) || ""));
  const walk = document.createTreeWalker(page, NodeFilter.SHOW_TEXT), found = [document.title, ...noted];
  while (walk.nextNode()) found.push(walk.currentNode.data);
  return found;
}"""
LATIN = {"AR", "CSV", "Escape", "English", "JSON", "OHCHR", "REP", "Reprisals", "UNHCR", "UTC"} | {
    *("Amman", "Falcon", "Heron", "Nairobi", "Person", "reprisals", "team", "test")  # names of this office
}
UNSPOKEN = (
    "Kenya",
    "Uganda",
    "\u0643\u064a\u0646\u064a\u0627",
    "Falcon",
    "Heron",
    "Person 1",
    "REP-",
    "OHCHR",
    "A title",
)
RUN_AXE = "rules => axe.run(rules).then(found => found.violations)"


class Scales:
    """Weighs what goes over the wire."""

    def __init__(self, visitor: Visitor) -> None:
        self.weight = 0
        line = visitor.context.new_cdp_session(visitor.page)
        line.send("Network.enable")
        line.on("Network.loadingFinished", self._add)

    def _add(self, event: dict[str, Any]) -> None:
        self.weight += int(event["encodedDataLength"])

    def take(self) -> int:
        """What came since the last time, in bytes."""
        taken, self.weight = self.weight, 0
        return taken


def test_every_route_that_shows_a_page_is_looked_at(served):
    app = create_app(served.real.settings)
    shown = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())} - NO_PAGE

    assert shown == PLACES.keys()


@pytest.mark.parametrize("mode", [SCRIPTS, ARABIC], ids=lambda mode: mode.language)
@pytest.mark.parametrize("who", VISITORS)
def test_every_page_can_be_used_by_all_and_weighs_little(office, visitor_of, who: str, mode: Mode):
    visitor = visitor_of(None if who == "stranger" else getattr(office, who), mode)
    visitor.watch.expected |= {place.status for place in ERRORS.values()}
    scales = Scales(visitor)
    found: list[str] = []
    most = FIRST
    for name, place in places_of(who):
        visitor.open(place.address(office))
        faults = (
            *weighed(scales, most),
            *told_on_the_tab(visitor),
            *untranslated(visitor),
            *looked_at(visitor),
        )
        found += [f"{name}: {fault}" for fault in faults]
        most = LATER

    assert not found, "\n".join(found)


@pytest.mark.parametrize("mode", [SCRIPTS, ARABIC], ids=lambda mode: mode.language)
def test_a_form_that_comes_back_can_be_used_by_all_and_weighs_little(office, real, visitor_of, mode: Mode):
    lead = visitor_of(office.lead, mode)
    scales, found = Scales(lead), list[str]()
    lead.open(f"/cases/{office.draft.case_id}/what")
    other = visitor_of(office.member, mode)
    other.open(f"/cases/{office.draft.case_id}/what")

    def send(story: str, month: str, status: int) -> None:
        lead.fill("words", story)
        lead.fill("since-month", month)
        scales.take()
        lead.press(GO_ON, status)
        found.extend(f"{status}: {fault}" for fault in (*weighed(scales, LATER), *looked_at(lead)))

    send(STORY, "13", 422)
    other.fill("words", f"Told by a colleague, in {mode.language}.")
    other.press(GO_ON)
    send(STORY, "5", 409)
    with real.opened() as database, database.writing() as session:
        session.query(LiveSession).filter_by(person_id=office.lead.person.id).delete()
        session.commit()
    send(STORY, "5", 401)

    assert not found, "\n".join(found)


@pytest.mark.parametrize("mode", [SCRIPTS, ARABIC], ids=lambda mode: mode.language)
def test_every_menu_opens_inside_the_window(office, visitor_of, mode: Mode):
    visitor = visitor_of(office.lead, mode)
    visitor.open(f"/cases/{office.draft.case_id}/who")

    found = looked_at(visitor)
    for menu in visitor.find("details").all():
        if menu.locator("summary").is_visible():
            menu.locator("summary").click()
            assert menu.get_attribute("open") is not None
            found += looked_at(visitor)
            menu.locator("summary").click()

    assert not found, "\n".join(found)


def places_of(who: str) -> Iterator[tuple[str, Place]]:
    everything = {**PLACES, **ERRORS}
    return ((name, place) for name, place in everything.items() if place.who == who)


def weighed(scales: Scales, most: int) -> list[str]:
    weight = scales.take()
    assert weight > 0
    return [f"{weight} bytes on the wire, {most} allowed"] if weight > most else []


def told_on_the_tab(visitor: Visitor) -> list[str]:
    """Whoever passes by reads the tab, so no name, country or reference stands there."""
    title = visitor.page.title()
    return [f"the tab says {word}" for word in UNSPOKEN if word in title]


def untranslated(visitor: Visitor) -> list[str]:
    """English words on an Arabic page that are neither a name nor somebody's own text."""
    if visitor.mode.language == "en":
        return []
    seen = {word for text in visitor.page.evaluate(TEXTS) for word in re.findall("[A-Za-z]{2,}", text)}
    return [f"English is left: {word}" for word in sorted(seen - LATIN)]


def looked_at(visitor: Visitor) -> list[str]:
    """Every fault that axe finds: once by all its rules, and by those on colour in both schemes, wide and narrow."""
    visitor.page.evaluate(Axe().axe_script)
    found: list[str] = []
    for (width, scheme), rules in zip(LOOKS[visitor.mode.language], (ALL_RULES, COLOURS), strict=True):
        visitor.set_width(width)
        visitor.page.emulate_media(color_scheme=scheme)
        visitor.check_width()
        for fault in visitor.page.evaluate(RUN_AXE, rules):
            where = [node["html"][:120] for node in fault["nodes"][:3]]
            found.append(f"{scheme}, {width} px: {fault['id']}: {fault['help']}: {where}")
    return found
