"""`reprisals serve`: the web server of a site."""

import click

from reprisals.cli.options import opened, with_settings
from reprisals.cli.server import run_server
from reprisals.config import Settings
from reprisals.web.cookies import hides_clients

HIDDEN = (
    "site.address is https and the server listens on the loopback, but site.trusted_proxies is 0: "
    "everybody seems to come from one address, and one person's failures slow all others down."
)


@click.command()
@with_settings
def serve(settings: Settings) -> None:
    """Serve the site until stopped.

    It listens as the section [server] of the configuration says.
    """
    with opened(settings):
        pass  # only looked at: each worker opens the database for itself
    if hides_clients(settings):
        click.echo(f"Warning: {HIDDEN}", err=True)
    run_server(settings)
