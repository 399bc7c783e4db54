"""Submitting: what is missing is named, the case is sealed to those who triage it, and to nobody who is kept out."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from reprisals.access import NotAllowed
from reprisals.audit.models import AuditEntry
from reprisals.audit.opening import CannotOpen, Excluded, open_case
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts, unfinished
from reprisals.cases.actions.settle import finish_work
from reprisals.cases.actions.work import Work, danger_mark, states_mark
from reprisals.cases.models.account import ReachContent, Wish, WishContent
from reprisals.cases.models.case import Case, Exclusion, Unfinished
from reprisals.cases.rules.outline import Danger
from reprisals.cases.rules.stages import Stage
from reprisals.i18n.marking import RuleBroken
from reprisals.identity.actions.admitting import identity_of
from reprisals.sealing.grants import Grant
from reprisals.sealing.holders import TeamKey, TeamKind
from tests.cases.actions.desk import Desk, account
from tests.makers import Somebody, act_as, somebody


def holders(desk: Desk, case_id: UUID) -> set[UUID]:
    """The teams and people who were granted the case."""
    return set(desk.make.session.scalars(select(Grant.holder_id).where(Grant.case_id == case_id)))


def team_id(desk: Desk, kind: TeamKind) -> UUID:
    return desk.make.site.team(desk.make.session, kind).id


def alternate_of(desk: Desk) -> Somebody:
    """The lead of the alternate team."""
    return somebody(desk.make.session, desk.make.site.alternate)


def finds(desk: Desk, who: Somebody, case_id: UUID) -> bool:
    """Whether somebody finds the case."""
    return queries.find_case(act_as(desk.make.session, who), who.actor, case_id) is not None


def test_a_submitted_case_is_sealed_to_the_central_team_and_opens_there(desk: Desk) -> None:
    case_id = desk.ready()
    assert not finds(desk, desk.make.founder, case_id)

    done = desk.submit(case_id)

    assert holders(desk, case_id) == {desk.team.id, team_id(desk, TeamKind.CENTRAL)}
    assert desk.read(case_id, desk.make.founder).content.title == "A title"
    case = desk.read(case_id).case
    assert (case.stage, case.submitted_at, case.triage_team_id) == (
        Stage.SUBMITTED,
        case.stage_since,
        done.team.id,
    )
    assert done.reference == case.reference


def test_submitting_is_recorded_with_the_team_it_goes_to(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id)
    wanted = select(AuditEntry).where(AuditEntry.case_id == case_id, AuditEntry.action == "case.submitted")
    entries = list(desk.make.session.scalars(wanted))

    [told] = [entry.details for entry in entries]
    assert told == {"team": str(team_id(desk, TeamKind.CENTRAL)), "forgotten": 6}
    assert entries[0].manifest_number == desk.read(case_id).opened.manifest.number


def tell_danger(desk: Desk, case_id: UUID) -> None:
    with desk.work(case_id) as work:
        parts.save_danger(work, Danger.UNKNOWN, "", danger_mark(work))


def tell_what(desk: Desk, case_id: UUID) -> None:
    tell_danger(desk, case_id)
    with desk.work(case_id) as work:
        parts.save_account(work, account("DET"), 0)


def tell_states(desk: Desk, case_id: UUID) -> None:
    tell_what(desk, case_id)
    with desk.work(case_id) as work:
        parts.save_states(work, frozenset({"KEN"}), states_mark(work))


def tell_nothing(desk: Desk, case_id: UUID) -> None:
    assert desk.read(case_id).case.danger is None


MISSING = {
    "Say whether anyone is in danger": tell_nothing,
    "Say what happened": tell_danger,
    "Choose the State": tell_what,
    "Say how we can reach back": tell_states,
}


def bare_draft(desk: Desk) -> UUID:
    """A draft in which nothing was answered yet, as one that saved itself."""
    case_id = desk.begin()
    with desk.work(case_id) as work:
        work.change_case(danger=None)
        finish_work(work, "case.changed")
    return case_id


@pytest.mark.parametrize("words", MISSING)
def test_what_is_missing_is_refused_by_its_name(desk: Desk, words: str) -> None:
    case_id = bare_draft(desk)
    MISSING[words](desk, case_id)

    with pytest.raises(RuleBroken, match=words):
        desk.submit(case_id)
    assert desk.read(case_id).case.stage == Stage.DRAFT
    assert holders(desk, case_id) == {desk.team.id}


def test_only_what_is_required_is_needed(desk: Desk) -> None:
    case_id = bare_draft(desk)
    tell_states(desk, case_id)
    with desk.work(case_id) as work:
        parts.save_reach(work, ReachContent(how="through the sister"), 0)

    assert desk.submit(case_id).reference.startswith("REP-")


def test_a_feared_reprisal_is_submitted_with_what_is_coming_alone(desk: Desk) -> None:
    case_id = desk.ready()
    with desk.work(case_id) as work:
        parts.save_account(work, account(happened=False, coming="a trial", coming_on="2026-03-03"), 1)

    assert desk.submit(case_id).due_at == datetime(2026, 3, 2, 13, 0, tzinfo=UTC)
    assert desk.read(case_id).case.record_type == "FEARED"


def test_a_case_without_a_title_is_refused(desk: Desk) -> None:
    case_id = desk.ready()

    with pytest.raises(RuleBroken, match="Give the case a title"), desk.work(case_id) as work:
        drafts.submit(work, " \n")


def test_a_case_is_submitted_once(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id)

    with pytest.raises(RuleBroken, match="already at this stage"):
        desk.submit(case_id)
    assert len(holders(desk, case_id)) == 2


def test_those_who_triage_cannot_submit_for_another_team(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id)

    with pytest.raises(NotAllowed), desk.work(case_id, desk.make.founder) as work:
        drafts.submit(work, "A title")


@pytest.mark.parametrize(
    ("danger", "hours"),
    [(Danger.YES, 4), (Danger.UNKNOWN, 24), (Danger.NO, 7 * 24)],
)
def test_an_answer_is_promised_by_priority(desk: Desk, danger: Danger, hours: int, clock) -> None:
    case_id = desk.ready(danger)
    done = desk.submit(case_id)
    case = desk.read(case_id).case

    assert done.due_at == case.due_at == case.sort_at == clock.now() + timedelta(hours=hours)


def test_the_priority_is_that_of_the_day_of_submitting(desk: Desk, clock) -> None:
    case_id = desk.ready()
    with desk.work(case_id) as work:
        parts.save_account(work, account(happened=False, coming="a trial", coming_on="2026-04-01"), 1)
    assert desk.read(case_id).case.priority == "NORMAL"
    clock.advance(days=29)

    assert desk.submit(case_id).due_at == clock.now() + timedelta(hours=4)


def test_what_was_not_finished_is_not_submitted(desk: Desk) -> None:
    case_id = desk.ready()
    with desk.work(case_id) as work:
        unfinished.keep_unfinished(work, "wish", (("wish_words", "an afterthou"),))
    with pytest.raises(RuleBroken, match="begun and not finished"):
        desk.submit(case_id)
    with desk.work(case_id) as work:
        drafts.submit(work, "A title", unfinished.mark_of_unfinished(work))

    assert desk.read(case_id, desk.make.founder).opened.load(Unfinished) == []


def test_a_case_that_concerns_the_office_goes_to_the_alternate_team_and_the_office_sees_nothing_of_it(
    desk: Desk,
) -> None:
    case_id = desk.ready(Danger.YES)
    done = desk.submit(case_id, office_concerned=True)
    alternate, central = team_id(desk, TeamKind.ALTERNATE), desk.make.founder

    assert done.team.id == alternate
    assert holders(desk, case_id) == {desk.team.id, alternate}
    assert desk.read(case_id, alternate_of(desk)).content.title == "A title"
    assert not finds(desk, central, case_id)
    session, filters = act_as(desk.make.session, central), queries.Filters()
    assert case_id not in {case.id for case in queries.list_team_cases(session, central.actor, filters)}
    assert queries.count_team_cases(session, central.actor, filters) == 0
    assert queries.count_drafts(session, central.actor) == 0
    with pytest.raises(CannotOpen):
        open_case(session, central.keyring, central.actor, case_id, "test")


def test_an_exclusion_stands_in_its_row_and_in_the_manifest(desk: Desk) -> None:
    case_id = desk.ready()
    desk.submit(case_id, office_concerned=True)
    read, name = desk.read(case_id), f"team:{team_id(desk, TeamKind.CENTRAL)}"

    assert read.opened.manifest.exclusions == {name}
    rows = [(row.kind, row.target, content.reason) for row, content in read.rows(Exclusion)]
    assert rows == [("team", name, "It is about one of them.")]


@pytest.mark.parametrize("turns", [("exclude", "grant"), ("grant", "exclude", "grant")])
def test_who_is_excluded_is_never_granted_the_case_whatever_the_order(
    desk: Desk, turns: tuple[str, ...]
) -> None:
    case_id = desk.ready()
    office = identity_of(desk.make.site.team(desk.make.session, TeamKind.CENTRAL))

    def do(work: Work) -> None:
        for turn in turns:
            if turn == "exclude":
                drafts.keep_out_office(work, is_concerned=True, reason="It is about one of them.")
            else:
                work.opened.grant(office)

    with pytest.raises((Excluded, RuleBroken)), desk.work(case_id) as work:
        do(work)
    assert holders(desk, case_id) == {desk.team.id}


def test_an_exclusion_holds_over_the_commit(desk: Desk) -> None:
    case_id = desk.ready()
    office = desk.make.site.team(desk.make.session, TeamKind.CENTRAL)
    desk.submit(case_id, office_concerned=True)

    with pytest.raises(Excluded), desk.work(case_id) as work:
        work.opened.grant(identity_of(office))
    with pytest.raises(Excluded), desk.work(case_id, alternate_of(desk)) as work:
        work.opened.grant(identity_of(office))


def test_a_case_that_the_office_logged_itself_cannot_be_kept_from_it(desk: Desk) -> None:
    central, office = desk.make.founder, desk.make.site.team(desk.make.session, TeamKind.CENTRAL)
    case_id = desk.ready(who=central, team=office)

    with pytest.raises(RuleBroken, match="Let another team log it"):
        desk.submit(case_id, central, office_concerned=True)
    assert desk.read(case_id, central).opened.manifest.exclusions == frozenset()


def test_keeping_the_office_out_can_be_taken_back_before_submitting(desk: Desk) -> None:
    case_id = desk.ready()
    with desk.work(case_id) as work:
        drafts.keep_out_office(work, is_concerned=True, reason="one")
        drafts.keep_out_office(work, is_concerned=True, reason="another")
        finish_work(work, "case.changed")
    assert [content.reason for _row, content in desk.read(case_id).rows(Exclusion)] == ["another"]

    assert desk.submit(case_id).team.kind == TeamKind.CENTRAL
    assert desk.read(case_id).rows(Exclusion) == []


def test_without_an_alternate_team_that_has_keys_the_case_stays_a_draft_with_all_its_text(desk: Desk) -> None:
    case_id = desk.ready()
    with desk.work(case_id) as work:
        parts.save_wish(work, WishContent((), "to be safe"), 0)
    desk.make.session.execute(delete(TeamKey).where(TeamKey.team_id == team_id(desk, TeamKind.ALTERNATE)))
    desk.make.session.commit()

    with pytest.raises(RuleBroken, match="has no keys yet"):
        desk.submit(case_id, office_concerned=True)

    read = desk.read(case_id)
    assert (read.case.stage, read.one(Wish)[1].words) == (Stage.DRAFT, "to be safe")
    assert holders(desk, case_id) == {desk.team.id}
    assert not finds(desk, desk.make.founder, case_id)


def test_a_case_of_the_central_team_is_granted_once(desk: Desk) -> None:
    central, office = desk.make.founder, desk.make.site.team(desk.make.session, TeamKind.CENTRAL)
    case_id = desk.ready(who=central, team=office)
    desk.submit(case_id, central)

    assert holders(desk, case_id) == {office.id}
    assert desk.make.session.get_one(Case, case_id).triage_team_id == office.id
