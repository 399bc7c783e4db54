"""`reprisals init`: a new site, what is shown once, and nothing half-made."""

import errno
import re
import resource
import signal
import stat

import pytest
from sqlalchemy import inspect

from reprisals.cli import main, making
from reprisals.cli.folders import put_in_place
from reprisals.config import load_settings
from reprisals.database.engine import make_engine
from reprisals.database.session import Database
from reprisals.identity import queries
from reprisals.identity.actions.signing_in import WrongPassphrase, open_account
from reprisals.sealing.keys import BoxSecret, SigningKey, make_fingerprint
from reprisals.sealing.shares import backup_box, join_shares, recovery_box
from tests.servers.postgresql import make_database

EMAIL = "first@site.example"
DIES = """
import os, signal
import reprisals.cli.making as making
making.put_in_place = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
from reprisals.cli.main import main
main()
"""


@pytest.fixture
def place(backend, request):
    """The arguments that name an empty database of either kind."""
    if backend == "sqlcipher":
        return ()
    return ("--database", make_database(request.getfixturevalue("postgresql_server")))


@pytest.fixture
def init(run, tmp_path, place):
    """Run `reprisals init` for this database."""

    def running(*more, target=tmp_path / "site"):
        return run("init", "--dir", target, "--email", EMAIL, *place, *more)

    return running


def read_sheet(text):
    """What is printed under each heading, without the advice."""
    parts = (part.split("\n") for part in text.split("\n\n"))
    return {
        title: " ".join(line.strip() for line in lines if line.startswith("    ")) for title, *lines in parts
    }


def opened(folder):
    settings = load_settings(folder / "config.toml")
    return settings, Database(make_engine(settings.database_url(), settings.database_key()))


def tables_at(place):
    engine = make_engine(place[1], None)
    try:
        return inspect(engine).get_table_names()
    finally:
        engine.dispose()


def test_what_is_printed_opens_what_it_is_said_to_open(init, tmp_path):
    made = init("--name", "First Person")
    assert made.exit_code == 0, made.stderr

    sheet = read_sheet(made.stdout)
    settings, database = opened(tmp_path / "site")
    bundle, person = open_account(database, settings, EMAIL, sheet[f"Passphrase of {EMAIL}"])
    box, signing = BoxSecret(bundle.box_seeds).public.raw, SigningKey(bundle.signing_seed).public
    digits = sheet[f"Fingerprint of {EMAIL}"].replace(" ", "")
    backup = bytes.fromhex(sheet["Backup key"])
    database.engine.dispose()

    assert person.name == "First Person"
    assert not person.is_automation
    assert digits == make_fingerprint(person.id, signing, box)
    assert bytes.fromhex(sheet["Site secret"]).hex() == settings.keys.site_secret
    assert backup_box(backup).public.raw.hex() == settings.keys.backup_public
    for one, other in ((1, 2), (2, 3), (1, 3)):
        shares = [sheet[f"Recovery share {number}"] for number in (one, other)]
        assert [len(share.split()) for share in shares] == [33, 33]
        assert recovery_box(join_shares(shares)).public.raw.hex() == settings.keys.recovery_public


def test_a_new_site_is_in_order_and_its_log_holds(init, run, tmp_path):
    init()
    config = tmp_path / "site" / "config.toml"

    checked = run("check", "--config", config)
    verified = run("audit", "verify", "--config", config)

    assert checked.exit_code == 0, checked.stdout
    assert re.search(
        r"^people +warning +somebody is administrator and custodian", checked.stdout, re.MULTILINE
    )
    assert re.fullmatch(r"1:[0-9a-f]{64}\n", verified.stdout)


def test_the_folder_is_closed_to_others_and_keeps_none_of_what_was_printed(init, tmp_path):
    sheet = read_sheet(init().stdout)
    folder = tmp_path / "site"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    kept = b"".join(path.read_bytes() for path in folder.iterdir())

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert set(modes.values()) == {0o600}
    for title in (
        f"Passphrase of {EMAIL}",
        "Backup key",
        *(f"Recovery share {number}" for number in (1, 2, 3)),
    ):
        secret = sheet[title]
        assert secret.encode() not in kept
        assert secret.replace(" ", "").encode() not in kept


def test_a_chosen_passphrase_marks_automation_and_is_not_printed(init, run, tmp_path):
    chosen = tmp_path / "passphrase"
    chosen.write_text("a long enough passphrase\n", encoding="utf-8")

    made = init("--password-file", chosen)
    settings, database = opened(tmp_path / "site")
    _bundle, person = open_account(database, settings, EMAIL, "a long enough passphrase")
    database.engine.dispose()

    assert person.is_automation
    assert "long enough" not in made.output
    assert f"Passphrase of {EMAIL}" not in made.output
    assert "accounts for automation" in run("check", "--config", tmp_path / "site" / "config.toml").stdout


def test_a_chosen_passphrase_below_20_characters_is_refused(init, tmp_path):
    chosen = tmp_path / "passphrase"
    chosen.write_text("nineteen characters\n", encoding="utf-8")

    refused = init("--password-file", chosen)

    assert (refused.exit_code, refused.stderr) == (1, "A chosen passphrase needs at least 20 characters.\n")
    assert not (tmp_path / "site").exists()


def test_a_site_that_is_there_is_never_overwritten(init, run, tmp_path):
    init()
    before = {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()}

    again = run("init", "--dir", tmp_path / "site", "--email", "second@site.example")

    assert again.exit_code == 1
    assert "There is a site in" in again.stderr
    assert {path.name: path.read_bytes() for path in (tmp_path / "site").iterdir()} == before


def test_a_folder_with_something_else_in_it_is_left_alone(init, tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "letter.txt").touch()

    refused = init()

    assert (refused.exit_code, refused.stderr) == (1, f"{tmp_path / 'site'} is not empty.\n")
    assert [path.name for path in (tmp_path / "site").iterdir()] == ["letter.txt"]


def test_an_empty_folder_is_in_nobodys_way(init, tmp_path):
    (tmp_path / "site").mkdir(mode=0o755)

    assert init().exit_code == 0
    assert stat.S_IMODE((tmp_path / "site").stat().st_mode) == 0o700


def test_a_database_with_something_in_it_is_left_alone(run, tmp_path, postgresql_server):
    place = ("--database", make_database(postgresql_server))
    run("init", "--dir", tmp_path / "one", "--email", EMAIL, *place)

    refused = run("init", "--dir", tmp_path / "two", "--email", EMAIL, *place)

    assert (refused.exit_code, refused.stderr) == (1, "The database is not empty. Name an empty one.\n")
    assert not (tmp_path / "two").exists()


@pytest.mark.parametrize("step", ["upgrade", "found_site", "put_in_place"])
def test_what_stops_half_way_leaves_nothing_and_a_second_try_succeeds(
    init, place, tmp_path, monkeypatch, step
):
    def fail(*_given, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(making, step, fail)
        stopped = init()

    assert stopped.exit_code == 1
    assert (
        stopped.stderr == "The disk is full, or the database cannot be written. Nothing half-made was kept.\n"
    )
    assert [path.name for path in tmp_path.iterdir()] == []
    assert not place or tables_at(place) == []
    assert init().exit_code == 0


def test_what_fails_after_the_site_was_put_in_its_place_takes_it_away_again(
    init, place, tmp_path, monkeypatch
):
    def fail_late(folder, target):
        put_in_place(folder, target)
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(making, "put_in_place", fail_late)
        stopped = init()

    assert (stopped.exit_code, stopped.stderr) == (1, "Input/output error.\n")
    assert list(tmp_path.iterdir()) == []
    assert not place or tables_at(place) == []
    assert init().exit_code == 0


def test_a_process_that_is_killed_half_way_does_not_block_a_second_try(init, place, start, tmp_path):
    killed = start("init", "--dir", tmp_path / "site", "--email", EMAIL, *place, code=DIES)
    killed.communicate(timeout=60)

    assert killed.returncode == -signal.SIGKILL
    assert not (tmp_path / "site").exists()
    assert not place or tables_at(place) == []
    assert init().exit_code == 0


def test_a_full_disk_is_told_in_one_line_and_nothing_is_kept(start, tmp_path):
    full = start(
        "init", "--dir", tmp_path / "site", "--email", EMAIL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )  # fmt: skip
    said, complaint = full.communicate(timeout=60)

    assert full.returncode == 1
    assert said == ""
    assert complaint == "The disk is full, or the database cannot be written. Nothing half-made was kept.\n"
    assert list(tmp_path.iterdir()) == []


def test_a_site_whose_secrets_could_not_be_printed_does_not_come_to_be(start, tmp_path):
    with open("/dev/full", "w", encoding="ascii") as nowhere:  # noqa: PTH123 - a device
        mute = start("init", "--dir", tmp_path / "site", "--email", EMAIL, stdout=nowhere)
        _said, complaint = mute.communicate(timeout=60)

    assert mute.returncode == 1
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        ("--email", "no address"),
        ("--email", EMAIL, "--name", "two\nlines"),
        ("--email", EMAIL, "--name", " "),
        ("--email", EMAIL, "--database", "mysql://user:secret-word@host/base"),
        ("--email", EMAIL, "--database", "sqlite:///secret-word.db"),
        ("--email", EMAIL, "--database", "secret-word"),
        (),
    ],
)
def test_a_wrong_call_ends_with_2_and_makes_nothing(run, tmp_path, wrong):
    refused = run("init", "--dir", tmp_path / "site", *wrong)

    assert refused.exit_code == 2
    assert "secret-word" not in refused.output
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_cannot_be_reached_is_told_without_its_password(run, tmp_path):
    refused = run(
        "init", "--dir", tmp_path / "site", "--email", EMAIL,
        "--database", "postgresql+psycopg://me:secret-word@127.0.0.1:1/none?connect_timeout=2",
    )  # fmt: skip

    assert refused.exit_code == 1
    assert refused.stderr == "The database cannot be reached, or refused: OperationalError.\n"
    assert list(tmp_path.iterdir()) == []


def test_the_database_is_of_no_use_under_another_site_secret(init, tmp_path):
    sheet = read_sheet(init().stdout)
    config = tmp_path / "site" / "config.toml"
    secret = load_settings(config).keys.site_secret
    config.write_text(config.read_text(encoding="utf-8").replace(secret, secret[::-1]), encoding="utf-8")
    settings, database = opened(tmp_path / "site")

    with pytest.raises(WrongPassphrase):
        open_account(database, settings, EMAIL, sheet[f"Passphrase of {EMAIL}"])

    with database.reading() as session:
        assert queries.find_person_by_email(session, EMAIL) is not None
    database.engine.dispose()


def test_the_process_is_closed_before_any_command_runs(monkeypatch):
    steps: list[str] = []
    monkeypatch.setattr(main, "close_process", lambda: steps.append("closed"))
    monkeypatch.setattr(main.cli, "main", lambda **_named: steps.append("run"))

    main.main()

    assert steps == ["closed", "run"]


def test_the_help_of_every_command_is_there(run):
    for command in ("", "audit", "check", "demo", "init", "serve", "upgrade"):
        shown = run(*command.split(), "--help")
        assert shown.exit_code == 0
        assert "Usage:" in shown.stdout
