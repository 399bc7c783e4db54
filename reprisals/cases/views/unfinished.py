"""What was begun on the pages of a case and not finished: named, gone on from, and dropped."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.last_page import is_ticked
from reprisals.cases.actions.unfinished import LAST_PAGE, NOBODY, Fields, drop_one, list_unfinished
from reprisals.cases.actions.work import Work
from reprisals.cases.models.account import Act
from reprisals.cases.models.case import Unfinished
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import open_to_change, open_to_read
from reprisals.cases.views.people import named_persons
from reprisals.cases.views.steps import CHECK, LABELS, address_of
from reprisals.i18n.marking import Marked, _
from reprisals.identity import queries as people
from reprisals.web.current import actor, db, or_404, requires
from reprisals.web.filters import show_code
from reprisals.web.forms import LINE, clean

PERSON, LINK, ACT, TITLE = "person", "link", "act", "title"
SHOWN = frozenset({"alias", "entity", "title"})
"""What is shown of a page that was begun, so that it can be told apart. Never a name that consent decides on."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A page that was begun: what it is about, what was typed to tell it apart, by whom and when, and where it goes on.

    `href` is empty where the page is no longer there; `by` is empty for the reader's own. `says` is what a last page says of
    the central team, `reason` why.
    """

    about: Marked
    name: str
    by: str
    at: datetime
    href: str
    drop: str
    says: Marked | None = None
    reason: str = field(default="", repr=False)


def begun_in(work: Work, *kinds: str, sent: Collection[UUID] = NOBODY) -> list[Begun]:
    """All that was begun and not finished, or only persons, links or acts; without the rows that are sent with the case."""
    rows = [pair for pair in list_unfinished(work, sent) if not kinds or _kind(pair[0]) in kinds]
    names = people.names_of(db(), {row.changed_by for row, _fields in rows})
    return [_begun(work, row, fields, names) for row, fields in rows]


@bp.route("/<uuid:case_id>/unfinished/<uuid:row_id>/drop", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def drop(case_id: UUID, row_id: UUID) -> ResponseReturnValue:
    """Ask, and destroy what was begun on a page."""
    if request.method == "POST":
        work = open_to_change(case_id)
        drop_one(work, row_id)
        return redirect(_after(work, said="case-dropped"))
    work = open_to_read(case_id, "drop")
    found = or_404(next((pair for pair in list_unfinished(work) if pair[0].id == row_id), None))
    begun = _begun(work, *found, people.names_of(db(), {found[0].changed_by}))
    return render_template("cases/drop.html", case=work.case, begun=begun, cancel=_after(work))


def _after(work: Work, **said: Any) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    return url_for("cases.check" if is_draft else "cases.show", case_id=work.id, **said)


def _kind(row: Unfinished) -> str:
    return row.page.partition(":")[0]


def _begun(work: Work, row: Unfinished, fields: Fields, names: dict[UUID, str]) -> Begun:
    typed = {name: clean(text)[:LINE] for name, text in fields if name in SHOWN}
    about, name, href = _PAGES.get(_kind(row), _step)(work, row, typed)
    is_own = row.changed_by == actor().person_id
    return Begun(
        about,
        name,
        "" if is_own else names.get(row.changed_by, ""),
        row.changed_at,
        href,
        url_for("cases.drop", case_id=work.id, row_id=row.id),
        *(_of_office(dict(fields)) if row.page == LAST_PAGE else ()),
    )


def _of_office(typed: dict[str, str]) -> tuple[Marked, str]:
    text = (
        _("The case concerns the reprisals team or somebody in it")
        if is_ticked(typed)
        else _("It is not said that the case concerns the reprisals team.")
    )
    return text, clean(typed.get("office_reason", ""))


def _target(row: Unfinished) -> UUID:
    return UUID(row.page.partition(":")[2])


def _person(work: Work, row: Unfinished, typed: dict[str, str]) -> tuple[Marked, str, str]:
    person_id = _target(row)
    known = next((name for held, _content, name in named_persons(work) if held.id == person_id), "")
    href = url_for("cases.person", case_id=work.id, person_id=person_id)
    about = _("Changes to a person or group") if known else _("A person or group")
    return about, known or typed.get("alias", ""), href


def _link(work: Work, row: Unfinished, typed: dict[str, str]) -> tuple[Marked, str, str]:
    href = url_for("cases.cooperation", case_id=work.id, row_id=_target(row))
    return _("A link to the United Nations"), typed.get("entity", ""), href


def _act(work: Work, row: Unfinished, _typed: dict[str, str]) -> tuple[Marked, str, str]:
    act, _content = work.find(Act, _target(row))
    if act is None:
        return _("Details of an act that is no longer in the case"), "", ""
    href = url_for("cases.act", case_id=work.id, act_id=act.id)
    return _("Details of an act"), show_code(act.code, "acts"), href


def _title(work: Work, _row: Unfinished, typed: dict[str, str]) -> tuple[Marked, str, str]:
    return _("Title of the case"), typed.get("title", ""), url_for("cases.title", case_id=work.id)


def _last(work: Work, row: Unfinished, typed: dict[str, str]) -> tuple[Marked, str, str]:
    is_own = row.changed_by == actor().person_id and work.case.stage == Stage.DRAFT
    return CHECK, typed.get("title", ""), url_for("cases.check", case_id=work.id) if is_own else ""


def _step(work: Work, row: Unfinished, _typed: dict[str, str]) -> tuple[Marked, str, str]:
    step = Step(_kind(row))
    return LABELS[step], "", address_of(work.id, step)


_PAGES: dict[str, Callable[[Work, Unfinished, dict[str, str]], tuple[Marked, str, str]]] = {
    PERSON: _person,
    LINK: _link,
    ACT: _act,
    TITLE: _title,
    LAST_PAGE: _last,
}
