"""Clearing away what has run out: done by whichever process runs, now and then, in a transaction of its own.

Ended sessions lose their wrapped bundles, stubs and kept forms go after their days, drafts after theirs. Nothing waits for a
worker, so that a site without one keeps its promises, too.
"""

import time
from collections.abc import Callable
from threading import Lock

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reprisals.audit.actions import attach, commit
from reprisals.config import Settings
from reprisals.database.engine import is_postgresql
from reprisals.database.session import Database
from reprisals.identity.actions.sessions import purge
from reprisals.identity.actions.signing_in import service_recorder

EVERY_SECONDS = 600.0
TURN = 0x74696479
"""The number of the lock on PostgreSQL that only one process holds at a time. It goes with the transaction."""

Tidier = Callable[[Session, Settings], int]


def install(app: Flask, tidiers: tuple[Tidier, ...]) -> None:
    """Let the application clear away what these know of."""
    app.extensions["tidiers"] = (purge, *tidiers)
    app.extensions["tidied"] = -EVERY_SECONDS
    app.extensions["tidying"] = Lock()


def tidy(database: Database, settings: Settings, tidiers: tuple[Tidier, ...]) -> int:
    """Clear away everything that has run out. Says how many rows: none while another process is at it."""
    with database.writing() as session:
        if not _is_our_turn(session):
            return 0
        attach(session, service_recorder(settings))
        gone = sum(tidier(session, settings) for tidier in tidiers)
        commit(session)
    return gone


def _is_our_turn(session: Session) -> bool:
    """Whether nobody else clears away. A writing session of SQLite holds the one lock by itself."""
    if not is_postgresql(session.get_bind()):
        return True
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(TURN))))


def tidy_now_and_then(database: Database, settings: Settings) -> None:
    """Clear away if the last time is long enough ago. At the same time only one request of a process does it.

    Never raises: what was asked for has been stored by now, and the page may not say otherwise.
    """
    extensions = current_app.extensions
    with extensions["tidying"]:
        if time.monotonic() - extensions["tidied"] < EVERY_SECONDS:
            return
        extensions["tidied"] = time.monotonic()
    try:
        tidy(database, settings, extensions["tidiers"])
    except Exception as failure:  # noqa: BLE001  # whatever it was: the next time clears away more
        current_app.logger.error("%s while clearing away", type(failure).__name__)  # noqa: TRY400  # its kind, not its words
