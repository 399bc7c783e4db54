"""One's own account: language, fingerprint, places, sessions."""

from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.accounts.forms import LanguageForm
from reprisals.accounts.rules import SITE_DUTIES, in_fours
from reprisals.accounts.views.blueprint import bp
from reprisals.identity import queries
from reprisals.identity.actions.preferences import choose_language
from reprisals.identity.actions.sessions import end_other_sessions, end_own_session
from reprisals.sealing.keys import make_fingerprint
from reprisals.web.current import actor, db, keyring, me, or_404, requires, settings, without_lock
from reprisals.web.forms import posted
from reprisals.web.kept import words_stored
from reprisals.web.pages import say

MOST_DIGITS = 1_000
_DIGITS: dict[tuple[UUID, bytes, bytes], str] = {}


@bp.route("/account", methods=["GET", "POST"])
@requires(Permission.ACCOUNT)
def show() -> ResponseReturnValue:
    """What the site knows of one, and the language of one's pages."""
    person = me().person
    form = LanguageForm.offering(posted(), settings().site.languages, person.language)
    if form.validate_on_submit():
        choose_language(db(), settings(), actor(), person, form.language.data)
        words_stored()
        return redirect(url_for("accounts.show", language=form.language.data, **say("language-chosen")), 303)
    fingerprint = own_fingerprint()
    person = me().person
    page = render_template(
        "accounts/account.html",
        form=form,
        person=person,
        fingerprint_groups=fingerprint,
        places=queries.list_places_of(db(), person.id),
        roles=queries.list_roles_of(db(), person.id),
        sessions=queries.list_sessions(db(), person.id, clock.now()),
        current=me().live.id,
        duties=SITE_DUTIES,
    )
    return page, 422 if form.errors else 200


@bp.post("/account/sessions/<uuid:session_id>/end")
@requires(Permission.ACCOUNT)
def end(session_id: UUID) -> ResponseReturnValue:
    """End one of one's own sessions. Sent twice, or of one that has ended meanwhile, the page is the same."""
    is_anothers = queries.is_session_of_another(db(), actor().person_id, session_id)
    or_404(None if is_anothers else session_id)
    end_own_session(db(), settings(), actor(), session_id)
    return redirect(url_for("accounts.show", **say("session-ended")), 303)


@bp.post("/account/sessions/end-others")
@requires(Permission.ACCOUNT)
def end_others() -> ResponseReturnValue:
    """End all of one's own sessions but this one."""
    end_other_sessions(db(), settings(), actor(), me().live)
    return redirect(url_for("accounts.show", **say("others-ended")), 303)


def own_fingerprint() -> list[str]:
    """The digits of one's own keys, as they are opened and not as the database says, in groups of four.

    They are derived once in a process, and without a lock: whatever was read before is let go.
    """
    keys = keyring()
    mine = (keys.person, keys.signing.public, keys.box.public.raw)
    digits = _DIGITS.get(mine)
    if digits is None:
        digits = without_lock(lambda: make_fingerprint(*mine))
        if len(_DIGITS) >= MOST_DIGITS:
            _DIGITS.clear()
        _DIGITS[mine] = digits
    return in_fours(digits)
