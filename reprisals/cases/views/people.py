"""The forms of persons, of links to the United Nations, and of the details of acts."""

from typing import Any
from uuid import UUID

from flask import url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.cases.actions import parts
from reprisals.cases.actions.uses import hidden_names, may_keep_name
from reprisals.cases.actions.work import Work
from reprisals.cases.forms.fields import date_data, entity_text, state_text
from reprisals.cases.forms.people import ActForm, CooperationForm, PersonForm
from reprisals.cases.models.account import Act, ConsentAnswer, Cooperation, PersonConcerned
from reprisals.cases.persons.rules import Unit, person_label
from reprisals.cases.rules.outline import Step
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import Filled, Page, serve
from reprisals.cases.views.telling import filled_by, number, state_names
from reprisals.codes.entities import list_entities
from reprisals.i18n.marking import _
from reprisals.sealing.boxes import Revision
from reprisals.web.current import or_404, requires
from reprisals.web.filters import show
from reprisals.web.forms import language


def entity_names() -> dict[str, Any]:
    """The entities to choose from, as of today, in the order of the language."""
    return {"entity_names": [entity.name(language()) for entity in list_entities(language(), clock.today())]}


def named_persons(work: Work) -> list[tuple[PersonConcerned, Any, str]]:
    """The persons of a case with what they are called in lists: an alias, or their unit and place."""
    return [
        (row, content, show(person_label(Unit(row.unit), content.alias, place)))
        for place, (row, content) in enumerate(work.rows(PersonConcerned), start=1)
    ]


def list_taken_out(work: Work) -> list[tuple[UUID, str]]:
    """Those who were taken out of the case after they had answered, with what they were called. Raises Tampered."""
    held = {row.id for row in work.opened.load(PersonConcerned)}
    ledger = sorted(work.opened.load(ConsentAnswer), key=lambda row: row.sequence)
    gone = list(dict.fromkeys(row.person_id for row in ledger if row.person_id not in held))
    if not gone:
        return []
    last = {revision.row_id: revision for revision in work.opened.revisions()}
    return [(person, _called(work, last.get(person), place)) for place, person in enumerate(gone, start=1)]


def _called(work: Work, last: Revision | None, place: int) -> str:
    """What somebody was called when they were taken out, and that they were."""
    unit = Unit(last.facets["unit"]) if last else Unit.IND
    alias = work.opened.read_revision(PersonConcerned, last).alias if last else ""
    return show(_("%(name)s (taken out)", name=person_label(unit, alias, place)))


def _person_page(person_id: UUID) -> Page:
    def load(work: Work) -> Filled:
        row, content = work.find(PersonConcerned, person_id)
        if row is None:
            return Filled({"unit": Unit.IND, "gender": "N", "age_group": "UNK"}, "0")
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
        return filled_by(row, data)

    def save(work: Work, form: PersonForm, revision: str) -> None:
        parts.save_person(work, person_id, form.told(), number(revision))

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
        not_kept=lambda work: hidden_names(work, person_id),
    )


def _link_page(row_id: UUID) -> Page:
    def load(work: Work) -> Filled:
        row, content = work.find(Cooperation, row_id)
        if row is None:
            return Filled({"form": "UNK", "strength": "POS"}, "0")
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
        return filled_by(row, data)

    def save(work: Work, form: CooperationForm, revision: str) -> None:
        parts.save_cooperation(work, row_id, form.told(), number(revision))

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
        return filled_by(act, data)

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
