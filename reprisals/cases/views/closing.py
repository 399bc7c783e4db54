"""Checking what was told, sending it, and discarding a draft."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.unfinished import (
    LAST_PAGE,
    drop_unfinished,
    keep_unfinished,
    mark_of_unfinished,
    unfinished_of,
)
from reprisals.cases.actions.work import Work, may_edit, title_mark
from reprisals.cases.consent.rules.ledger import Scope
from reprisals.cases.forms.closing import CheckForm, DiscardForm
from reprisals.cases.rules.clocks import PROMISE, Priority
from reprisals.cases.rules.outline import missing_to_submit, propose_title
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.consent import consent_rows
from reprisals.cases.views.page import (
    BACK,
    autosave_unfinished,
    keep_typed,
    open_to_change,
    open_to_read,
    typed_fields,
)
from reprisals.cases.views.steps import LABELS, ORDER, address_of, steps_of
from reprisals.cases.views.told import told_of
from reprisals.cases.views.unfinished import begun_in
from reprisals.i18n.marking import RuleBroken
from reprisals.identity import queries as people
from reprisals.identity.models import Team
from reprisals.sealing.holders import TeamKind
from reprisals.web.current import actor, db, or_404, requires, settings
from reprisals.web.filters import show
from reprisals.web.forms import Form
from reprisals.web.kept import filled_from


def proposed_title(work: Work) -> str:
    """A title from codes and numbers alone, in the language of the person who submits."""
    return " · ".join(show(part) for part in propose_title(drafts.title_facts_of(work)))


def _title_of(work: Work) -> str:
    return work.content.title if work.content.title_is_own else proposed_title(work)


@bp.route("/<uuid:case_id>/check", methods=["GET", "POST"])
@requires(Permission.CASE_SUBMIT)
def check(case_id: UUID) -> ResponseReturnValue:
    """All that was told, what is missing, what is not finished, to whom it goes, and submitting."""
    if request.method == "POST":
        return _take_check(case_id)
    work = open_to_read(case_id, LAST_PAGE)
    if not _is_own_draft(work):
        return redirect(url_for("cases.show", case_id=case_id))
    kept = unfinished_of(work, LAST_PAGE)
    return _render_check(work, CheckForm(filled_from(kept.fields), data=_standing(work)))


def _standing(work: Work) -> dict[str, Any]:
    """What the last page says where nobody has typed on it."""
    return {
        "title": _title_of(work),
        "office_concerned": drafts.is_office_kept_out(work),
        "office_reason": drafts.office_reason_of(work),
    }


def _take_check(case_id: UUID) -> ResponseReturnValue:
    work = open_to_change(case_id)
    if work.case.stage != Stage.DRAFT:
        return redirect(url_for("cases.submitted", case_id=case_id))
    if request.headers.get("X-Autosave"):
        return autosave_unfinished(LAST_PAGE, work)
    form = CheckForm(request.form)
    if request.form.get("go") == BACK:
        return _go_back(work, form)
    if form.validate_on_submit():
        try:
            return redirect(_send(work, form))
        except RuleBroken as refusal:
            form.refuse(refusal)
    keep_typed(case_id, LAST_PAGE)
    return _render_check(work, form), 422


def _go_back(work: Work, form: CheckForm) -> ResponseReturnValue:
    """To the step before. What was typed is kept; a title that was only proposed is not, so that it follows what is told."""
    if any(form.data[name] != value for name, value in _standing(work).items()):
        keep_unfinished(work, LAST_PAGE, typed_fields())
    return redirect(address_of(work.id, ORDER[-1]))


def _send(work: Work, form: CheckForm) -> str:
    """Submit, or ask once more where the case would go to the alternate team. Where the answer leads to."""
    drafts.keep_out_office(work, form.office_concerned.data, form.office_reason.data or "")
    _keep_title(work, form.title.data or "")
    if drafts.is_office_kept_out(work):
        drafts.check_told(work)
        drafts.triage_team_of(work)
        drop_unfinished(work, LAST_PAGE)
        return url_for("cases.alternate", case_id=work.id)
    seen = request.form.get("unfinished", "") if form.leave_out.data else ""
    drafts.submit(work, form.title.data or "", seen)
    return url_for("cases.submitted", case_id=work.id)


def _keep_title(work: Work, title: str) -> None:
    """Remember whether somebody wrote a title of their own."""
    if title.strip() and title.strip() != proposed_title(work):
        parts.save_title(work, title, title_mark(work))


def _render_check(work: Work, form: CheckForm) -> str:
    missing = missing_to_submit(drafts.outline_of(work))
    is_office_out = bool(form.office_concerned.data) or drafts.is_office_kept_out(work)
    unfinished = mark_of_unfinished(work)
    form.leave_out.data = form.leave_out.data and request.form.get("unfinished") == unfinished
    return render_template(
        "cases/check.html",
        work=work,
        case=work.case,
        form=form,
        missing=[(show(LABELS[m.step]), show(m.text), address_of(work.id, m.step)) for m in missing],
        begun=begun_in(work),
        unfinished=unfinished,
        steps=steps_of(work, None),
        consent=consent_rows(work),
        scopes=[scope.value for scope in Scope],
        is_office_out=is_office_out,
        receiver=_receiver(is_office_out=is_office_out),
        **told_of(work),
        promise=PROMISE[Priority(work.case.priority)],
        expires=(work.opened.file.touched_at + timedelta(days=settings().sessions.draft_days)).date(),
    )


def _receiver(*, is_office_out: bool) -> Team | None:
    return people.find_site_team(db(), TeamKind.ALTERNATE if is_office_out else TeamKind.CENTRAL)


@bp.route("/<uuid:case_id>/check/alternate", methods=["GET", "POST"])
@requires(Permission.CASE_SUBMIT)
def alternate(case_id: UUID) -> ResponseReturnValue:
    """Ask once more before a case goes to the alternate team in place of the central one, and send it."""
    work = open_to_change(case_id) if request.method == "POST" else open_to_read(case_id, "alternate")
    if not _is_own_draft(work):
        return redirect(url_for("cases.submitted", case_id=case_id))
    if not drafts.is_office_kept_out(work):
        return redirect(url_for("cases.check", case_id=case_id))
    form = Form()
    if request.method == "POST":
        try:
            drafts.submit(work, _title_of(work), request.form.get("unfinished", ""))
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("cases.submitted", case_id=case_id))
    return _render_alternate(work, form), 422 if form.errors else 200


def _render_alternate(work: Work, form: Form) -> str:
    return render_template(
        "cases/alternate.html",
        case=work.case,
        form=form,
        reason=drafts.office_reason_of(work),
        receiver=_receiver(is_office_out=True),
        begun=begun_in(work),
        unfinished=mark_of_unfinished(work),
        cancel=url_for("cases.check", case_id=work.id),
    )


def _is_own_draft(work: Work) -> bool:
    return work.case.stage == Stage.DRAFT and may_edit(actor(), work.case)


@bp.route("/<uuid:case_id>/submitted")
@requires(Permission.CASE_READ)
def submitted(case_id: UUID) -> ResponseReturnValue:
    """The reference, what happens next, and by when."""
    case = or_404(queries.find_case(db(), actor(), case_id))
    if case.stage == Stage.DRAFT or case.triage_team_id is None:
        return redirect(url_for("cases.check", case_id=case_id))
    values: dict[str, Any] = {"team": people.find_team(db(), case.triage_team_id)}
    return render_template(
        "cases/submitted.html", case=case, promise=PROMISE[Priority(case.priority)], **values
    )


@bp.route("/<uuid:case_id>/discard", methods=["GET", "POST"])
@requires(Permission.CASE_LOG)
def discard(case_id: UUID) -> ResponseReturnValue:
    """Ask for the reference to be typed, and destroy a draft."""
    work = open_to_change(case_id) if request.method == "POST" else open_to_read(case_id, "discard")
    if not _is_own_draft(work):
        return redirect(url_for("cases.show", case_id=case_id))
    form = DiscardForm(request.form if request.method == "POST" else None)
    if form.validate_on_submit():
        try:
            drafts.discard_draft(work, form.reference.data or "")
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("cases.index", said="draft-discarded"))
    page = render_template("cases/discard.html", work=work, case=work.case, form=form)
    return page, 422 if request.method == "POST" else 200
