"""What commands share: the configuration, the database, and a person who signs in."""

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy.engine import make_url

from reprisals.access import Actor
from reprisals.audit.actions import attach, commit
from reprisals.cli.refusals import Refused
from reprisals.config import Settings, load_settings
from reprisals.database.engine import make_engine
from reprisals.database.migrate import check_database
from reprisals.database.session import Database
from reprisals.identity.actions.sessions import end_session, resume
from reprisals.identity.actions.signing_in import Knock, Suspended, service_recorder, sign_in
from reprisals.identity.models import LiveSession
from reprisals.sealing.bundle import SessionToken
from reprisals.sealing.keyring import Keyring

HERE = "command line"
PASSPHRASE_VARIABLE = "REPRISALS_PASSWORD"  # noqa: S105 - a name

R = TypeVar("R")


@dataclass(frozen=True)
class AtWork:
    """What a command that acts for a person is given. The keyring is theirs; no `repr` shows it."""

    settings: Settings
    database: Database
    actor: Actor
    keyring: Keyring = field(repr=False)


config_option = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="REPRISALS_CONFIG",
    required=True,
    show_envvar=True,
    help="The configuration of the site.",
)
password_file_option = click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help=f"Read the passphrase from this file. Else {PASSPHRASE_VARIABLE} is used, else it is asked for.",
)


def with_settings(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command `--config FILE`, and the settings as its first argument. Raises BadConfiguration."""

    @config_option
    @functools.wraps(command)
    def wrapped(config: Path, **kwargs: Any) -> R:
        return command(load_settings(config.resolve()), **kwargs)

    return wrapped


def as_person(command: Callable[..., R]) -> Callable[..., R]:
    """Give a command `--config`, `--as EMAIL`, `--password-file`, and who signed in as its first argument."""

    @with_settings
    @click.option("--as", "email", metavar="EMAIL", required=True, help="Who acts.")
    @password_file_option
    @functools.wraps(command)
    def wrapped(settings: Settings, email: str, password_file: Path | None, **kwargs: Any) -> R:
        passphrase = ask_passphrase(password_file)
        with opened(settings) as database, acting(settings, database, email, passphrase) as work:
            return command(work, **kwargs)

    return wrapped


def ask_passphrase(file: Path | None) -> str:
    """The passphrase: from a file, from the environment (where it is not left), or from whoever is there."""
    given = os.environ.pop(PASSPHRASE_VARIABLE, None)
    if file is not None:
        return read_passphrase(file)
    return given if given is not None else str(click.prompt("Passphrase", hide_input=True, err=True))


def read_passphrase(file: Path) -> str:
    """The passphrase in a file, without the line's end. Raises Refused for one that is no text."""
    try:
        return file.read_text(encoding="utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise Refused(f"{file}: not a text in UTF-8.") from None


@contextmanager
def opened(settings: Settings, *, newest: bool = True) -> Iterator[Database]:
    """The database, let go of at the end. Raises Refused where there is none, or not of this version."""
    path = make_url(settings.database_url()).database
    if settings.database_key() is not None and not Path(path or "").is_file():
        raise Refused("There is no database where the configuration says.")
    engine = make_engine(settings.database_url(), settings.database_key())
    try:
        if newest:
            require_newest(Database(engine))
        yield Database(engine)
    finally:
        engine.dispose()


def require_newest(database: Database) -> None:
    """Raise Refused unless the tables are those of this version of the code."""
    version = check_database(database.engine)
    if not version.is_newest:
        stands = f"The database stands at {version.current or 'none'}, this version needs {version.newest}"
        raise Refused(f"{stands}: run `reprisals upgrade`.")


@contextmanager
def acting(settings: Settings, database: Database, email: str, passphrase: str) -> Iterator[AtWork]:
    """A person signed in for the length of a command: as slowly as everywhere, and signed out at its end.

    Raises WrongPassphrase, TooSoon, Suspended, WeakParameters.
    """
    token = sign_in(database, settings, Knock(email, passphrase, HERE, HERE))
    try:
        with database.reading() as session:
            found = resume(session, settings, token)
        if found is None:
            raise Suspended
        yield AtWork(settings, database, found.actor, found.keyring)
    finally:
        _sign_out(settings, database, token)


def _sign_out(settings: Settings, database: Database, token: SessionToken) -> None:
    with database.writing() as session:
        attach(session, service_recorder(settings))
        live = session.get(LiveSession, token.lookup)
        if live is not None:
            end_session(session, settings, live, None, "signed-out")
            commit(session)
