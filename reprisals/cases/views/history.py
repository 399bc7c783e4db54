"""The history of a case: what stood there before, what took its place, and what was answered, by whom and when."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.uses import hidden_names
from reprisals.cases.actions.work import Work
from reprisals.cases.models.account import ConsentAnswer, PersonConcerned
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import open_to_read
from reprisals.cases.views.people import list_taken_out, named_persons
from reprisals.cases.views.saying import FIELDS, PARTS, Said, say
from reprisals.identity import queries as people
from reprisals.identity.models import Team
from reprisals.sealing.boxes import Revision, SealedRow
from reprisals.web.current import db, requires
from reprisals.web.filters import show_code, show_entity

PAGE = 50


@dataclass(frozen=True)
class State:
    """What a row said at one time: its facets and codes, and its document."""

    facets: dict[str, Any]
    document: object

    def value(self, said: Said) -> Any:
        """The value of a field, None where it is not there."""
        return self.facets.get(said.name) if said.is_facet else getattr(self.document, said.name, None)


NOTHING = State({}, None)
Event = Revision | ConsentAnswer
"""Something of the past: what a row was until it was changed or taken out, or an answer that was added."""


def _when(event: Event) -> datetime:
    return event.valid_until if isinstance(event, Revision) else event.changed_at


def _find_following(kept: list[Revision]) -> dict[int, Revision]:
    """The next revision that was kept of the same row, by the number of the one before."""
    last: dict[UUID, Revision] = {}
    following = {}
    for revision in kept:
        if (before := last.get(revision.row_id)) is not None:
            following[before.number] = revision
        last[revision.row_id] = revision
    return following


def _follows(number: int, revision: Revision) -> bool:
    """Whether a revision took this one's place. A row that was taken out and came back begins at 1 again."""
    return number == revision.revision + 1


def _who(events: list[Event]) -> set[UUID]:
    ended = {event.ended_by for event in events if isinstance(event, Revision)}
    return {event.changed_by for event in events} | ended


@bp.route("/<uuid:case_id>/history")
@requires(Permission.CASE_READ)
def history(case_id: UUID) -> ResponseReturnValue:
    """Every change and every answer, the newest first: what stood there before beside what took its place."""
    work = open_to_read(case_id, "history")
    kept = [revision for revision in work.opened.revisions() if revision.table in PARTS]
    happened: list[Event] = [*work.opened.load(ConsentAnswer), *kept]
    events = sorted(happened, key=_when)
    before = request.args.get("before", type=int)
    older = [(n, e) for n, e in reversed(list(enumerate(events, start=1))) if before is None or n < before]
    page = older[:PAGE]
    telling = Telling(work, kept, people.names_of(db(), _who([event for _number, event in page])))
    return render_template(
        "cases/history.html",
        work=work,
        case=work.case,
        changes=[telling.tell(event) for _number, event in page],
        total=len(events),
        first=url_for("cases.history", case_id=case_id) if before is not None else None,
        following=(
            url_for("cases.history", case_id=case_id, before=page[-1][0]) if len(older) > PAGE else None
        ),
    )


def _teams_of(work: Work, kept: list[Revision]) -> dict[str, Team]:
    """The teams that the case names or named, by identifier as text."""
    standing = {"owning_team_id": work.case.owning_team_id, "triage_team_id": work.case.triage_team_id}
    told = [standing, *(revision.facets for revision in kept)]
    named = {UUID(str(said[name])) for said in told for name in standing if said.get(name)}
    return {str(team_id): team for team_id, team in people.teams_named(db(), named).items()}


class Telling:
    """Puts the revisions of an opened case in words. Names that may not be kept now are left out of them."""

    def __init__(self, work: Work, kept: list[Revision], names: dict[UUID, str]) -> None:
        self.work, self.names = work, names
        self.following = _find_following(kept)
        self.kinds = {kind.__tablename__: kind for kind in SealedRow.__subclasses__()}  # type: ignore[attr-defined]
        self.persons = {row.id: name for row, _content, name in named_persons(work)} | dict(
            list_taken_out(work)
        )
        self.teams: dict[str, Team] = _teams_of(work, kept)

    def tell(self, event: Event) -> dict[str, Any]:
        """A change, or an answer that was added to the consent ledger."""
        return self._change(event) if isinstance(event, Revision) else self._answer(event)

    def _answer(self, row: ConsentAnswer) -> dict[str, Any]:
        said = State(row.facets(self.work.opened.codes(row)), self.work.opened.read(row))
        return {
            "part": PARTS[row.table],
            "about": self.persons.get(row.person_id, ""),
            "at": row.changed_at,
            "by": self.names.get(row.changed_by, ""),
            "is_added": True,
            "fields": list(self._differing(row.table, frozenset(), NOTHING, said)),
        }

    def _change(self, revision: Revision) -> dict[str, Any]:
        """One change: the part, what it is about, both states of each field that differs, and who made it."""
        before, after = self._was(revision), self._became(revision)
        return {
            "part": PARTS[revision.table],
            "about": self._about(revision, before),
            "at": revision.valid_until,
            "by": self.names.get(revision.ended_by, ""),
            "since": revision.valid_from,
            "author": self.names.get(revision.changed_by, ""),
            "is_removed": after is None,
            "fields": list(self._differing(revision.table, self._hidden(revision), before, after)),
        }

    def _was(self, revision: Revision) -> State:
        document = self.work.opened.read_revision(self.kinds[revision.table], revision)
        return State(revision.facets, document)

    def _became(self, revision: Revision) -> State | None:
        """What the row said next: its next revision, or what stands now. None where it was taken out, even if it came back."""
        following = self.following.get(revision.number)
        if following is not None:
            return self._was(following) if _follows(following.revision, revision) else None
        row, document = self.work.find(self.kinds[revision.table], revision.row_id)
        if row is None or not _follows(row.revision, revision):
            return None
        return State(row.facets(self.work.opened.codes(row)), document)

    def _hidden(self, revision: Revision) -> frozenset[str]:
        is_person = revision.table == PersonConcerned.__tablename__
        return hidden_names(self.work, revision.row_id) if is_person else frozenset()

    def _differing(self, table: str, hidden: frozenset[str], before: State, after: State | None) -> Any:
        for said in FIELDS[table]:
            was, became = before.value(said), after.value(said) if after else None
            if said.name not in hidden and (was or None) != (became or None):
                yield {
                    "label": said.label,
                    "before": say(said, was, self.teams),
                    "after": say(said, became, self.teams) if after else "",
                }

    def _about(self, revision: Revision, state: State) -> str:
        if revision.table == "person_concerned":
            return self.persons.get(revision.row_id) or str(getattr(state.document, "alias", ""))
        if revision.table == "act":
            return show_code(state.facets.get("code"), "acts")
        return show_entity(state.facets.get("entity")) if revision.table == "cooperation" else ""
