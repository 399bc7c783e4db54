"""Errors, in plain words: what happened, what was kept, and what to do next. Nothing typed is lost."""

from collections.abc import Iterable
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge

from reprisals.access import NotAllowed
from reprisals.audit.actions import attach, commit, record_refused_content
from reprisals.audit.opening import Refusal
from reprisals.identity.actions.sessions import LateForm, keep_form
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.web import cookies
from reprisals.web.current import SAFE_METHODS, refuse, release, settings, signed_in, unit
from reprisals.web.kept import KEPT, kept_id
from reprisals.web.requests import MOST_FIELDS, read_beginning
from reprisals.web.tokens import FIELD

PAGES = frozenset({400, 403, 404, 405, 409, 413, 422, 429, 500, 503})
BARE = frozenset({413, 500, 503})
UNSAID = frozenset({FIELD, KEPT, "passphrase"})
OTHER_SITES = frozenset({"cross-site", "same-site"})


def install(app: Flask) -> None:
    """Answer every error with a page of its own."""
    app.register_error_handler(NotAllowed, not_allowed)
    app.register_error_handler(Refusal, not_as_written)
    app.register_error_handler(401, not_signed_in)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, broken)


def not_allowed(refusal: Exception) -> ResponseReturnValue:
    """The person may not do this."""
    permission = refusal.permission.value if isinstance(refusal, NotAllowed) else ""
    refuse("page.not-allowed", permission=permission)
    return refused_page("403", 403)


def not_as_written(refusal: Exception) -> ResponseReturnValue:
    """A record does not open, or is not as it was written. Nothing of it is shown, and the log names it and its case."""
    person, rule = signed_in(), request.url_rule.rule if request.url_rule else ""
    if isinstance(refusal, Refusal):
        actor_id = person.actor.person_id if person else None
        record_refused_content(unit().recorder, actor_id, refusal, route=rule)
    return refused_page("sealed", 409)


def not_signed_in(_error: Exception) -> ResponseReturnValue:
    """Ask to sign in. A link from outside asks to continue first; a form that came too late is kept."""
    if request.method in SAFE_METHODS:
        return _ask_to_sign_in()
    is_kept = _keep()
    return refused_page("401", 401, () if is_kept else typed_here(), kept=is_kept)


def http_error(error: Exception) -> ResponseReturnValue:
    """Any error of the protocol."""
    code = (error.code if isinstance(error, HTTPException) else None) or HTTPStatus.INTERNAL_SERVER_ERROR
    if HTTPStatus.MULTIPLE_CHOICES <= code < HTTPStatus.BAD_REQUEST and isinstance(error, HTTPException):
        return error.get_response()
    fields = _beginning() if code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else typed_here()
    page = {405: 404}.get(code, code)
    page = page if page in PAGES else 400
    if page in BARE:
        g.bare = True
    shown = {"description": getattr(error, "description", ""), "kept_address": _kept_address()}
    return refused_page(str(page), code, fields, **shown)


def refused_page(
    page: str, code: int, fields: tuple[tuple[str, str], ...] | None = None, **shown: Any
) -> ResponseReturnValue:
    """A page that refuses. What was typed stands on it, to be copied or sent again: here alone, so its address stays."""
    fields = typed_here() if fields is None else fields
    if fields:
        shown["asks_at"] = ""
    return render_template(f"errors/{page}.html", fields=fields, address=request.path, **shown), code


def broken(failure: Exception) -> ResponseReturnValue:
    """Something failed on our side. The log gets the kind of failure, never its words."""
    unit().recorder.notes = [note for note in unit().recorder.notes if note.stays]
    return failed_page(failure)


def failed_page(failure: Exception) -> Response:
    """Nothing was stored. What was typed stands on the page, to be sent again."""
    log_failure(failure)
    g.bare = True
    fields = typed() if request.method not in SAFE_METHODS else ()
    page = "errors/not_saved.html" if fields else "errors/500.html"
    return make_response(
        render_template(page, fields=fields, address=request.path, asks_at=""), 503 if fields else 500
    )


def typed() -> tuple[tuple[str, str], ...]:
    """What was posted, in its order, without tokens and passphrases; nothing where it is too large, or broken off."""
    with suppress(RequestEntityTooLarge, ClientDisconnected):
        return _said((key, value) for key, values in request.form.lists() for value in values)
    return ()


def typed_here() -> tuple[tuple[str, str], ...]:
    """What was posted, unless another site posted it: nobody is offered to send what they have not typed."""
    return typed() if _is_ours() and request.method not in SAFE_METHODS else ()


def _beginning() -> tuple[tuple[str, str], ...]:
    """What of a request that is too large could be read. Its rest is taken in, so that the browser shows the answer."""
    begun = read_beginning(request, current_app.config["MAX_CONTENT_LENGTH"])
    return typed_here()[:MOST_FIELDS] or (_said(begun) if _is_ours() else ())


def _is_ours() -> bool:
    return request.headers.get("Sec-Fetch-Site", "same-origin") not in OTHER_SITES


def _said(fields: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((key, value) for key, value in fields if key not in UNSAID)


def _kept_address() -> str:
    """Where the kept form stands that should have filled a page that is not there any more."""
    asked = kept_id() if request.method in SAFE_METHODS else None
    return url_for("kept.show", kept_id=asked) if asked else ""


def _keep() -> bool:
    token = None if "is_stray" in g else g.get("session_token")
    if token is None or not typed():
        return False
    release()
    try:
        with unit().database.writing() as session:
            attach(session, service_recorder(settings()))
            is_kept = keep_form(session, settings(), token, LateForm(request.path, typed()))
            commit(session)
    except (DBAPIError, OSError) as failure:
        log_failure(failure)
        return False
    return is_kept


def _ask_to_sign_in() -> ResponseReturnValue:
    if request.cookies.get(cookies.cookie_name(settings(), cookies.LEFT)):
        return render_template("neutral.html"), 200
    if request.headers.get("Sec-Fetch-Site", "") == "cross-site":
        return render_template("errors/continue.html", address=request.path), 200
    return redirect(url_for("accounts.sign_in", next=request.path if request.path != "/" else None))


def log_failure(failure: BaseException | None) -> None:
    """Log what kind of failure it was, and at which route; never its words, a value, or the address asked for."""
    rule = request.url_rule.rule if request.url_rule else "-"
    current_app.logger.error("%s at %s %s", type(failure).__name__, request.method, rule)
