"""What holds of every request: headers, cookies, when one was last seen, memory alone, a size on the wire."""

import re
from dataclasses import replace
from io import BytesIO
from tempfile import SpooledTemporaryFile

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from reprisals.app import UndeclaredView, check_views, create_app
from reprisals.identity.models import LiveSession
from reprisals.web.cookies import is_loopback
from reprisals.web.lifecycle import HEADERS
from reprisals.web.requests import MemoryRequest, read_beginning
from tests.client import Client


def seen_at(database):
    with database.reading() as session:
        return session.scalars(select(LiveSession.seen_at)).one()


def test_a_redirect_and_a_file_carry_the_headers_too(first):
    with first.browser.get("/") as redirect, first.browser.get("/static/style.css") as file:
        answers = (redirect, file)

    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "no-store" in redirect.headers["Cache-Control"]
    assert file.headers["Cache-Control"] == "public, max-age=300"


def test_the_policy_allows_no_inline_script_and_no_other_host():
    policy = HEADERS["Content-Security-Policy"]

    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy


def test_a_file_needs_no_cookie_and_sets_none(stranger):
    with stranger.browser.get("/static/style.css") as file:
        assert "Set-Cookie" not in file.headers


def test_a_visit_gets_a_cookie_that_no_script_and_no_other_site_can_use(stranger):
    cookie = stranger.get("/sign-in").headers["Set-Cookie"]

    assert cookie.startswith("visit=")
    for part in ("HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "Set-Cookie" not in stranger.get("/sign-in").headers


def test_on_an_encrypted_site_the_cookie_is_pinned_to_the_host(site, database):
    secure = replace(site.settings, site=replace(site.settings.site, address="https://reprisals.example"))

    page = Client(create_app(secure, database)).get("/sign-in", base_url="https://localhost")

    cookie = page.headers["Set-Cookie"]
    assert cookie.startswith("__Host-visit=")
    assert "Secure" in cookie
    assert "Domain" not in cookie


def test_an_encrypted_site_is_asked_for_by_no_other_way_and_its_language_cookie_is_sent_by_no_other(
    site, database
):
    secure = replace(site.settings, site=replace(site.settings.site, address="https://reprisals.example"))

    # Behind a proxy the request itself looks unencrypted.
    page = Client(create_app(secure, database)).get("/sign-in?language=ar", base_url="http://localhost")

    language = next(c for c in page.headers.getlist("Set-Cookie") if c.startswith("language="))
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Secure" in language


def test_a_site_on_the_loopback_asks_for_no_encryption(stranger):
    page = stranger.get("/sign-in?language=ar")

    assert "Strict-Transport-Security" not in page.headers
    assert not [cookie for cookie in page.headers.getlist("Set-Cookie") if "Secure" in cookie]


@pytest.mark.parametrize(
    ("host", "is_alone"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("127.0.0.1.example.org", False),
        ("localhost.example.org", False),
        ("127.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("", False),
    ],
)
def test_the_loopback_is_this_machine_alone(host, is_alone):
    assert is_loopback(host) is is_alone


@pytest.mark.parametrize("path", ["/sign-in", "/no-such-page", "/account", "/kept"])
def test_every_page_asks_for_its_files_under_their_version_and_may_keep_them(first, path):
    page = first.get(path, status=None) if path != "/sign-in" else first.get("/invitation", status=410)
    files = [link.get("href") for link in page.tree.iter("link")] + [
        script.get("src") for script in page.tree.iter("script")
    ]

    assert len(files) == 3
    for file in files:
        assert re.fullmatch(r"/static/\w+\.\w+\?v=[0-9a-f]{12}", file)
        with first.browser.get(file) as served:
            assert served.headers["Cache-Control"] == "public, max-age=31536000"


@pytest.mark.parametrize("value", ["", "x", "=" * 43, "A" * 44, "A" * 43, "A" * 4_000])
def test_a_misshapen_or_made_up_cookie_is_no_session(app, value):
    client = Client(app)
    client.browser.set_cookie("session", value)

    assert client.get("/account", status=302).headers["Location"].startswith("/sign-in")


def test_when_one_was_last_seen_is_written_once_a_minute(first, database, clock):
    began = seen_at(database)
    clock.advance(seconds=59)
    first.get("/kept")
    assert seen_at(database) == began

    moment = clock.advance(seconds=2)
    first.get("/kept")

    assert seen_at(database) == moment


def test_sending_a_form_keeps_a_session_in_use_too(first, database, clock):
    first.form_token()
    moment = clock.advance(minutes=5)

    first.post("/account/sessions/end-others", status=303)

    assert seen_at(database) == moment


def test_a_session_in_use_lives_until_its_absolute_end_and_no_longer(first, clock):
    for _again in range(29):
        clock.advance(minutes=20)
        first.get("/kept")

    clock.advance(minutes=20)

    assert first.get("/kept", status=302).headers["Location"].startswith("/sign-in")


def test_a_session_that_is_not_used_ends_after_half_an_hour(first, clock):
    clock.advance(minutes=29)
    first.get("/kept")
    clock.advance(minutes=30)

    first.get("/kept", status=302)


def test_a_view_that_declares_nothing_is_not_served(app):
    app.view_functions["undeclared"] = lambda: "content"

    with pytest.raises(UndeclaredView):
        check_views(app)


def test_what_is_posted_is_read_in_memory_whatever_its_size(app, monkeypatch):
    def spool(*_args, **_kwargs):
        raise AssertionError("something was spooled")

    monkeypatch.setattr(SpooledTemporaryFile, "__init__", spool)
    file = FileStorage(BytesIO(b"x" * 2_000_000), "large.pdf")
    boundary, body = encode_multipart({"file": file, "words": "y" * 800_000})
    kind = f"multipart/form-data; boundary={boundary}"

    with app.test_request_context("/", method="POST", data=body, content_type=kind) as context:
        assert isinstance(context.request, MemoryRequest)
        assert len(context.request.form["words"]) == 800_000
        assert len(context.request.files["file"].read()) == 2_000_000


def test_the_longest_page_travels_compressed_and_stays_within_its_limit(first):
    answer = first.browser.get("/teams/new", headers={"Accept-Encoding": "gzip"})

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.data) < 20_000


class Broken(BytesIO):
    """What was posted over a line that breaks off."""

    def read(self, size=-1):
        """What came, and then the line breaks."""
        part = super().read(size)
        if not part:
            raise ConnectionResetError
        return part


def test_of_what_is_too_large_and_breaks_off_the_beginning_is_read_all_the_same():
    environ = {"wsgi.input": Broken(b"story=night"), "CONTENT_TYPE": "application/x-www-form-urlencoded"}

    assert read_beginning(MemoryRequest(environ), 100) == (("story", "night"),)
