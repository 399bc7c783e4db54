"""The steps in which a case is told, and where each leads."""

from dataclasses import dataclass
from uuid import UUID

from flask import url_for

from reprisals.cases.actions.work import Work
from reprisals.cases.models.account import (
    Account,
    Act,
    ConsentAnswer,
    Cooperation,
    PersonConcerned,
    Reach,
    Wish,
)
from reprisals.cases.rules.outline import Step
from reprisals.i18n.marking import Marked, _
from reprisals.web.filters import show

ORDER = (
    Step.DANGER,
    Step.WHAT,
    Step.STATES,
    Step.WHO,
    Step.LINK,
    Step.WISH,
    Step.CONSENT,
    Step.REACH,
)
LABELS: dict[Step, Marked] = {
    Step.DANGER: _("Danger now"),
    Step.WHAT: _("What happened"),
    Step.STATES: _("State concerned"),
    Step.WHO: _("Who"),
    Step.LINK: _("Link to the UN"),
    Step.WISH: _("What they want"),
    Step.CONSENT: _("Consent"),
    Step.REACH: _("Reaching back"),
}
CHECK = _("Check and submit")


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as the page shows it."""

    label: str
    href: str
    state: str


def address_of(case_id: UUID, step: Step) -> str:
    """The page of a step."""
    return url_for(f"cases.{step.value}", case_id=case_id)


def next_address(case_id: UUID, step: Step | None) -> str:
    """Where a draft goes on after a step."""
    if step is None or step is ORDER[-1]:
        return url_for("cases.check", case_id=case_id)
    return address_of(case_id, ORDER[ORDER.index(step) + 1])


def previous_address(case_id: UUID, step: Step | None) -> str:
    """The step before; of the first one itself; of a page that is no step, the check."""
    if step is None:
        return url_for("cases.check", case_id=case_id)
    return address_of(case_id, ORDER[max(ORDER.index(step) - 1, 0)])


def steps_of(work: Work, current: Step | None) -> list[ShownStep]:
    """All steps of a draft, and the check at the end."""
    done = _done(work)
    shown = [
        ShownStep(
            show(LABELS[step]),
            address_of(work.id, step),
            "current" if step is current else "done" if step in done else "todo",
        )
        for step in ORDER
    ]
    state = "current" if current is None else "todo"
    return [*shown, ShownStep(show(CHECK), url_for("cases.check", case_id=work.id), state)]


def first_steps(current: Step) -> list[ShownStep]:
    """The steps of a case that does not exist yet."""
    shown = [ShownStep(show(LABELS[step]), "", "current" if step is current else "todo") for step in ORDER]
    return [*shown, ShownStep(show(CHECK), "", "todo")]


def _done(work: Work) -> set[Step]:
    found = {
        Step.DANGER: work.case.danger is not None,
        Step.STATES: bool(work.states()),
        Step.WHAT: bool(work.opened.load(Account) or work.opened.load(Act)),
        Step.WHO: bool(work.opened.load(PersonConcerned)) or work.content.is_general,
        Step.LINK: bool(work.opened.load(Cooperation)),
        Step.WISH: bool(work.opened.load(Wish)),
        Step.CONSENT: bool(work.opened.load(ConsentAnswer)),
        Step.REACH: bool(work.opened.load(Reach)),
    }
    return {step for step, is_done in found.items() if is_done}
