import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.persons.rules import (
    LARGEST,
    ONE,
    Headcount,
    Qualifier,
    Unit,
    check_naming,
    check_number,
    parse_count,
    person_label,
)
from reprisals.i18n.marking import Marked, RuleBroken

NOT_EXACT = [qualifier for qualifier in Qualifier if qualifier is not Qualifier.EXACT]
several = st.sampled_from([Unit.GRP, Unit.COM])


@given(st.integers(1, LARGEST), st.sampled_from(["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹"]))
def test_a_number_typed_in_the_digits_of_any_script_is_read(number: int, digits: str) -> None:
    assert parse_count(str(number).translate(str.maketrans("0123456789", digits))) == number


@pytest.mark.parametrize(
    "text", ["1,234,567", "1 234 567", "1\u202f234\u202f567", "١٬٢٣٤٬٥٦٧", "1'234'567", " 1234567\u200f"]
)
def test_signs_between_thousands_are_understood(text: str) -> None:
    assert parse_count(text) == 1_234_567


@pytest.mark.parametrize("text", ["", " ", "\u200f", "\t"])
def test_nothing_typed_is_no_number(text: str) -> None:
    assert parse_count(text) is None


@pytest.mark.parametrize(
    "text", ["about 12", "12+", "1.5", "-3", "1,23", "1,2345", "1,234 567", "1_000", "½", "²", "\x00", "١٢x"]
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="whole number") as refused:
        parse_count(text, "women")

    assert refused.value.field == "women"


@pytest.mark.parametrize("text", ["0", "00", "٠"])
def test_nobody_is_not_a_number_to_log(text: str) -> None:
    with pytest.raises(RuleBroken, match="1 or more"):
        parse_count(text)


@pytest.mark.parametrize("text", ["10000000", pytest.param("9" * 200_000, id="huge"), "10,000,000"])
def test_a_huge_number_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="too large"):
        parse_count(text)


@pytest.mark.parametrize("unit", Unit)
@pytest.mark.parametrize("qualifier", [None, *Qualifier])
@pytest.mark.parametrize("number", [0, -1, LARGEST + 1])
def test_no_row_counts_nobody_or_more_than_all(unit: Unit, qualifier: Qualifier | None, number: int) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_number(unit, number, qualifier)

    assert refused.value.field == "number"


@pytest.mark.parametrize("number", [None, 1])
@pytest.mark.parametrize("qualifier", [None, Qualifier.EXACT])
def test_an_individual_is_exactly_1(number: int | None, qualifier: Qualifier | None) -> None:
    assert check_number(Unit.IND, number, qualifier) == ONE


def test_an_individual_is_never_2_nor_about_1() -> None:
    with pytest.raises(RuleBroken, match="exactly one person") as number:
        check_number(Unit.IND, 2, None)
    assert number.value.field == "number"

    for qualifier in NOT_EXACT:
        with pytest.raises(RuleBroken, match="exactly one person") as refused:
            check_number(Unit.IND, 1, qualifier)
        assert refused.value.field == "qualifier"


@pytest.mark.parametrize("unit", [Unit.ORG, Unit.GRP, Unit.COM])
@given(number=st.integers(1, LARGEST), qualifier=st.sampled_from(Qualifier))
def test_organizations_groups_and_communities_keep_their_number_as_it_is_meant(
    unit: Unit, number: int, qualifier: Qualifier
) -> None:
    assert check_number(unit, number, qualifier) == Headcount(number, qualifier)


def test_organizations_are_one_unless_more_are_said_and_exact_unless_said_otherwise() -> None:
    assert check_number(Unit.ORG, None, None) == ONE
    assert check_number(Unit.ORG, 25, None) == Headcount(25, Qualifier.EXACT)


@given(several)
def test_the_number_of_a_group_may_be_unknown(unit: Unit) -> None:
    assert check_number(unit, None, None) == Headcount(None, None)


@given(several)
def test_the_number_of_a_group_needs_a_qualifier(unit: Unit) -> None:
    with pytest.raises(RuleBroken, match="exact, about, at least") as refused:
        check_number(unit, 600, None)

    assert refused.value.field == "qualifier"


@pytest.mark.parametrize("unit", [Unit.ORG, Unit.GRP, Unit.COM])
@given(qualifier=st.sampled_from(Qualifier))
def test_a_qualifier_needs_a_number(unit: Unit, qualifier: Qualifier) -> None:
    with pytest.raises(RuleBroken, match="Write the number") as refused:
        check_number(unit, None, qualifier)

    assert refused.value.field == "number"


def test_a_legal_name_is_kept_only_with_the_consent_to_record_it() -> None:
    check_naming("Amira Exampleson", may_keep_name=True)
    check_naming("  ", may_keep_name=False)

    with pytest.raises(RuleBroken, match="Use an alias") as refused:
        check_naming("Amira Exampleson", may_keep_name=False)
    assert refused.value.field == "legal_name"


def test_a_person_is_called_by_alias() -> None:
    assert person_label(Unit.IND, " Falcon ", 3) == "Falcon"


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        (Unit.IND, "Person %(position)s"),
        (Unit.ORG, "Organization %(position)s"),
        (Unit.GRP, "Group %(position)s"),
        (Unit.COM, "Community %(position)s"),
    ],
)
def test_without_an_alias_a_row_is_called_by_its_unit_and_place(unit: Unit, text: str) -> None:
    label = person_label(unit, "", 3)

    assert isinstance(label, Marked)
    assert (label.msgid, label.params["position"]) == (text, 3)
