"""Whatever is refused on the way of opening a case, the page says so calmly, and the log names the case and what it was."""

from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from reprisals.audit.actions import commit
from reprisals.audit.models import AuditEntry
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.work import begin_work
from reprisals.cases.models.account import Account
from reprisals.cases.models.case import Case, Exclusion, ExclusionContent
from reprisals.sealing.boxes import CaseCode, CaseFile, Revision
from reprisals.sealing.column import Sealed
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import MemberKey
from tests.cases.views.office import Focal
from tests.makers import act_as
from tests.sealing.world import flip, put, table_of

FILE, GRANT, CASE, LOG = table_of(CaseFile), table_of(Grant), table_of(Case), table_of(AuditEntry)
STORY, CODE, KEPT = table_of(Account), table_of(CaseCode), table_of(Revision)
MEMBER = table_of(MemberKey)


def grant_of(session: Session, case_id: UUID) -> Grant:
    return session.scalars(select(Grant).where(Grant.case_id == case_id)).one()


def copy_grant(session: Session, case_id: UUID, other: UUID) -> None:
    put(session, GRANT, GRANT.c.case_id == case_id, sealed_key=grant_of(session, other).sealed_key)


def swap_secret(session: Session, case_id: UUID, _other: UUID) -> None:
    """Each member of the team gets another team's envelope."""
    team_id = grant_of(session, case_id).holder_id
    theirs = session.scalars(select(MemberKey).where(MemberKey.team_id != team_id)).all()[0].sealed_secret
    put(session, MEMBER, MEMBER.c.team_id == team_id, sealed_secret=theirs)


def forge_grant(session: Session, case_id: UUID, _other: UUID) -> None:
    put(session, GRANT, GRANT.c.case_id == case_id, wrapped=False, signature=bytes(64))


def age_grant(session: Session, case_id: UUID, _other: UUID) -> None:
    put(session, GRANT, GRANT.c.case_id == case_id, generation=2)


def flip_manifest(session: Session, case_id: UUID, _other: UUID) -> None:
    file = session.get_one(CaseFile, case_id)
    assert file.manifest is not None
    put(session, FILE, FILE.c.id == case_id, manifest=Sealed(flip(file.manifest.raw)))


def forge_log(session: Session, case_id: UUID, _other: UUID) -> None:
    put(session, LOG, (LOG.c.case_id == case_id) & LOG.c.manifest_number.is_not(None), signature=bytes(64))


def cut_log(session: Session, case_id: UUID, _other: UUID) -> None:
    put(session, LOG, LOG.c.case_id == case_id, manifest_number=None, manifest_hash=None)


def change_facet(session: Session, case_id: UUID, _other: UUID) -> None:
    put(session, CASE, CASE.c.id == case_id, priority="URGENT")


def take_content(session: Session, case_id: UUID, other: UUID) -> None:
    """A row has the sealed words of the same row of another case."""
    story = session.scalars(select(Account).where(Account.case_id == other)).one()
    put(session, STORY, STORY.c.case_id == case_id, content=story.content)


def plant_code(session: Session, case_id: UUID, _other: UUID) -> None:
    session.execute(insert(CODE).values(case_id=case_id, row_id=UUID(int=7), list_name="states", code="KEN"))


def plant_exclusion(session: Session, case_id: UUID, _other: UUID) -> None:
    case = session.get_one(Case, case_id)
    row = Exclusion(kind="entity", target="entity:UNHCR", content=Sealed(bytes(600)))
    row.case_id, row.changed_at, row.changed_by = case_id, case.changed_at, case.changed_by
    session.add(row)
    session.flush()


Damage = Callable[[Session, UUID, UUID], None]
REFUSED: dict[Damage, tuple[str, str]] = {
    copy_grant: ("CannotOpen", "grant "),
    age_grant: ("CannotOpen", "case "),
    swap_secret: ("CannotOpen", "member key "),
    forge_grant: ("NotTrusted", "grant "),
    flip_manifest: ("Tampered", "manifest of "),
    forge_log: ("Tampered", "audit entry "),
    cut_log: ("Tampered", "manifest of "),
    change_facet: ("Tampered", "case_record "),
    take_content: ("Tampered", "account "),
    plant_code: ("Tampered", "case_code "),
    plant_exclusion: ("Tampered", "exclusion "),
}


def refused_of(focal: Focal) -> AuditEntry:
    """The last entry of the member: a refusal."""
    entry = focal.entries(actor_id=focal.member.person.id)[-1]
    assert (entry.action, entry.outcome) == ("record.refused", "refused")
    return entry


@pytest.mark.parametrize("damage", REFUSED, ids=lambda damage: damage.__name__)
def test_a_refusal_names_its_case_and_what_was_refused(focal: Focal, damage: Damage) -> None:
    case_id, other = focal.ready(), focal.ready()
    focal.change(lambda session: damage(session, case_id, other))
    kind, what = REFUSED[damage]

    page = focal.browser.get(f"/cases/{case_id}/what", status=409)
    entry = refused_of(focal)

    assert "not as it was written" in page.heading
    assert "They came at night" not in page.text
    assert (entry.case_id, entry.details["kind"]) == (case_id, kind)
    assert entry.details["what"].startswith(what)
    assert entry.details["route"] == "/cases/<uuid:case_id>/what"


def test_a_change_that_is_refused_is_named_in_the_log_as_well(focal: Focal) -> None:
    case_id, other = focal.ready(), focal.ready()
    page = focal.browser.get(f"/cases/{case_id}/danger")
    focal.change(lambda session: copy_grant(session, case_id, other))
    focal.browser.submit(page, {"danger_words": "at the door"}, status=409)

    assert refused_of(focal).case_id == case_id


def test_an_earlier_text_that_does_not_open_is_named_by_its_row(focal: Focal) -> None:
    case_id = focal.ready()
    focal.fill(case_id, "what", ("words", "Other words."))
    with focal.opened(case_id) as work:
        number = next(r.number for r in work.opened.revisions() if r.table == "account")

    def take_out(session: Session) -> None:
        put(session, KEPT, (KEPT.c.case_id == case_id) & (KEPT.c.number == number), content=None)

    focal.change(take_out)
    focal.browser.get(f"/cases/{case_id}/history", status=409)
    entry = refused_of(focal)
    assert (entry.case_id, entry.details["what"]) == (
        case_id,
        f"history of {case_id} is not as it was written",
    )


def keep_out(focal: Focal, case_id: UUID, target: str) -> None:
    """Keep somebody out by an exclusion, as triage will."""
    with focal.office.database.writing() as session:
        act_as(session, focal.lead)
        work = begin_work(session, focal.lead.keyring, focal.lead.actor, case_id)
        work.opened.add(Exclusion(kind=target.partition(":")[0], target=target), ExclusionContent("Because."))
        work.opened.exclude([target])
        finish_work(work, "case.changed")
        commit(session)


def test_who_is_kept_out_finds_no_page_of_the_case_and_not_its_title(focal: Focal) -> None:
    case_id = focal.submitted()
    reference = focal.value(case_id, lambda work: work.case.reference)
    keep_out(focal, case_id, f"person:{focal.member.person.id}")

    for step in ("", "/history", "/submitted", "/check", "/consent", "/what", "/who"):
        focal.browser.get(f"/cases/{case_id}{step}", status=404)
    assert reference not in focal.browser.get("/cases").text
    assert reference in focal.other.get("/cases").text


def take_exclusions(session: Session, case_id: UUID) -> None:
    session.execute(delete(Exclusion).where(Exclusion.case_id == case_id))


@pytest.mark.parametrize("path", ["/cases/{}", "/cases/{}/history"])
def test_who_is_kept_out_is_refused_by_the_manifest_where_the_row_was_deleted(
    focal: Focal, path: str
) -> None:
    case_id = focal.submitted()
    keep_out(focal, case_id, f"person:{focal.member.person.id}")
    focal.change(lambda session: take_exclusions(session, case_id))

    focal.browser.get(path.format(case_id), status=409)
    entry = refused_of(focal)
    assert (entry.case_id, entry.details["kind"]) == (case_id, "Excluded")
    listed = focal.browser.get("/cases")
    assert "This case does not open." in listed.words
    assert "A title" not in listed.words
