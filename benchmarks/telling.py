"""Invented cases, told through the actions as the pages tell them."""

from datetime import timedelta
from itertools import cycle, islice
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from benchmarks.offices import Office
from reprisals import clock
from reprisals.cases.actions import parts
from reprisals.cases.actions.consent import AnswerGiven, keep_answers
from reprisals.cases.actions.drafts import begin_draft, submit
from reprisals.cases.actions.work import Work, begin_work, danger_mark, states_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import (
    AccountContent,
    Act,
    ActContent,
    ConsentContent,
    CooperationContent,
    PersonContent,
    ReachContent,
    WishContent,
)
from reprisals.cases.persons.rules import Headcount
from reprisals.cases.rules.outline import Danger
from tests.makers import Somebody

ACTS = ("DET", "THR", "SUR", "TRV", "PHY", "DEF")
PERSONS, LINKS, ANSWERS = 8, 4, 17
SEALED_ROWS = 1 + 1 + 1 + 1 + 1 + len(ACTS) + PERSONS + LINKS + ANSWERS
"""The case itself, its account, wish, way back and search text; acts, persons, links, and answers on consent."""
WORDS = (
    "Two men in plain clothes waited outside the office and asked for the papers that were sent to the council. "
    "They came back in the evening, and the day after somebody had searched the desk. "
)


def story(length: int) -> str:
    """A text of about so many characters."""
    return "".join(islice(cycle(WORDS), length))


def begin_case(office: Office, session: Session, who: Somebody, case_id: UUID) -> Work:
    """A draft with the four things that are required."""
    work = begin_draft(session, who.keyring, who.actor, case_id, office.team)
    parts.save_danger(work, Danger.YES, "He is followed.", danger_mark(work))
    parts.save_account(
        work, parts.AccountTold(frozenset(ACTS[:1]), AccountContent(True, story(2_000), "2026-02")), 0
    )
    parts.save_states(work, frozenset({"KEN"}), states_mark(work))
    parts.save_reach(
        work, ReachContent(channel="SIGNAL", how="A message to the sister", times="After dark"), 0
    )
    return work


def tell_draft(office: Office) -> UUID:
    """A committed draft that can be submitted."""
    case_id = uuid4()
    with office.acting() as (session, who):
        begin_case(office, session, who, case_id)
    return case_id


def tell_long_case(office: Office) -> UUID:
    """A committed and submitted case of 40 sealed rows."""
    case_id = uuid4()
    with office.acting() as (session, who):
        work = begin_case(office, session, who, case_id)
        parts.save_account(
            work, parts.AccountTold(frozenset(ACTS), AccountContent(True, story(2_000), "2026-02")), 1
        )
        for act in work.opened.load(Act):
            told = ActContent(since="2026-02-07", place="Kisumu", description=story(400), law="Section 12")
            parts.save_act(work, act.id, parts.ActTold(frozenset({"SEC"}), frozenset(), told), 1)
        _add_persons(work)
        for number in range(LINKS):
            link = CooperationContent(
                since="2025-09", words=story(300), document=f"A letter, number {number}"
            )
            told_link = parts.CooperationTold("OHCHR", "MTG", "ACTUAL", "LIK", frozenset("A"), link)
            parts.save_cooperation(work, uuid4(), told_link, 0)
        parts.save_wish(work, WishContent(words="To be left in peace."), 0)
    with office.acting() as (session, who):
        submit(begin_work(session, who.keyring, who.actor, case_id), "Detained after a meeting")
    return case_id


def tell_persons(office: Office, case_id: UUID, number: int) -> None:
    """So many persons in a draft, each of whom was asked two things."""
    with office.acting() as (session, who):
        work = begin_work(session, who.keyring, who.actor, case_id)
        persons = [uuid4() for _person in range(number)]
        for place, person_id in enumerate(persons):
            content = PersonContent(alias=f"Green {place}", occupation="Teacher")
            parts.save_person(
                work,
                person_id,
                parts.PersonTold("IND", Headcount(None, None), "W", "ADU", frozenset(), content),
                0,
            )
        day, how = clock.today() - timedelta(days=3), ConsentContent(giver="SELF", means="PHONE")
        asked = [(person_id, scope) for person_id in persons for scope in (Scope.RECORD, Scope.PUBLIC_ANON)]
        keep_answers(work, [AnswerGiven(who, scope, Answer.GIVEN, day, content=how) for who, scope in asked])


def _add_persons(work: Work) -> None:
    persons = [uuid4() for _number in range(PERSONS)]
    for number, person_id in enumerate(persons):
        content = PersonContent(alias=f"Blue {number}", occupation="Teacher", note=story(200))
        told = parts.PersonTold("IND", Headcount(None, None), "W", "ADU", frozenset({"HRD"}), content)
        parts.save_person(work, person_id, told, 0)
    asked = [
        (person_id, scope)
        for scope in (Scope.RECORD, Scope.PUBLIC_ANON, Scope.RAISE_CONF)
        for person_id in persons
    ]
    day, how = clock.today() - timedelta(days=3), ConsentContent(giver="SELF", means="PHONE", text=story(200))
    keep_answers(
        work, [AnswerGiven(who, scope, Answer.GIVEN, day, content=how) for who, scope in asked[:ANSWERS]]
    )
