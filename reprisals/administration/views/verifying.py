"""Walking the chain of the log, a step at a time: each step is posted, bounded, recorded, and can be gone on from."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.administration.actions import MOST_AT_ONCE, record_step, walk_log
from reprisals.administration.forms.log import HeadForm
from reprisals.administration.queries import log
from reprisals.administration.queries.naming import names_in
from reprisals.administration.rules.entries import read_head
from reprisals.administration.rules.words import BREAKS
from reprisals.administration.views.audit import bp
from reprisals.web.current import actor, database, db, requires, settings, without_lock
from reprisals.web.forms import posted

MOST_SHOWN = 10


@bp.route("/audit/verify", methods=["GET", "POST"])
@requires(Permission.AUDIT_READ)
def verify() -> ResponseReturnValue:
    """When and up to where the chain was walked last, by whom; and the next step, when it is asked for."""
    form = HeadForm(posted())
    if form.validate_on_submit():
        kept, go_on = read_head(form.head.data or ""), request.form.get("walk") != "anew"
        step = without_lock(lambda: walk_log(database(), settings(), actor(), kept, go_on=go_on))
        record_step(db(), actor(), step)
        return redirect(url_for("audit.verify"), 303)
    walks = log.list_walks(db(), MOST_SHOWN)
    own = log.find_own_place(db(), bytes.fromhex(settings().keys.root_public), actor().person_id)
    return render_template(
        "administration/verify.html",
        form=form,
        walks=walks,
        names=names_in(db(), walks),
        reasons=BREAKS,
        own=own[0] if own else 0,
        last=log.last_number(db()),
        most=MOST_AT_ONCE,
    ), 422 if form.errors else 200
