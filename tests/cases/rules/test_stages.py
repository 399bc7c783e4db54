import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from reprisals.cases.rules.stages import (
    BY_LABEL,
    COUNTED,
    ENDED,
    MOVE_LABEL,
    By,
    Move,
    Stage,
    check_move,
    check_reason,
    moves_from,
)
from reprisals.i18n.marking import RuleBroken

stages = st.sampled_from(Stage)
moves = st.sampled_from(Move)
deciders = st.sampled_from(By)


@given(stages, moves, deciders)
def test_a_decision_is_possible_exactly_where_it_is_offered(stage: Stage, move: Move, by: By) -> None:
    if move in moves_from(stage, by):
        assert check_move(stage, move, by) is not stage
    else:
        with pytest.raises(RuleBroken) as refused:
            check_move(stage, move, by)
        assert refused.value.field == "decision"


@pytest.mark.parametrize(
    ("stage", "move", "by", "leads_to"),
    [
        (Stage.DRAFT, Move.SUBMIT, By.AUTHOR, Stage.SUBMITTED),
        (Stage.SUBMITTED, Move.ACCEPT, By.CENTRAL, Stage.ACCEPTED),
        (Stage.SUBMITTED, Move.MOREINFO, By.CENTRAL, Stage.MOREINFO),
        (Stage.SUBMITTED, Move.MONITOR, By.CENTRAL, Stage.MONITORED),
        (Stage.SUBMITTED, Move.OUTSCOPE, By.CENTRAL, Stage.OUTSCOPE),
        (Stage.SUBMITTED, Move.REFER, By.CENTRAL, Stage.REFERRED),
        (Stage.SUBMITTED, Move.DUPLICATE, By.CENTRAL, Stage.DUPLICATE),
        (Stage.MOREINFO, Move.COMPLETE, By.AUTHOR, Stage.SUBMITTED),
        (Stage.MOREINFO, Move.ACCEPT, By.CENTRAL, Stage.ACCEPTED),
        (Stage.ACCEPTED, Move.START_ACTION, By.ASKED, Stage.ACTION),
        (Stage.ACTION, Move.MONITOR, By.CENTRAL, Stage.MONITORED),
        (Stage.MONITORED, Move.CLOSE, By.CENTRAL, Stage.CLOSED),
        (Stage.CLOSED, Move.REOPEN, By.CENTRAL, Stage.SUBMITTED),
        (Stage.ACTION, Move.WITHDRAW, By.AUTHOR, Stage.WITHDRAWN),
        (Stage.WITHDRAWN, Move.RENEW, By.AUTHOR, Stage.SUBMITTED),
    ],
)
def test_each_decision_leads_where_the_office_expects(
    stage: Stage, move: Move, by: By, leads_to: Stage
) -> None:
    assert check_move(stage, move, by) is leads_to


@given(stages)
def test_a_team_that_was_asked_decides_nothing_but_to_start_action(stage: Stage) -> None:
    assert set(moves_from(stage, By.ASKED)) <= {Move.START_ACTION}


@given(stages)
def test_the_team_that_logged_a_case_cannot_triage_it(stage: Stage) -> None:
    assert set(moves_from(stage, By.AUTHOR)) <= {Move.SUBMIT, Move.COMPLETE, Move.WITHDRAW, Move.RENEW}


def test_nobody_but_its_author_team_can_move_a_draft() -> None:
    assert moves_from(Stage.DRAFT, By.AUTHOR) == (Move.SUBMIT,)
    assert moves_from(Stage.DRAFT, By.CENTRAL) == ()
    assert moves_from(Stage.DRAFT, By.ASKED) == ()


@given(stages.filter(lambda stage: stage not in {Stage.DRAFT, Stage.WITHDRAWN}))
def test_the_person_can_withdraw_at_every_stage_after_submission(stage: Stage) -> None:
    assert check_move(stage, Move.WITHDRAW, By.AUTHOR) is Stage.WITHDRAWN


@given(st.sampled_from(sorted(ENDED | COUNTED)))
def test_every_decision_of_triage_can_be_reopened(stage: Stage) -> None:
    assert {Move.REOPEN, Move.RENEW} & set(moves_from(stage, By.CENTRAL))


def test_a_closed_case_cannot_be_closed_again() -> None:
    with pytest.raises(RuleBroken, match="already at this stage"):
        check_move(Stage.CLOSED, Move.CLOSE, By.CENTRAL)


def test_a_refused_decision_says_who_takes_it() -> None:
    with pytest.raises(RuleBroken, match="not for your team") as refused:
        check_move(Stage.SUBMITTED, Move.ACCEPT, By.AUTHOR)

    assert refused.value.message.params["who"] == (BY_LABEL[By.CENTRAL],)


def test_a_refused_decision_says_what_is_possible_now() -> None:
    with pytest.raises(RuleBroken, match="Possible now") as refused:
        check_move(Stage.OUTSCOPE, Move.CLOSE, By.CENTRAL)

    assert refused.value.message.params["possible"] == (MOVE_LABEL[Move.WITHDRAW], MOVE_LABEL[Move.REOPEN])


def test_a_refused_decision_says_when_nothing_is_possible() -> None:
    with pytest.raises(RuleBroken, match="nothing for your team"):
        check_move(Stage.SUBMITTED, Move.START_ACTION, By.ASKED)


@pytest.mark.parametrize("move", sorted(set(Move) - {Move.SUBMIT, Move.COMPLETE, Move.START_ACTION}))
def test_a_decision_needs_a_reason(move: Move) -> None:
    with pytest.raises(RuleBroken, match="Say why") as refused:
        check_reason(move, " \n")

    assert refused.value.field == "reason"


@pytest.mark.parametrize("reason", ["", "  "])
@pytest.mark.parametrize("move", [Move.SUBMIT, Move.COMPLETE, Move.START_ACTION])
def test_submitting_answering_and_starting_to_act_explain_themselves(move: Move, reason: str) -> None:
    assert check_reason(move, reason) is None  # type: ignore[func-returns-value]


def test_a_reason_that_is_given_is_enough() -> None:
    assert check_reason(Move.CLOSE, "Released on Monday.") is None  # type: ignore[func-returns-value]


def test_every_decision_and_decider_has_a_label() -> None:
    assert set(MOVE_LABEL) == set(Move)
    assert set(BY_LABEL) == set(By)


class CaseLife(RuleBasedStateMachine):
    """A case under any decisions by anybody: it never becomes a draft again and is never stuck."""

    def __init__(self) -> None:
        super().__init__()
        self.stage = Stage.DRAFT
        self.submitted = False

    @rule(move=moves, by=deciders)
    def decide(self, move: Move, by: By) -> None:
        try:
            self.stage = check_move(self.stage, move, by)
        except RuleBroken:
            return
        self.submitted = True

    @invariant()
    def a_submitted_case_is_never_a_draft_again(self) -> None:
        assert (self.stage is Stage.DRAFT) is not self.submitted

    @invariant()
    def somebody_can_always_do_something(self) -> None:
        assert any(moves_from(self.stage, by) for by in By)


TestCaseLife = CaseLife.TestCase
