"""What follows from the parts of a case: its facets, the history of them, and the sealed text it is found by."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.actions import parts
from reprisals.cases.actions.settle import search_lines
from reprisals.cases.actions.work import Work, danger_mark, title_mark
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import (
    AccountContent,
    Act,
    ActContent,
    CooperationContent,
    PersonConcerned,
    PersonContent,
    WishContent,
)
from reprisals.cases.models.case import Case, CaseContent, SearchText
from reprisals.cases.persons.rules import Headcount, Qualifier
from reprisals.cases.rules.outline import Danger
from reprisals.cases.search.rules.lines import find_line, make_needles, words
from tests.cases.actions.desk import Desk, account, answer, person

NOT_SEARCHED = {
    "until",
    "since",
    "place_country",
    "coming_kind",
    "coming_on",
    "nationality",
    "happened",
    "language",
}


def text_of(work: Work) -> str:
    """The search text as it stands sealed in the case."""
    return str(work.one(SearchText)[1].text)


def is_found(work: Work, query: str) -> bool:
    """Whether the case is found by these words."""
    return find_line(text_of(work), make_needles(words(query))) is not None


def save_danger(desk: Desk, case_id: UUID, danger: Danger, told: str = "") -> None:
    with desk.work(case_id) as work:
        parts.save_danger(work, danger, told, danger_mark(work))


def save_account(desk: Desk, case_id: UUID, started: int, *acts: str, **content: Any) -> None:
    with desk.work(case_id) as work:
        parts.save_account(work, account(*acts, **content), started)


def test_what_nobody_said_to_have_happened_or_to_be_feared_is_counted_as_no_kind_of_record(
    desk: Desk,
) -> None:
    case_id = desk.begin()
    found = [desk.read(case_id).case.record_type]
    save_account(desk, case_id, 0, "DET", happened=None, words="They came.")
    desk.add_person(case_id)
    found.append(desk.read(case_id).case.record_type)

    assert found == [None, None]


def test_a_case_is_a_situation_once_that_is_said_until_somebody_is_concerned(desk: Desk) -> None:
    case_id, organization = desk.begin(), uuid4()
    save_account(desk, case_id, 0, words="They came.")
    found = [desk.read(case_id).case.record_type]
    with desk.work(case_id) as work:
        parts.say_general(work, is_general=True)
    found.append(desk.read(case_id).case.record_type)
    with desk.work(case_id) as work:
        parts.save_person(work, organization, person("ORG"), 0)
    found.append(desk.read(case_id).case.record_type)
    desk.add_person(case_id)
    found.append(desk.read(case_id).case.record_type)
    save_account(desk, case_id, 1, happened=False, coming="a trial")
    found.append(desk.read(case_id).case.record_type)

    assert found == ["PERSONS", "SITUATION", "ORGANIZATIONS", "PERSONS", "FEARED"]
    assert not desk.read(case_id).content.is_general


def test_danger_now_puts_a_case_before_the_others_and_proposes_urgent(desk: Desk) -> None:
    case_id = desk.begin()
    found = []
    for danger in (Danger.NO, Danger.UNKNOWN, Danger.YES):
        save_danger(desk, case_id, danger)
        case = desk.read(case_id).case
        found.append((case.urgency, case.priority))

    assert found == [(1, "NORMAL"), (1, "PRIORITY"), (0, "URGENT")]


@pytest.mark.parametrize(
    ("coming_on", "priority"), [("2026-03-03", "URGENT"), ("2026-03-14", "PRIORITY"), ("2026-06", "NORMAL")]
)
def test_what_is_feared_to_come_soon_proposes_a_priority(desk: Desk, coming_on: str, priority: str) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, happened=False, coming="a trial", coming_on=coming_on)

    assert desk.read(case_id).case.priority == priority


def test_danger_that_changes_after_submitting_moves_the_case_and_leaves_the_priority_to_those_who_triage(
    desk: Desk,
) -> None:
    case_id = desk.ready()
    desk.submit(case_id)
    save_danger(desk, case_id, Danger.YES)
    case = desk.read(case_id).case

    assert (case.urgency, case.priority) == (0, "NORMAL")


@pytest.mark.parametrize(
    ("told", "year"),
    [({"since": "2024-06-01"}, 2025), ({"until": "2025-04"}, 2025), ({}, None), ({"since": "1900"}, 1900)],
)
def test_the_report_year_follows_from_the_date_of_what_happened(
    desk: Desk, told: dict[str, str], year: int | None
) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, "DET", **told)

    assert desk.read(case_id).case.report_year == year


def test_the_search_text_is_there_from_the_first_write_and_grows_with_the_case(desk: Desk) -> None:
    case_id = desk.begin()
    first = desk.read(case_id)
    assert (len(first.opened.load(SearchText)), text_of(first)) == (1, "")

    save_danger(desk, case_id, Danger.YES, "Followed by a WHITE Cär")
    save_account(desk, case_id, 0, words="محمد was taken", place="Nakuru")
    read = desk.read(case_id)

    assert text_of(read) != ""
    assert "white car" in text_of(read)
    assert all(is_found(read, query) for query in ("white car", "Mohammed", "NAKURU followed"))
    assert not is_found(read, "Kisumu")


def test_a_word_that_is_taken_out_of_the_case_is_no_longer_found(desk: Desk) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, words="in Nakuru")
    save_account(desk, case_id, 1, words="in Kisumu")

    assert is_found(desk.read(case_id), "kisumu")
    assert not is_found(desk.read(case_id), "nakuru")


def test_the_search_text_is_sealed_and_keeps_no_history(desk: Desk) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, words="in Nakuru")
    row, _document = desk.read(case_id).one(SearchText)

    assert row is not None
    assert row.content is not None
    assert b"nakuru" not in row.content.raw
    assert all(revision.table != "search_text" for revision in desk.read(case_id).opened.revisions())


def test_every_text_that_a_page_takes_is_found_or_left_out_on_purpose(desk: Desk) -> None:
    case_id, link = desk.ready(), uuid4()
    marks: dict[str, str] = {}

    def fill(kind: type[Any], **given: Any) -> Any:
        texts = [f.name for f in fields(kind) if f.type is str or f.type == "str"]
        left_out = NOT_SEARCHED.union(given, parts.NOT_ON_PAGES.get(kind, ()))
        wanted = [name for name in texts if name not in left_out]
        values = {name: f"{kind.__name__.lower()}{name}".replace("_", "").lower() for name in wanted}
        marks.update({f"{kind.__name__}.{name}": value for name, value in values.items()})
        return kind(**values, **given)

    with desk.work(case_id) as work:
        act = work.opened.load(Act)[0]
        parts.save_account(
            work, parts.AccountTold(frozenset({"DET"}), fill(AccountContent, happened=True)), 1
        )
        parts.save_act(work, act.id, parts.ActTold(frozenset(), frozenset(), fill(ActContent)), 1)
        told = parts.CooperationTold("UNDP", "MTG", "ACTUAL", "POS", frozenset(), fill(CooperationContent))
        parts.save_cooperation(work, link, told, 0)
        named = parts.PersonTold(
            "IND", Headcount(1), "N", "UNK", frozenset(), fill(PersonContent, legal_name="")
        )
        parts.save_person(work, uuid4(), named, 0)
        parts.save_wish(work, fill(WishContent), 0)
        filled: CaseContent = fill(CaseContent)
        parts.save_title(work, filled.title, title_mark(work))
        parts.save_danger(work, Danger.NO, filled.danger_words, danger_mark(work))
    read = desk.read(case_id)

    assert len(marks) >= 18
    assert [name for name, value in marks.items() if not is_found(read, value)] == []


def test_a_legal_name_stands_in_the_search_text_only_while_it_may_be_kept(desk: Desk) -> None:
    case_id = desk.begin()
    person_id = desk.add_person(case_id, alias="Blue")
    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.GIVEN))
    with desk.work(case_id) as work:
        told = person(alias="Blue", legal_name="Wanjiru Examplewoman", other_names=("Ванжиру",))
        parts.save_person(work, person_id, told, 1)
    assert all(is_found(desk.read(case_id), name) for name in ("blue", "wanjiru examplewoman", "ванжиру"))

    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.WITHDRAWN))
    hidden = desk.read(case_id)
    assert is_found(hidden, "blue")
    assert "examplewoman" not in text_of(hidden)
    assert not any("Examplewoman" in line or "Ванжиру" in line for _part, line in search_lines(hidden))

    desk.answered(case_id, answer(person_id, Scope.RECORD, Answer.GIVEN))
    assert is_found(desk.read(case_id), "examplewoman")


def facets_at(work: Work, row_id: UUID, at: datetime) -> dict[str, Any] | None:
    """The facets of a row as they were at a moment: an earlier revision, or what stands now."""
    for revision in work.opened.revisions():
        if revision.row_id == row_id and revision.valid_from <= at < revision.valid_until:
            return dict(revision.facets)
    now = [row for kind in (Case, PersonConcerned, Act) for row in work.opened.load(kind) if row.id == row_id]
    return now[0].facets(work.opened.codes(now[0])) if now and now[0].changed_at <= at else None


def test_the_history_of_facets_gives_the_state_as_of_an_earlier_date(desk: Desk, clock: Any) -> None:
    begun = clock.now()
    case_id = desk.begin()
    clock.advance(days=1)
    group, told_at = uuid4(), clock.now()
    with desk.work(case_id) as work:
        parts.save_person(work, group, person("GRP", Headcount(600, Qualifier.ABOUT)), 0)
    clock.advance(days=1)
    corrected_at = clock.now()
    with desk.work(case_id) as work:
        parts.save_person(work, group, person("GRP", Headcount(31, Qualifier.EXACT)), 1)
    save_danger(desk, case_id, Danger.YES)
    clock.advance(days=1)
    with desk.work(case_id) as work:
        parts.remove_person(work, group, 2)
    read = desk.read(case_id)

    def person_at(at: datetime) -> Any:
        facets = facets_at(read, group, at)
        return facets and (facets["number"], facets["qualifier"], facets["groups"])

    def case_at(at: datetime) -> Any:
        facets = facets_at(read, case_id, at)
        return facets and (facets["record_type"], facets["danger"], facets["priority"])

    assert [person_at(at) for at in (begun, told_at, corrected_at)] == [
        None,
        (600, "ABOUT", ["HRD"]),
        (31, "EXACT", ["HRD"]),
    ]
    assert case_at(begun) == (None, "NO", "NORMAL")
    assert case_at(told_at) == (None, "NO", "NORMAL")
    assert case_at(corrected_at) == (None, "YES", "URGENT")
    assert case_at(clock.now()) == (None, "YES", "URGENT")
    assert facets_at(read, group, clock.now()) is None


def test_acts_chosen_later_leave_no_trace_in_an_earlier_state(desk: Desk, clock: Any) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, "DET")
    act = desk.read(case_id).opened.load(Act)[0].id
    first = clock.now()
    clock.advance(days=1)
    save_account(desk, case_id, 1, "THR")
    read = desk.read(case_id)
    later = read.opened.load(Act)[0].id

    assert facets_at(read, act, first) == {"code": "DET"}
    assert facets_at(read, later, first) is None
    assert facets_at(read, act, clock.now()) is None


def test_a_case_is_brought_up_to_date_as_of_the_day_by_any_step(desk: Desk, clock: Any) -> None:
    case_id = desk.begin()
    save_account(desk, case_id, 0, happened=False, coming="a trial", coming_on="2026-04-01")
    assert desk.read(case_id).case.priority == "NORMAL"
    clock.advance(days=29)
    with desk.work(case_id) as work:
        parts.save_wish(work, WishContent(words="x"), 0)

    assert desk.read(case_id).case.priority == "URGENT"
