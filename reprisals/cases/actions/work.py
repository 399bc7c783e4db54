"""Work on one case: opened, locked where it is to be changed, and written part by part."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.orm import Session

from reprisals.access import Actor, NotAllowed, Permission, require
from reprisals.audit.opening import OpenCase, open_case
from reprisals.cases import queries
from reprisals.cases.models.case import Case, CaseContent, Exclusion
from reprisals.cases.models.registry import KINDS
from reprisals.i18n.marking import RuleBroken, _
from reprisals.sealing.boxes import CaseFile, Codes, SealedRow
from reprisals.sealing.documents import canonical
from reprisals.sealing.keyring import Keyring

Row = TypeVar("Row", bound=SealedRow)
T = TypeVar("T")
NO_DEADLINE = datetime(9999, 1, 1, tzinfo=UTC)


class Clash(Exception):
    """Somebody else changed the row since the form was opened. `row` is what stands now."""

    def __init__(self, row: SealedRow | None) -> None:
        super().__init__("clash")
        self.row = row


@dataclass(frozen=True, slots=True)
class Window:
    """The page that somebody types on, as its form tells of it.

    `tab` is drawn each time the page is opened; `filled` is the mark of the unfinished words that it was filled with, `beside`
    are the marks of those that it shows beside its own. `of_draft`: the case was a draft when it was opened.
    """

    tab: str = ""
    filled: str = ""
    beside: frozenset[str] = frozenset()
    of_draft: bool = False


@dataclass
class Work:
    """A case that is being worked on by somebody who may. `window` is the page that they type on, where there is one."""

    session: Session
    actor: Actor
    keyring: Keyring = field(repr=False)
    opened: OpenCase
    case: Case
    content: CaseContent
    window: Window = Window()
    _known: dict[type[SealedRow], tuple[object, Any]] = field(default_factory=dict, repr=False)

    @property
    def id(self) -> UUID:
        """The case's identifier."""
        return self.case.id

    def rows(self, kind: type[Row]) -> list[tuple[Row, Any]]:
        """The rows of a kind with their documents."""
        return [(row, self.opened.read(row)) for row in self.opened.load(kind)]

    def derive(self, kind: type[Row], make: Callable[[list[Row]], T]) -> T:
        """What follows from the rows of a kind: made once, and again after one of them was written."""
        written, known = self.opened.written(kind), self._known.get(kind)
        if known is None or known[0] is not written:
            known = self._known[kind] = (written, make(self.opened.load(kind)))
        made: T = known[1]
        return made

    def one(self, kind: type[Row]) -> tuple[Row | None, Any]:
        """The only row of a kind, or None with an empty document."""
        rows = self.rows(kind)
        return rows[0] if rows else (None, kind.DOCUMENT())

    def find(self, kind: type[Row], row_id: UUID) -> tuple[Row | None, Any]:
        """The row with this identifier, or None."""
        return next(((row, document) for row, document in self.rows(kind) if row.id == row_id), (None, None))

    def put_one(
        self, kind: type[Row], document: object, started_from: int, codes: Codes | None = None
    ) -> None:
        """Write the only row of a kind. Raises Clash where it is no longer the revision that the form started from."""
        row = next(iter(self.opened.load(kind)), None)
        check_revision(row, started_from)
        if row is None:
            self.opened.add(kind(), document, codes)
        else:
            self.write(row, document, codes)

    def write(self, row: SealedRow, document: object, codes: Codes | None = None, **facets: Any) -> None:
        """Write a row, if anything of it is new. `codes` of None leaves them as they are."""
        changed = {name: value for name, value in facets.items() if getattr(row, name) != value}
        given = None if codes is None else {name: held for name, held in codes.items() if held}
        is_same_codes = given is None or self.opened.codes(row) == given
        if not changed and is_same_codes and self.opened.read(row) == document:
            return
        for name, value in changed.items():
            setattr(row, name, value)
        self.opened.change(row, document, given)

    def change_case(
        self, content: CaseContent | None = None, codes: Codes | None = None, **facets: Any
    ) -> None:
        """Write the case itself, if anything of it is new."""
        self.content = content or self.content
        self.write(self.case, self.content, codes, **facets)

    def states(self) -> tuple[str, ...]:
        """The States concerned, ISO 3166-1 alpha-3."""
        return tuple(sorted(self.opened.codes(self.case).get("states", ())))


def read_case(session: Session, keyring: Keyring, actor: Actor, case: Case, purpose: str) -> Work:
    """Open a case to read. Raises NotAllowed, CannotOpen, NotTrusted, Tampered."""
    require(actor, Permission.CASE_READ)
    return _work(session, keyring, actor, case, open_case(session, keyring, actor, case.id, purpose))


def begin_work(session: Session, keyring: Keyring, actor: Actor, case_id: UUID) -> Work:
    """Open a case to change, locked until the commit. Raises NotAllowed for those whose part it is not."""
    case = queries.find_case(session, actor, case_id)
    if case is None:
        raise NotAllowed(Permission.CASE_EDIT)
    opened = open_case(session, keyring, actor, case_id, "change")
    session.refresh(case)
    if not may_edit(actor, case):
        raise NotAllowed(Permission.CASE_EDIT)
    return _work(session, keyring, actor, case, opened)


def may_edit(actor: Actor, case: Case) -> bool:
    """Whether the actor's team logged the case, or triages it now that it is submitted."""
    if actor.may(Permission.CASE_EDIT, case.owning_team_id):
        return True
    return case.triage_team_id is not None and actor.may(Permission.CASE_EDIT, case.triage_team_id)


def check_revision(row: SealedRow | None, started_from: int) -> None:
    """Raise Clash unless the row is still the revision that was started from; 0 means that there was none."""
    if (row.revision if row else 0) != started_from:
        raise Clash(row)


def check_free(session: Session, row_id: UUID) -> None:
    """Raise RuleBroken where an identifier that a page brought along belongs to a row already, of this or another case.

    Rows are bound by their identifiers, so one that is used twice would damage the other case.
    """
    kinds: list[Any] = [CaseFile, *KINDS]
    taken = union_all(*(select(kind.id).where(kind.id == row_id) for kind in kinds))
    if session.execute(taken.limit(1)).first() is not None:
        raise RuleBroken(_("This page has run out. Open it again from the list."))


def mark(*values: object) -> str:
    """What a form on values of the case itself started from. The case's own revision would also move with other parts."""
    return hashlib.sha256(canonical([str(value) for value in values])).hexdigest()[:16]


def danger_mark(work: Work) -> str:
    """The mark of what is said about danger."""
    return mark("danger", work.case.danger, work.content.danger_words)


def states_mark(work: Work) -> str:
    """The mark of the States concerned."""
    return mark("states", *work.states())


def title_mark(work: Work) -> str:
    """The mark of the title."""
    return mark("title", work.content.title)


def check_mark(current: str, started_from: str, row: SealedRow) -> None:
    """Raise Clash unless the values are still those that the form started from."""
    if current != started_from:
        raise Clash(row)


def _work(session: Session, keyring: Keyring, actor: Actor, case: Case, opened: OpenCase) -> Work:
    opened.check(Case, [case])
    opened.load(Exclusion)
    return Work(session, actor, keyring, opened, case, opened.read(case))
