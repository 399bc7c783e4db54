from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.cases.rules.outline import (
    CaseOutline,
    Danger,
    RecordType,
    Step,
    TitleFacts,
    derive_record_type,
    is_blank,
    missing_to_submit,
    propose_title,
)
from reprisals.i18n.marking import Coded, Marked, _

ENOUGH = CaseOutline(
    danger=Danger.NO,
    happened=True,
    words="Summoned after the session.",
    states=("QQA",),
    reach_back="Through the cousin.",
)
NOTHING_SEEN = ["", " ", "\t\n", "\u200b\u200e", "\u0000", "\u0301", "\u3000\u00ad"]


def test_a_state_what_happened_danger_and_how_to_reach_back_are_enough() -> None:
    assert missing_to_submit(ENOUGH) == ()


def test_all_that_is_missing_is_named_in_the_order_of_the_pages() -> None:
    assert [each.step for each in missing_to_submit(CaseOutline())] == [
        Step.DANGER,
        Step.WHAT,
        Step.WHAT,
        Step.STATES,
        Step.REACH,
    ]


@pytest.mark.parametrize(
    ("outline", "step", "field"),
    [
        (replace(ENOUGH, danger=None), Step.DANGER, "danger"),
        (replace(ENOUGH, words=""), Step.WHAT, "words"),
        (replace(ENOUGH, happened=None), Step.WHAT, "happened"),
        (replace(ENOUGH, states=()), Step.STATES, "states"),
        (replace(ENOUGH, states=(" ",)), Step.STATES, "states"),
        (replace(ENOUGH, reach_back=""), Step.REACH, "reach_back"),
    ],
)
def test_each_required_answer_is_missed_at_its_own_field(
    outline: CaseOutline, step: Step, field: str
) -> None:
    (missing,) = missing_to_submit(outline)

    assert (missing.step, missing.field) == (step, field)


@pytest.mark.parametrize("blank", NOTHING_SEEN)
def test_a_text_of_which_nothing_can_be_seen_is_no_answer(blank: str) -> None:
    assert is_blank(blank)
    missing = missing_to_submit(replace(ENOUGH, words=blank, feared=blank, reach_back=blank))
    assert [each.step for each in missing] == [Step.WHAT, Step.REACH]


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), min_size=1))
def test_a_text_of_which_anything_can_be_seen_is_an_answer(text: str) -> None:
    assert not is_blank(text)
    assert missing_to_submit(replace(ENOUGH, reach_back=text)) == ()


@pytest.mark.parametrize(
    "told", [{"acts": ("DET",)}, {"words": "Taken away."}, {"feared": "Her trial is on Monday."}]
)
def test_an_act_a_few_words_or_what_is_feared_each_say_what_happened(told: dict[str, Any]) -> None:
    assert missing_to_submit(replace(ENOUGH, **{"words": ""} | told)) == ()


@pytest.mark.parametrize("danger", Danger)
def test_every_answer_on_danger_is_an_answer_even_not_known(danger: Danger) -> None:
    assert missing_to_submit(replace(ENOUGH, danger=danger)) == ()


def test_printing_an_outline_shows_nothing_that_a_person_wrote() -> None:
    told = CaseOutline(words="secret-a", feared="secret-b", reach_back="secret-c")

    assert "secret" not in repr(told)


@pytest.mark.parametrize(
    ("happened", "units", "record_type"),
    [
        (True, ["IND"], RecordType.PERSONS),
        (True, ["ORG", "IND"], RecordType.PERSONS),
        (True, ["GRP"], RecordType.PERSONS),
        (True, ["COM", "ORG"], RecordType.PERSONS),
        (True, ["ORG", "ORG"], RecordType.ORGANIZATIONS),
        (True, [], RecordType.PERSONS),
        (False, [], RecordType.FEARED),
        (False, ["IND"], RecordType.FEARED),
        (None, [], None),
        (None, ["IND"], None),
        (None, ["ORG"], None),
    ],
)
def test_the_record_type_follows_from_what_happened_and_to_whom(
    happened: bool | None, units: list[str], record_type: RecordType | None
) -> None:
    assert derive_record_type(happened, units) is record_type


@pytest.mark.parametrize(
    ("happened", "units", "record_type"),
    [
        (True, [], RecordType.SITUATION),
        (False, [], RecordType.FEARED),
        (True, ["IND"], RecordType.PERSONS),
        (True, ["ORG"], RecordType.ORGANIZATIONS),
        (None, [], None),
    ],
)
def test_a_case_is_a_situation_where_that_was_said_and_nobody_is_recorded(
    happened: bool | None, units: list[str], record_type: RecordType | None
) -> None:
    assert derive_record_type(happened, units, is_general=True) is record_type


def test_a_title_says_what_who_and_where() -> None:
    facts = TitleFacts(RecordType.PERSONS, ("DET", "TOR"), ("QQA",), individuals=2, organizations=1, groups=3)

    what, more, persons, organizations, groups, where = propose_title(facts)
    assert (what, more, where) == (Coded("acts", "DET"), Coded("acts", "TOR"), Coded("states", "QQA"))
    assert [text.count for text in (persons, organizations, groups) if isinstance(text, Marked)] == [2, 1, 3]


def test_a_title_of_many_acts_and_states_stays_short() -> None:
    facts = TitleFacts(RecordType.PERSONS, ("DET", "TOR", "KIL"), ("QQA", "QQB", "QQC"))

    parts = propose_title(facts)
    assert len(parts) == 6
    assert [part.msgid for part in parts if isinstance(part, Marked)] == ["other acts", "other States"]


def test_a_title_without_acts_says_what_kind_of_record_it_is() -> None:
    assert propose_title(TitleFacts(RecordType.SITUATION)) == (Coded("record_types", "SITUATION"),)


def test_a_title_of_what_is_not_known_yet_to_have_happened_says_no_kind_of_record() -> None:
    assert propose_title(TitleFacts(None)) == (_("Case"),)
    assert propose_title(TitleFacts(None, ("DET",))) == (Coded("acts", "DET"),)


def test_a_title_of_a_feared_reprisal_says_that_it_is_feared() -> None:
    feared, act = propose_title(TitleFacts(RecordType.FEARED, ("DET",)))

    assert isinstance(feared, Marked)
    assert feared.msgid == "Feared reprisal"
    assert act == Coded("acts", "DET")
