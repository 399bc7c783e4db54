"""`reprisals check` on cases: whether the tables have those that the log has, without a key of any of them."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, func, select, update

from reprisals.audit.models import AuditEntry
from reprisals.cases.actions import drafts
from reprisals.cases.models.case import Case
from reprisals.cases.rules.stages import Stage
from reprisals.cli import case_checks
from reprisals.cli.case_checks import check_cases
from reprisals.cli.checks import Verdict
from reprisals.sealing.boxes import CaseFile
from tests.cases.actions.desk import Desk

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
GONE, SET_BACK = "in the log, not destroyed by anybody there, and gone", "not at the last change"
NO_DRAFT = "called a draft that nobody touches"


def desk_of(make):
    made = make.team()
    return Desk(make, made.team, made.lead, make.member(made.team))


@pytest.fixture
def desk(make):
    return desk_of(make)


@pytest.fixture
def sent(desk):
    """A case that was submitted, between one that is left as it is and a draft."""
    others, case_id = desk.ready(), desk.ready()
    desk.submit(others)
    desk.submit(case_id)
    desk.begin()
    return case_id


@pytest.fixture
def found(desk):
    """What the check says, of what was written to the database past the application."""

    def finding(*statements):
        for statement in statements:
            desk.make.session.execute(statement)
        desk.make.session.expire_all()
        said = list(check_cases(desk.make.site.settings, desk.make.session))
        assert {finding.verdict for finding in said} <= {Verdict.WRONG}
        return [finding.words for finding in said]

    return finding


def test_cases_in_order_and_drafts_that_were_discarded_are_no_finding(desk, sent, found):
    gone = desk.ready()
    with desk.work(gone) as work:
        drafts.discard_draft(work, work.case.reference)

    assert found() == []


def test_a_submitted_case_that_was_deleted_is_named(desk, sent, found):
    drafts.destroy(desk.make.session, [sent])

    assert found() == [f"cases {GONE}: 1 ({sent})"]


def test_a_case_of_which_the_file_stands_but_not_its_row_in_the_lists_is_named(sent, found):
    assert found(delete(Case).where(Case.id == sent)) == [f"cases {GONE}: 1 ({sent})"]


def test_a_case_that_was_set_back_to_an_earlier_number_is_named(sent, found):
    [said] = found(update(CaseFile).where(CaseFile.id == sent).values(manifest_number=1))

    assert said.startswith(f"cases {SET_BACK}")
    assert said.endswith(f": 1 ({sent})")


def test_a_case_file_that_the_log_does_not_know_is_named(sent, found):
    [said] = found(update(AuditEntry).where(AuditEntry.case_id == sent).values(case_id=None))

    assert said.startswith(f"cases {SET_BACK}")
    assert str(sent) in said


def test_a_case_that_was_sent_and_is_called_a_draft_is_named(sent, found):
    [said] = found(update(Case).where(Case.id == sent).values(stage=Stage.DRAFT.value))

    assert said.startswith(f"cases {NO_DRAFT}")
    assert said.endswith(f": 1 ({sent})")


def test_a_draft_in_use_that_is_called_an_old_one_is_named(desk, found):
    case_id = desk.begin()
    [said] = found(update(CaseFile).where(CaseFile.id == case_id).values(touched_at=LONG_AGO))

    assert said.startswith(f"cases {NO_DRAFT}")
    assert str(case_id) in said


def test_of_many_cases_some_are_named_and_all_are_counted(desk, found, monkeypatch):
    monkeypatch.setattr(case_checks, "MOST_NAMED", 2)
    ids = sorted(desk.begin() for _each in range(5))
    drafts.destroy(desk.make.session, ids)

    assert found() == [f"cases {GONE}: 5 ({ids[0]}, {ids[1]} and 3 more)"]


def test_the_command_ends_with_1_where_a_case_is_gone(run, config, committing):
    with committing() as makers:
        case_id = desk_of(makers).begin()
    before = run("check", "--config", config, "--quick")
    with committing() as makers:
        drafts.destroy(makers.session, [case_id])
        makers.session.commit()
        assert makers.session.scalar(select(func.count(CaseFile.id))) == 0
    after = run("check", "--config", config, "--quick")

    assert before.exit_code == 0, before.output
    assert after.exit_code == 1
    assert str(case_id) in after.output
