"""Persons, links to the United Nations, and the details of acts: rows that are added, changed and removed."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.cases.actions import parts
from reprisals.cases.actions.uses import may_keep_name
from reprisals.cases.actions.work import Clash, Work
from reprisals.cases.forms.fields import date_data, entity_text, state_text
from reprisals.cases.forms.people import ActForm, CooperationForm, PersonForm
from reprisals.cases.models.account import Act, Cooperation, PersonConcerned
from reprisals.cases.persons.rules import Unit, person_label
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import Filled, Page, open_to_change, open_to_read, serve
from reprisals.cases.views.steps import address_of, next_address, steps_of
from reprisals.cases.views.telling import number, revision_of, state_names
from reprisals.codes.entities import list_entities
from reprisals.i18n.marking import _
from reprisals.web.current import or_404, requires
from reprisals.web.filters import show
from reprisals.web.forms import language

NAMES = frozenset({"legal_name", "other_names"})


def entity_names() -> dict[str, Any]:
    """The entities to choose from, as of today, in the order of the language."""
    return {"entity_names": [entity.name(language()) for entity in list_entities(language(), clock.today())]}


def named_persons(work: Work) -> list[tuple[PersonConcerned, Any, str]]:
    """The persons of a case with what they are called in lists: an alias, or their unit and place."""
    return [
        (row, content, show(person_label(Unit(row.unit), content.alias, place)))
        for place, (row, content) in enumerate(work.rows(PersonConcerned), start=1)
    ]


def _list_page(work: Work, step: Step, template: str, **values: Any) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    steps = steps_of(work, step) if is_draft else []
    next_step = next_address(work.id, step)
    back = url_for("cases.show", case_id=work.id)
    return render_template(
        template,
        work=work,
        case=work.case,
        steps=steps,
        next_step=next_step,
        is_draft=is_draft,
        back=back,
        **values,
    )


@bp.route("/<uuid:case_id>/who")
@requires(Permission.CASE_EDIT)
def who(case_id: UUID) -> ResponseReturnValue:
    """Who is concerned: the list, and the way to add to it."""
    work = open_to_read(case_id, "who")
    return _list_page(work, Step.WHO, "cases/who.html", people=named_persons(work), new_id=uuid4())


@bp.route("/<uuid:case_id>/link")
@requires(Permission.CASE_EDIT)
def link(case_id: UUID) -> ResponseReturnValue:
    """The links to the United Nations: the list, and the way to add to it."""
    work = open_to_read(case_id, "link")
    return _list_page(work, Step.LINK, "cases/link.html", links=work.rows(Cooperation), new_id=uuid4())


def _person_page(person_id: UUID) -> Page:
    def load(work: Work) -> Filled:
        row, content = work.find(PersonConcerned, person_id)
        if row is None:
            return Filled({"unit": "IND"}, "0")
        data = {
            "unit": row.unit,
            "alias": content.alias,
            "legal_name": content.legal_name if may_keep_name(work, person_id) else "",
            "other_names": "\n".join(content.other_names) if may_keep_name(work, person_id) else "",
            "number": "" if row.unit == Unit.IND or row.number is None else str(row.number),
            "qualifier": "" if row.unit == Unit.IND else row.qualifier,
            "gender": row.gender,
            "age_group": row.age_group,
            "groups": sorted(work.opened.codes(row).get("groups", ())),
            "occupation": content.occupation,
            "organization": content.organization,
            "nationality": state_text(content.nationality),
            "situation": content.situation,
        }
        return Filled(data, revision_of(row))

    def save(work: Work, form: PersonForm, revision: str) -> None:
        parts.save_person(work, person_id, form.told(), number(revision), is_new=revision == "0")

    return Page(
        f"person:{person_id}",
        _("Who is concerned?"),
        "cases/person.html",
        PersonForm,
        load,
        save,
        Step.WHO,
        lambda work: {**state_names(), "may_keep_name": may_keep_name(work, person_id)},
        lambda work: url_for("cases.who", case_id=work.id, said="case-saved"),
        not_kept=lambda work: frozenset() if may_keep_name(work, person_id) else NAMES,
    )


def _link_page(row_id: UUID) -> Page:
    def load(work: Work) -> Filled:
        row, content = work.find(Cooperation, row_id)
        if row is None:
            return Filled({}, "0")
        data = {
            "entity": entity_text(row.entity),
            "form": row.form,
            "status": row.status,
            "grounds": sorted(work.opened.codes(row).get("grounds", ())),
            "strength": row.strength,
            "since": date_data(content.since),
            "words": content.words,
            "document": content.document,
        }
        return Filled(data, revision_of(row))

    def save(work: Work, form: CooperationForm, revision: str) -> None:
        parts.save_cooperation(work, row_id, form.told(), number(revision), is_new=revision == "0")

    return Page(
        f"link:{row_id}",
        _("What is the link to the United Nations?"),
        "cases/cooperation.html",
        CooperationForm,
        load,
        save,
        Step.LINK,
        lambda _work: entity_names(),
        lambda work: url_for("cases.link", case_id=work.id, said="case-saved"),
    )


def _act_page(act_id: UUID) -> Page:
    def load(work: Work) -> Filled:
        row, content = work.find(Act, act_id)
        act = or_404(row)
        codes = work.opened.codes(act)
        data = {
            "since": date_data(content.since),
            "until": date_data(content.until),
            "place": content.place,
            "place_country": state_text(content.place_country),
            "description": content.description,
            "perpetrator_codes": sorted(codes.get("perpetrators", ())),
            "perpetrators": content.perpetrators,
            "pretexts": sorted(codes.get("pretexts", ())),
            "law": content.law,
            "charges": content.charges,
            "detention": content.detention,
        }
        return Filled(data, revision_of(act))

    def context(work: Work) -> dict[str, Any]:
        row, _content = work.find(Act, act_id)
        return {**state_names(), "act": row}

    return Page(
        f"act:{act_id}",
        _("Details of an act"),
        "cases/act.html",
        ActForm,
        load,
        lambda work, form, revision: parts.save_act(work, act_id, form.told(), number(revision)),
        Step.WHAT,
        context,
        lambda work: url_for("cases.show", case_id=work.id, said="case-saved"),
    )


@bp.route("/<uuid:case_id>/persons/<uuid:person_id>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def person(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """Add or change a person or group."""
    return serve(_person_page(person_id), case_id)


@bp.route("/<uuid:case_id>/links/<uuid:row_id>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def cooperation(case_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Add or change a link to the United Nations."""
    return serve(_link_page(row_id), case_id)


@bp.route("/<uuid:case_id>/acts/<uuid:act_id>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def act(case_id: UUID, act_id: UUID) -> ResponseReturnValue:
    """Add to the details of an act."""
    return serve(_act_page(act_id), case_id)


Remove = Callable[[Work, UUID, int], None]


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
