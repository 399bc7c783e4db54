"""Making a site: its secrets, its folder, its database. All of it or nothing."""

import secrets
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect
from sqlalchemy.orm import Session

from reprisals.audit.actions import attach, commit
from reprisals.cli.folders import (
    CONFIG,
    DATABASE,
    KEY,
    new_folder,
    put_in_place,
    write_closed,
    write_settings,
)
from reprisals.cli.refusals import Refused
from reprisals.config import DatabaseSettings, Keys, Server, Settings, Site
from reprisals.database.engine import is_postgresql, make_engine
from reprisals.database.migrate import migrating, upgrade
from reprisals.identity.actions.founding import Founder, SiteSecrets, found_site
from reprisals.identity.actions.inviting import NewKeys
from reprisals.identity.actions.signing_in import service_recorder


@dataclass(frozen=True)
class Plan:
    """A site to be made: where, by whom, in which database (empty: a file of its own)."""

    target: Path
    founder: Founder
    database_url: str = ""
    demonstration: bool = False
    port: int = 8000


@dataclass(frozen=True)
class Made:
    """A site that is not yet in its place: its settings, and what is shown once. Its `repr` shows nothing."""

    settings: Settings = field(repr=False)
    secrets: SiteSecrets = field(repr=False)
    keys: NewKeys = field(repr=False)


def make_site(plan: Plan, tell: Callable[[Made], None]) -> Path:
    """Make a site, hand what is shown once to `tell`, and only then put it in its place. The configuration.

    What fails before leaves nothing behind, so a site whose secrets nobody has seen does not come to be. Raises
    Refused where something is in the way, OSError and SQLAlchemyError where the disk or the database refuse.
    """
    target = plan.target.resolve()
    with new_folder(target) as folder:
        drawn = SiteSecrets.draw()
        settings = _settings(plan, drawn, folder)
        _write_files(settings, folder)
        engine = make_engine(settings.database_url(), settings.database_key())

        def finish(keys: NewKeys) -> None:
            tell(Made(settings, drawn, keys))
            put_in_place(folder, target)

        try:
            if not is_postgresql(engine):
                finish(_fill_file(engine, settings, plan.founder, drawn))
                return target / CONFIG
            # Committed last: a filled database without its configuration is only in the way.
            with migrating(engine) as connection:
                finish(_found(connection, settings, plan.founder, drawn))
        except BaseException:
            if not folder.exists():  # it was moved, and the database did not commit
                shutil.rmtree(target)
            raise
        finally:
            engine.dispose()
    return target / CONFIG


def _fill_file(engine: Engine, settings: Settings, founder: Founder, drawn: SiteSecrets) -> NewKeys:
    """Committed and closed, so that the file can be moved."""
    with migrating(engine) as connection:
        keys = _found(connection, settings, founder, drawn)
    engine.dispose()
    return keys


def _settings(plan: Plan, drawn: SiteSecrets, folder: Path) -> Settings:
    database = DatabaseSettings(f"sqlite:///{DATABASE}", key_file=KEY)
    if plan.database_url:
        database = DatabaseSettings(plan.database_url)
    site = Site("Reprisals", f"http://127.0.0.1:{plan.port}", demonstration=plan.demonstration)
    return Settings(site, database, Keys(**drawn.settings()), server=Server(port=plan.port), folder=folder)


def _write_files(settings: Settings, folder: Path) -> None:
    write_closed(folder / CONFIG, write_settings(settings))
    if settings.database.key_file:
        write_closed(folder / KEY, secrets.token_hex(32) + "\n")
        write_closed(folder / DATABASE, "")


def _found(connection: Connection, settings: Settings, founder: Founder, drawn: SiteSecrets) -> NewKeys:
    if inspect(connection).get_table_names():
        raise Refused("The database is not empty. Name an empty one.")
    upgrade(connection)
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        attach(session, service_recorder(settings))
        keys = found_site(session, settings, founder, drawn.root)
        commit(session)
    return keys


def with_port(settings: Settings, port: int) -> Settings:
    """The same site on another port of the loopback."""
    site = replace(settings.site, address=f"http://127.0.0.1:{port}")
    return replace(settings, site=site, server=replace(settings.server, host="127.0.0.1", port=port))
