"""The page of a case."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.drafts import outline_of
from reprisals.cases.actions.titles import shown_title
from reprisals.cases.actions.uses import glance_at
from reprisals.cases.actions.work import Work, may_edit
from reprisals.cases.consent.rules.ledger import Scope
from reprisals.cases.models.account import Account, Act
from reprisals.cases.rules.outline import missing_to_submit
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.consent import consent_rows, uses_of
from reprisals.cases.views.holders import list_holders, list_kept_out
from reprisals.cases.views.listing import next_of
from reprisals.cases.views.page import open_to_read
from reprisals.cases.views.told import told_of
from reprisals.cases.views.unfinished import begun_in
from reprisals.i18n.marking import _
from reprisals.identity import queries as people
from reprisals.web.current import actor, db, requires
from reprisals.web.filters import show, show_code, show_loose
from reprisals.web.forms import language


@bp.route("/<uuid:case_id>", endpoint="show")
@requires(Permission.CASE_READ)
def show_case(case_id: UUID) -> ResponseReturnValue:
    """The page of a case: where it stands, who can read it, what may be done, and what was told."""
    work = open_to_read(case_id, "page")
    if work.case.stage == Stage.DRAFT and may_edit(actor(), work.case):
        return redirect(url_for("cases.check", case_id=case_id))
    return render_template(
        "cases/show.html",
        work=work,
        case=work.case,
        title=shown_title(work.content, language()),
        next=next_of(work.case),
        holders=list_holders(case_id),
        kept_out=list_kept_out(work.opened.manifest.exclusions),
        scopes=[scope.value for scope in Scope],
        consent=consent_rows(work),
        uses=uses_of(glance_at(work)),
        missing=missing_to_submit(outline_of(work)),
        timeline=_timeline(work),
        can_change=may_edit(actor(), work.case),
        begun=begun_in(work) if may_edit(actor(), work.case) else [],
        owner=people.find_team(db(), work.case.owning_team_id),
        **told_of(work),
    )


def _timeline(work: Work) -> list[dict[str, Any]]:
    story = work.one(Account)[1]
    entries: list[dict[str, Any]] = []
    if story.since:
        entries.append({"when": story.since, "title": show(_("What happened")), "kind": None})
    if story.coming_on:
        entries.append({"when": story.coming_on, "title": show(_("What is feared to come")), "kind": None})
    for row, content in work.rows(Act):
        if content.since:
            entries.append({"when": content.since, "title": show_code(row.code, "acts")})
    entries.sort(key=lambda entry: str(entry["when"]).lstrip("~"))
    entries = [entry | {"when": show_loose(entry["when"])} for entry in entries]
    if work.case.submitted_at:
        entries.append({"at": work.case.submitted_at, "title": show(_("Submitted"))})
    return entries
