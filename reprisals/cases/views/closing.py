"""Checking what was told, sending it, and discarding a draft."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.last_page import OfficeSaid, check_office, office_said, sent_with
from reprisals.cases.actions.titles import title_facts_of, title_in
from reprisals.cases.actions.unfinished import (
    LAST_PAGE,
    Kept,
    drop_sent,
    keep_unfinished,
    mark_of_unfinished,
    unfinished_of,
)
from reprisals.cases.actions.work import Work, may_edit, title_mark
from reprisals.cases.consent.rules.ledger import Scope
from reprisals.cases.forms.closing import CheckForm, DiscardForm
from reprisals.cases.rules.clocks import PROMISE, Priority
from reprisals.cases.rules.outline import missing_to_submit
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.consent import consent_rows
from reprisals.cases.views.keeping import keep_typed, typed_fields
from reprisals.cases.views.page import BACK, autosave_unfinished, open_to_change, open_to_read
from reprisals.cases.views.sending import (
    Shown,
    answer_sent,
    follow_title,
    is_as_shown,
    is_second_click,
    read_shown,
    say_changed,
    shown_of,
)
from reprisals.cases.views.steps import LABELS, ORDER, address_of, steps_of
from reprisals.cases.views.told import told_of
from reprisals.cases.views.unfinished import begun_in
from reprisals.cases.views.window import Origin, opened_anew, origin_of
from reprisals.i18n.marking import RuleBroken
from reprisals.identity import queries as people
from reprisals.identity.models import Team
from reprisals.sealing.holders import TeamKind
from reprisals.web.current import actor, db, or_404, requires, settings
from reprisals.web.filters import show
from reprisals.web.forms import Form, language
from reprisals.web.kept import filled_from, kept_fields, words_stored


def proposed_title(work: Work) -> str:
    """A title from codes and numbers alone, in the language of the person who submits."""
    return title_in(title_facts_of(work), language())


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
        late = kept_fields()
        return answer_sent(work, late.items(multi=True)) if late else redirect(_page_of(case_id))
    kept = unfinished_of(work, LAST_PAGE)
    said, typed = office_said(opened_anew(work, kept)), filled_from(kept.fields)
    form = CheckForm(typed, data=_standing(work))
    follow_title(work, form, read_shown(typed.get("revision", "") if typed else ""), _title_of(work))
    if form.seen_office != said.mark:
        _offer_the_safer(form, said)
    return _render_check(work, form, said, shown_of(work, _title_of(work)), origin_of(kept))


def _page_of(case_id: UUID) -> str:
    return url_for("cases.show", case_id=case_id)


def _offer_the_safer(form: CheckForm, said: OfficeSaid) -> None:
    """Tick that the case concerns the office where anybody says so, with the reason that they gave."""
    if said.is_concerned and not form.office_concerned.data:
        form.office_concerned.data = True
        form.office_reason.data = form.office_reason.data or said.reason


def _standing(work: Work) -> dict[str, Any]:
    """What the last page says where nobody has typed on it."""
    return {
        "title": _title_of(work),
        "office_concerned": drafts.is_office_kept_out(work),
        "office_reason": drafts.office_reason_of(work),
    }


def _take_check(case_id: UUID) -> ResponseReturnValue:
    work = open_to_change(case_id)
    form = CheckForm(request.form)
    if work.case.stage != Stage.DRAFT:
        return _answer_again(work, form)
    if request.headers.get("X-Autosave"):
        return autosave_unfinished(LAST_PAGE, work)
    if request.form.get("go") == BACK:
        return _go_back(work, form)
    said, now = office_said(work), shown_of(work, _title_of(work))
    seen, is_whole = read_shown(request.form.get("revision", "")), form.validate_on_submit()
    is_changed = not is_as_shown(work, form, seen, now)
    if is_changed:
        say_changed(work, form, seen)
        follow_title(work, form, seen, _title_of(work))
    elif is_whole:
        try:
            return redirect(_send(work, form, said))
        except RuleBroken as refusal:
            form.refuse(refusal)
    keep_typed(work, LAST_PAGE)
    if form.seen_office != said.mark:
        _offer_the_safer(form, said)
    page = _render_check(work, form, said, now)
    return page, 409 if is_changed else 422


def _answer_again(work: Work, form: CheckForm | None) -> ResponseReturnValue:
    """The case was sent before this. A second click lands where the first one did; anything else is said and shown."""
    if is_second_click(work, form) and not request.headers.get("X-Autosave"):
        return redirect(url_for("cases.submitted", case_id=work.id))
    return answer_sent(work)


def _go_back(work: Work, form: CheckForm) -> ResponseReturnValue:
    """To the step before. What was typed is kept; a title that was only proposed is not, so that it follows what is told."""
    if any(form.data[name] != value for name, value in _standing(work).items()):
        keep_unfinished(work, LAST_PAGE, typed_fields())
    words_stored()
    return redirect(address_of(work.id, ORDER[-1]))


def _send(work: Work, form: CheckForm, said: OfficeSaid) -> str:
    """Submit, or ask once more where the case would go to the alternate team. Where the answer leads to."""
    is_concerned = bool(form.office_concerned.data)
    check_office(said, request.form.get("of_office", ""), is_concerned=is_concerned)
    sent = sent_with(work, is_concerned=is_concerned)
    drafts.keep_out_office(work, is_concerned, form.office_reason.data or "")
    _keep_title(work, form.title.data or "")
    if drafts.is_office_kept_out(work):
        drafts.check_told(work)
        drafts.triage_team_of(work)
        drop_sent(work, sent)
        words_stored()
        return url_for("cases.alternate", case_id=work.id)
    seen = request.form.get("unfinished", "") if form.leave_out.data else ""
    drafts.submit(work, form.title.data or "", seen, sent)
    words_stored()
    return url_for("cases.submitted", case_id=work.id)


def _keep_title(work: Work, title: str) -> None:
    """Remember whether somebody wrote a title of their own."""
    if title.strip() and title.strip() != proposed_title(work):
        parts.save_title(work, title, title_mark(work))


def _render_check(
    work: Work, form: CheckForm, said: OfficeSaid, now: Shown, origin: Origin | None = None
) -> str:
    """`now` is what stands in the case; `origin` tells whose words the page was opened with."""
    missing = missing_to_submit(drafts.outline_of(work))
    is_concerned = bool(form.office_concerned.data)
    sent = sent_with(work, is_concerned=is_concerned)
    is_office_out = is_concerned or drafts.is_office_kept_out(work)
    unfinished = mark_of_unfinished(work, sent)
    form.leave_out.data = form.leave_out.data and form.seen_unfinished == unfinished
    return render_template(
        "cases/check.html",
        work=work,
        case=work.case,
        form=form,
        missing=[(show(LABELS[m.step]), show(m.text), address_of(work.id, m.step)) for m in missing],
        begun=begun_in(work, sent=sent),
        unfinished=unfinished,
        revision=str(now),
        window=work.window if work.window.filled in sent.values() else replace(work.window, filled=""),
        origin=origin,
        said=said,
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
    is_sent = request.method == "POST"
    work = open_to_change(case_id) if is_sent else open_to_read(case_id, "alternate")
    if is_sent and work.case.stage != Stage.DRAFT:
        return _answer_again(work, None)
    if not _is_own_draft(work):
        return redirect(url_for("cases.submitted", case_id=case_id))
    now, form = shown_of(work, _title_of(work)), Form()
    seen = read_shown(request.form.get("revision", ""))
    if is_sent and (seen.told, seen.title) != (now.told, now.title):
        return _look_again(work, seen, now), 409
    if not drafts.is_office_kept_out(work):
        return redirect(url_for("cases.check", case_id=case_id))
    if is_sent:
        try:
            drafts.submit(work, _title_of(work), request.form.get("unfinished", ""))
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("cases.submitted", case_id=case_id))
    return _render_alternate(work, form, now), 422 if form.errors else 200


def _look_again(work: Work, seen: Shown, now: Shown) -> str:
    """The last page once more, because the case has changed since the page after it was opened."""
    form = CheckForm(data=_standing(work))
    say_changed(work, form, seen)
    return _render_check(work, form, office_said(opened_anew(work, Kept())), now)


def _render_alternate(work: Work, form: Form, now: Shown) -> str:
    return render_template(
        "cases/alternate.html",
        case=work.case,
        revision=str(now),
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
    if request.method == "POST" and work.case.stage != Stage.DRAFT:
        return answer_sent(work)
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
