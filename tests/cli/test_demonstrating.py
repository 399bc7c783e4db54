"""`reprisals demo`: a filled site whose people came in as real ones do; run again, it is the same site."""

import stat
import time

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select

from reprisals.access import Role
from reprisals.audit.models import AuditEntry
from reprisals.cases.models.case import Case
from reprisals.cli import demonstrating
from reprisals.cli.main import cli
from reprisals.config import Settings, load_settings
from reprisals.database.engine import make_engine
from reprisals.database.session import Database
from reprisals.identity import queries
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.signing_in import open_account
from reprisals.sealing.grants import team_has_keys
from reprisals.sealing.holders import TeamKind
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.teams import trusted_key

ROLES = {
    "field@demo.example": {Role.PERSON, Role.FOCAL_MEMBER},
    "lead@demo.example": {Role.PERSON, Role.FOCAL_LEAD},
    "team@demo.example": {Role.PERSON, Role.CENTRAL_MEMBER},
    "drafter@demo.example": {Role.PERSON, Role.DRAFTING_MEMBER},
    "auditor@demo.example": {Role.PERSON, Role.AUDITOR},
    "admin@demo.example": {Role.PERSON, Role.ADMINISTRATOR},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """The folder of a demonstration, how it was told, and the seconds it took."""
    folder = tmp_path_factory.mktemp("demo") / "site"
    begun = time.process_time()
    made = CliRunner().invoke(cli, ["demo", "--dir", str(folder), "--no-serve"])
    assert made.exit_code == 0, made.output
    return folder, made, time.process_time() - begun


@pytest.fixture(scope="module")
def accounts(demo):
    """Passphrase and role by address, from the file."""
    lines = (demo[0] / "accounts.txt").read_text(encoding="utf-8").splitlines()
    return {email: (passphrase, role) for email, passphrase, role in (line.split("\t") for line in lines)}


@pytest.fixture(scope="module")
def opened(demo):
    """Settings and database of the demonstration."""
    settings = load_settings(demo[0] / "config.toml")
    database = Database(make_engine(settings.database_url(), settings.database_key()))
    yield settings, database
    database.engine.dispose()


def test_every_account_signs_in_with_its_passphrase_and_is_what_it_is_said_to_be(accounts, opened):
    settings, database = opened
    for email, roles in ROLES.items():
        bundle, _person = open_account(database, settings, email, accounts[email][0])
        with database.reading() as session:
            assert find_actor(session, Keyring(bundle)).roles == roles
        assert bundle.root_seed is None


def test_the_accounts_stand_in_a_closed_file_and_are_printed(demo, accounts):
    folder, made, _seconds = demo

    assert stat.S_IMODE((folder / "accounts.txt").stat().st_mode) == 0o600
    assert list(accounts)[: len(ROLES)] == list(ROLES)
    for email, (passphrase, role) in accounts.items():
        assert len(passphrase.split()) == 8
        for words in (email, passphrase, role):
            assert words in made.stdout


def test_the_founder_is_somebody_else_and_only_they_hold_the_root(accounts, opened):
    settings, database = opened
    bundle, _person = open_account(
        database, settings, "custodian@demo.example", accounts["custodian@demo.example"][0]
    )
    with database.reading() as session:
        roles = find_actor(session, Keyring(bundle)).roles

    assert bundle.root_seed is not None
    assert {Role.CUSTODIAN, Role.CENTRAL_LEAD} <= roles


def test_every_team_has_keys_that_lead_back_to_the_root(accounts, opened):
    settings, database = opened
    bundle, _person = open_account(
        database, settings, "field@demo.example", accounts["field@demo.example"][0]
    )
    with database.reading() as session:
        teams = queries.list_teams(session)
        kinds = [team.kind for team in teams]
        for team in teams:
            assert team_has_keys(session, team.id)
            assert trusted_key(session, Keyring(bundle), team.id).entity == team.entity

    assert sorted(set(kinds)) == sorted(TeamKind)
    assert kinds.count(TeamKind.FOCAL) >= 2


def test_the_log_of_the_demonstration_holds_and_names_how_people_came_in(demo, run, opened):
    verified = run("audit", "verify", "--config", demo[0] / "config.toml")
    with opened[1].reading() as session:
        counted = dict(
            session.execute(select(AuditEntry.action, func.count()).group_by(AuditEntry.action)).all()
        )

    assert verified.exit_code == 0, verified.stderr
    assert counted["person.invited"] == counted["person.keys-made"] == len(ROLES) + 3
    assert counted["person.admitted"] + counted["role.certified"] == len(ROLES) + 3
    assert counted["team.keys-made"] == counted["team.founded"] + 1


def test_the_demonstration_says_what_it_is_and_is_in_order(demo, run):
    checked = run("check", "--config", demo[0] / "config.toml")

    assert checked.exit_code == 0, checked.stdout
    assert "this is a demonstration: log no real case" in checked.stdout
    assert "the alternate team has no keys" not in checked.stdout


def test_there_are_cases_in_it(opened):
    with opened[1].reading() as session:
        assert (session.scalar(select(func.count()).select_from(Case)) or 0) >= 10


def test_run_again_it_is_the_same_site_and_takes_no_time(demo, run):
    folder, first, _seconds = demo
    before = (folder / "reprisals.db").read_bytes()

    again = run("demo", "--dir", folder, "--no-serve")

    assert again.exit_code == 0
    assert again.stdout == first.stdout
    assert (folder / "reprisals.db").read_bytes() == before


def test_it_is_served_on_the_loopback_and_the_asked_port_alone(demo, run, monkeypatch):
    served: list[Settings] = []
    monkeypatch.setattr(demonstrating, "run_server", served.append)
    config = demo[0] / "config.toml"
    written = config.read_text(encoding="utf-8")
    config.write_text(written.replace('host = "127.0.0.1"', 'host = "0.0.0.0"'), encoding="utf-8")

    shown = run("demo", "--dir", demo[0], "--port", 8765)
    config.write_text(written, encoding="utf-8")

    assert shown.exit_code == 0, shown.stderr
    assert "Open http://127.0.0.1:8765 " in shown.stdout
    assert [(one.server.host, one.server.port, one.site.address) for one in served] == [
        ("127.0.0.1", 8765, "http://127.0.0.1:8765")
    ]


def test_a_real_site_is_never_shown_as_a_demonstration(run, tmp_path):
    run("init", "--dir", tmp_path / "site", "--email", "first@site.example")

    refused = run("demo", "--dir", tmp_path / "site", "--no-serve")

    assert refused.exit_code == 1
    assert refused.stderr == f"The site in {tmp_path / 'site'} is not a demonstration.\n"


def test_it_is_made_in_time_for_the_first_page(demo):
    assert demo[2] < 30
