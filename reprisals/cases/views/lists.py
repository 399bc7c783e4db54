"""The lists of persons and of links to the United Nations: adding, going on with what was begun, removing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions import parts
from reprisals.cases.actions.work import Clash, Work
from reprisals.cases.models.account import Cooperation, PersonConcerned
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import open_to_change, open_to_read
from reprisals.cases.views.people import named_persons
from reprisals.cases.views.steps import address_of, next_address, previous_address, steps_of
from reprisals.cases.views.telling import number, revision_of
from reprisals.cases.views.unfinished import LINK, PERSON, begun_in
from reprisals.web.current import or_404, requires

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


@bp.route("/<uuid:case_id>/who")
@requires(Permission.CASE_EDIT)
def who(case_id: UUID) -> ResponseReturnValue:
    """Who is concerned: the list, the way to add to it, and what was begun and not finished."""
    work = open_to_read(case_id, "who")
    begun = begun_in(work, PERSON)
    return _list_page(work, Step.WHO, "cases/who.html", people=named_persons(work), begun=begun)


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
