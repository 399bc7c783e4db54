from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reprisals.cases.happenings.rules import (
    FIRST_YEAR,
    LAST_YEAR,
    LooseDate,
    Precision,
    TypedDate,
    Within,
    check_period,
    from_iso,
    parse,
)
from reprisals.i18n.marking import RuleBroken

TODAY = date(2024, 5, 7)
HUGE = pytest.param("9" * 200_000, id="huge")
ODD = ["07.05.2024", "2024-05-07T10:00", "~", "~~2024", " 2024", "٢٠٢٤", "2024\n", "\x002024", HUGE]
DIGITS = {
    "arabic": "٠١٢٣٤٥٦٧٨٩",
    "persian": "۰۱۲۳۴۵۶۷۸۹",
    "devanagari": "०१२३४५६७८९",
    "wide": "０１２３４５６７８９",
}


@st.composite
def loose_dates(draw: st.DrawFn) -> LooseDate:
    day = draw(st.dates(date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)))
    precision = draw(st.sampled_from([Precision.DAY, Precision.MONTH, Precision.YEAR]))
    month = None if precision is Precision.YEAR else day.month
    found = LooseDate(day.year, month, day.day if precision is Precision.DAY else None, precision)
    return draw(st.sampled_from([found, LooseDate(found.year, found.month, found.day, Precision.EST)]))


def typed(found: LooseDate) -> TypedDate:
    return TypedDate(
        str(found.day or ""), str(found.month or ""), str(found.year), about=found.precision is Precision.EST
    )


@given(loose_dates())
def test_what_was_typed_is_read_as_it_was_meant(found: LooseDate) -> None:
    assert parse(typed(found)) == found


@given(loose_dates())
def test_the_written_form_reads_back_as_the_same_date(found: LooseDate) -> None:
    assert from_iso(found.iso) == found


@pytest.mark.parametrize(
    ("text", "precision"),
    [("2024", "YEAR"), ("2024-05", "MONTH"), ("2024-05-07", "DAY"), ("~2024", "EST"), ("~2024-05", "EST")],
)
def test_the_written_forms_are_these(text: str, precision: str) -> None:
    found = from_iso(text)

    assert found.precision == precision
    assert found.iso == text


@pytest.mark.parametrize(
    "text",
    ["", "24", "2024-5", "2024-05-7", "2024-13", "2024-02-31", "2024-00", "2024-05-00", "0000", "9999", *ODD],
)
def test_any_other_written_form_is_refused_at_the_named_field(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        from_iso(text, "act_from")

    assert refused.value.field == "act_from"


@pytest.mark.parametrize("digits", DIGITS.values(), ids=DIGITS.keys())
def test_digits_of_any_script_are_read(digits: str) -> None:
    put = str.maketrans("0123456789", digits)

    found = parse(TypedDate("07".translate(put), "5".translate(put), "2024".translate(put)))
    assert found == LooseDate(2024, 5, 7, Precision.DAY)


def test_blanks_and_direction_signs_around_a_number_do_no_harm() -> None:
    assert parse(TypedDate(" 7\u200f", "\u202a05\u202c", "\u00a02024 ")) == from_iso("2024-05-07")


def test_nothing_typed_is_no_date() -> None:
    assert parse(TypedDate()) is None
    assert parse(TypedDate(" ", "\t", "\u200b")) is None


@pytest.mark.parametrize(
    ("day", "month", "year", "field"),
    [
        ("31", "2", "2024", "day"),
        ("29", "2", "2023", "day"),
        ("0", "5", "2024", "day"),
        ("32", "5", "2024", "day"),
        ("seven", "5", "2024", "day"),
        ("-7", "5", "2024", "day"),
        ("7", "13", "2024", "month"),
        ("7", "0", "2024", "month"),
        ("7", "May", "2024", "month"),
        ("7", "", "2024", "month"),
        ("7", "5", "", "year"),
        ("", "5", "", "year"),
        ("", "", "0", "year"),
        ("", "", "1", "year"),
        ("", "", "24", "year"),
        ("", "", "1445", "year"),
        ("", "", "9999", "year"),
        ("", "", "20240", "year"),
        ("", "", "2_24", "year"),
        ("", "", "²024", "year"),
        ("", "", "２０２\x00", "year"),
        pytest.param("", "", "9" * 200_000, "year", id="huge-year"),
        pytest.param("7" * 200_000, "5", "2024", "day", id="huge-day"),
    ],
)
def test_what_is_no_date_is_refused_at_its_own_field(day: str, month: str, year: str, field: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse(TypedDate(day, month, year), "from_")

    assert refused.value.field == f"from_{field}"


@given(st.text(max_size=6), st.text(max_size=6), st.text(max_size=8), st.booleans())
def test_any_input_is_a_date_or_no_date_or_a_clear_refusal(
    day: str, month: str, year: str, about: bool
) -> None:
    try:
        found = parse(TypedDate(day, month, year, about))
    except RuleBroken:
        return
    assert found is None or from_iso(found.iso) == found


def test_about_without_a_year_asks_for_the_year() -> None:
    with pytest.raises(RuleBroken, match="Write the year") as refused:
        parse(TypedDate(about=True))

    assert refused.value.field == "year"


@pytest.mark.parametrize(
    ("written", "field"), [("2025", "year"), ("2024-06", "month"), ("2024-05-08", "day"), ("~2025", "year")]
)
def test_what_has_happened_cannot_lie_in_the_future(written: str, field: str) -> None:
    with pytest.raises(RuleBroken, match="not come yet") as refused:
        parse(typed(from_iso(written)), within=Within(not_after=TODAY))

    assert refused.value.field == field


@pytest.mark.parametrize(
    ("written", "field"),
    [("2023", "year"), ("2024-04", "month"), ("2024-05-06", "day"), ("2023-12-31", "year")],
)
def test_what_is_feared_cannot_lie_in_the_past(written: str, field: str) -> None:
    with pytest.raises(RuleBroken, match="too early") as refused:
        parse(typed(from_iso(written)), within=Within(not_before=TODAY))

    assert refused.value.field == field


@given(loose_dates())
def test_a_date_that_can_lie_within_the_limits_is_taken(found: LooseDate) -> None:
    day = found.earliest + (found.latest - found.earliest) // 2

    assert parse(typed(found), within=Within(day, day)) == found


@given(loose_dates())
def test_a_date_covers_the_days_from_its_first_to_its_last(found: LooseDate) -> None:
    assert found.earliest <= found.latest
    before, after = found.earliest - timedelta(days=1), found.latest + timedelta(days=1)
    if found.day is not None:
        assert found.earliest == found.latest
    elif found.month is not None:
        assert (before.month, after.month) == ((found.month - 2) % 12 + 1, found.month % 12 + 1)
    else:
        assert (before.year, after.year) == (found.year - 1, found.year + 1)


@given(st.lists(loose_dates(), min_size=2))
def test_dates_sort_by_their_first_day_then_their_last(dates: list[LooseDate]) -> None:
    ordered = sorted(dates)

    for one, next_one in pairwise(ordered):
        assert (one.earliest, one.latest) <= (next_one.earliest, next_one.latest)
        assert one <= next_one
        assert not next_one < one


@given(loose_dates(), loose_dates())
def test_two_different_dates_are_never_of_the_same_rank(one: LooseDate, other: LooseDate) -> None:
    assume(one != other)

    assert (one < other) is not (other < one)


@given(loose_dates(), loose_dates())
def test_a_period_is_refused_only_if_its_end_is_certainly_before_its_beginning(
    start: LooseDate, end: LooseDate
) -> None:
    if end.latest < start.earliest:
        with pytest.raises(RuleBroken, match="before the beginning") as refused:
            check_period(start, end, "act_to")
        assert refused.value.field == "act_to"
    else:
        check_period(start, end)


@given(loose_dates())
def test_a_period_may_be_open_at_either_end(found: LooseDate) -> None:
    check_period(None, found)
    check_period(found, None)
    check_period(None, None)


@pytest.mark.parametrize(
    ("year", "month", "day", "precision"),
    [
        (1899, None, None, Precision.YEAR),
        (2201, None, None, Precision.YEAR),
        (2024, None, 7, Precision.DAY),
        (2024, 13, None, Precision.MONTH),
        (2023, 2, 29, Precision.DAY),
        (2024, 5, 7, Precision.MONTH),
        (2024, 5, None, Precision.DAY),
        (2024, None, None, Precision.MONTH),
    ],
)
def test_a_date_that_is_not_one_cannot_be_made(
    year: int, month: int | None, day: int | None, precision: Precision
) -> None:
    with pytest.raises(ValueError, match=r"year|month|day|precision"):
        LooseDate(year, month, day, precision)
