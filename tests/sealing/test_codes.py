"""The codes of a case are its own: their key names the case, so a row's identifier brought along touches no other case."""

import pytest
from sqlalchemy import insert, select

from reprisals.audit.opening import Tampered
from reprisals.sealing.boxes import CaseCode
from tests.rows import Page, PageContent
from tests.sealing.world import make_world, table_of

CODE = table_of(CaseCode)


@pytest.fixture
def world(session, make, site):
    return make_world(session, make, site)


def codes_of(session, where):
    return [dict(row._mapping) for row in session.execute(select(CODE).where(where))]


def test_codes_of_one_row_that_stand_under_another_case_are_that_cases_trouble_alone(world, session):
    one, _two = codes_of(session, CODE.c.case_id == world.case)
    session.execute(insert(CODE).values({**one, "case_id": world.other}))
    session.expire_all()

    world.use_case()
    with pytest.raises(Tampered) as refused:
        world.make.opened(world.lead, world.other).load(Page)
    assert refused.value.what == f"case_code {one['row_id']} belongs to no row of {world.other}"
    assert refused.value.case == world.other


def test_a_change_of_one_case_leaves_the_same_codes_of_a_row_of_another_where_they_are(world, session):
    one, _two = codes_of(session, CODE.c.case_id == world.case)
    session.execute(insert(CODE).values({**one, "case_id": world.other}))
    session.expire_all()

    case = world.make.opened(world.lead, world.case)
    case.change(case.load(Page)[0], PageContent("no codes"), {})
    world.make.written(world.lead, case)

    assert [row["case_id"] for row in codes_of(session, CODE.c.row_id == one["row_id"])] == [world.other]
