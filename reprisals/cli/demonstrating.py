"""`reprisals demo`: a filled site with invented people and cases, for the loopback alone."""

from pathlib import Path

import click

from reprisals.cli import demo_cases
from reprisals.cli.demo_cases import Author
from reprisals.cli.demo_people import FOUNDER, Account, Settling
from reprisals.cli.folders import CONFIG, write_closed
from reprisals.cli.making import Made, Plan, make_site, with_port
from reprisals.cli.options import opened
from reprisals.cli.refusals import Refused
from reprisals.cli.server import check_port, run_server
from reprisals.config import load_settings
from reprisals.identity.actions.founding import Founder

ACCOUNTS = "accounts.txt"
LOOPBACK = "127.0.0.1"


@click.command()
@click.option(
    "--dir",
    "target",
    type=click.Path(path_type=Path),
    required=True,
    help="The folder to make, or to use again.",
)
@click.option(
    "--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="Where to listen."
)
@click.option("--no-serve", is_flag=True, help="Only make the site.")
def demo(target: Path, port: int, no_serve: bool) -> None:
    """Make and serve a filled demonstration.

    Its people and cases are invented, and it listens on this machine alone. Run again, it serves the site
    that is there. Log no real case in it.
    """
    if not no_serve:
        check_port(LOOPBACK, port)
    if not (target / CONFIG).exists():
        founder = Founder(FOUNDER, "Rosa Quispe")
        make_site(Plan(target, founder, demonstration=True, port=port), fill)
    settings = with_port(load_settings(target.resolve() / CONFIG), port)
    if not settings.site.demonstration:
        raise Refused(f"The site in {target} is not a demonstration.")
    with opened(settings):
        click.echo(show_accounts(read_accounts(target / ACCOUNTS)))
    if not no_serve:
        click.echo(f"\nOpen {settings.site.address} - it takes a moment to start, and Ctrl+C ends it.")
        run_server(settings)


def fill(made: Made) -> None:
    """Bring people and cases into a site that was just founded, and write down who can be signed in as."""
    with opened(made.settings) as database:
        settling = Settling(made.settings, database, made.keys)
        accounts = settling.settle()
        authors = [Author(one.keyring, one.actor, next(iter(one.actor.teams))) for one in settling.authors]
        demo_cases.fill(database, made.settings, authors)
    write_accounts(made.settings.folder / ACCOUNTS, accounts)


def write_accounts(path: Path, accounts: list[Account]) -> None:
    """One account a line: e-mail, passphrase, role, separated by tabs. Its owner alone may read it."""
    write_closed(path, "".join(f"{one.email}\t{one.passphrase}\t{one.role}\n" for one in accounts))


def read_accounts(path: Path) -> list[Account]:
    """The accounts of a demonstration. Raises OSError where they were removed."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Account(*line.split("\t")) for line in lines]


def show_accounts(accounts: list[Account]) -> str:
    """The accounts in columns."""
    width = max(len(one.email) for one in accounts)
    lines = [f"{one.email:<{width}}  {one.role}\n{'':<{width}}  {one.passphrase}" for one in accounts]
    return "\n".join(["Sign in as one of these; each passphrase is eight words.", "", *lines])
