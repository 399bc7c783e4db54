"""The page that somebody types on: what its form tells of it, and what they typed on the same page elsewhere."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from flask import request
from werkzeug.datastructures import MultiDict

from reprisals.cases.actions.unfinished import Kept, list_beside
from reprisals.cases.actions.work import Window, Work
from reprisals.cases.rules.stages import Stage
from reprisals.identity import queries as people
from reprisals.web.current import actor, db
from reprisals.web.kept import kept_fields

TAB, FILLED, BESIDE, OF_DRAFT = "tab", "kept", "beside", "of_draft"
WINDOW = frozenset({TAB, FILLED, BESIDE, OF_DRAFT})
"""The fields of a form that tell of the page, and not of the case."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Whose unfinished words a page is filled with, and when they were typed. `by` is empty for the reader's own."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """What one typed on the same page elsewhere: when, and each field that says something else there, with its text."""

    at: datetime
    mark: str
    told: tuple[tuple[str, str], ...] = field(repr=False)


def window_of(fields: "MultiDict[str, str]") -> Window:
    """What the fields of a form tell of its page."""
    return Window(
        _tab(fields.get(TAB, "")),
        fields.get(FILLED, ""),
        frozenset(fields.getlist(BESIDE)),
        bool(fields.get(OF_DRAFT)),
    )


def typed_here(work: Work) -> Work:
    """The case as it is worked on from the page that was sent."""
    work.window = window_of(request.form)
    return work


def opened_anew(work: Work, kept: Kept) -> Work:
    """The case as it is shown on a page that is opened now, filled with a form that came too late, or with what was kept."""
    late, is_draft = kept_fields(), work.case.stage == Stage.DRAFT
    if late is None:
        work.window = Window(str(uuid4()), kept.mark, of_draft=is_draft)
    else:
        before = window_of(late)
        work.window = replace(before, tab=before.tab or str(uuid4()), beside=frozenset(), of_draft=is_draft)
    return work


def first_window(fields: "MultiDict[str, str] | None" = None) -> Window:
    """The page on which a case is begun."""
    before = window_of(fields) if fields else Window()
    return Window(before.tab or str(uuid4()), of_draft=True)


def is_overtaken(work: Work) -> bool:
    """Whether what was typed on a draft's page comes after the case was submitted. Others than those it was typed for read it
    by then, so nothing of it may be stored.
    """
    return work.window.of_draft and work.case.stage != Stage.DRAFT


def comes_too_late(work: Work, late: "MultiDict[str, str]") -> bool:
    """Whether a form that was kept was typed on a draft's page, and the case has been submitted since."""
    return window_of(late).of_draft and work.case.stage != Stage.DRAFT


def origin_of(kept: Kept) -> Origin | None:
    """Whose words these are and since when, for the page that is filled with them; None where it is not."""
    if kept.at is None or kept_fields() is not None:
        return None
    by = kept.by if kept.by != actor().person_id else None
    return Origin(_name(by) if by else "", kept.at)


def show_beside(work: Work, key: str) -> Window:
    """The page as it tells of itself once all that the actor typed on it elsewhere stands beside the form, or in it."""
    return replace(work.window, beside=frozenset(kept.mark for kept in list_beside(work, key)))


def _name(person_id: UUID) -> str:
    names: dict[UUID, Any] = people.names_of(db(), {person_id})
    return str(names.get(person_id, ""))


def _tab(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
