"""The consent ledger: adding answers. Nothing in it is ever changed or removed."""

import sys
from collections.abc import Iterable
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
    taking_back,
    wider_given,
)
from reprisals.cases.actions.work import Work, mark
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

MOST_ANSWERS = 5_000
"""So many answers a ledger holds. Each opening reads and checks all of them, while whoever changes the case holds its lock."""


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
    ledger = ledger_of(work)
    faults = find_faults([_asked(answer) for answer in given], ledger, clock.latest_today())
    room = _find_no_room(given, ledger)
    return (*([Fault("persons", text, gone)] if gone else []), *faults, *([room] if room else []))


def _find_no_room(given: list[AnswerGiven], ledger: list[LedgerEntry]) -> Fault | None:
    """A ledger that is full takes what is taken back or refused of what is given, so that nothing stays allowed by that."""
    if len(ledger) + len(given) <= MOST_ANSWERS:
        return None
    takes_back = taking_back(ledger)
    over = [answer for answer in given if not takes_back(_asked(answer))]
    text = _(
        "This ledger holds at most %(most)s answers, and there is no room for these. "
        "Only what is given can still be refused or withdrawn.",
        most=MOST_ANSWERS,
    )
    return Fault("persons", text, frozenset(answer.person_id for answer in over)) if over else None


def find_new(work: Work, given: list[AnswerGiven]) -> list[AnswerGiven]:
    """Those of the answers that do not already stand word for word as what was last said on their question."""
    latest = {
        (row.person_id, row.scope): row
        for row in sorted(work.opened.load(ConsentAnswer), key=lambda row: row.sequence)
    }
    return [answer for answer in given if not _stands(work, latest, answer)]


def _stands(work: Work, latest: dict[tuple[UUID, str], ConsentAnswer], given: AnswerGiven) -> bool:
    row = latest.get((given.person_id, given.scope.value))
    return row is not None and _worded(_given_in(work, row, work.opened.read(row))) == _worded(given)


def _worded(given: AnswerGiven) -> AnswerGiven:
    """An answer without the language of the page that it was recorded on."""
    return replace(given, content=replace(given.content, language=""))


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
    """Add answers as they were asked, all or none, and record them; what stands already word for word is not added again.

    Raises NotAllowed, AnswersRefused.
    """
    require(work.actor, Permission.CONSENT_KEEP)
    given = find_new(work, with_wider(work, given))
    if faults := find_refusals(work, given):
        raise AnswersRefused(faults)
    last = max((row.sequence for row in work.opened.load(ConsentAnswer)), default=0)
    for sequence, answer in enumerate(given, start=last + 1):
        _add(work, answer, sequence)
    work.session.flush()
    drop_unfinished(work, "consent")
    if not given:
        finish_work(work, "case.changed", part="consent")
        return
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


def mark_of_stopped(stopped: Iterable[Stopped]) -> str:
    """What a confirmation was given to. Once something else would be stopped, it counts no more."""
    return mark("stopped", *((s.person_id, s.scopes, s.uses, sorted(s.entities)) for s in stopped))


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
    return [_given_in(work, row, content) for row, content in rows]


def _given_in(work: Work, row: ConsentAnswer, content: ConsentContent) -> AnswerGiven:
    """What a row of the ledger says."""
    entities = work.opened.codes(row).get("entities", frozenset())
    return AnswerGiven(row.person_id, Scope(row.scope), Answer(row.answer), row.given_on, entities, content)
