"""Refusals, as one calm line each. A line names kinds and places, never a value."""

import errno
import os
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from reprisals.access import NotAllowed
from reprisals.config import BadConfiguration
from reprisals.database.migrate import BrokenReferences
from reprisals.i18n.marking import Marked, RuleBroken, Value
from reprisals.identity.actions.signing_in import Suspended, TooSoon, WrongPassphrase
from reprisals.sealing.bundle import WeakParameters
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.trust import NotTrusted

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FULL = "The disk is full, or the database cannot be written. Nothing half-made was kept."
PACKAGE = Path(__file__).resolve().parents[1]
_DATABASE_SAYS = (
    ("file is not a database", "The database does not open with this key, or is damaged."),
    ("database disk image is malformed", "The database is damaged."),
    ("database or disk is full", FULL),
    ("disk I/O error", FULL),
    ("database is locked", "The database is in use by another process. Try again."),
    ("unable to open database file", "The database file cannot be opened."),
    ("readonly database", "The database cannot be written by this user."),
)


class Refused(Exception):
    """A command does not do what it was asked. The text is a sentence, without anything secret."""


class CalmRefusal(click.ClickException):
    """One line on standard error, and exit code 1."""

    def show(self, file: Any = None) -> None:
        """Print the line."""
        click.echo(self.message, err=True, file=file)


def explain(failure: BaseException) -> str:
    """The line for a failure."""
    for kind, words in _WORDS:
        if isinstance(failure, kind):
            return words(failure)
    return f"Something failed that should not have: {name_failure(failure)}."


def explain_database(failure: SQLAlchemyError) -> str:
    """The line for a failure of the database. Statement and parameters are left out."""
    original = str(failure.orig) if isinstance(failure, DBAPIError) else ""
    for part, words in _DATABASE_SAYS:
        if part in original:
            return words
    if isinstance(failure, DBAPIError) and failure.orig.__class__.__module__.startswith("psycopg"):
        return f"The database cannot be reached, or refused: {type(failure.orig).__name__}."
    return f"The database refused: {type(failure).__name__}."


def explain_system(failure: OSError) -> str:
    """The line for a failure of the operating system."""
    if failure.errno in NO_ROOM:
        return FULL
    reason = os.strerror(failure.errno) if failure.errno else type(failure).__name__
    return f"{failure.filename}: {reason}." if failure.filename else f"{reason}."


def plain_words(text: Marked) -> str:
    """A marked text in English."""
    return text.translate(lambda one: one, lambda one, many, count: one if count == 1 else many, _plain)


def _plain(value: Value) -> str:
    if isinstance(value, Marked):
        return plain_words(value)
    if isinstance(value, tuple):
        return ", ".join(_plain(part) for part in value)
    return value.isoformat() if isinstance(value, date) else str(value)


def name_failure(failure: BaseException | None) -> str:
    """Kind of a failure, and where in our own code it came from. None of its words."""
    trace = traceback.extract_tb(failure.__traceback__) if failure else []
    own = [frame for frame in trace if frame.filename.startswith(str(PACKAGE))]
    place = f" at reprisals/{Path(own[-1].filename).relative_to(PACKAGE)}:{own[-1].lineno}" if own else ""
    return f"{type(failure).__name__}{place}"


_Words = Callable[[Any], str]
_WORDS: tuple[tuple[type[BaseException], _Words], ...] = (
    (Refused, str),
    (BadConfiguration, lambda failure: f"The configuration cannot be used: {failure}."),
    (RuleBroken, lambda failure: plain_words(failure.message)),
    (WrongPassphrase, lambda _f: "The passphrase does not open this account, or there is no such account."),
    (Suspended, lambda _f: "This account is suspended."),
    (TooSoon, lambda failure: f"Too many attempts. Try again in {failure.seconds} seconds."),
    (
        WeakParameters,
        lambda _f: "The stored parameters of this account were weakened. The passphrase was not used.",
    ),
    (CannotOpen, lambda _f: "This does not open with the keys at hand, or it was altered."),
    (NotTrusted, lambda failure: f"This does not lead back to the site root: {failure.what}."),
    (NotAllowed, lambda failure: f"This person may not do that ({failure.permission.value})."),
    (
        BrokenReferences,
        lambda failure: f"The migration was undone: it leaves broken references in {failure}.",
    ),
    (SQLAlchemyError, explain_database),
    (OSError, explain_system),
)
