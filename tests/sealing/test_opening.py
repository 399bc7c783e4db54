from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from reprisals.access import Actor
from reprisals.audit.actions import commit, record_case
from reprisals.audit.opening import Excluded, create_case, open_case
from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing.boxes import CaseCode, Revision
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.grants import Grant, GrantedTo, team_has_keys
from reprisals.sealing.holders import TeamKind
from tests.makers import Somebody
from tests.rows import Page, PageContent, Scrap

STATES = {"states": frozenset({"AFG", "ALB"}), "acts": frozenset({"ARR"})}


@pytest.fixture
def team(make):
    return make.team()


@pytest.fixture
def case_id(make, team):
    return make.case_file(team.lead, team.team, "one")


@pytest.fixture
def opened(make, team, case_id):
    return lambda who=None: make.opened(who or team.lead, case_id)


def test_a_row_comes_back_with_its_document_its_facets_and_its_codes(make, team, opened):
    case = opened()
    east = timezone(timedelta(hours=5, minutes=45))
    row = Page(
        kind="KILL",
        seen_at=datetime(2026, 1, 1, 3, 4, 5, 6, tzinfo=east),
        day=date(2026, 1, 2),
        other=uuid4(),
        count=9,
    )
    case.add(row, PageContent("title", ("word", "كلمة")), STATES)
    make.written(team.lead, case)

    again = opened()
    _first, back = again.load(Page)

    assert again.read(back) == PageContent("title", ("word", "كلمة"))
    assert again.codes(back) == STATES
    assert (back.kind, back.day, back.count) == ("KILL", date(2026, 1, 2), 9)
    assert back.seen_at == datetime(2025, 12, 31, 21, 19, 5, 6, tzinfo=UTC)
    assert (back.revision, back.changed_by) == (1, team.lead.person.id)


def test_rows_come_in_the_order_in_which_they_were_first_written(make, team, opened):
    case = opened()
    for number in range(12):
        case.add(Page(), PageContent(str(number)))
    make.written(team.lead, case)
    case = opened()
    case.change(case.load(Page)[3], PageContent("2, changed"))
    make.written(team.lead, case)

    case = opened()
    titles = [case.read(row).title for row in case.load(Page)]

    assert titles == ["one", "0", "1", "2, changed", *map(str, range(3, 12))]


def test_a_change_keeps_what_was_there_as_a_revision(make, team, clock, opened):
    case = opened()
    [row] = case.load(Page)
    first = row.changed_at
    member = make.member(team.team)
    clock.advance(hours=1)
    case = opened(member)
    [row] = case.load(Page)
    row.kind = "KILL"
    case.change(row, PageContent("two"), STATES)
    make.written(member, case)

    case = opened()
    [kept], [row] = case.revisions(), case.load(Page)

    assert (case.read(row).title, row.revision) == ("two", 2)
    assert case.read_revision(Page, kept) == PageContent("one")
    assert (kept.facets["kind"], kept.revision, kept.number) == ("ARR", 1, 1)
    assert (kept.valid_from, kept.valid_until) == (first, clock.now())
    assert (kept.changed_by, kept.ended_by) == (team.lead.person.id, member.person.id)


def test_codes_stay_as_they_are_unless_others_are_given(make, team, session, opened):
    for codes, expected in (
        (STATES, STATES),
        (None, STATES),
        ({"states": frozenset({"DZA"})}, None),
        ({}, {}),
    ):
        case = opened()
        [row] = case.load(Page)
        case.change(row, PageContent("again"), codes)
        make.written(team.lead, case)

        case = opened()
        [row] = case.load(Page)
        assert case.codes(row) == (codes if expected is None else expected)
    assert session.scalars(select(CaseCode)).all() == []
    assert [kept.facets.get("states") for kept in opened().revisions()] == [
        None,
        ["AFG", "ALB"],
        ["AFG", "ALB"],
        ["DZA"],
    ]


def test_a_removed_row_is_gone_and_its_content_is_kept(make, team, opened):
    case = opened()
    [row] = case.load(Page)
    case.change(row, PageContent("two"), STATES)
    make.written(team.lead, case)
    case = opened()
    case.remove(case.load(Page)[0])
    make.written(team.lead, case)

    case = opened()

    assert case.load(Page) == []
    assert [case.read_revision(Page, kept).title for kept in case.revisions()] == ["one", "two"]


def test_a_row_without_history_leaves_none(make, team, session, opened):
    case = opened()
    scrap = Scrap()
    case.add(scrap, PageContent("a"))
    case.change(scrap, PageContent("b"))
    make.written(team.lead, case)
    case = opened()
    case.remove(case.load(Scrap)[0])
    make.written(team.lead, case)

    assert opened().revisions() == []
    assert session.scalars(select(Revision)).all() == []


def test_a_row_without_content_reads_as_an_empty_document(make, team, session, opened):
    case = opened()
    row = Page()
    case.add(row, PageContent("x"))
    row.content = None
    case._put(row, (row.revision, row.digest({})))
    make.written(team.lead, case)
    case = opened()
    _one, empty = case.load(Page)
    assert case.read(empty) == PageContent()
    case.change(empty, PageContent("y"))
    make.written(team.lead, case)

    case = opened()

    assert case.read_revision(Page, case.revisions()[0]) == PageContent()
    assert [case.load(Page), case.load(Page)] == [case.load(Page)] * 2
    assert case.read(case.load(Page)[1]) is case.read(case.load(Page)[1])
    assert case.read(case.load(Page)[1]) == PageContent("y")


@dataclass(frozen=True)
class Stranger:
    title: str = ""


@pytest.mark.parametrize("document", [Stranger(), "title", None])
def test_a_row_takes_only_documents_of_its_own_class(opened, document):
    with pytest.raises(TypeError, match="test_page holds PageContent"):
        opened().add(Page(), document)


def test_every_change_numbers_the_manifest_and_nothing_else_does(make, team, session, opened):
    numbers = []
    for action in (
        id,
        lambda case: case.add(Page(), PageContent()),
        lambda case: case.exclude(["team:a"]),
        lambda case: case.include(["team:a"]),
        lambda case: case.remove(case.load(Page)[0]),
        id,
    ):
        case = opened()
        action(case)
        file = make.written(team.lead, case)
        numbers.append(file.manifest_number)

    assert numbers == [1, 2, 3, 4, 5, 5]
    assert opened().close() is None


def test_the_same_content_sealed_again_gives_other_bytes(make, team, opened):
    case = opened()
    [row] = case.load(Page)
    before = row.content
    case.change(row, case.read(row))

    assert row.content != before


def test_after_a_commit_a_case_is_read_still_and_changed_only_when_it_is_opened_again(make, team, opened):
    case = opened()
    [row] = case.load(Page)
    make.written(team.lead, case)

    assert case.read(row) == PageContent("one")
    with pytest.raises(RuntimeError, match="opened again"):
        case.change(row, PageContent("two"))


def test_an_opened_case_shows_its_identifier_and_nothing_more(opened, case_id):
    assert repr(opened()) == f"OpenCase({case_id})"
    assert repr(GrantedTo(case_id, 1, bytes(32), datetime.now(UTC))) == "GrantedTo(...)"  # noqa: TID251


# who can open


def test_a_case_opens_for_the_members_of_the_team_that_it_was_sealed_to_and_nobody_else(
    make, team, case_id, opened
):
    member, stranger, auditor = make.member(team.team), make.team().lead, make.officer("AUDITOR")

    assert opened(member).id == case_id
    for who in (stranger, auditor, make.founder, make.officer("ADMINISTRATOR")):
        with pytest.raises(CannotOpen, match=str(case_id)):
            opened(who)


def test_a_case_sealed_to_another_team_opens_there_and_is_replaced_by_a_wrap_once_somebody_writes(
    make, team, site, session, case_id, opened
):
    central = site.team(session, TeamKind.CENTRAL)
    case = opened()
    signed = case.grant(identity_of(central))
    make.written(team.lead, case)
    assert (signed.wrapped, signed.signature is None, signed.signer_id) == (False, False, team.lead.person.id)

    case = opened(make.founder)
    assert case.read(case.load(Page)[0]) == PageContent("one")
    make.written(make.founder, case)

    assert (signed.wrapped, signed.signature, signed.signer_id) == (True, None, make.founder.person.id)
    assert opened(make.founder).id == case_id


def test_a_grant_to_a_person_opens_for_that_person_alone(make, team, session, opened, case_id):
    person = make.member(make.team().team)
    case = opened()
    grant = Grant(
        case_id=case_id, generation=1, holder_kind="person", holder_id=person.person.id, holder_generation=0,
        signer_id=team.lead.person.id, made_at=case.now, wrapped=False, sealed_key=b"",
    )  # fmt: skip
    grant.sealed_key = person.keyring.box.public.seal(case._key, grant.context())
    grant.signature = team.lead.keyring.signing.sign(grant.statement())
    session.add(grant)
    case._update(holders=case.manifest.holders | {grant.holder})
    make.written(team.lead, case)

    case = opened(person)
    assert case.read(case.load(Page)[0]) == PageContent("one")
    case.rewrap(grant)
    assert not grant.wrapped, "a wrap is for teams alone"


def test_a_grant_of_an_old_generation_is_passed_over(make, team, session, opened, case_id):
    [grant] = session.scalars(select(Grant).where(Grant.case_id == case_id))
    grant.generation = 2
    session.flush()

    with pytest.raises(CannotOpen, match=f"case {case_id}"):
        opened()


@pytest.mark.parametrize("by", ["team", "entity"])
def test_who_is_excluded_is_never_granted_the_case(make, team, session, opened, by):
    other, _lead = make.team(entity="UNHCR")
    case = opened()
    case.exclude([f"team:{other.id}" if by == "team" else "entity:UNHCR"])
    make.written(team.lead, case)

    case = opened()
    with pytest.raises(Excluded):
        case.grant(identity_of(other))
    assert f"team:{other.id}" not in case.manifest.holders

    case.include([f"team:{other.id}", "entity:UNHCR"])
    case.grant(identity_of(other))
    assert f"team:{other.id}" in case.manifest.holders


def test_only_a_member_wraps_a_case_for_a_team(make, team, session):
    outsider = make.team().lead
    case = create_case(session, outsider.keyring, uuid4())

    with pytest.raises(CannotOpen):
        case.grant(identity_of(team.team), own=True)


def test_a_case_known_in_a_request_is_not_opened_twice(make, team, case_id, session, opened):
    case = opened()

    assert open_case(session, team.lead.keyring, team.lead.actor, case_id, "again") is case


def test_an_actor_without_teams_holds_no_grants(make, team, case_id, opened):
    nobody = Somebody(team.lead.person, team.lead.keyring, Actor(team.lead.person.id))

    with pytest.raises(CannotOpen, match=f"case {case_id}"):
        opened(nobody)


def test_a_team_without_keys_can_be_told(team, session):
    assert team_has_keys(session, team.team.id)
    assert not team_has_keys(session, UUID(int=1))


def test_what_a_commit_stores_is_the_case_as_it_was_changed(make, team, session, opened):
    case = opened()
    case.add(Page(), PageContent("two"))
    record_case(session, team.lead.actor, "case.changed", case.id)
    commit(session)

    again = opened()
    assert [again.read(row).title for row in again.load(Page)] == ["one", "two"]
