"""Who is kept out of a case finds it nowhere, whatever they hold; and the exclusion itself cannot be taken away unseen."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert

from reprisals.access import NotAllowed
from reprisals.audit.opening import Excluded, Tampered, open_case
from reprisals.cases import queries
from reprisals.cases.actions import drafts
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.work import begin_work
from reprisals.cases.models.case import Case, Exclusion, ExclusionContent
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.models import Team
from reprisals.sealing.holders import TeamKey, TeamKind
from tests.belonging import join
from tests.cases.actions.desk import Desk
from tests.makers import Somebody, act_as
from tests.sealing.world import put, table_of

ROW = table_of(Exclusion)


def exclude(desk: Desk, case_id: UUID, target: str, who: Somebody | None = None) -> None:
    """Keep somebody out, and say why."""
    with desk.work(case_id, who) as work:
        work.opened.add(Exclusion(kind=target.partition(":")[0], target=target), ExclusionContent("Because."))
        work.opened.exclude([target])
        finish_work(work, "case.changed")


@pytest.fixture
def both(desk: Desk) -> Somebody:
    """A member of the team that logs, who sits in a mission's component as well."""
    other = desk.make.team(entity="BINUH-HRS")
    return join(desk.make, desk.make.member(desk.team), other.team)


def other_team_of(desk: Desk, who: Somebody) -> UUID:
    """The team that is not the desk's."""
    return next(iter(who.actor.team_ids - {desk.team.id}))


WAYS: dict[str, Callable[[Desk, Somebody], str]] = {
    "by name": lambda _desk, who: f"person:{who.person.id}",
    "by another team": lambda desk, who: f"team:{other_team_of(desk, who)}",
    "by their entity": lambda _desk, _who: "entity:BINUH-HRS",
    "by what hosts it": lambda _desk, _who: "entity:BINUH",
    "by what it belongs to": lambda _desk, _who: "entity:OHCHR",
}


@pytest.mark.parametrize("way", WAYS)
def test_who_is_kept_out_finds_the_case_nowhere_though_their_team_holds_it(
    desk: Desk, both: Somebody, way: str
) -> None:
    case_id, beside = desk.ready(), desk.begin()
    session, filters = act_as(desk.make.session, both), queries.Filters()
    assert queries.find_case(session, both.actor, case_id) is not None
    exclude(desk, case_id, WAYS[way](desk, both))
    act_as(session, both)

    assert queries.find_case(session, both.actor, case_id) is None
    assert {case.id for case in queries.list_team_cases(session, both.actor, filters)} == {beside}
    assert queries.count_team_cases(session, both.actor, filters) == 1
    assert queries.count_drafts(session, both.actor) == 1
    with pytest.raises(NotAllowed):
        begin_work(session, both.keyring, both.actor, case_id)
    with pytest.raises(Excluded, match="exclusion "):
        open_case(session, both.keyring, both.actor, case_id, "test")
    assert desk.read(case_id).case.id == case_id


def test_an_exclusion_of_somebody_else_keeps_nobody_out(desk: Desk, both: Somebody) -> None:
    case_id = desk.ready()
    for target in (f"person:{uuid4()}", f"team:{uuid4()}", "entity:UNHCR", "entity:UNV"):
        exclude(desk, case_id, target)

    assert desk.read(case_id, both).case.id == case_id


def test_an_exclusion_deleted_from_the_database_is_named_to_its_readers_and_keeps_out_all_the_same(
    desk: Desk, both: Somebody
) -> None:
    case_id, session = desk.ready(), desk.make.session
    exclude(desk, case_id, "entity:BINUH")
    row = session.query(Exclusion).one().id
    session.execute(delete(ROW))
    session.expire_all()

    with pytest.raises(Tampered) as refused:
        desk.read(case_id)
    assert (refused.value.what, refused.value.case) == (f"exclusion {row} is missing", case_id)
    with pytest.raises(Excluded):
        desk.read(case_id, both)


@pytest.mark.parametrize("how", ["target", "kind", "planted"])
def test_an_exclusion_altered_or_planted_in_the_database_is_named(desk: Desk, how: str) -> None:
    case_id, session = desk.ready(), desk.make.session
    exclude(desk, case_id, "entity:BINUH")
    [row] = [dict(found._mapping) for found in session.execute(ROW.select())]
    if how == "planted":
        row = {**row, "id": uuid4(), "target": "entity:UNHCR"}
        session.execute(insert(ROW).values(row))
    else:
        put(session, ROW, ROW.c.id == row["id"], **{how: {"target": "entity:UNHCR", "kind": "team"}[how]})
    session.expire_all()

    with pytest.raises(Tampered) as refused:
        desk.read(case_id)
    assert refused.value.what == f"exclusion {row['id']} is not as it was written"


# where the case goes


def office(desk: Desk, kind: TeamKind = TeamKind.CENTRAL) -> Team:
    return desk.make.site.team(desk.make.session, kind)


def move(desk: Desk, kind: TeamKind, entity: str) -> None:
    """The team is of another entity, signed anew by its lead."""
    team = office(desk, kind)
    lead = desk.make.lead_of(team.id)
    key = desk.make.session.get_one(TeamKey, (team.id, 1))
    team.entity = key.entity = entity
    key.signature = lead.keyring.signing.sign(key.statement())
    desk.make.session.flush()


@pytest.mark.parametrize("target", ["team", "person", "entity:OHCHR"])
def test_a_case_that_concerns_the_central_team_its_people_or_its_entity_goes_to_the_alternate(
    desk: Desk, target: str
) -> None:
    move(desk, TeamKind.ALTERNATE, "ECLAC")
    case_id, central = desk.ready(), office(desk)
    names = {"team": f"team:{central.id}", "person": f"person:{desk.make.founder.person.id}"}
    exclude(desk, case_id, names.get(target, target))

    with desk.work(case_id) as work:
        done = drafts.submit(work, "A title")

    assert done.team.id == office(desk, TeamKind.ALTERNATE).id
    assert f"team:{central.id}" not in desk.read(case_id).opened.manifest.holders


def test_a_case_that_keeps_out_both_teams_stays_a_draft_and_says_so(desk: Desk) -> None:
    case_id = desk.ready()
    exclude(desk, case_id, "entity:OHCHR")

    with (
        pytest.raises(RuleBroken, match="Both teams that could receive this case"),
        desk.work(case_id) as work,
    ):
        drafts.submit(work, "A title")
    assert desk.read(case_id).case.stage == "DRAFT"


def test_a_case_that_keeps_out_somebody_beside_the_office_goes_to_the_central_team(desk: Desk) -> None:
    case_id = desk.ready()
    exclude(desk, case_id, "entity:UNHCR")
    with desk.work(case_id) as work:
        done = drafts.submit(work, "A title")

    assert done.team.id == office(desk).id


def test_somebody_of_the_central_team_does_not_log_a_case_that_concerns_it(desk: Desk) -> None:
    who = join(desk.make, desk.make.founder, desk.team)
    case_id = desk.begin(who)

    with pytest.raises(RuleBroken, match="Let another team log it"), desk.work(case_id, who) as work:
        drafts.keep_out_office(work, is_concerned=True, reason="It is about one of them.")
    assert desk.make.session.get_one(Case, case_id).stage == "DRAFT"


def test_the_reason_for_keeping_out_the_office_is_not_that_of_anybody_else(desk: Desk) -> None:
    case_id = desk.ready()
    exclude(desk, case_id, "entity:UNHCR")
    assert drafts.office_reason_of(desk.read(case_id)) == ""
    with desk.work(case_id) as work:
        drafts.keep_out_office(work, is_concerned=True, reason="of the office")

    assert drafts.office_reason_of(desk.read(case_id)) == "of the office"
