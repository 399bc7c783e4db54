"""What is sent is what was shown: the mark that the last page carries, what is said where the case is no longer that, and
where it was sent already.
"""

from dataclasses import dataclass
from typing import Any

from flask import render_template, request

from reprisals.audit import queries as log
from reprisals.cases.actions.drafts import is_office_kept_out, office_reason_of
from reprisals.cases.actions.work import Work, danger_mark, mark, states_mark
from reprisals.cases.forms.closing import CheckForm
from reprisals.cases.models.account import (
    Account,
    Act,
    ConsentAnswer,
    Cooperation,
    PersonConcerned,
    Reach,
    Wish,
)
from reprisals.i18n.marking import Marked, RuleBroken, _
from reprisals.identity import queries as people
from reprisals.web.current import SAFE_METHODS, actor, db
from reprisals.web.errors import typed
from reprisals.web.filters import show, show_list
from reprisals.web.forms import Form

TOLD = (Account, Act, PersonConcerned, Cooperation, Wish, Reach, ConsentAnswer)
CHANGES = frozenset({"case.changed", "consent.answered", "consent.withdrawn"})
"""What the log calls a change of what is sent."""

_PARTS: dict[str, Marked] = {
    "danger": _("Danger now"),
    "account": _("What happened"),
    "act": _("What happened"),
    "states": _("State concerned"),
    "person": _("Who is concerned"),
    "cooperation": _("Link to the United Nations"),
    "wish": _("What the person wants"),
    "reach": _("Reaching back"),
    "title": _("Title"),
    "exclusion": _("Who is kept out"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a last page showed: the number of the manifest, and marks over all that is told and over the title.

    The number alone would also move with what somebody is only typing.
    """

    number: int
    told: str
    title: str

    def __str__(self) -> str:
        return f"{self.number}.{self.told}.{self.title}"


def shown_of(work: Work, title: str) -> Shown:
    """What a page shows of the case as it stands, with this title."""
    rows = [f"{row.id}.{row.revision}" for kind in TOLD for row in work.opened.load(kind)]
    told = mark("told", danger_mark(work), states_mark(work), work.content.is_general, *sorted(rows))
    return Shown(work.opened.manifest.number, told, _mark_title(title))


def read_shown(text: str) -> Shown:
    """What a form says that its page showed. Where it says nothing of the kind, it is never what stands."""
    number, _dot, rest = text.partition(".")
    told, _dot, title = rest.partition(".")
    return Shown(int(number), told, title) if number.isascii() and number.isdecimal() else Shown(0, "", "")


def is_as_shown(work: Work, form: CheckForm, seen: Shown, now: Shown) -> bool:
    """Whether what is told is still what the page showed, and no title of somebody else would be written over.

    A second click finds the title that the first one wrote, and goes on.
    """
    title_stands = seen.title == now.title or not work.content.title_is_own
    return seen.told == now.told and (title_stands or form.title.data == work.content.title)


def follow_title(work: Work, form: CheckForm, seen: Shown, title: str) -> None:
    """A title that nobody touched follows the case. Beside one that was typed stands what it has become meanwhile."""
    is_new = bool(seen.title) and seen.title != _mark_title(title)
    if _mark_title(form.title.data or "") == seen.title:
        form.title.data = title
    elif is_new and work.content.title_is_own and title != form.title.data:
        form.refuse(RuleBroken(_("In the case the title is now: %(title)s", title=title), "title"))


def say_changed(work: Work, form: Form, seen: Shown) -> None:
    """Who changed the case since the page was opened, and what."""
    changes = log.list_changes(db(), work.id, seen.number, CHANGES)
    who = {entry.actor_id for entry in changes if entry.actor_id is not None}
    names = people.names_of(db(), who - {actor().person_id})
    form.refuse(RuleBroken(_changed_by(sorted(names.values()), is_own=actor().person_id in who)))
    parts = [_part_of(entry.action, entry.details) for entry in changes]
    told = list(dict.fromkeys(show(part) for part in parts if part is not None))
    if told and seen.number:
        form.refuse(RuleBroken(_("What was changed: %(parts)s", parts=show_list(told))))


def answer_sent(work: Work, fields: Any = None) -> tuple[str, int]:
    """The case was sent before this: by whom, when and to which team, with what was typed, or these fields, to be copied."""
    sent = log.find_last(db(), work.id, "case.submitted")
    sender = sent.actor_id if sent else None
    team_id = work.case.triage_team_id
    page = render_template(
        "cases/sent.html",
        case=work.case,
        team=people.find_team(db(), team_id) if team_id else None,
        by=people.names_of(db(), {sender}).get(sender, "") if sender is not None else "",
        is_own=sender == actor().person_id,
        fields=typed() if fields is None else tuple(fields),
        is_kept=fields is not None,
    )
    return page, 200 if request.method in SAFE_METHODS else 409


def is_second_click(work: Work, form: CheckForm | None) -> bool:
    """Whether the actor sent the case, and this says nothing else than what was sent."""
    sent = log.find_last(db(), work.id, "case.submitted")
    if sent is None or sent.actor_id != actor().person_id:
        return False
    if form is None:
        return True
    is_concerned = bool(form.office_concerned.data)
    said = (form.title.data, is_concerned, form.office_reason.data or "")
    return said == (work.content.title, is_office_kept_out(work), office_reason_of(work))


def _changed_by(names: list[str], *, is_own: bool) -> Marked:
    if names:
        return _(
            "The case was changed by %(names)s since you opened this page. Look at it again.",
            names=show_list(names),
        )
    if is_own:
        return _("You changed the case in another window since you opened this page. Look at it again.")
    return _("The case was changed since you opened this page. Look at it again.")


def _part_of(action: str, details: dict[str, Any]) -> Marked | None:
    return _("Consent") if action.startswith("consent.") else _PARTS.get(str(details.get("part")))


def _mark_title(title: str) -> str:
    return mark("title", title.strip())
