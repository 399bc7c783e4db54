"""`reprisals init`: a new, empty site, and what its first person must write down."""

import textwrap
from pathlib import Path

import click
from email_validator import EmailNotValidError, validate_email
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from reprisals.cli.making import Made, Plan, make_site
from reprisals.cli.options import read_passphrase
from reprisals.identity.actions.founding import Founder
from reprisals.identity.rules import LONGEST_EMAIL, check_chosen_passphrase, normal_email

GROUP, GROUPS_A_LINE, WORDS_A_LINE = 4, 8, 11
LONGEST_NAME = 200


def check_email(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """The address as it is compared. Anything that is no address is a usage error."""
    try:
        validate_email(value, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise click.BadParameter("this is not an e-mail address") from None
    if len(value) > LONGEST_EMAIL:
        raise click.BadParameter("this address is too long")
    return normal_email(value)


def check_name(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """A name of one line. Anything else is a usage error."""
    if value is not None and not (value.strip() and value.isprintable() and len(value) <= LONGEST_NAME):
        raise click.BadParameter(f"a name is one line of at most {LONGEST_NAME} characters")
    return value


def check_database_url(_ctx: click.Context, _param: click.Parameter, value: str) -> str:
    """The address of a PostgreSQL database. Anything else is a usage error; the address is not repeated."""
    try:
        is_ours = not value or make_url(value).drivername == "postgresql+psycopg"
    except ArgumentError:
        is_ours = False
    if not is_ours:
        raise click.BadParameter("an address looks like postgresql+psycopg://USER@HOST/DATABASE")
    return value


@click.command()
@click.option("--dir", "target", type=click.Path(path_type=Path), required=True, help="The folder to make.")
@click.option("--email", required=True, callback=check_email, help="The address of the first person.")
@click.option("--name", callback=check_name, help="Their name.  [default: from the address]")
@click.option(
    "--password-file",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="A chosen passphrase of 20 characters or more. It marks the account as automation.",
)
@click.option(
    "--database",
    default="",
    callback=check_database_url,
    metavar="URL",
    help="An empty PostgreSQL database.  [default: an encrypted file in DIR]",
)
def init(target: Path, email: str, name: str | None, password_file: Path | None, database: str) -> None:
    """Make a new, empty site, with its first person.

    What is printed is shown once: the passphrase, the site secret, three recovery shares and the backup key.
    Have pen and paper ready, and nobody behind you.
    """
    chosen = None
    if password_file is not None:
        chosen = read_passphrase(password_file)
        check_chosen_passphrase(chosen)
    founder = Founder(email, name or email.partition("@")[0], passphrase=chosen)
    config = make_site(Plan(target, founder, database), lambda made: click.echo(write_sheet(made, founder)))
    click.echo(f"The site is in {config.parent}. Next: reprisals check --config {config}")


def write_sheet(made: Made, founder: Founder) -> str:
    """What is shown once, and what to do with each of it."""
    first, second, third = made.secrets.shares()
    passphrase = _part(f"Passphrase of {founder.email}", made.keys.passphrase, "passphrase")
    parts = [
        "Write these down now. They are shown once.",
        *([] if founder.passphrase else [passphrase]),
        _part(f"Fingerprint of {founder.email}", _groups(made.keys.fingerprint), "fingerprint"),
        _part("Site secret", _groups(made.secrets.site_secret.hex()), "site secret"),
        _part("Recovery share 1", _words(first)),
        _part("Recovery share 2", _words(second)),
        _part("Recovery share 3", _words(third), "shares"),
        _part("Backup key", _groups(made.secrets.backup_seed.hex()), "backup key"),
    ]
    return "\n\n".join(parts) + "\n"


ADVICE = {
    "passphrase": (
        "It opens this account, and nobody can look it up or set it anew. Learn it, or lock the paper away."
    ),
    "fingerprint": ("It is no secret: read it out when somebody wants to be sure that these keys are yours."),
    "site secret": (
        "It stands in the configuration and in no backup. Without it no passphrase opens anything: keep a "
        "copy on paper, apart from the backups."
    ),
    "shares": (
        "Give each share to another custodian, on paper, to be kept in different places. Any two of them "
        "bring lost keys back; one alone says nothing. They are kept nowhere else."
    ),
    "backup key": (
        "It opens the backups of the site. Keep it apart from them and the shares. It is kept nowhere else."
    ),
}


def _part(title: str, secret: str, advice: str = "") -> str:
    lines = [title, textwrap.indent(secret, "    ")]
    if advice:
        lines.append(textwrap.fill(ADVICE[advice], 90, initial_indent="  ", subsequent_indent="  "))
    return "\n".join(lines)


def _groups(text: str) -> str:
    groups = [text[start : start + GROUP] for start in range(0, len(text), GROUP)]
    return _lines(groups, GROUPS_A_LINE)


def _words(share: str) -> str:
    return _lines(share.split(), WORDS_A_LINE)


def _lines(parts: list[str], a_line: int) -> str:
    return "\n".join(" ".join(parts[start : start + a_line]) for start in range(0, len(parts), a_line))
