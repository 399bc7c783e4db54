"""Reporting periods and regional groups."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from reprisals.codes.groupings import groups_of, list_groupings, load_belongings
from reprisals.codes.lists import UnknownCode
from reprisals.codes.periods import list_periods, period_of, report_year_of
from reprisals.codes.states import list_states

GROUPS = "grouping,group,iso3,from,to\n"


def test_a_period_knows_its_report():
    period = period_of(date(2024, 6, 1))

    assert period is not None
    assert (period.report_year, period.symbol, period.session) == (2025, "A/HRC/60/62", 60)
    assert (period.period_from, period.period_to) == (date(2024, 5, 1), date(2025, 4, 30))


def test_a_report_that_has_no_symbol_yet_says_so():
    assert {period.report_year for period in list_periods() if not period.symbol} == {2026, 2027}


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2013, 6, 15), 2013),
        (date(2013, 6, 16), 2014),
        (date(2019, 5, 31), 2019),
        (date(2019, 6, 1), 2020),
        (date(2020, 4, 30), 2020),
        (date(2020, 5, 1), 2021),
    ],
)
def test_the_first_and_the_last_day_belong_to_the_period(day, year):
    assert report_year_of(day) == year


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (date(2027, 4, 30), 2027),
        (date(2027, 5, 1), 2028),
        (date(2031, 1, 1), 2031),
        (date(2010, 4, 30), 2010),
        (date(2010, 5, 1), 2011),
        (date(1, 1, 1), 1),
        (date(9999, 12, 31), 10000),
    ],
)
def test_where_no_period_is_on_file_the_year_runs_from_may_to_april(day, year):
    assert report_year_of(day) == year


def test_no_day_falls_between_two_periods():
    on_file = [(each.period_from, each.period_to) for each in list_periods() if each.period_to]

    for (_, last), (first, _) in pairwise(on_file):
        assert first == last + timedelta(days=1)


def test_a_day_without_a_period_has_none():
    assert period_of(date(2011, 1, 1)) is None
    assert period_of(date(2030, 1, 1)) is None


def test_every_member_state_belongs_to_exactly_one_regional_group():
    assert list_groupings() == ("UNREG",)
    for state in list_states("en"):
        assert len(groups_of("UNREG", state.iso3)) == state.is_member(), state.iso3
    assert groups_of("UNREG", "TUR") == ("WEOG",)
    assert groups_of("UNREG", "KIR") == ("ASIAPACIFIC",)


def test_a_grouping_that_is_not_on_file_is_refused():
    with pytest.raises(UnknownCode):
        groups_of("NOSUCH", "TUR")


def test_belonging_has_a_first_and_a_last_day(tmp_path):
    path = tmp_path / "groupings.csv"
    path.write_text(f"{GROUPS}UNREG,WEOG,TUR,2000-01-01,2009-12-31\n", encoding="utf-8")
    (belonging,) = load_belongings(path)

    assert belonging.holds_on(date(2000, 1, 1))
    assert belonging.holds_on(date(2009, 12, 31))
    assert not belonging.holds_on(date(1999, 12, 31))
    assert not belonging.holds_on(date(2010, 1, 1))
    assert groups_of("UNREG", "TUR", date(1950, 1, 1)) == ("WEOG",)
