"""The page that submits, where several of a team type on it: what goes with the case, and who says that it concerns the office.

A case that went to the wrong team cannot be called back. Where anybody says that it concerns the central team, it goes there
only after whoever submits has seen that, and says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from reprisals.cases.actions.drafts import is_office_kept_out, office_reason_of
from reprisals.cases.actions.unfinished import list_last_pages, list_own_last_page, mark_of_row
from reprisals.cases.actions.work import Work, mark
from reprisals.i18n.marking import RuleBroken, _

FALSE = frozenset({"", "false"})


@dataclass(frozen=True, slots=True)
class OfficeSaid:
    """Whether the case itself, or another last page than this one, says that it concerns the central team.

    `mark` names all that is said of it: who saw it knows what they contradict. `is_own`: the actor alone said it, on another
    page of theirs.
    """

    is_concerned: bool
    reason: str = field(repr=False)
    mark: str
    is_own: bool = False


def is_ticked(fields: Mapping[str, str]) -> bool:
    """Whether the box that says that the case concerns the central team is ticked on a last page."""
    return fields.get("office_concerned", "") not in FALSE


def says_concerned(fields: Mapping[str, str]) -> bool:
    """Whether what was typed on a last page says that the case concerns the central team: the tick, or why it does."""
    return is_ticked(fields) or bool(fields.get("office_reason", "").strip())


def office_said(work: Work) -> OfficeSaid:
    """What is said of the central team, apart from what whoever asks types on their own page."""
    is_kept_out, reason = is_office_kept_out(work), office_reason_of(work)
    others = [(row, fields) for row, fields in list_last_pages(work) if says_concerned(fields)]
    reasons = [text for _row, fields in reversed(others) if (text := fields.get("office_reason", "").strip())]
    return OfficeSaid(
        is_concerned=is_kept_out or bool(others),
        reason=reason or next(iter(reasons), ""),
        mark=mark("office", is_kept_out, reason, *(mark_of_row(row) for row, _fields in others)),
        is_own=not is_kept_out and {row.changed_by for row, _fields in others} == {work.actor.person_id},
    )


def check_office(said: OfficeSaid, seen: str, *, is_concerned: bool) -> None:
    """Raise RuleBroken where the case would go to the central team, although somebody says what whoever submits has not seen.

    `seen` is the mark of what their page showed.
    """
    if said.is_concerned and not is_concerned and seen != said.mark:
        text = (
            _(
                "You said in another tab or on another device that the case concerns the reprisals team. "
                "It is ticked here again: untick it only if you know that it does not."
            )
            if said.is_own
            else _(
                "Somebody of your team said that the case concerns the reprisals team. It is ticked here again: "
                "untick it only if you know that it does not."
            )
        )
        raise RuleBroken(text, "office_concerned")


def sent_with(work: Work, *, is_concerned: bool) -> dict[UUID, str]:
    """The rows of the last page that are sent with the case, with their marks: what the actor typed on this page, and what it
    was filled with, unless that is a colleague's and says otherwise of the central team.
    """
    others = [
        row
        for row, fields in list_last_pages(work)
        if mark_of_row(row) == work.window.filled and says_concerned(fields) == is_concerned
    ]
    return {row.id: mark_of_row(row) for row in [*list_own_last_page(work), *others]}
