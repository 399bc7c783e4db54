"""The list of cases: what one's teams logged, and what was sent to them."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission, Role
from reprisals.audit.opening import open_titles
from reprisals.cases import queries
from reprisals.cases.actions.titles import shown_title
from reprisals.cases.models.case import Case, CaseContent
from reprisals.cases.rules.clocks import NextStep, Priority, next_step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.codes.lists import get_list
from reprisals.codes.states import find_state, list_states
from reprisals.i18n.marking import _
from reprisals.identity import queries as people
from reprisals.identity.rules import Weekend
from reprisals.web.current import actor, db, keyring, requires
from reprisals.web.filters import show, show_code, show_state
from reprisals.web.forms import clean, language

LISTS = {"stage": "case_stages", "priority": "priorities", "record_type": "record_types"}
FILTERS = ("state", *LISTS)
NOTHING = "-"
SIDE, LOGGED, RECEIVED = "side", "logged", "received"
TRIAGING = frozenset({Role.CENTRAL_MEMBER, Role.CENTRAL_LEAD, Role.ALTERNATE_MEMBER, Role.ALTERNATE_LEAD})
DRAFTS_SHOWN = 3


@bp.route("")
@requires(Permission.CASE_LOG)
def index() -> ResponseReturnValue:
    """The cases that one's teams logged, or that were sent to them, with where each stands."""
    chosen = {name: clean(request.args.get(name)) for name in FILTERS}
    side = _side()
    asked = chosen | ({SIDE: side} if _is_triaging() else {})
    filters = _filters(chosen, is_received=side == RECEIVED)
    after = _after(request.args.get("after", ""))
    found = queries.find_page(db(), actor(), filters, after)
    page, has_more = found.cases[: queries.PAGE], len(found.cases) > queries.PAGE
    is_whole = after is None and not any(chosen.values())
    drafts = queries.list_drafts(db(), actor(), DRAFTS_SHOWN) if is_whole and side == LOGGED else []
    titles = _titles([*page, *(case for case, _at in drafts)])
    return render_template(
        "cases/index.html",
        cases=_rows(page, titles, is_received=side == RECEIVED),
        total=found.total,
        drafts=_drafts(drafts, titles),
        draft_count=queries.count_drafts(db(), actor()) if drafts else 0,
        drafts_address=_address({**asked, "stage": Stage.DRAFT.value}),
        chips=_chips(chosen, asked),
        chosen=chosen,
        side=side,
        sides=_sides(side),
        clear=_address({SIDE: asked.get(SIDE, "")}),
        following=_address(asked, after=_mark(page[-1])) if has_more else None,
        first=_address(asked) if request.args.get("after") else None,
        is_state_unknown=bool(chosen["state"]) and find_state(chosen["state"]) is None,
        state_names=[state.name(language()) for state in list_states(language())],
        lists={name: get_list(name).choices(language()) for name in LISTS.values()},
    )


def _is_triaging() -> bool:
    return bool(TRIAGING & actor().roles)


def _side() -> str:
    """Which cases are listed: those that were sent to a team that triages, unless the others are asked for."""
    if not _is_triaging():
        return LOGGED
    return LOGGED if request.args.get(SIDE) == LOGGED else RECEIVED


def _sides(side: str) -> list[dict[str, Any]]:
    """The two lists of a team that triages."""
    if not _is_triaging():
        return []
    names = ((RECEIVED, _("Sent to my team")), (LOGGED, _("Logged by my team")))
    return [{"words": text, "href": _address({SIDE: name}), "is_shown": name == side} for name, text in names]


def _filters(chosen: dict[str, str], *, is_received: bool) -> queries.Filters:
    state = find_state(chosen["state"])
    codes = {name: _known(chosen[name], list_name) for name, list_name in LISTS.items()}
    iso3 = state.iso3 if state else chosen["state"] and NOTHING
    return queries.Filters(iso3, **codes, is_received=is_received)


def _known(code: str, list_name: str) -> str:
    """A code of a list, or one that no case has."""
    return code if not code or code in get_list(list_name) else NOTHING


def _titles(cases: list[Case]) -> Any:
    """The documents of the cases on the page, each opened once, as one entry of the log."""
    return open_titles(db(), keyring(), actor(), list({case.id: case for case in cases}.values()), "list")


def _drafts(drafts: list[tuple[Case, datetime]], titles: Any) -> list[dict[str, Any]]:
    """The drafts to go on with. One that does not open is left to the list, which says so."""
    return [
        {
            "href": url_for("cases.check", case_id=case.id),
            "reference": case.reference,
            "title": shown_title(titles[case.id], language()),
            "touched_at": at,
        }
        for case, at in drafts
        if isinstance(titles.get(case.id), CaseContent)
    ]


def _rows(cases: list[Case], titles: Any, *, is_received: bool) -> list[dict[str, Any]]:
    """Each case with where it stands and whom it is with, or of what was received who logged it."""
    states = queries.states_of(db(), [case.id for case in cases])
    shown = {case.id: _team_of(case, is_received=is_received) for case in cases}
    teams = people.teams_named(db(), shown.values())
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
                "next": show(next_of(case).text),
                "owner": teams.get(shown[case.id]),
                "title": shown_title(content, language()),
            }
        )
    return rows


def _team_of(case: Case, *, is_received: bool) -> UUID:
    return case.owning_team_id if is_received else case.triage_team_id or case.owning_team_id


def _damaged(case: Case) -> dict[str, Any]:
    """A case that does not open: nothing that its row says can be relied on."""
    return {
        "href": url_for("cases.show", case_id=case.id),
        "reference": case.reference,
        "title": show(_("This case does not open.")),
    }


def next_of(case: Case) -> NextStep:
    """What happens next to a case."""
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


def _address(asked: dict[str, str], **more: str) -> str:
    kept = {name: value for name, value in asked.items() if value} | more
    return f"{url_for('cases.index')}?{urlencode(kept)}" if kept else url_for("cases.index")


def _chips(chosen: dict[str, str], asked: dict[str, str]) -> list[tuple[str, str]]:
    chips = []
    for name, value in chosen.items():
        if not value:
            continue
        known = name in LISTS and value in get_list(LISTS[name])
        text = show_code(value, LISTS[name]) if known else value
        state = find_state(value) if name == "state" else None
        text = show_state(state.iso3) if state else text
        chips.append((text, _address({k: v for k, v in asked.items() if k != name})))
    return chips
