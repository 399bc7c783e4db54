"""What commands share: the configuration, and a person who signs in for the length of a command."""

import os
from functools import partial

import click
import pytest
from sqlalchemy import func, select, text

from reprisals.access import Permission
from reprisals.audit.models import AuditEntry
from reprisals.cli.main import cli
from reprisals.cli.options import AtWork, as_person
from reprisals.identity.models import LiveSession, Person, PersonState
from tests.makers import EMAIL


@pytest.fixture
def seen():
    """What the command was given, and how many were signed in meanwhile."""
    return []


@pytest.fixture
def act(run, migrated, config, monkeypatch, seen):
    """Run a command that acts for a person."""

    @click.command("act")
    @click.option("--often", type=int, default=1)
    @as_person
    def acting(work: AtWork, often: int) -> None:
        """Do something for somebody."""
        with work.database.reading() as session:
            seen.append((work, session.scalar(select(func.count()).select_from(LiveSession))))
        click.echo("done " * often)
        if often > 1:
            raise click.UsageError("too often")

    monkeypatch.setitem(cli.commands, "act", acting)
    return partial(run, "act", "--config", config)


@pytest.fixture
def right(site, tmp_path):
    """A file with the passphrase of the first person."""
    path = tmp_path / "passphrase"
    path.write_text(f"{site.passphrase}\n", encoding="utf-8")
    return path


def count_sessions(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(LiveSession))


def list_actions(database):
    with database.reading() as session:
        return list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.seq)))


def test_a_command_is_given_the_person_and_their_keys_and_signs_them_out(act, seen, right, migrated, site):
    ran = act("--as", EMAIL.upper(), "--password-file", right)

    assert (ran.exit_code, ran.stdout) == (0, "done \n")
    ((work, live),) = seen
    assert work.actor.person_id == work.keyring.person == site.founder.person
    assert work.actor.may(Permission.CERTIFY)
    assert live == 1
    assert count_sessions(migrated) == 0
    assert list_actions(migrated)[-2:] == ["session.begun", "session.ended"]


def test_a_command_that_fails_signs_the_person_out_all_the_same(act, right, migrated):
    failed = act("--as", EMAIL, "--password-file", right, "--often", 2)

    assert failed.exit_code == 2
    assert count_sessions(migrated) == 0


def test_a_session_that_was_ended_meanwhile_is_not_ended_again(act, right, migrated, monkeypatch):
    def clear(*_given):
        with migrated.engine.execution_options(writing=True).begin() as connection:
            connection.execute(text("DELETE FROM live_session"))

    monkeypatch.setattr(click, "echo", clear)

    assert act("--as", EMAIL, "--password-file", right).exit_code == 0
    assert list_actions(migrated)[-1] == "session.begun"


def test_the_passphrase_is_read_from_the_environment_and_not_left_there(act, site, monkeypatch):
    monkeypatch.setenv("REPRISALS_PASSWORD", site.passphrase)

    assert act("--as", EMAIL).exit_code == 0
    assert "REPRISALS_PASSWORD" not in os.environ


def test_the_passphrase_is_asked_for_without_showing_it(act, site):
    asked = act("--as", EMAIL, input=f"{site.passphrase}\n")

    assert asked.exit_code == 0
    assert asked.stdout == "done \n"
    assert site.passphrase not in asked.output


def test_a_wrong_passphrase_and_an_unknown_account_are_told_alike(act, seen, migrated):
    answers = [act("--as", email, input="wrong\n") for email in (EMAIL, "nobody@site.example")]

    assert [answer.exit_code for answer in answers] == [1, 1]
    assert answers[0].stderr == answers[1].stderr
    assert "The passphrase does not open this account, or there is no such account." in answers[0].stderr
    assert seen == []
    assert list_actions(migrated)[-2:] == ["session.failed", "session.failed"]


def test_attempts_are_slowed_as_in_a_browser(act):
    for _attempt in range(4):
        act("--as", EMAIL, input="wrong\n")

    slowed = act("--as", EMAIL, input="wrong\n")

    assert slowed.exit_code == 1
    assert "Too many attempts. Try again in " in slowed.stderr


def test_a_suspended_person_is_refused(act, seen, right, migrated):
    with migrated.writing() as session:
        session.scalars(select(Person).where(Person.email == EMAIL)).one().state = PersonState.SUSPENDED
        session.commit()

    refused = act("--as", EMAIL, "--password-file", right)

    assert (refused.exit_code, refused.stderr) == (1, "This account is suspended.\n")
    assert seen == []


def test_a_passphrase_file_that_is_no_text_is_refused(act, tmp_path):
    (tmp_path / "noise").write_bytes(b"\xff\xfe\x00")

    refused = act("--as", EMAIL, "--password-file", tmp_path / "noise")

    assert refused.exit_code == 1
    assert refused.stderr == f"{tmp_path / 'noise'}: not a text in UTF-8.\n"


def test_nobody_named_is_a_wrong_call(act):
    assert act().exit_code == 2


def test_the_configuration_is_found_by_the_environment(run, config, monkeypatch):
    monkeypatch.setenv("REPRISALS_CONFIG", str(config))

    assert run("audit", "head").exit_code == 0


def test_no_configuration_is_a_wrong_call_and_a_missing_one_a_refusal(run, tmp_path):
    assert run("audit", "head").exit_code == 2
    missing = run("audit", "head", "--config", tmp_path / "config.toml")
    assert (missing.exit_code, missing.stderr) == (
        1,
        "The configuration cannot be used: config.toml cannot be read.\n",
    )


def test_a_database_of_another_version_is_not_worked_on(run, config, migrated):
    with migrated.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    refused = run("audit", "head", "--config", config)

    assert refused.exit_code == 1
    assert "The database stands at 0001, this version needs " in refused.stderr
    assert "run `reprisals upgrade`" in refused.stderr
