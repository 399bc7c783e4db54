"""Eight people who log cases at once, and what the server acknowledged to them.

What a step writes follows from the case and the step, so that nothing but the acknowledgement has to be kept. It is kept here,
outside of the server's processes, once the last byte of the answer has been received.
"""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event
from uuid import UUID, uuid4, uuid5

from reprisals.cases.actions.uses import ledger_of
from reprisals.cases.actions.work import Work, mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import Account, Act, ConsentAnswer, PersonConcerned, Reach
from reprisals.cases.rules.stages import Stage
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.holders import HolderKind
from tests.crash.sites import Caller, wait_until

TAKEN, LAST, ASKED_ABOUT = 302, "check", "withdraw"
PAUSE = 0.05  # seconds before somebody tries again who was not answered
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """One thing that a person tells: the page it is posted to, with which fields, and whether a case holds it."""

    page: str
    fields: Callable[[UUID], Fields]
    stands: Callable[[Work], bool]


def brought_along(page: str) -> Fields:
    """The mark over what a last page shows."""
    return [("revision", mark) for mark in re.findall(r'name="revision" value="([^"]*)"', page)]


def confirmed_on(page: str) -> Fields:
    """The mark over what a withdrawal stops, on the page that asks about it."""
    return [("confirmed", mark) for mark in re.findall(r'name="confirmed" value="([^"]*)"', page)]


def words_of(case_id: UUID, page: str) -> str:
    """What is written into a case on a page."""
    return f"{page} of {case_id}"


def person_of(case_id: UUID) -> UUID:
    """The person of a case."""
    return uuid5(case_id, "person")


def guest_of(case_id: UUID) -> UUID:
    """The person whom the author of a case also brings into the case that all write to."""
    return uuid5(case_id, "guest")


def _answers(answer: Answer, page: str) -> Callable[[UUID], Fields]:
    def fields(case_id: UUID) -> Fields:
        asked = [(scope, answer.value) for scope in (Scope.RECORD.value, Scope.PUBLIC_ANON.value)]
        said = [("giver", "SELF"), ("means", "PHONE"), ("text", words_of(case_id, page))]
        behind = "0" if answer is Answer.GIVEN else str(len(asked))
        return [("persons", str(person_of(case_id))), ("revision", behind), *asked, *said]

    return fields


def _holds_answers(answer: Answer, page: str) -> Callable[[Work], bool]:
    def stands(work: Work) -> bool:
        text = words_of(work.id, page)
        rows = [row for row, content in work.rows(ConsentAnswer) if content.text == text]
        return [row.answer for row in rows] == [answer.value] * 2 and len(ledger_of(work)) >= len(rows)

    return stands


def _is_submitted(work: Work) -> bool:
    holder = f"{HolderKind.TEAM}:{work.case.triage_team_id}"
    is_titled = work.content.title == words_of(work.id, "check")
    return work.case.stage == Stage.SUBMITTED and is_titled and holder in work.opened.manifest.holders


def _has_story(work: Work) -> bool:
    acts = [row.code for row in work.opened.load(Act)]
    return work.one(Account)[1].words == words_of(work.id, "what") and sorted(acts) == ["ARR", "DET"]


def _has_person(work: Work) -> bool:
    _row, content = work.find(PersonConcerned, person_of(work.id))
    return content is not None and content.alias == words_of(work.id, "person")


STEPS = {
    "new": Step(
        "new",
        lambda case_id: [("danger", "NO"), ("danger_words", words_of(case_id, "new")), ("case_id", str(case_id))],
        lambda work: work.case.danger == "NO" and work.content.danger_words == words_of(work.id, "new"),
    ),
    "what": Step(
        "{case}/what",
        lambda case_id: [
            ("happened", "YES"), ("acts", "ARR"), ("acts", "DET"), ("words", words_of(case_id, "what")), ("revision", "0"),
        ],
        _has_story,
    ),
    "states": Step(
        "{case}/states",
        lambda _case_id: [("states-0", "KEN"), ("states-1", "NOR"), ("revision", mark("states"))],
        lambda work: work.states() == ("KEN", "NOR"),
    ),
    "person": Step(
        "{case}/persons/{person}",
        lambda case_id: [("unit", "IND"), ("alias", words_of(case_id, "person")), ("revision", "0")],
        _has_person,
    ),
    "consent": Step("{case}/consent", _answers(Answer.GIVEN, "consent"), _holds_answers(Answer.GIVEN, "consent")),
    "reach": Step(
        "{case}/reach",
        lambda case_id: [("how", words_of(case_id, "reach")), ("revision", "0")],
        lambda work: work.one(Reach)[1].how == words_of(work.id, "reach"),
    ),
    "check": Step("{case}/check", lambda case_id: [("title", words_of(case_id, "check"))], _is_submitted),
    "withdraw": Step(
        "{case}/consent", _answers(Answer.WITHDRAWN, "withdraw"), _holds_answers(Answer.WITHDRAWN, "withdraw")
    ),
}  # fmt: skip
"""What each author tells, in its order."""


@dataclass
class Acknowledged:
    """What the server said that it had: the steps of each case, and the guests of the case that all write to."""

    steps: dict[UUID, list[str]] = field(default_factory=dict)
    guests: list[UUID] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    @property
    def number(self) -> int:
        """How many writes were acknowledged."""
        return sum(map(len, self.steps.values())) + len(self.guests)


@dataclass
class Author:
    """Somebody who logs one case after another, until told to stop."""

    caller: Caller
    team_id: UUID
    common: UUID
    acknowledged: Acknowledged
    stop: Event
    killed: Event

    def work(self) -> None:
        """Log cases. Whoever is not answered begins another case: nobody knows what became of the last one."""
        while not self.stop.is_set():
            case_id = uuid4()
            if not (self.log(case_id) and self.bring_guest(case_id)):
                self.stop.wait(PAUSE)

    def log(self, case_id: UUID) -> bool:
        """Tell one case step by step, as far as the server takes it."""
        for name, step in STEPS.items():
            if self.stop.is_set():
                return True
            path = f"/cases/{step.page.format(case=case_id, person=person_of(case_id))}"
            told = [*step.fields(case_id), ("team", str(self.team_id))]
            if not self.is_taken(path, told + self.shown(name, path, told)):
                return False
            self.acknowledged.steps.setdefault(case_id, []).append(name)
        return True

    def shown(self, name: str, path: str, told: Fields) -> Fields:
        """What a page that shows first and takes then brings along; nothing where it was not served."""
        try:
            if name == ASKED_ABOUT:
                return confirmed_on(self.caller.post(path, told).text)
            return brought_along(self.caller.get(path).text) if name == LAST else []
        except (OSError, HTTPException):
            return []

    def bring_guest(self, case_id: UUID) -> bool:
        """Write to the case that all others write to, too."""
        fields = [("unit", "IND"), ("alias", str(case_id)), ("revision", "0")]
        is_taken = self.is_taken(f"/cases/{self.common}/persons/{guest_of(case_id)}", fields)
        if is_taken:
            self.acknowledged.guests.append(guest_of(case_id))
        return is_taken

    def is_taken(self, path: str, fields: Fields) -> bool:
        """Whether the server took it. Before something was killed nothing else may come of it."""
        was_killed = self.killed.is_set()
        try:
            answer = self.caller.post(path, fields)
        except (OSError, HTTPException) as failure:
            if not self.killed.is_set():
                self.acknowledged.refused.append(f"{path}: {type(failure).__name__}")
            return False
        if answer.status != TAKEN and not was_killed and not self.killed.is_set():
            self.acknowledged.refused.append(f"{path}: {answer.status}")
        return answer.status == TAKEN


@dataclass(frozen=True)
class Newsroom:
    """Eight authors with a session each, their team, and the case that all of them write to."""

    tokens: tuple[SessionToken, ...]
    team_id: UUID
    common: UUID

    @contextmanager
    def writing(self, port: int, acknowledged: Acknowledged, killed: Event) -> Iterator[None]:
        """All of them write while the block lasts."""
        stop = Event()
        authors = [
            Author(Caller(port, token), self.team_id, self.common, acknowledged, stop, killed)
            for token in self.tokens
        ]
        with ThreadPoolExecutor(len(authors)) as pool:
            working = [pool.submit(author.work) for author in authors]
            try:
                yield
            finally:
                stop.set()
        for done in working:
            done.result()


def wait_for_more(acknowledged: Acknowledged, number: int) -> None:
    """Return when so many more writes were acknowledged."""
    wanted = acknowledged.number + number
    known = len(acknowledged.refused)

    def are_more() -> bool:
        assert acknowledged.refused[known:] == []
        return acknowledged.number >= wanted

    wait_until(are_more, f"{number} more writes were acknowledged")
