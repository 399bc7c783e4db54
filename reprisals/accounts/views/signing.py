"""Signing in, signing out, leaving, and the page that says nothing."""

from contextlib import suppress

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import DBAPIError

from reprisals.accounts.forms import SignInForm
from reprisals.accounts.rules import browser_family, local_path
from reprisals.accounts.views.blueprint import bp
from reprisals.i18n.marking import Marked, RuleBroken, _, n_
from reprisals.identity.actions.signing_in import (
    Knock,
    Suspended,
    TooSoon,
    WrongPassphrase,
    end_by_token,
    sign_in,
)
from reprisals.sealing.bundle import SessionToken
from reprisals.web import cookies
from reprisals.web.current import database, open_to_all, release, settings, signed_in, without_form_token
from reprisals.web.forms import posted
from reprisals.web.pages import say

WRONG = _("This e-mail address and passphrase do not open an account. Check both, and try again.")
SUSPENDED = _("This account is suspended. Ask the administrator.")
LEFT = "1"


@bp.route("/sign-in", methods=["GET", "POST"], endpoint="sign_in")
@open_to_all
def show_sign_in() -> ResponseReturnValue:
    """Ask for e-mail and passphrase, and begin a session under a new token.

    The request holds no transaction of its own meanwhile: the derivation takes long, and signing in commits by itself.
    """
    if signed_in() is not None:
        return redirect(url_for("accounts.home"))
    release()
    form = SignInForm(posted(), next=request.args.get("next", ""))
    if not form.validate_on_submit():
        return _page(form, 422 if form.errors else 200)
    try:
        token = sign_in(database(), settings(), _knock(form))
    except TooSoon as refusal:
        return _refused(form, _wait(refusal.seconds), 429, refusal.seconds)
    except WrongPassphrase:
        return _refused(form, WRONG, 422)
    except Suspended:
        return _refused(form, SUSPENDED, 403)
    return _welcome(token, local_path(form.next.data or ""))


@bp.post("/sign-out")
@open_to_all
def sign_out() -> ResponseReturnValue:
    """End this session, and ask to sign in."""
    _end_session("signed-out")
    return _without_cookies(redirect(url_for("accounts.sign_in", **say("signed-out")), 303))


@bp.post("/leave")
@open_to_all
@without_form_token
def leave() -> ResponseReturnValue:
    """End this session at once, and show a page that says nothing.

    Never refused for an old form token. Another site can do nothing by it: none of our cookies come with what it sends, and
    without one of them nothing is ended and none is taken back.
    """
    answer = make_response(redirect(url_for("accounts.neutral"), 303))
    if g.session_token is None and cookies.read_token(request, settings(), cookies.VISIT) is None:
        return answer
    _end_session("left")
    cookies.set_cookie(
        answer, settings(), cookies.cookie_name(settings(), cookies.LEFT), LEFT, seconds=cookies.LEFT_SECONDS
    )
    return _without_cookies(answer)


@bp.get("/blank")
@open_to_all
def neutral() -> ResponseReturnValue:
    """What is left on the screen."""
    return render_template("neutral.html")


def _knock(form: SignInForm) -> Knock:
    device = browser_family(request.headers.get("User-Agent", ""))
    return Knock(form.email.data or "", form.passphrase.data or "", request.remote_addr or "", device)


def _wait(seconds: int) -> Marked:
    return n_(
        "There were several failed attempts. Wait %(num)s second, and try again. Nothing is locked.",
        "There were several failed attempts. Wait %(num)s seconds, and try again. Nothing is locked.",
        seconds,
    )


def _refused(form: SignInForm, message: Marked, status: int, seconds: int | None = None) -> Response:
    form.refuse(RuleBroken(message))
    answer = _page(form, status)
    if seconds is not None:
        answer.headers["Retry-After"] = str(seconds)
    return answer


def _page(form: SignInForm, status: int) -> Response:
    return make_response(render_template("accounts/sign_in.html", form=form), status)


def _welcome(token: SessionToken, path: str) -> Response:
    answer = make_response(redirect(path, 303))
    for name in (cookies.VISIT, cookies.LEFT):
        cookies.drop_cookie(answer, settings(), name)
    cookies.set_token(answer, settings(), cookies.SESSION, token)
    return answer


def _end_session(reason: str) -> None:
    """A full disk keeps nobody here: the cookie goes in any case."""
    if g.session_token is None:
        return
    with suppress(DBAPIError, OSError):
        end_by_token(database(), settings(), g.session_token, reason)


def _without_cookies(answer: ResponseReturnValue) -> Response:
    bare = make_response(answer)
    for name in (cookies.SESSION, cookies.VISIT):
        cookies.drop_cookie(bare, settings(), name)
    bare.headers["Clear-Site-Data"] = '"cache"'
    return bare
