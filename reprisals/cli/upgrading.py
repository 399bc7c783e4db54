"""`reprisals upgrade`: the database of a site, brought to this version of the code."""

import click

from reprisals.audit.actions import attach, commit, record
from reprisals.cli.options import opened, with_settings
from reprisals.cli.refusals import Refused
from reprisals.config import Settings
from reprisals.database.migrate import check_database, upgrade_database
from reprisals.identity.actions.signing_in import service_recorder


@click.command()
@with_settings
def upgrade(settings: Settings) -> None:
    """Bring the database to this version, all of it or nothing.

    Stop the server first, and keep a copy of the database.
    """
    with opened(settings, newest=False) as database:
        before = check_database(database.engine)
        if before.current is None:
            raise Refused("This database has no site in it. `reprisals init` makes one.")
        if before.is_newest:
            click.echo(f"The database stands at {before.newest} already.")
            return
        upgrade_database(database.engine)
        with database.writing() as session:
            attach(session, service_recorder(settings))
            record(session, None, "database.upgraded", before=before.current, after=before.newest)
            commit(session)
    click.echo(f"The database went from {before.current} to {before.newest}.")
