"""The consent ledger: adding answers. Nothing in it is ever changed or removed."""

from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from reprisals import clock
from reprisals.access import Permission, require
from reprisals.cases.actions.drafts import drop_unfinished
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.uses import ledger_of
from reprisals.cases.actions.work import Work
from reprisals.cases.consent.rules.ledger import Answer, NewAnswer, Scope, check_answer
from reprisals.cases.consent.rules.uses import wider_scopes_given
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


def add_answer(work: Work, given: AnswerGiven) -> None:
    """Add an answer to the ledger. Raises RuleBroken."""
    if given.person_id not in {row.id for row in work.opened.load(PersonConcerned)}:
        raise RuleBroken(_("This person is no longer in the case."), "person")
    ledger = ledger_of(work)
    new = NewAnswer(
        given.person_id,
        given.scope,
        given.answer,
        given.entities,
        given.given_on,
        given.content.giver,
        given.content.means,
    )
    check_answer(new, ledger, clock.today())
    row = ConsentAnswer(
        person_id=given.person_id,
        scope=given.scope.value,
        answer=given.answer.value,
        given_on=given.given_on,
        sequence=max((entry.sequence for entry in ledger), default=0) + 1,
    )
    codes = {"entities": given.entities} if given.entities else {}
    work.opened.add(row, given.content, codes)
    work.session.flush()


def is_added(work: Work, given: list[AnswerGiven], behind: int) -> bool:
    """Whether exactly these answers, words included, were added behind the first `behind` ones: a form was sent twice."""
    added = _added(work, behind)
    return behind >= 0 and bool(given) and added[: len(given)] == given


def check_behind(work: Work, given: list[AnswerGiven], behind: int) -> None:
    """Raise RuleBroken where somebody answered the same question since the page was opened that these answers come from.

    Otherwise a page that was opened before a withdrawal, or a form that was kept, could take it back unseen.
    """
    answered = {(answer.person_id, answer.scope) for answer in _added(work, max(behind, 0))}
    if answered & {(answer.person_id, answer.scope) for answer in given}:
        raise RuleBroken(
            _(
                "Somebody recorded an answer to the same question since you opened this page. "
                "Look at what was answered below, and send yours again if it still counts."
            )
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


def keep_answers(work: Work, given: list[AnswerGiven]) -> None:
    """Add answers as they were asked, all or none, and record them. Raises NotAllowed, RuleBroken."""
    require(work.actor, Permission.CONSENT_KEEP)
    given = [*given, *_widened(work, given)]
    for answer in given:
        add_answer(work, answer)
    drop_unfinished(work, "consent")
    is_withdrawn = any(answer.answer is Answer.WITHDRAWN for answer in given)
    answers = [f"{answer.scope.value}={answer.answer.value}" for answer in given]
    finish_work(work, "consent.withdrawn" if is_withdrawn else "consent.answered", answers=answers)


def _widened(work: Work, given: list[AnswerGiven]) -> list[AnswerGiven]:
    """Who withdraws a use in public withdraws the wider ones that were given, too, unless they are answered beside it."""
    ledger = ledger_of(work)
    answered = {(answer.person_id, answer.scope) for answer in given}
    return [
        replace(answer, scope=wider)
        for answer in given
        if answer.answer is Answer.WITHDRAWN
        for wider in wider_scopes_given(answer.person_id, answer.scope, ledger)
        if (answer.person_id, wider) not in answered
    ]
