"""Errors, in plain words: what happened, what was kept, and what to do next. Nothing typed is lost."""

from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException

from reprisals.access import NotAllowed
from reprisals.audit.actions import attach, commit
from reprisals.audit.opening import CannotOpen, NotTrusted, Tampered
from reprisals.identity.actions.sessions import LateForm, keep_form
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.web import cookies
from reprisals.web.current import SAFE_METHODS, refuse, release, settings, unit
from reprisals.web.tokens import FIELD

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
BARE = frozenset({413, 500, 503})
MOST_ECHOED = 200
MOST_DRAINED, CHUNK = 64 * 1024 * 1024, 64 * 1024


def install(app: Flask) -> None:
    """Answer every error with a page of its own."""
    app.register_error_handler(NotAllowed, not_allowed)
    for kind in (Tampered, NotTrusted, CannotOpen):
        app.register_error_handler(kind, not_as_written)
    app.register_error_handler(401, not_signed_in)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, broken)


def not_allowed(refusal: Exception) -> ResponseReturnValue:
    """The person may not do this."""
    permission = refusal.permission.value if isinstance(refusal, NotAllowed) else ""
    refuse("page.not-allowed", permission=permission)
    return render_template("errors/403.html"), 403


def not_as_written(refusal: Exception) -> ResponseReturnValue:
    """A record does not open, or is not as it was written. Nothing of it is shown, and the log names it."""
    what = getattr(refusal, "what", "sealed")
    refuse("record.refused", kind=type(refusal).__name__, what=what)
    return render_template("errors/sealed.html"), 409


def not_signed_in(_error: Exception) -> ResponseReturnValue:
    """Ask to sign in. A link from outside asks to continue first; a form that came too late is kept."""
    if request.method in SAFE_METHODS:
        return _ask_to_sign_in()
    is_kept = _keep()
    page = render_template(
        "errors/401.html", kept=is_kept, fields=() if is_kept else typed(), address=request.path
    )
    return page, 401


def http_error(error: Exception) -> ResponseReturnValue:
    """Any error of the protocol."""
    code = (error.code if isinstance(error, HTTPException) else None) or HTTPStatus.INTERNAL_SERVER_ERROR
    if HTTPStatus.MULTIPLE_CHOICES <= code < HTTPStatus.BAD_REQUEST and isinstance(error, HTTPException):
        return error.get_response()
    if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        _drain()
    page = {405: 404}.get(code, code)
    page = page if page in PAGES else 400
    if page in BARE:
        g.bare = True
    shown: dict[str, Any] = {"description": getattr(error, "description", ""), "address": request.path}
    return render_template(
        f"errors/{page}.html", fields=typed_here() if page == HTTPStatus.BAD_REQUEST else (), **shown
    ), code


def broken(failure: Exception) -> ResponseReturnValue:
    """Something failed on our side. The log gets the kind of failure, never its words."""
    unit().recorder.notes = [note for note in unit().recorder.notes if note.stays]
    _log(failure)
    return failed_page(failure)


def failed_page(failure: Exception) -> Response:
    """Nothing was stored. What was typed stands on the page, to be sent again."""
    _log(failure)
    g.bare = True
    fields = typed() if request.method not in SAFE_METHODS else ()
    page = "errors/not_saved.html" if fields else "errors/500.html"
    return make_response(render_template(page, fields=fields, address=request.path), 503 if fields else 500)


def typed() -> tuple[tuple[str, str], ...]:
    """What was posted, in its order, without tokens and passphrases."""
    hidden = {FIELD, "passphrase"}
    fields = [(key, value) for key, values in request.form.lists() for value in values if key not in hidden]
    return tuple(fields[:MOST_ECHOED])


def typed_here() -> tuple[tuple[str, str], ...]:
    """What was posted, unless another site posted it: nobody is offered to send what they have not typed."""
    return (
        () if request.headers.get("Sec-Fetch-Site", "same-origin") in {"cross-site", "same-site"} else typed()
    )


def _keep() -> bool:
    token = g.get("session_token")
    if token is None or not typed():
        return False
    release()
    try:
        with unit().database.writing() as session:
            attach(session, service_recorder(settings()))
            is_kept = keep_form(session, settings(), token, LateForm(request.path, typed()))
            commit(session)
    except (DBAPIError, OSError) as failure:
        _log(failure)
        return False
    return is_kept


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.cookies.get(cookies.cookie_name(settings(), cookies.LEFT)):
        return render_template("neutral.html"), 200
    if request.headers.get("Sec-Fetch-Site", "") == "cross-site":
        return render_template("errors/continue.html", address=request.path), 200
    return redirect(url_for("accounts.sign_in", next=request.path if request.path != "/" else None))


def _drain() -> None:
    """Take in what is left of a request that is too large, and let it go: a browser that is cut off while it still sends shows
    no answer at all. Bounded, so that nobody can send for ever.
    """
    left = MOST_DRAINED
    while left > 0 and (part := request.environ["wsgi.input"].read(min(left, CHUNK))):
        left -= len(part)


def _log(failure: Exception) -> None:
    rule = request.url_rule.rule if request.url_rule else "-"
    current_app.logger.error("%s at %s %s", type(failure).__name__, request.method, rule)
