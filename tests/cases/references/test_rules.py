import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reprisals.cases.references.rules import (
    ALPHABET,
    Communication,
    CommunicationKind,
    check_sign,
    make_reference,
    parse_communication,
    parse_reference,
)
from reprisals.i18n.marking import RuleBroken

HUGE = pytest.param("A" * 200_000, id="huge")
ODD = ["٭" * 10, "\x00" * 10, "REP-ßßßßßßßßßß", "REP-王王王王王王王王王王", HUGE]

signs = st.sampled_from(ALPHABET)
drawn = st.lists(st.integers(0, 31), min_size=9, max_size=9)


def made_of(numbers: list[int]) -> str:
    rest = iter(numbers)
    return make_reference(lambda _below: next(rest))


references = drawn.map(made_of)


def test_a_reference_is_rep_and_ten_signs_drawn_below_32() -> None:
    asked: list[int] = []

    def draw(below: int) -> int:
        asked.append(below)
        return len(asked)

    assert make_reference(draw) == f"REP-123456789{check_sign('123456789')}"
    assert asked == [32] * 9


def test_known_check_signs_stay_what_they_are() -> None:
    # By hand for 000000001: 1 doubled is 2, and 2 + 30 is 32, so the sign of value 30, Y.
    assert check_sign("000000001") == "Y"
    assert check_sign("000000000") == "0"
    # Z doubled is 62 = 1 * 32 + 30, digits summing to 31; 31 + 1 is 32.
    assert check_sign("00000000Z") == "1"
    # The second from the right is not doubled: 5 + 27 is 32.
    assert check_sign("000000050") == "V"


def test_no_sign_can_be_taken_for_another() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


@given(references)
def test_a_reference_reads_back_as_itself(reference: str) -> None:
    assert parse_reference(reference) == reference


@given(references, st.data())
def test_a_reference_is_read_however_it_was_copied(reference: str, data: st.DataObject) -> None:
    body = reference.removeprefix("REP-")
    look = {"1": ["1", "I", "i", "L", "l", "١"], "0": ["0", "O", "o", "۰"]}
    copied = "".join(data.draw(st.sampled_from(look.get(sign, [sign, sign.lower()]))) for sign in body)
    start = data.draw(st.sampled_from(["REP-", "rep-", "rep", "Rep ", "REP\u2013", " REP -", ""]))
    place = data.draw(st.integers(0, 10))
    gap = data.draw(st.sampled_from(["", " ", "-", "\u200e", "\u2011", "\u00a0"]))

    assert parse_reference(f"{start}{copied[:place]}{gap}{copied[place:]} ") == reference


@given(references, st.integers(0, 9), signs)
def test_any_single_wrong_sign_is_found(reference: str, place: int, sign: str) -> None:
    body = list(reference.removeprefix("REP-"))
    assume(body[place] != sign)
    body[place] = sign

    with pytest.raises(RuleBroken, match="One sign of this reference is wrong"):
        parse_reference("REP-" + "".join(body))


@given(references, st.integers(0, 8))
def test_any_exchange_of_neighbours_is_found_except_0_with_z(reference: str, place: int) -> None:
    body = list(reference.removeprefix("REP-"))
    assume(body[place] != body[place + 1])
    exchanged = {body[place], body[place + 1]}
    body[place], body[place + 1] = body[place + 1], body[place]
    copied = "REP-" + "".join(body)

    if exchanged == {"0", "Z"}:
        assert parse_reference(copied) == copied
    else:
        with pytest.raises(RuleBroken):
            parse_reference(copied)


def test_a_reference_whose_signs_begin_with_rep_is_not_shortened() -> None:
    reference = f"REP-REP123456{check_sign('REP123456')}"

    assert parse_reference(reference) == reference
    assert parse_reference(reference.removeprefix("REP-")) == reference


@pytest.mark.parametrize(
    "text",
    ["", "REP-", "REP-123", "REP-4K2M7QX9RY0", "RAP-4K2M7QX9RY", "REP-4K2M7QX9RU", "REP-4K2M7QX9R!", *ODD],
)
def test_what_is_no_reference_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken, match="ten letters or digits") as refused:
        parse_reference(text)

    assert refused.value.field == "reference"


@given(st.text(max_size=70))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        reference = parse_reference(text)
    except RuleBroken:
        return
    assert parse_reference(reference) == reference


def test_a_refusal_names_the_field_it_was_asked_for() -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_reference("?", "query")

    assert refused.value.field == "query"


communications = st.builds(
    Communication,
    st.none() | st.sampled_from(CommunicationKind),
    st.sampled_from(["CHN", "EGY", "OTH"]),
    st.integers(1, 999),
    st.integers(1900, 2099),
)


@given(communications)
def test_a_communication_reads_back_as_itself(communication: Communication) -> None:
    assert parse_communication(communication.text) == communication


@pytest.mark.parametrize(
    "text", ["UA CHN 9/2023", "ua chn 9/2023", "  UA   CHN  9/2023 ", "UA CHN ٩/٢٠٢٣", "UA\u00a0CHN 009/2023"]
)
def test_a_communication_is_read_however_it_was_typed(text: str) -> None:
    assert parse_communication(text) == Communication(CommunicationKind.UA, "CHN", 9, 2023)


def test_a_communication_without_its_kind_is_taken_as_it_is_cited() -> None:
    assert parse_communication("VEN 7/2021").text == "VEN 7/2021"


@pytest.mark.parametrize(
    "text",
    [
        *("", "CHN", "UA CHN", "XX CHN 9/2023", "UA CH 9/2023", "UA CHN 9-2023", "UA CHN 9/23", HUGE),
        *("UA CHN 1000/2023", "UACHN 9/2023", "JJAL CHN 9/2023", "UA CHN 9/2123", "UA CHN 9/2023 x"),
    ],
)
def test_what_is_no_communication_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(RuleBroken, match="UA CHN 9/2023") as refused:
        parse_communication(text)

    assert refused.value.field == "communication"


def test_communications_are_numbered_from_1() -> None:
    with pytest.raises(RuleBroken, match="numbered from 1"):
        parse_communication("UA CHN 0/2023")


def test_the_addressee_must_be_a_state_that_is_known_or_another_addressee() -> None:
    with pytest.raises(RuleBroken, match="No State has the code"):
        parse_communication("AL XYZ 1/2023", known={"CHN"})

    assert parse_communication("AL CHN 1/2023", known={"CHN"}).addressee == "CHN"
    assert parse_communication("AL OTH 1/2023", known={"CHN"}).addressee == "OTH"


def test_printing_a_communication_does_not_show_it() -> None:
    assert "2023" not in repr(parse_communication("UA CHN 9/2023"))
