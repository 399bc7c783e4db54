"""The consent ledger: adding answers. Nothing in it is ever changed or removed."""

import sys
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from reprisals import clock
from reprisals.access import Permission, require
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.unfinished import drop_unfinished
from reprisals.cases.actions.uses import (
    Use,
    glance_at,
    glances_after,
    ledger_of,
    taken_out_against,
    wider_given,
)
from reprisals.cases.actions.work import Work
from reprisals.cases.consent.rules.ledger import (
    Answer,
    Fault,
    LedgerEntry,
    NewAnswer,
    Scope,
    find_faults,
)
from reprisals.cases.models.account import ConsentAnswer, ConsentContent, PersonConcerned
from reprisals.i18n.marking import RuleBroken, _


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answer as it was asked for: about whom, on what, by whom and how."""

    person_id: UUID
    scope: Scope
    answer: Answer
    given_on: date
    entities: frozenset[str] = frozenset()
    content: ConsentContent = field(default_factory=ConsentContent)


class AnswersRefused(RuleBroken):
    """Answers that do not hold: `faults` are all the reasons, the message is the first of them."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__(faults[0].text, faults[0].field)
        self.faults = faults


def is_added(work: Work, given: list[AnswerGiven], behind: int) -> bool:
    """Whether exactly these answers, words included, were added behind the first `behind` ones: a form was sent twice."""
    added = _added(work, behind)
    return behind >= 0 and bool(given) and added[: len(given)] == given


def find_overtaken(work: Work, given: list[AnswerGiven], behind: int) -> tuple[Fault, ...]:
    """The questions that were answered since the page was opened that these answers come from.

    Otherwise a page that was opened before a withdrawal, or a form that was kept, could take it back unseen.
    """
    answered = {(answer.person_id, answer.scope) for answer in _added(work, max(behind, 0))}
    overtaken: dict[Scope, set[UUID]] = {}
    for answer in given:
        if (answer.person_id, answer.scope) in answered:
            overtaken.setdefault(answer.scope, set()).add(answer.person_id)
    text = _(
        "This was answered since you opened this page. "
        "Look at what was answered below, and send yours again if it still counts."
    )
    return tuple(Fault(scope.value, text, frozenset(persons)) for scope, persons in overtaken.items())


def find_refusals(work: Work, given: list[AnswerGiven]) -> tuple[Fault, ...]:
    """All that keeps these answers out of the ledger of the case.

    Somebody who was taken out can still answer anew as long as what they said before stands against a use.
    """
    held = {row.id for row in work.opened.load(PersonConcerned)} | taken_out_against(work)
    gone = frozenset(answer.person_id for answer in given) - held
    text = _("This person is no longer in the case.")
    faults = find_faults([_asked(answer) for answer in given], ledger_of(work), clock.latest_today())
    return (*([Fault("persons", text, gone)] if gone else []), *faults)


def with_wider(work: Work, given: list[AnswerGiven]) -> list[AnswerGiven]:
    """The answers, and with them the withdrawals that follow.

    Who withdraws a use in public withdraws the wider ones that were given, too, unless they are answered beside it.
    """
    answered = {(answer.person_id, answer.scope) for answer in given}
    following: dict[tuple[UUID, Scope], AnswerGiven] = {}
    for answer in given:
        if answer.answer is Answer.WITHDRAWN:
            for wider in wider_given(work, answer.person_id, answer.scope):
                following.setdefault((answer.person_id, wider), replace(answer, scope=wider))
    return [*given, *(answer for question, answer in following.items() if question not in answered)]


def keep_answers(work: Work, given: list[AnswerGiven]) -> None:
    """Add answers as they were asked, all or none, and record them. Raises NotAllowed, AnswersRefused."""
    require(work.actor, Permission.CONSENT_KEEP)
    given = with_wider(work, given)
    if faults := find_refusals(work, given):
        raise AnswersRefused(faults)
    last = max((row.sequence for row in work.opened.load(ConsentAnswer)), default=0)
    for sequence, answer in enumerate(given, start=last + 1):
        _add(work, answer, sequence)
    work.session.flush()
    drop_unfinished(work, "consent")
    is_withdrawn = any(answer.answer is Answer.WITHDRAWN for answer in given)
    answers = [f"{answer.scope.value}={answer.answer.value}" for answer in given]
    finish_work(work, "consent.withdrawn" if is_withdrawn else "consent.answered", answers=answers)


@dataclass(frozen=True, slots=True)
class Stopped:
    """What withdrawals stop at once for one person: uses, and the entities that may no longer be told anything."""

    person_id: UUID
    scopes: tuple[Scope, ...]
    uses: tuple[Use, ...]
    entities: frozenset[str]


def find_stopped(work: Work, given: list[AnswerGiven]) -> list[Stopped]:
    """What the withdrawals among these answers would stop, person by person; nothing where nothing is withdrawn."""
    withdrawn: dict[UUID, list[AnswerGiven]] = {}
    for answer in with_wider(work, given):
        if answer.answer is Answer.WITHDRAWN:
            withdrawn.setdefault(answer.person_id, []).append(answer)
    after = glances_after(work, [_entry(answer) for answers in withdrawn.values() for answer in answers])
    found = []
    for person_id, answers in withdrawn.items():
        now, then = glance_at(work, person_id), after[person_id]
        uses = tuple(u for u in Use if now.verdicts[u].allowed and not then.verdicts[u].allowed)
        scopes = tuple(answer.scope for answer in answers)
        found.append(Stopped(person_id, scopes, uses, now.shareable - then.shareable))
    return found


def _entry(given: AnswerGiven) -> LedgerEntry:
    """An answer as it would stand at the end of the ledger."""
    return LedgerEntry(
        given.person_id, given.scope, given.answer, given.entities, given.given_on, sys.maxsize
    )


def _add(work: Work, given: AnswerGiven, sequence: int) -> None:
    row = ConsentAnswer(
        person_id=given.person_id,
        scope=given.scope.value,
        answer=given.answer.value,
        given_on=given.given_on,
        sequence=sequence,
    )
    work.opened.add(row, given.content, {"entities": given.entities} if given.entities else {})


def _asked(given: AnswerGiven) -> NewAnswer:
    return NewAnswer(
        given.person_id,
        given.scope,
        given.answer,
        given.entities,
        given.given_on,
        given.content.giver,
        given.content.means,
    )


def _added(work: Work, behind: int) -> list[AnswerGiven]:
    rows = sorted(work.rows(ConsentAnswer), key=lambda entry: entry[0].sequence)[behind:]
    return [
        AnswerGiven(
            row.person_id,
            Scope(row.scope),
            Answer(row.answer),
            row.given_on,
            work.opened.codes(row).get("entities", frozenset()),
            content,
        )
        for row, content in rows
    ]
