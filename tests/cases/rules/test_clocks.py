from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.rules.clocks import (
    PROMISE,
    Priority,
    next_step,
    proposed_priority,
    triage_due,
)
from reprisals.cases.rules.outline import Danger
from reprisals.cases.rules.stages import Stage
from reprisals.identity.rules import Weekend

MON_FRI = Weekend.SATURDAY_SUNDAY
SUN_THU = Weekend.FRIDAY_SATURDAY
MONDAY = datetime(2024, 3, 4, 10, 30, tzinfo=UTC)
TODAY = date(2024, 3, 4)

moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds
weekends = st.sampled_from(Weekend)


def after(days: int) -> date:
    return TODAY + timedelta(days=days)


@given(moments, weekends)
def test_urgent_cases_are_due_after_4_hours_and_priority_cases_after_24(
    at: datetime, weekend: Weekend
) -> None:
    assert triage_due(at, Priority.URGENT, weekend) - at == timedelta(hours=4)
    assert triage_due(at, Priority.PRIORITY, weekend) - at == timedelta(hours=24)


@pytest.mark.parametrize(
    ("day", "weekend", "due_day"),
    [
        (4, MON_FRI, 11),  # Monday to Monday
        (8, MON_FRI, 15),  # Friday to Friday
        (9, MON_FRI, 15),  # Saturday to Friday
        (10, MON_FRI, 15),  # Sunday to Friday
        (7, SUN_THU, 14),  # Thursday to Thursday
        (8, SUN_THU, 14),  # Friday to Thursday
        (10, SUN_THU, 17),  # Sunday to Sunday
    ],
)
def test_other_cases_are_due_on_the_fifth_working_day_of_the_duty_station(
    day: int, weekend: Weekend, due_day: int
) -> None:
    assert triage_due(MONDAY.replace(day=day), Priority.NORMAL, weekend) == MONDAY.replace(day=due_day)


@given(moments, weekends)
def test_between_a_normal_case_and_its_clock_lie_five_working_days(at: datetime, weekend: Weekend) -> None:
    due = triage_due(at, Priority.NORMAL, weekend)
    rests = {5, 6} if weekend is MON_FRI else {4, 5}
    days = [(at + timedelta(days=n)).weekday() for n in range(1, (due - at).days + 1)]

    assert len([day for day in days if day not in rests]) == 5
    assert due.weekday() not in rests


def test_hours_are_hours_when_the_clocks_change() -> None:
    before = datetime(2024, 3, 31, 0, 30, tzinfo=ZoneInfo("Europe/Zurich"))

    due = triage_due(before, Priority.URGENT, MON_FRI)
    assert due.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=4)
    assert due.tzinfo == before.tzinfo


def test_a_time_without_a_zone_has_no_clock() -> None:
    with pytest.raises(ValueError, match="time zone"):
        triage_due(MONDAY.replace(tzinfo=None), Priority.URGENT, MON_FRI)


@pytest.mark.parametrize(
    ("danger", "coming", "priority"),
    [
        (Danger.YES, None, Priority.URGENT),
        (Danger.UNKNOWN, None, Priority.PRIORITY),
        (Danger.NO, None, Priority.NORMAL),
        (Danger.NO, (after(0), after(0)), Priority.URGENT),
        (Danger.NO, (after(2), after(2)), Priority.URGENT),
        (Danger.NO, (after(3), after(3)), Priority.PRIORITY),
        (Danger.NO, (after(14), after(14)), Priority.PRIORITY),
        (Danger.NO, (after(15), after(15)), Priority.NORMAL),
        (Danger.UNKNOWN, (after(15), after(15)), Priority.PRIORITY),
        (Danger.NO, (after(-3), after(27)), Priority.PRIORITY),  # "in March", said on the 4th
        (Danger.NO, (after(-30), after(-1)), Priority.NORMAL),  # passed
        (Danger.UNKNOWN, (after(-30), after(-1)), Priority.PRIORITY),
    ],
)
def test_the_priority_proposed_follows_danger_and_what_is_coming(
    danger: Danger, coming: tuple[date, date] | None, priority: Priority
) -> None:
    assert proposed_priority(danger, coming, TODAY) is priority


@given(st.integers(-40, 400), st.integers(0, 60), st.sampled_from(Danger))
def test_danger_now_is_urgent_whatever_is_coming_and_more_danger_never_lowers_it(
    start: int, length: int, danger: Danger
) -> None:
    coming = (after(start), after(start + length))
    order = [Priority.NORMAL, Priority.PRIORITY, Priority.URGENT]

    assert proposed_priority(Danger.YES, coming, TODAY) is Priority.URGENT
    proposed = order.index(proposed_priority(danger, coming, TODAY))
    assert proposed >= order.index(proposed_priority(Danger.NO, None, TODAY))
    assert proposed >= order.index(proposed_priority(Danger.NO, coming, TODAY))


@pytest.mark.parametrize("stage", Stage)
def test_every_stage_says_what_happens_next(stage: Stage) -> None:
    step = next_step(stage, Priority.NORMAL, MONDAY, MON_FRI)

    assert step.text.msgid
    assert (step.by is not None) == (stage in {Stage.SUBMITTED, Stage.MOREINFO, Stage.MONITORED})


def test_a_submitted_case_is_due_by_its_clock() -> None:
    assert next_step(Stage.SUBMITTED, Priority.URGENT, MONDAY, MON_FRI).by == MONDAY + timedelta(hours=4)
    assert next_step(Stage.MOREINFO, Priority.NORMAL, MONDAY, MON_FRI).by == MONDAY + timedelta(days=7)


def test_a_monitored_case_is_looked_at_monthly_if_urgent_and_quarterly_if_not() -> None:
    assert next_step(Stage.MONITORED, Priority.URGENT, MONDAY, MON_FRI).by == MONDAY + timedelta(days=30)
    assert next_step(Stage.MONITORED, Priority.NORMAL, MONDAY, MON_FRI).by == MONDAY + timedelta(days=90)


def test_each_priority_comes_with_its_promise() -> None:
    assert "4 hours" in PROMISE[Priority.URGENT].msgid
    assert "24 hours" in PROMISE[Priority.PRIORITY].msgid
    assert "5 working days" in PROMISE[Priority.NORMAL].msgid
