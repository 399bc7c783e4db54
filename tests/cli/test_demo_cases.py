"""The invented cases of the demonstration: real in how they are kept, and nobody's in what they say."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from reprisals import clock as real_clock
from reprisals.audit.queries import verify
from reprisals.cases import queries
from reprisals.cases.actions.uses import ledger_of, may_keep_name
from reprisals.cases.actions.work import Work, read_case
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.happenings.rules import from_iso
from reprisals.cases.models.account import (
    Account,
    Act,
    ConsentAnswer,
    Cooperation,
    PersonConcerned,
    Reach,
    Wish,
)
from reprisals.cases.models.case import Case, Unfinished
from reprisals.cases.rules.outline import Danger, RecordType
from reprisals.cases.rules.stages import Stage
from reprisals.cli import demo_cases, demo_plans
from reprisals.cli.demo_cases import SEED, Author, fill
from reprisals.cli.refusals import Refused
from reprisals.codes.entities import get_entity, is_valid_on
from reprisals.codes.lists import get_list
from reprisals.database.session import Database
from reprisals.sealing.boxes import CaseCode, SealedRow
from reprisals.sealing.documents import to_bytes
from tests.conftest import START
from tests.makers import MadeTeam, Makers, Site, Somebody, act_as, somebody

pytestmark = pytest.mark.usefixtures("clock")

TODAY = START.date()
UUID_TEXT = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


@dataclass(frozen=True)
class Demonstration:
    """A site that was filled, with those who can open what is in it."""

    database: Database
    site: Site
    teams: tuple[MadeTeam, ...]
    count: int

    def leads(self, session: Session) -> list[Somebody]:
        """The leads of the focal teams, and the founder, who leads the central team, and the alternate lead."""
        offices = [self.site.first_person(session), somebody(session, self.site.alternate)]
        return [*(team.lead for team in self.teams), *offices]


@pytest.fixture(scope="module")
def new_demonstration(
    new_database: Callable[[], AbstractContextManager[Database]], founded: tuple[object, Site]
) -> Callable[[Database, str], Demonstration]:
    """Brings three focal teams and the invented cases into a founded site."""

    def made(database: Database, seed: str) -> Demonstration:
        site = founded[1]
        demonstrating = replace(site.settings.site, demonstration=True)
        with database.writing() as session:
            make = Makers(act_as(session, site.first_person(session)), site)
            teams = tuple(make.team(states=states) for states in ((), ("JOR", "LBN"), ("PER", "URY")))
            session.commit()
        authors = [Author(one.lead.keyring, one.lead.actor, one.team.id) for one in teams]
        count = fill(database, replace(site.settings, site=demonstrating), authors, seed)
        return Demonstration(database, site, teams, count)

    return made


@pytest.fixture(scope="module")
def demonstration(new_demonstration, new_database) -> Iterator[Demonstration]:
    with new_database() as database:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(real_clock, "now", lambda: START)
            made = new_demonstration(database, SEED)
        yield made


@pytest.fixture(scope="module")
def works(demonstration: Demonstration) -> Iterator[list[Work]]:
    """Every case of the demonstration, opened by the lead of the team that logged it."""
    with demonstration.database.reading() as session:
        yield open_all(session, demonstration)


def open_all(session: Session, demonstration: Demonstration) -> list[Work]:
    opened: list[Work] = []
    for team, lead in demonstration.teams:
        act_as(session, lead)
        cases = session.scalars(select(Case).where(Case.owning_team_id == team.id)).all()
        opened += [read_case(session, lead.keyring, lead.actor, case, "test") for case in cases]
    return opened


def contents_of(work: Work) -> str:
    """Everything that a case says, without what is drawn anew each time: identifiers, the reference, moments."""
    said = [work.case.stage, str(work.case.record_type), work.case.priority, str(work.case.danger)]
    said += [str(work.case.report_year), to_bytes(work.content).decode(), str(work.states())]
    for kind in (Account, Act, PersonConcerned, Cooperation, Wish, Reach, ConsentAnswer, Unfinished):
        for row, document in work.rows(kind):
            codes = {name: sorted(values) for name, values in sorted(work.opened.codes(row).items())}
            facets = {name: str(getattr(row, name)) for name in kind.FACETS}
            said.append(f"{kind.__tablename__} {row.revision} {facets} {codes} {to_bytes(document).decode()}")
    return UUID_TEXT.sub("#", "\n".join(said))


def test_the_log_of_a_filled_demonstration_verifies(demonstration):
    secrets = demonstration.site.secrets

    with demonstration.database.reading() as session:
        broken, entries, _hash = verify(session, secrets.root.public, secrets.service.public)

    assert broken is None
    assert entries > 2 * demonstration.count


def test_every_invented_case_opens_for_the_team_that_logged_it(demonstration, works):
    assert len(works) == demonstration.count == 41
    assert all(work.one(Account)[1].words for work in works)
    assert all(work.content.title for work in works if work.case.stage == Stage.SUBMITTED)


def test_a_submitted_case_opens_for_the_team_that_triages_it_and_a_draft_for_its_own_team_alone(
    demonstration,
):
    readers: dict[str, set[int]] = {}
    with demonstration.database.reading() as session:
        for number, lead in enumerate(demonstration.leads(session)):
            act_as(session, lead)
            for case in session.scalars(select(Case)):
                if queries.find_case(session, lead.actor, case.id):
                    read_case(session, lead.keyring, lead.actor, case, "test")
                    readers.setdefault(case.reference, set()).add(number)
        stages = {case.reference: case.stage for case in session.scalars(select(Case))}

    central, alternate = 3, 4
    drafts = [readers[reference] for reference, stage in stages.items() if stage == Stage.DRAFT]
    submitted = [readers[reference] for reference, stage in stages.items() if stage == Stage.SUBMITTED]
    assert len(drafts) + len(submitted) == demonstration.count
    assert all(len(held) == 1 and not held & {central, alternate} for held in drafts)
    assert all(len(held) == 2 and len(held & {central, alternate}) == 1 for held in submitted)
    assert sum(alternate in held for held in submitted) == 1


def test_a_case_goes_to_a_team_that_covers_states_where_its_language_is_spoken(demonstration, works):
    arabic, spanish = demonstration.teams[1].team.id, demonstration.teams[2].team.id
    states = demo_plans.read_states()

    for work in works:
        for language, team in (("ar", arabic), ("es", spanish)):
            if set(work.states()) <= set(states[language]):
                assert work.case.owning_team_id == team


def test_the_same_seed_tells_the_same_cases(works, new_demonstration, new_database, monkeypatch):
    """A quarter of them is logged again."""
    monkeypatch.setattr(demo_cases, "draw_cases", lambda *drawn: demo_plans.draw_cases(*drawn)[::4])
    with new_database() as database:
        again = new_demonstration(database, SEED)
        with database.reading() as session:
            told = {contents_of(work) for work in open_all(session, again)}

    assert len(told) == again.count == 11
    assert told <= {contents_of(work) for work in works}


def test_another_seed_draws_other_states_days_and_names():
    one, other = demo_plans.draw_cases(SEED, TODAY), demo_plans.draw_cases("another", TODAY)
    by_key = {case.plan.key: case for case in other}

    assert one == demo_plans.draw_cases(SEED, TODAY)
    assert {case.plan.key for case in one} == set(by_key)
    assert any(case.states != by_key[case.plan.key].states for case in one)
    assert any(case.since != by_key[case.plan.key].since for case in one)
    assert any(case.names != by_key[case.plan.key].names for case in one)


def test_every_legal_name_is_of_the_invented_list_and_kept_with_consent(works):
    invented = {name.name: set(name.variants) for name in demo_plans.read_names()}
    named = [(work, *found) for work in works for found in work.rows(PersonConcerned) if found[1].legal_name]

    assert len(named) >= 12
    for work, row, content in named:
        assert set(content.other_names) <= invented[content.legal_name]
        assert may_keep_name(work, row.id)
    scripts = {unicodedata.name(content.legal_name[0]).split()[0] for _work, _row, content in named}
    assert scripts == {"LATIN", "ARABIC", "CYRILLIC", "CJK"}


def test_the_cases_show_every_kind_of_record_danger_consent_and_stage(works):
    entries = [entry for work in works for entry in ledger_of(work)]
    stages = Counter(work.case.stage for work in works)

    assert {work.case.record_type for work in works} == set(RecordType)
    dangers = Counter(work.case.danger for work in works)
    assert dangers.keys() == set(Danger)
    assert dangers[Danger.YES] <= 4 <= dangers[Danger.UNKNOWN]
    assert {entry.answer for entry in entries} == set(Answer)
    assert {entry.scope for entry in entries} == set(Scope)
    assert stages.keys() == {Stage.DRAFT, Stage.SUBMITTED}
    assert 5 <= stages[Stage.DRAFT] <= 6
    assert sum(bool(work.rows(Unfinished)) for work in works) == 1
    assert sum(bool(work.opened.manifest.exclusions) for work in works) == 1
    assert sum(work.content.title_is_own for work in works) >= 4
    assert 20 <= len({state for work in works for state in work.states()}) <= 24
    groups = [
        row for work in works for row in work.opened.load(PersonConcerned) if row.unit in {"GRP", "COM"}
    ]
    assert (600, "ABOUT") in {(row.number, row.qualifier) for row in groups}


def test_sharing_is_given_for_some_entities_and_withdrawn_for_one_of_them(works):
    def shared(answer):
        entries = [entry for work in works for entry in ledger_of(work) if entry.scope is Scope.SHARE_UN]
        return {
            (entry.person, entity) for entry in entries if entry.answer is answer for entity in entry.entities
        }

    withdrawn, given = shared(Answer.WITHDRAWN), shared(Answer.GIVEN)
    assert withdrawn
    assert withdrawn < given
    assert {person for person, _entity in withdrawn} <= {person for person, _entity in given - withdrawn}


def test_some_cases_were_corrected_after_they_were_submitted(works):
    planned = [case for case in demo_plans.draw_cases(SEED, TODAY) if case.plan.later]
    corrected = [work for work in works if work.case.submitted_at and work.opened.file.manifest_number > 2]
    rewritten = [work for work in corrected if work.opened.revisions()]

    assert len(corrected) == len(planned) == 4
    assert {work.one(Account)[0].revision for work in rewritten} == {1, 2}
    assert len(rewritten) == 3, "one had only answers added, which take nothing's place"


def test_what_happened_lies_within_two_years_and_what_is_feared_is_still_to_come(works):
    for work in works:
        story = work.one(Account)[1]
        if work.case.record_type == RecordType.FEARED:
            assert story.coming_kind
            assert from_iso(story.coming_on).earliest > TODAY
        else:
            since = from_iso(story.since)
            assert TODAY - timedelta(days=731) < since.latest
            assert since.earliest <= TODAY
    days = [entry.given_on for work in works for entry in ledger_of(work)]
    assert min(days) < TODAY - timedelta(days=365)
    assert max(days) <= TODAY


def test_no_place_is_left_open_in_a_text_and_each_language_is_written_in_its_script(works):
    towns = {name: language for language, names in demo_plans.read_places().items() for name in names}
    scripts = {"ar": "ARABIC", "ru": "CYRILLIC"}

    told: Counter[str] = Counter()
    for work in works:
        story = work.one(Account)[1]
        assert not set("{}") & set(story.words + story.coming + work.content.danger_words)
        told[towns[story.place]] += 1
        assert unicodedata.name(story.words[0]).startswith(scripts.get(towns[story.place], "LATIN"))
    assert set(told) == set(demo_plans.LANGUAGES)


def test_every_code_of_a_plan_is_on_its_list():
    for plan in (plan for language in demo_plans.LANGUAGES for plan in demo_plans.read_plans(language)):
        for list_name, codes in codes_of(plan):
            unknown = {code for code in codes if code not in get_list(list_name)}
            assert not unknown, f"{plan.key}: {list_name}"
        answers = [answer.split() for person in plan.persons for answer in person.answers]
        shared = {entity for words in answers for entity in words[4:5] for entity in entity.split(",")}
        for entity in shared | {link.entity for link in plan.links}:
            assert is_valid_on(get_entity(entity), TODAY), f"{plan.key}: {entity}"


def codes_of(plan: demo_plans.CasePlan) -> Iterator[tuple[str, set[str]]]:
    """The codes of a plan with the name of the list that they are on."""
    persons = (*plan.persons, *(person for correction in plan.later for person in correction.persons))
    yield "acts", {act.code for act in plan.acts}
    yield "pretexts", {code for act in plan.acts for code in act.pretexts}
    yield "perpetrators", {code for act in plan.acts for code in act.perpetrators}
    yield "genders", {person.gender for person in persons}
    yield "age_groups", {person.age_group for person in persons}
    yield "victim_groups", {code for person in persons for code in person.groups}
    yield "victim_situations", {person.situation for person in persons if person.situation}
    yield "cooperation_forms", {link.form for link in plan.links}
    yield "cooperation_status", {link.status for link in plan.links}
    yield "link_strength", {link.strength for link in plan.links}
    yield "grounds", {code for link in plan.links for code in link.grounds}
    yield "wishes", set(plan.wishes)
    yield "contact_channels", {plan.reach.channel} - {""}
    yield "upcoming_events", {plan.coming_kind} - {""}
    answers = [answer.split() for person in persons for answer in person.answers]
    yield "consent_givers", {words[2] for words in answers if len(words) > 2}
    yield "consent_means", {words[3] for words in answers if len(words) > 3}


def test_a_plan_with_an_unknown_field_is_refused(tmp_path, monkeypatch):
    (tmp_path / "cases_en.json").write_text(
        '[{"key": "a", "language": "en", "danger": "NO", "words": "b", "wordz": ""}]'
    )
    monkeypatch.setattr(demo_plans, "_data", lambda name: tmp_path / name)

    with pytest.raises(Exception, match="CasePlan"):
        demo_plans.read_plans("en")


def test_invented_cases_are_not_brought_into_a_real_site(database, settings):
    with pytest.raises(Refused, match="demonstration"):
        fill(database, settings, [])

    with database.reading() as session:
        assert not session.scalars(select(Case)).all()


# --- what the facets alone tell ---------------------------------------------------------------------------------------

LEVELS = ("stage, type, danger, year", "and States", "and acts", "and persons", "and every other facet")
MOST_UNIQUE_BY_THE_FIRST = 10
"""So many of the cases may be the only one of their stage, type, danger and year. With all facets every one of them is."""


def count_alike(facets: Sequence[Hashable]) -> Counter[int]:
    """How many cases stand in a crowd of 1, of 2 and so on: those that their facets do not tell apart. 1 is unique."""
    crowds = Counter(facets)
    return Counter(crowds[each] for each in facets)


def facets_in_the_clear(session: Session) -> list[tuple[Hashable, ...]]:
    """For each case, level by level, what somebody with the database and without a key can read of it."""
    found: list[tuple[Hashable, ...]] = []
    for case in session.scalars(select(Case)).all():
        codes = session.scalars(select(CaseCode).where(CaseCode.case_id == case.id)).all()
        lists = Counter((code.list_name, code.code) for code in codes)
        states = frozenset(code for name, code in lists if name == "states")

        def rows(kind: type[SealedRow], *names: str, case: Case = case) -> Hashable:
            held = session.scalars(select(kind).where(kind.case_id == case.id))
            return frozenset(Counter(tuple(getattr(row, name) for name in names) for row in held).items())

        found.append(
            (
                (case.stage, case.record_type, case.danger, case.report_year),
                states,
                rows(Act, "code"),
                rows(PersonConcerned, "unit", "number", "qualifier", "gender", "age_group"),
                (
                    (case.priority, case.verification, case.received_on, frozenset(lists.items())),
                    rows(Cooperation, "entity", "form", "status", "strength"),
                    rows(ConsentAnswer, "scope", "answer", "given_on"),
                ),
            )
        )
    return found


def test_cases_that_look_alike_are_counted_as_a_crowd():
    assert count_alike(["a", "b", "a", "c", "a", "b"]) == {3: 3, 2: 2, 1: 1}
    assert count_alike([]) == {}


def test_the_facets_of_the_demonstration_are_reported_by_how_many_cases_they_make_unique(
    demonstration, capsys
):
    with demonstration.database.reading() as session:
        facets = facets_in_the_clear(session)
    crowds = [count_alike([each[: level + 1] for each in facets]) for level in range(len(LEVELS))]

    report = [f"\nUnique by their facets, of {len(facets)} invented cases:"]
    for name, crowd in zip(LEVELS, crowds, strict=True):
        sizes = [f", {number} in crowds of {size}" for size, number in sorted(crowd.items()) if size > 1]
        report.append(f"  {name:<28}{crowd[1]:>3}{''.join(sizes)}")
    with capsys.disabled():
        sys.stdout.write("\n".join(report) + "\n")

    assert len(facets) == demonstration.count
    assert all(crowd.total() == demonstration.count for crowd in crowds)
    assert [crowd[1] for crowd in crowds] == sorted(crowd[1] for crowd in crowds)
    assert 1 <= crowds[0][1] <= MOST_UNIQUE_BY_THE_FIRST
    assert crowds[-1] == {1: demonstration.count}
