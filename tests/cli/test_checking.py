"""`reprisals check`: one line for each part of a site, in plain words; 1 where something is wrong."""

import re
from dataclasses import replace

import pytest
from sqlalchemy import text

from reprisals.audit.actions import commit, record, record_opening
from reprisals.cli import checks
from reprisals.database.engine import is_postgresql
from tests.makers import act_as

STORED = ("trust", "places", "log", "cases", "people", "clock")
UNSEEN = ("mail", "backups")
PARTS = ["configuration", "keys", "database", "migrations", *STORED, *UNSEEN, "reference data"]
BECAUSE = ("unknown", "not looked at: because of what is wrong above")


@pytest.fixture
def order(migrated):
    """Change the database."""

    def ordering(*statements):
        with migrated.engine.execution_options(writing=True).begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    return ordering


@pytest.fixture
def worked(migrated, site):
    """A site with a few entries that a person signed."""
    for action in ("one", "two", "three"):
        with migrated.writing() as session:
            person = site.first_person(session)
            act_as(session, person)
            record(session, person.actor, action)
            commit(session)
    return migrated


@pytest.fixture
def check(run):
    """Run `reprisals check`: its exit code, and verdict and words by part."""

    def checking(path, *options):
        ran = run("check", "--config", path, *options)
        lines = {}
        for line in ran.stdout.splitlines():
            parts = re.fullmatch(r"(\S.*?)  +(ok|unknown|warning|wrong)(?: +(.+))?", line)
            assert parts is not None, line
            assert parts[1] not in lines
            lines[parts[1]] = (parts[2], parts[3] or "")
        return ran.exit_code, lines

    return checking


def test_a_site_in_order_has_one_line_for_each_part(check, config):
    code, lines = check(config)

    assert code == 0
    assert list(lines) == PARTS
    assert {name for name, (verdict, _words) in lines.items() if verdict == "unknown"} == set(UNSEEN)
    assert "wrong" not in {verdict for verdict, _words in lines.values()}


def test_what_is_not_looked_at_is_never_called_in_order(check, config):
    _code, lines = check(config)

    assert lines["mail"] == ("unknown", "not looked at: this version sends none")
    assert lines["backups"][1].startswith("not looked at: this version makes none")


def test_no_line_shows_a_secret_a_name_or_an_address(run, config, site):
    shown = run("check", "--config", config).output
    keys = site.settings.keys

    for secret in (keys.site_secret, keys.service_seed, site.passphrase, "founder", "@", "Founder"):
        assert secret not in shown


def test_a_file_that_others_may_read_is_wrong(check, config):
    config.chmod(0o640)
    code, lines = check(config)

    assert code == 1
    assert lines["configuration"][0] == "wrong"
    assert "config.toml can be read by others: chmod 600" in lines["configuration"][1]


def test_an_unknown_key_is_told_and_nothing_further_is_looked_at(check, config):
    config.write_text(
        config.read_text(encoding="utf-8").replace("trusted_proxies", "trusted_proxy"), encoding="utf-8"
    )
    code, lines = check(config)

    assert code == 1
    assert lines["configuration"] == ("wrong", "unknown key: site.trusted_proxy")
    assert {lines[name] for name in ("keys", "database", "migrations", *STORED)} == {BECAUSE}
    assert list(lines) == PARTS


def test_a_demonstration_is_told(check, rewrite, site):
    code, lines = check(rewrite(site=replace(site.settings.site, demonstration=True)))

    assert code == 0
    assert lines["configuration"][0] == "warning"
    assert "this is a demonstration: log no real case" in lines["configuration"][1]


def test_an_address_without_encryption_is_wrong_but_on_the_loopback(check, rewrite, site):
    code, lines = check(rewrite(site=replace(site.settings.site, address="http://site.example")))

    assert code == 1
    assert "site.address is neither https nor on the loopback" in lines["configuration"][1]
    assert check(rewrite(site=replace(site.settings.site, address="https://site.example")))[0] == 0


@pytest.mark.parametrize(
    ("address", "proxies", "host", "told"),
    [
        ("https://site.example", 0, "127.0.0.1", True),
        ("https://site.example", 0, "::1", True),
        ("https://site.example", 1, "127.0.0.1", False),
        ("https://site.example", 0, "192.0.2.7", False),
        ("http://127.0.0.1:8000", 0, "127.0.0.1", False),
    ],
)
def test_a_proxy_that_hides_where_people_come_from_is_told(
    check, rewrite, site, address, proxies, host, told
):
    settings = site.settings
    path = rewrite(
        site=replace(settings.site, address=address, trusted_proxies=proxies),
        server=replace(settings.server, host=host),
    )

    words = check(path)[1]["configuration"][1]

    assert ("site.trusted_proxies is 0" in words) == told


def test_a_key_beside_the_database_or_open_to_others_is_told(check, config, site, backend):
    lines = check(config)[1]
    beside = "the key lies beside the database: it protects only copies of the file"
    assert (beside in lines["configuration"][1]) == (backend == "sqlcipher")

    if backend == "sqlcipher":
        (site.settings.folder / site.settings.database.key_file).chmod(0o644)
        code, lines = check(config)
        assert code == 1
        assert "the file of the database key can be read by others: chmod 600" in lines["configuration"][1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"site_secret": "00"}, "keys.site_secret is not 32 bytes in hexadecimal"),
        ({"root_public": "none"}, "keys.root_public is not 32 bytes in hexadecimal"),
        ({"service_seed": ""}, "keys.service_seed is not 32 bytes in hexadecimal"),
        ({"recovery_public": "00" * 32}, "keys.recovery_public is not a public key"),
        ({"backup_public": "zz"}, "keys.backup_public is not a public key"),
    ],
)
def test_a_key_without_its_shape_is_wrong(check, rewrite, site, changes, words):
    code, lines = check(rewrite(keys=replace(site.settings.keys, **changes)))

    assert code == 1
    assert lines["keys"] == ("wrong", words)
    assert {lines[name] for name in ("trust", "places", "log")} == {
        ("unknown", "not looked at: a key is wrong")
    }


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("service_seed", "keys.service_seed is not the one that this site was founded with"),
        ("root_public", "keys.root_public is not the root that this site was founded with"),
    ],
)
def test_a_key_of_another_site_is_found(check, rewrite, site, name, words):
    code, lines = check(rewrite(keys=replace(site.settings.keys, **{name: "ab" * 32})))

    assert code == 1
    assert lines["keys"][0] == "ok"
    assert lines["trust"] == ("wrong", words)


def test_a_database_of_another_version_is_told_and_not_read(check, config, order):
    order("UPDATE alembic_version SET version_num = '0002'")
    code, lines = check(config)

    assert code == 1
    assert lines["migrations"][0] == "wrong"
    assert lines["migrations"][1].startswith("at 0002, needed is ")
    assert {lines[name] for name in STORED} == {BECAUSE}


def test_a_database_that_is_not_there_is_told_and_not_made(check, rewrite, site, tmp_path):
    gone = replace(site.settings.database, url=f"sqlite:///{tmp_path / 'gone.db'}", key_variable="SITE_KEY")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SITE_KEY", "00" * 32)
        code, lines = check(rewrite(database=replace(gone, key_file="")))

    assert code == 1
    assert lines["database"] == ("wrong", "There is no database where the configuration says")
    assert lines["reference data"][0] == "ok"
    assert not (tmp_path / "gone.db").exists()


def test_a_key_that_this_command_cannot_have_is_told_with_what_to_do(check, rewrite, site, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    where = replace(site.settings.database, url="sqlite:///reprisals.db", key_file="", key_credential="key")
    code, lines = check(rewrite(database=where))

    assert code == 1
    told = "database.key_credential is set, but no credentials were passed"
    to_do = "start the command by systemd-run, as docs/operations.md shows"
    assert lines["configuration"] == ("wrong", f"{told}; {to_do}")
    assert {lines[name] for name in ("keys", "database", "migrations", *STORED)} == {BECAUSE}


def test_a_database_under_another_key_is_told(check, rewrite, site, backend, tmp_path):
    if backend == "postgresql":
        wrong = replace(site.settings.database, url=site.settings.database.url.replace("/test_", "/none_"))
        words = "The database cannot be reached, or refused: OperationalError"
    else:
        (tmp_path / "other.key").write_text("ab" * 32, encoding="ascii")
        wrong = replace(site.settings.database, key_file=str(tmp_path / "other.key"))
        words = "The database does not open with this key, or is damaged"
    code, lines = check(rewrite(database=wrong))

    assert code == 1
    assert lines["database"] == ("wrong", words)
    assert {lines[name] for name in ("migrations", *STORED)} == {BECAUSE}


def test_commits_that_are_not_durable_are_found(migrated, site):
    with migrated.engine.connect() as connection:
        if is_postgresql(migrated.engine):
            look, word = checks.check_server, "synchronous_commit"
            assert list(look(connection)) == []
            connection.exec_driver_sql("SET synchronous_commit = off")
            found = list(look(connection))
        else:
            word = "synchronous"
            assert list(checks.check_file(site.settings, connection)) == []
            connection.rollback()
            connection.connection.cursor().execute("PRAGMA synchronous=NORMAL")
            found = list(checks.check_file(site.settings, connection))
            connection.invalidate()

    assert [finding.verdict for finding in found] == [checks.Verdict.WRONG]
    assert word in found[0].words


def test_a_log_that_holds_was_walked_to_its_end(check, config, worked):
    code, lines = check(config)

    assert code == 0
    assert lines["log"] == (
        "ok",
        "all 4 entries hold; whether its end was cut off shows only with a head kept elsewhere",
    )


def test_an_entry_in_the_middle_that_does_not_hold_is_found(check, config, worked, order):
    order("UPDATE audit_entry SET action = 'none' WHERE seq = 2")

    code, lines = check(config)

    assert code == 1
    assert lines["log"] == (
        "wrong",
        "entry 2 is the first that does not hold: `reprisals audit verify`",
    )


def test_a_quick_look_says_what_it_left_out_and_since_when(check, config, worked, order):
    order("UPDATE audit_entry SET action = 'none' WHERE seq = 2")

    code, lines = check(config, "--quick")

    assert code == 0
    assert lines["log"] == ("unknown", "4 entries, not walked; no auditor has walked it on their page yet")


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ({}, "an auditor walked it last up to entry 4, on 2026-03-02"),
        ({"broken": 3, "reason": "altered"}, "an auditor found on 2026-03-02 that entry 3 does not hold"),
    ],
)
def test_a_quick_look_says_up_to_where_an_auditor_walked_the_log(
    check, config, worked, site, clock, found, told
):
    with worked.writing() as session:
        person = site.first_person(session)
        act_as(session, person)
        record_opening(session, person.actor, "audit.verified", None, up_to=4, **found)
        commit(session)

    assert check(config, "--quick")[1]["log"][1] == f"5 entries, not walked; {told}"


@pytest.mark.parametrize(
    ("forging", "number"),
    [
        ("UPDATE membership SET role = 'LEAD' WHERE role = 'MEMBER'", 1),
        ("UPDATE certificate SET ended_at = issued_at WHERE standing = 'member'", 1),
        ("UPDATE certificate SET signature = signing_public WHERE standing = 'member'", 1),
        ("UPDATE site_role SET role = 'ADMINISTRATOR' WHERE role = 'AUDITOR'", 1),
        ("UPDATE team SET entity = 'UNHCR' WHERE kind = 'FOCAL'", 2),
    ],
)
def test_a_place_or_a_role_that_would_not_be_believed_is_found(
    check, config, committing, order, forging, number
):
    with committing() as make:
        make.member(make.team().team)
        make.officer("AUDITOR")
    assert check(config)[1]["places"] == ("ok", "")

    order(forging)
    code, lines = check(config)

    assert code == 1
    assert lines["places"][0] == "wrong"
    assert f"or that are not as they were signed: {number};" in lines["places"][1]


def test_a_last_entry_that_is_not_the_heads_is_found(check, config, order):
    order("UPDATE audit_entry SET action = 'none'")
    code, lines = check(config)

    assert code == 1
    assert lines["log"] == ("wrong", "the head and the last entry do not agree: run `reprisals audit verify`")


def test_a_log_that_was_removed_is_found(check, config, order):
    order("DELETE FROM audit_entry", "DELETE FROM audit_head")
    code, lines = check(config)

    assert code == 1
    assert lines["log"] == ("wrong", "there is no log: this is no site, or its log was removed")
    assert lines["trust"] == ("wrong", "nothing was founded in this database")


def test_what_about_the_people_weakens_a_site_is_told(check, config, order):
    before = check(config)[1]["people"][1]
    order("UPDATE person SET is_automation = true", "DELETE FROM team_key WHERE team_kind = 'ALTERNATE'")
    code, lines = check(config)

    assert code == 0
    assert "somebody is administrator and custodian" in before
    assert "automation" not in before
    assert "the alternate team has no keys" in lines["people"][1]
    assert "accounts for automation, whose passphrases were chosen: " in lines["people"][1]


def test_separate_people_and_a_ready_alternate_team_are_nothing_to_warn_of(check, config, order):
    order("DELETE FROM site_role WHERE role = 'CUSTODIAN'")

    assert check(config)[1]["people"] == ("ok", "")


def test_a_clock_behind_the_log_is_found(check, config, migrated, site, clock):
    clock.advance(days=1)
    assert check(config)[1]["clock"] == ("ok", "")

    clock.advance(days=-90)
    code, lines = check(config)
    assert code == 1
    assert lines["clock"] == ("wrong", "the clock is behind the last entry of the log")


def test_reference_data_that_does_not_load_is_told(check, config, monkeypatch):
    def broken():
        raise ValueError("states.csv:7")

    monkeypatch.setattr(checks, "list_former_names", broken)
    code, lines = check(config)

    assert code == 1
    assert lines["reference data"][0] == "wrong"
