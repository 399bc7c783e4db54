"""The consent ledger: what was answered, what may be done now and why not, and the form that adds to it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from reprisals.access import Permission
from reprisals.cases.actions.consent import AnswerGiven, check_behind, is_added, keep_answers
from reprisals.cases.actions.drafts import drop_shown, unfinished_of
from reprisals.cases.actions.uses import concerned_of, glance_at, ledger_of
from reprisals.cases.actions.work import Work, may_edit
from reprisals.cases.consent.rules.ledger import ConsentState, Scope
from reprisals.cases.consent.rules.uses import Concerned, Use, may, summarise
from reprisals.cases.forms.consent import ConsentForm
from reprisals.cases.forms.fields import add_entry
from reprisals.cases.models.account import ConsentAnswer
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import autosave_unfinished, keep_typed, open_to_change, open_to_read
from reprisals.cases.views.people import entity_names, named_persons
from reprisals.cases.views.steps import next_address, steps_of
from reprisals.cases.views.telling import number
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.web.current import actor, requires

KEY = "consent"
USES: dict[Use, Marked] = {
    Use.KEEP_LEGAL_NAME: _("Keep the legal name"),
    Use.SHARE_ENTITY: _("Share with an entity outside OHCHR"),
    Use.RAISE_ANONYMOUS: _("Raise with the Government, nobody named"),
    Use.RAISE_NAMED: _("Raise with the Government, with the name"),
    Use.REPORT_ANONYMISED: _("Report, without the name"),
    Use.REPORT_DETAILS: _("Report, with identifying details"),
    Use.REPORT_NAMED: _("Report, with the name"),
    Use.CONTACT_FAMILY: _("Contact family or lawyer"),
}


@bp.route("/<uuid:case_id>/consent", methods=["GET", "POST"])
@requires(Permission.CONSENT_KEEP)
def consent(case_id: UUID) -> ResponseReturnValue:
    """The ledger of a case, and the form that adds answers to it."""
    if request.method != "POST":
        work = open_to_read(case_id, KEY)
        kept = unfinished_of(work, KEY)
        form = ConsentForm(MultiDict(kept.fields) if kept.fields else None, people=_choices(work))
        return _render(work, form, kept=kept.mark)
    if request.headers.get("X-Autosave"):
        return autosave_unfinished(KEY, open_to_change(case_id))
    work = open_to_change(case_id)
    form = ConsentForm(request.form, people=_choices(work))
    if "add" in request.form:
        add_entry(form, request.form["add"])
        return _render(work, form)
    if form.validate_on_submit():
        try:
            _keep(work, form.answers())
        except RuleBroken as refusal:
            form.refuse(_beside(refusal, form))
        else:
            return redirect(_after(work))
    keep_typed(case_id, KEY)
    return _render(work, form), 422


def _keep(work: Work, given: list[AnswerGiven]) -> None:
    """Add the answers, unless they were added already by a first click on the same page."""
    behind = number(request.form.get("revision", ""))
    if not is_added(work, given, behind):
        check_behind(work, given, behind)
        drop_shown(work, KEY, request.form.get("kept", ""))
        keep_answers(work, given)


@bp.route("/<uuid:case_id>/consent/<uuid:person_id>")
@requires(Permission.CASE_READ)
def person_consent(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """One person's answers in the order in which they were given, and what may be done now because of them."""
    work = open_to_read(case_id, KEY)
    person = next((entry for entry in named_persons(work) if entry[0].id == person_id), None)
    if person is None:
        return redirect(url_for("cases.show", case_id=case_id))
    entries = [(row, content) for row, content in work.rows(ConsentAnswer) if row.person_id == person_id]
    alone = Concerned((person_id,), tuple(ledger_of(work)))
    return render_template(
        "cases/person_consent.html",
        work=work,
        case=work.case,
        name=person[2],
        entries=[
            (row, content, sorted(work.opened.codes(row).get("entities", ()))) for row, content in entries
        ],
        uses=uses_of(alone),
        can_change=may_edit(actor(), work.case),
    )


def uses_of(concerned: Concerned) -> list[dict[str, Any]]:
    """Each use in words, whether it is allowed now, and why not."""
    glance = glance_of(concerned)
    return [
        {
            "words": USES[use],
            "verdict": verdict,
            "reasons": list(dict.fromkeys(r.text for r in verdict.reasons)),
        }
        for use, verdict in glance.items()
    ]


def glance_of(concerned: Concerned) -> dict[Use, Any]:
    """The verdict on each use. Sharing needs an entity, so it is taken from the summary."""
    summary = summarise(concerned)
    return {use: summary.verdicts[use] if use is Use.SHARE_ENTITY else may(use, concerned) for use in Use}


def consent_rows(work: Work) -> list[dict[str, Any]]:
    """Each person with the answer that counts now on each scope."""
    state = ConsentState.of(ledger_of(work))
    return [
        {
            "id": row.id,
            "name": name,
            "href": url_for("cases.person_consent", case_id=work.id, person_id=row.id),
            "answers": {scope.value: state.answer(row.id, scope).value for scope in Scope},
        }
        for row, _content, name in named_persons(work)
    ]


def _choices(work: Work) -> list[tuple[UUID, str]]:
    return [(row.id, name) for row, _content, name in named_persons(work)]


def _beside(refusal: RuleBroken, form: ConsentForm) -> RuleBroken:
    field = refusal.field if refusal.field and refusal.field in form else None
    return RuleBroken(refusal.message, field)


def _after(work: Work) -> str:
    if work.case.stage != Stage.DRAFT:
        return url_for("cases.consent", case_id=work.id, said="case-saved")
    if "more" in request.form:
        return url_for("cases.consent", case_id=work.id, said="case-saved")
    return (
        url_for("cases.check", case_id=work.id)
        if "stop" in request.form
        else next_address(work.id, Step.CONSENT)
    )


def _render(work: Work, form: ConsentForm, *, kept: str | None = None) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    return render_template(
        "cases/consent.html",
        work=work,
        case=work.case,
        form=form,
        scopes=[scope.value for scope in Scope],
        rows=consent_rows(work),
        uses=uses_of(concerned_of(work)),
        glance=glance_at(work),
        is_draft=is_draft,
        kept=request.form.get("kept", "") if kept is None else kept,
        revision=str(len(work.opened.load(ConsentAnswer))),
        steps=steps_of(work, Step.CONSENT) if is_draft else [],
        next_step=next_address(work.id, Step.CONSENT),
        can_change=may_edit(actor(), work.case),
        **entity_names(),
    )
