"""A focal team that logs cases through the actions. Each step is committed, and the next one opens the case anew."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from reprisals.audit.actions import commit
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.consent import AnswerGiven, keep_answers
from reprisals.cases.actions.work import Work, begin_work, danger_mark, read_case, states_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import AccountContent, ConsentContent, PersonContent, ReachContent
from reprisals.cases.persons.rules import Headcount
from reprisals.cases.rules.outline import Danger
from reprisals.identity.models import Team
from tests.makers import Makers, Somebody, act_as

ASKED_ON = date(2026, 3, 1)
ASKED = ConsentContent(giver="SELF", means="PHONE")


def account(*acts: str, **fields: Any) -> parts.AccountTold:
    """What happened as told."""
    return parts.AccountTold(frozenset(acts), AccountContent(**{"happened": True} | fields))


def person(unit: str = "IND", headcount: Headcount | None = None, **fields: Any) -> parts.PersonTold:
    """A person or group as told."""
    count = headcount or Headcount(1)
    return parts.PersonTold(unit, count, "W", "ADU", frozenset({"HRD"}), PersonContent(**fields))


def answer(person_id: UUID, scope: Scope, said: Answer, *entities: str) -> AnswerGiven:
    """An answer that the person gave by telephone."""
    return AnswerGiven(person_id, scope, said, ASKED_ON, frozenset(entities), ASKED)


@dataclass
class Desk:
    """A focal team with its lead and a member, who does everything unless somebody else is named."""

    make: Makers
    team: Team
    lead: Somebody
    member: Somebody

    def begin(self, who: Somebody | None = None, team: Team | None = None) -> UUID:
        """A new draft that says nothing yet."""
        case_id, who = uuid4(), who or self.member
        session = act_as(self.make.session, who)
        work = drafts.begin_draft(session, who.keyring, who.actor, case_id, (team or self.team).id)
        parts.save_danger(work, Danger.NO, "", danger_mark(work))
        commit(session)
        return case_id

    @contextmanager
    def work(self, case_id: UUID, who: Somebody | None = None) -> Iterator[Work]:
        """The case, opened to change; committed at the end, undone where something is raised."""
        who = who or self.member
        session = act_as(self.make.session, who)
        try:
            yield begin_work(session, who.keyring, who.actor, case_id)
            commit(session)
        except BaseException:
            session.rollback()
            raise

    def read(self, case_id: UUID, who: Somebody | None = None) -> Work:
        """The case, opened to read."""
        who = who or self.member
        session = act_as(self.make.session, who)
        case = queries.find_case(session, who.actor, case_id)
        assert case is not None
        return read_case(session, who.keyring, who.actor, case, "test")

    def add_person(self, case_id: UUID, alias: str = "Blue", **names: Any) -> UUID:
        """One more individual."""
        person_id = uuid4()
        with self.work(case_id) as work:
            parts.save_person(work, person_id, person(alias=alias, **names), 0)
        return person_id

    def answered(self, case_id: UUID, *given: AnswerGiven) -> None:
        """Add answers to the ledger."""
        with self.work(case_id) as work:
            keep_answers(work, list(given))

    def ready(
        self, danger: Danger = Danger.NO, who: Somebody | None = None, team: Team | None = None
    ) -> UUID:
        """A draft that says what is required."""
        case_id = self.begin(who, team)
        with self.work(case_id, who) as work:
            parts.save_danger(work, danger, "", danger_mark(work))
            parts.save_account(work, account("DET", words="They came at night."), 0)
            parts.save_states(work, frozenset({"KEN"}), states_mark(work))
            parts.save_reach(work, ReachContent(how="through the sister"), 0)
        return case_id

    def submit(
        self, case_id: UUID, who: Somebody | None = None, *, office_concerned: bool = False
    ) -> drafts.Submitted:
        """Submit a draft, and keep the office out where the case concerns it."""
        with self.work(case_id, who) as work:
            drafts.keep_out_office(
                work, office_concerned, "It is about one of them." if office_concerned else ""
            )
            return drafts.submit(work, "A title")


DeskMaker = Callable[[], Desk]
