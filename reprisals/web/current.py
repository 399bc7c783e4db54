"""The current request: its database session, who acts, and their keys."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from flask import abort, current_app, g, make_response, request
from flask_login import current_user
from sqlalchemy.orm import Session

from reprisals.access import Actor, NotAllowed, Permission
from reprisals.audit.actions import OPEN_CASES, Recorder, attach, record_refusal, undo
from reprisals.audit.queries import find_case_of
from reprisals.config import Settings
from reprisals.database.session import Database
from reprisals.identity.actions.sessions import SignedIn, hold_session
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.keyring import Keyring

P = ParamSpec("P")
T = TypeVar("T")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
Later = Callable[[Session], None]


class SessionEnded(Exception):
    """Somebody ended the session while its request was answered. Nothing of the request is stored."""


@dataclass
class Unit:
    """One request's work with the database."""

    database: Database
    settings: Settings
    recorder: Recorder
    session: Session | None = None
    later: list[Later] = field(default_factory=list)
    answer: tuple[str, int] | None = None
    finished: bool = False


def unit() -> Unit:
    """The work of this request."""
    if "unit" not in g:
        g.unit = Unit(current_app.extensions["database"], settings(), service_recorder(settings()))
    current: Unit = g.unit
    return current


def settings() -> Settings:
    """The settings of the site."""
    made: Settings = current_app.extensions["settings"]
    return made


def database() -> Database:
    """The database, for what needs a transaction of its own."""
    return unit().database


def db() -> Session:
    """The session of this request: one moment to read from, or a turn to write where the request may change something."""
    work = unit()
    if work.session is None:
        opened = work.database.read() if request.method in SAFE_METHODS else work.database.write()
        work.session = attach(opened, work.recorder)
    return work.session


def afterwards(action: Later) -> None:
    """Do something in a transaction of its own after the request was refused and undone: keep what was typed.

    It is stored only if the session is still in use then. Whoever ended it has the last word here, too.
    """
    unit().later.append(action)


def answer_instead(session: Session, make: Callable[[], tuple[str, int]]) -> None:
    """From what waited until the request was undone: answer with this page and status in place of what the view answered. The
    page is made of what stands in this session, and who acts is asked for anew in it.
    """
    work, opened = unit(), session.info[OPEN_CASES]
    work.session = session
    g.pop("_login_user", None)
    work.answer = make()
    session.info[OPEN_CASES] = opened


def signed_in() -> SignedIn | None:
    """Who is signed in, or None."""
    found: SignedIn | None = getattr(current_user, "signed_in", None)
    return found


def me() -> SignedIn:
    """Who is signed in. Only views that declare a permission call it."""
    found = signed_in()
    if found is None:
        abort(401)
    return found


def actor() -> Actor:
    """Who acts."""
    return me().actor


def keyring() -> Keyring:
    """The keys of whoever acts."""
    return me().keyring


def visit_token() -> SessionToken | None:
    """What form tokens of this browser are made with: the session's token, or that of a visit without one."""
    token: SessionToken | None = g.get("session_token") or g.get("visit_token")
    return token


def requires(permission: Permission) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Serve a view only to those who have the permission. A refusal is recorded.

    What a view has changed is stored only if the session is still in use then: whoever ended it has the last word.
    """

    def declare(view: Callable[P, T]) -> Callable[P, T]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            if signed_in() is None:
                abort(401)
            if not actor().may(permission):
                raise NotAllowed(permission)
            answer = view(*args, **kwargs)
            if (
                request.method not in SAFE_METHODS
                and make_response(answer).status_code < HTTPStatus.BAD_REQUEST
            ):
                _stay_signed_in()
            return answer

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return declare


def _stay_signed_in() -> None:
    """Hold the session until the commit, or undo the request as that of nobody."""
    if not hold_session(db(), me().live):
        release()
        g.pop("_login_user", None)
        abort(401)


def open_to_all(view: Callable[P, T]) -> Callable[P, T]:
    """Serve a view to anybody. Every view says either this or what it requires."""
    view.permission = None  # type: ignore[attr-defined]
    return view


def without_form_token(view: Callable[P, T]) -> Callable[P, T]:
    """Serve what is posted to a view without asking for a form token. The view itself sees to it that it does no harm."""
    view.takes_any_form = True  # type: ignore[attr-defined]
    return view


def release() -> None:
    """Undo this request's work and let go of its lock, so that another transaction can be made."""
    work = unit()
    if work.session is not None:
        undo(work.session)
        work.session.close()
        work.session = None


def without_lock(work: Callable[[], T]) -> T:
    """Do something slow while this request holds no lock. What it had read is let go; who acts is asked for anew afterwards."""
    release()
    try:
        return work()
    finally:
        g.pop("_login_user", None)


def or_404(found: T | None) -> T:
    """What was found. What is not there and what may not be read look alike; the attempt is recorded."""
    if found is None:
        refuse("page.not-found")
        abort(404)
    return found


def refuse(action: str, **details: Any) -> None:
    """Record that this request was refused: by its route, never by its address.

    Where somebody signed in asked for a case that there is, or a record of one, the entry names that case. What was made up
    leaves nothing.
    """
    person = signed_in()
    rule = request.url_rule.rule if request.url_rule else ""
    note = record_refusal(
        unit().recorder, person.actor.person_id if person else None, action, "", route=rule, **details
    )
    if person is not None:
        note.case_id = find_case_of(db(), _identifiers_asked_for())


def _identifiers_asked_for() -> list[UUID]:
    """Every identifier of the address, and that of the case which a first page begins."""
    named = request.args.get("case", type=UUID), request.form.get("case_id", type=UUID)
    asked = (*(request.view_args or {}).values(), *named)
    return [value for value in asked if isinstance(value, UUID)]
