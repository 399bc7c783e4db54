"""A request's life: admit, answer, commit, close.

What was posted is read before the database is touched, so that a slow line holds no lock. An answer below 400 commits; any
other is undone, and then only what was opened or refused is recorded, and what was typed is kept. The first byte leaves
afterwards.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Flask, Response, abort, current_app, g, make_response, request
from flask_login import LoginManager
from sqlalchemy.orm import Session
from werkzeug.exceptions import RequestEntityTooLarge, Unauthorized

from reprisals import clock
from reprisals.access import Role
from reprisals.audit.actions import Recorder, attach, commit, commit_notes
from reprisals.identity.actions.sessions import (
    SEEN_EVERY,
    SignedIn,
    hold_session_of,
    is_in_use,
    resume,
    touch,
)
from reprisals.sealing.bundle import SessionToken
from reprisals.web import cookies
from reprisals.web.current import SAFE_METHODS, Later, SessionEnded, db, settings, signed_in, unit
from reprisals.web.forged import refuse_forged
from reprisals.web.kept import carry_on, drop_sent
from reprisals.web.requests import MOST_FIELDS
from reprisals.web.tidying import tidy_now_and_then
from reprisals.web.tokens import FIELD, is_form_token

NO_STORE = "no-store, max-age=0"
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), interest-cohort=()",
    "X-Robots-Tag": "noindex, nofollow",
}

NOWHERE = "reprisals.nowhere"
"""In the environment of a request that no route fits. Whatever stands in its address was made up, so no log repeats it."""

FailedPage = Callable[[Exception], Response]


class User:
    """What Flask-Login carries: who is signed in in this request."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, found: SignedIn) -> None:
        self.signed_in = found

    def get_id(self) -> str:
        """Nothing is kept in a cookie by it."""
        return ""


def install(app: Flask, failed_page: FailedPage) -> None:
    """Give every request this life. `failed_page` answers where nothing could be stored."""
    manager = LoginManager()
    manager.session_protection = None
    manager.init_app(app, add_context_processor=False)  # no page may need the database to say that it failed
    manager.request_loader(lambda _request: load_user())
    app.before_request(admit)
    app.after_request(lambda response: finish(response, failed_page))
    app.teardown_request(close)


def is_static() -> bool:
    """Whether the request is for a file that everybody may have."""
    return request.endpoint == "static"


def admit() -> None:
    """Read what was posted, find the tokens, and refuse a form that did not come from a page of ours."""
    if request.url_rule is None:
        request.environ[NOWHERE] = True
    if is_static():
        return
    g.offered_languages = settings().site.languages
    g.session_token = cookies.read_token(request, settings(), cookies.SESSION)
    g.visit_token = cookies.read_token(request, settings(), cookies.VISIT)
    if g.session_token is None and g.visit_token is None:
        g.visit_token = g.new_visit = SessionToken.draw()
    if request.method in SAFE_METHODS:
        return
    if (
        sum(len(values) for _name, values in request.form.lists()) > MOST_FIELDS
    ):  # read before the database is touched
        raise RequestEntityTooLarge
    if not _takes_any_form() and not _is_ours():
        if _needs_somebody() and signed_in() is None:
            g.is_stray = True
            abort(401)
        refuse_forged()
        abort(400, description="form-token")


def load_user() -> User | None:
    """Whoever's session the cookie carries."""
    token = g.get("session_token")
    if token is None or is_static():
        return None
    found = resume(db(), settings(), token)
    if found is None:
        return None
    g.preferred_language = found.person.language
    g.to_touch = found.live.lookup if clock.now() - found.live.seen_at >= SEEN_EVERY else None
    is_vouched = found.actor.roles != frozenset({Role.PERSON})
    if is_vouched:
        recorder = Recorder(found.keyring.signing, is_person=True, notes=unit().recorder.notes)
        unit().recorder = recorder
        attach(db(), recorder)
    return User(found)


def finish(response: Response, failed_page: FailedPage) -> Response:
    """Commit or undo, and only then let the answer go."""
    if is_static():
        response.headers.update(HEADERS)
        response.headers["Cache-Control"] = (
            "public, max-age=31536000" if request.args.get("v") else "public, max-age=300"
        )
        return response
    try:
        carry_on(response)
        is_stored = _settle(response)
    except SessionEnded:
        is_stored = False
        response = _ended_page(failed_page)
    except Exception as failure:  # noqa: BLE001  # whatever failed: nothing was stored, and the page has to say so
        is_stored = False
        unit().recorder.notes = []
        unit().finished = True
        close()
        response = failed_page(failure)
    if is_stored:  # the page tells of it by now, whatever becomes of what follows
        tidy_now_and_then(unit().database, unit().settings)
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = NO_STORE
    if cookies.is_secure(settings()):
        response.headers["Strict-Transport-Security"] = "max-age=31536000"
    if g.get("new_visit") is not None:
        cookies.set_token(response, settings(), cookies.VISIT, g.new_visit)
    return response


def close(_failure: BaseException | None = None) -> None:
    """Let go of the database and of the keys."""
    work = g.pop("unit", None)
    if work is not None and work.session is not None:
        work.session.close()


def _settle(response: Response) -> bool:
    """Commit or undo. Whether it was done now, and not before: an answer that fails on its way comes by a second time."""
    work = unit()
    if work.finished:
        return False
    if (
        response.status_code < HTTPStatus.BAD_REQUEST
        and request.method not in SAFE_METHODS
        and work.session is not None
    ):
        if g.get("to_touch"):
            touch(work.session, g.to_touch, clock.now())
        drop_sent()
        commit(work.session)
    else:
        _undo()
        if work.answer is not None:
            page, response.status_code = work.answer
            response.set_data(page)
    work.finished = True
    return True


def _undo() -> None:
    work = unit()
    seen_by: bytes | None = g.get("to_touch")
    if work.session is not None:
        work.session.rollback()
        work.session.close()
    work.recorder.forget_changes()
    if not work.later and seen_by is None:
        commit_notes(work.database, work.recorder)
        return
    later, work.later = work.later, []
    with work.database.writing() as session:
        attach(session, work.recorder)
        is_ours = not later or _do_later(session, later)
        if seen_by is not None and is_ours:
            touch(session, seen_by, clock.now())
        if is_ours:
            commit(session)
    if not is_ours:
        commit_notes(work.database, work.recorder)
        raise SessionEnded


def _do_later(session: Session, later: list[Later]) -> bool:
    """Do what waited, and hold the session until the commit. False where somebody has ended it: nothing of this may stay."""
    notes = list(unit().recorder.notes)
    if is_in_use(session, g.session_token.lookup):
        for action in later:
            action(session)
        if hold_session_of(session, g.session_token.lookup):
            return True
    unit().recorder.notes = notes
    return False


def _ended_page(failed_page: FailedPage) -> Response:
    """The page of somebody whose session has ended; what was typed is kept for them as it is after any end of a session."""
    unit().finished = True
    g.pop("_login_user", None)
    try:
        return current_app.make_response(current_app.handle_user_exception(Unauthorized()))
    except Exception as failure:  # noqa: BLE001  # as above: the page has to say that nothing was stored
        return failed_page(failure)


def _takes_any_form() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return bool(getattr(view, "takes_any_form", False))


def _needs_somebody() -> bool:
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "permission", None) is not None


def _is_ours() -> bool:
    posted = request.form.get(FIELD, "")
    tokens = [token for token in (g.session_token, g.visit_token) if token is not None]
    return any(is_form_token(token, posted) for token in tokens)


def plain(text: str, status: int) -> Response:
    """A plain answer where not even a page can be made."""
    kind = {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": NO_STORE}
    return make_response(text, status, {**HEADERS, **kind})
