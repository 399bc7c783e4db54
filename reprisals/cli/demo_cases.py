"""The invented cases of the demonstration, logged as real ones are: by the same actions, each recorded."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from reprisals import clock
from reprisals.access import Actor
from reprisals.audit.actions import Recorder, attach, commit
from reprisals.cases.actions import drafts, parts, unfinished
from reprisals.cases.actions.consent import AnswerGiven, keep_answers
from reprisals.cases.actions.titles import title_facts_of, title_in
from reprisals.cases.actions.work import Work, begin_work, danger_mark, states_mark, title_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import (
    Account,
    AccountContent,
    Act,
    ActContent,
    ConsentContent,
    PersonConcerned,
    PersonContent,
    WishContent,
)
from reprisals.cases.persons.rules import Qualifier, Unit, check_number
from reprisals.cases.rules.outline import Danger
from reprisals.cli.demo_plans import (
    InventedCase,
    InventedName,
    PlannedAct,
    PlannedCorrection,
    PlannedPerson,
    draw_cases,
    read_states,
)
from reprisals.cli.refusals import Refused
from reprisals.codes.lists import label
from reprisals.config import Settings
from reprisals.database.session import Database
from reprisals.i18n.catalogues import SOURCE
from reprisals.identity.queries import list_states_by_team
from reprisals.sealing.keyring import Keyring

SEED = "demonstration"
DAYS_BETWEEN_ANSWERS = 3
DAYS_UNTIL_CORRECTED = 14


@dataclass(frozen=True)
class Author:
    """Somebody signed in who logs cases for one of their teams."""

    keyring: Keyring = field(repr=False)
    actor: Actor
    team_id: UUID


def fill(database: Database, settings: Settings, authors: Sequence[Author], seed: str = SEED) -> int:
    """Log the invented cases, spread over the authors, and say how many.

    A case goes to a team that covers States where its language is spoken, if there is one. The same seed on the
    same day gives cases of the same content. Raises Refused on a site that is no demonstration, RuleBroken where
    the alternate team, which triages one of them, has no keys.
    """
    if not settings.site.demonstration:
        raise Refused("Invented cases belong in a demonstration alone.")
    with database.reading() as session:
        covered = list_states_by_team(session, {author.team_id for author in authors})
    cases = draw_cases(seed, clock.today())
    told_in = read_states()
    for number, case in enumerate(cases):
        alike = set(told_in[case.plan.language])
        near = [author for author in authors if alike & set(covered.get(author.team_id, ()))] or authors
        log_case(database, near[number % len(near)], case)
    return len(cases)


def log_case(database: Database, author: Author, case: InventedCase) -> UUID:
    """Log one case in the name of its author: the draft, its submission, what was corrected later."""
    case_id = uuid4()
    with _acting(database, author) as session:
        work = drafts.begin_draft(session, author.keyring, author.actor, case_id, author.team_id)
        tell(work, case)
    if not case.plan.stays_draft:
        with _acting(database, author) as session:
            submit(begin_work(session, author.keyring, author.actor, case_id), case)
    for correction in case.plan.later:
        with _acting(database, author) as session:
            correct(begin_work(session, author.keyring, author.actor, case_id), case, correction)
    return case_id


def tell(work: Work, case: InventedCase) -> None:
    """Fill the pages of a draft, in the order in which a person tells it."""
    plan = case.plan
    parts.save_danger(work, Danger(plan.danger), plan.danger_words, danger_mark(work))
    acts = frozenset(act.code for act in plan.acts)
    parts.save_account(work, parts.AccountTold(acts, account_of(case, plan.words)), 0)
    parts.save_states(work, frozenset(case.states), states_mark(work))
    _say_who(work, case)
    for act in plan.acts:
        _detail_act(work, case, act)
    for link in plan.links:
        parts.save_cooperation(work, uuid4(), link.told(), 0)
    if plan.wishes:
        parts.save_wish(work, WishContent(plan.wishes, plan.wish_words), 0)
    if plan.reach.how:
        parts.save_reach(work, plan.reach, 0)
    if plan.title:
        parts.save_title(work, plan.title, title_mark(work))
    if plan.unfinished:
        unfinished.keep_unfinished(work, plan.unfinished.page, plan.unfinished.fields)


def _say_who(work: Work, case: InventedCase) -> None:
    """Whom it concerns; where nobody is planned, that it concerns nobody in particular."""
    for place, person in enumerate(case.plan.persons):
        add_person(work, case, person, case.names[place])
    if not case.plan.persons and not case.plan.stays_draft:
        parts.say_general(work, is_general=True)


def submit(work: Work, case: InventedCase) -> None:
    """Submit the draft, under the title of its own or the one proposed."""
    if case.plan.office_concerned:
        drafts.keep_out_office(work, is_concerned=True, reason=case.plan.office_concerned)
    drafts.submit(work, case.plan.title or title_in(title_facts_of(work), SOURCE))


def correct(work: Work, case: InventedCase, correction: PlannedCorrection) -> None:
    """Add what was learned after the case was submitted; what stood before is kept as a revision."""
    if correction.danger:
        parts.save_danger(work, Danger(correction.danger), correction.danger_words, danger_mark(work))
    if correction.words:
        account, _content = work.one(Account)
        acts = frozenset(act.code for act in work.opened.load(Act))
        told = parts.AccountTold(acts, account_of(case, correction.words))
        parts.save_account(work, told, account.revision if account else 0)
    for person in correction.persons:
        add_person(work, case, person, None)
    people = [row.id for row in work.opened.load(PersonConcerned)]
    days = _days_from(case.told_on + timedelta(days=DAYS_UNTIL_CORRECTED))
    for answer, day in zip(correction.answers, days, strict=False):
        place, _space, words = answer.partition(" ")
        agreed = ConsentContent(language=case.plan.language)
        keep_answers(work, [read_answer(words, people[int(place)], day, agreed)])


def account_of(case: InventedCase, words: str) -> AccountContent:
    """What happened, or what is feared, in these words."""
    reaches_abroad = any(act.code == "TNR" for act in case.plan.acts)
    return AccountContent(
        happened=case.plan.happened,
        words=words.replace("{place}", case.place),
        since=case.since,
        place=case.place,
        place_country="" if reaches_abroad else case.states[0],
        coming=case.plan.coming,
        coming_kind=case.plan.coming_kind,
        coming_on=case.coming_on,
    )


def add_person(work: Work, case: InventedCase, person: PlannedPerson, name: InventedName | None) -> None:
    """Add somebody under an alias, then what they answered, and only then the legal name, if there is one."""
    person_id, language = uuid4(), case.plan.language
    qualifier = Qualifier(person.qualifier) if person.qualifier else None
    content = PersonContent(
        alias=person.alias,
        occupation=person.occupation,
        relation=person.relation,
        situation=label("victim_situations", person.situation, language) if person.situation else "",
    )
    told = parts.PersonTold(
        person.unit,
        check_number(Unit(person.unit), person.number, qualifier),
        person.gender,
        person.age_group,
        person.groups,
        content,
    )
    parts.save_person(work, person_id, told, 0)
    agreed = ConsentContent(language=language, text=person.agreed)
    days = _days_from(case.told_on)
    for answer in person.answers:
        keep_answers(work, [read_answer(answer, person_id, next(days), agreed)])
    if name is not None:
        named = replace(content, legal_name=name.name, other_names=name.variants)
        parts.save_person(work, person_id, replace(told, content=named), 1)


def read_answer(written: str, person_id: UUID, day: date, agreed: ConsentContent) -> AnswerGiven:
    """What a plan writes as `SCOPE ANSWER GIVER MEANS ENTITY,ENTITY`; the last three may be missing."""
    scope, answer, giver, means, entities = (*written.split(), "", "", "")[:5]
    content = replace(agreed, giver=giver, means=means, text=agreed.text if answer == Answer.GIVEN else "")
    named = frozenset(filter(None, entities.split(",")))
    return AnswerGiven(person_id, Scope(scope), Answer(answer), day, named, content)


def _detail_act(work: Work, case: InventedCase, planned: PlannedAct) -> None:
    people = [row.id for row in work.opened.load(PersonConcerned)]
    content = ActContent(
        since=case.since,
        description=planned.description,
        law=planned.law,
        charges=planned.charges,
        court=planned.court,
        sentence=planned.sentence,
        detention=planned.detention,
        persons=tuple(people[place] for place in planned.persons),
        ongoing=planned.ongoing,
    )
    act = next(row for row in work.opened.load(Act) if row.code == planned.code)
    told = parts.ActTold(planned.pretexts, planned.perpetrators, content)
    if planned.perpetrators or planned.description or planned.persons:
        parts.save_act(work, act.id, told, act.revision)


def _days_from(first: date) -> Iterator[date]:
    """Days on which answers are given, some days apart, none of them to come."""
    today = clock.today()
    return (min(first + timedelta(days=DAYS_BETWEEN_ANSWERS * number), today) for number in count())


@contextmanager
def _acting(database: Database, author: Author) -> Iterator[Session]:
    with database.writing() as session:
        attach(session, Recorder(author.keyring.signing, is_person=True))
        yield session
        commit(session)
