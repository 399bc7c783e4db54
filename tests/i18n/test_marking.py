from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.extract import extract
from hypothesis import given
from hypothesis import strategies as st

from reprisals.i18n.marking import Coded, Marked, RuleBroken, Value, _, n_, verbatim

NAME = "Amira Exampleson"


def plain(text: str) -> str:
    return text


def plural(one: str, many: str, count: int) -> str:
    return one if count == 1 else many


def show(value: Value) -> str:
    match value:
        case Marked():
            return value.translate(plain, plural, show)
        case Coded():
            return f"{value.list_name}/{value.code}"
        case tuple():
            return ", ".join(show(each) for each in value)
        case _:
            return str(value)


def test_a_text_is_marked_without_being_translated() -> None:
    marked = _("Check the %(part)s.", part="year")

    assert marked.msgid == "Check the %(part)s."
    assert dict(marked.params) == {"part": "year"}
    assert marked.plural is None


def test_equal_texts_with_equal_parameters_are_one_in_a_set_whatever_their_order() -> None:
    assert {_("%(a)s %(b)s", a=1, b=2), _("%(a)s %(b)s", b=2, a=1)} == {_("%(a)s %(b)s", a=1, b=2)}
    assert _("%(a)s", a=1) != _("%(a)s", a=2)


def test_parameters_cannot_be_changed_afterwards() -> None:
    with pytest.raises(TypeError):
        _("%(a)s", a=1).params["a"] = 2  # type: ignore[index]


def test_a_parameter_may_have_the_name_of_the_text_itself() -> None:
    assert _("%(msgid)s", msgid="x").translate(plain, plural, show) == "x"


def test_translating_fills_in_codes_lists_and_marked_texts() -> None:
    marked = _(
        "%(who)s: %(acts)s", who=n_("%(num)s person", "%(num)s persons", 2), acts=(Coded("acts", "DET"), "x")
    )

    assert marked.translate(plain, plural, show) == "2 persons: acts/DET, x"


@given(st.integers(0, 200))
def test_the_number_chooses_between_singular_and_plural(count: int) -> None:
    text = n_("%(num)s case", "%(num)s cases", count).translate(plain, plural, show)

    assert text == f"{count} case" if count == 1 else f"{count} cases"


def test_a_per_cent_sign_in_a_text_without_parameters_stays() -> None:
    assert _("100 % of it").translate(plain, plural, show) == "100 % of it"


def test_neither_a_marked_text_nor_a_refusal_shows_its_parameters_when_printed() -> None:
    refusal = RuleBroken(_("Unknown: %(name)s", name=NAME), "name")
    counted = n_("%(who)s", "%(who)s", 7, who=NAME)

    shown = f"{refusal} {refusal!r} {refusal.args} {refusal.message!r} {counted!r}"
    assert NAME not in shown
    assert str(refusal) == "Unknown: %(name)s"
    assert refusal.message.params["name"] == NAME


def test_a_refusal_names_its_field_or_the_whole_form() -> None:
    assert RuleBroken(_("No.")).field is None
    assert RuleBroken(_("No."), "year").field == "year"


def test_the_extractor_finds_marked_texts() -> None:
    source = b'x = _("One %(a)s. " "Two.", a=1)\ny = n_("a case", "%(num)s cases", 3)\n'
    found = [
        message for _line, message, _c, _x in extract("python", BytesIO(source), {"_": None, "n_": (1, 2)})
    ]

    assert found == ["One %(a)s. Two.", ("a case", "%(num)s cases")]


def test_every_text_of_the_rules_of_cases_can_be_extracted_and_ends_calmly() -> None:
    rules = [path for path in Path("reprisals/cases").rglob("*.py") if "rules" in str(path)]
    found = [
        message
        for path in rules
        for _line, message, _c, _x in extract("python", BytesIO(path.read_bytes()), {"_": None, "n_": (1, 2)})
    ]

    assert len(found) > 60
    assert not [message for message in found if "!" in str(message)]


@given(text=st.text())
def test_a_text_that_stands_as_it_is_is_shown_so_and_never_by_its_repr(text: str) -> None:
    marked = verbatim(text)

    assert marked.translate(plain, plural, show) == text
    assert text not in repr(marked) or text in repr(verbatim(""))
