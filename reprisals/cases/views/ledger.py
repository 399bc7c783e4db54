"""The consent ledger of one person: each answer, who recorded it, and what took its place."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.uses import glance_at, ledger_of, stands_against
from reprisals.cases.actions.work import Work, may_edit
from reprisals.cases.consent.rules.ledger import Scope, find_replaced
from reprisals.cases.models.account import ConsentAnswer
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.consent import KEY, uses_of
from reprisals.cases.views.page import open_to_read
from reprisals.cases.views.people import list_taken_out, named_persons
from reprisals.identity import queries as people
from reprisals.web.current import actor, db, requires


@bp.route("/<uuid:case_id>/consent/<uuid:person_id>")
@requires(Permission.CASE_READ)
def person_consent(case_id: UUID, person_id: UUID) -> ResponseReturnValue:
    """One person's answers, scope by scope, the latest first, and what may be done now because of them.

    Of somebody who was taken out the answers are shown, and whether they still stand against the use of the case.
    """
    work = open_to_read(case_id, KEY)
    persons = {row.id: name for row, _content, name in named_persons(work)}
    is_taken_out = person_id not in persons
    name = dict(list_taken_out(work)).get(person_id) if is_taken_out else persons[person_id]
    if name is None:
        return redirect(url_for("cases.show", case_id=case_id))
    entries = _entries(work, person_id)
    return render_template(
        "cases/person_consent.html",
        work=work,
        case=work.case,
        name=name,
        is_taken_out=is_taken_out,
        stands=is_taken_out and stands_against(work, person_id),
        scopes=[(s.value, [e for e in entries if e["row"].scope == s.value]) for s in Scope],
        uses=[] if is_taken_out else uses_of(glance_at(work, person_id)),
        can_change=may_edit(actor(), work.case),
    )


def _entries(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    rows = [entry for entry in work.rows(ConsentAnswer) if entry[0].person_id == person_id]
    rows.sort(key=lambda entry: -entry[0].sequence)
    replaced = find_replaced(entry for entry in ledger_of(work) if entry.person == person_id)
    by_number = {row.sequence: row for row, _content in rows}
    names = people.names_of(db(), {row.changed_by for row, _content in rows})
    return [
        {
            "row": row,
            "content": content,
            "entities": sorted(work.opened.codes(row).get("entities", ())),
            "recorded_by": names.get(row.changed_by, ""),
            "replaced_by": by_number.get(replaced.get(row.sequence, 0)),
        }
        for row, content in rows
    ]
