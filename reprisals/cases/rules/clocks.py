"""How urgent a case is, what happens to it next, and by when.

The clocks are promises to the person who called: somebody looks at an urgent case within 4 hours, at a
priority case within 24 hours, at any other within 5 working days of the duty station.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from reprisals.cases.rules.outline import Danger
from reprisals.cases.rules.stages import Stage
from reprisals.i18n.marking import Marked, _
from reprisals.identity.rules import Weekend


class Priority(StrEnum):
    """How soon somebody must look. The codes of the list `priorities`."""

    URGENT = "URGENT"
    PRIORITY = "PRIORITY"
    NORMAL = "NORMAL"


@dataclass(frozen=True, slots=True)
class NextStep:
    """What happens next to a case, and by when (None: no clock runs)."""

    text: Marked
    by: datetime | None = None


URGENT_WITHIN = timedelta(hours=4)
PRIORITY_WITHIN = timedelta(hours=24)
NORMAL_WORKING_DAYS = 5

IMMINENT_DAYS = 2
NEAR_DAYS = 14

REVIEW_URGENT = timedelta(days=30)
REVIEW_OTHERS = timedelta(days=90)

_RESTS: Mapping[Weekend, frozenset[int]] = MappingProxyType(
    {Weekend.SATURDAY_SUNDAY: frozenset({5, 6}), Weekend.FRIDAY_SATURDAY: frozenset({4, 5})}
)

PROMISE: Mapping[Priority, Marked] = MappingProxyType(
    {
        Priority.URGENT: _("An urgent case is to be read within 4 hours."),
        Priority.PRIORITY: _("A priority case is to be read within 24 hours."),
        Priority.NORMAL: _("This case is to be read within 5 working days."),
    }
)

_NEXT: Mapping[Stage, Marked] = MappingProxyType(
    {
        Stage.DRAFT: _("Finish the draft and submit it. Until then only your team can read it."),
        Stage.SUBMITTED: _("The team that triages the case reads it and decides."),
        Stage.MOREINFO: _("The team that logged the case adds what was asked for."),
        Stage.ACCEPTED: _("The teams that are asked answer, and action is chosen."),
        Stage.ACTION: _("Action is under way. What comes of it is recorded."),
        Stage.MONITORED: _("The situation is looked at again."),
        Stage.CLOSED: _("Nothing more is due. New facts can reopen the case."),
        Stage.OUTSCOPE: _("Nothing more is due. The decision can be reopened."),
        Stage.DUPLICATE: _("Work goes on in the other case."),
        Stage.REFERRED: _("The case is followed outside the system. The decision can be reopened."),
        Stage.WITHDRAWN: _("Nothing more is done, as the person wishes."),
    }
)


def triage_due(submitted_at: datetime, priority: Priority, weekend: Weekend) -> datetime:
    """Return by when somebody must have answered, in the time zone of `submitted_at`.

    Urgent: 4 hours; priority: 24 hours, both of elapsed time. Normal: the same time of day on the fifth
    working day after the day of submission, counted in the zone of `submitted_at`, which should be the duty
    station's. Raises ValueError if `submitted_at` has no time zone.
    """
    if submitted_at.tzinfo is None:
        raise ValueError("a time without a time zone")
    if priority is Priority.NORMAL:
        return _after_working_days(submitted_at, NORMAL_WORKING_DAYS, weekend)
    within = URGENT_WITHIN if priority is Priority.URGENT else PRIORITY_WITHIN
    return (submitted_at.astimezone(UTC) + within).astimezone(submitted_at.tzinfo)


def proposed_priority(danger: Danger, coming: tuple[date, date] | None, today: date) -> Priority:
    """Return the priority to propose; a person decides.

    `coming` is the first and the last day on which what is feared, a trial or a journey may fall. Urgent:
    danger now, or it must come within 2 days. Priority: danger not known, or it may come within 14 days. What
    has passed does not count.
    """
    if danger is Danger.YES:
        return Priority.URGENT
    if coming is not None and coming[1] >= today:
        if (coming[1] - today).days <= IMMINENT_DAYS:
            return Priority.URGENT
        if (coming[0] - today).days <= NEAR_DAYS:
            return Priority.PRIORITY
    return Priority.PRIORITY if danger is Danger.UNKNOWN else Priority.NORMAL


def next_step(stage: Stage, priority: Priority, since: datetime, weekend: Weekend) -> NextStep:
    """Return what happens next to a case that has been at `stage` since `since`, and by when.

    A submitted case and one that waits for information have the clock of `triage_due`; a monitored one is
    looked at again after 30 days if urgent, after 90 if not.
    """
    text = _NEXT[stage]
    if stage in (Stage.SUBMITTED, Stage.MOREINFO):
        return NextStep(text, triage_due(since, priority, weekend))
    if stage is Stage.MONITORED:
        return NextStep(text, since + (REVIEW_URGENT if priority is Priority.URGENT else REVIEW_OTHERS))
    return NextStep(text)


def _after_working_days(start: datetime, days: int, weekend: Weekend) -> datetime:
    due = start
    while days:
        due += timedelta(days=1)
        days -= due.weekday() not in _RESTS[weekend]
    return due
