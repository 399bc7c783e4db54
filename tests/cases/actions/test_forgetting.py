"""What a draft said before it was sent is nobody's: it is forgotten as the case is submitted."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import Tampered
from reprisals.cases.actions import drafts, parts
from reprisals.cases.models.account import Reach, ReachContent, WishContent
from reprisals.cases.models.case import Exclusion
from reprisals.i18n.marking import RuleBroken
from reprisals.sealing.boxes import CaseCode, Revision, SealedRow
from tests.cases.actions.desk import Desk, person
from tests.sealing.world import all_of, put_back, table_of

REASON = "One of them is named in it."
CONTACT = "through the brother"
KEPT = table_of(Revision)


def rethought(desk: Desk) -> UUID:
    """A draft that kept the central team out and took it back, and whose contact and person were replaced."""
    case_id = desk.ready()
    with desk.work(case_id) as work:
        drafts.keep_out_office(work, True, REASON)
        parts.save_reach(work, ReachContent(how=CONTACT), 1)
    taken_out = uuid4()
    with desk.work(case_id) as work:
        parts.save_person(work, taken_out, person(alias="Alias Taken Out"), 0)
    with desk.work(case_id) as work:
        drafts.keep_out_office(work, False, "")
        parts.save_reach(work, ReachContent(how="through a lawyer"), 2)
        parts.remove_person(work, taken_out, 1)
    return case_id


def stored(desk: Desk, case_id: UUID) -> int:
    """How many earlier versions of a case are stored."""
    wanted = select(func.count()).select_from(Revision).where(Revision.case_id == case_id)
    return desk.make.session.scalar(wanted) or 0


def test_no_version_of_the_draft_time_is_stored_or_readable_after_it_was_sent(desk: Desk) -> None:
    case_id = rethought(desk)
    before = stored(desk, case_id)
    desk.submit(case_id)

    assert before > 5
    assert stored(desk, case_id) == 0
    read = desk.read(case_id, desk.make.founder)
    assert read.opened.revisions() == []
    assert (read.opened.manifest.kept, read.opened.manifest.history) == (0, "")
    said = [
        str(document)
        for kind in SealedRow.__subclasses__()
        if kind.__module__.startswith("reprisals.")
        for _row, document in read.rows(kind)
    ]
    assert [text for text in said if REASON in text or CONTACT in text or "Alias Taken Out" in text] == []
    assert read.rows(Exclusion) == []


def test_the_entry_of_the_submission_says_how_many_versions_were_forgotten(desk: Desk) -> None:
    case_id = rethought(desk)
    desk.submit(case_id)
    wanted = select(AuditEntry).where(AuditEntry.case_id == case_id, AuditEntry.action == "case.submitted")
    [entry] = desk.make.session.scalars(wanted)

    assert entry.details["forgotten"] > 5
    assert entry.manifest_number == desk.read(case_id).opened.manifest.number


def test_the_history_of_a_sent_case_begins_with_what_was_changed_afterwards(desk: Desk) -> None:
    case_id = rethought(desk)
    desk.submit(case_id)
    with desk.work(case_id) as work:
        parts.save_reach(work, ReachContent(how="through a friend"), 3)
        parts.save_wish(work, WishContent(("PROTECT",)), 0)

    read = desk.read(case_id)
    [revision] = [r for r in read.opened.revisions() if r.table == "reach"]
    assert (revision.number, revision.revision) == (1, 3)
    assert read.opened.read_revision(Reach, revision) == ReachContent(how="through a lawyer")


def test_a_version_of_the_draft_time_that_is_put_back_is_found(desk: Desk) -> None:
    case_id = rethought(desk)
    before = all_of(desk.make.session, KEPT, KEPT.c.case_id == case_id)
    desk.submit(case_id)

    put_back(desk.make.session, KEPT, before[:1])

    with pytest.raises(Tampered, match=f"history of {case_id} is not as it was written"):
        desk.read(case_id).opened.revisions()


def test_a_draft_that_was_discarded_is_not_begun_again_under_its_identifier(desk: Desk) -> None:
    case_id = desk.begin()
    with desk.work(case_id) as work:
        drafts.discard_draft(work, work.case.reference)
    who = desk.member
    session = desk.make.session

    with pytest.raises(RuleBroken):
        drafts.begin_draft(session, who.keyring, who.actor, case_id, desk.team.id)
    assert session.query(CaseCode).filter_by(case_id=case_id).count() == 0
