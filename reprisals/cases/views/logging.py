"""Beginning a case: its first page, and how a second click, a second tab or going back meet the draft that is there already."""

from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from reprisals.access import Actor, NotAllowed, Permission
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.unfinished import Fields, check_typed, is_too_long, keep_unfinished, list_beside
from reprisals.cases.actions.work import Work, begin_work, danger_mark
from reprisals.cases.forms.telling import DangerForm
from reprisals.cases.rules.outline import Step
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.keeping import give_back, keep_typed, typed_fields
from reprisals.cases.views.page import FROM_ANOTHER_PAGE, saved_answer
from reprisals.cases.views.sending import answer_sent
from reprisals.cases.views.steps import address_of, first_steps, next_address
from reprisals.cases.views.window import first_window, is_overtaken, typed_here
from reprisals.i18n.marking import RuleBroken, _
from reprisals.identity import queries as people
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.keyring import Keyring
from reprisals.web.current import actor, afterwards, db, keyring, or_404, refuse, requires
from reprisals.web.forms import clean
from reprisals.web.kept import KEPT, kept_fields, words_stored


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
        return _first_page()
    case_id, team_id = _posted_id("case_id") or uuid4(), _posted_id("team")
    if drafts.is_begun(db(), case_id):
        return _again(case_id)
    form = DangerForm(request.form)
    if team_id is None or not actor().may(Permission.CASE_LOG, team_id):
        refuse("page.not-allowed", permission=Permission.CASE_LOG.value)
        form.refuse(RuleBroken(_("Choose one of your teams.")))
        return _render_new(form, case_id), 422
    is_autosave = bool(request.headers.get("X-Autosave"))
    if is_autosave or not form.validate_on_submit():
        return _keep_new(form, case_id, team_id, is_autosave=is_autosave)
    return _begin(form, case_id, team_id)


def _begin(form: DangerForm, case_id: UUID, team_id: UUID) -> ResponseReturnValue:
    try:
        work = drafts.begin_draft(db(), keyring(), actor(), case_id, team_id)
    except drafts.AlreadyBegun:
        return _again(case_id)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return _render_new(form, uuid4()), 422
    parts.save_danger(work, *form.told(), danger_mark(work))
    words_stored()
    return redirect(next_address(case_id, Step.DANGER))


def _first_page() -> ResponseReturnValue:
    """A page to begin on, under an address of its own. Where its case was begun already, because somebody went back, the case
    takes over.
    """
    late = kept_fields()
    case_id = (late or request.args).get("case_id" if late else "case", type=UUID)
    if case_id is None:
        others: dict[str, Any] = {
            name: value for name, value in request.args.items() if name not in {"case", KEPT}
        }
        return redirect(url_for("cases.new", case=uuid4(), **others))
    if not drafts.is_begun(db(), case_id):
        return _render_new(DangerForm(late), case_id)
    or_404(queries.find_case(db(), actor(), case_id))
    return redirect(address_of(case_id, Step.DANGER))


def _again(case_id: UUID) -> ResponseReturnValue:
    """The draft exists: a second click, going back, or it saved itself before. The same page of the case takes over."""
    or_404(queries.find_case(db(), actor(), case_id))
    work = typed_here(begin_work(db(), keyring(), actor(), case_id))
    if is_overtaken(work) and not _says(work):
        return answer_sent(work)
    if request.headers.get("X-Autosave"):
        _keep_beside(work)
        return saved_answer("")
    form = DangerForm(request.form)
    if not form.validate_on_submit():
        keep_typed(work, "danger")
        return _render_new(form, case_id), 422
    if work.case.danger is None:
        parts.save_danger(work, *form.told(), danger_mark(work))
    is_kept = _keep_beside(work) or bool(list_beside(work, "danger"))
    words_stored()
    return redirect(address_of(case_id, Step.DANGER) if is_kept else next_address(case_id, Step.DANGER))


def _keep_beside(work: Work) -> bool:
    """Keep what the first page says beside what stands in the case, if that is something else. Whether it is."""
    if _says(work):
        return False
    another = (FROM_ANOTHER_PAGE,) if work.case.danger else ()
    keep_unfinished(work, "danger", (*typed_fields(), *another))
    return True


def _says(work: Work) -> bool:
    """Whether what the first page says stands in the case."""
    said = request.form.get("danger", ""), clean(request.form.get("danger_words"))
    return said == (work.case.danger, work.content.danger_words)


def _keep_new(form: DangerForm, case_id: UUID, team_id: UUID, *, is_autosave: bool) -> ResponseReturnValue:
    fields, who, keys = typed_fields(), actor(), keyring()
    if is_autosave:
        check_typed(fields)
        _begin_unfinished(db(), keys, who, (case_id, team_id, fields))
        return saved_answer("")
    if not is_too_long(fields) and any(value.strip() for name, value in fields if name == "danger_words"):
        afterwards(lambda session: _begin_later(session, keys, who, (case_id, team_id, fields)))
    return _render_new(form, case_id), 422


def _begin_unfinished(session: Session, keys: Keyring, who: Actor, begun: tuple[UUID, UUID, Fields]) -> None:
    case_id, team_id, fields = begun
    try:
        work = drafts.begin_draft(session, keys, who, case_id, team_id)
    except drafts.AlreadyBegun:
        work = begin_work(session, keys, who, case_id)
    typed_here(work)
    if is_overtaken(work):
        give_back(work)
        return
    keep_unfinished(work, "danger", fields)


def _begin_later(session: Session, keys: Keyring, who: Actor, begun: tuple[UUID, UUID, Fields]) -> None:
    """The same after the request was undone, unless somebody else has begun a case under this identifier meanwhile."""
    with suppress(NotAllowed):
        _begin_unfinished(session, keys, who, begun)


def _render_new(form: DangerForm, case_id: UUID) -> str:
    teams = own_teams()
    return render_template(
        "cases/new.html",
        form=form,
        case_id=case_id,
        teams=teams,
        chosen_team=request.form.get("team", ""),
        window=first_window(request.form or kept_fields()),
        steps=first_steps(Step.DANGER),
    )


def _posted_id(name: str) -> UUID | None:
    try:
        return UUID(request.form.get(name, ""))
    except ValueError:
        return None
