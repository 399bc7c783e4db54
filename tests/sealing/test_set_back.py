"""One case set back to an earlier day: what its opening finds, and what only a walk of the log finds."""

import pytest
from sqlalchemy import delete

from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import Tampered
from reprisals.sealing.boxes import Revision
from tests.rows import Page
from tests.sealing.world import Refused, changed_once_more, make_world, put, put_back, table_of

LOG = table_of(AuditEntry)


@pytest.fixture
def world(session, make, site):
    return make_world(session, make, site)


def set_back(world, session):
    """Bring everything of the case back as it was before its last change. The number of the entry of that change."""
    tables, before = changed_once_more(world, session)
    entries = session.query(AuditEntry).filter_by(case_id=world.case, action="case.changed")
    last = entries.order_by(AuditEntry.seq.desc()).first().seq
    session.execute(delete(Revision).where(Revision.case_id == world.case))
    for table, rows in zip(tables, before, strict=True):
        put_back(session, table, rows)
    return last


def test_a_case_set_back_does_not_open_while_the_log_names_its_later_change(world, session):
    set_back(world, session)

    with pytest.raises(Tampered, match=f"manifest of {world.case} is not the one in the log"):
        world.use_case()


@pytest.mark.parametrize("name", ["no case", "another case"])
def test_a_case_set_back_whose_later_entry_was_made_to_name_it_no_more_is_found_by_walking_the_log(
    world, session, name
):
    last = set_back(world, session)
    put(session, LOG, LOG.c.seq == last, case_id=None if name == "no case" else world.make.founder.person.id)

    case = world.make.opened(world.lead, world.case)
    assert case.read(case.load(Page)[0]).title == "first, changed again", (
        "this is the limit that the documents name"
    )
    with pytest.raises(Refused, match=f"entry {last} altered"):
        world.use_log()
