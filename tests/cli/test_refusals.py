"""Refusals: one calm line, and nothing in it that a database, a passphrase or a person said."""

import errno
import re
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest
import sqlcipher3.dbapi2
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError, OperationalError

from reprisals.access import NotAllowed, Permission
from reprisals.cli.refusals import Refused, explain, name_failure, plain_words
from reprisals.config import BadConfiguration, load_settings
from reprisals.database.migrate import BrokenReferences
from reprisals.i18n.marking import Coded, RuleBroken, _, n_
from reprisals.identity.actions.signing_in import Suspended, TooSoon, WrongPassphrase
from reprisals.sealing.bundle import WeakParameters
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.trust import NotTrusted

SECRET = "a-name-that-nobody-may-read"


def from_sqlite(words, kind=DatabaseError):
    return kind(SECRET, {"name": SECRET}, sqlcipher3.dbapi2.DatabaseError(words))


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (Refused("Not so."), "Not so."),
        (
            BadConfiguration("unknown key: site.nmae"),
            "The configuration cannot be used: unknown key: site.nmae.",
        ),
        (RuleBroken(_("At least %(least)s.", least=3)), "At least 3."),
        (WrongPassphrase(), "The passphrase does not open this account, or there is no such account."),
        (Suspended(), "This account is suspended."),
        (TooSoon(4), "Too many attempts. Try again in 4 seconds."),
        (
            WeakParameters(),
            "The stored parameters of this account were weakened. The passphrase was not used.",
        ),
        (CannotOpen(), "This does not open with the keys at hand, or it was altered."),
        (NotTrusted("grant 7"), "This does not lead back to the site root: grant 7."),
        (NotAllowed(Permission.CASE_READ), "This person may not do that (case.read)."),
        (BrokenReferences("act"), "The migration was undone: it leaves broken references in act."),
        (from_sqlite("file is not a database"), "The database does not open with this key, or is damaged."),
        (from_sqlite("database disk image is malformed"), "The database is damaged."),
        (
            from_sqlite("database is locked", OperationalError),
            "The database is in use by another process. Try again.",
        ),
        (from_sqlite("unable to open database file"), "The database file cannot be opened."),
        (from_sqlite("attempt to write a readonly database"), "The database cannot be written by this user."),
        (from_sqlite(f"UNIQUE: {SECRET}", IntegrityError), "The database refused: IntegrityError."),
        (FileNotFoundError(errno.ENOENT, SECRET, "accounts.txt"), "accounts.txt: No such file or directory."),
        (TimeoutError(SECRET), "TimeoutError."),
        (ValueError(SECRET), "Something failed that should not have: ValueError."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_failure_is_told_in_plain_words(failure, words):
    assert explain(failure) == words


@pytest.mark.parametrize(
    "failure",
    [
        OSError(errno.ENOSPC, "x"),
        OSError(errno.EDQUOT, "x"),
        from_sqlite("database or disk is full"),
        from_sqlite("disk I/O error"),
    ],
)
def test_a_full_disk_is_told_the_same_wherever_it_is_met(failure):
    assert (
        explain(failure) == "The disk is full, or the database cannot be written. Nothing half-made was kept."
    )


def test_a_statement_that_fails_shows_neither_itself_nor_its_parameters(database):
    with pytest.raises(DatabaseError) as caught, database.engine.connect() as connection:
        connection.execute(text("SELECT :name FROM nowhere"), {"name": SECRET})

    assert SECRET not in explain(caught.value)
    assert "nowhere" not in explain(caught.value)


def test_an_unforeseen_failure_names_the_place_in_our_code_alone():
    with pytest.raises(BadConfiguration) as caught:
        load_settings(Path(SECRET))

    assert re.fullmatch(r"BadConfiguration at reprisals/config\.py:\d+", name_failure(caught.value))


def test_a_marked_text_is_told_in_english_with_its_parameters():
    team = uuid4()
    words = _(
        "%(who)s on %(day)s: %(what)s", who=Coded("states", "FRA"), day=date(2026, 3, 2), what=(_("a"), "b")
    )

    assert plain_words(n_("%(num)s case", "%(num)s cases", 2)) == "2 cases"
    assert plain_words(n_("%(num)s case", "%(num)s cases", 1)) == "1 case"
    assert plain_words(words).endswith("on 2026-03-02: a, b")
    assert str(team) not in plain_words(words)


def test_a_failure_in_a_command_ends_with_1_and_one_line(run, config, monkeypatch):
    def fail(*_given):
        raise RuntimeError(SECRET)

    monkeypatch.setattr("reprisals.cli.auditing.verify_log", fail)
    failed = run("audit", "verify", "--config", config)

    assert failed.exit_code == 1
    assert failed.stdout == ""
    assert failed.stderr.startswith("Something failed that should not have: RuntimeError at reprisals/cli/")
    assert failed.stderr.count("\n") == 1
    assert SECRET not in failed.stderr
