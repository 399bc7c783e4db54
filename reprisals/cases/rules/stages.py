"""The stages of a case, the decisions that lead from one to another, and who may take them.

Nothing is ever erased: a decision can be reopened, and a case withdrawn at the person's wish can be taken up
again at their wish.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from reprisals.i18n.marking import Coded, Marked, RuleBroken, _


class Stage(StrEnum):
    """Where a case stands. The codes of the list `case_stages`."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    MOREINFO = "MOREINFO"
    ACCEPTED = "ACCEPTED"
    ACTION = "ACTION"
    MONITORED = "MONITORED"
    CLOSED = "CLOSED"
    OUTSCOPE = "OUTSCOPE"
    DUPLICATE = "DUPLICATE"
    REFERRED = "REFERRED"
    WITHDRAWN = "WITHDRAWN"


class Move(StrEnum):
    """A decision that changes the stage. The triage decisions have the codes of `triage_decisions`."""

    SUBMIT = "SUBMIT"
    COMPLETE = "COMPLETE"
    ACCEPT = "ACCEPT"
    MOREINFO = "MOREINFO"
    MONITOR = "MONITOR"
    OUTSCOPE = "OUTSCOPE"
    DUPLICATE = "DUPLICATE"
    REFER = "REFER"
    START_ACTION = "START_ACTION"
    CLOSE = "CLOSE"
    WITHDRAW = "WITHDRAW"
    REOPEN = "REOPEN"
    RENEW = "RENEW"


class By(StrEnum):
    """Whose decision it is: of the team that logged the case, that triages it, or that was asked to act.

    The alternate team decides as `CENTRAL` on the cases that the central team may not see.
    """

    AUTHOR = "AUTHOR"
    CENTRAL = "CENTRAL"
    ASKED = "ASKED"


COUNTED = frozenset({Stage.ACCEPTED, Stage.ACTION, Stage.MONITORED, Stage.CLOSED})
"""The stages whose cases stand in working tables before they are placed in a report."""

ENDED = frozenset({Stage.CLOSED, Stage.OUTSCOPE, Stage.DUPLICATE, Stage.REFERRED, Stage.WITHDRAWN})
"""The stages in which nothing waits for anybody."""

_TRIAGED = (Stage.SUBMITTED, Stage.MOREINFO)
_OPEN = (Stage.ACCEPTED, Stage.ACTION, Stage.MONITORED)
_DECIDED = (*_OPEN, Stage.CLOSED, Stage.OUTSCOPE, Stage.DUPLICATE, Stage.REFERRED)

_PATHS: Mapping[Move, tuple[tuple[Stage, ...], Stage]] = MappingProxyType(
    {
        Move.SUBMIT: ((Stage.DRAFT,), Stage.SUBMITTED),
        Move.COMPLETE: ((Stage.MOREINFO,), Stage.SUBMITTED),
        Move.ACCEPT: ((*_TRIAGED, Stage.MONITORED), Stage.ACCEPTED),
        Move.MOREINFO: ((Stage.SUBMITTED, Stage.MONITORED), Stage.MOREINFO),
        Move.MONITOR: ((*_TRIAGED, Stage.ACCEPTED, Stage.ACTION), Stage.MONITORED),
        Move.OUTSCOPE: ((*_TRIAGED, Stage.ACCEPTED, Stage.MONITORED), Stage.OUTSCOPE),
        Move.DUPLICATE: ((*_TRIAGED, *_OPEN), Stage.DUPLICATE),
        Move.REFER: ((*_TRIAGED, Stage.ACCEPTED, Stage.MONITORED), Stage.REFERRED),
        Move.START_ACTION: ((Stage.ACCEPTED, Stage.MONITORED), Stage.ACTION),
        Move.CLOSE: (_OPEN, Stage.CLOSED),
        Move.WITHDRAW: ((*_TRIAGED, *_DECIDED), Stage.WITHDRAWN),
        Move.REOPEN: (_DECIDED, Stage.SUBMITTED),
        Move.RENEW: ((Stage.WITHDRAWN,), Stage.SUBMITTED),
    }
)

_DECIDERS: Mapping[Move, tuple[By, ...]] = MappingProxyType(
    dict.fromkeys(Move, (By.CENTRAL,))
    | {
        Move.SUBMIT: (By.AUTHOR,),
        Move.COMPLETE: (By.AUTHOR, By.CENTRAL),
        Move.START_ACTION: (By.CENTRAL, By.ASKED),
        Move.WITHDRAW: (By.AUTHOR, By.CENTRAL),
        Move.RENEW: (By.AUTHOR, By.CENTRAL),
    }
)

_WITHOUT_REASON = frozenset({Move.SUBMIT, Move.COMPLETE, Move.START_ACTION})

MOVE_LABEL: Mapping[Move, Marked] = MappingProxyType(
    {
        Move.SUBMIT: _("Submit"),
        Move.COMPLETE: _("Send back to triage with what was asked for"),
        Move.ACCEPT: _("Accept"),
        Move.MOREINFO: _("Ask for more information"),
        Move.MONITOR: _("Monitor"),
        Move.OUTSCOPE: _("Out of scope"),
        Move.DUPLICATE: _("Duplicate of another case"),
        Move.REFER: _("Refer outside the system"),
        Move.START_ACTION: _("Start action"),
        Move.CLOSE: _("Close"),
        Move.WITHDRAW: _("Withdraw at the person's wish"),
        Move.REOPEN: _("Reopen the decision"),
        Move.RENEW: _("Take up again at the person's wish"),
    }
)

BY_LABEL: Mapping[By, Marked] = MappingProxyType(
    {
        By.AUTHOR: _("the team that logged the case"),
        By.CENTRAL: _("the team that triages the case"),
        By.ASKED: _("a team that was asked to act"),
    }
)


def moves_from(stage: Stage, by: By) -> tuple[Move, ...]:
    """Return the decisions that `by` may take on a case at `stage`, in the order of `Move`."""
    return tuple(move for move in Move if stage in _PATHS[move][0] and by in _DECIDERS[move])


def check_move(stage: Stage, move: Move, by: By) -> Stage:
    """Return the stage that `move` leads to. Raises RuleBroken if `by` may not take it, or not now."""
    if by not in _DECIDERS[move]:
        raise RuleBroken(
            _(
                "This decision is not for your team to take: %(move)s. It is taken by: %(who)s.",
                move=MOVE_LABEL[move],
                who=tuple(BY_LABEL[decider] for decider in _DECIDERS[move]),
            ),
            "decision",
        )
    sources, target = _PATHS[move]
    if stage in sources:
        return target
    raise RuleBroken(_not_now(stage, move, by), "decision")


def check_reason(move: Move, reason: str) -> None:
    """Raise RuleBroken if the decision needs a reason and `reason` is blank."""
    if move not in _WITHOUT_REASON and not reason.strip():
        raise RuleBroken(_("Say why. The reason stays with the decision."), "reason")


def _not_now(stage: Stage, move: Move, by: By) -> Marked:
    here = Coded("case_stages", stage)
    if stage is _PATHS[move][1]:
        return _("The case is already at this stage: %(stage)s.", stage=here)
    possible = tuple(MOVE_LABEL[other] for other in moves_from(stage, by))
    if not possible:
        return _(
            "%(move)s is not possible while the case stands at: %(stage)s. "
            "There is nothing for your team to decide now.",
            move=MOVE_LABEL[move],
            stage=here,
        )
    return _(
        "%(move)s is not possible while the case stands at: %(stage)s. Possible now: %(possible)s.",
        move=MOVE_LABEL[move],
        stage=here,
        possible=possible,
    )
