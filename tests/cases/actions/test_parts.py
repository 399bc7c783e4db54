"""Writing the parts of a case: what stood there is kept, and two editors lose nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.actions import parts
from reprisals.cases.actions.work import Clash, Work, danger_mark, states_mark, title_mark
from reprisals.cases.models.account import (
    Account,
    Act,
    ActContent,
    Cooperation,
    CooperationContent,
    PersonConcerned,
    Reach,
    ReachContent,
    Wish,
    WishContent,
)
from reprisals.cases.models.case import Case
from reprisals.cases.persons.rules import Headcount, Qualifier
from reprisals.cases.rules.outline import Danger
from reprisals.i18n.marking import RuleBroken
from reprisals.sealing.boxes import Revision, SealedRow
from tests.cases.actions.desk import Desk, account, person

ROW = UUID(int=77)
WORDS = ("first words", "second words")


@dataclass(frozen=True)
class Part:
    """A part of a case: its row, what a form on it starts from, and a first and a second way to write it."""

    kind: type[SealedRow]
    started: Callable[[Work], Any]
    save: Callable[[Work, int, Any], None]
    stale: Any = 99


def revision(kind: type[SealedRow]) -> Callable[[Work], int]:
    """The revision of the row that is written, 0 where there is none."""

    def found(work: Work) -> int:
        rows = work.opened.load(kind)
        return rows[-1].revision if rows else 0

    return found


def save_act(work: Work, turn: int, started: int) -> None:
    act = work.opened.load(Act)[0]
    told = parts.ActTold(
        frozenset({("SEC", "TER")[turn]}), frozenset({"POL"}), ActContent(description=WORDS[turn])
    )
    parts.save_act(work, act.id, told, started)


def save_person(work: Work, turn: int, started: int) -> None:
    told = (person("IND", alias=WORDS[0]), person("GRP", Headcount(600, Qualifier.ABOUT), alias=WORDS[1]))[
        turn
    ]
    parts.save_person(work, ROW, told, started)


def save_link(work: Work, turn: int, started: int) -> None:
    entity, status = (("UNDP", "ACTUAL"), ("UNHCR", "PERCEIVED"))[turn]
    content = CooperationContent(words=WORDS[turn])
    told = parts.CooperationTold(entity, "MTG", status, "POS", frozenset({"a"}), content)
    parts.save_cooperation(work, ROW, told, started)


PARTS = {
    "danger": Part(
        Case,
        danger_mark,
        lambda work, turn, started: parts.save_danger(
            work, (Danger.NO, Danger.YES)[turn], WORDS[turn], started
        ),
        "stale",
    ),
    "states": Part(
        Case,
        states_mark,
        lambda work, turn, started: parts.save_states(work, frozenset({("KEN", "PER")[turn]}), started),
        "stale",
    ),
    "title": Part(
        Case, title_mark, lambda work, turn, started: parts.save_title(work, WORDS[turn], started), "stale"
    ),
    "what": Part(
        Account,
        revision(Account),
        lambda work, turn, started: parts.save_account(work, account("DET", words=WORDS[turn]), started),
    ),
    "act": Part(Act, revision(Act), save_act),
    "person": Part(PersonConcerned, revision(PersonConcerned), save_person),
    "link": Part(Cooperation, revision(Cooperation), save_link),
    "wish": Part(
        Wish,
        revision(Wish),
        lambda work, turn, started: parts.save_wish(work, WishContent((), WORDS[turn]), started),
    ),
    "reach": Part(
        Reach,
        revision(Reach),
        lambda work, turn, started: parts.save_reach(work, ReachContent(how=WORDS[turn]), started),
    ),
}
every_part = pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)


def write(desk: Desk, case_id: UUID, part: Part, turn: int) -> None:
    """Write a part as a form would that was opened just before."""
    with desk.work(case_id) as work:
        part.save(work, turn, part.started(work))


def begin(desk: Desk, part: Part) -> UUID:
    """A draft in which the part was written once."""
    case_id = desk.begin()
    if part.kind is Act:
        write(desk, case_id, PARTS["what"], 0)
    write(desk, case_id, part, 0)
    return case_id


def documents(desk: Desk, case_id: UUID, kind: type[SealedRow]) -> list[Any]:
    """What stands in the rows of a kind now."""
    return [document for _row, document in desk.read(case_id).rows(kind)]


def kept(work: Work, row_id: UUID, number: int) -> Revision:
    """What a row was in an earlier revision."""
    return next(r for r in work.opened.revisions() if (r.row_id, r.revision) == (row_id, number))


@every_part
def test_a_change_keeps_what_stood_there_with_its_facets_and_its_content(
    desk: Desk, part: Part, clock
) -> None:
    case_id = begin(desk, part)
    before = desk.read(case_id)
    row = before.opened.load(part.kind)[-1]
    was = (row.revision, row.facets(before.opened.codes(row)), before.opened.read(row), row.changed_at)
    clock.advance(hours=1)

    write(desk, case_id, part, 1)

    after = desk.read(case_id, desk.lead)
    now = next(r for r in after.opened.load(part.kind) if r.id == row.id)
    old = kept(after, row.id, was[0])
    assert now.revision > was[0]
    assert (old.facets, after.opened.read_revision(part.kind, old), old.valid_from) == was[1:]
    assert (old.valid_until, old.ended_by) == (clock.now(), desk.member.person.id)
    assert (now.facets(after.opened.codes(now)), after.opened.read(now)) != was[1:3]


@every_part
def test_a_form_that_started_from_an_older_state_clashes_and_changes_nothing(desk: Desk, part: Part) -> None:
    case_id = begin(desk, part)
    number = desk.read(case_id).opened.manifest.number

    with pytest.raises(Clash), desk.work(case_id, desk.lead) as work:
        part.save(work, 1, part.stale)

    assert desk.read(case_id).opened.manifest.number == number


@every_part
def test_of_two_editors_the_second_clashes_and_what_the_first_wrote_stands(desk: Desk, part: Part) -> None:
    case_id = begin(desk, part)
    started = part.started(desk.read(case_id))
    with desk.work(case_id) as work:
        part.save(work, 1, started)
    first = documents(desk, case_id, part.kind)

    with pytest.raises(Clash), desk.work(case_id, desk.lead) as work:
        part.save(work, 0, started)

    assert documents(desk, case_id, part.kind) == first


@every_part
def test_saving_what_stands_already_keeps_no_revision(desk: Desk, part: Part) -> None:
    case_id = begin(desk, part)
    number, count = desk.read(case_id).opened.manifest.number, len(desk.read(case_id).opened.revisions())

    write(desk, case_id, part, 0)

    after = desk.read(case_id)
    assert (after.opened.manifest.number, len(after.opened.revisions())) == (number, count)


def test_two_people_may_write_different_parts_of_the_case_itself_at_the_same_time(desk: Desk) -> None:
    case_id = desk.begin()
    danger, states = danger_mark(desk.read(case_id)), states_mark(desk.read(case_id))
    with desk.work(case_id) as work:
        parts.save_danger(work, Danger.YES, "followed", danger)
    with desk.work(case_id, desk.lead) as work:
        parts.save_states(work, frozenset({"KEN"}), states)
    read = desk.read(case_id)

    assert (read.case.danger, read.states()) == ("YES", ("KEN",))


def test_an_act_that_is_no_longer_chosen_goes_and_its_details_stay_in_the_history(desk: Desk) -> None:
    case_id = begin(desk, PARTS["act"])
    with desk.work(case_id) as work:
        parts.save_account(work, account("THR", words=WORDS[0]), 1)
    read = desk.read(case_id)

    assert [act.code for act in read.opened.load(Act)] == ["THR"]
    removed = [r for r in read.opened.revisions() if r.table == "act" and r.revision == 2]
    assert [read.opened.read_revision(Act, r).description for r in removed] == [WORDS[0]]
    assert removed[0].facets == {"code": "DET", "pretexts": ["SEC"], "perpetrators": ["POL"]}


def test_an_act_that_stays_chosen_keeps_its_details(desk: Desk) -> None:
    case_id = begin(desk, PARTS["act"])
    with desk.work(case_id) as work:
        parts.save_account(work, account("DET", "THR", words=WORDS[1]), 1)

    told = {act.code: document.description for act, document in desk.read(case_id).rows(Act)}
    assert told == {"DET": WORDS[0], "THR": ""}


def test_details_of_an_act_that_is_gone_are_refused(desk: Desk) -> None:
    case_id = desk.begin()

    with pytest.raises(RuleBroken, match="no longer in the case"), desk.work(case_id) as work:
        parts.save_act(work, uuid4(), parts.ActTold(frozenset(), frozenset(), ActContent()), 1)


@pytest.mark.parametrize(
    ("name", "remove"), [("person", parts.remove_person), ("link", parts.remove_cooperation)]
)
def test_what_is_removed_stays_in_the_history_and_is_removed_once(desk: Desk, name: str, remove: Any) -> None:
    part = PARTS[name]
    case_id = begin(desk, part)
    for started in (1, 1):
        with desk.work(case_id) as work:
            remove(work, ROW, started)
    read = desk.read(case_id)

    assert read.opened.load(part.kind) == []
    assert [r.row_id for r in read.opened.revisions() if r.table in {"person_concerned", "cooperation"}] == [
        ROW
    ]


@pytest.mark.parametrize(
    ("name", "remove"), [("person", parts.remove_person), ("link", parts.remove_cooperation)]
)
def test_nothing_is_removed_that_somebody_has_changed_meanwhile(desk: Desk, name: str, remove: Any) -> None:
    part = PARTS[name]
    case_id = begin(desk, part)
    write(desk, case_id, part, 1)

    with pytest.raises(Clash), desk.work(case_id, desk.lead) as work:
        remove(work, ROW, 1)
    assert len(desk.read(case_id).opened.load(part.kind)) == 1


def test_what_one_editor_removes_while_another_writes_clashes(desk: Desk) -> None:
    case_id = begin(desk, PARTS["person"])
    with desk.work(case_id, desk.lead) as work:
        parts.remove_person(work, ROW, 1)

    with pytest.raises(Clash), desk.work(case_id) as work:
        save_person(work, 1, 1)
    with desk.work(case_id) as work:
        save_person(work, 1, 0)
    assert [document.alias for document in documents(desk, case_id, PersonConcerned)] == [WORDS[1]]


def test_a_case_takes_a_bounded_number_of_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_ROWS", 1)
    case_id = begin(desk, PARTS["person"])

    with pytest.raises(RuleBroken, match="holds at most"), desk.work(case_id) as work:
        parts.save_person(work, uuid4(), person(alias="another"), 0)


def test_a_title_cannot_be_emptied(desk: Desk) -> None:
    case_id = begin(desk, PARTS["title"])

    with pytest.raises(RuleBroken, match="Give the case a title"), desk.work(case_id) as work:
        parts.save_title(work, "  ", title_mark(work))
    assert desk.read(case_id).content.title == WORDS[0]


def test_a_row_that_a_page_brings_along_cannot_be_one_of_another_case(desk: Desk) -> None:
    victim = desk.ready()
    theirs = desk.add_person(victim, alias="Green")
    other = desk.begin()
    for taken in (victim, theirs):
        with pytest.raises(RuleBroken, match="has run out"), desk.work(other) as work:
            parts.save_person(work, taken, person(alias="Blue"), 0)

    assert desk.read(victim).states()
    assert desk.read(victim).find(PersonConcerned, theirs)[1].alias == "Green"
