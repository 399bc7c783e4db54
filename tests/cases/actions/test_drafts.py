"""Drafts: sealed to the author's team alone, kept while they are not finished, destroyed without a rest."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from reprisals.access import NotAllowed
from reprisals.audit.actions import commit, recorder_of
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen, open_case
from reprisals.cases import queries
from reprisals.cases.actions import drafts, expiring, parts, unfinished
from reprisals.cases.actions.work import begin_work, danger_mark, read_case
from reprisals.cases.consent.rules.ledger import Answer, Scope
from reprisals.cases.models.account import WishContent
from reprisals.cases.models.case import Case, Unfinished
from reprisals.cases.rules.outline import Danger
from reprisals.cases.rules.stages import Stage
from reprisals.database.base import Base
from reprisals.i18n.marking import RuleBroken
from reprisals.sealing.boxes import CaseFile
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import TeamKey, TeamKind
from tests.cases.actions.desk import Desk, account, answer
from tests.makers import act_as

TYPED = (("words", "They came at ni"), ("acts", "DET"), ("acts", "THR"))


def holders(desk: Desk, case_id: UUID) -> list[str]:
    """Who was granted the case."""
    return sorted(g.holder for g in desk.make.session.scalars(select(Grant).where(Grant.case_id == case_id)))


def rows_of(desk: Desk, case_id: UUID) -> dict[str, int]:
    """How many rows of each table name this case, the log left out. Walks the metadata, so that no table is forgotten."""
    found: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        column = table.c.id if table.name == CaseFile.__tablename__ else table.c.get("case_id")
        if column is not None and table.name != AuditEntry.__tablename__:
            number = desk.make.session.scalar(
                select(func.count()).select_from(table).where(column == case_id)
            )
            found |= {table.name: number} if number else {}
    return found


def entries(desk: Desk, action: str) -> list[AuditEntry]:
    """The log's entries of this kind."""
    return list(desk.make.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


def test_a_draft_is_sealed_to_its_authors_team_alone(desk: Desk) -> None:
    case_id = desk.begin()

    assert holders(desk, case_id) == [f"team:{desk.team.id}"]
    assert desk.read(case_id).opened.manifest.holders == {f"team:{desk.team.id}"}
    assert desk.read(case_id, desk.lead).case.stage == Stage.DRAFT


def test_somebody_of_the_central_team_finds_no_draft_of_another_team(desk: Desk) -> None:
    case_id, central = desk.begin(), desk.make.founder
    session = act_as(desk.make.session, central)

    assert queries.find_case(session, central.actor, case_id) is None
    with pytest.raises(NotAllowed):
        begin_work(session, central.keyring, central.actor, case_id)


def test_a_draft_does_not_open_for_the_central_team_even_where_the_access_check_is_broken(desk: Desk) -> None:
    case_id, central = desk.begin(), desk.make.founder
    session = act_as(desk.make.session, central)
    case = session.get_one(Case, case_id)

    with pytest.raises(CannotOpen):
        read_case(session, central.keyring, central.actor, case, "test")
    pretending = central._replace(actor=desk.member.actor)
    with pytest.raises(CannotOpen):
        open_case(session, pretending.keyring, pretending.actor, case_id, "test")


def test_a_draft_is_begun_only_for_a_team_of_ones_own(desk: Desk) -> None:
    other = desk.make.team()
    central = desk.make.site.team(desk.make.session, TeamKind.CENTRAL)

    for team in (other.team, central):
        with pytest.raises(NotAllowed):
            desk.begin(team=team)


def test_a_member_of_the_drafting_team_begins_no_draft(desk: Desk) -> None:
    drafting = desk.make.site.team(desk.make.session, TeamKind.DRAFTING)
    drafter = desk.make.member(drafting)

    with pytest.raises(NotAllowed):
        desk.begin(drafter, drafting)


def test_references_of_drafts_are_drawn_anew(desk: Desk) -> None:
    references = {desk.read(desk.begin()).case.reference for _number in range(3)}

    assert len(references) == 3
    assert all(reference.startswith("REP-") for reference in references)


def test_what_is_not_finished_is_kept_and_dropped_once_it_is_saved(desk: Desk) -> None:
    case_id = desk.begin()
    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "what", TYPED)
    assert unfinished.unfinished_of(desk.read(case_id, desk.lead), "what").fields == TYPED

    with desk.work(case_id) as work:
        parts.save_wish(work, WishContent(("PROTECT",)), 0)
    assert unfinished.unfinished_of(desk.read(case_id), "what").fields == TYPED

    with desk.work(case_id) as work:
        parts.save_account(work, account(words="They came at night."), 0)
    assert unfinished.unfinished_of(desk.read(case_id), "what").fields == ()


def test_what_is_kept_again_takes_the_place_of_what_was_kept_and_makes_no_revision(desk: Desk) -> None:
    case_id = desk.begin()
    for words in ("a", "ab", "abc"):
        with desk.work(case_id) as work:
            unfinished.keep_unfinished(work, "wish", (("wish_words", words),))
    read = desk.read(case_id)

    assert [document.fields for _row, document in read.rows(Unfinished)] == [(("wish_words", "abc"),)]
    assert all(revision.table != Unfinished.__tablename__ for revision in read.opened.revisions())


def test_keeping_the_same_again_changes_nothing(desk: Desk) -> None:
    case_id = desk.begin()
    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "wish", TYPED)
    before = desk.read(case_id).opened.manifest.number

    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "wish", TYPED)
    assert desk.read(case_id).opened.manifest.number == before


def test_text_that_no_page_could_show_is_kept_as_it_was_typed(desk: Desk) -> None:
    case_id = desk.begin()
    odd = (("words", "\x00\u202e\ud800 \U0001f5e1" + "x" * 200_000),)

    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "what", odd)
    assert unfinished.unfinished_of(desk.read(case_id), "what").fields == odd


def test_discarding_a_draft_leaves_no_row_of_it_and_is_recorded(desk: Desk) -> None:
    case_id = desk.ready()
    person_id = desk.add_person(case_id, alias="Blue")
    desk.answered(case_id, answer(person_id, Scope.SHARE_UN, Answer.GIVEN, "UNDP"))
    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "what", TYPED)
    assert {"case_file", "case_record", "case_code", "case_grant", "revision", "unfinished"} <= rows_of(
        desk, case_id
    ).keys()

    with desk.work(case_id) as work:
        drafts.discard_draft(work, work.case.reference.lower())

    assert rows_of(desk, case_id) == {}
    assert [(e.subject, e.actor_id) for e in entries(desk, "case.discarded")] == [
        (str(case_id), desk.member.person.id)
    ]


def test_what_the_database_refuses_for_another_reason_is_not_taken_for_a_taken_reference(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = act_as(desk.make.session, desk.member)
    monkeypatch.setattr(drafts, "NO_DEADLINE", None)

    with pytest.raises(IntegrityError, match="sort_at"):
        drafts.begin_draft(session, desk.member.keyring, desk.member.actor, uuid4(), desk.team.id)


def test_a_case_that_was_submitted_cannot_be_discarded(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id)

    with pytest.raises(RuleBroken, match="Only a draft can be discarded"), desk.work(case_id) as work:
        drafts.discard_draft(work, work.case.reference)
    assert desk.read(case_id).case.stage == Stage.SUBMITTED


def test_a_draft_is_discarded_only_where_its_reference_is_typed(desk: Desk) -> None:
    case_id, other = desk.begin(), desk.read(desk.begin()).case.reference

    for typed in ("", "REP-", other):
        with pytest.raises(RuleBroken) as refusal, desk.work(case_id) as work:
            drafts.discard_draft(work, typed)
        assert refusal.value.field == "reference"
    assert desk.read(case_id).case.stage == Stage.DRAFT


def test_a_draft_that_nobody_touches_for_half_a_year_is_destroyed(desk: Desk, clock) -> None:
    old, submitted = desk.ready(), desk.ready()
    desk.submit(submitted)
    clock.advance(days=desk.make.site.settings.sessions.draft_days, minutes=-1)
    new = desk.begin()
    session = act_as(desk.make.session, desk.make.founder)
    assert expiring.tidy_drafts(session, desk.make.site.settings) == 0

    clock.advance(minutes=2)
    assert expiring.tidy_drafts(session, desk.make.site.settings) == 1
    commit(session)

    assert rows_of(desk, old) == {}
    assert [e.subject for e in entries(desk, "case.draft-expired")] == [str(old)]
    assert desk.read(new).case.stage == Stage.DRAFT
    assert desk.read(submitted).case.stage == Stage.SUBMITTED


def test_a_draft_in_use_is_not_destroyed_whatever_part_of_it_is_written(desk: Desk, clock) -> None:
    case_id = desk.begin()
    clock.advance(days=desk.make.site.settings.sessions.draft_days - 1)
    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "what", TYPED)
    clock.advance(days=2)

    session = act_as(desk.make.session, desk.make.founder)
    assert expiring.tidy_drafts(session, desk.make.site.settings) == 0
    assert desk.read(case_id).case.changed_at < clock.now() - timedelta(
        days=desk.make.site.settings.sessions.draft_days
    )


def test_a_draft_that_is_changed_just_before_its_turn_is_not_destroyed(
    desk: Desk, clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = desk.begin()
    monkeypatch.setattr(queries, "list_old_drafts", lambda _session, _before, _most: [case_id])
    session = act_as(desk.make.session, desk.make.founder)

    assert expiring.tidy_drafts(session, desk.make.site.settings) == 0
    assert desk.read(case_id).case.stage == Stage.DRAFT


def test_a_member_who_may_read_a_case_but_not_change_it_is_refused(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id)
    central = desk.make.founder
    drafting = desk.make.site.team(desk.make.session, TeamKind.DRAFTING)
    only_drafter = desk.make.member(drafting)

    with desk.work(case_id, central) as work:
        parts.save_danger(work, Danger.YES, "told by telephone", danger_mark(work))
    with pytest.raises(NotAllowed), desk.work(case_id, only_drafter):
        pass


def test_every_change_is_recorded_with_the_manifest_that_it_made(desk: Desk) -> None:
    case_id = desk.ready()
    session = desk.make.session
    wanted = select(AuditEntry).where(AuditEntry.case_id == case_id, AuditEntry.manifest_number.is_not(None))
    logged = list(session.scalars(wanted.order_by(AuditEntry.seq)))

    assert [entry.manifest_number for entry in logged] == list(range(1, len(logged) + 1))
    assert logged[-1].manifest_hash == desk.read(case_id).opened.manifest_hash()
    assert all(note.action == "case.opened" for note in recorder_of(session).notes)


def test_the_metadata_knows_every_table_of_a_case(desk: Desk) -> None:
    with_case = [table.name for table in Base.metadata.sorted_tables if "case_id" in table.c]

    assert len(with_case) >= 15
    assert rows_of(desk, uuid4()) == {}


def test_a_case_cannot_take_the_identifier_of_a_row_of_another(desk: Desk) -> None:
    theirs, who = desk.add_person(desk.ready()), desk.member
    session = act_as(desk.make.session, who)

    with pytest.raises(RuleBroken, match="has run out"):
        drafts.begin_draft(session, who.keyring, who.actor, theirs, desk.team.id)


def test_a_draft_waits_for_the_keys_of_its_team(desk: Desk) -> None:
    session = act_as(desk.make.session, desk.member)
    session.execute(delete(TeamKey).where(TeamKey.team_id == desk.team.id))

    with pytest.raises(RuleBroken, match="no keys yet"):
        drafts.begin_draft(session, desk.member.keyring, desk.member.actor, uuid4(), desk.team.id)
