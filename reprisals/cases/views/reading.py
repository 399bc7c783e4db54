"""The list of a team's cases, and the page of a case."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.audit.opening import open_titles
from reprisals.cases import queries
from reprisals.cases.actions.drafts import outline_of
from reprisals.cases.actions.uses import concerned_of, may_keep_name
from reprisals.cases.actions.work import Work, may_edit
from reprisals.cases.consent.rules.ledger import Scope
from reprisals.cases.models.account import (
    Account,
    Act,
    ConsentAnswer,
)
from reprisals.cases.models.case import Case, CaseContent
from reprisals.cases.rules.clocks import Priority, Weekend, next_step
from reprisals.cases.rules.outline import missing_to_submit
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.consent import consent_rows, uses_of
from reprisals.cases.views.page import open_to_read
from reprisals.cases.views.told import told_of
from reprisals.codes.lists import get_list
from reprisals.codes.states import find_state, list_states
from reprisals.i18n.marking import Marked, _
from reprisals.identity import queries as people
from reprisals.sealing.boxes import Revision, SealedRow
from reprisals.sealing.grants import Grant
from reprisals.web.current import actor, db, keyring, requires
from reprisals.web.filters import show, show_code, show_loose, show_state
from reprisals.web.forms import clean, language

LISTS = {"stage": "case_stages", "priority": "priorities", "record_type": "record_types"}
FILTERS = ("state", *LISTS)
NOTHING = "-"
PART_NAMES: dict[str, Marked] = {
    "case_record": _("Case"),
    "account": _("What happened"),
    "act": _("Act"),
    "person_concerned": _("Person concerned"),
    "cooperation": _("Link to the UN"),
    "wish": _("What they want"),
    "reach": _("Reaching back"),
    "consent_answer": _("Consent"),
    "exclusion": _("Who is kept out"),
}


@bp.route("")
@requires(Permission.CASE_LOG)
def index() -> ResponseReturnValue:
    """The cases that one's teams logged, with where each stands."""
    chosen = {name: clean(request.args.get(name)) for name in FILTERS}
    filters = _filters(chosen)
    found = queries.list_team_cases(db(), actor(), filters, _after(request.args.get("after", "")))
    page, has_more = found[: queries.PAGE], len(found) > queries.PAGE
    titles = open_titles(db(), keyring(), actor(), page, "list")
    following = _address(chosen, after=_mark(page[-1])) if has_more else None
    return render_template(
        "cases/index.html",
        cases=_rows(page, titles),
        total=queries.count_team_cases(db(), actor(), filters),
        drafts=queries.count_drafts(db(), actor()),
        chips=_chips(chosen),
        chosen=chosen,
        following=following,
        first=_address(chosen) if request.args.get("after") else None,
        state_names=[state.name(language()) for state in list_states(language())],
        lists={
            name: get_list(name).choices(language()) for name in ("case_stages", "priorities", "record_types")
        },
    )


def _filters(chosen: dict[str, str]) -> queries.Filters:
    state = find_state(chosen["state"])
    codes = {name: _known(chosen[name], list_name) for name, list_name in LISTS.items()}
    return queries.Filters(state.iso3 if state else chosen["state"] and NOTHING, **codes)


def _known(code: str, list_name: str) -> str:
    """A code of a list, or one that no case has."""
    return code if not code or code in get_list(list_name) else NOTHING


def _rows(cases: list[Case], titles: Any) -> list[dict[str, Any]]:
    states = queries.states_of(db(), [case.id for case in cases])
    teams = {team.id: team.name for team in people.list_teams(db())}
    rows = []
    for case in cases:
        content = titles.get(case.id)
        if not isinstance(content, CaseContent):
            rows.append(_damaged(case))
            continue
        is_draft = case.stage == Stage.DRAFT
        rows.append(
            {
                "href": url_for("cases.check" if is_draft else "cases.show", case_id=case.id),
                "reference": case.reference,
                "danger": case.danger,
                "states": [show_state(iso3) for iso3 in states.get(case.id, [])],
                "stage": case.stage,
                "priority": None if is_draft else case.priority,
                "deadline": case.due_at,
                "next": show(_next(case).text),
                "owner": teams.get(case.triage_team_id or case.owning_team_id),
                "title": content.title,
            }
        )
    return rows


def _damaged(case: Case) -> dict[str, Any]:
    """A case that does not open: nothing that its row says can be relied on."""
    return {
        "href": url_for("cases.show", case_id=case.id),
        "reference": case.reference,
        "title": show(_("This case does not open.")),
    }


def _next(case: Case) -> Any:
    return next_step(Stage(case.stage), Priority(case.priority), case.stage_since, Weekend.SATURDAY_SUNDAY)


def _mark(case: Case) -> str:
    return f"{case.urgency}.{case.sort_at.isoformat(timespec='microseconds')}.{case.id}"


def _after(text: str) -> queries.After | None:
    urgency, _dot, rest = text.partition(".")
    moment, _dot, case_id = rest.rpartition(".")
    try:
        after = queries.After(int(urgency), datetime.fromisoformat(moment).astimezone(UTC), UUID(case_id))
    except (ValueError, OverflowError):
        return None
    return after if after.urgency in {0, 1} else None


def _address(chosen: dict[str, str], **more: str) -> str:
    kept = {name: value for name, value in chosen.items() if value} | more
    return f"{url_for('cases.index')}?{urlencode(kept)}" if kept else url_for("cases.index")


def _chips(chosen: dict[str, str]) -> list[tuple[str, str]]:
    chips = []
    for name, value in chosen.items():
        if not value:
            continue
        known = name in LISTS and value in get_list(LISTS[name])
        text = show_code(value, LISTS[name]) if known else value
        chips.append((text, _address({k: v for k, v in chosen.items() if k != name})))
    return chips


@bp.route("/<uuid:case_id>", endpoint="show")
@requires(Permission.CASE_READ)
def show_case(case_id: UUID) -> ResponseReturnValue:
    """The page of a case: where it stands, who can read it, what may be done, and what was told."""
    work = open_to_read(case_id, "page")
    if work.case.stage == Stage.DRAFT and may_edit(actor(), work.case):
        return redirect(url_for("cases.check", case_id=case_id))
    concerned = concerned_of(work)
    return render_template(
        "cases/show.html",
        work=work,
        case=work.case,
        next=_next(work.case),
        holders=_holders(queries.holders_of(db(), case_id)),
        scopes=[scope.value for scope in Scope],
        consent=consent_rows(work),
        uses=uses_of(concerned),
        answers=len(work.opened.load(ConsentAnswer)),
        missing=missing_to_submit(outline_of(work)),
        timeline=_timeline(work),
        can_change=may_edit(actor(), work.case),
        owner=people.find_team(db(), work.case.owning_team_id),
        **told_of(work),
    )


def _holders(grants: list[Grant]) -> list[dict[str, Any]]:
    names = {team.id: team.name for team in people.list_teams(db())}
    return [{"name": names.get(grant.holder_id, ""), "since": grant.made_at} for grant in grants]


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


@bp.route("/<uuid:case_id>/history")
@requires(Permission.CASE_READ)
def history(case_id: UUID) -> ResponseReturnValue:
    """Every change, the newest first, with what stood there before."""
    work = open_to_read(case_id, "history")
    revisions = [r for r in work.opened.revisions() if r.table in PART_NAMES]
    names = people.names_of(db(), {r.changed_by for r in revisions} | {r.ended_by for r in revisions})
    return render_template(
        "cases/history.html",
        work=work,
        case=work.case,
        revisions=[_revision(work, revision, names) for revision in reversed(revisions[-200:])],
        total=len(revisions),
    )


def _revision(work: Work, revision: Revision, names: dict[UUID, str]) -> dict[str, Any]:
    kind = next(k for k in SealedRow.__subclasses__() if k.__tablename__ == revision.table)  # type: ignore[attr-defined]
    document = work.opened.read_revision(kind, revision)
    hidden = {"legal_name", "other_names"} if revision.table == "person_concerned" else set()
    words = {name: value for name, value in vars(document).items() if value and name not in hidden}
    if revision.table == "person_concerned" and may_keep_name(work, revision.row_id):
        words |= {
            name: getattr(document, name) for name in ("legal_name", "other_names") if getattr(document, name)
        }
    return {
        "part": PART_NAMES[revision.table],
        "until": revision.valid_until,
        "since": revision.valid_from,
        "written_by": names.get(revision.changed_by, ""),
        "changed_by": names.get(revision.ended_by, ""),
        "words": [(name, value) for name, value in words.items() if isinstance(value, str)],
    }
