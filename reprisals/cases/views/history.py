"""The history of a case: what stood there before, what took its place, by whom and when."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.cases.actions.uses import may_keep_name
from reprisals.cases.actions.work import Work
from reprisals.cases.views.blueprint import bp
from reprisals.cases.views.page import open_to_read
from reprisals.cases.views.people import named_persons
from reprisals.cases.views.saying import FIELDS, PARTS, Said, say
from reprisals.identity import queries as people
from reprisals.identity.models import Team
from reprisals.sealing.boxes import Revision, SealedRow
from reprisals.web.current import db, requires
from reprisals.web.filters import show_code, show_entity

PAGE = 50
NAMES = frozenset({"legal_name", "other_names"})


@dataclass(frozen=True)
class State:
    """What a row said at one time: its facets and codes, and its document."""

    facets: dict[str, Any]
    document: object

    def value(self, said: Said) -> Any:
        """The value of a field, None where it is not there."""
        return self.facets.get(said.name) if said.is_facet else getattr(self.document, said.name, None)


@bp.route("/<uuid:case_id>/history")
@requires(Permission.CASE_READ)
def history(case_id: UUID) -> ResponseReturnValue:
    """Every change, the newest first: what stood there before beside what took its place."""
    work = open_to_read(case_id, "history")
    kept = [revision for revision in work.opened.revisions() if revision.table in PARTS]
    before = request.args.get("before", type=int)
    older = [r for r in reversed(kept) if before is None or r.number < before]
    page = older[:PAGE]
    names = people.names_of(db(), {r.changed_by for r in page} | {r.ended_by for r in page})
    telling = Telling(work, kept)
    return render_template(
        "cases/history.html",
        work=work,
        case=work.case,
        changes=[telling.change(revision, names) for revision in page],
        total=len(kept),
        first=url_for("cases.history", case_id=case_id) if before is not None else None,
        following=(
            url_for("cases.history", case_id=case_id, before=page[-1].number) if len(older) > PAGE else None
        ),
    )


class Telling:
    """Puts the revisions of an opened case in words. Names that may not be kept now are left out of them."""

    def __init__(self, work: Work, kept: list[Revision]) -> None:
        self.work = work
        self.kept = {(revision.row_id, revision.revision): revision for revision in kept}
        self.kinds = {kind.__tablename__: kind for kind in SealedRow.__subclasses__()}  # type: ignore[attr-defined]
        self.persons = {row.id: name for row, _content, name in named_persons(work)}
        self.teams: dict[str, Team] = {str(team.id): team for team in people.list_teams(db())}

    def change(self, revision: Revision, names: dict[UUID, str]) -> dict[str, Any]:
        """One change: the part, what it is about, both states of each field that differs, and who made it."""
        before, after = self._was(revision), self._became(revision)
        return {
            "part": PARTS[revision.table],
            "about": self._about(revision, before),
            "at": revision.valid_until,
            "by": names.get(revision.ended_by, ""),
            "since": revision.valid_from,
            "author": names.get(revision.changed_by, ""),
            "is_removed": after is None,
            "fields": list(self._differing(revision, before, after)),
        }

    def _was(self, revision: Revision) -> State:
        document = self.work.opened.read_revision(self.kinds[revision.table], revision)
        return State(revision.facets, document)

    def _became(self, revision: Revision) -> State | None:
        """What the row said next: its next revision, or what stands now. None where it was taken out."""
        following = self.kept.get((revision.row_id, revision.revision + 1))
        if following is not None:
            return self._was(following)
        row, document = self.work.find(self.kinds[revision.table], revision.row_id)
        return None if row is None else State(row.facets(self.work.opened.codes(row)), document)

    def _differing(self, revision: Revision, before: State, after: State | None) -> Any:
        is_person = revision.table == "person_concerned"
        hidden = NAMES if is_person and not may_keep_name(self.work, revision.row_id) else frozenset()
        for said in FIELDS[revision.table]:
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
