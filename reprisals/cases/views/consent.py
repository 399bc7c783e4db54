"""The consent ledger: what was answered, what may be done now and why not, and the form that adds to it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.consent import (
    Stopped,
    find_new,
    find_overtaken,
    find_refusals,
    find_stopped,
    is_added,
    keep_answers,
    mark_of_stopped,
    with_wider,
)
from reprisals.cases.actions.unfinished import keep_unfinished, unfinished_of
from reprisals.cases.actions.uses import Glance, Use, glance_at, taken_out_against
from reprisals.cases.actions.work import Work, may_edit
from reprisals.cases.consent.rules.ledger import Scope
from reprisals.cases.forms.consent import ConsentForm
from reprisals.cases.forms.fields import add_entry
from reprisals.cases.models.account import ConsentAnswer
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.holders import list_holders
from reprisals.cases.views.keeping import keep_typed, typed_fields
from reprisals.cases.views.page import BACK, autosave_unfinished, open_to_change, open_to_read, saved_answer
from reprisals.cases.views.people import entity_names, list_taken_out, named_persons
from reprisals.cases.views.sending import answer_sent
from reprisals.cases.views.steps import next_address, previous_address, steps_of
from reprisals.cases.views.telling import number
from reprisals.cases.views.window import Origin, comes_too_late, is_overtaken, opened_anew, origin_of
from reprisals.i18n.marking import Marked, _
from reprisals.web.current import actor, requires
from reprisals.web.kept import filled_from, kept_fields, words_stored
from reprisals.web.tokens import FIELD

KEY = "consent"
CONFIRMED_FIELD = "confirmed"
CONFIRMED = frozenset({CONFIRMED_FIELD})
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
        return _show(case_id)
    work = open_to_change(case_id)
    if is_overtaken(work):
        return _answer_overtaken(work)
    if request.headers.get("X-Autosave"):
        return autosave_unfinished(KEY, work)
    form = _form(work, request.form)
    if "add" in request.form:
        add_entry(form, request.form["add"])
        keep_unfinished(work, KEY, typed_fields(CONFIRMED))
        return _render(work, form, request.form.get("revision", ""))
    return _go_back(work, form) if request.form.get("go") == BACK else _save(work, form)


def _answer_overtaken(work: Work) -> ResponseReturnValue:
    """The case was submitted since this page of a draft was opened: what is new on it is given back, and not stored."""
    form, behind = _form(work, request.form), number(request.form.get("revision", ""))
    if form.says_anything() and not is_added(work, form.answers(), behind):
        return answer_sent(work)
    return saved_answer("") if request.headers.get("X-Autosave") else redirect(_after(work))


def _go_back(work: Work, form: ConsentForm) -> ResponseReturnValue:
    """To the step before. The ledger only grows, so nothing is added in passing; what was typed is kept."""
    if form.says_anything():
        keep_unfinished(work, KEY, typed_fields(CONFIRMED))
    words_stored()
    return redirect(previous_address(work.id, Step.CONSENT))


def _show(case_id: UUID) -> ResponseReturnValue:
    """The page as it stands, with what was typed on it and not finished."""
    work = open_to_read(case_id, KEY)
    kept, late = unfinished_of(work, KEY), kept_fields()
    if late is not None and comes_too_late(work, late):
        return answer_sent(work, late.items(multi=True))
    opened_anew(work, kept)
    typed = filled_from(kept.fields)
    said = {name: typed.get(name, "") for name in ("revision", CONFIRMED_FIELD)} if typed else {}
    return _render(
        work,
        _form(work, typed),
        said.get("revision", ""),
        origin=origin_of(kept),
        confirmed=said.get(CONFIRMED_FIELD, ""),
    )


def _save(work: Work, form: ConsentForm) -> ResponseReturnValue:
    """Add the answers, unless they were added already by a first click on the same page. A withdrawal is asked about."""
    started_from = request.form.get("revision", "")
    is_whole, given = form.validate_on_submit(), form.answers()
    if is_whole and is_added(work, given, number(started_from)):
        words_stored()
        return redirect(_after(work))
    new, asked = find_new(work, given), find_new(work, with_wider(work, given))
    if is_whole and given and not asked:
        keep_answers(work, given)
        words_stored()
        return redirect(f"{_after(work).partition('?')[0]}?said=consent-stands")
    overtaken = find_overtaken(work, new, number(started_from))
    form.show_faults((*overtaken, *find_refusals(work, new)))
    if form.errors:
        keep_typed(work, KEY, CONFIRMED)
        return _render(work, form, "" if overtaken else started_from), 422
    stopped = find_stopped(work, asked)
    if stopped and request.form.get(CONFIRMED_FIELD) != mark_of_stopped(stopped):
        keep_unfinished(work, KEY, typed_fields(CONFIRMED))
        return _ask(work, stopped, form.names)
    keep_answers(work, given)
    words_stored()
    return redirect(_after(work))


def _ask(work: Work, stopped: list[Stopped], names: dict[UUID, str]) -> str:
    """What a withdrawal changes at once and what it cannot, before it is recorded."""
    return render_template(
        "cases/withdrawal.html",
        case=work.case,
        stopped=[
            {
                "name": names[one.person_id],
                "scopes": [scope.value for scope in one.scopes],
                "uses": [USES[use] for use in one.uses if use is not Use.SHARE_ENTITY],
                "entities": sorted(one.entities),
            }
            for one in stopped
        ],
        is_name_hidden=any(Use.KEEP_LEGAL_NAME in one.uses for one in stopped),
        holders=list_holders(work.id),
        fields=[pair for pair in request.form.items(multi=True) if pair[0] not in {FIELD, CONFIRMED_FIELD}],
        confirmed=mark_of_stopped(stopped),
        back=url_for("cases.consent", case_id=work.id),
    )


def uses_of(glance: Glance) -> list[dict[str, Any]]:
    """Each use in words, whether it is allowed now, and why not."""
    return [
        {
            "words": USES[use],
            "verdict": verdict,
            "reasons": list(dict.fromkeys(r.text for r in verdict.reasons)),
            "entities": sorted(glance.shareable) if use is Use.SHARE_ENTITY and verdict.allowed else [],
        }
        for use, verdict in glance.verdicts.items()
    ]


def consent_rows(work: Work) -> list[dict[str, Any]]:
    """Each person with the answer that counts now on each scope, and the entities that sharing was given for."""
    return [
        {
            "id": row.id,
            "name": name,
            "href": url_for("cases.person_consent", case_id=work.id, person_id=row.id),
            "answers": {s.value: answer.value for s, answer in glance.answers.items()},
            "shared_with": sorted(glance.shareable),
        }
        for row, _content, name in named_persons(work)
        for glance in [glance_at(work, row.id)]
    ]


def _form(work: Work, typed: Any) -> ConsentForm:
    """The form about those in the case, and beside them those who were taken out and still stand against a use."""
    people = [(row.id, name) for row, _content, name in named_persons(work)]
    against = taken_out_against(work)
    gone = [pair for pair in list_taken_out(work) if pair[0] in against]
    return ConsentForm(typed, people=people, gone=gone)


def taken_out_rows(work: Work) -> list[dict[str, Any]]:
    """Those who were taken out after they had answered, and whether their answers still stand against a use."""
    against = taken_out_against(work)
    return [
        {
            "name": name,
            "href": url_for("cases.person_consent", case_id=work.id, person_id=person_id),
            "stands": person_id in against,
        }
        for person_id, name in list_taken_out(work)
    ]


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


def _render(
    work: Work, form: ConsentForm, started_from: str, *, origin: Origin | None = None, confirmed: str = ""
) -> str:
    """`confirmed` is the mark of what a withdrawal stops, where that was confirmed as the session ended."""
    is_draft = work.case.stage == Stage.DRAFT
    return render_template(
        "cases/consent.html",
        work=work,
        case=work.case,
        form=form,
        scopes=[scope.value for scope in Scope],
        rows=consent_rows(work),
        taken_out=taken_out_rows(work),
        is_answered=bool(work.opened.load(ConsentAnswer)),
        is_general=work.content.is_general,
        uses=uses_of(glance_at(work)),
        is_draft=is_draft,
        confirmed=confirmed,
        window=work.window,
        origin=origin,
        revision=started_from or str(len(work.opened.load(ConsentAnswer))),
        steps=steps_of(work, Step.CONSENT) if is_draft else [],
        next_step=next_address(work.id, Step.CONSENT),
        previous_step=previous_address(work.id, Step.CONSENT),
        can_change=may_edit(actor(), work.case),
        **entity_names(),
    )
