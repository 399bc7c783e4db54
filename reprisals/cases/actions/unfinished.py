"""What is typed on a page before it holds: kept as it stands, gone on from, dropped. Nothing of it is sent with a case."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from reprisals.audit.actions import record_case
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.work import Work, mark
from reprisals.cases.models.account import Act, Cooperation, PersonConcerned
from reprisals.cases.models.case import SearchText, Unfinished, UnfinishedContent
from reprisals.i18n.marking import RuleBroken, _

LAST_PAGE = "check"
"""The page that submits. What whoever submits typed on it is sent with the case; what others typed on it is not."""
NOBODY: frozenset[UUID] = frozenset()
MOST_BEGUN, MOST_BESIDE, MOST_TYPED = 30, 10, 250_000
"""How many new items of a kind can be begun and not finished in a case, how often one person can have begun the same page, and
how many characters an unfinished page has.
"""

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed on a page and not yet taken into the case, by whom and when. `mark` names this version."""

    fields: Fields = field(default=(), repr=False)
    mark: str = ""
    by: UUID | None = None
    at: datetime | None = None


class NoRoom(RuleBroken):
    """What was typed cannot be kept unfinished: there is too much of it. It has to stay on the page."""


def is_too_long(fields: Fields) -> bool:
    """Whether one of the fields has more characters than are kept unfinished."""
    return _length_of(fields) > MOST_TYPED


def check_typed(fields: Fields) -> None:
    """Raise NoRoom where one of the fields is too long to be kept unfinished."""
    if is_too_long(fields):
        raise NoRoom(
            _(
                "This is too long to be kept while it is not finished. It has %(length)s characters; at most %(most)s fit.",
                length=_length_of(fields),
                most=MOST_TYPED,
            )
        )


def check_room(work: Work, page: str, fields: Fields) -> None:
    """Raise NoRoom where there is too much to be kept: on this page, or on pages of new items that were only begun."""
    check_typed(fields)
    if _row_of(work, page) is None and len(_own_rows(work, page)) >= MOST_BESIDE:
        raise NoRoom(
            _(
                "You have begun this page %(most)s times and not finished it. Finish it or drop some of that first.",
                most=MOST_BESIDE,
            )
        )
    kind = page.partition(":")[0] + ":"
    begun = {row.page for row in work.opened.load(Unfinished) if row.page.startswith(kind)}
    if ":" not in page or page in begun or len(begun) < MOST_BEGUN:
        return
    held = {
        kind + str(row.id) for item in (PersonConcerned, Cooperation, Act) for row in work.opened.load(item)
    }
    if page not in held and len(begun - held) >= MOST_BEGUN:
        raise NoRoom(
            _(
                "In this case %(most)s pages of this kind are begun and not finished. Finish or drop some of them first.",
                most=MOST_BEGUN,
            )
        )


def keep_unfinished(work: Work, page: str, fields: Fields) -> None:
    """Seal what is typed on a page as it stands, whether or not it holds.

    It takes the place of what the same page kept before, or of the actor's own words that it was filled with. Nobody else's are
    displaced, nor one's own from another tab. Nothing follows from it, so nothing else of the case is opened or written, unless
    it is the first that is told. Raises NoRoom.
    """
    check_room(work, page, fields)
    row = _row_of(work, page)
    content = UnfinishedContent(fields, work.window.tab)
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
    return _kept(work, row)


def list_beside(work: Work, page: str) -> list[Kept]:
    """What the actor typed on the same page in another tab or on another device, and did not finish; the oldest first."""
    rows = [row for row in _own_rows(work, page) if not _is_here(work, row)]
    return [_kept(work, row) for row in sorted(rows, key=lambda row: row.changed_at)]


def list_unfinished(work: Work, sent: Collection[UUID] = NOBODY) -> list[tuple[Unfinished, Fields]]:
    """All that was begun and not finished, by whomever, in the order in which it was begun.

    `sent` are rows of the last page that are sent with the case now, so that nothing of them is left out.
    """
    return [(row, content.fields) for row, content in work.rows(Unfinished) if row.id not in sent]


def list_last_pages(work: Work) -> list[tuple[Unfinished, dict[str, str]]]:
    """What was typed on other last pages than this one, by whomever, with the name of each field, the oldest first."""
    rows = [pair for pair in list_unfinished(work) if pair[0].page == LAST_PAGE]
    others = [(row, dict(fields)) for row, fields in rows if not (_is_own(work, row) and _is_here(work, row))]
    return sorted(others, key=lambda pair: pair[0].changed_at)


def list_own_last_page(work: Work) -> list[Unfinished]:
    """What the actor typed on this last page, or what it was filled with of their own."""
    return [row for row in _own_rows(work, LAST_PAGE) if _is_here(work, row)]


def mark_of_unfinished(work: Work, sent: Collection[UUID] = NOBODY) -> str:
    """The mark of all that is not finished, empty where there is nothing: who saw it knows what would be left out."""
    rows = sorted(mark_of_row(row) for row, _fields in list_unfinished(work, sent))
    return mark("unfinished", *rows) if rows else ""


def leave_out_unfinished(work: Work, seen: str, sent: Collection[UUID] = NOBODY) -> int:
    """Take out what is not finished, and what is `sent`, before a case is submitted. Says how many pages are left out.

    `seen` is the mark of what the person agreed to leave out. Raises RuleBroken where that is not all there is.
    """
    if mark_of_unfinished(work, sent) != seen:
        raise RuleBroken(
            _(
                "Something was begun and not finished. Go on with it, drop it, or say here that it is left out."
            ),
            "leave_out",
        )
    left_out = len(list_unfinished(work, sent))
    _remove(work, work.opened.load(Unfinished))
    return left_out


def drop_unfinished(work: Work, page: str) -> None:
    """What was typed on this page, and what it showed, has been taken into the case. What it did not show stays."""
    shown = {work.window.filled, *work.window.beside}
    rows = _rows_of(work, page)
    _remove(
        work,
        [row for row in rows if mark_of_row(row) in shown or (_is_own(work, row) and _is_here(work, row))],
    )


def drop_sent(work: Work, sent: Collection[UUID]) -> None:
    """What was typed on these rows of the last page has been taken into the case."""
    found = [row for row in work.opened.load(Unfinished) if row.id in sent]
    if found:
        _remove(work, found)
        record_case(work.session, work.actor, "case.changed", work.id, part="exclusion")


def drop_one(work: Work, row_id: UUID) -> None:
    """Destroy what was begun on one page and is not wanted, if it is still there. Nothing of it is kept."""
    found = [row for row, _fields in list_unfinished(work) if row.id == row_id]
    if found:
        _remove(work, found)
        name = found[0].page.partition(":")[0]
        record_case(work.session, work.actor, "case.unfinished-dropped", work.id, page=name)


def _length_of(fields: Fields) -> int:
    return max((len(text) for _name, text in fields), default=0)


def _remove(work: Work, rows: Collection[Unfinished]) -> None:
    for row in rows:
        work.opened.remove(row)


def _rows_of(work: Work, page: str) -> list[Unfinished]:
    return [row for row in work.opened.load(Unfinished) if row.page == page]


def _own_rows(work: Work, page: str) -> list[Unfinished]:
    return [row for row in _rows_of(work, page) if _is_own(work, row)]


def _row_of(work: Work, page: str) -> Unfinished | None:
    """The actor's row of the page that they type on: what it kept before, else what it was filled with."""
    here = [row for row in _own_rows(work, page) if _is_here(work, row)]
    return next((row for row in here if _is_typed_here(work, row)), here[0] if here else None)


def _is_own(work: Work, row: Unfinished) -> bool:
    return row.changed_by == work.actor.person_id


def _is_here(work: Work, row: Unfinished) -> bool:
    """Whether the page that the actor types on wrote this row, or was filled with it as it stands."""
    return _is_typed_here(work, row) or mark_of_row(row) == work.window.filled


def _is_typed_here(work: Work, row: Unfinished) -> bool:
    content: UnfinishedContent = work.opened.read(row)
    return content.tab == work.window.tab


def _kept(work: Work, row: Unfinished) -> Kept:
    content: UnfinishedContent = work.opened.read(row)
    return Kept(content.fields, mark_of_row(row), row.changed_by, row.changed_at)


def mark_of_row(row: Unfinished) -> str:
    """The mark of one row as it stands."""
    return f"{row.id}.{row.revision}"
