"""Leave now: signed out at once, whatever runs in the browser, and nothing of the page is left for whoever presses Back."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Error, Page
from sqlalchemy import func, select

from reprisals.identity.models import LiveSession
from tests.browser.chromium import running_chromium
from tests.browser.conftest import token_of
from tests.browser.visitor import KEYBOARD, NO_SCRIPTS, SCRIPTS, Mode, Visitor
from tests.crash.sites import wait_until

pytestmark = pytest.mark.browser
LEAVE = "form.leave button"
EMPTY = (
    "() => document.title === 'New page' && !!document.querySelector('h1') && document.body.offsetHeight > 0"
)
COVERED = """() => {
  const strip = document.querySelector(".leave").getBoundingClientRect();
  const seen = e => e.checkVisibility() && e.getClientRects().length && !e.closest(".leave")
    && getComputedStyle(e).position !== "absolute";
  const covered = [...document.querySelectorAll("a, button, input, select, summary")].filter(seen).filter(e => {
    e.focus();
    const box = e.getBoundingClientRect();
    return box.bottom > strip.top + 1 && box.top < strip.bottom && box.height < strip.top;
  });
  scrollTo(0, 1e6);
  const foot = document.querySelector(".foot").getBoundingClientRect();
  return [covered.map(e => e.outerHTML.slice(0, 120)), foot.bottom <= strip.top + 1];
}"""
SILENT = ("REP-", "Reprisals", "reprisal", "Kenya", "Heron")


def by_button(visitor: Visitor) -> None:
    visitor.hands.press(visitor.find(LEAVE))


def by_escape(visitor: Visitor) -> None:
    for _press in range(3):
        visitor.page.keyboard.press("Escape")


def count_sessions(real, who) -> int:
    with real.opened() as database, database.reading() as session:
        lives = select(func.count()).select_from(LiveSession).where(LiveSession.person_id == who.person.id)
        return session.scalar(lives) or 0


def ask(page: Page, script: str) -> Any:
    """What a script finds on the page; None while another page comes."""
    try:
        return page.evaluate(script)
    except Error:
        return None


def is_empty(visitor: Visitor) -> bool:
    """Whether the empty page stands there, and neither it nor its title or address name the site or anything on it."""
    page = visitor.page
    wait_until(lambda: ask(page, EMPTY), "the empty page stands there")
    seen = f"{page.content()} {page.title()} {page.url}"
    return not any(word in seen for word in SILENT)


@pytest.mark.parametrize(
    ("mode", "leave"),
    [(SCRIPTS, by_button), (SCRIPTS, by_escape), (NO_SCRIPTS, by_button), (KEYBOARD, by_button)],
    ids=["by the button", "by Escape three times", "without scripts", "by keyboard"],
)
def test_leaving_signs_out_and_leaves_an_empty_page_and_nothing_behind_it(
    real, visitor_of, office, mode: Mode, leave: Callable[[Visitor], None]
):
    member = visitor_of(office.member, mode)
    for path in ("/account", "/cases"):
        member.open(path)
    member.open(f"/cases/{office.submitted.case_id}")
    assert "Kenya" in member.words

    before = count_sessions(real, office.member)

    leave(member)

    assert is_empty(member)
    assert member.path == "/blank"
    wait_until(
        lambda: count_sessions(real, office.member) == before - 1, "the session is gone from the database"
    )
    assert {cookie["name"] for cookie in member.context.cookies()} <= {"left", "visit", "language"}
    for _step in range(2):
        member.page.go_back()
        assert is_empty(member)


def test_escape_pressed_twice_or_slowly_keeps_the_page(visitor_of, office):
    member = visitor_of(office.member)
    member.page.clock.install()
    member.open("/cases")

    for pause in (100, 2_500, 100):
        member.page.keyboard.press("Escape")
        member.page.clock.fast_forward(pause)
    member.page.keyboard.press("Escape")

    assert member.heading == "Cases of my team"


def test_what_was_typed_is_saved_on_the_way_out_or_kept_for_its_author(visitor_of, office):
    words, wish = "She wants to be left alone.", f"/cases/{office.draft.case_id}/wish"
    member = visitor_of(office.member)
    member.watch.expected.add(401)  # where the session ended first
    member.open(wish)
    member.fill("wish_words", words)

    by_escape(member)
    assert is_empty(member)

    again = visitor_of(office.member)

    def is_there() -> bool:
        again.open(wish)
        if again.find("[name=wish_words]").input_value() == words:
            return True
        again.open("/kept")
        again.press("main ul a >> nth=0")
        return words in again.page.content()

    wait_until(is_there, "what was typed is there")


def test_leaving_works_where_the_line_is_broken(visitor_of, office):
    member = visitor_of(office.member)
    member.open(f"/cases/{office.submitted.case_id}")
    member.context.set_offline(True)

    by_escape(member)
    member.page.wait_for_function("() => !document.body || !document.body.innerText.includes('Kenya')")

    assert "Kenya" not in member.page.content()
    member.watch.troubles.clear()


@pytest.fixture
def keeping(playwright, served, real, office) -> Iterator[Visitor]:
    """A member at a browser that keeps whole pages, to show them when Back is pressed."""
    with running_chromium(playwright, with_back_cache=True) as browser:
        visitor = Visitor(browser, served.address, SCRIPTS, token_of(real, office.member))
        yield visitor
        visitor.close()


def go_back(visitor: Visitor) -> None:
    """Press Back. A page that was kept whole comes without being loaded, which the driver does not notice."""
    with suppress(Error):
        visitor.page.go_back(timeout=1_000)


@pytest.mark.parametrize("leave", [by_button, by_escape], ids=["by the button", "by Escape three times"])
def test_not_even_a_browser_that_keeps_whole_pages_shows_one_after_leaving(keeping, office, leave):
    for path in ("/account", "/cases", f"/cases/{office.submitted.case_id}", "/account"):
        keeping.open(path)

    leave(keeping)

    assert is_empty(keeping)
    for _step in range(3):
        go_back(keeping)
        assert is_empty(keeping)


def test_a_page_that_the_browser_kept_whole_is_asked_for_anew_before_it_is_seen(keeping, real, office):
    keeping.open(f"/cases/{office.submitted.case_id}")
    keeping.page.evaluate(
        "() => addEventListener('pageshow', event => sessionStorage.setItem('kept', event.persisted))"
    )
    keeping.open("/account")
    with real.opened() as database, database.writing() as session:
        session.query(LiveSession).filter_by(person_id=office.member.person.id).delete()
        session.commit()

    go_back(keeping)

    wait_until(lambda: ask(keeping.page, "() => location.pathname") == "/sign-in", "it was asked for anew")
    assert ask(keeping.page, "() => sessionStorage.getItem('kept')") == "true", "this browser keeps no pages"
    assert "Kenya" not in keeping.words


@pytest.mark.parametrize("language", ["en", "ar"])
@pytest.mark.parametrize("width", [320, 360])
def test_on_a_phone_the_button_to_leave_has_room_of_its_own_and_covers_nothing(
    office, visitor_of, width: int, language: str
):
    """Of a box of text the browser brings the line into sight that is written on, not the whole box."""
    member = visitor_of(office.member, Mode("on a phone", width=width, language=language))

    for address in (f"/cases/{office.draft.case_id}/what", "/cases", "/kept"):
        member.open(address)
        assert member.page.evaluate(COVERED) == [[], True], address
