"""What holds of every request: headers, cookies, when one was last seen, memory alone, a size on the wire."""

from dataclasses import replace
from io import BytesIO
from tempfile import SpooledTemporaryFile

import pytest
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from reprisals.app import UndeclaredView, check_views, create_app
from reprisals.identity.models import LiveSession
from reprisals.web.lifecycle import HEADERS
from reprisals.web.requests import MemoryRequest
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
