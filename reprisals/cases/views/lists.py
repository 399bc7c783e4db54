"""The lists of persons and of links to the United Nations: adding, going on with what was begun, removing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions import parts
from reprisals.cases.actions.uses import stands_against
from reprisals.cases.actions.work import Clash, Work
from reprisals.cases.forms.people import GeneralForm
from reprisals.cases.models.account import Cooperation, PersonConcerned
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import BACK, open_to_change, open_to_read
from reprisals.cases.views.people import named_persons
from reprisals.cases.views.steps import address_of, next_address, previous_address, steps_of
from reprisals.cases.views.telling import number, revision_of
from reprisals.cases.views.unfinished import LINK, PERSON, begun_in
from reprisals.i18n.marking import RuleBroken
from reprisals.web.current import or_404, requires
from reprisals.web.forms import posted
from reprisals.web.kept import words_stored

GENERAL = "general"
"""What the form on whom it concerns started from: it was said to be about nobody in particular."""
Remove = Callable[[Work, UUID, int], None]


def _list_page(work: Work, step: Step, template: str, **values: Any) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    return render_template(
        template,
        work=work,
        case=work.case,
        steps=steps_of(work, step) if is_draft else [],
        next_step=next_address(work.id, step),
        previous_step=previous_address(work.id, step),
        is_draft=is_draft,
        back=url_for("cases.show", case_id=work.id),
        new_id=uuid4(),
        **values,
    )


@bp.route("/<uuid:case_id>/who", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def who(case_id: UUID) -> ResponseReturnValue:
    """Who is concerned: the list, the way to add to it, or that nobody in particular is."""
    if request.method != "POST":
        work = open_to_read(case_id, "who")
        return _who_page(work, GeneralForm(posted(), is_general=work.content.is_general))
    work, form = open_to_change(case_id), GeneralForm(request.form)
    is_general = bool(form.is_general.data)
    try:
        if is_general != (request.form.get("revision") == GENERAL):
            parts.say_general(work, is_general)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return _who_page(work, form), 422
    words_stored()
    return redirect(_after_who(work))


def _who_page(work: Work, form: GeneralForm) -> str:
    return _list_page(
        work,
        Step.WHO,
        "cases/who.html",
        people=named_persons(work),
        begun=begun_in(work, PERSON),
        form=form,
        revision=GENERAL if work.content.is_general else "",
    )


def _after_who(work: Work) -> str:
    if work.case.stage != Stage.DRAFT:
        return url_for("cases.show", case_id=work.id, said="case-saved")
    return (previous_address if request.form.get("go") == BACK else next_address)(work.id, Step.WHO)


@bp.route("/<uuid:case_id>/link")
@requires(Permission.CASE_EDIT)
def link(case_id: UUID) -> ResponseReturnValue:
    """The links to the United Nations: the list, the way to add to it, and what was begun and not finished."""
    work = open_to_read(case_id, "link")
    begun = begun_in(work, LINK)
    return _list_page(work, Step.LINK, "cases/link.html", links=work.rows(Cooperation), begun=begun)


def _remove(case_id: UUID, row_id: UUID, kind: type[Any], remove: Remove) -> ResponseReturnValue:
    step = Step.WHO if kind is PersonConcerned else Step.LINK
    if request.method == "POST":
        work = open_to_change(case_id)
        try:
            remove(work, row_id, number(request.form.get("revision", "")))
        except Clash:
            return redirect(url_for(request.endpoint or "", **request.view_args or {}, said="case-changed"))
        return redirect(f"{address_of(case_id, step)}?said=case-removed")
    work = open_to_read(case_id, "remove")
    row = or_404(work.find(kind, row_id)[0])
    name = next((n for r, _c, n in named_persons(work) if r.id == row_id), "")
    values = {"row": row, "name": name, "cancel": address_of(case_id, step), "revision": revision_of(row)}
    values |= {"is_person": kind is PersonConcerned, "stands": stands_against(work, row_id)}
    return render_template("cases/remove.html", work=work, case=work.case, step=step.value, **values)


@bp.route("/<uuid:case_id>/persons/<uuid:person_id>/remove", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def remove_person(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Ask, and take a person out of the case."""
    return _remove(case_id, person_id, PersonConcerned, parts.remove_person)


@bp.route("/<uuid:case_id>/links/<uuid:row_id>/remove", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def remove_link(case_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Ask, and take a link out of the case."""
    return _remove(case_id, row_id, Cooperation, parts.remove_cooperation)
