"""The page that submits, where several of a team type on it: what goes with the case, and who says that it concerns the office.

A case that went to the wrong team cannot be called back. Where anybody says that it concerns the central team, it goes there
only after whoever submits has seen that, and says otherwise.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from reprisals.cases.actions.drafts import is_office_kept_out, office_reason_of
from reprisals.cases.actions.unfinished import LAST_PAGE, list_last_pages, list_unfinished, mark_of_row
from reprisals.cases.actions.work import Work, mark
from reprisals.i18n.marking import RuleBroken, _

FALSE = frozenset({"", "false"})


@dataclass(frozen=True, slots=True)
class OfficeSaid:
    """Whether the case itself, or a colleague on a last page of theirs, says that it concerns the central team.

    `mark` names all that is said of it: who saw it knows what they contradict.
    """

    is_concerned: bool
    reason: str = field(repr=False)
    mark: str


def says_concerned(fields: Mapping[str, str]) -> bool:
    """Whether what was typed on a last page says that the case concerns the central team."""
    return fields.get("office_concerned", "") not in FALSE


def office_said(work: Work) -> OfficeSaid:
    """What is said of the central team, apart from what whoever asks types on their own page."""
    is_kept_out, reason = is_office_kept_out(work), office_reason_of(work)
    others = [(row, fields) for row, fields in list_last_pages(work) if says_concerned(fields)]
    reasons = [text for _row, fields in reversed(others) if (text := fields.get("office_reason", "").strip())]
    return OfficeSaid(
        is_concerned=is_kept_out or bool(others),
        reason=reason or next(iter(reasons), ""),
        mark=mark("office", is_kept_out, reason, *(mark_of_row(row) for row, _fields in others)),
    )


def check_office(said: OfficeSaid, seen: str, *, is_concerned: bool) -> None:
    """Raise RuleBroken where the case would go to the central team, although somebody says what whoever submits has not seen.

    `seen` is the mark of what their page showed.
    """
    if said.is_concerned and not is_concerned and seen != said.mark:
        raise RuleBroken(
            _(
                "Somebody of your team said that the case concerns the reprisals team. It is ticked here again: "
                "untick it only if you know that it does not."
            ),
            "office_concerned",
        )


def sent_with(work: Work, shown: str, *, is_concerned: bool) -> frozenset[UUID]:
    """The rows of the last page that are sent with the case: the actor's own, and a colleague's that the page was filled with.

    `shown` is the mark of that one. It is not sent where it says otherwise of the central team.
    """
    own = {
        row.id
        for row, _fields in list_unfinished(work)
        if row.page == LAST_PAGE and row.changed_by == work.actor.person_id
    }
    others = {
        row.id
        for row, fields in list_last_pages(work)
        if mark_of_row(row) == shown and says_concerned(fields) == is_concerned
    }
    return frozenset(own | others)
