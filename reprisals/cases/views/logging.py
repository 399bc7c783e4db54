"""Beginning a case, checking and submitting it, and discarding a draft."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from reprisals.access import Actor, Permission
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.work import Work, begin_work, danger_mark, may_edit, title_mark
from reprisals.cases.forms.closing import CheckForm, DiscardForm
from reprisals.cases.forms.telling import DangerForm
from reprisals.cases.models.account import ConsentAnswer
from reprisals.cases.models.case import Unfinished
from reprisals.cases.rules.clocks import PROMISE, Priority
from reprisals.cases.rules.outline import Step, missing_to_submit, propose_title
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import (
    autosave_unfinished,
    keep_typed,
    open_to_change,
    open_to_read,
    saved_answer,
    typed_fields,
)
from reprisals.cases.views.steps import LABELS, address_of, first_steps, next_address, steps_of
from reprisals.cases.views.told import told_of
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries as people
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.keyring import Keyring
from reprisals.web.current import actor, afterwards, db, keyring, or_404, refuse, requires, settings
from reprisals.web.filters import show
from reprisals.web.forms import clean


def own_teams() -> list[Any]:
    """The teams of the person that may log, and have keys to seal a draft with."""
    teams = [
        people.find_team(db(), team_id)
        for team_id in actor().teams
        if actor().may(Permission.CASE_LOG, team_id) and team_has_keys(db(), team_id)
    ]
    return sorted((team for team in teams if team is not None), key=lambda team: team.name)


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.CASE_LOG)
def new() -> ResponseReturnValue:
    """The first page of a new case. The identifier is drawn with the page, so that a double click begins one case."""
    if request.method != "POST":
        return _first_page(request.args.get("case", type=UUID))
    case_id, team_id = _posted_id("case_id") or uuid4(), _posted_id("team")
    if drafts.find_own_draft(db(), case_id):
        return _again(case_id)
    form = DangerForm(request.form)
    if team_id is None or not actor().may(Permission.CASE_LOG, team_id):
        refuse("page.not-allowed", permission=Permission.CASE_LOG.value)
        form.refuse(RuleBroken(_("Choose one of your teams.")))
        return _render_new(form, case_id), 422
    is_autosave = bool(request.headers.get("X-Autosave"))
    if is_autosave or not form.validate_on_submit():
        return _keep_new(form, case_id, team_id, is_autosave=is_autosave)
    try:
        work = drafts.begin_draft(db(), keyring(), actor(), case_id, team_id)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return _render_new(form, uuid4()), 422
    parts.save_danger(work, *form.told(), danger_mark(work))
    return redirect(next_address(case_id, Step.DANGER))


def _first_page(case_id: UUID | None) -> ResponseReturnValue:
    """A page to begin on. Where its case was begun already, because somebody went back, the case takes over."""
    if case_id is None or not drafts.find_own_draft(db(), case_id):
        return _render_new(DangerForm(), case_id or uuid4())
    or_404(queries.find_case(db(), actor(), case_id))
    return redirect(address_of(case_id, Step.DANGER))


def _again(case_id: UUID) -> ResponseReturnValue:
    """The draft exists: a second click, going back, or it saved itself before. The same page of the case takes over."""
    or_404(queries.find_case(db(), actor(), case_id))
    work = begin_work(db(), keyring(), actor(), case_id)
    if request.headers.get("X-Autosave"):
        _keep_beside(work)
        return saved_answer("")
    form = DangerForm(request.form)
    if not form.validate_on_submit():
        keep_typed(case_id, "danger")
        return _render_new(form, case_id), 422
    if work.case.danger is None:
        parts.save_danger(work, *form.told(), danger_mark(work))
    is_kept = _keep_beside(work)
    return redirect(address_of(case_id, Step.DANGER) if is_kept else next_address(case_id, Step.DANGER))


def _keep_beside(work: Work) -> bool:
    """Keep what the first page says beside what stands in the case, if that is something else. Whether it is."""
    said = request.form.get("danger", ""), clean(request.form.get("danger_words"))
    if said == (work.case.danger, work.content.danger_words):
        return False
    another = (("revision", "another page"),) if work.case.danger else ()
    drafts.keep_unfinished(work, "danger", (*typed_fields(), *another))
    return True


def _keep_new(form: DangerForm, case_id: UUID, team_id: UUID, *, is_autosave: bool) -> ResponseReturnValue:
    fields, who, keys = typed_fields(), actor(), keyring()
    if is_autosave:
        _begin_unfinished(db(), keys, who, (case_id, team_id, fields))
        return saved_answer("")
    if any(value.strip() for name, value in fields if name == "danger_words"):
        afterwards(lambda session: _begin_unfinished(session, keys, who, (case_id, team_id, fields)))
    return _render_new(form, case_id), 422


def _begin_unfinished(
    session: Session, keys: Keyring, who: Actor, begun: tuple[UUID, UUID, tuple[tuple[str, str], ...]]
) -> None:
    case_id, team_id, fields = begun
    work = drafts.begin_draft(session, keys, who, case_id, team_id)
    drafts.keep_unfinished(work, "danger", fields)


def _render_new(form: DangerForm, case_id: UUID) -> str:
    teams = own_teams()
    return render_template(
        "cases/new.html",
        form=form,
        case_id=case_id,
        teams=teams,
        chosen_team=request.form.get("team", ""),
        steps=first_steps(Step.DANGER),
    )


def _posted_id(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None


def proposed_title(work: Work) -> str:
    """A title from codes and numbers alone, in the language of the person who submits."""
    return " · ".join(show(part) for part in propose_title(drafts.title_facts_of(work)))


@bp.route("/<uuid:case_id>/check", methods=["GET", "POST"])
@requires(Permission.CASE_SUBMIT)
def check(case_id: UUID) -> ResponseReturnValue:
    """What was told, what is missing, and submitting."""
    if request.method == "POST":
        return _submit(case_id)
    work = open_to_read(case_id, "check")
    if work.case.stage != Stage.DRAFT or not may_edit(actor(), work.case):
        return redirect(url_for("cases.show", case_id=case_id))
    kept = drafts.unfinished_of(work, "check")
    data = {
        "title": work.content.title if work.content.title_is_own else proposed_title(work),
        "office_concerned": drafts.is_office_kept_out(work),
    }
    return _render_check(work, CheckForm(MultiDict(kept.fields) if kept.fields else None, data=data))


def _submit(case_id: UUID) -> ResponseReturnValue:
    work = open_to_change(case_id)
    if work.case.stage != Stage.DRAFT:
        return redirect(url_for("cases.submitted", case_id=case_id))
    if request.headers.get("X-Autosave"):
        return autosave_unfinished("check", work)
    form = CheckForm(request.form)
    if form.validate_on_submit():
        try:
            drafts.keep_out_office(work, form.office_concerned.data, form.office_reason.data or "")
            parts_title(work, form.title.data or "")
            drafts.submit(work, form.title.data or "")
        except RuleBroken as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("cases.submitted", case_id=case_id))
    keep_typed(case_id, "check")
    return _render_check(work, form), 422


def parts_title(work: Work, title: str) -> None:
    """Remember whether somebody wrote a title of their own."""
    if title.strip() and title.strip() != proposed_title(work):
        parts.save_title(work, title, title_mark(work))


def _render_check(work: Work, form: CheckForm) -> str:
    missing = missing_to_submit(drafts.outline_of(work))
    return render_template(
        "cases/check.html",
        work=work,
        case=work.case,
        form=form,
        missing=[(show(LABELS[m.step]), show(m.text), address_of(work.id, m.step)) for m in missing],
        unfinished=[
            row.page.partition(":")[0] for row, _content in work.rows(Unfinished) if row.page != "check"
        ],
        steps=steps_of(work, None),
        answers=len(work.opened.load(ConsentAnswer)),
        **told_of(work),
        promise=PROMISE[Priority(work.case.priority)],
        expires=(work.opened.file.touched_at + timedelta(days=settings().sessions.draft_days)).date(),
    )


@bp.route("/<uuid:case_id>/submitted")
@requires(Permission.CASE_READ)
def submitted(case_id: UUID) -> ResponseReturnValue:
    """The reference, what happens next, and by when."""
    case = or_404(queries.find_case(db(), actor(), case_id))
    if case.stage == Stage.DRAFT or case.triage_team_id is None:
        return redirect(url_for("cases.check", case_id=case_id))
    team = people.find_team(db(), case.triage_team_id)
    return render_template(
        "cases/submitted.html", case=case, team=team, promise=PROMISE[Priority(case.priority)]
    )


@bp.route("/<uuid:case_id>/discard", methods=["GET", "POST"])
@requires(Permission.CASE_LOG)
def discard(case_id: UUID) -> ResponseReturnValue:
    """Ask for the reference to be typed, and destroy a draft."""
    work = open_to_change(case_id) if request.method == "POST" else open_to_read(case_id, "discard")
    if work.case.stage != Stage.DRAFT or not may_edit(actor(), work.case):
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
