"""What comes from elsewhere and what goes there: links of other sites, cookies, and the policy that keeps their code out."""

from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Error

from tests.browser.offices import PASSPHRASE, with_passphrase
from tests.browser.visitor import ARABIC, NO_SCRIPTS, SCRIPTS, Mode

pytestmark = pytest.mark.browser


@pytest.fixture
def elsewhere() -> Iterator[ThreadingHTTPServer]:
    """Another site, under another name, that links to whatever address stands in `target` and posts to it."""

    class Site(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            target = getattr(self.server, "target", "")
            page = (
                f"<!doctype html><title>Elsewhere</title><link rel=icon href=data:,><a href='{target}'>look</a>"
                f"<form method=post action='{target}'><button>send</button></form>"
            ).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_words: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def visit(visitor, elsewhere, target: str) -> None:
    """Open the other site, which links to `target`."""
    elsewhere.target = target
    visitor.watch.hosts.add(f"localhost:{elsewhere.server_port}")
    visitor.page.goto(f"http://localhost:{elsewhere.server_port}/")


@pytest.mark.parametrize("mode", [SCRIPTS, NO_SCRIPTS, ARABIC], ids=lambda mode: mode.name)
def test_a_link_from_another_site_to_a_case_asks_to_continue_and_shows_nothing(
    visitor_of, elsewhere, office, mode: Mode
):
    member = visitor_of(office.member, mode)
    address = f"/cases/{office.submitted.case_id}"
    visit(member, elsewhere, member.site + address)

    member.press("a")
    assert member.find(f"main a[href='{address}']").is_visible()
    assert office.submitted.reference not in member.page.content()
    assert member.find("nav.side-start").count() == 0

    member.press("main a.main")
    assert office.submitted.reference in member.words


def test_a_form_of_another_site_changes_nothing(visitor_of, elsewhere, office):
    member = visitor_of(office.member)
    visit(member, elsewhere, f"{member.site}/sign-out")
    member.press("button", 400)

    member.open("/cases")
    assert member.path == "/cases"


def test_no_cookie_can_be_read_by_scripts_or_goes_along_from_elsewhere(real, visitor_of):
    with real.committing() as make:
        who = with_passphrase(make, make.member(make.team().team))
    member = visitor_of()
    member.context.clear_cookies()
    member.open("/sign-in?language=en")
    member.fill("email", who.person.email)
    member.fill("passphrase", PASSPHRASE)
    member.press("main form .buttons .main")
    member.open("/cases?language=en")

    cookies = {cookie["name"]: cookie for cookie in member.context.cookies()}
    assert cookies.keys() == {"session", "language"}
    assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in cookies.values())
    assert cookies["session"]["expires"] == -1
    assert (
        member.page.evaluate("() => document.cookie + JSON.stringify({...localStorage, ...sessionStorage})")
        == "{}"
    )


SMUGGLED = (
    "document.body.insertAdjacentHTML('beforeend', '<img src=/x onerror=\"window.ran = 1\">')",
    "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))",
    "document.body.append(Object.assign(document.createElement('script'), {src: 'https://elsewhere.example/x.js'}))",
    "document.body.append(Object.assign(document.createElement('iframe'), {src: 'https://elsewhere.example/'}))",
    "document.body.append(Object.assign(document.createElement('img'), {src: 'https://elsewhere.example/x.png'}))",
    "document.body.setAttribute('style', 'color: red')",
    "fetch('https://elsewhere.example/')",
)


def test_code_that_somebody_smuggled_in_does_not_run_and_calls_nobody(visitor_of, office):
    member = visitor_of(office.member)
    member.watch.expected.add(404)
    member.open("/cases")

    for code in SMUGGLED:
        with suppress(Error):
            member.page.evaluate(code)
        member.wait_until_told("Content Security Policy")
        member.page.wait_for_timeout(100)
        said, member.watch.troubles = member.watch.troubles, []
        assert [words for words in said if "Content Security Policy" in words], code
        assert not [words for words in said if words.startswith("a call to")], code
        assert member.page.evaluate("() => window.ran") is None, code
