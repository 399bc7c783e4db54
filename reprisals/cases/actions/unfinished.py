"""What is typed on a page before it holds: kept as it stands, gone on from, dropped. Nothing of it is sent with a case."""

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID

from reprisals.audit.actions import record_case
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.work import Work, mark
from reprisals.cases.models.case import SearchText, Unfinished, UnfinishedContent
from reprisals.i18n.marking import RuleBroken, _

LAST_PAGE = "check"
"""What is typed on the page that submits is sent with it, so it is never left out."""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed on a page and not yet taken into the case. `mark` names the version that a page shows."""

    fields: Fields = field(default=(), repr=False)
    mark: str = ""


def keep_unfinished(work: Work, page: str, fields: Fields) -> None:
    """Seal what is typed on a page as it stands, whether or not it holds. Two people's words do not displace each other.

    Nothing follows from it, so nothing else of the case is opened or written, unless it is the first that is told.
    """
    row = next((r for r in _rows_of(work, page) if r.changed_by == work.actor.person_id), None)
    content = UnfinishedContent(fields)
    if row is None:
        work.opened.add(Unfinished(page=page), content)
    elif work.opened.read(row) != content:
        work.opened.change(row, content)
    name = page.partition(":")[0]
    if not work.opened.load(SearchText):
        finish_work(work, "case.kept", page=name)
    elif work.opened.dirty:
        record_case(work.session, work.actor, "case.kept", work.id, page=name)


def unfinished_of(work: Work, page: str) -> Kept:
    """What the actor typed on a page and has not finished, or else what somebody else of the team did."""
    rows = _rows_of(work, page)
    if not rows:
        return Kept()
    row = max(rows, key=lambda row: (row.changed_by == work.actor.person_id, row.changed_at))
    return Kept(work.opened.read(row).fields, _mark_of(row))


def list_unfinished(work: Work) -> list[tuple[Unfinished, Fields]]:
    """All that was begun and not finished, by whomever, in the order in which it was begun. The last page is not among it."""
    return [(row, content.fields) for row, content in work.rows(Unfinished) if row.page != LAST_PAGE]


def mark_of_unfinished(work: Work) -> str:
    """The mark of all that is not finished, empty where there is nothing: who saw it knows what would be left out."""
    rows = sorted(_mark_of(row) for row, _fields in list_unfinished(work))
    return mark("unfinished", *rows) if rows else ""


def leave_out_unfinished(work: Work, seen: str) -> int:
    """Take out what is not finished, before a case is sent. Says how many pages.

    `seen` is the mark of what the person agreed to leave out. Raises RuleBroken where that is not all there is.
    """
    if mark_of_unfinished(work) != seen:
        raise RuleBroken(
            _(
                "Something was begun and not finished. Go on with it, drop it, or say here that it is left out."
            ),
            "leave_out",
        )
    left_out = len(list_unfinished(work))
    _remove(work, work.opened.load(Unfinished))
    return left_out


def drop_unfinished(work: Work, page: str) -> None:
    """What the actor typed has been taken into the case, or is not wanted. What others are typing stays."""
    _remove(work, [row for row in _rows_of(work, page) if row.changed_by == work.actor.person_id])


def drop_shown(work: Work, page: str, mark: str) -> None:
    """The actor was shown what somebody else had typed, and goes on from it. What they save then is recorded with it."""
    _remove(work, [row for row in _rows_of(work, page) if _mark_of(row) == mark])


def drop_one(work: Work, row_id: UUID) -> None:
    """Destroy what was begun on one page and is not wanted, if it is still there. Nothing of it is kept."""
    found = [row for row, _fields in list_unfinished(work) if row.id == row_id]
    if found:
        _remove(work, found)
        name = found[0].page.partition(":")[0]
        record_case(work.session, work.actor, "case.unfinished-dropped", work.id, page=name)


def _remove(work: Work, rows: Collection[Unfinished]) -> None:
    for row in rows:
        work.opened.remove(row)


def _rows_of(work: Work, page: str) -> list[Unfinished]:
    return [row for row in work.opened.load(Unfinished) if row.page == page]


def _mark_of(row: Unfinished) -> str:
    return f"{row.id}.{row.revision}"
