"""A damaged file of reference data is refused with its name and line, never half read."""

from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.codes.entities import load_entities
from reprisals.codes.folding import fold, index_names
from reprisals.codes.groupings import load_belongings
from reprisals.codes.lists import load_list
from reprisals.codes.periods import load_periods
from reprisals.codes.states import load_former_names, load_states
from reprisals.codes.tables import DamagedTable

DATA = files("reprisals.codes") / "data"


def spoil(tmp_path, file, line, old, new):
    """A copy of a file of the package with one thing changed in one line, counted from 1."""
    lines = (DATA / file).read_text(encoding="utf-8").splitlines(keepends=True)
    assert old in lines[line - 1], f"{old} is not in line {line}"
    lines[line - 1] = lines[line - 1].replace(old, new, 1)
    path = tmp_path / file.rpartition("/")[2]
    path.write_text("".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("line", "old", "new", "problem"),
    [
        (1, "code,en", "code,fr", "header"),
        (1, "reviewed", "ru", "header"),
        (2, "YES,", ",", "code is blank"),
        (3, ",Non,", ",,", "fr is blank"),
        (3, ",Non,", ", ,", "blanks around"),
        (3, ",Non,", ",", "8 cells|7 cells"),
        (4, "UNKNOWN", "YES", "code stand"),
        (4, ",\n", ",tlh\n", "reviewed names tlh"),
        (2, "Yes", '"Yes', "not well-formed"),
    ],
)
def test_a_damaged_list_is_refused_with_its_file_and_line(tmp_path, line, old, new, problem):
    path = spoil(tmp_path, "lists/danger.csv", line, old, new)

    with pytest.raises(DamagedTable, match=problem) as refusal:
        load_list(path)

    assert refusal.value.file == "danger.csv"
    assert refusal.value.line == line or problem == "not well-formed"
    assert str(refusal.value).startswith("danger.csv, line ")


def test_a_list_without_codes_is_refused(tmp_path):
    path = tmp_path / "danger.csv"
    header = (DATA / "lists/danger.csv").read_text(encoding="utf-8").splitlines()[0]
    path.write_text(header + "\n", encoding="utf-8")

    with pytest.raises(DamagedTable, match="no line follows"):
        load_list(path)


def test_a_list_that_is_not_utf_8_is_refused_at_the_line_where_it_begins(tmp_path):
    path = tmp_path / "danger.csv"
    whole = (DATA / "lists/danger.csv").read_bytes()
    path.write_bytes(whole.replace("Нет".encode(), "Нет".encode("koi8-r"), 1))

    with pytest.raises(DamagedTable, match="not UTF-8") as refusal:
        load_list(path)

    assert refusal.value.line == 3


@pytest.mark.parametrize(
    ("line", "old", "new", "problem"),
    [
        (2, "AFG,AF,", "ALB,AF,", "iso3 stand"),
        (2, ",AF,", ",AX,", "iso2 stand"),
        (2, "member", "memmber", "status is not a code"),
        (2, ",034,", ",999,", "subregion is not a code"),
        (2, "member,AFG", "member,XXX", "counts_as"),
        (2, "阿富汗", "", "zh is blank"),
        (2, ",,1,", ",,0,", "rank_en is not a positive"),
        (2, ",,1,", ",,251,", "higher than"),
        (2, ",,1,", ",,2,", "rank_en stand"),
    ],
)
def test_a_damaged_table_of_states_is_refused(tmp_path, line, old, new, problem):
    path = spoil(tmp_path, "states.csv", line, old, new)

    with pytest.raises(DamagedTable, match=problem) as refusal:
        load_states(path)

    assert refusal.value.line in {line, line + 1, line + 2}


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("2022-06-01", "", "until is blank"),
        ("2022-06-01", "2022-6-1", "not a date"),
        ("TUR", "TRK", "iso3 is not"),
    ],
)
def test_a_damaged_table_of_former_names_is_refused(tmp_path, old, new, problem):
    path = spoil(tmp_path, "state_names.csv", 2, old, new)

    with pytest.raises(DamagedTable, match=f"line 2: {problem}|line 2: until is {problem}"):
        load_former_names(path)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (",ORGANIZATION,", ",CLUB,", "kind is not a code"),
        (",ORGANIZATION,,", ",ORGANIZATION,NOWHERE,", "parent is not the code"),
        (",ORGANIZATION,,,", ",ORGANIZATION,,NOWHERE,", "hosted_by is not the code"),
        (",ORGANIZATION,,", ",ORGANIZATION,UN,", "lead back"),
        (",ORGANIZATION,,", ",ORGANIZATION,GA,", "lead back"),
        (",ORGANIZATION,,,", ",ORGANIZATION,,GA-C3,", "lead back"),
        (",ORGANIZATION,,,,", ",ORGANIZATION,,,USA;XXX,", "countries has"),
        (",1945,,", ",1945,1944,", "valid_to is before"),
        (",1945,,", ",soon,,", "line 2: valid_from is not"),
        (",1945,,", ",late,2000-13-01,", "line 2: valid_from is not|line 2: valid_to is not"),
        ("United Nations", "", "en is blank"),
    ],
)
def test_a_damaged_directory_of_entities_is_refused(tmp_path, old, new, problem):
    path = spoil(tmp_path, "entities.csv", 2, old, new)

    with pytest.raises(DamagedTable, match=problem):
        load_entities(path)


@pytest.mark.parametrize(
    ("line", "old", "new", "problem"),
    [
        (5, "2013,", "2012,", "report_year stand"),
        (6, "2013-06-16", "2013-06-15", "before the one of the year before has ended"),
        (6, "2013-06-16", "", "both its first and its last"),
        (6, "2014-05-31", "2013-01-01", "period_to is before"),
        (6, "2014-05-31", "31 May 2014", "not a date"),
        (6, ",27,", ",,", "session is not"),
    ],
)
def test_a_damaged_table_of_periods_is_refused(tmp_path, line, old, new, problem):
    path = spoil(tmp_path, "periods.csv", line, old, new)

    with pytest.raises(DamagedTable, match=problem) as refusal:
        load_periods(path)

    assert refusal.value.line == line


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("ASIAPACIFIC", "ATLANTIS", "not a group of this grouping"),
        ("UNREG", "OTHERS", "not a group of this grouping"),
        ("AFG", "XXX", "iso3 is not"),
        (",AFG,,", ",AFG,2000,", "from is not a date"),
    ],
)
def test_a_damaged_table_of_groups_is_refused(tmp_path, old, new, problem):
    path = spoil(tmp_path, "groupings.csv", 2, old, new)

    with pytest.raises(DamagedTable, match=f"line 2: .*{problem}"):
        load_belongings(path)


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(
    st.sampled_from(["Égypte", "المغرب", "Côte d'Ivoire", "Йемен", "中国"]),
    st.text(" \t\u00a0\u200f", max_size=5),
)
def test_blanks_and_case_and_marks_of_direction_make_no_difference(name, around):
    assert fold(around + name.upper() + around) == fold(name)


def test_a_name_that_two_codes_share_finds_neither():
    index = index_names([("Same", "A"), ("SAME", "B"), ("Same", "A"), ("Own", "B"), ("Own", "B")])

    assert dict(index) == {"own": "B"}
