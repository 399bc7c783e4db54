"""`reprisals serve`: the web server of a site."""

import click

from reprisals.cli.options import opened, with_settings
from reprisals.cli.server import run_server
from reprisals.config import Settings


@click.command()
@with_settings
def serve(settings: Settings) -> None:
    """Serve the site until stopped.

    It listens as the section [server] of the configuration says.
    """
    with opened(settings):
        pass  # only looked at: each worker opens the database for itself
    run_server(settings)
